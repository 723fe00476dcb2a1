/* Galleries: what a thumbnail looks like, choosing, random recipes, and that none of it depends
 * on threads or instruction sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "search/choose.h"
#include "search/eye.h"
#include "search/families.h"
#include "search/page.h"
#include "tiedye/search.h"
#include "unit/recipes.h"

enum { SIDE = TD_LOOK_SIDE, PIXELS = SIDE * SIDE };

/* ---- Looks at pictures that are made by a formula ---------------------------------------- */

typedef double Formula(int x, int y);

/* Gray pictures of the formula's codes. */
static TdLook look_at_formula(Formula *formula)
{
    static unsigned char rows[PIXELS];
    static TdiSightings scratch;
    TdiEye eye;
    TdLook look;
    for (int i = 0; i < PIXELS; i++)
        rows[i] = (unsigned char)formula(i % SIDE, i / SIDE);
    tdi_eye_init(&eye);
    tdi_eye_look(&eye, rows, 1, &scratch, &look);
    return look;
}

static double flat(int x, int y)
{
    return x < 0 || y < 0 ? 0 : 99;
}

static double faint(int x, int y)
{
    (void)y;
    return 120 + x / 12.0;
}

static double halves(int x, int y)
{
    (void)y;
    return x < SIDE / 2 ? 0 : 255;
}

static double two_grays(int x, int y)
{
    return (x / 8 + y / 8) % 2 != 0 ? 80 : 170;
}

/* A number from 0 to 1 that looks random. */
static double dice(unsigned x, unsigned y)
{
    unsigned h = (x * 73856093u) ^ (y * 19349663u);
    h = (h ^ h >> 13) * 1274126177u;
    return (h ^ h >> 16) % 1000 / 999.0;
}

static double noise(int x, int y)
{
    return 40 + 170 * dice((unsigned)x, (unsigned)y);
}

/* Grains of 3 x 3 pixels. */
static double grains(int x, int y)
{
    return 40 + 170 * dice((unsigned)x / 3, (unsigned)y / 3);
}

/* Larger ones, which only their edges tell from large forms. */
static double clumps(int x, int y)
{
    return 40 + 170 * dice((unsigned)x / 5, (unsigned)y / 5);
}

/* A third each of black and of white, and a gradient between. */
static double clipped(int x, int y)
{
    double code = 8 * x - 256;
    (void)y;
    return code < 0 ? 0 : code > 255 ? 255 : code;
}

static double checks(int x, int y)
{
    return ((x + y) % 2 != 0 ? 40 : 150) + x / 2;
}

static double gradient(int x, int y)
{
    (void)y;
    return 20 + 2 * x;
}

/* Stripes of 12 pixels, aslant. */
static double stripes(int x, int y)
{
    int at = (2 * x + y) % 24;
    return 30 + 16 * (at < 12 ? at : 24 - at);
}

static void expect_sight(Formula *formula, TdSight sight)
{
    TdLook look = look_at_formula(formula);
    if (look.sight != sight)
        fail_msg("%s, not %s: contrast %g, ends %g, two %g, noise %g, coherence %g",
                 td_sight_name(look.sight), td_sight_name(sight), look.contrast, look.ends,
                 look.two_colours, look.noise, look.coherence);
}

static void test_sights(void **state)
{
    (void)state;
    expect_sight(flat, TD_SIGHT_BLANK);
    expect_sight(faint, TD_SIGHT_BLANK);
    expect_sight(halves, TD_SIGHT_SATURATED);
    expect_sight(two_grays, TD_SIGHT_SATURATED);
    expect_sight(clipped, TD_SIGHT_SATURATED);
    expect_sight(noise, TD_SIGHT_NOISY);
    expect_sight(clumps, TD_SIGHT_NOISY);
    assert_true(look_at_formula(clumps).noise < 0.6);
    assert_true(look_at_formula(clipped).two_colours < 0.88);
    expect_sight(grains, TD_SIGHT_NOISY);
    expect_sight(checks, TD_SIGHT_NOISY);
    expect_sight(gradient, TD_SIGHT_GOOD);
    expect_sight(stripes, TD_SIGHT_GOOD);
    assert_null(td_sight_name(TD_SIGHT_COUNT));
}

static void expect_near(double found, double wanted, double by)
{
    if (!(found >= wanted - by && found <= wanted + by))
        fail_msg("%.9g is not %.9g", found, wanted);
}

