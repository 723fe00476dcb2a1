#include "diagram/neurons.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "diagram/pieces.h"
#include "diagram/words.h"

enum {
    MOST_NEURONS = 24, /* of a column; of more END_NEURONS at each end are drawn, and dots */
    END_NEURONS = 10,
    MOST_COLUMNS = 17, /* likewise, of the input and the layers */
    END_COLUMNS = 7,
    MOST_NAMES = 8 /* of inputs that stand beside their neurons */
};

/* In points. Neurons come nearer to each other where there are many in a column. */
#define DIAMETER 7.0
#define PITCH 10.0
#define WIDE_PITCH 16.0
#define BARE_HEIGHT 100.0  /* of a column on a bare page, where words are large beside it */
#define DOT 0.26           /* diameters */
#define LEAST_BETWEEN 44.0 /* columns */
#define MOST_BETWEEN 150.0
#define MARGIN 10.0
#define BARE_MARGIN 6.0
#define TITLE_HEIGHT 40.0
#define LINE 11.0 /* of words */
#define PAGE_WIDTH 960.0
#define PAGE_HEIGHT 540.0
#define LARGEST_SCALE 1.6

/* What stands in a column: a layer, the input, or dots for `left_out` layers. */
typedef struct Column {
    const TdiLayer *layer; /* NULL: the input */
    const char *act;       /* NULL: none */
    int64_t neurons;
    int left_out;
    int shown; /* circles */
    double x;
} Column;

typedef struct Writer {
    const TdiPage *page;
    TdiFigure *figure;
    TdiFont *font;
    Column *columns; /* the input first */
    int count;
    double between, pitch, diameter; /* of columns; of circles */
    double margin, top, height;      /* where these lie */
} Writer;

/* ---- What is drawn ------------------------------------------------------------------- */

static bool is_dense(const TdiLayer *layer)
{
    return layer->kind == TDI_KIND_DENSE && strcmp(layer->what, "dense") == 0 &&
           layer->in.rank == 2 && layer->in_axis >= 0 && layer->shape.rank == 2 &&
           layer->axis >= 0 && layer->in.size[layer->in_axis] > 0 &&
           layer->shape.size[layer->axis] > 0;
}

/* What goes with the layer before it, and what is no column. */
static bool is_passed(const TdiLayer *layer)
{
    return layer->kind == TDI_KIND_MOVE || layer->kind == TDI_KIND_ACTIVATION;
}

bool tdi_neurons_fit(const TdiTree *tree)
{
    const TdiSeries *series = tree->strand_count == 1 ? tree->strands[0].series : NULL;
    int dense = 0;
    for (int i = 0; series != NULL && i < series->step_count; i++) {
        const TdiLayer *layer = &tree->layers->layers[series->steps[i].layer];
        bool early = layer->kind == TDI_KIND_ACTIVATION && dense == 0;
        if (!series->steps[i].before.plain || early || !(is_dense(layer) || is_passed(layer)))
            return false;
        dense += is_dense(layer);
    }
    return dense > 0 && series->after.plain;
}

static void add_column(Writer *writer, const TdiLayer *layer)
{
    Column *column = &writer->columns[writer->count++];
    *column = (Column){.layer = layer, .act = layer->act};
    column->neurons = layer->shape.size[layer->axis];
}

/* All columns; false without memory. */
static bool find_columns(Writer *writer)
{
    const TdiTree *tree = writer->page->tree;
    const TdiSeries *series = tree->strands[0].series;
    writer->columns = tdi_alloc((uint64_t)series->step_count + 1, sizeof *writer->columns);
    if (writer->columns == NULL)
        return false;
    writer->count = 1;
    for (int i = 0; i < series->step_count; i++) {
        const TdiLayer *layer = &tree->layers->layers[series->steps[i].layer];
        if (is_dense(layer))
            add_column(writer, layer);
        else if (layer->kind == TDI_KIND_ACTIVATION && writer->count > 1)
            writer->columns[writer->count - 1].act = layer->what;
    }
    const TdiLayer *first = writer->columns[1].layer;
    writer->columns[0].neurons = first->in.size[first->in_axis];
    return true;
}

