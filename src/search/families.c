#include "search/families.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"

/* ---- The table ----------------------------------------------------------------------- */

/* Palettes of three outputs. */
#define PAINT "palette = {oklab-soft|oklab-soft|oklab-soft|oklab-seeded|oklab-seeded|oklab}\n"

/* Palettes of one; by rank every picture shows all of its palette. */
#define RAMP "ember|lagoon|dusk|moss|orchid|aurora|sepia"
#define INK                                                                                    \
    "palette = {{stops|stops|stops|cosine}|{stops|stops|stops|cosine}|{" RAMP "}}\n"           \
    "colours = {3..5}\ntone = {rank|rank|rescale}\n"

#define COLOURS "{" PAINT "|" PAINT "tone = rescale\n|" INK "|" INK "}"

/* What is left to chance stands in braces (families.h); a weight says how often a family is
 * taken. Every recipe gets a seed of its own besides. A new kind of network is a row here. */
static const struct {
    const char *name;
    unsigned weight;
    const char *recipe;
} families[] = {
    {"silk", 4,
     "layers = {16..40}x{4..8},3\nsigma_w = {1.5..2.4}\nsigma_b = {0.3..1.3}\n"
     "extent = {1.0..2.5}\n" COLOURS},
    {"velvet", 3,
     "layers = {20..40}x{6..14},3\nresidual = on\nact = {tanh|tanh|sin|softsign}\n"
     "sigma_w = {1.0..1.8}\nsigma_b = {0.3..1.2}\nextent = {2.0..4.0}\n" COLOURS},
    {"marble", 4,
     "layers = {18..32}x{7..12},3\nsigma_w = {2.0..3.0}\nsigma_b = {0.3..1.0}\n"
     "extent = {0.4..1.4}\n" COLOURS},
    {"petals", 3,
     "layers = {20..36}x{2..4},3\nact = gaussian\nout = {sin|tanh|cos}\n"
     "sigma_w = {2.0..3.4}\nsigma_b = {0.4..1.6}\nextent = {1.0..2.5}\n" COLOURS},
    {"agate", 3,
     "inputs = {x,y,r|x,y,r|x,y,r|x,r|y,r}\nlayers = {12..24}x{2..4},3\nact = {cos|sin}\n"
     "sigma_w = {1.4..2.4}\nsigma_b = {0.8..2.4}\nextent = {0.8..2.5}\n" COLOURS},
    {"lens", 4,
     "inputs = x,y,r\nlayers = {16..36}x{3..7},3\nact = {tanh|tanh|atan|erf|softsign}\n"
     "sigma_w = {1.6..2.6}\nsigma_b = {0.2..1.4}\nextent = {1.0..3.0}\n" COLOURS},
    {"glass", 1,
     "layers = {16..40},{6..16},3\nact = step\nsigma_w = {1.5..2.5}\nsigma_b = {0.5..1.5}\n"
     "extent = {0.8..2.5}\nantialias = 4\n" COLOURS},
    {"cutouts", 3,
     "inputs = {x,y|x,y,r}\nlayers = {14..28}x{2..5}:{tanh|sin|gaussian},{5..12}:step,3\n"
     "sigma_w = {1.5..2.4}\nsigma_b = {0.3..1.4}\nextent = {1.0..2.5}\nantialias = 4\n"
     "{" PAINT "|" INK "}"},
    {"paper", 3,
     "inputs = {x,y|x,y,r}\nlayers = {14..28}x{2..5},1\nact = {tanh|tanh|sin|gaussian}\n"
     "out = sawtooth\nsigma_w = {1.8..2.8}\nsigma_b = {0.3..1.2}\nextent = {0.8..2.0}\n"
     "antialias = 4\n" INK},
    {"facets", 3,
     "inputs = {x,y|x,y,r}\nlayers = {16..36}x{3..7},3\n"
     "act = {relu|leaky-relu|abs|hat|triangle|hard-tanh|relu6}\nout = {tanh|sin}\n"
     "sigma_w = {1.5..2.4}\nsigma_b = {0.2..1.2}\nextent = {1.0..3.0}\n" COLOURS},
    {"waves", 3,
     "layers = {12..28}:{sin|cos|triangle},{16..32}x{2..5}:{tanh|softsign|gaussian},3\n"
     "inputs = {x,y|x,y|x,y,r}\nsigma_w = {1.4..2.6}\nsigma_b = {0.5..2.0}\n"
     "extent = {0.8..2.5}\n" COLOURS},
    {"folds", 2,
     "layers = {16..32}x{3..6},3\nact = {softplus|silu|gelu|mish|selu|symlog|elu}\n"
     "out = {tanh|sin|sin}\nsigma_w = {1.8..3.2}\nsigma_b = {0.3..1.2}\n"
     "extent = {1.0..3.5}\n{|inputs = x,y,r\n}" COLOURS},
    {"ripples", 2,
     "layers = {14..28}x{2..4},3\nact = {ricker|sinc|cauchy|exp-decay}\nout = {tanh|sin}\n"
     "{|inputs = x,y,r\n}sigma_w = {1.6..3.0}\nsigma_b = {0.5..1.6}\nextent = "
     "{1.0..3.0}\n" COLOURS},
    {"stars", 2,
     "layers = {40..100},{20..50},3\ninit = unscaled\nsigma_w = {0.5..1.0}\n"
     "sigma_b = {0.3..1.5}\nextent = {1.5..6.0}\n" COLOURS},
    {"chrome", 2,
     "layers = {20..30}x{6..11},1\nsigma_w = {1.8..3.0}\nsigma_b = {0.4..1.0}\n"
     "extent = {0.6..1.6}\n{palette = gray\ntone = rank\n|" INK "}"},
    {"contours", 3,
     "layers = {16..32}x{3..6},{1|1|3}\nout = {sin|cos|triangle}\nsigma_w = {2.0..3.2}\n"
     "sigma_b = {0.4..1.4}\nextent = {0.6..2.0}\n" INK},
    {"paint", 7,
     "inputs = x,y,n1,n2,n3\n"
     "layers = upsample{6..8} mode=linear,conv5 {12..16}:{sin|sin|tanh},upsample2 mode=linear,"
     "conv3 {12..16}:{sin|tanh},3\nraster = {5..8}\nsigma_w = {1.5..2.4}\n"
     "sigma_b = {0.2..0.8}\n" COLOURS},
    {"weave", 4,
     "inputs = x,y,n1,n2,n3\n"
     "layers = conv3 {10..16},upsample2,conv3 {10..16},upsample2,conv3 {10..16},upsample2,"
     "conv3 {10..16},upsample2,conv3 {10..16},3\nraster = {4..7}\nsigma_w = "
     "{1.4..2.0}\n" PAINT},
    {"collage", 6,
     "inputs = x,y,n1,n2,n3\n"
     "layers = upsample{6..8} mode=linear,conv{5|7} {10..14},conv5 {10..14} dilation=2,"
     "conv3 {10..14} dilation={2..4},3\nresidual = {on|on|off}\nraster = {6..10}\n"
     "sigma_w = {1.4..2.2}\n" COLOURS},
    {"smoke", 5,
     "inputs = {x,y,n1,n2|n1,n2,n3|x,y,r,n1,n2}\n"
     "layers = upsample{4..6} mode=linear,conv5 16,conv3 16x{2..5},1\nraster = {8..14}\n"
     "sigma_w = {1.5..2.4}\n{palette = gray\ntone = rescale\n|" INK "}"},
    {"cloth", 2,
     "tile = torus\nlayers = {16..32}x{3..7},3\nact = {tanh|sin|gaussian}\n"
     "sigma_w = {1.6..2.8}\nsigma_b = {0.3..1.2}\nextent = {1.0..2.5}\n" COLOURS},
};

