/* Everything is computed in doubles from + - * / and square roots, in this order, so that looks
 * are the same on every machine. */
#include "search/eye.h"

#include <string.h>

enum { SIDE = TD_LOOK_SIDE, PIXELS = TDI_THUMBNAIL_PIXELS, LEVELS = TDI_EYE_LEVELS };

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double greatest(double a, double b)
{
    return a < b ? b : a;
}

/* ---- Oklab --------------------------------------------------------------------------- */

/* The fifth root of x in (0, 1], by Newton's method from above. */
static double fifth_root(double x)
{
    double y = 1;
    for (int i = 0; i < 40; i++)
        y = y - (y * y * y * y * y - x) / (5 * y * y * y * y);
    return y;
}

/* IEC 61966-2-1: u / 12.92, or ((u + 0.055) / 1.055)^2.4, where x^2.4 is x^2 (x^2)^(1/5). */
void tdi_eye_init(TdiEye *eye)
{
    for (int code = 0; code < 256; code++) {
        double u = code / 255.0, x = (u + 0.055) / 1.055;
        eye->linear[code] = u <= 0.04045 ? u / 12.92 : x * x * fifth_root(x * x);
    }
}

/* A row of pixels is seen at once, in loops that compilers turn into vectors. */
enum { ROW = 3 * SIDE };

/* Cube roots of values in [0, 1], within 1e-9: the third of a float's bits (its exponent, more
 * or less), then Halley's method twice. */
static void cube_roots(double values[ROW])
{
    const double nothing = 1e-18; /* zero has no exponent */
    float near[ROW];
    int32_t bits[ROW];
    for (int i = 0; i < ROW; i++)
        near[i] = (float)(values[i] + nothing);
    memcpy(bits, near, sizeof bits);
    for (int i = 0; i < ROW; i++)
        bits[i] = (int32_t)((float)bits[i] * (1.0f / 3)) + 709921077;
    memcpy(near, bits, sizeof near);
    for (int i = 0; i < ROW; i++) {
        double x = values[i] + nothing, y = near[i];
        double cube = y * y * y;
        y = y * (cube + (x + x)) / (cube + cube + x);
        cube = y * y * y;
        values[i] = y * (cube + (x + x)) / (cube + cube + x);
    }
}

/* One row: from codes to L, a and b at `at`. */
static void see_row(const TdiEye *eye, const unsigned char *pixels, uint32_t channels,
                    TdiSightings *seen, size_t at)
{
    size_t green = channels > 1 ? 1 : 0, blue = channels > 1 ? 2 : 0;
    double roots[ROW], *l = roots, *m = roots + SIDE, *s = roots + 2 * SIDE;
    for (int i = 0; i < SIDE; i++, pixels += channels) {
        double r = eye->linear[pixels[0]], g = eye->linear[pixels[green]];
        double b = eye->linear[pixels[blue]];
        l[i] = 0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b;
        m[i] = 0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b;
        s[i] = 0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b;
    }
    cube_roots(roots);
    for (int i = 0; i < SIDE; i++) {
        seen->plane[0][at + (size_t)i] =
            0.2104542553 * l[i] + 0.7936177850 * m[i] - 0.0040720468 * s[i];
        seen->plane[1][at + (size_t)i] =
            1.9779984951 * l[i] - 2.4285922050 * m[i] + 0.4505937099 * s[i];
        seen->plane[2][at + (size_t)i] =
            0.0259040371 * l[i] + 0.7827717662 * m[i] - 0.8086757660 * s[i];
    }
}

static void see_colours(const TdiEye *eye, const unsigned char *rows, uint32_t channels,
                        TdiSightings *seen)
{
    for (size_t y = 0; y < SIDE; y++)
        see_row(eye, rows + y * SIDE * channels, channels, seen, y * SIDE);
}

/* ---- Levels -------------------------------------------------------------------------- */

static size_t side_of(int level)
{
    return (size_t)SIDE >> level;
}

static const double *level_of(const TdiSightings *seen, int channel, int level)
{
    const double *plane = seen->plane[channel];
    for (int i = 0; i < level; i++)
        plane += side_of(i) * side_of(i);
    return plane;
}

