/* bench_throughput THREADS: how many points a second tiedye draws. Reads one request a line,
 * its words separated by tabs, and answers each with one line, so that bench/run.py can let
 * this program and others take turns:
 *
 *     load FILE               a recipe: FILE.tie                         ok
 *     check WAY FILE [STRIDE] every STRIDEth (64th) row goes to FILE     ok
 *     time WAY SECONDS        do it again and again for so long          points a second
 *     count WAY               of networks, in all of it                  evaluations
 *     feed WAY FILE           what convolutions are fed goes to FILE     ok
 *
 * An answer that begins with "error: " says what went wrong. The first line, unasked, is what
 * this is, and after a tab the ways, with tabs between them. A way is an instruction set, as in
 * "avx2 --fast", behind one of the words below: what is drawn. Points are the pixels of a
 * picture, or the samples of a volume. "peak avx2" is no picture but the machine's
 * multiply-adds, in operations a second. "layers avx2", which is not among the ways of the
 * first line, is a recipe's convolutions (convolutions.h) in the place of a picture; they alone
 * can be asked what they are fed, and their rate is of evaluations of the whole.
 *
 * bench_throughput THREADS encode FORMAT FRAMES WIDTH HEIGHT COUNT FILM makes a film of a file
 * of frames, and is what bench/volumes.py measures of a film's encoder. bench_throughput
 * THREADS thumbnails COUNT SEED KIND looks at the candidates of a gallery (bench/galleries.py),
 * bench_throughput THREADS diagram SOURCE TIMES reads, folds and draws a network
 * (bench/diagrams.py).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiedye/kernels.h>
#include <tiedye/render.h>
#include <tiedye/sheet.h>

#include "convolutions.h"
#include "count.h"
#include "diagrams.h"
#include "encode.h"
#include "peak.h"
#include "thumbnails.h"

static const struct {
    const char *word; /* before the instruction set */
    TdSamples samples;
    const char *keys; /* what is changed in the recipe */
    bool whole;       /* always the whole picture: what is drawn for one row serves others */
} kinds[] = {
    {"field ", TD_SAMPLES_FIELD, "engine = dense", false}, /* the outputs, float32, in memory */
    {"blocks ", TD_SAMPLES_FIELD, "engine = auto", true},  /* the same of a volume */
    {"picture ", TD_SAMPLES_COLOUR, "engine = dense", false},
    {"spectral ", TD_SAMPLES_COLOUR, "engine = spectral", true},
    /* the same points but for a last bit, in rows that do not share y */
    {"turned ", TD_SAMPLES_FIELD, "rotate = 1e-9", false},
    /* multiply-adds and the rest, without activations */
    {"linear ", TD_SAMPLES_FIELD, "act = identity\nout = identity", false},
};
enum { KINDS = sizeof kinds / sizeof *kinds, CHECK_STRIDE = 64 };

typedef struct Bench {
    int threads;
    char file[4096]; /* without .tie */
    char way[64];    /* what was made ready last, "": nothing */
    char answer[640];
    TdRun run;
    Convolutions layers; /* in the picture's place */
    TdPicture *picture;
    unsigned char *rows;            /* of the whole picture */
    bool whole;                     /* the picture is drawn whole */
    uint32_t band;                  /* rows drawn at once */
    unsigned long long evaluations; /* of the last drawing that was whole; 0: there is none */
} Bench;

/* ---- Making a way ready -------------------------------------------------------------- */

static uint32_t row_count(const Bench *bench)
{
    return (uint32_t)td_raster_rows(td_picture_raster(bench->picture));
}

static bool draw(Bench *bench, uint32_t y, uint32_t count)
{
    uint64_t row_bytes = td_raster_row_bytes(td_picture_raster(bench->picture));
    TdError err = {0};
    count_begin();
    TdStatus status = td_picture_rows(bench->picture, y, count, bench->rows + y * row_bytes,
                                      &bench->run, &err);
    unsigned long long counted = count_end();
    if (count == row_count(bench))
        bench->evaluations = counted;
    snprintf(bench->answer, sizeof bench->answer, "%s", err.message);
    return status == TD_OK;
}

/* What is drawn at once is the whole picture, or as much as takes some time. */
static bool choose_band(Bench *bench)
{
    uint32_t height = row_count(bench);
    double begin, least = 0.02;
    bench->band = height;
    if (bench->whole)
        return true;
    bench->band = height < 16 ? height : 16;
    for (;;) {
        begin = now();
        if (!draw(bench, 0, bench->band))
            return false;
        if (now() - begin > least || bench->band > height / 2)
            return true;
        bench->band *= 2;
    }
}

static void forget(Bench *bench)
{
    td_picture_free(bench->picture);
    convolutions_forget(&bench->layers);
    free(bench->rows);
    bench->picture = NULL;
    bench->rows = NULL;
    bench->evaluations = 0;
    bench->way[0] = '\0';
}

static bool fail(Bench *bench, const TdError *err)
{
    snprintf(bench->answer, sizeof bench->answer, "%s", err->message);
    return false;
}