enum { FAMILY_COUNT = sizeof families / sizeof *families, LARGEST_SEED = 999999 };

size_t tdi_family_count(void)
{
    return FAMILY_COUNT;
}

const char *tdi_family_name(size_t i)
{
    return families[i].name;
}

const char *tdi_family_template(size_t i)
{
    return families[i].recipe;
}

/* ---- Chance -------------------------------------------------------------------------- */

typedef struct Dice {
    uint64_t seed;
    uint32_t number, thrown;
} Dice;

/* A whole number below `sides`. */
static uint64_t throw(Dice * dice, uint64_t sides)
{
    double u[4];
    TdiPlace place = {dice->thrown & ~3u, dice->number, 0, 0, TDI_RANDOM_SEARCH};
    tdi_uniform4(dice->seed, place, u);
    return (uint64_t)(u[dice->thrown++ & 3] * (double)sides);
}

/* Where the text before `mark` ends (braces within do not count): at the mark or at `end`. */
static const char *find_mark(const char *words, const char *end, char mark)
{
    int depth = 0;
    for (; words < end; words++) {
        if (*words == mark && depth == 0)
            return words;
        depth += *words == '{' ? 1 : *words == '}' ? -1 : 0;
    }
    return end;
}

/* A decimal as a whole number of its last place; *places counts them. */
static int64_t read_places(const char *words, const char *end, unsigned *places)
{
    int64_t value = 0;
    *places = 0;
    for (bool behind = false; words < end; words++) {
        if (*words == '.') {
            behind = true;
            continue;
        }
        value = 10 * value + (*words - '0');
        *places += behind;
    }
    return value;
}

