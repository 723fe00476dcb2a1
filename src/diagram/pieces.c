#include "diagram/pieces.h"

#include <string.h>

#include "base/memory.h"
#include "diagram/folds.h"
#include "diagram/words.h"

enum { LARGEST_CORE = 150 };

/* ---- Words --------------------------------------------------------------------------- */

static const char *keep_words(TdiDrawn *drawn, TdiText *text)
{
    const char *copy = "";
    if (text->length > 0)
        copy = tdi_arena_words(&drawn->arena, text->data, text->length);
    drawn->failed |= copy == NULL || text->failed;
    tdi_text_free(text);
    *text = (TdiText){0};
    return copy != NULL ? copy : "";
}

void *tdi_pieces_take(TdiDrawn *drawn, int count, size_t size)
{
    void *piece = tdi_arena_take(&drawn->arena, (uint64_t)count, size);
    drawn->failed |= piece == NULL;
    return piece;
}

static TdiPiece *new_piece(TdiDrawn *drawn, TdiPieceType type, int children)
{
    TdiPiece *piece = tdi_pieces_take(drawn, 1, sizeof *piece);
    if (piece == NULL)
        return NULL;
    piece->type = type;
    piece->loose = drawn->tree->layers->graph->weights;
    piece->role = TDI_ROLE_NONE;
    piece->children = tdi_pieces_take(drawn, children, sizeof(TdiPiece *));
    piece->x = tdi_pieces_take(drawn, children, sizeof(double));
    piece->y = tdi_pieces_take(drawn, children, sizeof(double));
    return drawn->failed ? NULL : piece;
}

static double width_of(const TdiDrawn *drawn, const char *words, double size)
{
    return words == NULL ? 0 : tdi_font_width(drawn->font, words) * size;
}

/* ---- Tokens -------------------------------------------------------------------------- */

static const TdiLayer *layer_at(const TdiDrawn *drawn, int layer)
{
    return &drawn->tree->layers->layers[layer];
}

static void add_part(TdiText *text, const char *part)
{
    if (part != NULL && part[0] != '\0')
        tdi_text_format(text, "%s%s", text->length > 0 ? " " : "", part);
}

/* What a pointer that rests on a token is told. */
static const char *describe_layer(TdiDrawn *drawn, const TdiLayer *layer)
{
    TdiText text = {0};
    add_part(&text, layer->what);
    add_part(&text, layer->width);
    add_part(&text, layer->marks);
    if (layer->norm != NULL)
        tdi_text_format(&text, " + %s", layer->norm);
    if (layer->act != NULL)
        tdi_text_format(&text, " + %s", layer->act);
    if (layer->shape.rank >= 0) {
        tdi_text_add(&text, "\ngives ");
        tdi_shape_words(&layer->shape, layer->axis, &text);
    }
    if (layer->parameters > 0) {
        tdi_text_add(&text, "\n");
        tdi_count_digits(layer->parameters, &text);
        tdi_text_add(&text, " parameters");
    }
    if (!layer->macs_known)
        tdi_text_add(&text, "\nmultiply-adds not known");
    else if (layer->macs > 0) {
        tdi_text_add(&text, "\n");
        tdi_count_digits(layer->macs, &text);
        tdi_text_add(&text, " multiply-adds");
    }
    TdiText field = {0};
    tdi_field_words(drawn->tree->layers->graph, layer, &field);
    if (field.length > 0)
        tdi_text_format(&text, "\nreceptive field %s", field.data);
    tdi_text_free(&field);
    if (layer->name[0] != '\0')
        tdi_text_format(&text, "\n%s", layer->name);
    return keep_words(drawn, &text);
}

static TdiPiece *new_token(TdiDrawn *drawn, const char *words, int role)
{
    TdiPiece *token = new_piece(drawn, TDI_PIECE_TOKEN, 0);
    double *out = tdi_pieces_take(drawn, 1, sizeof *out);
    if (token == NULL || out == NULL)
        return NULL;
    token->words = words;
    token->words_width = width_of(drawn, words, TDI_LETTER);
    token->width = token->words_width + 2 * TDI_PAD;
    token->height = TDI_TOKEN;
    token->role = role;
    token->outs = out;
    token->out_count = 1;
    return token;
}

