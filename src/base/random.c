#include "base/random.h"

#include <string.h>

/* The state is in variables of its own: an array would go through memory in each round. */
void tdi_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t key0 = key[0], key1 = key[1];
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    for (int round = 0; round < 10; round++) {
        uint64_t a = UINT64_C(0xD2511F53) * x0, b = UINT64_C(0xCD9E8D57) * x2;
        x0 = (uint32_t)(b >> 32) ^ x1 ^ key0;
        x1 = (uint32_t)b;
        x2 = (uint32_t)(a >> 32) ^ x3 ^ key1;
        x3 = (uint32_t)a;
        key0 += 0x9E3779B9; /* Weyl sequences: the golden ratio and sqrt(3) - 1 */
        key1 += 0xBB67AE85;
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
}

static void uniform4(uint64_t seed, const uint32_t counter[4], double out[4])
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    uint32_t words[4];
    tdi_philox(counter, key, words);
    for (int i = 0; i < 4; i++)
        out[i] = ((double)words[i] + 0.5) * 0x1p-32;
}

void tdi_uniform4(uint64_t seed, TdiPlace place, double out[4])
{
    const uint32_t counter[4] = {place.from >> 2, place.to,
                                 (uint32_t)place.layer | (uint32_t)place.tap << 16,
                                 (uint32_t)place.purpose};
    uniform4(seed, counter, out);
}

void tdi_noise4(uint64_t seed, const int32_t cell[3], uint32_t group, double out[4])
{
    const uint32_t counter[4] = {(uint32_t)cell[0], (uint32_t)cell[1], (uint32_t)cell[2],
                                 (uint32_t)TDI_RANDOM_NOISE | group << 8};
    uniform4(seed, counter, out);
}

static uint64_t double_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double bits_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x = 2^e m with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh(s), s = (m - 1) / (m + 1), |s| <
 * 0.172, by its Taylor series, whose 12th term is below 2^-56 of the first. */
double tdi_log(double x)
{
    const double ln2_high = 0x1.62e42fefa38p-1, ln2_low = 0x1.ef35793c7673p-45;
    int scale = 0;
    if (x < 0x1p-1022) { /* denormal */
        x *= 0x1p54;
        scale = -54;
    }
    uint64_t bits = double_bits(x);
    int exponent = (int)(bits >> 52) - 1023;
    double m = bits_double((bits & UINT64_C(0xfffffffffffff)) | UINT64_C(0x3ff0000000000000));
    if (m > 0x1.6a09e667f3bcdp0) {
        m *= 0.5;
        exponent++;
    }
    double s = (m - 1) / (m + 1), square = s * s, tail = 0;
    for (int k = 11; k >= 1; k--)
        tail = square * (1.0 / (2 * k + 1) + tail);
    double e = (double)(exponent + scale);
    return e * ln2_high + (2 * s + (2 * s * tail + e * ln2_low));
}

/* Horner's rule, constant term first. */
static double polynomial(const double c[8], double x)
{
    double sum = c[7];
    for (int i = 6; i >= 0; i--)
        sum = sum * x + c[i];
    return sum;
}

static double quantile_tail(double u)
{
    static const double near_top[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                       5.76949722146069140550e0,  3.64784832476320460504e0,
                                       1.27045825245236838258e0,  2.41780725177450611770e-1,
                                       2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double near_bottom[8] = {1.0,
                                          2.05319162663775882187e0,
                                          1.67638483018380384940e0,
                                          6.89767334985100004550e-1,
                                          1.48103976427480074590e-1,
                                          1.51986665636164571966e-2,
                                          5.47593808499534494600e-4,
                                          1.05075007164441684324e-9};
    static const double far_top[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                      1.78482653991729133580e0,  2.96560571828504891230e-1,
                                      2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                      2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double far_bottom[8] = {1.0,
                                         5.99832206555887937690e-1,
                                         1.36929880922735805310e-1,
                                         1.48753612908506148525e-2,
                                         7.86869131145613259100e-4,
                                         1.84631831751005468180e-5,
                                         1.42151175831644588870e-7,
                                         2.04426310338993978564e-15};
    double r = __builtin_sqrt(-tdi_log(u));
    if (r <= 5)
        return polynomial(near_top, r - 1.6) / polynomial(near_bottom, r - 1.6);
    return polynomial(far_top, r - 5) / polynomial(far_bottom, r - 5);
}

double tdi_normal_quantile(double u)
{
    static const double top[8] = {3.38713287279636660800e0, 1.33141667891784377450e2,
                                  1.97159095030655144270e3, 1.37316937655094611250e4,
                                  4.59219539315498714570e4, 6.72657709270087008530e4,
                                  3.34305755835881281050e4, 2.50908092873012267270e3};
    static const double bottom[8] = {1.0,
                                     4.23133307016009112520e1,
                                     6.87187007492057908300e2,
                                     5.39419602142475110770e3,
                                     2.12137943015865958670e4,
                                     3.93078958000927106100e4,
                                     2.87290857357219426740e4,
                                     5.22649527885285456100e3};
    double q = u - 0.5;
    if (q <= 0.425 && q >= -0.425) {
        double r = 0.180625 - q * q;
        return q * polynomial(top, r) / polynomial(bottom, r);
    }
    return q < 0 ? -quantile_tail(u) : quantile_tail(1 - u);
}

/* Taylor series of cosine (first = 0) or sine (first = 1) for |x| <= pi / 4. */
static double series(double x, int first)
{
    double term = first == 0 ? 1 : x, sum = 0;
    double terms[12];
    int count = 0;
    for (int k = first; count < 12; k += 2) {
        terms[count++] = term;
        term = term * (-(x * x) / (double)((k + 1) * (k + 2)));
    }
    while (count > 0) /* smallest first */
        sum += terms[--count];
    return sum;
}

void tdi_cos_sin_degrees(double degrees, double *cosine, double *sine)
{
    /* 1.5 * 2^52 rounds to a whole number of quarter turns; the subtraction is exact. */
    double shifted = degrees / 90 + 0x1.8p52;
    double quarters = shifted - 0x1.8p52;
    double rest = (degrees - quarters * 90) * (0x1.921fb54442d18p1 / 180);
    double c = series(rest, 0), s = series(rest, 1);
    switch ((int64_t)quarters & 3) {
    case 0:
        *cosine = c, *sine = s;
        break;
    case 1:
        *cosine = 0 - s, *sine = c;
        break;
    case 2:
        *cosine = 0 - c, *sine = 0 - s;
        break;
    default:
        *cosine = s, *sine = 0 - c;
    }
}
