/* What docs/COLOUR.md says about palettes, in doubles. */
#include "render/palette.h"

#include "base/random.h"
#include "render/oklab.h"

enum { ENTRIES = TDI_PALETTE_PARTS + 1, MOST_STOPS = 5, NUMBERS = 32 };

/* A seed's own numbers in (0, 1), a stream for each seeded palette. */
static void draw_numbers(uint64_t seed, TdPalette palette, double u[NUMBERS])
{
    for (uint32_t i = 0; i < NUMBERS; i += 4)
        tdi_uniform4(
            seed, (TdiPlace){.from = i, .to = (uint32_t)palette, .purpose = TDI_RANDOM_PALETTE},
            u + i);
}

static double between(double low, double high, double u)
{
    return low + (high - low) * u;
}

static void put(float *table, int i, TdiLab lab)
{
    float rgb[3];
    tdi_lab_encode(lab, rgb);
    for (int c = 0; c < 3; c++)
        table[c * ENTRIES + i] = rgb[c];
}

/* ---- A smooth curve through colours ------------------------------------------------------ */

typedef struct Curve {
    TdiLab stops[MOST_STOPS];
    int count;
} Curve;

/* The stop, or the mirror image of one beyond an end. */
static TdiLab stop_at(const Curve *curve, int i)
{
    int last = curve->count - 1, inside = i < 0 ? 0 : i > last ? last : i;
    TdiLab end = curve->stops[inside];
    if (i == inside)
        return end;
    TdiLab next = curve->stops[i < 0 ? 1 : last - 1];
    return (TdiLab){2 * end.L - next.L, 2 * end.a - next.a, 2 * end.b - next.b};
}

/* Catmull and Rom's cubic through p and q. */
static double cubic(double before, double p, double q, double after, double t)
{
    double c1 = q - before, c2 = 2 * before - 5 * p + 4 * q - after;
    double c3 = 3 * (p - q) + after - before;
    return p + t * (c1 + t * (c2 + t * c3)) / 2;
}

/* The curve's colour at t in [0, 1], made such that sRGB shows it. */
static TdiLab curve_at(const Curve *curve, double t)
{
    double place = t * (curve->count - 1);
    int i = (int)place;
    i = i < curve->count - 2 ? i : curve->count - 2;
    TdiLab k = stop_at(curve, i - 1), p = stop_at(curve, i), q = stop_at(curve, i + 1),
           r = stop_at(curve, i + 2);
    double share = place - i;
    return tdi_lab_fit((TdiLab){cubic(k.L, p.L, q.L, r.L, share),
                                cubic(k.a, p.a, q.a, r.a, share),
                                cubic(k.b, p.b, q.b, r.b, share)});
}

/* ---- Ramps: equal steps look equal ------------------------------------------------------- */

/* Lightness, chroma and hue of a ramp's stops. */
typedef double Stop[3];

static const Stop ramps[TD_PALETTE_COUNT][MOST_STOPS] = {
    [TD_PALETTE_EMBER] =
        {{.13, .03, 350}, {.33, .12, 8}, {.53, .18, 32}, {.74, .16, 62}, {.95, .08, 96}},
    [TD_PALETTE_LAGOON] =
        {{.16, .06, 265}, {.36, .09, 248}, {.56, .10, 218}, {.77, .11, 186}, {.96, .05, 165}},
    [TD_PALETTE_DUSK] =
        {{.15, .06, 270}, {.33, .12, 292}, {.53, .15, 335}, {.74, .13, 385}, {.95, .07, 440}},
    [TD_PALETTE_MOSS] =
        {{.15, .03, 165}, {.34, .07, 152}, {.55, .11, 136}, {.76, .14, 120}, {.96, .08, 106}},
    [TD_PALETTE_ORCHID] =
        {{.15, .06, 305}, {.35, .13, 322}, {.56, .18, 345}, {.77, .12, 360}, {.96, .03, 380}},
    [TD_PALETTE_AURORA] =
        {{.17, .09, 285}, {.37, .10, 248}, {.57, .10, 195}, {.78, .16, 150}, {.96, .09, 108}},
    [TD_PALETTE_SEPIA] =
        {{.13, .012, 50}, {.34, .035, 55}, {.55, .055, 66}, {.76, .05, 78}, {.96, .025, 90}},
    [TD_PALETTE_TIDE] =
        {{.36, .12, 255}, {.66, .11, 240}, {.96, .01, 100}, {.70, .15, 50}, {.42, .14, 30}},
};

