#include "diagram/page.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "diagram/folds.h"
#include "diagram/pieces.h"
#include "diagram/words.h"

/* A slide, in points, and how much larger than drawn small networks become on it. */
#define PAGE_AREA (960.0 * 540.0)
#define LARGEST_SCALE 1.6
#define MARGIN 10.0
#define TITLE_HEIGHT 34.0
#define LEGEND_ROW 13.0
#define LEGEND_GAP 10.0
#define SWATCH 14.0

enum { TRIES = 40 };

/* An entry of the legend: a swatch, where it has one, and words. */
typedef struct Entry {
    int role;      /* TDI_ROLE_NONE: no swatch */
    double height; /* of the swatch: 9 is a layer's, less that of a bar under it */
    const char *words;
    double width;
    bool apart; /* begins a row */
} Entry;

typedef struct Writer {
    const TdiPage *page;
    TdiDrawn drawn;
    TdiFigure *figure;
    Entry *entries;
    size_t count, room;
} Writer;

/* ---- Words --------------------------------------------------------------------------- */

static double width_of(const Writer *writer, const char *words, double size)
{
    return tdi_font_width(writer->drawn.font, words) * size;
}

static void add_words(Writer *writer, const char *words, double x, double y, double size,
                      TdiRole role, bool bold)
{
    double width = width_of(writer, words, size) * (bold ? 1.1 : 1);
    tdi_figure_add(writer->figure, &(TdiMark){.type = TDI_MARK_WORDS,
                                              .x = x,
                                              .y = y,
                                              .width = width,
                                              .size = size,
                                              .fill = role,
                                              .words = words,
                                              .bold = bold});
}

static const TdiShape *input_shape(const TdiTree *tree)
{
    const TdiGraph *graph = tree->layers->graph;
    return tree->main_input < 0 ? NULL : &graph->tensors[graph->inputs[tree->main_input]].shape;
}

const char *tdi_page_totals(const TdiPage *page, TdiFigure *figure)
{
    const TdiTotals *totals = page->totals;
    const TdiShape *input = input_shape(page->tree);
    TdiText text = {0};
    if (input != NULL && input->rank >= 0) {
        tdi_text_add(&text, "input ");
        tdi_shape_words(input, input->rank > 3 ? 1 : 2, &text);
        tdi_text_add(&text, "  ·  ");
    }
    tdi_count_digits(totals->parameters, &text);
    tdi_text_add(&text, " parameters");
    if (page->tree->layers->graph->weights)
        return tdi_figure_words(figure, &text);
    tdi_text_add(&text, "  ·  ");
    tdi_count_digits(totals->macs, &text);
    tdi_text_add(&text, " multiply-adds");
    if (totals->macs_unknown > 0)
        tdi_text_format(&text, " and those of %llu operators of unknown size",
                        (unsigned long long)totals->macs_unknown);
    return tdi_figure_words(figure, &text);
}

static const char *totals_words(Writer *writer)
{
    return tdi_page_totals(writer->page, writer->figure);
}

/* ---- Legend -------------------------------------------------------------------------- */

static const char *const kind_names[TDI_KIND_COUNT] = {
    [TDI_KIND_CONVOLUTION] = "convolution",  [TDI_KIND_DENSE] = "dense, embedding",
    [TDI_KIND_ATTENTION] = "attention",      [TDI_KIND_RECURRENT] = "recurrent",
    [TDI_KIND_POOL] = "pooling, resizing",   [TDI_KIND_NORM] = "normalisation",
    [TDI_KIND_ACTIVATION] = "activation",    [TDI_KIND_MERGE] = "branches joined",
    [TDI_KIND_ARITHMETIC] = "arithmetic",    [TDI_KIND_MOVE] = "numbers moved",
    [TDI_KIND_CONTROL] = "control",          [TDI_KIND_OTHER] = "other",
    [TDI_KIND_UNKNOWN] = "unknown operator",
};