static TdiPiece *make_token(TdiDrawn *drawn, int index)
{
    const TdiLayer *layer = layer_at(drawn, index);
    TdiText text = {0}, id = {0};
    add_part(&text, layer->what);
    add_part(&text, layer->width);
    add_part(&text, layer->marks);
    add_part(&text, drawn->tree->port_words[index]);
    TdiPiece *token = new_token(drawn, keep_words(drawn, &text), (int)layer->kind);
    if (token == NULL)
        return NULL;
    tdi_text_format(&id, "layer-%d", index + 1);
    token->id = keep_words(drawn, &id);
    token->title = describe_layer(drawn, layer);
    token->norm = layer->norm != NULL;
    token->act = layer->act != NULL;
    token->dashed = layer->unknown;
    return token;
}

static TdiPiece *make_terminal(TdiDrawn *drawn, const char *what, const char *name,
                               const TdiShape *shape, int axis)
{
    TdiText text = {0};
    tdi_text_format(&text, "%s ", what);
    if (name != NULL && name[0] != '\0')
        tdi_text_format(&text, "%s ", name);
    tdi_shape_words(shape, axis, &text);
    TdiPiece *token = new_token(drawn, keep_words(drawn, &text), TDI_ROLE_PORT);
    if (token != NULL)
        token->round = true;
    return token;
}

static void set_label(TdiDrawn *drawn, TdiPiece *piece, const TdiLayer *layer)
{
    TdiText text = {0};
    tdi_shape_words(&layer->shape, layer->axis, &text);
    piece->label = keep_words(drawn, &text);
    piece->label_width = width_of(drawn, piece->label, TDI_SMALL);
}

/* ---- Cores and what is not drawn ----------------------------------------------------- */

/* A box that stands for what a depth leaves out. */
static TdiPiece *make_summary(TdiDrawn *drawn, int layers, uint64_t parameters)
{
    TdiText text = {0};
    tdi_text_format(&text, "%d layer%s", layers, layers == 1 ? "" : "s");
    if (parameters > 0) {
        tdi_text_add(&text, ", ");
        tdi_count_words(parameters, &text);
        tdi_text_add(&text, " parameters");
    }
    TdiPiece *token = new_token(drawn, keep_words(drawn, &text), TDI_ROLE_FRAME);
    if (token != NULL)
        token->dashed = true;
    return token;
}

static bool is_of(const TdiStrand *strand, int layer)
{
    int low = 0, high = strand->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (strand->layers[middle] < layer)
            low = middle + 1;
        else
            high = middle;
    }
    return low < strand->count && strand->layers[low] == layer;
}

static const TdiStrand *strand_of(const TdiTree *tree, int layer)
{
    const TdiStrand *strand = tree->strands;
    while (!is_of(strand, layer))
        strand++;
    return strand;
}

/* Whether a core takes this from the cut before it, not from another strand: letters tell what
 * comes from there. */
static bool is_entry(const TdiStrand *strand, TdiLink link)
{
    return link.layer >= 0 ? is_of(strand, link.layer) : link.slot == strand->input;
}

static int place_in(const TdiBranch *branch, int layer)
{
    for (int i = 0; i < branch->core_count; i++)
        if (branch->core[i] == layer)
            return i;
    return -1;
}

static void set_core_links(TdiDrawn *drawn, const TdiBranch *branch, int to, TdiPiece *core)
{
    int most = 0, count = 0;
    for (int i = 0; i < branch->core_count; i++)
        most += layer_at(drawn, branch->core[i])->input_count;
    int exits = to >= 0 ? layer_at(drawn, to)->input_count : branch->core_count;
    int *links = tdi_pieces_take(drawn, 2 * (most + exits), sizeof *links);
    if (links == NULL)
        return;
    const TdiStrand *strand = strand_of(drawn->tree, branch->core[0]);
    for (int i = 0; i < branch->core_count; i++) {
        const TdiLayer *layer = layer_at(drawn, branch->core[i]);
        for (int k = 0; k < layer->input_count; k++) {
            int from = place_in(branch, layer->inputs[k].layer);
            if (from < 0 && !is_entry(strand, layer->inputs[k]))
                continue;
            links[2 * count] = from;
            links[2 * count++ + 1] = i;
        }
    }
    for (int k = 0; to >= 0 && k < exits; k++) {
        int from = place_in(branch, layer_at(drawn, to)->inputs[k].layer);
        if (from >= 0) {
            links[2 * count] = from;
            links[2 * count++ + 1] = -1;
        }
    }
    core->links = links;
    core->link_count = count;
}