/* A part of a table, from entry `first` to entry `last`. */
typedef struct Stretch {
    float *table;
    int first, last;
} Stretch;

/* The curve from t = from to t = to, walked at constant speed in Oklab. */
static void fill_stretch(const Curve *curve, double from, double to, Stretch stretch)
{
    enum { FINE = 2 * TDI_PALETTE_PARTS };
    int parts = stretch.last - stretch.first, entry = 0;
    double length = 0, walked = 0;
    TdiLab p = curve_at(curve, from);
    for (int i = 1; i <= FINE; i++) {
        TdiLab q = curve_at(curve, between(from, to, (double)i / FINE));
        length += tdi_lab_distance(p, q);
        p = q;
    }
    p = curve_at(curve, from);
    for (int i = 1; i <= FINE; i++) {
        TdiLab q = curve_at(curve, between(from, to, (double)i / FINE));
        double step = tdi_lab_distance(p, q), target = length * entry / parts;
        for (; entry < parts && target <= walked + step; target = length * entry / parts) {
            double share = (target - walked) / step;
            put(stretch.table, stretch.first + entry++,
                (TdiLab){between(p.L, q.L, share), between(p.a, q.a, share),
                         between(p.b, q.b, share)});
        }
        walked += step;
        p = q;
    }
    put(stretch.table, stretch.last, p);
}

/* The halves of a palette that tells signs apart meet in the middle, however long they are. */
static void make_ramp(TdPalette palette, float *table)
{
    enum { MIDDLE = TDI_PALETTE_PARTS / 2 };
    Curve curve = {.count = MOST_STOPS};
    const Stop *stops = ramps[palette];
    for (int i = 0; i < MOST_STOPS; i++)
        curve.stops[i] = tdi_lab(stops[i][0], stops[i][1], stops[i][2]);
    if (palette != TD_PALETTE_TIDE) {
        fill_stretch(&curve, 0, 1, (Stretch){table, 0, TDI_PALETTE_PARTS});
        return;
    }
    fill_stretch(&curve, 0, 0.5, (Stretch){table, 0, MIDDLE});
    fill_stretch(&curve, 0.5, 1, (Stretch){table, MIDDLE, TDI_PALETTE_PARTS});
}

/* ---- Seeded ------------------------------------------------------------------------------ */

/* Where stop i of `count` lies between dark (0) and light (1): rising, or with one light or one
 * dark stop in the middle, which draws outlines. */
static double lightness_place(int i, int count, double form)
{
    int middle = count / 2, apart = i < middle ? middle - i : i - middle;
    double from_middle = (double)apart / middle;
    if (form < 0.5 || count < 3)
        return (double)i / (count - 1);
    return form < 0.78 ? 1 - from_middle : from_middle;
}

/* Dark yellow is mud: brown or green takes its place. */
static double clean_hue(double L, double hue)
{
    double turn = hue - 360 * (int)(hue / 360);
    turn += turn < 0 ? 360 : 0;
    if (L > 0.55 || turn < 50 || turn > 145)
        return hue;
    return turn < 90 ? 40 : 155;
}

/* Colours whose hues go one way round in steps that never meet in gray, and whose lightness
 * always changes: dark and light ones are quiet, those between as rich as sRGB shows. Two
 * colours have none between them, and so are richer themselves. */