static Entry *add_entry(Writer *writer, int role, double height, const char *words)
{
    Entry *grown = tdi_grow(writer->entries, writer->count, &writer->room, sizeof *grown);
    writer->figure->failed |= grown == NULL;
    if (grown == NULL)
        return NULL;
    writer->entries = grown;
    double swatch = role == TDI_ROLE_NONE ? 0 : SWATCH + 4;
    grown[writer->count] = (Entry){.role = role,
                                   .height = height,
                                   .words = words,
                                   .width = swatch + width_of(writer, words, TDI_SMALL)};
    return &grown[writer->count++];
}

/* The different norms or activations that were joined to layers, with commas. */
static const char *join_names(Writer *writer, bool norms)
{
    const TdiLayers *layers = writer->page->tree->layers;
    TdiText text = {0};
    for (int i = 0; i < layers->count; i++) {
        const char *name = norms ? layers->layers[i].norm : layers->layers[i].act;
        bool known = name == NULL;
        for (int k = 0; k < i && !known; k++) {
            const char *other = norms ? layers->layers[k].norm : layers->layers[k].act;
            known = other != NULL && strcmp(other, name) == 0;
        }
        if (!known)
            tdi_text_format(&text, "%s%s", text.length > 0 ? ", " : "then ", name);
    }
    return tdi_figure_words(writer->figure, &text);
}

static void add_kinds(Writer *writer)
{
    const TdiLayers *layers = writer->page->tree->layers;
    bool there[TDI_KIND_COUNT] = {0};
    for (int i = 0; i < layers->count; i++)
        there[layers->layers[i].unknown ? TDI_KIND_UNKNOWN : layers->layers[i].kind] = true;
    for (int kind = 0; kind < TDI_KIND_COUNT; kind++)
        if (there[kind])
            add_entry(writer, kind, 9, kind_names[kind]);
    const char *norms = join_names(writer, true), *acts = join_names(writer, false);
    if (norms[0] != '\0')
        add_entry(writer, TDI_ROLE_NORM, 1.6, norms);
    if (acts[0] != '\0')
        add_entry(writer, TDI_ROLE_ACT, 1.6, acts);
}

/* Signs that are not their own explanation, as they first appear. */
static void add_signs(Writer *writer)
{
    static const char *const signs[] = {"/", "V", "g"};
    static const char *const meanings[] = {"stride", "not padded", "in groups"};
    const TdiLayers *layers = writer->page->tree->layers;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < layers->count; i++) {
            const TdiLayer *layer = &layers->layers[i];
            const char *at = strstr(layer->marks, signs[k]);
            bool window = layer->kind == TDI_KIND_CONVOLUTION || layer->kind == TDI_KIND_POOL;
            if (at == NULL || !window || (at > layer->marks && at[-1] != ' '))
                continue;
            TdiText text = {0};
            int length = (int)strcspn(at, " ");
            tdi_text_format(&text, "%.*s: %s", length, at, meanings[k]);
            if (k == 0)
                tdi_text_format(&text, " %.*s", length - 1, at + 1);
            add_entry(writer, TDI_ROLE_NONE, 0, tdi_figure_words(writer->figure, &text));
            break;
        }
}

/* "A inception-a ×4: 317,632 parameters, 388 M multiply-adds each" */
static void add_fold(Writer *writer, const TdiFolded *fold, bool apart)
{
    TdiSum sum = {.layers = writer->page->tree->layers};
    TdiText text = {0};
    const TdiStep *step = &fold->series->steps[fold->item->drawn];
    const TdiLayer *layer = &sum.layers->layers[step->layer];
    bool single = fold->item->length == 1 && step->before.plain;
    tdi_visit_layers(fold->series, fold->item->drawn, fold->item->length, tdi_add_to_sum, &sum);
    tdi_text_add(&text, fold->label);
    if (single)
        tdi_text_format(&text, " %s %s", layer->what, layer->width);
    tdi_text_format(&text, " ×%d: ", fold->count);
    tdi_count_words(sum.parameters, &text);
    tdi_text_add(&text, " parameters");
    if (sum.layers->graph->weights)
        tdi_text_add(&text, " each");
    else if (sum.macs_unknown)
        tdi_text_add(&text, ", an unknown number of multiply-adds each");
    else {
        tdi_text_add(&text, ", ");
        tdi_count_words(sum.macs, &text);
        tdi_text_add(&text, " multiply-adds each");
    }
    if (single && fold->first[0] != '\0') /* a frame says it itself */
        tdi_text_format(&text, " (%s%s)", fold->fold == TDI_FOLD_LEAD ? "first: " : "",
                        fold->first);
    Entry *entry = add_entry(writer, TDI_ROLE_NONE, 0, tdi_figure_words(writer->figure, &text));
    if (entry != NULL)
        entry->apart = apart;
}

