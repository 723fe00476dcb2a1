/* Pieces become marks. */
#include "diagram/pieces.h"

/* Where lines leave to: the corners of a column's end, and of the next one's beginning. */
static void add_line(TdiFigure *figure, const double *points, int count, bool arrow)
{
    tdi_figure_line(figure, points, count, TDI_ROLE_WIRE, 0.9, arrow);
}

/* From (x, y) down to (to, end); sideways half way where they are not above each other. */
static void connect(TdiFigure *figure, double x, double y, double to, double end, bool arrow)
{
    double middle = (y + end) / 2;
    if (x - to < 0.01 && to - x < 0.01)
        add_line(figure, (double[]){x, y, to, end}, 2, arrow);
    else
        add_line(figure, (double[]){x, y, x, middle, to, middle, to, end}, 4, arrow);
}

static void begin_group(TdiFigure *figure, const TdiPiece *piece)
{
    tdi_figure_add(figure,
                   &(TdiMark){.type = TDI_MARK_GROUP, .id = piece->id, .title = piece->title});
}

static void end_group(TdiFigure *figure)
{
    tdi_figure_add(figure, &(TdiMark){.type = TDI_MARK_END});
}

static void add_words(TdiFigure *figure, const char *words, double width, double x, double y,
                      double size, TdiAnchor anchor, int role, bool bold)
{
    tdi_figure_add(figure, &(TdiMark){.type = TDI_MARK_WORDS,
                                      .x = x,
                                      .y = y,
                                      .width = width,
                                      .size = size,
                                      .anchor = anchor,
                                      .fill = (TdiRole)role,
                                      .words = words,
                                      .bold = bold});
}

/* ---- Tokens -------------------------------------------------------------------------- */

/* Short bars under the words: left a norm that follows, right an activation. */
static void add_bars(const TdiPiece *token, double x, double y, TdiFigure *figure)
{
    double width = token->width - (token->badge != NULL ? token->badge_width : 0);
    double middle = x + width / 2, inset = 4, at = y + token->height - 2.6;
    for (int side = 0; side < 2; side++) {
        if (!(side == 0 ? token->norm : token->act))
            continue;
        bool both = token->norm && token->act;
        double left = both && side == 1 ? middle + 1 : x + inset;
        double right = both && side == 0 ? middle - 1 : x + width - inset;
        tdi_figure_add(figure, &(TdiMark){.type = TDI_MARK_BOX,
                                          .x = left,
                                          .y = at,
                                          .width = right - left,
                                          .height = 1.4,
                                          .radius = 0.7,
                                          .fill = side == 0 ? TDI_ROLE_NORM : TDI_ROLE_ACT,
                                          .line = TDI_ROLE_NONE});
    }
}

static void add_badge(const TdiPiece *piece, double x, double y, double height,
                      TdiFigure *figure)
{
    tdi_figure_add(figure, &(TdiMark){.type = TDI_MARK_BOX,
                                      .x = x,
                                      .y = y,
                                      .width = piece->badge_width,
                                      .height = height,
                                      .radius = 3,
                                      .fill = TDI_ROLE_BADGE,
                                      .line = TDI_ROLE_NONE});
    add_words(figure, piece->badge, piece->badge_width - 6, x + piece->badge_width / 2,
              y + height / 2 + 0.36 * TDI_LETTER, TDI_LETTER, TDI_MIDDLE, TDI_ROLE_BADGE_INK,
              true);
}

static void place_token(const TdiPiece *token, double x, double y, TdiFigure *figure)
{
    begin_group(figure, token);
    tdi_figure_add(figure, &(TdiMark){.type = TDI_MARK_BOX,
                                      .x = x,
                                      .y = y,
                                      .width = token->width,
                                      .height = token->height,
                                      .radius = token->round ? token->height / 2 : 3,
                                      .fill = (TdiRole)token->role,
                                      .line = token->dashed ? TDI_ROLE_EDGE : TDI_ROLE_NONE,
                                      .thickness = 0.8,
                                      .dashed = token->dashed});
    bool bars = token->norm || token->act;
    double room = token->width - (token->badge != NULL ? token->badge_width + 1 : 0);
    if (token->badge != NULL)
        add_badge(token, x + room, y + 1.5, token->height - 3, figure);
    add_words(figure, token->words, token->words_width, x + room / 2,
              y + token->height / 2 + TDI_LETTER * (bars ? 0.26 : 0.36), TDI_LETTER, TDI_MIDDLE,
              TDI_ROLE_INK, false);
    add_bars(token, x, y, figure);
    end_group(figure);
}