/* Layers in the middle of deep networks give way to dots. */
static void shorten(Writer *writer)
{
    if (writer->count > MOST_COLUMNS) {
        int left_out = writer->count - 2 * END_COLUMNS;
        Column *dots = &writer->columns[END_COLUMNS];
        memmove(dots + 1, dots + left_out, END_COLUMNS * sizeof *dots);
        *dots = (Column){.left_out = left_out};
        writer->count = 2 * END_COLUMNS + 1;
    }
    for (int i = 0; i < writer->count; i++) {
        Column *column = &writer->columns[i];
        bool many = column->neurons > MOST_NEURONS;
        column->shown = many ? 2 * END_NEURONS : (int)column->neurons;
    }
}

/* ---- Where it lies ------------------------------------------------------------------- */

/* Circles and what takes the room of some. */
static int places(const Column *column)
{
    return column->neurons > MOST_NEURONS ? 2 * END_NEURONS + 3 : column->shown;
}

static double width_of(const Writer *writer, const char *words, double size)
{
    return tdi_font_width(writer->font, words) * size;
}

static bool is_short(const char *name)
{
    return name[0] != '\0' && strlen(name) < 9;
}

/* What stands below a column, in one or two lines; line 1 may be NULL. */
static void name_column(const Writer *writer, const Column *column, const char *lines[2])
{
    const TdiGraph *graph = writer->page->tree->layers->graph;
    const char *input = graph->input_count > 0 ? graph->tensors[graph->inputs[0]].name : "";
    TdiText text = {0};
    lines[1] = writer->page->bare ? NULL : column->act;
    if (column->left_out > 0)
        tdi_text_format(&text, "%d layers", column->left_out);
    else if (column->layer == NULL && writer->page->bare && is_short(input))
        tdi_text_add(&text, input);
    else
        tdi_text_format(&text, "%lld", (long long)column->neurons);
    lines[0] = tdi_figure_words(writer->figure, &text);
    if (column->layer == NULL && column->left_out == 0 && !writer->page->bare)
        lines[1] = "input";
}

/* Columns stand as far apart as the page is wide, but not without measure. */
static void lay_out(Writer *writer)
{
    double least = LEAST_BETWEEN, aspect = writer->page->aspect;
    int most = 1;
    for (int i = 0; i < writer->count; i++) {
        const char *lines[2];
        name_column(writer, &writer->columns[i], lines);
        for (int line = 0; line < 2 && lines[line] != NULL; line++) {
            double width = width_of(writer, lines[line], TDI_LETTER) + 6;
            least = width > least ? width : least;
        }
        most = places(&writer->columns[i]) > most ? places(&writer->columns[i]) : most;
    }
    writer->pitch = most > 8 ? PITCH : WIDE_PITCH - (WIDE_PITCH - PITCH) * (most - 1) / 8;
    if (writer->page->bare && writer->pitch * most > BARE_HEIGHT)
        writer->pitch = BARE_HEIGHT / most;
    writer->diameter = 0.7 * (writer->pitch < PITCH ? writer->pitch : PITCH);
    writer->height = (most - 1) * writer->pitch + writer->diameter;
    double wide = (aspect > 0 ? aspect : 16.0 / 9) * (writer->height + 3 * LINE);
    writer->between = wide / writer->count;
    double widest = LEAST_BETWEEN + writer->height;
    widest = widest < MOST_BETWEEN ? widest : MOST_BETWEEN;
    if (writer->between > widest)
        writer->between = widest;
    if (writer->between < least)
        writer->between = least;
    for (int i = 0; i < writer->count; i++)
        writer->columns[i].x = writer->margin + (i + 0.5) * writer->between;
}

/* The middle of circle i of a column. */
static double circle_y(const Writer *writer, const Column *column, int i)
{
    bool below = column->neurons > MOST_NEURONS && i >= END_NEURONS;
    double from_middle = i + (below ? 3 : 0) - 0.5 * (places(column) - 1);
    return writer->top + writer->height / 2 + from_middle * writer->pitch;
}

/* ---- Marks --------------------------------------------------------------------------- */

static void add_circle(Writer *writer, double x, double y, double diameter, TdiRole fill,
                       TdiRole line)
{
    tdi_figure_add(writer->figure, &(TdiMark){.type = TDI_MARK_BOX,
                                              .x = x - diameter / 2,
                                              .y = y - diameter / 2,
                                              .width = diameter,
                                              .height = diameter,
                                              .radius = diameter / 2,
                                              .fill = fill,
                                              .line = line,
                                              .thickness = 0.12 * writer->diameter});
}