/* Each level is made of the means of 2 x 2 values of the one before. */
static void halve(const double *from, size_t side, double *to)
{
    for (size_t y = 0; y < side / 2; y++)
        for (size_t x = 0; x < side / 2; x++) {
            const double *p = from + 2 * y * side + 2 * x;
            to[y * (side / 2) + x] = (p[0] + p[1] + p[side] + p[side + 1]) / 4;
        }
}

static void make_levels(TdiSightings *seen)
{
    for (int c = 0; c < 3; c++) {
        double *from = seen->plane[c];
        for (int level = 0; level + 1 < LEVELS; level++) {
            double *to = from + side_of(level) * side_of(level);
            halve(from, side_of(level), to);
            from = to;
        }
    }
}

/* Mean, and mean square of what is left without it. `count` is 9 or a multiple of 4; four sums,
 * since one would wait for itself. */
static double sum_of(const double *values, size_t count, double less, bool square)
{
    double a = 0, b = 0, c = 0, d = 0;
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        double p = values[i] - less, q = values[i + 1] - less;
        double r = values[i + 2] - less, s = values[i + 3] - less;
        a += square ? p * p : p;
        b += square ? q * q : q;
        c += square ? r * r : r;
        d += square ? s * s : s;
    }
    if (i < count) /* the ninth */
        a += square ? (values[i] - less) * (values[i] - less) : values[i] - less;
    return (a + b) + (c + d);
}

/* What varies in colour at each level; its differences are what the levels show alone. */
typedef struct Spread {
    double mean[3], level[LEVELS]; /* of L, a and b; of all three together */
    double channel[3];             /* of the pixels */
} Spread;

static void measure_spread(const TdiSightings *seen, Spread *spread)
{
    memset(spread, 0, sizeof *spread);
    for (int c = 0; c < 3; c++) {
        spread->mean[c] = sum_of(seen->plane[c], PIXELS, 0, false) / PIXELS;
        for (int level = 0; level < LEVELS; level++) {
            size_t count = side_of(level) * side_of(level);
            double variance =
                sum_of(level_of(seen, c, level), count, spread->mean[c], true) / (double)count;
            spread->level[level] += variance;
            if (level == 0)
                spread->channel[c] = variance;
        }
    }
}

/* ---- Rules --------------------------------------------------------------------------- */

/* The part of the samples that lie within 4 codes of black or full. */
static double share_of_ends(const unsigned char *rows, size_t count)
{
    size_t ends = 0;
    for (size_t i = 0; i < count; i++)
        ends += rows[i] <= 4 || rows[i] >= 251;
    return (double)ends / (double)count;
}

/* The part of the pixels that have the two commonest colours, of 8 x 8 x 8. */
static double share_of_two(const unsigned char *rows, uint32_t channels)
{
    uint32_t counts[512] = {0}, first = 0, second = 0;
    for (size_t i = 0; i < PIXELS; i++) {
        const unsigned char *p = rows + i * channels;
        counts[channels > 1 ? p[0] / 32 * 64 + p[1] / 32 * 8 + p[2] / 32 : p[0] / 32]++;
    }
    for (size_t i = 0; i < 512; i++) {
        if (counts[i] > first) {
            second = first;
            first = counts[i];
        } else if (counts[i] > second) {
            second = counts[i];
        }
    }
    return (double)(first + second) / PIXELS;
}

static TdSight judge(const TdLook *look)
{
    if (look->contrast < 0.06)
        return TD_SIGHT_BLANK;
    if (look->ends > 0.6 || look->two_colours > 0.88)
        return TD_SIGHT_SATURATED;
    if (look->noise > 0.65 || look->noise * (1 - look->coherence) > 0.14)
        return TD_SIGHT_NOISY;
    return TD_SIGHT_GOOD;
}

const char *td_sight_name(TdSight sight)
{
    static const char *const names[TD_SIGHT_COUNT] = {"good", "blank", "saturated", "noisy"};
    return (unsigned)sight < TD_SIGHT_COUNT ? names[sight] : NULL;
}

/* Whether edges that lie near each other go the same way, from 0 to 1. A gradient (x, y) is the
 * complex number (x + i y)^2, whose angle does not tell x from -x. In each cell of 4 x 4 means
 * of 2 x 2 pixels they are summed, of L, a and b; the lengths of these sums, to the sum of all
 * lengths. */
