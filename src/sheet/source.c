/* Where recipes come from: files, PNGs, presets, links. */
#include "sheet/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "output/npy_read.h"
#include "output/png_read.h"
#include "tiedye/output.h"
#include "tiedye/sheet.h"

enum { LONGEST_RECIPE = 1 << 20, LONGEST_PNG = 1 << 30 };

/* Put the source's name (and the place in it) in front of what went wrong. */
static TdStatus name_source(const char *source, TdStatus status, const TdError *inner,
                            TdError *err)
{
    if (inner->line > 0)
        return tdi_fail_at(err, status, inner->line, inner->column, "%.200s:%u:%u: %s", source,
                           inner->line, inner->column, inner->message);
    return tdi_fail(err, status, "%.200s: %s", source, inner->message);
}

TdStatus tdi_source_parse(TdRecipe *recipe, const char *source, const char *text, TdError *err)
{
    TdError inner = {0};
    TdStatus status = td_recipe_parse(recipe, text, &inner);
    return status == TD_OK ? TD_OK : name_source(source, status, &inner, err);
}

static TdStatus fail_open(const char *path, TdError *err)
{
    if (errno == ENOENT)
        return tdi_fail(
            err, TD_ERROR_IO,
            "%.300s: there is no such file; a preset begins with @ (see `tiedye list "
            "presets`), a key with -- (see `tiedye list keys`)",
            path);
    return tdi_fail(err, TD_ERROR_IO, "%.300s: %s", path, strerror(errno));
}

/* What comes through a pipe can be looked at only once, so a PNG is told from its first piece.
 */
static bool is_png(const char *bytes, size_t count)
{
    static const char signature[8] = {(char)137, 'P', 'N', 'G', 13, 10, 26, 10};
    return count >= sizeof signature && memcmp(bytes, signature, sizeof signature) == 0;
}

static TdStatus read_stream(FILE *file, const char *name, TdiText *text, bool *png,
                            TdError *err)
{
    char piece[4096];
    size_t count;
    while ((count = fread(piece, 1, sizeof piece, file)) > 0) {
        if (text->length == 0)
            *png = is_png(piece, count);
        if (text->length == 0 && count > 6 && memcmp(piece, "\x93NUMPY", 6) == 0)
            return tdi_fail(err, TD_ERROR_FORMAT,
                            "%.300s: a field to colour comes from a file, not through a pipe; "
                            "save it first",
                            name);
        if (!*png && memchr(piece, '\0', count) != NULL)
            return tdi_fail(err, TD_ERROR_FORMAT, "%.300s: neither a PNG nor a recipe in text",
                            name);
        tdi_text_add_bytes(text, piece, count);
        if (!*png && text->length > LONGEST_RECIPE)
            return tdi_fail(err, TD_ERROR_FORMAT, "%.300s: too long for a recipe (over 1 MiB)",
                            name);
        if (text->length > LONGEST_PNG)
            return tdi_fail(err, TD_ERROR_IO,
                            "%.300s: more than 1 GiB through a pipe; save it as "
                            "a file first",
                            name);
    }
    if (ferror(file))
        return tdi_fail(err, TD_ERROR_IO, "%.300s: %s", name,
                        errno == EISDIR ? "is a folder" : strerror(errno));
    if (text->length == 0 && !text->failed)
        return tdi_fail(err, TD_ERROR_FORMAT, "%.300s: is empty: neither a PNG nor a recipe",
                        name);
    return text->failed ? tdi_fail_memory(err, text->length) : TD_OK;
}

static TdStatus take_png(TdRecipe *recipe, const char *name, TdPngReader *reader, TdError *err)
{
    const char *text = td_png_recipe(reader, err);
    TdStatus status =
        text == NULL ? TD_ERROR_FORMAT : tdi_source_parse(recipe, name, text, err);
    td_png_close(reader);
    return status;
}

/* A text, or a PNG that is no regular file. */
static TdStatus read_open(TdRecipe *recipe, FILE *file, const char *name, TdError *err)
{
    TdiText text = {0};
    TdPngReader *reader;
    bool png = false;
    TdStatus status = read_stream(file, name, &text, &png, err);
    if (status == TD_OK && !png)
        status = tdi_source_parse(recipe, name, text.data, err);
    else if (status == TD_OK) {
        status = tdi_png_open_memory(text.data, text.length, name, &reader, err);
        if (status == TD_OK)
            status = take_png(recipe, name, reader, err);
    }
    tdi_text_free(&text);
    return status;
}

static TdStatus read_stream_at(TdRecipe *recipe, const char *path, TdError *err)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "rb");
    if (file == NULL) {
        TdStatus status = fail_open(name, err);
        if (fd >= 0)
            close(fd);
        return status;
    }
    TdStatus status = read_open(recipe, file, name, err);
    fclose(file);
    return status;
}

static bool ends_in_npy(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcasecmp(path + length - 4, ".npy") == 0;
}

/* The file is opened to say at once what is wrong with it. */
static TdStatus take_field(TdRecipe *recipe, const char *path, TdError *err)
{
    TdiArray array;
    TdStatus status = tdi_array_open(path, NULL, &array, err);
    if (status != TD_OK)
        return status;
    tdi_array_close(&array);
    status = td_recipe_set(recipe, "field", path, err);
    if (status == TD_OK && strcmp(recipe->field, path) != 0)
        status = tdi_fail(err, TD_ERROR_RECIPE,
                          "%.300s: a recipe holds no name that begins or ends with a blank; "
                          "rename the file",
                          path);
    recipe->field_sha256[0] = '\0';
    return status;
}

static TdStatus read_png(TdRecipe *recipe, const char *path, TdError *err)
{
    TdPngReader *reader;
    TdStatus status = td_png_open(path, NULL, &reader, err);
    return status == TD_OK ? take_png(recipe, path, reader, err) : status;
}

TdStatus td_source_read(TdRecipe *recipe, const char *source, TdError *err)
{
    if (source[0] == '\0')
        return tdi_fail(err, TD_ERROR_ARGUMENT, "the name of a source is empty");
    if (source[0] == '@') {
        const TdPreset *preset = td_preset_find(source + 1, err);
        return preset == NULL ? TD_ERROR_RECIPE
                              : tdi_source_parse(recipe, source, preset->text, err);
    }
    if (td_recipe_is_link(source) && access(source, F_OK) != 0)
        return tdi_source_parse(recipe, "link", source, err);
    if (td_png_probe(source))
        return read_png(recipe, source, err);
    if (tdi_array_probe(source) || (ends_in_npy(source) && access(source, F_OK) == 0))
        return take_field(recipe, source, err);
    return read_stream_at(recipe, source, err);
}
