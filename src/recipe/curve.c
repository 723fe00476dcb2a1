/* Curves (X:Y,X:Y,...) and colours (#rrggbb). */
#include <string.h>

#include "base/error.h"
#include "recipe/values.h"

static TdStatus fail(const TdKeyInfo *key, TdiSpan value, const char *why, TdError *err)
{
    int shown = value.length > 40 ? 40 : (int)value.length;
    return tdi_fail_at(err, TD_ERROR_RECIPE, 1, 1, "%s: \"%.*s\" %s", key->name, shown,
                       value.words, why);
}

static bool read_place(TdiSpan point, double *x, double *y)
{
    TdiSpan first;
    bool done = false;
    tdi_span_split(&point, ':', &done, &first);
    first = tdi_span_trim(first);
    point = tdi_span_trim(point);
    return !done && tdi_parse_real(first.words, first.length, x) &&
           tdi_parse_real(point.words, point.length, y);
}

TdStatus tdi_curve_read(const TdKeyInfo *key, TdiSpan value, TdCurve *curve, TdError *err)
{
    TdCurve read = {0};
    TdiSpan point, rest = value;
    bool done = false;
    while (tdi_span_split(&rest, ',', &done, &point)) {
        uint32_t i = read.count;
        if (i == TD_MAX_CURVE)
            return fail(key, value, "has more than 8 points", err);
        if (!read_place(point, &read.x[i], &read.y[i]))
            return fail(key, value, "is no list of points, as 0:0,0.5:1,1:1", err);
        bool inside = read.x[i] >= key->low && read.x[i] <= key->high &&
                      read.y[i] >= key->low && read.y[i] <= key->high;
        if (!inside)
            return fail(key, tdi_span_trim(point), "is a point outside of 0 to 1", err);
        if (i > 0 && read.x[i] < read.x[i - 1])
            return fail(key, tdi_span_trim(point), "lies left of the point before it", err);
        read.count++;
    }
    *curve = read;
    return TD_OK;
}

void tdi_curve_print(const TdCurve *curve, TdiText *text)
{
    for (uint32_t i = 0; i < curve->count; i++) {
        tdi_text_add(text, i == 0 ? "" : ",");
        tdi_text_add_real(text, curve->x[i]);
        tdi_text_add(text, ":");
        tdi_text_add_real(text, curve->y[i]);
    }
}

static const struct {
    const char *name, *code;
} colours[] = {{"black", "#000000"}, {"gray", "#808080"}, {"white", "#ffffff"}};

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32; /* to lower case */
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A recipe's # begins a comment, so that a colour may stand without it. */
static bool read_code(TdiSpan code, double colour[3])
{
    if (code.length == 7 && code.words[0] == '#')
        code = (TdiSpan){code.words + 1, 6};
    for (size_t i = 0; i < 6; i += 2) {
        int high = code.length == 6 ? digit(code.words[i]) : -1;
        int low = code.length == 6 ? digit(code.words[i + 1]) : -1;
        if (high < 0 || low < 0)
            return false;
        colour[i / 2] = (16 * high + low) / 255.0;
    }
    return true;
}

TdStatus tdi_colour_read(const TdKeyInfo *key, TdiSpan value, double colour[3], TdError *err)
{
    double read[3];
    TdiSpan code = value;
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        if (strlen(colours[i].name) == value.length &&
            memcmp(colours[i].name, value.words, value.length) == 0)
            code = tdi_span(colours[i].code);
    if (!read_code(code, read))
        return fail(key, value,
                    "is no colour: write black, gray, white or six digits, as ffe0c0", err);
    memcpy(colour, read, sizeof read);
    return TD_OK;
}

void tdi_colour_print(const double colour[3], TdiText *text)
{
    for (int i = 0; i < 3; i++)
        tdi_text_format(text, "%02x", (unsigned)(colour[i] * 255 + 0.5));
}
