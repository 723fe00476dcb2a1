/* Cores: tokens in rows, each below what it takes from. A line that passes a row has a lane
 * between its tokens. */
#include "diagram/pieces.h"

#define STEP (TDI_TOKEN + TDI_LABEL_GAP)
#define LANE 2.0

/* Where what comes from child `from` (-1: the entry) crosses a row. */
static double *lane_at(const TdiPiece *core, int row, int from)
{
    return &core->lanes[(size_t)row * ((size_t)core->count + 1) + (size_t)(from + 1)];
}

/* ---- Rows ---------------------------------------------------------------------------- */

/* A token's row is one below the lowest that it takes from. Children stand after those. */
static void set_rows(TdiPiece *core)
{
    for (int i = 0; i < core->count; i++)
        core->row[i] = 0;
    for (int k = 0; k < core->link_count; k++) {
        int from = core->links[2 * k], to = core->links[2 * k + 1];
        if (from >= 0 && to >= 0 && core->row[to] <= core->row[from])
            core->row[to] = core->row[from] + 1;
    }
    for (int i = 0; i < core->count; i++)
        core->rows = core->row[i] + 1 > core->rows ? core->row[i] + 1 : core->rows;
}

static int row_of(const TdiPiece *core, int child, int absent)
{
    return child < 0 ? absent : core->row[child];
}

/* One lane in a row serves all lines from the same child. */
static bool make_lanes(TdiDrawn *drawn, TdiPiece *core)
{
    core->lanes = tdi_pieces_take(drawn, core->rows * (core->count + 1), sizeof *core->lanes);
    if (core->lanes == NULL)
        return false;
    for (int i = 0; i < core->rows * (core->count + 1); i++)
        core->lanes[i] = -1;
    for (int k = 0; k < core->link_count; k++) {
        int from = core->links[2 * k], to = core->links[2 * k + 1];
        for (int row = row_of(core, from, -1) + 1; row < row_of(core, to, core->rows); row++)
            *lane_at(core, row, from) = 0;
    }
    return true;
}

/* ---- Order --------------------------------------------------------------------------- */

/* Of a row: tokens, and lanes of those numbers behind the last. */
typedef struct Row {
    int *order; /* (count) */
    double *wish;
    int count;
    double width;
} Row;

static bool is_lane(const TdiPiece *core, int what)
{
    return what >= core->count;
}

/* Where a line from a child, or the entry, comes into row `row`. */
static double above(const TdiPiece *core, int from, int row)
{
    int begin = row_of(core, from, -1);
    if (row - 1 > begin)
        return *lane_at(core, row - 1, from);
    return from < 0 ? 0 : core->x[from] + core->children[from]->width / 2;
}

/* The mean of what a child takes from, so that lines cross less. */
static double wish_of(const TdiPiece *core, int row, int what)
{
    double sum = 0;
    int count = 0;
    if (is_lane(core, what))
        return above(core, what - core->count - 1, row);
    for (int k = 0; k < core->link_count; k++) {
        if (core->links[2 * k + 1] != what)
            continue;
        sum += above(core, core->links[2 * k], row);
        count++;
    }
    return count > 0 ? sum / count : 0;
}

static void insert(const TdiPiece *core, int number, int what, Row *row)
{
    double wanted = wish_of(core, number, what);
    int k = row->count++;
    for (; k > 0 && row->wish[k - 1] > wanted; k--) {
        row->wish[k] = row->wish[k - 1];
        row->order[k] = row->order[k - 1];
    }
    row->wish[k] = wanted;
    row->order[k] = what;
}

/* Place a row's tokens and lanes by their wishes, one beside the other. */
static void measure_row(const TdiPiece *core, int number, Row *row)
{
    double x = 0;
    row->count = 0;
    for (int i = 0; i < core->count; i++)
        if (core->row[i] == number)
            insert(core, number, i, row);
    for (int from = -1; from < core->count; from++)
        if (*lane_at(core, number, from) >= 0)
            insert(core, number, core->count + 1 + from, row);
    for (int k = 0; k < row->count; k++) {
        int what = row->order[k];
        if (is_lane(core, what)) {
            *lane_at(core, number, what - core->count - 1) = x + LANE / 2;
            x += LANE + TDI_BETWEEN;
        } else {
            core->x[what] = x;
            core->y[what] = TDI_LABEL_GAP + number * STEP;
            x += core->children[what]->width + TDI_BETWEEN;
        }
    }
    row->width = x - TDI_BETWEEN;
}

