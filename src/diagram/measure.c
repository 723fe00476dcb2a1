/* How large pieces are. */
#include "diagram/pieces.h"

#include <string.h>

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Room for where a piece is left; a piece is measured again and again, and keeps it. */
static double *outs_of(TdiDrawn *drawn, TdiPiece *piece, int count)
{
    if (piece->outs == NULL || piece->out_count != count)
        piece->outs = tdi_pieces_take(drawn, count, sizeof *piece->outs);
    piece->out_count = piece->outs != NULL ? count : 0;
    return piece->outs;
}

static void set_middle(TdiDrawn *drawn, TdiPiece *piece)
{
    double *out = outs_of(drawn, piece, 1);
    piece->in = piece->width / 2;
    if (out != NULL)
        *out = piece->in;
}

/* ---- Stacks -------------------------------------------------------------------------- */

/* The room behind child i of a stack. */
static double gap_after(const TdiPiece *stack, int i)
{
    bool apart = i + 1 < stack->count && stack->children[i + 1]->apart;
    return apart ? TDI_GUTTER : stack->children[i]->label != NULL ? TDI_LABEL_GAP : TDI_GAP;
}

static double token_width(const TdiPiece *token)
{
    return token->words_width + 2 * TDI_PAD +
           (token->badge != NULL ? token->badge_width + 1 : 0);
}

/* Tokens of a column are equally wide. */
static void level_tokens(const TdiPiece *stack, int begin, int end)
{
    double widest = 0;
    for (int i = begin; i < end; i++)
        if (stack->children[i]->type == TDI_PIECE_TOKEN)
            widest = larger(widest, token_width(stack->children[i]));
    for (int i = begin; i < end; i++)
        if (stack->children[i]->type == TDI_PIECE_TOKEN) {
            stack->children[i]->width = widest;
            stack->children[i]->in = widest / 2;
            stack->children[i]->outs[0] = widest / 2;
        }
}

/* Place children begin .. end - 1 in a column whose left is at `left`; its right. */
static double measure_column(TdiPiece *stack, int begin, int end, double left, double *height)
{
    double before = 0, behind = 0, y = 0;
    level_tokens(stack, begin, end);
    for (int i = begin; i < end; i++) {
        const TdiPiece *child = stack->children[i];
        before = larger(before, child->in);
        behind = larger(behind, child->width - child->in);
        if (child->label != NULL)
            behind = larger(behind, child->label_width + 5);
    }
    for (int i = begin; i < end; i++) {
        const TdiPiece *child = stack->children[i];
        stack->x[i] = left + before - child->in;
        stack->y[i] = y;
        y += child->height + (i + 1 < end || child->label != NULL ? gap_after(stack, i) : 0);
    }
    *height = y;
    return left + before + behind;
}

static void measure_stack(TdiDrawn *drawn, TdiPiece *stack, double limit)
{
    double right = 0, height = 0, tallest = 0;
    int column = 0;
    if (stack->column == NULL)
        stack->column = tdi_pieces_take(drawn, stack->count, sizeof(int));
    if (stack->column == NULL)
        return;
    for (int i = 0; i < stack->count; i++)
        tdi_measure(drawn, stack->children[i], limit);
    for (int begin = 0; begin < stack->count; column++) {
        int end = begin;
        double sum = 0;
        while (end < stack->count &&
               (end == begin || sum + stack->children[end]->height <= limit ||
                stack->children[end]->round)) { /* an output does not stand alone */
            sum += stack->children[end]->height + gap_after(stack, end);
            stack->column[end++] = column;
        }
        right = measure_column(stack, begin, end, column > 0 ? right + TDI_GUTTER : 0, &height);
        tallest = larger(tallest, height);
        begin = end;
    }
    stack->width = right;
    stack->height = tallest;
    if (column > 1) {
        for (int i = 0; i < stack->count; i++)
            stack->y[i] += TDI_TURN;
        stack->height += 2 * TDI_TURN + (stack->outermost ? 0 : TDI_GAP);
        drawn->folded_in |= !stack->outermost;
    }
    if (stack->outermost)
        drawn->stub = height < tallest * 0.3;
    if (stack->count == 0)
        return;
    const TdiPiece *first = stack->children[0], *last = stack->children[stack->count - 1];
    double *outs = outs_of(drawn, stack, last->out_count);
    stack->in = stack->x[0] + first->in;
    for (int k = 0; outs != NULL && k < last->out_count; k++)
        outs[k] = stack->x[stack->count - 1] + last->outs[k];
}

