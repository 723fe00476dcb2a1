#include "diagram/words.h"

#include <math.h>
#include <stdio.h>

static void add_size(TdiText *text, int64_t size)
{
    tdi_text_add(text, text->length > 0 ? "×" : "");
    if (size < 0)
        tdi_text_add(text, "?");
    else
        tdi_text_format(text, "%lld", (long long)size);
}

void tdi_shape_words(const TdiShape *shape, int axis, TdiText *text)
{
    TdiText sizes = {0};
    bool image = shape->rank > 2 && axis == 1;
    if (shape->rank < 0)
        tdi_text_add(&sizes, "?");
    if (shape->rank == 0)
        tdi_text_add(&sizes, "a number");
    for (int i = image ? 2 : shape->rank > 1 ? 1 : 0; i < shape->rank; i++)
        add_size(&sizes, shape->size[i]);
    if (image)
        add_size(&sizes, shape->size[1]);
    if (sizes.data != NULL)
        tdi_text_add(text, sizes.data);
    text->failed |= sizes.failed;
    tdi_text_free(&sizes);
}

/* "2.94", "42.7", "318": with a point whatever the locale. */
static void add_three_digits(TdiText *text, double value)
{
    unsigned scale = value < 9.995 ? 100 : value < 99.95 ? 10 : 1;
    unsigned rounded = (unsigned)(value * scale + 0.5);
    tdi_text_format(text, "%u", rounded / scale);
    if (scale > 1)
        tdi_text_format(text, ".%0*u", scale == 100 ? 2 : 1, rounded % scale);
}

void tdi_count_words(uint64_t count, TdiText *text)
{
    static const char *const units[] = {"", " k", " M", " G", " T", " P"};
    double value = (double)count;
    int unit = 0;
    while (value >= 999.5 && unit < 5) {
        value /= 1000;
        unit++;
    }
    if (unit == 0)
        tdi_text_format(text, "%llu", (unsigned long long)count);
    else {
        add_three_digits(text, value);
        tdi_text_add(text, units[unit]);
    }
}

void tdi_count_digits(uint64_t count, TdiText *text)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            tdi_text_add(text, ",");
        tdi_text_add_bytes(text, digits + i, 1);
    }
}

void tdi_field_words(const TdiGraph *graph, const TdiLayer *layer, TdiText *text)
{
    const TdiTensor *out = layer->out_tensor >= 0 ? &graph->tensors[layer->out_tensor] : NULL;
    bool first = true;
    for (int i = 0; out != NULL && i < TDI_SPATIAL; i++) {
        if (out->field[i] == 0)
            continue;
        if (isinf(out->field[i])) {
            tdi_text_free(text);
            tdi_text_add(text, "all");
            return;
        }
        tdi_text_format(text, "%s%.0f", first ? "" : "×", out->field[i]);
        first = false;
    }
}

void tdi_sum_words(const TdiSum *sum, TdiText *text)
{
    tdi_count_digits(sum->parameters, text);
    tdi_text_add(text, " parameters");
    if (sum->layers->graph->weights)
        return;
    tdi_text_add(text, ", ");
    if (sum->macs_unknown)
        tdi_text_add(text, "an unknown number of");
    else
        tdi_count_digits(sum->macs, text);
    tdi_text_add(text, " multiply-adds");
}

bool tdi_add_to_sum(void *user, int layer)
{
    TdiSum *sum = user;
    sum->count++;
    sum->parameters += sum->layers->layers[layer].parameters;
    sum->macs += sum->layers->layers[layer].macs;
    sum->macs_unknown |= !sum->layers->layers[layer].macs_known;
    return true;
}
