/* golden_hashes TABLE: the numerics contract within one process, for machines that the program
 * itself is not built for. Draws the recipes of tests/golden/pictures.txt with every
 * instruction set of this build and machine, on 1, 2 and 7 threads, in bands of odd heights,
 * and compares their hashes. Threads change from recipe to recipe and set to set. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fpmode.h"
#include "tiedye/sheet.h"

enum { LINE = 512 };

/* FNV-1a over samples, those of 16 bits with the high byte first. Floats are bytes: all our
 * machines have the low one first. */
static uint64_t hash_samples(uint64_t hash, const unsigned char *bytes, size_t count,
                             TdSampleType type)
{
    bool wide = type == TD_SAMPLE_U16;
    count = type == TD_SAMPLE_F32 ? count * sizeof(float) : count;
    for (size_t i = 0; i < count; i++) {
        unsigned sample = bytes[i];
        if (wide) {
            uint16_t word;
            memcpy(&word, bytes + 2 * i, sizeof word);
            hash = (hash ^ word >> 8) * UINT64_C(0x100000001b3);
            sample = word & 255;
        }
        hash = (hash ^ sample) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static TdStatus hash_picture(TdPicture *picture, const TdRun *run, uint64_t *hash, TdError *err)
{
    const TdRaster *raster = td_picture_raster(picture);
    uint32_t band = 7 + 30 * (uint32_t)run->threads;
    size_t row_samples = (size_t)raster->width * raster->channels;
    unsigned char *rows = malloc((size_t)td_raster_row_bytes(raster) * band);
    TdStatus status = rows == NULL ? TD_ERROR_MEMORY : TD_OK;
    *hash = UINT64_C(0xcbf29ce484222325);
    uint32_t height = (uint32_t)td_raster_rows(raster);
    for (uint32_t y = 0; y < height && status == TD_OK; y += band) {
        uint32_t count = height - y < band ? height - y : band;
        status = td_picture_rows(picture, y, count, rows, run, err);
        *hash = hash_samples(*hash, rows, row_samples * count, raster->type);
    }
    free(rows);
    return status;
}

static void describe(const TdRaster *raster, uint64_t hash, char *line)
{
    char depth[16] = "";
    if (raster->depth > 0)
        snprintf(depth, sizeof depth, "x%u", (unsigned)raster->depth);
    int length = snprintf(line, LINE, "%016" PRIx64 " %ux%u%s ", hash, (unsigned)raster->width,
                          (unsigned)raster->height, depth);
    char *kind = line + length;
    if (raster->type == TD_SAMPLE_F32)
        snprintf(kind, 16, "f32x%u", (unsigned)raster->channels);
    else
        snprintf(kind, 16, "%s%d", raster->channels == 1 ? "gray" : "rgb",
                 raster->type == TD_SAMPLE_U8 ? 8 : 16);
}

/* The line of the `.hash` format. */
static TdStatus draw(const char *link, const TdRun *run, char *line, TdError *err)
{
    TdRecipe *recipe = td_recipe_create();
    TdPicture *picture = NULL;
    uint64_t hash = 0;
    TdStatus status = recipe == NULL ? TD_ERROR_MEMORY : td_recipe_parse(recipe, link, err);
    TdSamples samples = TD_SAMPLES_COLOUR;
    if (status == TD_OK && recipe->size.depth > 0)
        samples = TD_SAMPLES_FIELD;
    if (status == TD_OK)
        status = td_draw_create(recipe, samples, TD_DETAIL_EXACT, run, &picture, err);
    if (status == TD_OK)
        status = hash_picture(picture, run, &hash, err);
    if (status == TD_OK)
        describe(td_picture_raster(picture), hash, line);
    td_picture_free(picture);
    td_recipe_free(recipe);
    return status;
}

/* Whether a line of the table holds; "HASH SIZE KIND  RECIPE". */
static bool holds(char *entry, const TdRun *run)
{
    char line[LINE] = "";
    TdError err = {0};
    char *recipe = strstr(entry, "  ");
    if (recipe == NULL)
        return false;
    *recipe = '\0';
    TdStatus status = draw(recipe + 2, run, line, &err);
    bool same = status == TD_OK && strcmp(line, entry) == 0;
    if (!same)
        printf("%s, %d threads: %s instead of %s, %s\n", td_cpu_name(run->cpu), run->threads,
               status == TD_OK ? line : err.message, entry, recipe + 2);
    *recipe = ' ';
    return same;
}

int main(int argc, char **argv)
{
    static const int threads[] = {1, 2, 7};
    char entry[LINE];
    size_t line = 0;
    long passed = 0, failed = 0;
    FILE *table = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (table == NULL) {
        fprintf(stderr, "golden_hashes: give it tests/golden/pictures.txt\n");
        return 2;
    }
    bool half = getenv("TIEDYE_SANITIZED") != NULL; /* slow: sets and recipes in turn */
    TdiFpMode mode = tdi_fp_enter();
    for (; fgets(entry, sizeof entry, table) != NULL; line++) {
        entry[strcspn(entry, "\n")] = '\0';
        for (unsigned cpu = TD_CPU_REF; cpu < TD_CPU_COUNT && entry[0] != '#'; cpu++) {
            TdRun run = {.cpu = (TdCpu)cpu, .threads = threads[(line + cpu) % 3]};
            if (!td_cpu_available((TdCpu)cpu) || (half && (line + cpu) % 2 == 0))
                continue;
            bool good = holds(entry, &run);
            passed += good;
            failed += !good;
        }
    }
    tdi_fp_leave(mode);
    fclose(table);
    printf("best instruction set: %s\n", td_cpu_name(td_cpu_best()));
    printf("%ld passed, %ld failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