static double coherence_of(const TdiSightings *seen)
{
    enum { LEVEL_SIDE = SIDE / 2, CELL = 4, CELLS = LEVEL_SIDE / CELL };
    double cosine[CELLS * CELLS] = {0}, sine[CELLS * CELLS] = {0}, along = 0, all = 1e-12;
    for (int c = 0; c < 3; c++)
        for (size_t y = 0; y + 1 < LEVEL_SIDE; y++)
            for (size_t x = 0; x + 1 < LEVEL_SIDE; x++) {
                const double *p = level_of(seen, c, 1) + y * LEVEL_SIDE + x;
                size_t cell = y / CELL * CELLS + x / CELL;
                double across = (p[1] - p[0]) + (p[LEVEL_SIDE + 1] - p[LEVEL_SIDE]);
                double down = (p[LEVEL_SIDE] - p[0]) + (p[LEVEL_SIDE + 1] - p[1]);
                cosine[cell] += across * across - down * down;
                sine[cell] += 2 * across * down;
                all += across * across + down * down;
            }
    for (size_t i = 0; i < CELLS * CELLS; i++)
        along += __builtin_sqrt(cosine[i] * cosine[i] + sine[i] * sine[i]);
    return along / all;
}

/* ---- What is compared ---------------------------------------------------------------- */

static float *compare_colours(const Spread *spread, float *out)
{
    for (int c = 0; c < 3; c++) {
        out[c] = (float)spread->mean[c];
        out[3 + c] = (float)__builtin_sqrt(spread->channel[c]);
    }
    return out + 6;
}

/* Eight directions; a colour counts as the square of the cosine to those less than 90 degrees
 * away, times its chroma. */
static float *compare_hues(const TdiSightings *seen, float *out)
{
    const double diagonal = 0.70710678118654752440;
    const double *a = level_of(seen, 1, 1), *b = level_of(seen, 2, 1);
    size_t count = side_of(1) * side_of(1);
    double both[4] = {0}, apart[4] = {0}; /* of a direction and its opposite: sum, difference */
    for (size_t i = 0; i < count; i++) {
        double per = 1 / (__builtin_sqrt(a[i] * a[i] + b[i] * b[i]) + 1e-9);
        const double towards[4] = {a[i], (a[i] + b[i]) * diagonal, b[i],
                                   (b[i] - a[i]) * diagonal};
        for (int k = 0; k < 4; k++) {
            double share = towards[k] * towards[k] * per;
            both[k] += share;
            apart[k] += towards[k] < 0 ? -share : share;
        }
    }
    for (int k = 0; k < 4; k++) {
        out[k] = (float)((both[k] + apart[k]) / 2 / (double)count);
        out[k + 4] = (float)((both[k] - apart[k]) / 2 / (double)count);
    }
    return out + 8;
}

static float *compare_light(const TdiSightings *seen, float *out)
{
    const double *light = level_of(seen, 0, 1);
    size_t count = side_of(1) * side_of(1);
    double sums[5] = {0};
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < 5; k++) {
            double away = light[i] * 4 - k;
            away = away < 0 ? -away : away;
            sums[k] += away < 1 ? 1 - away : 0;
        }
    for (int k = 0; k < 5; k++)
        out[k] = (float)(sums[k] / (double)count);
    return out + 5;
}

static float *compare_places(const TdiSightings *seen, const Spread *spread, float *out)
{
    for (int c = 0; c < 3; c++) {
        int level = c == 0 ? 4 : 5;
        size_t count = side_of(level) * side_of(level);
        const double *values = level_of(seen, c, level);
        for (size_t i = 0; i < count; i++)
            *out++ = (float)(values[i] - spread->mean[c]);
    }
    return out;
}

static float *compare_texture(const Spread *spread, double coherence, float *out)
{
    for (int level = 0; level < LEVELS; level++) {
        double finer = level + 1 < LEVELS ? spread->level[level + 1] : 0;
        double share = (spread->level[level] - finer) / (spread->level[0] + 1e-4);
        *out++ = (float)__builtin_sqrt(greatest(0, share));
    }
    *out++ = (float)coherence;
    return out;
}

