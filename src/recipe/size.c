/* Sizes: WIDTHxHEIGHT pixels, PAPER[-landscape]@DPI, WIDTHxHEIGHTmm@DPI. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "recipe/image.h"
#include "recipe/values.h"

static const struct {
    const char *name;
    double width, height; /* millimetres: ISO 216 and the North American sizes */
} papers[] = {
    {"A0", 841, 1189},         {"A1", 594, 841},         {"A2", 420, 594},
    {"A3", 297, 420},          {"A4", 210, 297},         {"A5", 148, 210},
    {"A6", 105, 148},          {"letter", 215.9, 279.4}, {"legal", 215.9, 355.6},
    {"tabloid", 279.4, 431.8},
};

enum { PAPER_COUNT = sizeof papers / sizeof *papers };

static TdStatus fail(TdiSpan value, const char *why, TdError *err)
{
    int shown = value.length > 40 ? 40 : (int)value.length;
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "size: \"%.*s\" %s", shown, value.words,
                       why);
}

/* AxB or AxBxC, numbers that fill the span; gives how many, at most `most`, or 0. */
static int read_sides(TdiSpan span, double *sides, int most)
{
    TdiSpan side;
    bool done = false;
    int count = 0;
    while (tdi_span_split(&span, 'x', &done, &side)) {
        if (count == most || !tdi_parse_real(side.words, side.length, &sides[count]))
            return 0;
        count++;
    }
    return count;
}

/* Width and height in millimetres of "300x400mm" or "A3-landscape". */
static bool read_paper(TdiSpan name, double mm[2])
{
    static const char turned[] = "-landscape";
    const size_t suffix = sizeof turned - 1;
    if (name.length > 2 && memcmp(name.words + name.length - 2, "mm", 2) == 0)
        return read_sides((TdiSpan){name.words, name.length - 2}, mm, 2) == 2;
    bool landscape =
        name.length > suffix && memcmp(name.words + name.length - suffix, turned, suffix) == 0;
    size_t length = name.length - (landscape ? suffix : 0);
    for (size_t i = 0; i < PAPER_COUNT; i++) {
        if (strlen(papers[i].name) == length &&
            strncasecmp(papers[i].name, name.words, length) == 0) {
            mm[0] = landscape ? papers[i].height : papers[i].width;
            mm[1] = landscape ? papers[i].width : papers[i].height;
            return true;
        }
    }
    return false;
}

static TdStatus set_pixels(TdiSpan value, const double *pixels, int count, TdSize *size,
                           TdError *err)
{
    for (int i = 0; i < count; i++) {
        if (!(pixels[i] >= 1) || pixels[i] != floor(pixels[i]))
            return fail(value,
                        "is not a size: each side is a whole number of pixels, 1 or more", err);
        if (pixels[i] > 2147483647)
            return fail(value, "is too large: PNG allows 2147483647 pixels a side", err);
    }
    size->width = (uint32_t)pixels[0];
    size->height = (uint32_t)pixels[1];
    size->depth = count > 2 ? (uint32_t)pixels[2] : 0;
    return TD_OK;
}

static TdStatus read_print(TdiSpan value, TdiSpan paper, TdiSpan dpi, TdSize *size,
                           TdError *err)
{
    double mm[2], pixels[2];
    TdSize read = {0};
    if (!tdi_parse_real(dpi.words, dpi.length, &read.dots_per_inch) || read.dots_per_inch < 1 ||
        read.dots_per_inch > 10000)
        return fail(value, "has no dots per inch from 1 to 10000 behind its @", err);
    if (paper.length >= sizeof read.paper || !read_paper(paper, mm))
        return fail(value,
                    "names no paper: A0 to A6, letter, legal, tabloid (each also as "
                    "A3-landscape), or 300x400mm",
                    err);
    for (int i = 0; i < 2; i++)
        pixels[i] = floor(mm[i] / 25.4 * read.dots_per_inch + 0.5);
    memcpy(read.paper, paper.words, paper.length);
    TdStatus status = set_pixels(value, pixels, 2, &read, err);
    if (status == TD_OK)
        *size = read;
    return status;
}

TdStatus tdi_size_read(TdiSpan value, TdSize *size, TdError *err)
{
    TdiSpan paper, dpi, rest = value;
    double pixels[3];
    bool done = false;
    TdSize read = {0};
    tdi_span_split(&rest, '@', &done, &paper);
    if (tdi_span_split(&rest, '\0', &done, &dpi))
        return read_print(value, paper, dpi, size, err);
    int sides = read_sides(value, pixels, 3);
    if (sides < 2)
        return fail(value, "is not a size: write 1920x1080, or A3@300 for paper", err);
    TdStatus status = set_pixels(value, pixels, sides, &read, err);
    if (status == TD_OK)
        *size = read;
    return status;
}

void tdi_size_print(const TdSize *size, TdiText *text)
{
    if (size->width == 0)
        return;
    if (size->paper[0] == '\0') {
        tdi_text_format(text, "%ux%u", (unsigned)size->width, (unsigned)size->height);
        if (size->depth > 0)
            tdi_text_format(text, "x%u", (unsigned)size->depth);
        return;
    }
    tdi_text_format(text, "%s@", size->paper);
    tdi_text_add_real(text, size->dots_per_inch);
}

/* As wide and high as an image is, with `side` for its longer side. */
static TdSize image_size(const TdImage *image, uint32_t side)
{
    uint64_t width = image->width, height = image->height;
    uint64_t longer = width > height ? width : height;
    uint32_t across = (uint32_t)((width * side + longer / 2) / longer);
    uint32_t down = (uint32_t)((height * side + longer / 2) / longer);
    return (TdSize){.width = across > 0 ? across : 1, .height = down > 0 ? down : 1};
}

TdSize td_recipe_size(const TdRecipe *recipe)
{
    const TdImage *image = recipe->pixels;
    if (recipe->size.width != 0)
        return recipe->size;
    bool cells = recipe->draw == TD_DRAW_SHEET || recipe->draw == TD_DRAW_GRID;
    bool small = recipe->draw == TD_DRAW_INSIDE && recipe->neuron == 0;
    bool volume = recipe->draw == TD_DRAW_VOLUME;
    uint32_t side = cells ? 256 : small ? 96 : volume ? 768 : 1024;
    if (image != NULL && recipe->draw == TD_DRAW_PICTURE)
        return (TdSize){.width = image->width, .height = image->height};
    if (image != NULL && !volume)
        return image_size(image, side);
    return (TdSize){.width = side, .height = side};
}
