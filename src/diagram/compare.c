#include "diagram/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "diagram/figure.h"
#include "diagram/words.h"
#include "graph/count.h"
#include "graph/description.h"
#include "graph/networks.h"
#include "output/chart.h"

/* ---- One network --------------------------------------------------------------------- */

int tdi_year_of(const char *words)
{
    for (const char *c = words; c != NULL && *c != '\0'; c++) {
        size_t digits = strspn(c, "0123456789");
        bool stands_alone = c == words || c[-1] == ' ' || c[-1] == '(';
        char behind = c[digits];
        if (digits == 4 && stands_alone && (c[0] == '1' || c[0] == '2') &&
            (behind == '\0' || behind == ',' || behind == ' ' || behind == ')'))
            return (int)strtol(c, NULL, 10);
        if (digits > 0)
            c += digits - 1;
    }
    return 0;
}

/* Whether it multiplies its input by stored numbers. */
static bool is_layer(const TdiOperator *op)
{
    return op->macs > 0 && op->parameters > 0;
}

static int depth_at(const TdiGraph *graph, const TdiOperator *op, const int *depths)
{
    int deepest = 0;
    for (int k = 0; k < op->input_count; k++) {
        int tensor = op->inputs[k];
        int producer = tensor >= 0 ? graph->tensors[tensor].producer : -1;
        if (producer >= 0 && depths[producer] > deepest)
            deepest = depths[producer];
    }
    return deepest + is_layer(op);
}

int tdi_graph_depth(const TdiGraph *graph)
{
    int deepest = 0;
    int *depths = tdi_alloc((uint64_t)graph->operator_count, sizeof *depths);
    if (depths == NULL)
        return -1;
    for (int i = 0; i < graph->operator_count; i++) {
        depths[i] = depth_at(graph, &graph->operators[i], depths);
        if (depths[i] > deepest)
            deepest = depths[i];
    }
    tdi_free(depths);
    return deepest;
}

static TdiFamily family_of(const char *name)
{
    static const struct {
        const char *begin, *end;
        TdiFamily family;
    } families[] = {{"vgg-", "", TDI_FAMILY_VGG},
                    {"googlenet", "", TDI_FAMILY_INCEPTION},
                    {"inception-", "", TDI_FAMILY_INCEPTION},
                    {"resnet-", "-v1", TDI_FAMILY_RESNET_V1},
                    {"resnet-", "", TDI_FAMILY_RESNET}};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        size_t end = strlen(families[i].end);
        if (strncmp(name, families[i].begin, strlen(families[i].begin)) == 0 && length > end &&
            strcmp(name + length - end, families[i].end) == 0)
            return families[i].family;
    }
    return TDI_FAMILY_NONE;
}

/* ---- All of them --------------------------------------------------------------------- */

static TdStatus add_row(TdiComparison *comparison, const TdiNetworkText *info, TdiGraph *graph,
                        const TdiDescription *facts, TdError *err)
{
    TdiTotals totals = tdi_graph_count(graph);
    const char *said = facts->top1_source != NULL ? facts->top1_source : "";
    TdiCompared row = {.name = info->name,
                       .title = info->title,
                       .family = family_of(info->name),
                       .year = tdi_year_of(facts->source),
                       .layers = tdi_graph_depth(graph),
                       .parameters = totals.parameters,
                       .macs = totals.macs,
                       .top1 = facts->top1,
                       .source = tdi_arena_words(&comparison->arena, said, strlen(said))};
    if (row.layers < 0 || row.source == NULL)
        return tdi_fail_memory(err, sizeof row);
    comparison->rows[comparison->count++] = row;
    return TD_OK;
}

static TdStatus read_row(TdiComparison *comparison, const TdiNetworkText *info, TdError *err)
{
    TdiGraph graph = {0};
    TdiDescription facts = {0};
    TdStatus status = tdi_graph_from_description(info->name, info->text, strlen(info->text),
                                                 &graph, &facts, err);
    if (status == TD_OK && facts.top1 > 0)
        status = add_row(comparison, info, &graph, &facts, err);
    tdi_graph_free(&graph);
    return status;
}

static int by_accuracy(const void *one, const void *other)
{
    const TdiCompared *a = one, *b = other;
    if (a->top1 != b->top1)
        return a->top1 < b->top1 ? -1 : 1;
    if (a->parameters != b->parameters)
        return a->parameters < b->parameters ? -1 : 1;
    return strcmp(a->name, b->name);
}

static void find_twins(TdiComparison *comparison)
{
    for (int i = 1; i < comparison->count; i++) {
        const TdiCompared *before = &comparison->rows[i - 1];
        TdiCompared *row = &comparison->rows[i];
        row->twin = row->top1 == before->top1 && strcmp(row->source, before->source) == 0;
    }
}

TdStatus tdi_comparison_make(const TdRun *run, TdiComparison *comparison, TdError *err)
{
    TdStatus status = TD_OK;
    *comparison = (TdiComparison){0};
    comparison->rows = tdi_alloc(tdi_network_count, sizeof *comparison->rows);
    if (comparison->rows == NULL)
        return tdi_fail_memory(err, sizeof *comparison->rows);
    for (size_t i = 0; i < tdi_network_count && status == TD_OK; i++) {
        status = tdi_check_cancel(run, err);
        if (status == TD_OK)
            status = read_row(comparison, &tdi_network_texts[i], err);
    }
    qsort(comparison->rows, (size_t)comparison->count, sizeof *comparison->rows, by_accuracy);
    find_twins(comparison);
    return status;
}