static TdiPiece *make_core(TdiDrawn *drawn, const TdiBranch *branch, int to)
{
    if (branch->core_count > LARGEST_CORE) {
        uint64_t parameters = 0;
        for (int i = 0; i < branch->core_count; i++)
            parameters += layer_at(drawn, branch->core[i])->parameters;
        return make_summary(drawn, branch->core_count, parameters);
    }
    TdiPiece *core = new_piece(drawn, TDI_PIECE_CORE, branch->core_count);
    if (core == NULL)
        return NULL;
    core->count = branch->core_count;
    core->row = tdi_pieces_take(drawn, core->count, sizeof(int));
    for (int i = 0; i < core->count; i++)
        core->children[i] = make_token(drawn, branch->core[i]);
    set_core_links(drawn, branch, to, core);
    return core;
}

/* ---- Frames -------------------------------------------------------------------------- */

static TdiPiece *make_items(TdiDrawn *drawn, const TdiSeries *series, const TdiItem *items,
                            int count, int level);

static void set_badge(TdiDrawn *drawn, TdiPiece *piece, int copies)
{
    TdiText badge = {0};
    tdi_text_format(&badge, "×%d", copies);
    piece->badge = keep_words(drawn, &badge);
    piece->badge_width = width_of(drawn, piece->badge, TDI_LETTER) * 1.1 + 6;
}

/* A layer alone, several times, needs no frame. */
static bool is_single(const TdiSeries *series, const TdiItem *item)
{
    return item->length == 1 && series->steps[item->drawn].before.plain;
}

static TdiPiece *make_repeated(TdiDrawn *drawn, const TdiSeries *series, const TdiItem *item)
{
    TdiPiece *token = make_token(drawn, series->steps[item->drawn].layer);
    if (token != NULL)
        set_badge(drawn, token, item->copies);
    return token;
}

static const char *describe_fold(TdiDrawn *drawn, const TdiFolded *fold)
{
    TdiText text = {0};
    TdiSum each, all;
    tdi_fold_sums(drawn->tree->layers, fold, &each, &all);
    tdi_text_format(&text, "%s\neach: ", fold->label);
    tdi_sum_words(&each, &text);
    tdi_text_format(&text, "\nall %d: ", fold->count);
    tdi_sum_words(&all, &text);
    return keep_words(drawn, &text);
}

/* A fold's frame around `child`; NULL: what is in it was drawn before. */
static TdiPiece *frame_fold(TdiDrawn *drawn, const TdiFolded *fold, TdiPiece *child)
{
    TdiPiece *frame = new_piece(drawn, TDI_PIECE_FRAME, 1);
    TdiText note = {0}, id = {0};
    if (frame == NULL)
        return NULL;
    tdi_text_format(&id, "fold-%d", (int)(fold - drawn->tree->folds) + 1);
    if (fold->first[0] != '\0')
        tdi_text_format(&note, "%s%s", fold->fold == TDI_FOLD_LEAD ? "first: " : "",
                        fold->first);
    set_badge(drawn, frame, fold->count);
    frame->words = fold->label;
    frame->words_width = width_of(drawn, frame->words, TDI_LETTER);
    if (note.length > 0)
        frame->note = keep_words(drawn, &note);
    frame->note_width = width_of(drawn, frame->note, TDI_SMALL);
    frame->id = keep_words(drawn, &id);
    frame->title = describe_fold(drawn, fold);
    frame->children[0] = child;
    frame->count = child != NULL;
    return frame;
}

static TdiPiece *make_frame(TdiDrawn *drawn, const TdiSeries *series, const TdiItem *item,
                            int level)
{
    const TdiFolded *fold = &drawn->tree->folds[item->fold_index];
    TdiItem single = {.first = item->drawn, .length = 1, .copies = 1, .drawn = item->drawn};
    bool seen = drawn->seen[fold->letter] && item->length > 1;
    drawn->seen[fold->letter] = true;
    TdiPiece *child = seen ? NULL
                      : item->inner != NULL
                          ? make_items(drawn, series, item->inner, item->inner_count, level)
                          : make_items(drawn, series, &single, 1, level);
    return frame_fold(drawn, fold, child);
}

/* ---- Forks --------------------------------------------------------------------------- */

static TdiPiece *make_series(TdiDrawn *drawn, const TdiSeries *series, int level);

static TdiPiece *summarise(TdiDrawn *drawn, const TdiRegion *region)
{
    TdiSum sum = {.layers = drawn->tree->layers};
    tdi_visit_region(region, tdi_add_to_sum, &sum);
    return make_summary(drawn, sum.count, sum.parameters);
}