static void add_words(Writer *writer, const char *words, double x, double y, double size,
                      TdiRole role, TdiAnchor anchor)
{
    bool title = size == TDI_TITLE;
    tdi_figure_add(writer->figure,
                   &(TdiMark){.type = TDI_MARK_WORDS,
                              .x = x,
                              .y = y,
                              .width = width_of(writer, words, size) * (title ? 1.1 : 1),
                              .size = size,
                              .fill = role,
                              .words = words,
                              .bold = title,
                              .anchor = anchor});
}

/* The more lines there are, the finer they are. */
static void add_links(Writer *writer, const Column *from, const Column *to)
{
    int links = from->shown * to->shown;
    bool bare = writer->page->bare;
    double thickness = links <= 12 ? 0.9 : links <= 60 ? 0.6 : links <= 220 ? 0.45 : 0.32;
    TdiRole role = links <= 12 || bare ? TDI_ROLE_WIRE : TDI_ROLE_EDGE;
    thickness *= bare ? 0.6 : 1; /* it is drawn small */
    for (int i = 0; i < from->shown; i++)
        for (int k = 0; k < to->shown; k++) {
            double points[] = {from->x, circle_y(writer, from, i), to->x,
                               circle_y(writer, to, k)};
            tdi_figure_line(writer->figure, points, 2, role, thickness, false);
        }
}

static void add_dots(Writer *writer, const Column *column)
{
    double middle = writer->top + writer->height / 2;
    for (int i = -1; i <= 1; i++) {
        double x = column->left_out > 0 ? column->x + i * 1.4 * writer->pitch : column->x;
        double y = column->left_out > 0 ? middle : middle + i * writer->pitch * 0.7;
        add_circle(writer, x, y, DOT * writer->diameter, TDI_ROLE_FAINT, TDI_ROLE_NONE);
    }
}

static const char *describe_column(Writer *writer, int i)
{
    const Column *column = &writer->columns[i];
    TdiText text = {0};
    if (column->left_out > 0)
        tdi_text_format(&text, "%d layers that are not drawn", column->left_out);
    else if (column->layer == NULL)
        tdi_text_format(&text, "%lld inputs", (long long)column->neurons);
    else {
        tdi_text_format(&text, "%s %s", column->layer->what, column->layer->width);
        if (column->act != NULL)
            tdi_text_format(&text, " + %s", column->act);
        tdi_text_add(&text, "\n");
        tdi_count_digits(column->layer->parameters, &text);
        tdi_text_add(&text, " parameters\n");
        tdi_count_digits(column->layer->macs, &text);
        tdi_text_add(&text, " multiply-adds");
        if (column->layer->name[0] != '\0')
            tdi_text_format(&text, "\n%s", column->layer->name);
    }
    return tdi_figure_words(writer->figure, &text);
}

/* "x", "y" beside the neurons of the input, whose name is "x, y". */
static void add_input_names(Writer *writer)
{
    const TdiGraph *graph = writer->page->tree->layers->graph;
    const Column *input = &writer->columns[0];
    const char *at = graph->input_count > 0 ? graph->tensors[graph->inputs[0]].name : "";
    int names = 1;
    for (const char *comma = at; (comma = strstr(comma, ", ")) != NULL; comma += 2)
        names++;
    if (names != input->neurons || names > MOST_NAMES || writer->page->bare)
        return;
    for (int i = 0; i < names; i++) {
        TdiText text = {0};
        size_t length = strcspn(at, ",");
        tdi_text_add_bytes(&text, at, length);
        add_words(writer, tdi_figure_words(writer->figure, &text), input->x - writer->diameter,
                  circle_y(writer, input, i) + 0.36 * TDI_LETTER, TDI_LETTER, TDI_ROLE_FAINT,
                  TDI_END);
        at += length + (i + 1 < names ? 2 : 0);
    }
}

