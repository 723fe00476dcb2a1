/* Diagrams in words: an outline for people, JSON for programs. */
#include <math.h>
#include <string.h>

#include "diagram/diagram.h"
#include "diagram/folds.h"
#include "diagram/intern.h"
#include "diagram/words.h"

/* Columns of the outline, in characters. */
enum { LABEL = 29, SHAPE = 12, PARAMETERS = 11, MACS = 14, INDENT = 2 };

/* ---- Columns ------------------------------------------------------------------------- */

/* Characters of UTF-8. */
static int length_of(const char *words)
{
    int length = 0;
    for (; *words != '\0'; words++)
        length += ((unsigned char)*words & 0xc0) != 0x80;
    return length;
}

static void add_spaces(TdiText *text, int count)
{
    for (int i = 0; i < count; i++)
        tdi_text_add(text, " ");
}

static void add_right(TdiText *text, TdiText *cell, int width)
{
    const char *words = cell->data != NULL ? cell->data : "";
    add_spaces(text, width - length_of(words));
    tdi_text_add(text, words);
    text->failed |= cell->failed;
    tdi_text_free(cell);
}

static void end_line(TdiText *text)
{
    while (text->length > 0 && text->data[text->length - 1] == ' ')
        text->data[--text->length] = '\0';
    tdi_text_add(text, "\n");
}

/* ---- Layers -------------------------------------------------------------------------- */

static const TdiLayer *layer_at(const TdDiagram *diagram, int layer)
{
    return &diagram->layers.layers[layer];
}

static void add_label(TdiText *text, const TdiLayer *layer)
{
    tdi_text_add(text, layer->what);
    if (layer->width[0] != '\0')
        tdi_text_format(text, " %s", layer->width);
    if (layer->marks[0] != '\0')
        tdi_text_format(text, " %s", layer->marks);
    if (layer->norm != NULL)
        tdi_text_add(text, strcmp(layer->norm, "batch norm") == 0 ? " bn" : " norm");
    if (layer->act != NULL)
        tdi_text_format(text, " %s", layer->act);
    if (layer->unknown)
        tdi_text_add(text, " (not known)");
}

static void add_layer(const TdDiagram *diagram, int index, int indent, TdiText *text)
{
    const TdiLayer *layer = layer_at(diagram, index);
    TdiText label = {0}, shape = {0}, parameters = {0}, macs = {0}, field = {0};
    add_label(&label, layer);
    if (diagram->tree.port_words[index] != NULL)
        tdi_text_format(&label, " %s", diagram->tree.port_words[index]);
    add_spaces(text, indent);
    tdi_text_add(text, label.data != NULL ? label.data : "");
    add_spaces(text, LABEL - indent - length_of(label.data != NULL ? label.data : ""));
    if (!diagram->graph.weights)
        tdi_shape_words(&layer->shape, layer->axis, &shape);
    if (layer->parameters > 0)
        tdi_count_digits(layer->parameters, &parameters);
    if (!layer->macs_known && !diagram->graph.weights)
        tdi_text_add(&macs, "?");
    else if (layer->macs > 0)
        tdi_count_digits(layer->macs, &macs);
    tdi_field_words(diagram->layers.graph, layer, &field);
    tdi_text_add(text, " ");
    add_right(text, &shape, SHAPE);
    tdi_text_add(text, " ");
    add_right(text, &parameters, PARAMETERS);
    tdi_text_add(text, " ");
    add_right(text, &macs, MACS);
    if (field.length > 0)
        tdi_text_format(text, "  %s", field.data);
    text->failed |= label.failed || field.failed;
    tdi_text_free(&label);
    tdi_text_free(&field);
    end_line(text);
}

static void add_items(const TdDiagram *diagram, const TdiSeries *series, const TdiItem *items,
                      int count, int level, int indent, TdiText *text);

static void add_region(const TdDiagram *diagram, const TdiRegion *region, int level, int indent,
                       TdiText *text)
{
    int depth = (int)diagram->options.depth;
    if (region->plain)
        return;
    if (depth > 0 && level >= depth) {
        add_spaces(text, indent);
        tdi_text_format(text, "| %d branches\n", region->branch_count);
        return;
    }
    for (int i = 0; i < region->branch_count; i++) {
        const TdiBranch *branch = &region->branches[i];
        if (branch->copies == 0)
            continue;
        add_spaces(text, indent);
        if (branch->copies > 1)
            tdi_text_format(text, "| ×%d %s (side by side)\n", branch->copies,
                            diagram->tree.folds[branch->fold_index].label);
        else
            tdi_text_add(text, branch->type == TDI_BRANCH_EDGE ? "| as it is\n" : "|\n");
        for (int k = 0; k < branch->core_count; k++)
            add_layer(diagram, branch->core[k], indent + INDENT, text);
        if (branch->type != TDI_BRANCH_SERIES)
            continue;
        add_items(diagram, branch->series, branch->series->items, branch->series->item_count,
                  level + 1, indent + INDENT, text);
        add_region(diagram, &branch->series->after, level + 1, indent + INDENT, text);
    }
}