static TdiPiece *make_branch(TdiDrawn *drawn, const TdiBranch *branch, int join, int level)
{
    if (branch->type == TDI_BRANCH_EDGE)
        return new_piece(drawn, TDI_PIECE_WIRE, 0);
    if (branch->type == TDI_BRANCH_CORE)
        return make_core(drawn, branch, join);
    if (branch->copies == 1)
        return make_series(drawn, branch->series, level + 1);
    const TdiFolded *fold = &drawn->tree->folds[branch->fold_index];
    return is_single(branch->series, fold->item)
               ? make_repeated(drawn, branch->series, fold->item)
               : frame_fold(drawn, fold, make_series(drawn, branch->series, level + 1));
}

/* Branches side by side, lines that are nothing else on the right; `join` below them. */
static TdiPiece *make_fork(TdiDrawn *drawn, const TdiRegion *region, int join, int level)
{
    bool hidden = drawn->depth > 0 && level >= drawn->depth;
    TdiPiece *fork = new_piece(drawn, TDI_PIECE_FORK, region->branch_count);
    if (fork == NULL)
        return NULL;
    if (hidden)
        fork->children[fork->count++] = summarise(drawn, region);
    for (int edges = 0; edges < 2 && !hidden; edges++)
        for (int i = 0; i < region->branch_count; i++) {
            const TdiBranch *branch = &region->branches[i];
            if ((branch->type == TDI_BRANCH_EDGE) != (edges == 1) || branch->copies == 0)
                continue;
            TdiPiece *child = make_branch(drawn, branch, join, level);
            if (child != NULL)
                fork->children[fork->count++] = child;
        }
    fork->join = join >= 0 ? make_token(drawn, join) : NULL;
    return fork;
}

static TdiPiece *make_step(TdiDrawn *drawn, const TdiStep *step, int level)
{
    return step->before.plain ? make_token(drawn, step->layer)
                              : make_fork(drawn, &step->before, step->layer, level);
}

/* ---- Stacks --------------------------------------------------------------------------- */

static const char *describe_block(TdiDrawn *drawn, const char *block, const TdiSeries *series,
                                  const TdiItem *item)
{
    TdiText text = {0};
    TdiSum sum = {.layers = drawn->tree->layers};
    tdi_visit_layers(series, item->drawn, item->length, tdi_add_to_sum, &sum);
    tdi_text_format(&text, "%s\n", block);
    tdi_sum_words(&sum, &text);
    return keep_words(drawn, &text);
}

/* What a block of a description is, where it is a single step. */
static TdiPiece *make_named(TdiDrawn *drawn, const TdiSeries *series, const TdiItem *item,
                            int level)
{
    const TdiStep *step = &series->steps[item->drawn];
    TdiPiece *child = make_step(drawn, step, level);
    const char *block = layer_at(drawn, step->layer)->block;
    bool alone = block != NULL && level == 0 && !step->before.plain;
    for (int side = -1; side <= 1 && alone; side += 2) {
        int other = item->drawn + side;
        const char *beside = other < 0 || other >= series->step_count
                                 ? NULL
                                 : layer_at(drawn, series->steps[other].layer)->block;
        alone = beside == NULL || strcmp(beside, block) != 0;
    }
    if (!alone || child == NULL)
        return child;
    TdiPiece *frame = new_piece(drawn, TDI_PIECE_FRAME, 1);
    if (frame == NULL)
        return NULL;
    frame->words = block;
    frame->words_width = width_of(drawn, block, TDI_LETTER);
    frame->title = describe_block(drawn, block, series, item);
    frame->children[frame->count++] = child;
    return frame;
}

/* Shapes are written where they change, on the outermost levels. */
static void label_changes(TdiDrawn *drawn, const TdiSeries *series, const TdiItem *items,
                          TdiPiece *stack, int level)
{
    const TdiShape *before = NULL;
    for (int i = 0; i < stack->count && level < 1; i++) {
        int last = items[i].first + items[i].length * items[i].copies - 1;
        const TdiLayer *layer = layer_at(drawn, series->steps[last].layer);
        const TdiShape *shape = &layer->shape;
        bool end = i + 1 == stack->count;
        if (shape->rank > 0 && !end && (before == NULL || !tdi_shape_equal(before, shape)))
            set_label(drawn, stack->children[i], layer);
        before = shape;
    }
}