/* What can be said without computing. */
static void test_known_looks(void **state)
{
    (void)state;
    TdLook look = look_at_formula(halves);
    expect_near(look.contrast, 0.5, 1e-5); /* L of black is 0, of white 1 */
    expect_near(look.ends, 1, 0);
    expect_near(look.two_colours, 1, 0);
    expect_near(look.noise, 0, 1e-9);
    expect_near(look.coherence, 1, 1e-9);
    expect_near(look.colour, 0, 1e-3);
    expect_near(look.numbers[0], 0.5, 1e-5);  /* mean L */
    expect_near(look.numbers[3], 0.5, 1e-5);  /* its deviation */
    expect_near(look.numbers[14], 0.5, 1e-5); /* histogram of L: black, ... */
    expect_near(look.numbers[18], 0.5, 1e-5); /* ... white */
    expect_near(look_at_formula(flat).contrast, 0, 1e-9);
    expect_near(look_at_formula(noise).noise, 15.0 / 16, 0.01); /* means of 16 numbers */
    expect_near(look_at_formula(gradient).coherence, 1, 1e-3);
    assert_true(look_at_formula(noise).coherence < 0.5);
    assert_true(look_at_formula(stripes).interest > look_at_formula(gradient).interest);
    assert_true(look_at_formula(flat).interest == 0);
}

/* Red, of which Ottosson gives L 0.628, a 0.225, b 0.126. */
static void test_red(void **state)
{
    static unsigned char rows[PIXELS * 3];
    static TdiSightings scratch;
    TdiEye eye;
    TdLook look;
    (void)state;
    for (size_t i = 0; i < PIXELS; i++)
        rows[3 * i] = 255;
    tdi_eye_init(&eye);
    tdi_eye_look(&eye, rows, 3, &scratch, &look);
    expect_near(look.numbers[0], 0.62796, 1e-4);
    expect_near(look.numbers[1], 0.22486, 1e-4);
    expect_near(look.numbers[2], 0.12585, 1e-4);
    expect_near(look.colour, 0.25768, 1e-4);
    double all = 0;
    for (size_t k = 0; k < 8; k++)
        all += look.numbers[6 + k];
    expect_near(all, 2 * look.colour, 1e-4); /* cos^2 and sin^2 of two pairs of directions */
}

/* ---- Choosing ---------------------------------------------------------------------------- */

/* `count` looks in clusters. */
static TdLook *make_looks(size_t count)
{
    TdLook *looks = calloc(count, sizeof *looks);
    for (unsigned i = 0; i < count; i++) {
        looks[i].interest = dice(i, 7);
        for (unsigned n = 0; n < TD_LOOK_NUMBERS; n++)
            looks[i].numbers[n] = (float)(dice(i, 100 + n) + 2 * dice(i % 5, 500 + n));
    }
    return looks;
}

/* The sum of the variances of a part's numbers. */
static double spread_of(const TdLook *looks, size_t count, size_t first, size_t numbers)
{
    double all = 0;
    for (size_t n = first; n < first + numbers; n++)
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < count; k++) {
                double apart = (double)looks[i].numbers[n] - looks[k].numbers[n];
                all += apart * apart / 2 / (double)(count * count);
            }
    return all;
}

static double slow_apart(const TdLook *looks, const double *spread, size_t i, size_t k)
{
    static const struct {
        size_t numbers;
        double weight;
    } parts[] = {{6, 1.2}, {8, 1.2}, {5, 0.5}, {54, 0.7}, {7, 1}, {16, 0.5}};
    double sum = 0;
    size_t n = 0;
    for (size_t part = 0; part < TD_LOOK_PART_COUNT; part++)
        for (size_t end = n + parts[part].numbers; n < end; n++) {
            double apart = (double)looks[i].numbers[n] - looks[k].numbers[n];
            sum += apart * apart * parts[part].weight * parts[part].weight / spread[part];
        }
    assert_int_equal(n, TD_LOOK_NUMBERS);
    return sum;
}

/* How many have more interest. */
static size_t place_of(const TdLook *looks, size_t count, size_t i)
{
    size_t better = 0;
    for (size_t k = 0; k < count; k++)
        better += looks[k].interest > looks[i].interest ||
                  (looks[k].interest == looks[i].interest && k < i);
    return better;
}

static void slow_spreads(const TdLook *looks, size_t count, double *spread)
{
    static const size_t numbers[] = {6, 8, 5, 54, 7, 16};
    for (size_t part = 0, first = 0; part < TD_LOOK_PART_COUNT; first += numbers[part++])
        spread[part] = spread_of(looks, count, first, numbers[part]);
}