static void add_number(Dice *dice, const char *words, const char *dots, const char *end,
                       TdiText *text)
{
    unsigned places, same;
    int64_t low = read_places(words, dots, &places);
    int64_t high = read_places(dots + 2, end, &same);
    int64_t value = low + (int64_t) throw(dice, (uint64_t)(high - low + 1)), unit = 1;
    for (unsigned i = 0; i < places; i++)
        unit *= 10;
    tdi_text_format(text, "%lld", (long long)(value / unit));
    if (places > 0)
        tdi_text_format(text, ".%0*lld", (int)places, (long long)(value % unit));
}

static void fill(Dice *dice, const char *words, const char *end, TdiText *text);

/* What stands between two braces. */
static void choose(Dice *dice, const char *words, const char *end, TdiText *text)
{
    const char *dots = strstr(words, "..");
    uint64_t count = 1;
    for (const char *at = find_mark(words, end, '|'); at < end;
         at = find_mark(at + 1, end, '|'))
        count++;
    if (count == 1 && dots != NULL && dots < end) {
        add_number(dice, words, dots, end, text);
        return;
    }
    for (uint64_t skip = throw(dice, count); skip > 0; skip--)
        words = find_mark(words, end, '|') + 1;
    fill(dice, words, find_mark(words, end, '|'), text);
}

static void fill(Dice *dice, const char *words, const char *end, TdiText *text)
{
    while (words < end) {
        const char *open = find_mark(words, end, '{');
        tdi_text_add_bytes(text, words, (size_t)(open - words));
        words = open;
        if (open < end) {
            const char *close = find_mark(open + 1, end, '}');
            choose(dice, open + 1, close, text);
            words = close + 1;
        }
    }
}

void tdi_family_fill(const char *words, uint64_t seed, uint32_t number, TdiText *text)
{
    Dice dice = {.seed = seed, .number = number};
    fill(&dice, words, words + strlen(words), text);
}

void tdi_family_text(uint64_t seed, uint32_t number, TdiText *text)
{
    Dice dice = {.seed = seed, .number = number};
    uint64_t weights = 0, i = 0;
    for (size_t k = 0; k < FAMILY_COUNT; k++)
        weights += families[k].weight;
    uint64_t left = throw(&dice, weights);
    for (; left >= families[i].weight; i++)
        left -= families[i].weight;
    tdi_text_format(text, "seed = %llu\n", (unsigned long long) throw(&dice, LARGEST_SEED) + 1);
    fill(&dice, families[i].recipe, families[i].recipe + strlen(families[i].recipe), text);
}