static TdiPiece *make_items(TdiDrawn *drawn, const TdiSeries *series, const TdiItem *items,
                            int count, int level)
{
    TdiPiece *stack = new_piece(drawn, TDI_PIECE_STACK, count + 3);
    for (int i = 0; stack != NULL && i < count; i++) {
        TdiPiece *child =
            items[i].fold == TDI_FOLD_NONE ? make_named(drawn, series, &items[i], level)
            : is_single(series, &items[i]) ? make_repeated(drawn, series, &items[i])
                                           : make_frame(drawn, series, &items[i], level);
        if (child == NULL)
            return NULL;
        stack->children[stack->count++] = child;
    }
    return stack;
}

static TdiPiece *make_series(TdiDrawn *drawn, const TdiSeries *series, int level)
{
    TdiPiece *stack = make_items(drawn, series, series->items, series->item_count, level);
    if (stack == NULL)
        return NULL;
    label_changes(drawn, series, series->items, stack, level);
    if (!series->after.plain) {
        TdiPiece *tail = make_fork(drawn, &series->after, -1, level);
        if (tail == NULL)
            return NULL;
        stack->children[stack->count++] = tail;
    }
    return stack;
}

/* ---- All ----------------------------------------------------------------------------- */

static void append(TdiPiece *all, TdiPiece *child, bool apart)
{
    if (child == NULL)
        return;
    child->apart = apart;
    all->children[all->count++] = child;
}

static int count_children(const TdiTree *tree)
{
    int count = 2;
    for (int k = 0; k < tree->strand_count; k++)
        count += tree->strands[k].series->item_count + 3;
    return count;
}

static const TdiTensor *input_at(const TdiDrawn *drawn, int slot)
{
    const TdiGraph *graph = drawn->tree->layers->graph;
    return &graph->tensors[graph->inputs[slot]];
}

static bool gives_out(const TdiDrawn *drawn, int layer)
{
    const TdiLayers *layers = drawn->tree->layers;
    for (int k = 0; k < layers->output_count; k++)
        if (layers->outputs[k].layer == layer)
            return true;
    return false;
}

static void add_strand(TdiDrawn *drawn, int k, TdiPiece *all)
{
    const TdiStrand *strand = &drawn->tree->strands[k];
    TdiPiece *stack = make_series(drawn, strand->series, 0);
    int input = strand->input, last = strand->layers[strand->count - 1];
    if (stack == NULL)
        return;
    bool ends = !drawn->tree->layers->graph->weights; /* of weights alone none is known */
    if (input >= 0 && ends) {
        const TdiTensor *tensor = input_at(drawn, input);
        bool several = drawn->tree->layers->graph->input_count > 1;
        append(all,
               make_terminal(drawn, "input", several ? tensor->name : "", &tensor->shape,
                             tensor->shape.rank > 3 ? 1 : 2),
               true);
    }
    for (int i = 0; i < stack->count; i++)
        append(all, stack->children[i], i == 0 && input < 0);
    if (gives_out(drawn, last) && ends) {
        const TdiLayer *layer = layer_at(drawn, last);
        append(all, make_terminal(drawn, "output", "", &layer->shape, layer->axis), false);
    }
}

/* Of a network without layers, what comes in and goes out as it is. */
static void add_nothing(TdiDrawn *drawn, TdiPiece *all)
{
    const TdiGraph *graph = drawn->tree->layers->graph;
    const int *ends[] = {graph->input_count > 0 ? graph->inputs : NULL,
                         graph->output_count > 0 ? graph->outputs : NULL};
    for (int k = 0; k < 2 && ends[0] != NULL && ends[1] != NULL; k++) {
        const TdiTensor *tensor = &graph->tensors[ends[k][0]];
        append(all,
               make_terminal(drawn, k == 0 ? "input" : "output", "", &tensor->shape,
                             tensor->shape.rank > 3 ? 1 : 2),
               k == 0);
    }
}

bool tdi_pieces_make(TdiDrawn *drawn)
{
    drawn->seen = tdi_pieces_take(drawn, drawn->tree->fold_count + 1, sizeof(bool));
    drawn->all = new_piece(drawn, TDI_PIECE_STACK, count_children(drawn->tree));
    if (drawn->all != NULL)
        drawn->all->outermost = true;
    for (int k = 0; k < drawn->tree->strand_count && !drawn->failed; k++)
        add_strand(drawn, k, drawn->all);
    if (!drawn->failed && drawn->tree->strand_count == 0)
        add_nothing(drawn, drawn->all);
    return !drawn->failed;
}

void tdi_pieces_free(TdiDrawn *drawn)
{
    tdi_arena_free(&drawn->arena);
}
