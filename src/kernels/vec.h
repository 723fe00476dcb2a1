/* The vector vocabulary. An instruction-set stub (simd_avx2.c, ...) defines TDI_LANES and one
 * of TDI_SSE2, TDI_AVX2, TDI_AVX512, TDI_NEON, TDI_SIMD128, includes the header of its
 * intrinsics, sets its target pragma and includes simd.h, which includes this. Everything here
 * is static: a function with external linkage could be picked by the linker for code that runs
 * on machines without the instruction set.
 *
 * + - * / and comparisons are GNU vector operators. A comparison gives a vi of all ones or all
 * zeros a lane, which & | ^ ~ combine and vf_select reads. Only what the operators cannot say,
 * or compilers spell badly, has a name. One lane is one point; no operation crosses lanes. */
#ifndef TDI_VEC_H
#define TDI_VEC_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef float vf __attribute__((vector_size(TDI_LANES * 4), may_alias));
typedef int32_t vi __attribute__((vector_size(TDI_LANES * 4), may_alias));
typedef uint32_t vu __attribute__((vector_size(TDI_LANES * 4), may_alias));

#define TDI_INLINE static inline __attribute__((always_inline))

/* Before a short loop of constant length: unrolled, its arrays become registers. GCC would
 * keep them in memory at -O2. */
#if defined(__clang__)
#define TDI_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TDI_UNROLL _Pragma("GCC unroll 32")
#endif

TDI_INLINE vf vf_set(float value)
{
    return value - (vf){0}; /* a broadcast; x - 0 is x, also for -0 */
}

TDI_INLINE vi vi_set(int32_t value)
{
    return value - (vi){0};
}

/* Aligned to the whole vector. */
TDI_INLINE vf vf_load(const float *from)
{
    return *(const vf *)__builtin_assume_aligned(from, TDI_LANES * 4);
}

/* From any place. */
TDI_INLINE vf vf_load_any(const float *from)
{
    vf value;
    memcpy(&value, from, sizeof value);
    return value;
}

TDI_INLINE void vf_store(float *to, vf value)
{
    *(vf *)__builtin_assume_aligned(to, TDI_LANES * 4) = value;
}

TDI_INLINE vi vf_bits(vf value)
{
    return (vi)value;
}

TDI_INLINE vf vf_from_bits(vi bits)
{
    return (vf)bits;
}

#if defined(TDI_AVX512)

/* a < b ? a : b, so b where either is a NaN or both are zeros. */
TDI_INLINE vf vf_min(vf a, vf b)
{
    return (vf)_mm512_min_ps((__m512)a, (__m512)b);
}

/* a > b ? a : b, so b where either is a NaN or both are zeros. */
TDI_INLINE vf vf_max(vf a, vf b)
{
    return (vf)_mm512_max_ps((__m512)a, (__m512)b);
}

TDI_INLINE vf vf_sqrt(vf a)
{
    return (vf)_mm512_sqrt_ps((__m512)a);
}

/* Lane by lane: a where the mask is set, else b. */
TDI_INLINE vf vf_select(vi mask, vf a, vf b)
{
    return (vf)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)mask), (__m512)b, (__m512)a);
}

/* Whether the mask is set in any lane. */
TDI_INLINE bool vi_any(vi mask)
{
    return _mm512_movepi32_mask((__m512i)mask) != 0;
}

/* The lowest byte of each lane, side by side. */
TDI_INLINE void vi_store_bytes(vi codes, uint8_t *to)
{
    _mm_storeu_si128((__m128i *)(void *)to, _mm512_cvtepi32_epi8((__m512i)codes));
}

/* The three lowest bytes of each lane, side by side. */
TDI_INLINE void vi_store_triples(vi codes, uint8_t *to)
{
    const __m512i take = _mm512_broadcast_i32x4(
        _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
    const __m512i place =
        _mm512_setr_epi32(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 3, 7, 11, 15);
    __m512i bytes = _mm512_permutexvar_epi32(place, _mm512_shuffle_epi8((__m512i)codes, take));
    _mm256_storeu_si256((__m256i *)(void *)to, _mm512_castsi512_si256(bytes));
    _mm_storeu_si128((__m128i *)(void *)(to + 32), _mm512_extracti32x4_epi32(bytes, 2));
}

#elif defined(TDI_AVX2)

TDI_INLINE vf vf_min(vf a, vf b)
{
    return (vf)_mm256_min_ps((__m256)a, (__m256)b);
}

TDI_INLINE vf vf_max(vf a, vf b)
{
    return (vf)_mm256_max_ps((__m256)a, (__m256)b);
}

TDI_INLINE vf vf_sqrt(vf a)
{
    return (vf)_mm256_sqrt_ps((__m256)a);
}

TDI_INLINE vf vf_select(vi mask, vf a, vf b)
{
    return (vf)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)mask);
}

