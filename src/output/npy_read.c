#include "output/npy_read.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fpmode.h"
#include "base/memory.h"
#include "output/source.h"

enum { MAGIC_BYTES = 6, HEAD_MOST = 65536, RANK_MOST = 3, PIECE_BYTES = 32768 };

#define SIDE_MOST UINT64_C(2147483647)

static const char magic[MAGIC_BYTES] = {(char)0x93, 'N', 'U', 'M', 'P', 'Y'};

/* ---- The dictionary in front ------------------------------------------------------------- */

/* What it says, as Python writes it: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}
 */
typedef struct Head {
    bool has_type, has_order, has_shape;
    char type[16];
    bool fortran;
    uint64_t shape[RANK_MOST + 1];
    unsigned rank; /* RANK_MOST + 1: more than that */
} Head;

typedef struct Text {
    const char *at, *end;
} Text;

static void skip_blanks(Text *text)
{
    while (text->at < text->end &&
           (*text->at == ' ' || *text->at == '\n' || *text->at == '\t' || *text->at == '\r'))
        text->at++;
}

static bool take(Text *text, const char *words)
{
    size_t length = strlen(words);
    skip_blanks(text);
    if ((size_t)(text->end - text->at) < length || memcmp(text->at, words, length) != 0)
        return false;
    text->at += length;
    return true;
}

/* A word in quotes, which must fit. */
static bool take_quoted(Text *text, char *out, size_t size)
{
    const char *quote = take(text, "'") ? "'" : take(text, "\"") ? "\"" : NULL;
    const char *end =
        quote == NULL ? NULL : memchr(text->at, *quote, (size_t)(text->end - text->at));
    if (end == NULL || (size_t)(end - text->at) >= size)
        return false;
    memcpy(out, text->at, (size_t)(end - text->at));
    out[end - text->at] = '\0';
    text->at = end + 1;
    return true;
}

/* A whole number; what is too large for a picture stays too large. */
static bool take_number(Text *text, uint64_t *number)
{
    skip_blanks(text);
    const char *begin = text->at;
    for (*number = 0; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++)
        if (*number <= SIDE_MOST)
            *number = *number * 10 + (uint64_t)(*text->at - '0');
    return text->at > begin;
}

/* What lies beyond RANK_MOST + 1 numbers is counted no further. */
static bool take_shape(Text *text, Head *head)
{
    uint64_t number;
    bool more = take(text, "(") && !take(text, ")");
    while (more) {
        if (!take_number(text, &number))
            return false;
        head->shape[head->rank <= RANK_MOST ? head->rank : RANK_MOST] = number;
        head->rank += head->rank <= RANK_MOST;
        bool comma = take(text, ",");
        more = !take(text, ")");
        if (more && !comma)
            return false;
    }
    head->has_shape = true;
    return true;
}

static bool take_order(Text *text, Head *head)
{
    head->fortran = take(text, "True");
    head->has_order = head->fortran || take(text, "False");
    return head->has_order;
}

static bool take_value(Text *text, const char *key, Head *head)
{
    if (strcmp(key, "descr") == 0)
        return head->has_type = take_quoted(text, head->type, sizeof head->type);
    if (strcmp(key, "fortran_order") == 0)
        return take_order(text, head);
    return strcmp(key, "shape") == 0 && !head->has_shape && take_shape(text, head);
}

static bool read_dictionary(Text text, Head *head)
{
    char key[16];
    if (!take(&text, "{"))
        return false;
    while (!take(&text, "}")) {
        if (!take_quoted(&text, key, sizeof key) || !take(&text, ":"))
            return false;
        if (!take_value(&text, key, head))
            return false;
        take(&text, ",");
    }
    return head->has_type && head->has_order && head->has_shape;
}

/* ---- Opening ----------------------------------------------------------------------------- */