/* What search.h says, word by word. */
static void slow_choose(const TdLook *looks, size_t count, size_t keep, uint32_t *chosen)
{
    double spread[TD_LOOK_PART_COUNT];
    size_t pool = count / 8 > 4 * keep ? count / 8 : 4 * keep;
    slow_spreads(looks, count, spread);
    for (size_t n = 0; n < keep; n++) {
        double farthest = -1;
        size_t place = 0;
        for (size_t i = 0; i < count; i++) {
            double nearest = n == 0 ? 1 : INFINITY;
            for (size_t k = 0; k < n; k++) {
                double apart = slow_apart(looks, spread, i, chosen[k]);
                nearest = apart < nearest ? apart : nearest;
            }
            size_t mine = place_of(looks, count, i);
            if (mine >= pool || nearest < farthest || (nearest == farthest && mine > place))
                continue;
            farthest = nearest;
            place = mine;
            chosen[n] = (uint32_t)i;
        }
    }
}

static void expect_choice(size_t count, size_t keep)
{
    uint32_t found[64], wanted[64];
    TdLook *looks = make_looks(count);
    TdiChoice choice;
    assert_int_equal(tdi_choice_init(&choice, looks, count, NULL), TD_OK);
    assert_int_equal(tdi_choose(&choice, keep, found, NULL), TD_OK);
    slow_choose(looks, count, keep, wanted);
    for (size_t n = 0; n < keep; n++)
        assert_int_equal(found[n], wanted[n]);
    tdi_choice_clear(&choice);
    free(looks);
}

static void test_choice(void **state)
{
    (void)state;
    expect_choice(1, 1);
    expect_choice(40, 3);
    expect_choice(40, 40);
    expect_choice(300, 7);
    expect_choice(304, 8); /* an eighth is more than four times, and less than five */
    expect_choice(64, 16);
}

/* The same look twice: the second is taken when nothing else is left. */
static void test_twins(void **state)
{
    uint32_t chosen[6];
    TdLook *looks = make_looks(6);
    TdiChoice choice;
    (void)state;
    memcpy(looks[4].numbers, looks[1].numbers, sizeof looks[1].numbers);
    looks[1].interest = looks[4].interest = 1;
    assert_int_equal(tdi_choice_init(&choice, looks, 6, NULL), TD_OK);
    assert_int_equal(tdi_choose(&choice, 6, chosen, NULL), TD_OK);
    assert_int_equal(chosen[0], 1);
    assert_int_equal(chosen[5], 4);
    tdi_choice_clear(&choice);
    free(looks);
}

/* The way past all pictures, by colour: the first 19 numbers. */
static double way(const TdLook *looks, const double *spread, const uint32_t *order,
                  size_t count)
{
    double sum = 0;
    for (size_t i = 1; i < count; i++) {
        TdLook two[2] = {looks[order[i - 1]], looks[order[i]]};
        for (size_t n = 19; n < TD_LOOK_NUMBERS; n++)
            two[0].numbers[n] = two[1].numbers[n] = 0;
        sum += sqrt(slow_apart(two, spread, 0, 1));
    }
    return sum;
}

/* Same pictures, same first one, and no piece that is better turned round. */
static void test_order(void **state)
{
    enum { COUNT = 30 };
    TdLook *looks = make_looks(COUNT);
    TdiChoice choice;
    double spread[TD_LOOK_PART_COUNT];
    uint32_t order[COUNT], seen = 0;
    (void)state;
    slow_spreads(looks, COUNT, spread);
    for (uint32_t i = 0; i < COUNT; i++)
        order[i] = (i + 11) % COUNT;
    double before = way(looks, spread, order, COUNT);
    assert_int_equal(tdi_choice_init(&choice, looks, COUNT, NULL), TD_OK);
    tdi_choice_arrange(&choice, order, COUNT);
    double length = way(looks, spread, order, COUNT);
    assert_int_equal(order[0], 11);
    for (size_t i = 0; i < COUNT; i++)
        seen |= 1u << order[i];
    assert_int_equal(seen, (1u << COUNT) - 1);
    assert_true(length < 0.75 * before);
    for (size_t i = 1; i + 1 < COUNT; i++)
        for (size_t k = i + 1; k < COUNT; k++) {
            uint32_t turned[COUNT];
            memcpy(turned, order, sizeof turned);
            for (size_t n = i; n <= k; n++)
                turned[n] = order[i + k - n];
            assert_true(way(looks, spread, turned, COUNT) > length - 1e-5);
        }
    tdi_choice_clear(&choice);
    free(looks);
}

/* ---- Random recipes ---------------------------------------------------------------------- */

static char *filled(const char *words, uint64_t seed, uint32_t number)
{
    TdiText text = {0};
    tdi_family_fill(words, seed, number, &text);
    return tdi_text_take(&text);
}