static void add_heading(const TdDiagram *diagram, const TdiItem *item, int indent,
                        TdiText *text)
{
    const TdiFolded *fold = &diagram->tree.folds[item->fold_index];
    add_spaces(text, indent);
    tdi_text_format(text, "×%d %s", item->copies, fold->label);
    if (fold->first[0] != '\0')
        tdi_text_format(text, " (%s%s)", fold->fold == TDI_FOLD_LEAD ? "first: " : "",
                        fold->first);
    tdi_text_add(text, "\n");
}

static void add_items(const TdDiagram *diagram, const TdiSeries *series, const TdiItem *items,
                      int count, int level, int indent, TdiText *text)
{
    for (int i = 0; i < count; i++) {
        const TdiItem *item = &items[i];
        bool folds = item->fold != TDI_FOLD_NONE;
        int inside = folds ? indent + INDENT : indent;
        if (folds)
            add_heading(diagram, item, indent, text);
        if (item->inner != NULL) {
            add_items(diagram, series, item->inner, item->inner_count, level, inside, text);
            continue;
        }
        add_region(diagram, &series->steps[item->drawn].before, level, inside, text);
        add_layer(diagram, series->steps[item->drawn].layer, inside, text);
    }
}

/* ---- The outline --------------------------------------------------------------------- */

/* The types of operators that are not known, those of bodies as well, each once: as words, or
 * as strings of JSON. */
static void list_unknown(const TdiGraph *graph, bool json, TdiInterner *seen, TdiText *text)
{
    for (int i = 0; i < graph->operator_count; i++) {
        const TdiOperator *op = &graph->operators[i];
        for (int k = 0; k < op->body_count; k++)
            list_unknown(op->bodies[k], json, seen, text);
        if (op->op != TDI_OP_UNKNOWN || strcmp(op->domain, "tiedye") == 0)
            continue;
        size_t known = seen->count;
        if (tdi_intern(seen, op->type, strlen(op->type)) < (int)known)
            continue;
        tdi_text_add(text, known > 0 ? ", " : "");
        tdi_text_add(text, json ? "\"" : "");
        if (json)
            tdi_text_add_json(text, op->type);
        else
            tdi_text_add(text, op->type);
        tdi_text_add(text, json ? "\"" : "");
    }
}

static void add_unknown(const TdDiagram *diagram, bool json, TdiText *text)
{
    TdiInterner seen = {0};
    list_unknown(&diagram->graph, json, &seen, text);
    text->failed |= seen.failed;
    tdi_interner_free(&seen);
}

static void add_folds(const TdDiagram *diagram, TdiText *text)
{
    const TdiTree *tree = &diagram->tree;
    if (tree->fold_count > 0)
        tdi_text_add(text, "\nfolds\n");
    for (int i = 0; i < tree->fold_count; i++) {
        const TdiFolded *fold = &tree->folds[i];
        TdiSum each, all;
        tdi_fold_sums(&diagram->layers, fold, &each, &all);
        tdi_text_format(text, "  %s ×%d: %d layer%s, ", fold->label, fold->count, each.count,
                        each.count == 1 ? "" : "s");
        tdi_sum_words(&each, text);
        tdi_text_add(text, " each\n      in all ");
        tdi_sum_words(&all, text);
        tdi_text_add(text, "\n");
        if (fold->first[0] != '\0')
            tdi_text_format(text, "      %s%s\n",
                            fold->fold == TDI_FOLD_LEAD     ? "first: "
                            : fold->fold == TDI_FOLD_GROWTH ? "grows: "
                                                            : "",
                            fold->first);
    }
}

static void add_totals(const TdDiagram *diagram, TdiText *text)
{
    const TdiTotals *totals = &diagram->totals;
    tdi_text_add(text, "  ");
    tdi_count_digits(totals->parameters, text);
    tdi_text_add(text, " parameters");
    if (totals->stored != totals->parameters) {
        tdi_text_add(text, " (stored once: ");
        tdi_count_digits(totals->stored, text);
        tdi_text_add(text, ")");
    }
    if (diagram->graph.weights) {
        tdi_text_format(text, "\n  %llu layers by name; how they are joined is not known\n",
                        (unsigned long long)totals->operators);
        return;
    }
    tdi_text_add(text, ", ");
    tdi_count_digits(totals->macs, text);
    tdi_text_add(text, " multiply-adds");
    if (totals->macs_unknown > 0)
        tdi_text_format(text, "\n  and those of %llu operators of unknown size",
                        (unsigned long long)totals->macs_unknown);
    tdi_text_add(text, "\n  ");
    tdi_text_format(text, "%llu operators in %d layers", (unsigned long long)totals->operators,
                    diagram->layers.count);
    tdi_text_add(text, "\n");
    if (totals->unknown > 0) {
        tdi_text_format(text, "  %llu of unknown types: ", (unsigned long long)totals->unknown);
        add_unknown(diagram, false, text);
        tdi_text_add(text, "\n");
    }
}