/* Of the gradient (x, y) of L: x^2 - y^2 and 2 x y are the cosine and sine of twice its angle,
 * times its square. What is positive of them and of their opposites are four directions. */
static void add_edges(const double *light, size_t side, double sums[4])
{
    double cosines = 0, sines = 0, all_cosines = 0, all_sines = 0;
    for (size_t y = 0; y + 1 < side; y++)
        for (size_t x = 0; x + 1 < side; x++) {
            const double *p = light + y * side + x;
            double across = (p[1] - p[0]) + (p[side + 1] - p[side]);
            double down = (p[side] - p[0]) + (p[side + 1] - p[1]);
            double cosine = across * across - down * down, sine = 2 * across * down;
            cosines += cosine;
            sines += sine;
            all_cosines += __builtin_fabs(cosine);
            all_sines += __builtin_fabs(sine);
        }
    sums[0] = greatest(0, all_cosines + cosines) / 2;
    sums[1] = greatest(0, all_cosines - cosines) / 2;
    sums[2] = greatest(0, all_sines + sines) / 2;
    sums[3] = greatest(0, all_sines - sines) / 2;
}

static float *compare_edges(const TdiSightings *seen, const Spread *spread, float *out)
{
    for (int level = 0; level < 4; level++) {
        double sums[4] = {0}, side = (double)side_of(level);
        add_edges(level_of(seen, 0, level), side_of(level), sums);
        for (int k = 0; k < 4; k++)
            *out++ = (float)__builtin_sqrt(sums[k] / (side * side) / (spread->level[0] + 1e-4));
    }
    return out;
}

/* ---- All of it ----------------------------------------------------------------------- */

/* 0 where a value is at `none` or beyond, 1 at `full`, a line between. */
static double ramp(double value, double none, double full)
{
    return greatest(0, least(1, (value - none) / (full - none)));
}

/* What five levels show alone, of 2 to 32 pixels: where all have their share there is something
 * to see from near and from far. */
static double structure_of(const Spread *spread)
{
    double sum = 0;
    for (int level = 0; level < 5; level++)
        sum += __builtin_sqrt(greatest(0, spread->level[level] - spread->level[level + 1]) /
                              (spread->level[0] + 1e-12));
    return sum * sum / 5;
}

static double interest_of(const TdLook *look)
{
    return look->structure * ramp(look->depth, 0, 0.15) *
           (0.5 + 0.5 * ramp(look->colour, 0, 0.1)) * ramp(look->two_colours, 1, 0.5) *
           ramp(look->ends, 0.7, 0.3) * ramp(look->coherence, 0.55, 0.8) *
           ramp(look->noise, 0.7, 0.3) * (0.4 + 0.6 * ramp(look->noise, 0, 0.08));
}

static void rate(const TdiSightings *seen, const unsigned char *rows, uint32_t channels,
                 const Spread *spread, TdLook *look)
{
    double whole = spread->level[0] + 1e-12, square = 0;
    for (int c = 1; c < 3; c++)
        square += spread->mean[c] * spread->mean[c] + spread->channel[c];
    look->contrast = __builtin_sqrt(spread->level[0]);
    look->ends = share_of_ends(rows, (size_t)PIXELS * channels);
    look->two_colours = share_of_two(rows, channels);
    look->noise = (spread->level[0] - spread->level[2]) / whole;
    look->coherence = coherence_of(seen);
    look->structure = structure_of(spread);
    look->depth = __builtin_sqrt(spread->channel[0]);
    look->colour = __builtin_sqrt(square);
    look->interest = interest_of(look);
    look->sight = judge(look);
}

void tdi_eye_look(const TdiEye *eye, const unsigned char *rows, uint32_t channels,
                  TdiSightings *scratch, TdLook *look)
{
    Spread spread;
    memset(look, 0, sizeof *look); /* its padding too */
    see_colours(eye, rows, channels, scratch);
    make_levels(scratch);
    measure_spread(scratch, &spread);
    rate(scratch, rows, channels, &spread, look);
    float *out = compare_colours(&spread, look->numbers);
    out = compare_hues(scratch, out);
    out = compare_light(scratch, out);
    out = compare_places(scratch, &spread, out);
    out = compare_texture(&spread, look->coherence, out);
    compare_edges(scratch, &spread, out);
}
