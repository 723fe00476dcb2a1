/* The chart of a comparison: two panels, every network a point with a label. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "diagram/compare.h"
#include "diagram/figure.h"
#include "diagram/spread.h"
#include "output/chart.h"

enum { MOST_ROWS = TDI_SPREAD_MOST, COLUMN_MACS = 2, COLUMN_PARAMETERS = 3 };

static const double label_em = 8.5, small_em = 8, point_radius = 2.7;

/* Where a panel stands, in points, and what it shows. */
typedef struct Panel {
    TdiBounds page;
    int column;       /* of the data */
    double unit;      /* of its axis */
    const char *axis; /* what is written below */
    double low, high; /* of the axis, log2 in units */
    double from, to;  /* of accuracy, percent */
} Panel;

static const Panel panels[] = {
    {{48, 92, 482, 462}, COLUMN_MACS, 1e9, "multiply-adds for an image, G", 0, 0, 0, 0},
    {{508, 92, 942, 462}, COLUMN_PARAMETERS, 1e6, "parameters, M", 0, 0, 0, 0},
};

enum { PANELS = sizeof panels / sizeof *panels };

static unsigned family_colour(TdiFamily family, bool dark)
{
    static const unsigned colours[TDI_FAMILY_COUNT][2] = {
        [TDI_FAMILY_VGG] = {0xb4430f, 0xf59a62},
        [TDI_FAMILY_INCEPTION] = {0x7b3294, 0xcf9be6},
        [TDI_FAMILY_RESNET] = {0x1d5fa8, 0x7db8f5},
        [TDI_FAMILY_RESNET_V1] = {0x1d5fa8, 0x7db8f5},
        [TDI_FAMILY_NONE] = {0x3f4650, 0xc3c9d1}};
    return colours[family][dark];
}

/* ---- Data ---------------------------------------------------------------------------- */

static int by_cost(const void *one, const void *other)
{
    const TdiCompared *a = *(const TdiCompared *const *)one;
    const TdiCompared *b = *(const TdiCompared *const *)other;
    return a->macs < b->macs ? -1 : a->macs > b->macs;
}

/* The drawn rows of a family, the cheapest first, which is the shallowest. */
static int family_rows(const TdiComparison *comparison, TdiFamily family,
                       const TdiCompared **rows)
{
    int count = 0;
    for (int i = 0; i < comparison->count && count < MOST_ROWS; i++)
        if (comparison->rows[i].family == family && !comparison->rows[i].twin)
            rows[count++] = &comparison->rows[i];
    qsort(rows, (size_t)count, sizeof *rows, by_cost);
    return count;
}

/* In double quotes, between which gnuplot knows no way to say one. */
static void add_quoted(TdiText *text, const char *words)
{
    tdi_text_add(text, " \"");
    for (const char *c = words; *c != '\0'; c++)
        tdi_text_add_bytes(text, *c == '"' ? "'" : c, 1);
    tdi_text_add(text, "\"");
}

static void add_row(TdiText *text, const TdiCompared *row)
{
    tdi_text_format(text, "%-17s %12llu %10llu ", row->name, (unsigned long long)row->macs,
                    (unsigned long long)row->parameters);
    tdi_text_add_real(text, row->top1);
    tdi_text_format(text, " %3d %4d", row->layers, row->year);
    add_quoted(text, row->title);
    add_quoted(text, row->source);
    tdi_text_add(text, "\n");
}

/* A block a family, so that its points can be joined, then the rest; an empty one has a line
 * that is no number, since gnuplot counts only blocks that hold something. */
void tdi_comparison_data(const TdiComparison *comparison, TdiText *text)
{
    static const char *const names[TDI_FAMILY_COUNT] = {"VGG", "Inception", "ResNet",
                                                        "ResNet v1", "no family"};
    const TdiCompared *rows[MOST_ROWS];
    tdi_text_add(text,
                 "# Networks that come with tiedye, and their accuracy on ImageNet's "
                 "validation images.\n"
                 "# name, multiply-adds, parameters, top-1 accuracy in percent, layers "
                 "with weights on\n# the longest way through, year (0: not known), title, "
                 "where the accuracy stands\n");
    for (int family = 0; family < TDI_FAMILY_COUNT; family++) {
        int count = family_rows(comparison, (TdiFamily)family, rows);
        tdi_text_format(text, "%s# index %d: %s\n", family > 0 ? "\n\n" : "", family,
                        names[family]);
        for (int i = 0; i < count; i++)
            add_row(text, rows[i]);
        if (count == 0)
            tdi_text_add(text, "none nan nan nan nan nan \"\" \"\"\n");
    }
    for (int i = 0, first = 1; i < comparison->count; i++)
        if (comparison->rows[i].twin) {
            tdi_text_add(text, first
                                   ? "\n\n# not drawn: the accuracy of the weights of another, "
                                     "smaller one\n"
                                   : "");
            add_row(text, &comparison->rows[i]);
            first = 0;
        }
}

