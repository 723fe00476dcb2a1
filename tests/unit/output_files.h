/* What the tests of output.h share: a folder of their own, files, painted pictures. */
#ifndef TDI_TEST_OUTPUT_FILES_H
#define TDI_TEST_OUTPUT_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tiedye/output.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- A folder of our own ------------------------------------------------------------ */

static char folder[200];

typedef struct Bytes {
    uint8_t *data;
    size_t size;
} Bytes;

static inline void *make_room(size_t size)
{
    void *block = calloc(1, size == 0 ? 1 : size);
    assert_non_null(block);
    return block;
}

/* A path in the folder; of the last eight asked for. */
static inline const char *place(const char *name)
{
    static char paths[8][512];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline int make_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/tiedye-test-XXXXXX", base != NULL ? base : "/tmp");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

/* Number of entries, hidden ones too. */
static inline int count_entries(void)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int count = -2;
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static inline int empty_folder(void **state)
{
    (void)state;
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove(place(entry->d_name));
    return dir == NULL ? -1 : closedir(dir);
}

static inline int remove_folder(void **state)
{
    empty_folder(state);
    return rmdir(folder);
}

static inline Bytes load(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    Bytes bytes = {.size = (size_t)ftell(file)};
    bytes.data = make_room(bytes.size);
    rewind(file);
    assert_int_equal(fread(bytes.data, 1, bytes.size, file), bytes.size);
    fclose(file);
    return bytes;
}

static inline void save(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    fclose(file);
}

static inline void assert_file(const char *path, const void *data, size_t size)
{
    Bytes bytes = load(path);
    assert_int_equal(bytes.size, size);
    assert_memory_equal(bytes.data, data, size);
    free(bytes.data);
}

/* ---- Pictures ----------------------------------------------------------------------- */

static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Half of it smooth, half of it noise. */
static inline void *paint(const TdRaster *raster)
{
    size_t across = (size_t)raster->width * raster->channels,
           size = td_sample_size(raster->type);
    uint8_t *bytes = make_room(across * raster->height * size);
    uint32_t state = raster->width * 31 + raster->height;
    for (size_t y = 0; y < raster->height; y++)
        for (size_t x = 0; x < across; x++) {
            uint32_t value =
                y % 64 < 32 ? (uint32_t)(x * 37 + y * y * 11) : next_random(&state);
            uint16_t wide = (uint16_t)value;
            uint8_t *out = bytes + (y * across + x) * size;
            float real = (float)value / 1000;
            if (size == 1)
                out[0] = (uint8_t)(value >> 4);
            else
                memcpy(out, size == 2 ? (void *)&wide : (void *)&real, size);
        }
    return bytes;
}

static inline TdStatus begin(const char *path, const TdRaster *raster, const char *recipe,
                             int threads, TdOutput **output, TdError *err)
{
    const TdFormatInfo *format = td_format_find(NULL, path, err);
    assert_non_null(format);
    TdRun run = {.threads = threads};
    return td_output_open(format, path, raster, recipe, &run, output, err);
}

/* Write a whole file in bands; 0: as high as the writer likes. */
static inline void write_all(const char *path, const TdRaster *raster, const void *rows,
                             const char *recipe, int threads, uint32_t band)
{
    TdOutput *output;
    TdError err = {0};
    const uint8_t *bytes = rows;
    if (begin(path, raster, recipe, threads, &output, &err) != TD_OK)
        fail_msg("%s", err.message);
    band = band == 0 ? td_output_band_rows(output) : band;
    for (uint32_t y = 0; y < raster->height; y += band) {
        uint32_t count = raster->height - y < band ? raster->height - y : band;
        assert_int_equal(
            td_output_rows(output, bytes + y * td_raster_row_bytes(raster), count, &err),
            TD_OK);
    }
    if (td_output_close(output, &err) != TD_OK)
        fail_msg("%s", err.message);
}

#endif