static uint64_t little_endian(const unsigned char *bytes, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

/* Where the dictionary stands, and how long it is. */
static TdStatus find_dictionary(TdiArray *array, uint64_t *at, size_t *length, TdError *err)
{
    unsigned char head[12] = {0};
    const char *name = tdi_source_name(array->source);
    uint64_t size = tdi_source_size(array->source);
    TdStatus status =
        tdi_source_read(array->source, 0, head, size < 12 ? (size_t)size : 12, err);
    if (status != TD_OK)
        return status;
    if (size < 12 || memcmp(head, magic, MAGIC_BYTES) != 0)
        return tdi_fail(err, TD_ERROR_FORMAT, "%.300s: is no NumPy array", name);
    if (head[6] < 1 || head[6] > 3)
        return tdi_fail(err, TD_ERROR_FORMAT,
                        "%.300s: is of version %u of NumPy's format; known are 1, 2 and 3",
                        name, (unsigned)head[6]);
    *at = head[6] == 1 ? 10 : 12;
    *length = (size_t)little_endian(head + 8, head[6] == 1 ? 2 : 4);
    if (*length > HEAD_MOST)
        return tdi_fail(err, TD_ERROR_FORMAT, "%.300s: its header is too long (%zu bytes)",
                        name, *length);
    return TD_OK;
}

static TdStatus read_head(TdiArray *array, Head *head, TdError *err)
{
    uint64_t at = 0;
    size_t length = 0;
    TdStatus status = find_dictionary(array, &at, &length, err);
    if (status != TD_OK)
        return status;
    char *words = tdi_alloc(length + 1, 1);
    if (words == NULL)
        return tdi_fail_memory(err, length);
    status = tdi_source_read(array->source, at, words, length, err);
    if (status == TD_OK && !read_dictionary((Text){words, words + length}, head))
        status = tdi_fail(err, TD_ERROR_FORMAT, "%.300s: its header is not NumPy's",
                          tdi_source_name(array->source));
    tdi_free(words);
    array->begin = at + length;
    return status;
}

static TdStatus take_head(TdiArray *array, const Head *head, TdError *err)
{
    const char *name = tdi_source_name(array->source);
    bool single = strcmp(head->type, "<f4") == 0, twice = strcmp(head->type, "<f8") == 0;
    uint64_t channels = head->rank == 2 ? 1 : head->shape[2];
    if (!single && !twice)
        return tdi_fail(err, TD_ERROR_FORMAT,
                        "%.300s: holds \"%s\"; a field is of float32 (\"<f4\") or float64 "
                        "(\"<f8\"), little endian",
                        name, head->type);
    if (head->fortran)
        return tdi_fail(err, TD_ERROR_FORMAT,
                        "%.300s: is in Fortran order; save numpy.ascontiguousarray(...) of it",
                        name);
    if ((head->rank != 2 && head->rank != 3) || (channels != 1 && channels != 3))
        return tdi_fail(err, TD_ERROR_FORMAT,
                        "%.300s: a field to colour has the shape (height, width) or (height, "
                        "width, 1 or 3), this array has another",
                        name);
    if (head->shape[0] - 1 >= SIDE_MOST || head->shape[1] - 1 >= SIDE_MOST)
        return tdi_fail(err, TD_ERROR_FORMAT,
                        "%.300s: a picture has 1 to 2147483647 pixels a side, this array has "
                        "more or none",
                        name);
    array->height = (uint32_t)head->shape[0];
    array->width = (uint32_t)head->shape[1];
    array->channels = (uint32_t)channels;
    array->sample_bytes = single ? 4 : 8;
    return TD_OK;
}

static uint64_t pixel_bytes(const TdiArray *array)
{
    return (uint64_t)array->channels * array->sample_bytes;
}

static TdStatus check_length(const TdiArray *array, TdError *err)
{
    uint64_t pixels = (uint64_t)array->width * array->height;
    uint64_t needed = tdi_mul_size(pixels, pixel_bytes(array));
    uint64_t there = tdi_source_size(array->source) - array->begin;
    if (there >= needed)
        return TD_OK;
    return tdi_fail(err, TD_ERROR_FORMAT,
                    "%.300s: is cut off: %u x %u x %u samples take %llu bytes, there are %llu",
                    tdi_source_name(array->source), (unsigned)array->height,
                    (unsigned)array->width, (unsigned)array->channels,
                    (unsigned long long)needed, (unsigned long long)there);
}

static TdStatus open_source(TdiArray *array, TdError *err)
{
    Head head = {0};
    TdStatus status = read_head(array, &head, err);
    if (status == TD_OK)
        status = take_head(array, &head, err);
    if (status == TD_OK)
        status = check_length(array, err);
    if (status != TD_OK)
        tdi_array_close(array);
    return status;
}

TdStatus tdi_array_open(const char *path, const TdRun *run, TdiArray *array, TdError *err)
{
    *array = (TdiArray){0};
    TdStatus status = tdi_source_open(path, run, &array->source, err);
    return status == TD_OK ? open_source(array, err) : status;
}

TdStatus tdi_array_open_memory(const void *bytes, size_t size, const char *name,
                               TdiArray *array, TdError *err)
{
    *array = (TdiArray){.source = tdi_source_of_memory(bytes, size, name)};
    return array->source == NULL ? tdi_fail_memory(err, size) : open_source(array, err);
}

void tdi_array_close(TdiArray *array)
{
    tdi_source_close(array->source);
    array->source = NULL;
}

bool tdi_array_probe(const char *path)
{
    char head[MAGIC_BYTES];
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool same = fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head &&
                memcmp(head, magic, sizeof head) == 0;
    if (fd >= 0)
        close(fd);
    return same;
}

/* ---- Samples ----------------------------------------------------------------------------- */

static float decode(const unsigned char *bytes, unsigned count)
{
    uint64_t bits = little_endian(bytes, count);
    uint32_t low = (uint32_t)bits;
    double wide;
    float value;
    memcpy(&value, &low, sizeof value);
    memcpy(&wide, &bits, sizeof wide);
    return count == 4 ? value : (float)wide;
}

TdStatus tdi_array_pixels(TdiArray *array, uint64_t first, uint64_t count, float *out,
                          TdError *err)
{
    unsigned char piece[PIECE_BYTES];
    uint64_t at = array->begin + first * pixel_bytes(array);
    uint64_t left = count * array->channels;
    TdStatus status = TD_OK;
    TdiFpMode mode = tdi_fp_enter();
    while (left > 0 && status == TD_OK) {
        uint64_t most = PIECE_BYTES / array->sample_bytes, part = left < most ? left : most;
        size_t bytes = (size_t)part * array->sample_bytes;
        status = tdi_source_read(array->source, at, piece, bytes, err);
        for (size_t i = 0; i < part && status == TD_OK; i++)
            *out++ = decode(piece + i * array->sample_bytes, array->sample_bytes);
        at += bytes;
        left -= part;
    }
    tdi_fp_leave(mode);
    return status;
}