static Curve seeded_curve(uint64_t seed, int count)
{
    double u[NUMBERS];
    Curve curve = {.count = count};
    draw_numbers(seed, TD_PALETTE_STOPS, u);
    double hue = 360 * u[0], step = between(28, 72, u[1]), way = u[2] < 0.5 ? -1 : 1;
    double dark = between(0.2, 0.32, u[4]), light = between(0.86, 0.95, u[5]), quiet = 0.11;
    if (count == 2)
        dark += 0.1, light -= 0.05, quiet = 0.17, step *= 0.9;
    for (int i = 0; i < count; i++) {
        double place = lightness_place(i, count, u[3]);
        double L = between(dark, light, place);
        double shown = clean_hue(L, hue);
        double richest = tdi_lab_most_chroma(L, shown);
        double cap = between(quiet, 0.2, 1 - (2 * place - 1) * (2 * place - 1));
        double chroma = richest * between(0.7, 0.95, u[8 + i]);
        curve.stops[i] = tdi_lab(L, chroma < cap ? chroma : cap, shown);
        hue += way * step * between(0.7, 1.3, u[16 + i]);
    }
    return curve;
}

static void make_stops(uint64_t seed, int count, float *table)
{
    Curve curve = seeded_curve(seed, count);
    for (int i = 0; i < ENTRIES; i++)
        put(table, i, curve_at(&curve, (double)i / TDI_PALETTE_PARTS));
}

static double clip(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* a + b cos(360 degrees (c t + d)) for encoded red, green and blue. The phases follow each
 * other closely, so that hues glide and rarely meet in gray. */
static void make_cosine(uint64_t seed, float *table)
{
    double u[NUMBERS], cosine, sine;
    draw_numbers(seed, TD_PALETTE_COSINE, u);
    double turns = between(0.55, 1.15, u[0]), phase = u[1], lag = 0;
    bool blue_first = u[2] < 0.5;
    for (int k = 0; k < 3; k++) {
        int c = blue_first ? 2 - k : k;
        double a = between(0.5, 0.62, u[4 + k]), b = between(0.34, 0.46, u[8 + k]);
        for (int i = 0; i < ENTRIES; i++) {
            double t = (double)i / TDI_PALETTE_PARTS;
            tdi_cos_sin_degrees(360 * (turns * t + phase + lag), &cosine, &sine);
            table[c * ENTRIES + i] = (float)clip(a + b * cosine);
        }
        lag += between(0.07, 0.2, u[12 + k]);
    }
}

void tdi_palette_table(const TdRecipe *recipe, float *table)
{
    uint64_t seed = td_recipe_palette_seed(recipe);
    if (recipe->palette == TD_PALETTE_STOPS)
        make_stops(seed, (int)recipe->colours, table);
    else if (recipe->palette == TD_PALETTE_COSINE)
        make_cosine(seed, table);
    else
        make_ramp(recipe->palette, table);
}

TdOklabTurn tdi_palette_turn(uint64_t seed)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double u[NUMBERS], cosine, sine;
    draw_numbers(seed, TD_PALETTE_OKLAB_SEEDED, u);
    const int *order = orders[(int)(6 * u[0])];
    TdiLab tint = tdi_lab(between(0.56, 0.64, u[1]), between(0.02, 0.05, u[2]), 360 * u[3]);
    double wide = between(0.15, 0.19, u[4]), narrow = between(0.07, 0.13, u[5]);
    tdi_cos_sin_degrees(360 * u[6], &cosine, &sine);
    TdOklabTurn turn = {{(float)tint.L, (float)tint.a, (float)tint.b}, {{0}}};
    turn.turn[0][order[0]] = 0.34f;
    turn.turn[0][order[1]] = (float)between(-0.07, 0.07, u[7]);
    turn.turn[1][order[1]] = (float)(wide * cosine);
    turn.turn[1][order[2]] = (float)(-narrow * sine);
    turn.turn[2][order[1]] = (float)(wide * sine);
    turn.turn[2][order[2]] = (float)(narrow * cosine);
    return turn;
}