/* Parts that hang on the main one, by what they begin with. */
static void add_strand(const TdDiagram *diagram, const TdiStrand *strand, TdiText *text)
{
    if (!strand->main)
        tdi_text_add(text, "beside\n");
    add_items(diagram, strand->series, strand->series->items, strand->series->item_count, 0,
              INDENT, text);
    add_region(diagram, &strand->series->after, 0, INDENT, text);
}

void tdi_diagram_text(const TdDiagram *diagram, TdiText *text)
{
    const TdiTree *tree = &diagram->tree;
    tdi_text_format(text, "%s\n", td_diagram_title(diagram));
    for (int k = 0; k < diagram->graph.input_count && !diagram->graph.weights; k++) {
        const TdiTensor *input = &diagram->graph.tensors[diagram->graph.inputs[k]];
        bool named = input->name[0] != '\0' && strcmp(input->name, "input") != 0;
        tdi_text_format(text, "  input %s%s", named ? input->name : "", named ? " " : "");
        tdi_shape_words(&input->shape, input->shape.rank > 3 ? 1 : 2, text);
        tdi_text_add(text, "\n");
    }
    add_totals(diagram, text);
    tdi_text_add(text, "\n");
    static const char *const heads[] = {"gives", "parameters", "multiply-adds"};
    static const int widths[] = {SHAPE, PARAMETERS, MACS};
    tdi_text_add(text, "layer");
    add_spaces(text, LABEL - 5);
    for (int i = 0; i < 3; i++) {
        TdiText head = {0};
        tdi_text_add(&head, heads[i]);
        tdi_text_add(text, " ");
        add_right(text, &head, widths[i]);
    }
    tdi_text_add(text, "  sees\n");
    for (int k = 0; k < tree->strand_count; k++)
        add_strand(diagram, &tree->strands[k], text);
    add_folds(diagram, text);
}

/* ---- JSON ---------------------------------------------------------------------------- */

static void add_name(TdiText *text, const char *indent, const char *name)
{
    tdi_text_format(text, "%s\"%s\": ", indent, name);
}

static void add_words(TdiText *text, const char *indent, const char *name, const char *words)
{
    add_name(text, indent, name);
    if (words == NULL) {
        tdi_text_add(text, "null");
        return;
    }
    tdi_text_add(text, "\"");
    tdi_text_add_json(text, words);
    tdi_text_add(text, "\"");
}

static void add_whole(TdiText *text, const char *indent, const char *name, uint64_t value)
{
    add_name(text, indent, name);
    tdi_text_format(text, "%llu", (unsigned long long)value);
}

static void add_shape(TdiText *text, const char *indent, const char *name,
                      const TdiShape *shape)
{
    add_name(text, indent, name);
    if (shape->rank < 0) {
        tdi_text_add(text, "null");
        return;
    }
    tdi_text_add(text, "[");
    for (int i = 0; i < shape->rank; i++) {
        tdi_text_add(text, i > 0 ? ", " : "");
        if (shape->size[i] < 0)
            tdi_text_add(text, "null");
        else
            tdi_text_format(text, "%lld", (long long)shape->size[i]);
    }
    tdi_text_add(text, "]");
}

static void add_macs(TdiText *text, const char *name, const TdiSum *sum)
{
    if (sum->macs_unknown)
        tdi_text_format(text, ", \"%s\": null", name);
    else
        add_whole(text, ", ", name, sum->macs);
}

static void add_json_fold(const TdDiagram *diagram, const TdiFolded *fold, TdiText *text)
{
    TdiSum each, all;
    tdi_fold_sums(&diagram->layers, fold, &each, &all);
    tdi_text_add(text, "    {");
    add_words(text, "", "name", fold->name != NULL ? fold->name : fold->label);
    add_whole(text, ", ", "count", (uint64_t)fold->count);
    add_words(text, ", ", "unit", fold->label);
    add_whole(text, ", ", "layers", (uint64_t)each.count);
    add_whole(text, ", ", "parameters", each.parameters);
    add_macs(text, "macs", &each);
    add_whole(text, ", ", "all_parameters", all.parameters);
    add_macs(text, "all_macs", &all);
    add_words(text, ", ", fold->fold == TDI_FOLD_GROWTH ? "growth" : "first",
              fold->first[0] != '\0' && fold->fold != TDI_FOLD_BRANCHES ? fold->first : NULL);
    tdi_text_add(text, "}");
}