/* Which inputs the letters stand for; those of layers are seen where these give them. */
static void add_ports(Writer *writer)
{
    const TdiTree *tree = writer->page->tree;
    for (int i = 0; i < tree->port_count; i++) {
        TdiText text = {0};
        if (tree->ports[i].input == NULL)
            continue;
        tdi_text_add(&text, "◂ ");
        tdi_add_letters(&text, i, false);
        tdi_text_format(&text, ": input %s", tree->ports[i].input);
        add_entry(writer, TDI_ROLE_NONE, 0, tdi_figure_words(writer->figure, &text));
    }
}

static void make_legend(Writer *writer)
{
    const TdiTree *tree = writer->page->tree;
    add_kinds(writer);
    add_signs(writer);
    add_ports(writer);
    for (int i = 0; i < tree->fold_count; i++)
        add_fold(writer, &tree->folds[i], i == 0);
}

static void place_entry(Writer *writer, const Entry *entry, double x, double y)
{
    bool unknown = entry->role == TDI_KIND_UNKNOWN;
    if (entry->role != TDI_ROLE_NONE)
        tdi_figure_add(writer->figure,
                       &(TdiMark){.type = TDI_MARK_BOX,
                                  .x = x,
                                  .y = y + 1 + (9 - entry->height) / 2,
                                  .width = SWATCH,
                                  .height = entry->height,
                                  .radius = entry->height > 4 ? 2 : entry->height / 2,
                                  .fill = (TdiRole)entry->role,
                                  .line = unknown ? TDI_ROLE_EDGE : TDI_ROLE_NONE,
                                  .thickness = 0.8,
                                  .dashed = unknown});
    double words = entry->role == TDI_ROLE_NONE ? x : x + SWATCH + 4;
    add_words(writer, entry->words, words, y + 8.6, TDI_SMALL, TDI_ROLE_FAINT, false);
}

/* Put the legend in rows no wider than `width`, or only see how high it becomes. */
static double lay_legend(Writer *writer, double width, double top, bool place)
{
    double x = 0, y = top + LEGEND_GAP;
    for (size_t i = 0; i < writer->count; i++) {
        const Entry *entry = &writer->entries[i];
        if (x > 0 && (entry->apart || x + entry->width > width)) {
            x = 0;
            y += LEGEND_ROW;
        }
        if (place)
            place_entry(writer, entry, MARGIN + x, y);
        x += entry->width + 12;
    }
    return y + LEGEND_ROW - top;
}

/* ---- The page ------------------------------------------------------------------------ */

/* The title and the entries of the legend are not broken. */
static double least_width(Writer *writer)
{
    double title = width_of(writer, writer->page->title, TDI_TITLE) * 1.1;
    double totals = width_of(writer, totals_words(writer), TDI_LETTER);
    double widest = title > totals ? title : totals;
    for (size_t i = 0; i < writer->count; i++)
        widest = writer->entries[i].width > widest ? writer->entries[i].width : widest;
    return widest;
}

static double page_scale(Writer *writer, double least)
{
    double aspect = writer->page->aspect > 0 ? writer->page->aspect : 16.0 / 9;
    double width = sqrt(PAGE_AREA * aspect), height = width / aspect;
    const TdiPiece *all = writer->drawn.all;
    double inside = all->width > least ? all->width : least;
    double wide = inside + 2 * MARGIN, high = all->height + 2 * MARGIN;
    if (!writer->page->bare)
        high += TITLE_HEIGHT + lay_legend(writer, inside, 0, false);
    return width / wide < height / high ? width / wide : height / high;
}