/* ---- Sources ------------------------------------------------------------------------- */

/* What stands before the first comma: "torchvision 0.14". */
static size_t origin_length(const TdiCompared *row)
{
    return strcspn(row->source, ",");
}

static bool same_origin(const TdiCompared *a, const TdiCompared *b)
{
    size_t length = origin_length(a);
    return length == origin_length(b) && memcmp(a->source, b->source, length) == 0;
}

/* How many drawn rows have the origin of row `i`; 0 where an earlier one has it, too. */
static int count_origin(const TdiComparison *comparison, int i)
{
    int count = 0;
    for (int k = 0; k < comparison->count; k++)
        if (!comparison->rows[k].twin &&
            same_origin(&comparison->rows[i], &comparison->rows[k])) {
            if (k < i)
                return 0;
            count++;
        }
    return count;
}

void tdi_comparison_sources(const TdiComparison *comparison, TdiText *text)
{
    tdi_text_add(text, "Accuracy as published: ");
    for (int count = comparison->count, first = 1; count > 0; count--)
        for (int i = 0; i < comparison->count; i++) {
            const TdiCompared *row = &comparison->rows[i];
            if (count_origin(comparison, i) != count)
                continue;
            tdi_text_add(text, first ? "" : ", ");
            tdi_text_add_bytes(text, row->source, origin_length(row));
            tdi_text_format(text, first ? " (%d networks)" : " (%d)", count);
            first = 0;
        }
    tdi_text_add(text, ".");
}

/* What each further layer of the ResNets adds. */
static void add_gains(const TdiComparison *comparison, TdiText *text)
{
    const TdiCompared *rows[MOST_ROWS];
    int count = family_rows(comparison, TDI_FAMILY_RESNET, rows);
    for (int i = 1; i < count; i++) {
        double layers = rows[i]->layers - rows[i - 1]->layers;
        if (i == 1)
            tdi_text_format(text,
                            "What a further layer of ResNet adds, in points of accuracy: ");
        tdi_text_add(text, i > 1 ? ", " : "");
        tdi_text_add_rounded(text, (rows[i]->top1 - rows[i - 1]->top1) / layers, 2);
        if (i == 1)
            tdi_text_format(text, " from %d to %d layers", rows[0]->layers, rows[1]->layers);
        else
            tdi_text_format(text, " on to %d", rows[i]->layers);
    }
}

/* ---- Panels -------------------------------------------------------------------------- */

static double log2_of(double value)
{
    return tdi_log(value) / 0.6931471805599453;
}

static double cost_of(const Panel *panel, const TdiCompared *row)
{
    double cost = (double)(panel->column == COLUMN_MACS ? row->macs : row->parameters);
    return cost > 0 ? cost / panel->unit : 1e-9;
}

/* Ranges that hold all points and some room for labels. */
static void set_ranges(Panel *panel, const TdiComparison *comparison)
{
    panel->low = panel->from = 1e9;
    panel->high = panel->to = -1e9;
    for (int i = 0; i < comparison->count; i++) {
        double cost = log2_of(cost_of(panel, &comparison->rows[i]));
        double top1 = comparison->rows[i].top1;
        panel->low = fmin(panel->low, cost);
        panel->high = fmax(panel->high, cost);
        panel->from = fmin(panel->from, top1);
        panel->to = fmax(panel->to, top1);
    }
    panel->low -= 0.5;
    panel->high += 0.5;
    panel->from = floor((panel->from - 1) / 5) * 5;
    panel->to = ceil((panel->to + 1) / 5) * 5;
}

static double page_x(const Panel *panel, const TdiCompared *row)
{
    double part = (log2_of(cost_of(panel, row)) - panel->low) / (panel->high - panel->low);
    return panel->page.left + part * (panel->page.right - panel->page.left);
}

static double page_y(const Panel *panel, const TdiCompared *row)
{
    double part = (row->top1 - panel->from) / (panel->to - panel->from);
    return panel->page.bottom + part * (panel->page.top - panel->page.bottom);
}

/* Labels of a panel, and the lines between networks. */
typedef struct Labels {
    TdiSpot spots[MOST_ROWS];
    const TdiCompared *rows[MOST_ROWS];
    int count;
    TdiSegment lines[MOST_ROWS];
    int line_count;
} Labels;

static void add_label(Labels *labels, TdiFont *font, const Panel *panel, const TdiCompared *row)
{
    int i = labels->count++;
    labels->rows[i] = row;
    labels->spots[i] = (TdiSpot){.x = page_x(panel, row),
                                 .y = page_y(panel, row),
                                 .radius = point_radius + 0.5,
                                 .width = tdi_font_width(font, row->title) * label_em + 1,
                                 .height = 1.1 * label_em};
}

