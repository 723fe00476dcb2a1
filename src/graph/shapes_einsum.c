/* Einsum: sums of products, as an equation says. */
#include <string.h>

#include "graph/infer.h"

enum { LETTERS = 52, MOST = 64 };

/* What the letters of an equation stand for, and the axes under "...". */
typedef struct Equation {
    int64_t letter[LETTERS];
    bool used[LETTERS];
    TdiShape dots;
    int times[LETTERS]; /* that it stands in the inputs */
} Equation;

static int letter_index(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    return c >= 'A' && c <= 'Z' ? c - 'A' + 26 : -1;
}

/* The letters of one term, -1 for "..."; their number, -1 where it is no term. *text moves
 * behind it. */
static int read_term(const char **text, int *letters)
{
    int count = 0;
    const char *at = *text;
    for (; *at != '\0' && *at != ',' && strncmp(at, "->", 2) != 0; at++) {
        if (*at == ' ')
            continue;
        bool dots = strncmp(at, "...", 3) == 0;
        if (count == MOST || (!dots && letter_index(*at) < 0))
            return -1;
        letters[count++] = dots ? -1 : letter_index(*at);
        at += dots ? 2 : 0;
    }
    *text = at;
    return count;
}

/* Sizes of 1 stretch. */
static bool note_size(Equation *equation, int letter, int64_t size)
{
    int64_t *known = &equation->letter[letter];
    equation->times[letter]++;
    if (!equation->used[letter] || *known == 1) {
        *known = size;
    } else if (size != 1 && !tdi_same_size(*known, size, known)) {
        return false;
    }
    equation->used[letter] = true;
    return true;
}

/* Bind one input's axes to its term. */
static bool bind_term(Equation *equation, const int *letters, int count, const TdiShape *shape)
{
    int dots = 0;
    for (int i = 0; i < count; i++)
        dots += letters[i] < 0;
    int under = shape->rank - (count - dots), axis = 0;
    if (shape->rank < 0 || dots > 1 || under < 0 || (dots == 0 && under != 0))
        return false;
    for (int i = 0; i < count; i++) {
        if (letters[i] >= 0) {
            if (!note_size(equation, letters[i], shape->size[axis++]))
                return false;
            continue;
        }
        TdiShape here = tdi_shape_of(under, shape->size + axis);
        axis += under;
        if (!tdi_broadcast(&equation->dots, &here, &equation->dots))
            return false;
    }
    return true;
}

/* Without "->": the axes under the dots, then the letters that stand once, in order. */
static int default_output(const Equation *equation, int *letters)
{
    int count = 0;
    letters[count++] = -1;
    for (int i = 26; i < LETTERS; i++) /* upper case first, as in ASCII */
        if (equation->times[i] == 1)
            letters[count++] = i;
    for (int i = 0; i < 26; i++)
        if (equation->times[i] == 1)
            letters[count++] = i;
    return count;
}

static bool make_output(const Equation *equation, const int *letters, int count, TdiShape *out)
{
    *out = (TdiShape){.rank = 0};
    for (int i = 0; i < count; i++) {
        int axes = letters[i] < 0 ? equation->dots.rank : 1;
        if (out->rank + axes > TDI_MAX_RANK || (letters[i] >= 0 && !equation->used[letters[i]]))
            return false;
        const int64_t *from =
            letters[i] < 0 ? equation->dots.size : &equation->letter[letters[i]];
        memcpy(out->size + out->rank, from, (size_t)axes * sizeof *from);
        out->rank += axes;
    }
    return true;
}

static bool read_equation(const TdiGraph *graph, const TdiOperator *op, Equation *equation,
                          TdiShape *out)
{
    const char *text = tdi_attribute_words(op, "equation", "");
    int letters[MOST], count;
    *equation = (Equation){.dots = {.rank = 0}};
    for (int i = 0; i < op->input_count; i++) {
        TdiShape shape = tdi_input_shape(graph, op, i);
        count = read_term(&text, letters);
        if (count < 0 || !bind_term(equation, letters, count, &shape))
            return false;
        if (i + 1 < op->input_count && *text++ != ',')
            return false;
    }
    if (strncmp(text, "->", 2) == 0) {
        text += 2;
        count = read_term(&text, letters);
    } else {
        count = default_output(equation, letters);
    }
    return *text == '\0' && count >= 0 && make_output(equation, letters, count, out);
}

void tdi_infer_einsum(TdiGraph *graph, const TdiOperator *op)
{
    Equation equation;
    TdiShape out;
    if (read_equation(graph, op, &equation, &out))
        tdi_put(graph, op, 0, &out, TDI_ELEMENT_UNKNOWN);
}

/* Each combination of all letters is one product, of two factors; more inputs than two are
 * multiplied in an order that the equation does not say. One input is only summed. */
bool tdi_macs_einsum(const TdiGraph *graph, const TdiOperator *op, uint64_t *macs)
{
    Equation equation;
    TdiShape out;
    if (!read_equation(graph, op, &equation, &out) || op->input_count > 2)
        return false;
    int64_t count = op->input_count < 2 ? 0 : tdi_shape_elements(&equation.dots);
    for (int i = 0; i < LETTERS; i++)
        if (equation.used[i])
            count = tdi_times(count, equation.letter[i]);
    *macs = count < 0 ? 0 : (uint64_t)count;
    return count >= 0;
}
