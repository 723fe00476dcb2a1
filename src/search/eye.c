/* Everything is computed in doubles from + - * / and square roots, in this order, so that looks
 * are the same on every machine. */
#include "search/eye.h"

#include <string.h>

enum { SIDE = TD_LOOK_SIDE, LEVELS = TDI_EYE_LEVELS };

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

/* The cube root of x > 0 to the last bit or two: from a third of the exponent, by Halley's
 * method. */
static inline double cube_root(double x)
{
    uint64_t bits;
    double y;
    memcpy(&bits, &x, sizeof bits);
    bits = (uint64_t)((uint32_t)(bits >> 32) / 3 + 715094163u) << 32;
    memcpy(&y, &bits, sizeof y);
    for (int i = 0; i < 3; i++) {
        double cube = y * y * y;
        y = y * (cube + (x + x)) / (cube + cube + x);
    }
    return y;
}

static void to_lab(const double rgb[3], double lab[3])
{
    const double nothing = 1e-18; /* black has no exponent to begin with */
    double l = 0.4122214708 * rgb[0] + 0.5363325363 * rgb[1] + 0.0514459929 * rgb[2];
    double m = 0.2119034982 * rgb[0] + 0.6806995451 * rgb[1] + 0.1073969566 * rgb[2];
    double s = 0.0883024619 * rgb[0] + 0.2817188376 * rgb[1] + 0.6299787005 * rgb[2];
    l = cube_root(l + nothing), m = cube_root(m + nothing), s = cube_root(s + nothing);
    lab[0] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
    lab[1] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
    lab[2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
}

static void see_colours(const TdiEye *eye, const unsigned char *rows, uint32_t channels,
                        TdiSightings *seen)
{
    size_t green = channels > 1 ? 1 : 0, blue = channels > 1 ? 2 : 0;
    for (size_t i = 0; i < TDI_EYE_PIXELS; i++) {
        const unsigned char *pixel = rows + i * channels;
        double lab[3], rgb[3] = {eye->linear[pixel[0]], eye->linear[pixel[green]],
                                 eye->linear[pixel[blue]]};
        to_lab(rgb, lab);
        for (int c = 0; c < 3; c++)
            seen->plane[c][i] = lab[c];
    }
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
    double sum[4] = {0};
    for (size_t i = 0; i < count; i++) {
        double value = values[i] - less;
        sum[i & 3] += square ? value * value : value;
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
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
        spread->mean[c] = sum_of(seen->plane[c], TDI_EYE_PIXELS, 0, false) / TDI_EYE_PIXELS;
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
    for (size_t i = 0; i < TDI_EYE_PIXELS; i++) {
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
    return (double)(first + second) / TDI_EYE_PIXELS;
}

static TdSight judge(const TdLook *look)
{
    if (look->contrast < 0.05)
        return TD_SIGHT_BLANK;
    if (look->ends > 0.7 || look->two_colours > 0.9)
        return TD_SIGHT_SATURATED;
    return look->noise > 0.4 ? TD_SIGHT_NOISY : TD_SIGHT_GOOD;
}

const char *td_sight_name(TdSight sight)
{
    static const char *const names[TD_SIGHT_COUNT] = {"good", "blank", "saturated", "noisy"};
    return names[sight];
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
    double sums[8] = {0};
    for (size_t i = 0; i < count; i++) {
        double chroma = __builtin_sqrt(a[i] * a[i] + b[i] * b[i]) + 1e-9;
        const double towards[4] = {a[i], (a[i] + b[i]) * diagonal, b[i],
                                   (b[i] - a[i]) * diagonal};
        for (int k = 0; k < 4; k++) {
            double share = towards[k] * towards[k] / chroma;
            sums[k] += towards[k] > 0 ? share : 0;
            sums[k + 4] += towards[k] > 0 ? 0 : share;
        }
    }
    for (int k = 0; k < 8; k++)
        out[k] = (float)(sums[k] / (double)count);
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

/* Of the gradient (x, y) of L: x^2 - y^2 and 2 x y are the cosine and sine of twice its angle,
 * times its square. What is positive of them and of their opposites are four directions. */
static void add_edges(const double *light, size_t side, double sums[4])
{
    for (size_t y = 0; y + 1 < side; y++)
        for (size_t x = 0; x + 1 < side; x++) {
            const double *p = light + y * side + x;
            double across = (p[1] - p[0]) + (p[side + 1] - p[side]);
            double down = (p[side] - p[0]) + (p[side + 1] - p[1]);
            double cosine = across * across - down * down, sine = 2 * across * down;
            sums[0] += cosine > 0 ? cosine : 0;
            sums[1] += cosine > 0 ? 0 : -cosine;
            sums[2] += sine > 0 ? sine : 0;
            sums[3] += sine > 0 ? 0 : -sine;
        }
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

static double least(double a, double b)
{
    return a < b ? a : b;
}

static void rate(const TdiSightings *seen, const Spread *spread, TdLook *look)
{
    (void)seen;
    double whole = spread->level[0] + 1e-12;
    look->contrast = __builtin_sqrt(spread->level[0]);
    look->noise = (spread->level[0] - spread->level[2]) / whole;
    look->middle = (spread->level[1] - spread->level[4]) / whole;
    look->colour = __builtin_sqrt(spread->channel[1] + spread->channel[2]);
    look->interest = least(1, look->middle / 0.6) * least(1, look->contrast / 0.2) *
                     (0.5 + 0.5 * least(1, look->colour / 0.08));
}

void tdi_eye_look(const TdiEye *eye, const unsigned char *rows, uint32_t channels,
                  TdiSightings *scratch, TdLook *look)
{
    Spread spread;
    see_colours(eye, rows, channels, scratch);
    make_levels(scratch);
    measure_spread(scratch, &spread);
    rate(scratch, &spread, look);
    look->ends = share_of_ends(rows, TDI_EYE_PIXELS * channels);
    look->two_colours = share_of_two(rows, channels);
    look->sight = judge(look);
    float *out = compare_colours(&spread, look->numbers);
    out = compare_hues(scratch, out);
    out = compare_light(scratch, out);
    out = compare_places(scratch, &spread, out);
    compare_edges(scratch, &spread, out);
}