static void add_step(Labels *labels, const Panel *panel, const TdiCompared *from,
                     const TdiCompared *to)
{
    labels->lines[labels->line_count++] = (TdiSegment){page_x(panel, from), page_y(panel, from),
                                                       page_x(panel, to), page_y(panel, to)};
}

static void collect(Labels *labels, TdiFont *font, const Panel *panel,
                    const TdiComparison *comparison)
{
    const TdiCompared *rows[MOST_ROWS];
    labels->count = labels->line_count = 0;
    for (int family = 0; family < TDI_FAMILY_COUNT; family++) {
        int count = family_rows(comparison, (TdiFamily)family, rows);
        for (int i = 0; i < count && labels->count < MOST_ROWS; i++) {
            add_label(labels, font, panel, rows[i]);
            if (i > 0 && family != TDI_FAMILY_NONE)
                add_step(labels, panel, rows[i - 1], rows[i]);
        }
    }
}

/* ---- Script -------------------------------------------------------------------------- */

static void add_screen(TdiText *text, double x, double y)
{
    tdi_text_add(text, "screen ");
    tdi_text_add_rounded(text, x / TDI_COMPARISON_WIDTH, 6);
    tdi_text_add(text, ", screen ");
    tdi_text_add_rounded(text, y / TDI_COMPARISON_HEIGHT, 6);
}

static void add_words(TdiText *text, double x, double y, const char *words, double em,
                      const char *style, unsigned colour)
{
    tdi_text_add(text, "set label ");
    tdi_chart_quote(text, words);
    tdi_text_add(text, " at ");
    add_screen(text, x, y);
    tdi_text_format(text, " left front font 'DejaVu Sans%s,", style);
    tdi_text_add_rounded(text, em, 4);
    tdi_text_format(text, "' textcolor rgb '#%06x'\n", colour);
}

static void add_leader(TdiText *text, const TdiSegment *line, unsigned colour)
{
    tdi_text_add(text, "set arrow from ");
    add_screen(text, line->x0, line->y0);
    tdi_text_add(text, " to ");
    add_screen(text, line->x1, line->y1);
    tdi_text_format(text, " nohead front lw 0.6 lc rgb '#%06x'\n", colour);
}

static void add_labels(TdiText *text, const Labels *labels, bool dark)
{
    unsigned faint = tdi_role_colour(TDI_ROLE_FAINT, dark);
    for (int i = 0; i < labels->count; i++) {
        const TdiSpot *spot = &labels->spots[i];
        add_words(text, spot->box.left + 0.5, (spot->box.bottom + spot->box.top) / 2,
                  labels->rows[i]->title, label_em, "",
                  family_colour(labels->rows[i]->family, dark));
        if (spot->leads)
            add_leader(text, &spot->leader, faint);
    }
}

static void add_margins(TdiText *text, const Panel *panel)
{
    static const char *const names[] = {"lmargin", "rmargin", "bmargin", "tmargin"};
    const double places[] = {
        panel->page.left / TDI_COMPARISON_WIDTH, panel->page.right / TDI_COMPARISON_WIDTH,
        panel->page.bottom / TDI_COMPARISON_HEIGHT, panel->page.top / TDI_COMPARISON_HEIGHT};
    for (int i = 0; i < 4; i++) {
        tdi_text_format(text, "set %s at screen ", names[i]);
        tdi_text_add_rounded(text, places[i], 6);
        tdi_text_add(text, "\n");
    }
}

/* 2^power, for ranges: gnuplot computes it. */
static void add_range(TdiText *text, const Panel *panel)
{
    tdi_text_add(text, "set xrange [2**");
    tdi_text_add_rounded(text, panel->low, 8);
    tdi_text_add(text, ":2**");
    tdi_text_add_rounded(text, panel->high, 8);
    tdi_text_add(text, "]\nset yrange [");
    tdi_text_add_rounded(text, panel->from, 8);
    tdi_text_add(text, ":");
    tdi_text_add_rounded(text, panel->to, 8);
    tdi_text_add(text, "]\n");
}