TDI_INLINE bool vi_any(vi mask)
{
    return _mm256_movemask_ps((__m256)mask) != 0;
}

/* The three lowest bytes of each lane, side by side. */
TDI_INLINE void vi_store_triples(vi codes, uint8_t *to)
{
    const __m256i take =
        _mm256_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1, 0, 1, 2, 4, 5,
                         6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
    const __m256i place = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
    __m256i bytes =
        _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8((__m256i)codes, take), place);
    _mm_storeu_si128((__m128i *)(void *)to, _mm256_castsi256_si128(bytes));
    _mm_storel_epi64((__m128i *)(void *)(to + 16), _mm256_extracti128_si256(bytes, 1));
}

#elif defined(TDI_SSE2)

TDI_INLINE vf vf_min(vf a, vf b)
{
    return (vf)_mm_min_ps((__m128)a, (__m128)b);
}

TDI_INLINE vf vf_max(vf a, vf b)
{
    return (vf)_mm_max_ps((__m128)a, (__m128)b);
}

TDI_INLINE vf vf_sqrt(vf a)
{
    return (vf)_mm_sqrt_ps((__m128)a);
}

TDI_INLINE vf vf_select(vi mask, vf a, vf b)
{
    return (vf)(((vi)a & mask) | ((vi)b & ~mask));
}

TDI_INLINE bool vi_any(vi mask)
{
    return _mm_movemask_ps((__m128)mask) != 0;
}

#elif defined(TDI_NEON)

/* A comparison and a choice, since FMIN and FMAX answer otherwise for NaNs and zeros. */
TDI_INLINE vf vf_min(vf a, vf b)
{
    return (vf)vbslq_f32(vcltq_f32((float32x4_t)a, (float32x4_t)b), (float32x4_t)a,
                         (float32x4_t)b);
}

TDI_INLINE vf vf_max(vf a, vf b)
{
    return (vf)vbslq_f32(vcgtq_f32((float32x4_t)a, (float32x4_t)b), (float32x4_t)a,
                         (float32x4_t)b);
}

TDI_INLINE vf vf_sqrt(vf a)
{
    return (vf)vsqrtq_f32((float32x4_t)a);
}

TDI_INLINE vf vf_select(vi mask, vf a, vf b)
{
    return (vf)vbslq_f32((uint32x4_t)mask, (float32x4_t)a, (float32x4_t)b);
}

TDI_INLINE bool vi_any(vi mask)
{
    return vmaxvq_u32((uint32x4_t)mask) != 0;
}

#elif defined(TDI_SIMD128)

/* pmin(b, a) is a < b ? a : b. */
TDI_INLINE vf vf_min(vf a, vf b)
{
    return (vf)wasm_f32x4_pmin((v128_t)b, (v128_t)a);
}

TDI_INLINE vf vf_max(vf a, vf b)
{
    return (vf)wasm_f32x4_pmax((v128_t)b, (v128_t)a);
}

TDI_INLINE vf vf_sqrt(vf a)
{
    return (vf)wasm_f32x4_sqrt((v128_t)a);
}

TDI_INLINE vf vf_select(vi mask, vf a, vf b)
{
    return (vf)wasm_v128_bitselect((v128_t)a, (v128_t)b, (v128_t)mask);
}

TDI_INLINE bool vi_any(vi mask)
{
    return wasm_v128_any_true((v128_t)mask);
}

#else
#error "vec.h: define TDI_SSE2, TDI_AVX2, TDI_AVX512, TDI_NEON or TDI_SIMD128 first"
#endif

TDI_INLINE vf vf_abs(vf a)
{
    return (vf)((vi)a & vi_set(0x7fffffff));
}

/* a with its sign flipped where the sign bit of `by` is set. */
TDI_INLINE vf vf_flip_sign(vf a, vi by)
{
    return (vf)((vi)a ^ (by & vi_set((int32_t)0x80000000u)));
}

#if !defined(TDI_AVX512)

/* The lowest byte of each lane, side by side. */
TDI_INLINE void vi_store_bytes(vi codes, uint8_t *to)
{
    for (int i = 0; i < TDI_LANES; i++)
        to[i] = (uint8_t)codes[i];
}

#if !defined(TDI_AVX2)

/* The three lowest bytes of each lane, side by side; nothing lies above them. */
TDI_INLINE void vi_store_triples(vi codes, uint8_t *to)
{
    for (int i = 0; i < TDI_LANES - 1; i++)
        memcpy(to + 3 * i, &(int32_t){codes[i]}, 4);
    memcpy(to + 3 * (TDI_LANES - 1), &(int32_t){codes[TDI_LANES - 1]}, 3);
}

#endif
#endif

#endif