static void add_json_field(const TdDiagram *diagram, const TdiLayer *layer, TdiText *text)
{
    const TdiTensor *tensor =
        layer->out_tensor >= 0 ? &diagram->graph.tensors[layer->out_tensor] : NULL;
    bool any = false;
    add_name(text, ", ", "field");
    for (int i = 0; tensor != NULL && i < TDI_SPATIAL; i++) {
        if (tensor->field[i] == 0)
            continue;
        tdi_text_add(text, any ? ", " : "[");
        if (isinf(tensor->field[i]))
            tdi_text_add(text, "\"all\"");
        else
            tdi_text_format(text, "%.0f", tensor->field[i]);
        any = true;
    }
    tdi_text_add(text, any ? "]" : "null");
}

/* Layers by their places in the list, graph inputs as -1, -2, ... */
static void add_json_links(const TdiLayer *layer, TdiText *text)
{
    add_name(text, ", ", "inputs");
    tdi_text_add(text, "[");
    for (int k = 0; k < layer->input_count; k++) {
        TdiLink link = layer->inputs[k];
        tdi_text_format(text, "%s%d", k > 0 ? ", " : "",
                        link.layer >= 0 ? link.layer : -1 - link.slot);
    }
    tdi_text_add(text, "]");
}

static void add_json_layer(const TdDiagram *diagram, const TdiLayer *layer, TdiText *text)
{
    tdi_text_add(text, "    {");
    add_words(text, "", "name", layer->name);
    add_words(text, ", ", "block", layer->block);
    add_words(text, ", ", "what", layer->what);
    add_words(text, ", ", "width", layer->width);
    add_words(text, ", ", "marks", layer->marks);
    add_words(text, ", ", "norm", layer->norm);
    add_words(text, ", ", "activation", layer->act);
    add_shape(text, ", ", "shape", &layer->shape);
    add_whole(text, ", ", "parameters", layer->parameters);
    add_name(text, ", ", "macs");
    if (layer->macs_known)
        tdi_text_format(text, "%llu", (unsigned long long)layer->macs);
    else
        tdi_text_add(text, "null");
    add_json_field(diagram, layer, text);
    add_json_links(layer, text);
    add_whole(text, ", ", "operators", (uint64_t)layer->operators);
    tdi_text_add(text, "}");
}

static void add_json_inputs(const TdDiagram *diagram, TdiText *text)
{
    add_name(text, ",\n  ", "inputs");
    tdi_text_add(text, "[");
    for (int k = 0; k < diagram->graph.input_count; k++) {
        const TdiTensor *input = &diagram->graph.tensors[diagram->graph.inputs[k]];
        tdi_text_add(text, k > 0 ? ", {" : "{");
        add_words(text, "", "name", input->name);
        add_shape(text, ", ", "shape", &input->shape);
        tdi_text_add(text, "}");
    }
    tdi_text_add(text, "]");
}

void tdi_diagram_json(const TdDiagram *diagram, TdiText *text)
{
    const TdiTotals *totals = &diagram->totals;
    add_words(text, "{\n  ", "title", td_diagram_title(diagram));
    add_whole(text, ",\n  ", "parameters", totals->parameters);
    add_whole(text, ",\n  ", "stored", totals->stored);
    add_whole(text, ",\n  ", "macs", totals->macs);
    add_whole(text, ",\n  ", "macs_unknown", totals->macs_unknown);
    add_whole(text, ",\n  ", "operators", totals->operators);
    add_whole(text, ",\n  ", "unknown", totals->unknown);
    add_name(text, ",\n  ", "unknown_types");
    tdi_text_add(text, "[");
    add_unknown(diagram, true, text);
    tdi_text_add(text, "]");
    add_json_inputs(diagram, text);
    add_name(text, ",\n  ", "folds");
    tdi_text_add(text, "[");
    for (int i = 0; i < diagram->tree.fold_count; i++) {
        tdi_text_add(text, i > 0 ? ",\n" : "\n");
        add_json_fold(diagram, &diagram->tree.folds[i], text);
    }
    tdi_text_add(text, diagram->tree.fold_count > 0 ? "\n  ]" : "]");
    add_name(text, ",\n  ", "layers");
    tdi_text_add(text, "[");
    for (int i = 0; i < diagram->layers.count; i++) {
        tdi_text_add(text, i > 0 ? ",\n" : "\n");
        add_json_layer(diagram, &diagram->layers.layers[i], text);
    }
    tdi_text_add(text, diagram->layers.count > 0 ? "\n  ]\n}\n" : "]\n}\n");
}