/* Every value that may come does, and no other. */
static void expect_values(const char *words, const char *const *values, size_t count)
{
    unsigned found = 0;
    for (uint32_t number = 0; number < 400; number++) {
        size_t i = 0;
        char *text = filled(words, 5, number);
        while (i < count && strcmp(text, values[i]) != 0)
            i++;
        if (i == count)
            fail_msg("%s gives %s", words, text);
        found |= 1u << i;
        td_text_free(text);
    }
    assert_int_equal(found, (1u << count) - 1);
}

static void test_templates(void **state)
{
    static const char *const tenths[] = {"a 0.9 b", "a 1.0 b", "a 1.1 b"};
    static const char *const wholes[] = {"9", "10", "11"};
    static const char *const words[] = {"x", "", "y1z", "y2z"};
    static const char *const plain[] = {"no chance"};
    (void)state;
    expect_values("a {0.9..1.1} b", tenths, 3);
    expect_values("{9..11}", wholes, 3);
    expect_values("{x||y{1|2}z}", words, 4);
    expect_values("no chance", plain, 1);
}

/* The numbers are Philox's on every machine; tests/cli/galleries.py computes these again. */
static void test_chance_is_fixed(void **state)
{
    (void)state;
    char *text = filled("{0..999999} {0..999999} {0..999999} {0..999999} {0..999999}", 7, 3);
    assert_string_equal(text, "344766 725779 680984 142368 605217");
    td_text_free(text);
}

static void test_random_recipes(void **state)
{
    TdError err = {0};
    (void)state;
    for (uint32_t number = 0; number < 3000; number++) {
        TdRecipe *recipe = td_recipe_create();
        if (td_random_recipe(recipe, 1, number, &err) != TD_OK)
            fail_msg("%u: %s", (unsigned)number, err.message);
        assert_true(recipe->seed >= 1 && recipe->seed <= 999999);
        td_recipe_free(recipe);
    }
    for (size_t i = 0; i < tdi_family_count(); i++)
        assert_non_null(strstr(tdi_family_template(i), "layers = "));
}

static void test_text_of_pages(void **state)
{
    TdiText text = {0};
    (void)state;
    tdi_page_add_text(&text, "a<b> & \"c\"\nd");
    assert_string_equal(text.data, "a&lt;b&gt; &amp; &quot;c&quot;&#10;d");
    tdi_text_free(&text);
}

/* ---- Galleries --------------------------------------------------------------------------- */

static TdGallery *find(const TdGalleryPlan *plan, const TdRun *run)
{
    TdError err = {0};
    TdGallery *gallery;
    if (td_gallery_find(plan, run, &gallery, &err) != TD_OK)
        fail_msg("%s", err.message);
    return gallery;
}

static void expect_same(const TdGallery *a, const TdGallery *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->seen, b->seen, sizeof a->seen);
    for (uint32_t i = 0; i < a->count; i++) {
        assert_int_equal(a->keepers[i].number, b->keepers[i].number);
        assert_memory_equal(&a->keepers[i].look, &b->keepers[i].look, sizeof(TdLook));
    }
}

static void test_threads_and_instructions_do_not_matter(void **state)
{
    TdRecipe *recipe = recipe_of("seed = 3");
    TdGalleryPlan plan = {.recipe = recipe, .random = true, .among = 60, .keep = 9};
    TdRun one = {.threads = 1};
    TdGallery *first = find(&plan, &one);
    (void)state;
    assert_int_equal(first->count, 9);
    assert_int_equal(first->seen[0] + first->seen[1] + first->seen[2] + first->seen[3], 60);
    for (int threads = 1; threads <= 7; threads += threads == 1 ? 1 : 5)
        for (unsigned cpu = threads == 2 ? TD_CPU_REF : TD_CPU_BEST; cpu < TD_CPU_COUNT;
             cpu++) {
            TdRun run = {.threads = threads, .cpu = (TdCpu)cpu};
            if (!td_cpu_available((TdCpu)cpu) || (cpu == TD_CPU_REF && threads != 2))
                continue;
            TdGallery *other = find(&plan, &run);
            expect_same(first, other);
            td_gallery_free(other);
        }
    td_gallery_free(first);
    td_recipe_free(recipe);
}