/* Lines below, points on them; a tooltip says all of a row. */
static void add_plot(TdiText *text, const Panel *panel, bool dark)
{
    tdi_text_add(text, "plot ");
    for (int family = 0; family < TDI_FAMILY_NONE; family++)
        tdi_text_format(text,
                        "data index %d using ($%d / %.0f):4 with lines lw 1.4%s "
                        "lc rgb '#%06x', \\\n     ",
                        family, panel->column, panel->unit,
                        family == TDI_FAMILY_RESNET_V1 ? " dt (6,4)" : "",
                        family_colour((TdiFamily)family, dark));
    for (int family = 0; family < TDI_FAMILY_COUNT; family++)
        tdi_text_format(
            text,
            "data index %d using ($%d / %.0f):4:(tip(strcol(7), $6, $4, $2, $3, $5, "
            "strcol(8))) \\\n     with labels hypertext point pt 7 ps 0.8 "
            "lc rgb '#%06x'%s",
            family, panel->column, panel->unit, family_colour((TdiFamily)family, dark),
            family + 1 < TDI_FAMILY_COUNT ? ", \\\n     " : "\n");
}

static void add_panel(TdiText *text, const Panel *panel, const Labels *labels, bool first,
                      bool dark)
{
    unsigned faint = tdi_role_colour(TDI_ROLE_FAINT, dark);
    const TdiBounds *page = &panel->page;
    tdi_text_format(text, "\n# accuracy against %s\nunset label\nunset arrow\n", panel->axis);
    add_margins(text, panel);
    add_range(text, panel);
    tdi_text_format(text, "set format y '%s'\n", first ? "%g" : "");
    add_words(text, page->left, page->bottom - 27, panel->axis, 9, "", faint);
    if (first)
        add_words(text, page->left, page->top + 9, "top-1 accuracy, %", 9, "", faint);
    add_labels(text, labels, dark);
    add_plot(text, panel, dark);
}

static void add_head(TdiText *text, bool dark)
{
    tdi_text_format(
        text,
        "tip(title, year, top1, macs, parameters, layers, source) = \\\n"
        "    sprintf('%%s (%%d): %%.5g %%%%, %%.3g G multiply-adds, %%.3g M parameters, '. \\\n"
        "    '%%d layers; %%s', title, year, top1, macs / 1e9, parameters / 1e6, layers, "
        "source)\n"
        "unset key\n"
        "set border 1 lc rgb '#%06x'\n"
        "set tics nomirror scale 0.5 textcolor rgb '#%06x'\n"
        "set ytics 5\nset ytics scale 0\n"
        "set grid ytics lt 1 lw 0.5 lc rgb '#%06x'\n"
        "set logscale x 2\nset xtics 2\nset format x '%%g'\n"
        "set multiplot\n",
        tdi_role_colour(TDI_ROLE_FAINT, dark), tdi_role_colour(TDI_ROLE_FAINT, dark),
        dark ? 0x33383fu : 0xe1e4e8u);
}

/* What belongs to no panel stands on one without axes. */
static void add_page(TdiText *text, const TdiComparison *comparison, bool dark)
{
    unsigned ink = tdi_role_colour(TDI_ROLE_INK, dark);
    unsigned faint = tdi_role_colour(TDI_ROLE_FAINT, dark);
    double left = panels[0].page.left;
    TdiText gains = {0}, sources = {0};
    add_gains(comparison, &gains);
    tdi_comparison_sources(comparison, &sources);
    tdi_text_add(text, "\n# words around them\nunset label\nunset arrow\n");
    add_words(text, left, 520, "Accuracy on ImageNet, and what it costs", 15, ":Bold", ink);
    add_words(text, left, 498, gains.data != NULL ? gains.data : "", 10, "",
              family_colour(TDI_FAMILY_RESNET, dark));
    add_words(text, left, 36, sources.data != NULL ? sources.data : "", small_em, "", faint);
    add_words(text, left, 23,
              "Multiply-adds, parameters and layers: counted by tiedye. Lines join networks of "
              "one design, the shallow to the deep.",
              small_em, "", faint);
    add_words(
        text, left, 10,
        "Training differs, too, by year and recipe: what stands on one line compares best.",
        small_em, "", faint);
    tdi_text_add(text, "unset border\nunset tics\nunset grid\nplot NaN\nunset multiplot\n");
    text->failed |= gains.failed || sources.failed;
    tdi_text_free(&gains);
    tdi_text_free(&sources);
}

bool tdi_comparison_script(const TdiComparison *comparison, bool dark, TdiText *text)
{
    static const double inset = 2;
    const char *note;
    TdiFont *font = tdi_font_open(&note);
    bool clear = true;
    add_head(text, dark);
    for (int i = 0; i < PANELS; i++) {
        Panel panel = panels[i];
        Labels labels;
        TdiBounds area = {panel.page.left + inset, panel.page.bottom + inset,
                          panel.page.right - inset, panel.page.top - inset};
        set_ranges(&panel, comparison);
        collect(&labels, font, &panel, comparison);
        clear &= tdi_spread(labels.spots, labels.count, labels.lines, labels.line_count, &area);
        add_panel(text, &panel, &labels, i == 0, dark);
    }
    add_page(text, comparison, dark);
    tdi_font_close(font);
    return clear;
}
