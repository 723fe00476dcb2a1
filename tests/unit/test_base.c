/* Random numbers against published values and libm, numbers as text, spelling, memory, jobs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/jobs.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"

/* Known answers of the Random123 distribution (kat_vectors, philox4x32, 10 rounds). */
static void test_philox(void **state)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        tdi_philox(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void test_uniform_is_inside(void **state)
{
    double sum = 0, u[4];
    (void)state;
    for (uint32_t i = 0; i < 4000; i += 4) {
        tdi_uniform4(7, (TdiPlace){i, 0, 0, 0, TDI_RANDOM_WEIGHT}, u);
        for (int k = 0; k < 4; k++) {
            assert_true(u[k] > 0 && u[k] < 1);
            sum += u[k];
        }
    }
    assert_true(fabs(sum / 4000 - 0.5) < 0.02);
}

/* The quantile undoes the distribution function, here libm's erfc. */
static void test_normal_quantile(void **state)
{
    (void)state;
    assert_true(fabs(tdi_normal_quantile(0.975) - 1.959963984540054) < 1e-15);
    assert_true(fabs(tdi_normal_quantile(1e-10) + 6.361340902404056) < 1e-14);
    for (double u = 0x1p-33; u < 1; u = u < 0.5 ? u * 1.01 : u + (1 - u) * 0.01 + 1e-12) {
        long double z = tdi_normal_quantile(u);
        long double p = erfcl(-z / sqrtl(2)) / 2;
        long double density = expl(-z * z / 2) / sqrtl(2 * acosl(-1));
        assert_true(fabsl((p - (long double)u) / density) < 4e-15L * (1 + fabsl(z)));
    }
}

static void test_log(void **state)
{
    (void)state;
    for (double x = 1e-318; x < 1e300; x *= 1.0317) {
        long double exact = logl(x), error = fabsl((long double)tdi_log(x) - exact);
        assert_true(error <=
                    2.0L * (nextafter(fabs((double)exact), INFINITY) - fabs((double)exact)) +
                        1e-320L);
    }
    assert_true(tdi_log(1) == 0);
}

static void test_angles(void **state)
{
    double c, s;
    (void)state;
    for (double degrees = -1080; degrees <= 1080; degrees += 0.37) {
        tdi_cos_sin_degrees(degrees, &c, &s);
        assert_true(fabsl(c - cosl(degrees * acosl(-1) / 180)) < 3e-16L);
        assert_true(fabsl(s - sinl(degrees * acosl(-1) / 180)) < 3e-16L);
    }
    for (int quarter = -4; quarter <= 4; quarter++) {
        static const int cosines[] = {1, 0, -1, 0};
        tdi_cos_sin_degrees(90 * quarter, &c, &s);
        assert_true(c == cosines[quarter & 3] && s == cosines[(quarter + 3) & 3]);
        assert_false(signbit(c) && c == 0);
        assert_false(signbit(s) && s == 0);
    }
}

static void expect_real(const char *words, bool valid, double value)
{
    double read = -77;
    bool found = tdi_parse_real(words, strlen(words), &read);
    if (found != valid || (valid && read != value))
        fail_msg("\"%s\" reads as %d, %g", words, found, read);
}

static void test_reals(void **state)
{
    static const char *const wrong[] = {"",     "-",      ".",   "e5",  "1e",   "1e+",
                                        "0x10", "inf",    "nan", "1,5", "1 ",   " 1",
                                        "1..2", "1e9999", "--1", "1-2", "1.5f", "+-1"};
    (void)state;
    expect_real("0", true, 0);
    expect_real("-0", true, 0);
    expect_real("+1.5", true, 1.5);
    expect_real(".5", true, 0.5);
    expect_real("5.", true, 5);
    expect_real("-2e-3", true, -0.002);
    expect_real("1E3", true, 1000);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_real(wrong[i], false, 0);
}

static void test_reals_print_and_read_back(void **state)
{
    static const double values[] = {0, 1, 0.1, -2.5, 1.0 / 3, 1e-300, 123456789.125, 5e-324};
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        TdiText text = {0};
        double read;
        tdi_text_add_real(&text, values[i]);
        assert_true(tdi_parse_real(text.data, text.length, &read));
        assert_true(read == values[i]);
        tdi_text_free(&text);
    }
    TdiText text = {0};
    tdi_text_add_real(&text, 300);
    tdi_text_add(&text, " ");
    tdi_text_add_real(&text, 0.0005);
    tdi_text_add(&text, " ");
    tdi_text_add_real(&text, -1e20);
    assert_string_equal(text.data, "300 0.0005 -1e+20");
    tdi_text_free(&text);
}