/* With a recipe, candidates are its seeds; without, settings hold in all of them. */
static void test_candidates(void **state)
{
    TdRecipe *recipe = recipe_of("layers = 9,3\nseed = 18446744073709551615"), *candidate;
    const TdSetting settings[] = {{"seed", "5"}, {"palette", "dusk"}, {"size", "40x30"}};
    TdGalleryPlan plan = {.recipe = recipe, .among = 10, .keep = 1};
    (void)state;
    assert_int_equal(td_gallery_candidate(&plan, 2, &candidate, NULL), TD_OK);
    assert_int_equal(candidate->seed, 1);
    assert_int_equal(candidate->layers[0].width, 9);
    td_recipe_free(candidate);
    plan.random = true;
    plan.settings = settings;
    plan.setting_count = 3;
    assert_int_equal(td_gallery_candidate(&plan, 2, &candidate, NULL), TD_OK);
    assert_int_equal(candidate->palette, TD_PALETTE_DUSK);
    assert_int_equal(candidate->size.width, 40);
    assert_int_not_equal(candidate->seed, 5);
    td_recipe_free(candidate);
    td_recipe_free(recipe);
}

/* The thumbnail is the middle square: a wide picture's look is that of its square. */
static void test_shapes(void **state)
{
    static const char *const same[] = {"seed = 4\nextent = 2",
                                       "seed = 4\nextent = 2\nsize = 300x100",
                                       "seed = 4\nextent = 6\nsize = 100x300"};
    TdLook looks[3];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        TdRecipe *recipe = recipe_of(same[i]);
        assert_int_equal(td_look_at(recipe, NULL, &looks[i], NULL), TD_OK);
        assert_memory_equal(&looks[i], &looks[0], sizeof looks[0]);
        td_recipe_free(recipe);
    }
}

static void test_none_is_good(void **state)
{
    TdRecipe *recipe = recipe_of("sigma_w = 0");
    TdGalleryPlan plan = {.recipe = recipe, .among = 5, .keep = 2};
    TdGallery *gallery = find(&plan, NULL);
    (void)state;
    assert_int_equal(gallery->count, 0);
    assert_int_equal(gallery->seen[TD_SIGHT_BLANK], 5);
    td_gallery_free(gallery);
    td_recipe_free(recipe);
}

static void expect_failure(const char *text, uint32_t among, uint32_t keep, TdRun run,
                           TdStatus status, const char *words)
{
    TdRecipe *recipe = recipe_of(text);
    TdGalleryPlan plan = {.recipe = recipe, .among = among, .keep = keep};
    TdGallery *gallery;
    TdError err = {0};
    assert_int_equal(td_gallery_find(&plan, &run, &gallery, &err), status);
    assert_null(gallery);
    if (strstr(err.message, words) == NULL)
        fail_msg("%s", err.message);
    td_recipe_free(recipe);
}

static void test_failures(void **state)
{
    TdRun run = {.threads = 2}, small = {.max_memory = 10000};
    (void)state;
    expect_failure("", 0, 1, run, TD_ERROR_ARGUMENT, "among");
    expect_failure("", 3, 0, run, TD_ERROR_ARGUMENT, "keep");
    expect_failure("", 3, 4, run, TD_ERROR_ARGUMENT, "keep");
    expect_failure("draw = sheet", 3, 1, run, TD_ERROR_RECIPE, "single pictures");
    expect_failure("draw = volume\ninputs = x,y,z", 3, 1, run, TD_ERROR_RECIPE, "single");
    expect_failure("size = 8x8x8", 3, 1, run, TD_ERROR_RECIPE, "single pictures");
    expect_failure("path = z=0..1\ninputs = x,y,z", 3, 1, run, TD_ERROR_RECIPE, "film");
    expect_failure("field = a.npy", 3, 1, run, TD_ERROR_RECIPE, "field");
    expect_failure("layers = 9,2", 3, 1, run, TD_ERROR_RECIPE, "channels");
    expect_failure("", 1000, 1, small, TD_ERROR_MEMORY, "--max-memory");
}

static volatile sig_atomic_t cancelled;

static void cancel(void *user, const char *stage, uint64_t done, uint64_t total)
{
    (void)user;
    assert_string_equal(stage, "thumbnails");
    assert_true(done <= total);
    cancelled = 1;
}

static void test_cancelling(void **state)
{
    TdRun run = {.threads = 2, .progress = cancel, .cancel = &cancelled};
    (void)state;
    cancelled = 0;
    expect_failure("", 100, 3, run, TD_ERROR_CANCELLED, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sights),
        cmocka_unit_test(test_known_looks),
        cmocka_unit_test(test_red),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_twins),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_chance_is_fixed),
        cmocka_unit_test(test_random_recipes),
        cmocka_unit_test(test_text_of_pages),
        cmocka_unit_test(test_threads_and_instructions_do_not_matter),
        cmocka_unit_test(test_candidates),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_none_is_good),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_cancelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