static void shift_row(const TdiPiece *core, int row, double by)
{
    for (int i = 0; i < core->count; i++)
        if (core->row[i] == row)
            core->x[i] += by;
    for (int from = -1; from < core->count; from++)
        if (*lane_at(core, row, from) >= 0)
            *lane_at(core, row, from) += by;
}

/* ---- The whole ----------------------------------------------------------------------- */

static void set_outs(TdiDrawn *drawn, TdiPiece *core)
{
    int exits = 0;
    for (int k = 0; k < core->link_count; k++)
        exits += core->links[2 * k + 1] < 0;
    if (core->outs == NULL)
        core->outs = tdi_pieces_take(drawn, exits, sizeof *core->outs);
    core->out_count = 0;
    for (int k = 0; core->outs != NULL && k < core->link_count; k++)
        if (core->links[2 * k + 1] < 0)
            core->outs[core->out_count++] = above(core, core->links[2 * k], core->rows);
}

void tdi_core_measure(TdiDrawn *drawn, TdiPiece *core)
{
    if (core->lanes != NULL) /* it does not depend on heights: it was measured */
        return;
    set_rows(core);
    Row row = {.order = tdi_pieces_take(drawn, 2 * core->count + 1, sizeof *row.order),
               .wish = tdi_pieces_take(drawn, 2 * core->count + 1, sizeof *row.wish)};
    double *widths = tdi_pieces_take(drawn, core->rows, sizeof *widths);
    core->width = 0;
    if (drawn->failed || !make_lanes(drawn, core))
        return;
    for (int i = 0; i < core->count; i++)
        tdi_measure(drawn, core->children[i], 0);
    for (int i = 0; i < core->rows; i++) {
        measure_row(core, i, &row);
        widths[i] = row.width;
        core->width = widths[i] > core->width ? widths[i] : core->width;
    }
    for (int i = 0; i < core->rows; i++)
        shift_row(core, i, (core->width - widths[i]) / 2);
    core->height = core->rows * STEP;
    core->in = core->width / 2;
    set_outs(drawn, core);
}

static void add_line(TdiFigure *figure, double x, double y, double to, double end)
{
    tdi_figure_line(figure, (double[]){x, y, to, end}, 2, TDI_ROLE_WIRE, 0.9, false);
}

/* From the foot of `from` down through its lanes to row `row`, at `end`. */
static void place_link(const TdiPiece *core, int from, int to, double x, double y,
                       TdiFigure *figure)
{
    int row = row_of(core, from, -1), last = row_of(core, to, core->rows);
    double at = from < 0 ? core->in : core->x[from] + core->children[from]->width / 2;
    double foot = from < 0 ? 0 : core->y[from] + TDI_TOKEN;
    while (++row < last) {
        double lane = *lane_at(core, row, from), top = TDI_LABEL_GAP + row * STEP;
        add_line(figure, x + at, y + foot, x + lane, y + top);
        add_line(figure, x + lane, y + top, x + lane, y + top + TDI_TOKEN);
        at = lane;
        foot = top + TDI_TOKEN;
    }
    if (to >= 0)
        add_line(figure, x + at, y + foot, x + core->x[to] + core->children[to]->width / 2,
                 y + core->y[to]);
}

void tdi_core_place(const TdiPiece *core, double x, double y, TdiFigure *figure)
{
    for (int k = 0; k < core->link_count && core->lanes != NULL; k++)
        place_link(core, core->links[2 * k], core->links[2 * k + 1], x, y, figure);
    for (int i = 0; i < core->count; i++)
        tdi_place(core->children[i], x + core->x[i], y + core->y[i], figure);
}