static void test_whole_numbers(void **state)
{
    uint64_t value;
    (void)state;
    assert_true(tdi_parse_u64("18446744073709551615", 20, &value) && value == UINT64_MAX);
    assert_false(tdi_parse_u64("18446744073709551616", 20, &value));
    assert_false(tdi_parse_u64("", 0, &value));
    assert_false(tdi_parse_u64("-1", 2, &value));
    assert_false(tdi_parse_u64("1x", 2, &value));
}

static void test_spelling(void **state)
{
    static const char *const names[] = {"seed", "sigma_w", "antialias"};
    (void)state;
    assert_string_equal(tdi_nearest_name("sead", 4, names, 3), "seed");
    assert_string_equal(tdi_nearest_name("sigma-b", 7, names, 3), "sigma_w");
    assert_string_equal(tdi_nearest_name("antialais", 9, names, 3), "antialias");
    assert_null(tdi_nearest_name("palette", 7, names, 3));
    assert_null(tdi_nearest_name("", 0, names, 3));
}

static void test_json(void **state)
{
    TdiText text = {0};
    (void)state;
    tdi_text_add_json(&text, "a\"b\\c\nd\001");
    assert_string_equal(text.data, "a\\\"b\\\\c\\nd\\u0001");
    tdi_text_free(&text);
}

static void test_memory(void **state)
{
    (void)state;
    assert_null(tdi_alloc(SIZE_MAX, 2));
    assert_null(tdi_alloc(SIZE_MAX / 2, 1));
    unsigned char *block = tdi_alloc(3, 5);
    assert_int_equal((uintptr_t)block % 64, 0);
    for (int i = 0; i < 15; i++)
        assert_int_equal(block[i], 0);
    block[14] = 9;
    block = tdi_realloc(block, 15, 100000);
    assert_int_equal(block[14], 9);
    tdi_free(block);
    assert_true(tdi_mul_size(UINT64_MAX / 2, 3) == UINT64_MAX);
    assert_true(tdi_add_size(UINT64_MAX, 1) == UINT64_MAX);
    assert_true(tdi_machine_memory() > 1 << 20);
}

/* ---- Jobs ---------------------------------------------------------------------------- */

static void mark(const void *user, size_t job, const TdiWorker *worker)
{
    unsigned char *marks = *(unsigned char *const *)user;
    marks[job]++; /* each job has its own byte */
    memset(worker->scratch, (int)job, 100);
}

static void test_every_job_runs_once(void **state)
{
    unsigned char marks[1000];
    unsigned char *user = marks;
    (void)state;
    for (int threads = 1; threads <= 7; threads += 3) {
        TdRun run = {.threads = threads};
        TdiJobs jobs = {.count = 1000, .scratch_bytes = 100, .work = mark, .user = &user};
        memset(marks, 0, sizeof marks);
        assert_int_equal(tdi_run_jobs(&jobs, &run, NULL), TD_OK);
        for (size_t i = 0; i < sizeof marks; i++)
            assert_int_equal(marks[i], 1);
    }
}

static void test_cancelled_jobs_do_not_run(void **state)
{
    volatile sig_atomic_t cancel = 1;
    unsigned char marks[8] = {0};
    unsigned char *user = marks;
    TdError err;
    TdRun run = {.threads = 2, .cancel = &cancel};
    TdiJobs jobs = {.count = 8, .scratch_bytes = 100, .work = mark, .user = &user};
    (void)state;
    assert_int_equal(tdi_run_jobs(&jobs, &run, &err), TD_ERROR_CANCELLED);
    assert_string_equal(err.message, "interrupted");
    for (size_t i = 0; i < sizeof marks; i++)
        assert_int_equal(marks[i], 0);
}

static void test_tables(void **state)
{
    (void)state;
    for (unsigned i = 0; i < TD_ACT_COUNT; i++) {
        const TdActivationInfo *info = td_activation_info((TdActivation)i);
        assert_int_equal(td_activation_find(info->name), i);
        assert_true(info->formula[0] != '\0' && info->low <= info->high);
    }
    assert_int_equal(td_activation_find("tanhh"), TD_ACT_COUNT);
    for (unsigned i = 0; i < TD_CPU_COUNT; i++)
        assert_int_equal(td_cpu_find(td_cpu_name((TdCpu)i)), i);
    assert_int_equal(td_cpu_find("avx"), TD_CPU_COUNT);
    assert_true(td_cpu_available(td_cpu_best()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox),
        cmocka_unit_test(test_uniform_is_inside),
        cmocka_unit_test(test_normal_quantile),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_angles),
        cmocka_unit_test(test_reals),
        cmocka_unit_test(test_reals_print_and_read_back),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_spelling),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_every_job_runs_once),
        cmocka_unit_test(test_cancelled_jobs_do_not_run),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