/* ---- Stacks -------------------------------------------------------------------------- */

static void add_label(const TdiPiece *child, double x, double y, TdiFigure *figure)
{
    add_words(figure, child->label, child->label_width, x + 4, y + TDI_LABEL_GAP / 2 + 2.9,
              TDI_SMALL, TDI_START, TDI_ROLE_FAINT, false);
}

/* From the foot of a column over the gutter to the head of the next. */
static void wrap(const TdiPiece *stack, int i, double x, double y, TdiFigure *figure)
{
    const TdiPiece *child = stack->children[i], *next = stack->children[i + 1];
    double foot = y + stack->y[i] + child->height, head = y + stack->y[i + 1];
    double to = x + stack->x[i + 1] + next->in, right = 0, left = 1e9;
    for (int k = 0; k < stack->count; k++) {
        double end = stack->x[k] + stack->children[k]->width;
        if (stack->children[k]->label != NULL) {
            double label =
                stack->x[k] + stack->children[k]->in + 4 + stack->children[k]->label_width;
            end = label > end ? label : end;
        }
        if (stack->column[k] == stack->column[i] && end > right)
            right = end;
        if (stack->column[k] == stack->column[i + 1] && stack->x[k] < left)
            left = stack->x[k];
    }
    double gutter = x + (right + left) / 2, below = foot + (child->label != NULL ? 12 : 5);
    for (int k = 0; k < child->out_count; k++) {
        double from = x + stack->x[i] + child->outs[k];
        add_line(figure,
                 (double[]){from, foot, from, below, gutter, below, gutter, head - 5, to,
                            head - 5, to, head},
                 6, true);
    }
}

/* Lines lead to the first column and on from the last, but for the outermost, which has an
 * input and an output. */
static void place_ends(const TdiPiece *stack, double x, double y, TdiFigure *figure)
{
    int last = stack->count - 1;
    double top = y + stack->y[0], foot = y + stack->y[last] + stack->children[last]->height;
    add_line(figure, (double[]){x + stack->in, y, x + stack->in, top}, 2, false);
    for (int k = 0; k < stack->out_count; k++) {
        double out = x + stack->outs[k];
        add_line(figure, (double[]){out, foot, out, y + stack->height}, 2, false);
    }
}

static void place_stack(const TdiPiece *stack, double x, double y, TdiFigure *figure)
{
    if (stack->count > 0 && stack->column[stack->count - 1] > 0 && !stack->outermost &&
        !stack->loose)
        place_ends(stack, x, y, figure);
    for (int i = 0; i < stack->count; i++) {
        const TdiPiece *child = stack->children[i];
        tdi_place(child, x + stack->x[i], y + stack->y[i], figure);
        double foot = y + stack->y[i] + child->height;
        if (child->label != NULL && child->out_count > 0)
            add_label(child, x + stack->x[i] + child->outs[0], foot, figure);
        if (i + 1 == stack->count || stack->children[i + 1]->apart || stack->loose)
            continue;
        if (stack->column[i] != stack->column[i + 1]) {
            wrap(stack, i, x, y, figure);
            continue;
        }
        const TdiPiece *next = stack->children[i + 1];
        for (int k = 0; k < child->out_count; k++)
            connect(figure, x + stack->x[i] + child->outs[k], foot,
                    x + stack->x[i + 1] + next->in, y + stack->y[i + 1], false);
    }
}

/* ---- Forks --------------------------------------------------------------------------- */