static bool make_picture(Bench *bench, size_t kind, TdError *err)
{
    char path[sizeof bench->file + 4];
    TdRecipe *recipe = td_recipe_create();
    snprintf(path, sizeof path, "%s.tie", bench->file);
    bool good = recipe != NULL && td_source_read(recipe, path, err) == TD_OK &&
                td_recipe_parse(recipe, kinds[kind].keys, err) == TD_OK &&
                td_draw_create(recipe, kinds[kind].samples, TD_DETAIL_EXACT, &bench->run,
                               &bench->picture, err) == TD_OK;
    /* rays of a volume are drawn in regions of many rows */
    bench->whole = kinds[kind].whole || (good && recipe->draw == TD_DRAW_VOLUME &&
                                         kinds[kind].samples == TD_SAMPLES_COLOUR);
    td_recipe_free(recipe);
    return good;
}

/* "avx2 --fast", the rest of `way`, becomes a run. */
static bool parse_cpu(Bench *bench, const char *way, const char *text)
{
    static const char fast[] = " --fast";
    char name[32];
    const char *end = strstr(text, fast);
    snprintf(name, sizeof name, "%.*s", end == NULL ? 31 : (int)(end - text), text);
    bench->run =
        (TdRun){.threads = bench->threads, .cpu = td_cpu_find(name), .fast = end != NULL};
    if (bench->run.cpu < TD_CPU_COUNT && td_cpu_available(bench->run.cpu))
        return true;
    snprintf(bench->answer, sizeof bench->answer, "there is no way %.100s here", way);
    return false;
}

static const char layers_word[] = "layers ";

static bool is_of_layers(const char *way)
{
    return strncmp(way, layers_word, strlen(layers_word)) == 0;
}

static bool make_layers(Bench *bench, const char *way)
{
    TdError err = {0};
    if (strcmp(bench->way, way) == 0)
        return true;
    forget(bench);
    if (!parse_cpu(bench, way, way + strlen(layers_word)))
        return false;
    if (!convolutions_make(&bench->layers, bench->file, &bench->run, &err))
        return fail(bench, &err);
    snprintf(bench->way, sizeof bench->way, "%s", way);
    return true;
}

static bool make_ready(Bench *bench, const char *way)
{
    TdError err = {0};
    size_t kind = 0;
    if (strcmp(bench->way, way) == 0)
        return true;
    forget(bench);
    while (kind < KINDS && strncmp(way, kinds[kind].word, strlen(kinds[kind].word)) != 0)
        kind++;
    if (!parse_cpu(bench, way, kind == KINDS ? "" : way + strlen(kinds[kind].word)))
        return false;
    if (!make_picture(bench, kind, &err))
        return fail(bench, &err);
    uint64_t bytes = td_raster_row_bytes(td_picture_raster(bench->picture)) * row_count(bench);
    bench->rows = malloc(bytes);
    if (bench->rows == NULL) {
        snprintf(bench->answer, sizeof bench->answer, "no memory");
        return false;
    }
    memset(bench->rows, 0, bytes); /* pages are there */
    if (!choose_band(bench))
        return false;
    snprintf(bench->way, sizeof bench->way, "%s", way);
    return true;
}

/* ---- Requests ------------------------------------------------------------------------ */

static bool check_picture(Bench *bench, const char *way, const char *path, uint32_t step)
{
    if (!make_ready(bench, way))
        return false;
    uint64_t row_bytes = td_raster_row_bytes(td_picture_raster(bench->picture));
    FILE *file = fopen(path, "wb");
    bool good = file != NULL && (!bench->whole || draw(bench, 0, row_count(bench)));
    for (uint32_t y = 0; good && y < row_count(bench); y += step)
        good = (bench->whole || draw(bench, y, 1)) &&
               fwrite(bench->rows + y * row_bytes, row_bytes, 1, file) == 1;
    if (file != NULL && fclose(file) != 0)
        good = false;
    snprintf(bench->answer, sizeof bench->answer, good ? "ok" : "cannot write %.500s", path);
    return good;
}

/* As it is asked for: the way of a picture, or of layers. */
static bool check(Bench *bench, const char *way, const char *path, const char *stride)
{
    TdError err = {0};
    uint32_t step = stride[0] != '\0' ? (uint32_t)strtoul(stride, NULL, 10) : CHECK_STRIDE;
    step = step > 0 ? step : 1;
    if (!is_of_layers(way))
        return check_picture(bench, way, path, step);
    if (!make_layers(bench, way))
        return false;
    if (!convolutions_check(&bench->layers, &bench->run, path, step, &err))
        return fail(bench, &err);
    snprintf(bench->answer, sizeof bench->answer, "ok");
    return true;
}

static bool feed(Bench *bench, const char *way, const char *path)
{
    TdError err = {.message = "a picture is fed nothing"};
    if (is_of_layers(way) && !make_layers(bench, way))
        return false;
    if (!is_of_layers(way) || !convolutions_feed(&bench->layers, &bench->run, path, &err))
        return fail(bench, &err);
    snprintf(bench->answer, sizeof bench->answer, "ok");
    return true;
}