/* ---- Forks --------------------------------------------------------------------------- */

static int count_outs(const TdiPiece *fork)
{
    int count = 0;
    for (int i = 0; i < fork->count; i++)
        count += fork->children[i]->out_count;
    return count;
}

static void measure_fork(TdiDrawn *drawn, TdiPiece *fork, double limit)
{
    double top = 2 * TDI_BUS, tallest = 0, x = 0;
    double below = fork->join != NULL ? TDI_BUS + TDI_TOKEN : 0;
    for (int i = 0; i < fork->count; i++) {
        tdi_measure(drawn, fork->children[i], limit - top - below);
        fork->x[i] = x;
        fork->y[i] = top;
        x += fork->children[i]->width + (i + 1 < fork->count ? TDI_BETWEEN : 0);
        tallest = larger(tallest, fork->children[i]->height);
    }
    double width = fork->join != NULL ? larger(x, fork->join->words_width + 2 * TDI_PAD) : x;
    for (int i = 0; i < fork->count; i++)
        fork->x[i] += (width - x) / 2;
    fork->width = width;
    fork->height = top + tallest + below;
    if (fork->join != NULL) {
        fork->join->width = width;
        set_middle(drawn, fork);
        return;
    }
    double *outs = outs_of(drawn, fork, count_outs(fork));
    int count = 0;
    fork->in = width / 2;
    for (int i = 0; outs != NULL && i < fork->count; i++)
        for (int k = 0; k < fork->children[i]->out_count; k++)
            outs[count++] = fork->x[i] + fork->children[i]->outs[k];
}

/* ---- Frames -------------------------------------------------------------------------- */

static void measure_frame(TdiDrawn *drawn, TdiPiece *frame, double limit)
{
    double header = TDI_HEADER + (frame->note != NULL ? TDI_NOTE : 0);
    double words = frame->badge_width + (frame->words != NULL ? 5 + frame->words_width : 0);
    double inside = larger(words, frame->note_width);
    frame->height = header;
    if (frame->count > 0) {
        TdiPiece *child = frame->children[0];
        double around = header + TDI_GAP + TDI_FRAME_PAD;
        tdi_measure(drawn, child, limit - around);
        inside = larger(inside, child->width);
        frame->height = around + child->height;
    }
    frame->width = inside + 2 * TDI_FRAME_PAD;
    if (frame->count > 0) {
        frame->x[0] = (frame->width - frame->children[0]->width) / 2;
        frame->y[0] = header + TDI_GAP;
    }
    set_middle(drawn, frame);
}

void tdi_measure(TdiDrawn *drawn, TdiPiece *piece, double limit)
{
    switch (piece->type) {
    case TDI_PIECE_TOKEN:
        piece->width = token_width(piece);
        set_middle(drawn, piece);
        break;
    case TDI_PIECE_STACK:
        measure_stack(drawn, piece, limit);
        break;
    case TDI_PIECE_FORK:
        measure_fork(drawn, piece, limit);
        break;
    case TDI_PIECE_FRAME:
        measure_frame(drawn, piece, limit);
        break;
    case TDI_PIECE_CORE:
        tdi_core_measure(drawn, piece);
        break;
    case TDI_PIECE_WIRE:
        piece->width = 2 * TDI_PAD;
        piece->height = 0;
        set_middle(drawn, piece);
        break;
    }
}