/* A line from the top that parts into the branches. */
static void place_bus(const TdiPiece *fork, double x, double y, TdiFigure *figure)
{
    double left = x + fork->in, right = left;
    for (int i = 0; i < fork->count; i++) {
        double in = x + fork->x[i] + fork->children[i]->in;
        left = in < left ? in : left;
        right = in > right ? in : right;
        add_line(figure, (double[]){in, y + TDI_BUS, in, y + fork->y[i]}, 2, false);
    }
    add_line(figure, (double[]){x + fork->in, y, x + fork->in, y + TDI_BUS}, 2, false);
    if (right > left)
        add_line(figure, (double[]){left, y + TDI_BUS, right, y + TDI_BUS}, 2, false);
}

static void place_fork(const TdiPiece *fork, double x, double y, TdiFigure *figure)
{
    double foot = y + fork->height - (fork->join != NULL ? TDI_TOKEN : 0);
    place_bus(fork, x, y, figure);
    for (int i = 0; i < fork->count; i++) {
        const TdiPiece *child = fork->children[i];
        double top = y + fork->y[i];
        tdi_place(child, x + fork->x[i], top, figure);
        for (int k = 0; k < child->out_count; k++) {
            double out = x + fork->x[i] + child->outs[k];
            if (top + child->height < foot)
                add_line(figure, (double[]){out, top + child->height, out, foot}, 2, false);
        }
    }
    if (fork->join != NULL)
        place_token(fork->join, x, foot, figure);
}

/* ---- Frames -------------------------------------------------------------------------- */

static void place_header(const TdiPiece *frame, double x, double y, TdiFigure *figure)
{
    double left = x + TDI_FRAME_PAD, baseline = y + TDI_HEADER / 2 + 1.25 + 0.36 * TDI_LETTER;
    if (frame->badge != NULL) {
        add_badge(frame, left, y + 3, TDI_HEADER - 3.5, figure);
        left += frame->badge_width + 5;
    }
    add_words(figure, frame->words, frame->words_width, left, baseline, TDI_LETTER, TDI_START,
              TDI_ROLE_INK, false);
    if (frame->note != NULL)
        add_words(figure, frame->note, frame->note_width, x + TDI_FRAME_PAD,
                  y + TDI_HEADER + TDI_NOTE - 1.5, TDI_SMALL, TDI_START, TDI_ROLE_FAINT, false);
}

static void place_frame(const TdiPiece *frame, double x, double y, TdiFigure *figure)
{
    begin_group(figure, frame);
    tdi_figure_add(figure, &(TdiMark){.type = TDI_MARK_BOX,
                                      .x = x,
                                      .y = y,
                                      .width = frame->width,
                                      .height = frame->height,
                                      .radius = 5,
                                      .fill = TDI_ROLE_FRAME,
                                      .line = TDI_ROLE_EDGE,
                                      .thickness = 0.9});
    place_header(frame, x, y, figure);
    if (frame->count > 0) {
        const TdiPiece *child = frame->children[0];
        double top = y + frame->y[0], in = x + frame->x[0] + child->in;
        double foot = top + child->height;
        if (!child->loose)
            add_line(figure, (double[]){in, top - TDI_GAP + 1, in, top}, 2, false);
        tdi_place(child, x + frame->x[0], top, figure);
        for (int k = 0; k < child->out_count && !child->loose; k++)
            connect(figure, x + frame->x[0] + child->outs[k], foot, x + frame->outs[0],
                    y + frame->height, false);
    }
    end_group(figure);
}

void tdi_place(const TdiPiece *piece, double x, double y, TdiFigure *figure)
{
    switch (piece->type) {
    case TDI_PIECE_TOKEN:
        place_token(piece, x, y, figure);
        break;
    case TDI_PIECE_STACK:
        place_stack(piece, x, y, figure);
        break;
    case TDI_PIECE_FORK:
        place_fork(piece, x, y, figure);
        break;
    case TDI_PIECE_FRAME:
        place_frame(piece, x, y, figure);
        break;
    case TDI_PIECE_CORE:
        tdi_core_place(piece, x, y, figure);
        break;
    case TDI_PIECE_WIRE:
        break;
    }
}