static void add_neurons(Writer *writer, int i)
{
    const Column *column = &writer->columns[i];
    const char *lines[2], *title = describe_column(writer, i);
    bool input = column->layer == NULL;
    double y = writer->top + writer->height + LINE;
    tdi_figure_add(writer->figure, &(TdiMark){.type = TDI_MARK_GROUP, .title = title});
    for (int k = 0; k < column->shown; k++)
        add_circle(writer, column->x, circle_y(writer, column, k), writer->diameter,
                   input ? TDI_ROLE_PORT : (TdiRole)TDI_KIND_DENSE, TDI_ROLE_FAINT);
    if (column->neurons > MOST_NEURONS || column->left_out > 0)
        add_dots(writer, column);
    name_column(writer, column, lines);
    add_words(writer, lines[0], column->x, y, TDI_LETTER,
              column->left_out > 0 ? TDI_ROLE_FAINT : TDI_ROLE_INK, TDI_MIDDLE);
    if (lines[1] != NULL)
        add_words(writer, lines[1], column->x, y + LINE, TDI_SMALL, TDI_ROLE_FAINT, TDI_MIDDLE);
    tdi_figure_add(writer->figure, &(TdiMark){.type = TDI_MARK_END});
}

/* ---- The page ------------------------------------------------------------------------ */

static void add_title(Writer *writer)
{
    TdiFigure *figure = writer->figure;
    const char *title = tdi_figure_keep(figure, writer->page->title);
    const char *totals = tdi_page_totals(writer->page, figure);
    double widest = width_of(writer, totals, TDI_LETTER), y = MARGIN + TDI_TITLE * 0.8;
    double titles = width_of(writer, title, TDI_TITLE) * 1.1;
    widest = (titles > widest ? titles : widest) + 2 * MARGIN;
    add_words(writer, title, MARGIN, y, TDI_TITLE, TDI_ROLE_INK, TDI_START);
    add_words(writer, totals, MARGIN, y + 1.2 * LINE, TDI_LETTER, TDI_ROLE_FAINT, TDI_START);
    double shift = widest > figure->width ? (widest - figure->width) / 2 : 0;
    for (int i = 0; i < writer->count; i++)
        writer->columns[i].x += shift;
    figure->width += 2 * shift;
}

static const char *describe(Writer *writer)
{
    TdiText text = {0};
    tdi_text_format(&text, "%s: ", writer->page->title);
    tdi_text_add(&text, tdi_page_totals(writer->page, writer->figure));
    tdi_text_format(&text, ". %d layers of neurons.", writer->page->tree->layers->count);
    return tdi_figure_words(writer->figure, &text);
}

static void write_figure(Writer *writer)
{
    TdiFigure *figure = writer->figure;
    bool bare = writer->page->bare;
    writer->margin = bare ? BARE_MARGIN : MARGIN;
    shorten(writer);
    lay_out(writer);
    figure->width = writer->count * writer->between + 2 * writer->margin;
    writer->top = writer->margin + (bare ? 0 : TITLE_HEIGHT);
    if (!bare)
        add_title(writer);
    for (int i = 0; i + 1 < writer->count; i++)
        add_links(writer, &writer->columns[i], &writer->columns[i + 1]);
    for (int i = 0; i < writer->count; i++)
        add_neurons(writer, i);
    add_input_names(writer);
    figure->height = writer->top + writer->height + (bare ? 1.2 : 2.5) * LINE + writer->margin;
    double across = PAGE_WIDTH / figure->width, down = PAGE_HEIGHT / figure->height;
    double scale = across < down ? across : down;
    scale = scale < 1 ? 1 : scale > LARGEST_SCALE ? LARGEST_SCALE : scale;
    figure->title = tdi_figure_keep(figure, writer->page->title);
    figure->description = describe(writer);
    tdi_figure_own(figure);
    tdi_figure_scale(figure, scale);
}

TdStatus tdi_neurons_figure(const TdiPage *page, TdiFigure *figure, TdError *err)
{
    const char *note;
    Writer writer = {.page = page, .figure = figure};
    *figure = (TdiFigure){0};
    writer.font = tdi_font_open(&note);
    figure->failed = !find_columns(&writer);
    if (!figure->failed)
        write_figure(&writer);
    tdi_font_close(writer.font);
    tdi_free(writer.columns);
    if (!figure->failed)
        return TD_OK;
    tdi_figure_free(figure);
    return tdi_fail_memory(err, sizeof(TdiMark) * (uint64_t)page->tree->layers->count);
}