/* Evaluations of networks in all of it. */
static bool count_all(Bench *bench, const char *way)
{
    if (!make_ready(bench, way) ||
        (bench->evaluations == 0 && !draw(bench, 0, row_count(bench))))
        return false;
    snprintf(bench->answer, sizeof bench->answer, "%llu", bench->evaluations);
    return true;
}

/* Points a second. */
static bool time_picture(Bench *bench, double seconds, double *rate)
{
    const TdRaster *raster = td_picture_raster(bench->picture);
    double begin = now(), passed, points = 0;
    uint32_t y = 0;
    do {
        if (!draw(bench, y, bench->band))
            return false;
        points += (double)bench->band * raster->width;
        y = y + 2 * bench->band <= row_count(bench) ? y + bench->band : 0;
        passed = now() - begin;
    } while (passed < seconds);
    *rate = points / passed;
    return true;
}

static bool time_layers(Bench *bench, double seconds, double *rate)
{
    TdError err = {0};
    return convolutions_time(&bench->layers, &bench->run, seconds, rate, &err) ||
           fail(bench, &err);
}

static bool time_way(Bench *bench, const char *way, double seconds)
{
    static const char peak[] = "peak ";
    double rate;
    if (strncmp(way, peak, sizeof peak - 1) == 0)
        rate = peak_rate(way + sizeof peak - 1, bench->threads, seconds);
    else if (is_of_layers(way)) {
        if (!make_layers(bench, way) || !time_layers(bench, seconds, &rate))
            return false;
    } else if (!make_ready(bench, way) || !time_picture(bench, seconds, &rate))
        return false;
    snprintf(bench->answer, sizeof bench->answer, "%.9g", rate);
    return true;
}

static bool answer(Bench *bench, char *line)
{
    static char nothing[] = "";
    char *word[4] = {nothing, nothing, nothing, nothing};
    for (size_t i = 0; i < 4 && line != NULL; i++)
        word[i] = strsep(&line, "\t");
    if (strcmp(word[0], "load") == 0) {
        forget(bench);
        snprintf(bench->file, sizeof bench->file, "%s", word[1]);
        snprintf(bench->answer, sizeof bench->answer, "ok");
        return true;
    }
    if (strcmp(word[0], "check") == 0)
        return check(bench, word[1], word[2], word[3]);
    if (strcmp(word[0], "count") == 0)
        return count_all(bench, word[1]);
    if (strcmp(word[0], "feed") == 0)
        return feed(bench, word[1], word[2]);
    if (strcmp(word[0], "time") == 0)
        return time_way(bench, word[1], strtod(word[2], NULL));
    snprintf(bench->answer, sizeof bench->answer, "there is no request %.100s", word[0]);
    return false;
}

static void say_hello(void)
{
    printf("tiedye %s", td_version());
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (unsigned cpu = TD_CPU_REF; cpu < TD_CPU_COUNT; cpu++) {
            const TdKernels *fast = td_kernels((TdCpu)cpu, true);
            if (fast == NULL)
                continue;
            printf("\t%s%s", kinds[kind].word, td_cpu_name((TdCpu)cpu));
            if (fast->fused)
                printf("\t%s%s --fast", kinds[kind].word, td_cpu_name((TdCpu)cpu));
        }
    }
    for (size_t i = 0; i < PEAK_LOOPS; i++)
        if (peak_name(i) != NULL)
            printf("\tpeak %s", peak_name(i));
    putchar('\n');
    fflush(stdout);
}

/* A request that is said on the command line: its exit code, -1 where there is none. */
static int run_words(int threads, int argc, char **argv)
{
    if (argc == 9 && strcmp(argv[2], "encode") == 0)
        return encode_film(threads, argv + 3) ? 0 : 1;
    if (argc == 6 && strcmp(argv[2], "thumbnails") == 0)
        return time_thumbnails(threads, argv + 3) ? 0 : 1;
    if (argc == 5 && strcmp(argv[2], "diagram") == 0)
        return time_diagram(argv + 3) ? 0 : 1;
    return -1;
}

int main(int argc, char **argv)
{
    static char line[8192];
    static Bench bench;
    bench.threads = argc >= 2 ? (int)strtol(argv[1], NULL, 10) : 0;
    int code = bench.threads < 1 || argc == 2 ? -1 : run_words(bench.threads, argc, argv);
    if (code >= 0)
        return code;
    if (bench.threads < 1 || argc > 2) {
        fputs(
            "usage: bench_throughput THREADS [encode FORMAT FRAMES WIDTH HEIGHT COUNT FILM |\n"
            "           thumbnails COUNT SEED random|seeds | diagram SOURCE TIMES]\n",
            stderr);
        return 2;
    }
    say_hello();
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        bool good = answer(&bench, line);
        printf("%s%s\n", good ? "" : "error: ", bench.answer);
        fflush(stdout);
    }
    forget(&bench);
    return 0;
}