/* How good a height of columns is: how large the page comes out, but it is worse to break
 * columns within a frame, or to begin one for two boxes. */
static double score(Writer *writer, double least, double limit)
{
    writer->drawn.folded_in = false;
    tdi_measure(&writer->drawn, writer->drawn.all, limit);
    double scale = page_scale(writer, least);
    return (scale < LARGEST_SCALE ? scale : LARGEST_SCALE) *
           (writer->drawn.folded_in ? 0.85 : 1) * (writer->drawn.stub ? 0.9 : 1);
}

static double best_limit(Writer *writer, double least)
{
    double most = score(writer, least, HUGE_VAL), limit = writer->drawn.all->height;
    double best = limit;
    for (int i = 0; i < TRIES && limit > 60 && !writer->drawn.failed; i++) {
        limit *= 0.92;
        double next = score(writer, least, limit);
        if (next > most * 1.001) {
            most = next;
            best = limit;
        }
    }
    return best;
}

static const char *describe(Writer *writer)
{
    const TdiTree *tree = writer->page->tree;
    TdiText text = {0};
    tdi_text_format(&text, "%s: ", writer->page->title);
    tdi_text_add(&text, totals_words(writer));
    tdi_text_format(&text, ". %d layers", tree->layers->count);
    for (int i = 0; i < tree->fold_count; i++)
        tdi_text_format(&text, "%s%s repeated %d times", i == 0 ? ": " : ", ",
                        tree->folds[i].label, tree->folds[i].count);
    tdi_text_add(&text, ".");
    return tdi_figure_words(writer->figure, &text);
}

static void write_page(Writer *writer)
{
    TdiFigure *figure = writer->figure;
    bool bare = writer->page->bare;
    if (!bare)
        make_legend(writer);
    double least = bare ? 0 : least_width(writer);
    tdi_measure(&writer->drawn, writer->drawn.all, best_limit(writer, least));
    double scale = page_scale(writer, least);
    scale = scale < 1 ? 1 : scale > LARGEST_SCALE ? LARGEST_SCALE : scale;
    const TdiPiece *all = writer->drawn.all;
    double inside = all->width > least ? all->width : least, y = MARGIN;
    figure->width = inside + 2 * MARGIN;
    if (!bare) {
        add_words(writer, tdi_figure_keep(figure, writer->page->title), MARGIN,
                  y + TDI_TITLE * 0.8, TDI_TITLE, TDI_ROLE_INK, true);
        add_words(writer, totals_words(writer), MARGIN, y + TITLE_HEIGHT - 9, TDI_LETTER,
                  TDI_ROLE_FAINT, false);
        y += TITLE_HEIGHT;
    }
    tdi_place(all, MARGIN + (inside - all->width) / 2, y, figure);
    y += all->height;
    if (!bare)
        y += lay_legend(writer, inside, y, true);
    figure->height = y + MARGIN;
    tdi_figure_scale(figure, scale);
    figure->title = tdi_figure_keep(figure, writer->page->title);
    figure->description = describe(writer);
}

TdStatus tdi_page_figure(const TdiPage *page, TdiFigure *figure, TdError *err)
{
    const char *note;
    *figure = (TdiFigure){0};
    Writer writer = {.page = page, .figure = figure};
    writer.drawn = (TdiDrawn){.tree = page->tree, .depth = page->depth};
    writer.drawn.font = tdi_font_open(&note);
    if (tdi_pieces_make(&writer.drawn))
        write_page(&writer);
    bool failed = writer.drawn.failed || figure->failed;
    if (!failed)
        tdi_figure_own(figure);
    failed |= figure->failed;
    tdi_font_close(writer.drawn.font);
    tdi_pieces_free(&writer.drawn);
    tdi_free(writer.entries);
    if (!failed)
        return TD_OK;
    tdi_figure_free(figure);
    return tdi_fail_memory(err, sizeof(TdiPiece) * (uint64_t)page->tree->layers->count);
}