void tdi_comparison_free(TdiComparison *comparison)
{
    tdi_free(comparison->rows);
    tdi_arena_free(&comparison->arena);
    *comparison = (TdiComparison){0};
}

/* ---- In words ------------------------------------------------------------------------ */

static void add_digits(TdiText *text, uint64_t value, int width)
{
    TdiText digits = {0};
    tdi_count_digits(value, &digits);
    tdi_text_format(text, "%*s", width, digits.data != NULL ? digits.data : "");
    text->failed |= digits.failed;
    tdi_text_free(&digits);
}

void tdi_comparison_text(const TdiComparison *comparison, TdiText *text)
{
    tdi_text_format(text, "%-16s %4s %6s %12s %15s %7s  %s\n", "network", "year", "layers",
                    "parameters", "multiply-adds", "top-1", "where that stands");
    for (int i = 0; i < comparison->count; i++) {
        const TdiCompared *row = &comparison->rows[i];
        unsigned thousandths = (unsigned)(row->top1 * 1000 + 0.5);
        tdi_text_format(text, "%-16s ", row->name);
        if (row->year > 0)
            tdi_text_format(text, "%4d %6d ", row->year, row->layers);
        else
            tdi_text_format(text, "%4s %6d ", "", row->layers);
        add_digits(text, row->parameters, 12);
        tdi_text_add(text, " ");
        add_digits(text, row->macs, 15);
        tdi_text_format(text, " %3u.%03u  %s\n", thousandths / 1000, thousandths % 1000,
                        row->source);
    }
}

static void add_json_words(TdiText *text, const char *name, const char *words)
{
    tdi_text_format(text, "\"%s\": \"", name);
    tdi_text_add_json(text, words);
    tdi_text_add(text, "\", ");
}

void tdi_comparison_json(const TdiComparison *comparison, TdiText *text)
{
    tdi_text_add(text, "{\n  \"networks\": [");
    for (int i = 0; i < comparison->count; i++) {
        const TdiCompared *row = &comparison->rows[i];
        tdi_text_add(text, i > 0 ? ",\n    {" : "\n    {");
        add_json_words(text, "name", row->name);
        add_json_words(text, "title", row->title);
        tdi_text_format(text, row->year > 0 ? "\"year\": %d, " : "\"year\": null, ", row->year);
        tdi_text_format(text, "\"layers\": %d, \"parameters\": %llu, \"macs\": %llu, ",
                        row->layers, (unsigned long long)row->parameters,
                        (unsigned long long)row->macs);
        tdi_text_add(text, "\"top1\": ");
        tdi_text_add_real(text, row->top1);
        tdi_text_add(text, ", \"top1_source\": \"");
        tdi_text_add_json(text, row->source);
        tdi_text_add(text, "\"}");
    }
    tdi_text_add(text, "\n  ]\n}\n");
}

/* ---- The public calls ---------------------------------------------------------------- */

TdStatus td_diagram_compare_print(TdDiagramForm form, const TdRun *run, char **text,
                                  TdError *err)
{
    TdiComparison comparison;
    TdiText made = {0};
    *text = NULL;
    if (form != TD_DIAGRAM_TEXT && form != TD_DIAGRAM_JSON)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "a comparison is printed as text or JSON; td_diagram_compare draws it");
    TdStatus status = tdi_comparison_make(run, &comparison, err);
    if (status == TD_OK && form == TD_DIAGRAM_TEXT)
        tdi_comparison_text(&comparison, &made);
    else if (status == TD_OK)
        tdi_comparison_json(&comparison, &made);
    tdi_comparison_free(&comparison);
    if (status == TD_OK && made.failed)
        status = tdi_fail_memory(err, made.length);
    if (status != TD_OK) {
        tdi_text_free(&made);
        return status;
    }
    *text = tdi_text_take(&made);
    return TD_OK;
}

static TdStatus save(const TdiComparison *comparison, const char *path, const char *format,
                     bool dark, const TdRun *run, TdError *err)
{
    TdiText data = {0}, script = {0}, sources = {0};
    TdiChart chart = {.width = TDI_COMPARISON_WIDTH,
                      .height = TDI_COMPARISON_HEIGHT,
                      .em = 9,
                      .paper = tdi_role_colour(TDI_ROLE_PAPER, dark),
                      .title = "Accuracy on ImageNet against multiply-adds and parameters",
                      .made_by = "tiedye diagram --compare"};
    tdi_comparison_data(comparison, &data);
    tdi_comparison_script(comparison, dark, &script);
    tdi_comparison_sources(comparison, &sources);
    chart.data = data.data;
    chart.script = script.data;
    chart.description = sources.data;
    TdStatus status = data.failed || script.failed || sources.failed
                          ? tdi_fail_memory(err, script.length)
                          : tdi_chart_save(&chart, path, format, run, err);
    tdi_text_free(&data);
    tdi_text_free(&script);
    tdi_text_free(&sources);
    return status;
}

TdStatus td_diagram_compare(const char *path, const char *format, bool dark, const TdRun *run,
                            TdError *err)
{
    TdiComparison comparison;
    const char *as = tdi_chart_format(path, format);
    if (as == NULL)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "%.300s: a chart is written as .svg, .png or .pdf; choose one with "
                        "--format",
                        path);
    TdStatus status = tdi_comparison_make(run, &comparison, err);
    if (status == TD_OK)
        status = save(&comparison, path, as, dark, run, err);
    tdi_comparison_free(&comparison);
    return status;
}
