/* Where recipes come from: files, PNGs, presets, links. */
#include "sheet/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "tiedye/output.h"
#include "tiedye/sheet.h"

enum { LONGEST_RECIPE = 1 << 20 };

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
        return tdi_fail(err, TD_ERROR_IO,
                        "%.300s: there is no such file; a preset begins with @ (see `tiedye list "
                        "presets`), a key with -- (see `tiedye list keys`)",
                        path);
    return tdi_fail(err, TD_ERROR_IO, "%.300s: %s", path, strerror(errno));
}

static TdStatus read_stream(FILE *file, const char *name, TdiText *text, TdError *err)
{
    char piece[4096];
    size_t count;
    while ((count = fread(piece, 1, sizeof piece, file)) > 0) {
        if (memchr(piece, '\0', count) != NULL)
            return tdi_fail(err, TD_ERROR_FORMAT, "%.300s: neither a PNG nor a recipe in text",
                            name);
        tdi_text_add_bytes(text, piece, count);
        if (text->length > LONGEST_RECIPE)
            return tdi_fail(err, TD_ERROR_FORMAT, "%.300s: too long for a recipe (over 1 MiB)",
                            name);
    }
    if (ferror(file))
        return tdi_fail(err, TD_ERROR_IO, "%.300s: %s", name, strerror(errno));
    tdi_text_add(text, "");
    return text->failed ? tdi_fail_memory(err, text->length) : TD_OK;
}

static TdStatus read_text(TdRecipe *recipe, const char *path, TdError *err)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rbe");
    TdiText text = {0};
    if (file == NULL)
        return fail_open(path, err);
    TdStatus status = read_stream(file, standard ? "standard input" : path, &text, err);
    if (!standard)
        fclose(file);
    if (status == TD_OK)
        status = tdi_source_parse(recipe, standard ? "standard input" : path, text.data, err);
    tdi_text_free(&text);
    return status;
}

static TdStatus read_png(TdRecipe *recipe, const char *path, TdError *err)
{
    TdPngReader *reader;
    TdStatus status = td_png_open(path, &reader, err);
    if (status != TD_OK)
        return status;
    const char *text = td_png_recipe(reader, err);
    status = text == NULL ? TD_ERROR_FORMAT : tdi_source_parse(recipe, path, text, err);
    td_png_close(reader);
    return status;
}

TdStatus td_source_read(TdRecipe *recipe, const char *source, TdError *err)
{
    if (source[0] == '@') {
        const TdPreset *preset = td_preset_find(source + 1, err);
        return preset == NULL ? TD_ERROR_RECIPE : tdi_source_parse(recipe, source, preset->text, err);
    }
    if (td_recipe_is_link(source))
        return tdi_source_parse(recipe, "link", source, err);
    if (td_png_probe(source))
        return read_png(recipe, source, err);
    return read_text(recipe, source, err);
}
