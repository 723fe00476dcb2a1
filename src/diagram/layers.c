#include "diagram/layers.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "diagram/groups.h"
#include "diagram/labels.h"

typedef struct Maker {
    const TdiGraph *graph;
    TdiFlow flow;
    TdiGroups groups;
    TdiLayers *layers;
    int *layer_of;    /* (groups as they were made) */
    int *slot;        /* (tensors) which graph input, or output of its operator, it is */
    uint64_t *carry;  /* (tensors) parameters of what was dropped on the way to it */
    TdiLink *scratch; /* links of one layer */
    size_t scratch_room;
} Maker;

void tdi_layers_free(TdiLayers *layers)
{
    tdi_free(layers->layers);
    tdi_interner_free(&layers->names);
    tdi_arena_free(&layers->arena);
    *layers = (TdiLayers){0};
}

/* ---- Links --------------------------------------------------------------------------- */

static void find_slots(Maker *maker)
{
    const TdiGraph *graph = maker->graph;
    for (int k = graph->input_count - 1; k >= 0; k--)
        maker->slot[graph->inputs[k]] = k;
    for (int i = 0; i < graph->operator_count; i++)
        for (int k = 0; k < graph->operators[i].output_count; k++)
            if (graph->operators[i].outputs[k] >= 0)
                maker->slot[graph->operators[i].outputs[k]] = k;
}

static TdiLink link_of(const Maker *maker, int tensor)
{
    int producer = maker->graph->tensors[tensor].producer;
    return (TdiLink){producer < 0 ? -1 : maker->layer_of[maker->groups.of[producer]],
                     maker->slot[tensor]};
}

static bool same_link(TdiLink a, TdiLink b)
{
    return a.layer == b.layer && a.slot == b.slot;
}

static bool add_link(Maker *maker, int count, TdiLink link)
{
    TdiLink *grown =
        tdi_grow(maker->scratch, (size_t)count, &maker->scratch_room, sizeof *grown);
    if (grown == NULL)
        return false;
    maker->scratch = grown;
    grown[count] = link;
    return true;
}

/* What a group takes from outside; what patterns take twice counts once. -1 without memory. */
static int find_links(Maker *maker, int group)
{
    const TdiGroup *of = &maker->groups.groups[group];
    int count = 0, tensor;
    for (int op = of->first; op >= 0; op = maker->groups.next[op]) {
        const TdiOperator *operator_ = &maker->graph->operators[op];
        for (int k = 0; k < operator_->input_count; k++) {
            if (!tdi_flow_input(&maker->flow, operator_, k, &tensor))
                continue;
            int producer = maker->graph->tensors[tensor].producer;
            if (producer >= 0 && maker->groups.of[producer] == group)
                continue;
            TdiLink link = link_of(maker, tensor);
            bool known = false;
            for (int i = 0; i < count && of->pattern != NULL; i++)
                known |= same_link(maker->scratch[i], link);
            if (!known && !add_link(maker, count++, link))
                return -1;
        }
    }
    return count;
}

static bool set_links(Maker *maker, TdiLayer *layer, int count)
{
    TdiLink *links = tdi_arena_take(&maker->layers->arena, (uint64_t)count, sizeof *links);
    if (count < 0 || links == NULL)
        return false;
    if (count > 0)
        memcpy(links, maker->scratch, (size_t)count * sizeof *links);
    layer->inputs = links;
    layer->input_count = count;
    return true;
}

/* ---- Keys ---------------------------------------------------------------------------- */

/* Keys are bytes: numbers as they lie in memory, words with their ends. */
static void add_whole(TdiText *key, int64_t number)
{
    tdi_text_add_bytes(key, (const char *)&number, sizeof number);
}

static void add_words(TdiText *key, const char *words)
{
    tdi_text_add_bytes(key, words, strlen(words) + 1);
}

/* But for the batch, if there is one. */
static void add_shape(TdiText *key, const TdiShape *shape, bool batch)
{
    add_whole(key, shape->rank);
    for (int i = shape->rank > 1 && batch ? 1 : 0; i < shape->rank; i++)
        add_whole(key, shape->size[i]);
}

static void add_attribute(TdiText *key, const TdiAttribute *attribute)
{
    add_words(key, attribute->name);
    add_whole(key, (int64_t)attribute->count);
    for (size_t i = 0; attribute->whole != NULL && i < attribute->count; i++)
        add_whole(key, attribute->whole[i]);
    if (attribute->real != NULL)
        tdi_text_add_bytes(key, (const char *)attribute->real,
                           attribute->count * sizeof *attribute->real);
    if (attribute->words != NULL)
        add_words(key, attribute->words);
}

static int compare_names(const void *a, const void *b)
{
    const TdiAttribute *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

/* Attributes by name, as exporters order them as they like. */
static void add_attributes(TdiText *key, const TdiOperator *op)
{
    const TdiAttribute **sorted = tdi_alloc((uint64_t)op->attribute_count, sizeof *sorted);
    key->failed |= sorted == NULL;
    for (int i = 0; sorted != NULL && i < op->attribute_count; i++)
        sorted[i] = &op->attributes[i];
    if (sorted != NULL)
        qsort(sorted, (size_t)op->attribute_count, sizeof *sorted, compare_names);
    for (int i = 0; sorted != NULL && i < op->attribute_count; i++)
        add_attribute(key, sorted[i]);
    tdi_free(sorted);
}

/* An operator but for where its data come from. */
static void add_operator(const Maker *maker, TdiText *key, const TdiOperator *op)
{
    add_words(key, op->domain);
    add_words(key, op->type);
    add_attributes(key, op);
    for (int k = 0; k < op->input_count; k++) {
        const TdiTensor *tensor = tdi_input(maker->graph, op, k);
        if (tensor == NULL || maker->flow.data[op->inputs[k]])
            continue;
        add_whole(key, k);
        add_whole(key, tensor->element);
        add_shape(key, &tensor->shape, false);
    }
    for (int k = 0; k < op->body_count; k++)
        add_whole(key, op->bodies[k]->operator_count);
    add_whole(key, INT64_MIN); /* the end: neither an input nor a count */
}

static int intern_text(TdiLayers *layers, TdiText *text)
{
    int number = text->failed ? -1 : tdi_intern(&layers->names, text->data, text->length);
    layers->failed |= number < 0;
    tdi_text_free(text);
    *text = (TdiText){0};
    return number;
}

/* Marks without the stride, which an entry may have of its own. */
static void add_marks(TdiText *text, const TdiLayer *layer)
{
    const char *marks = layer->marks;
    if (marks[0] == '/')
        marks += strcspn(marks, " ");
    tdi_text_add(text, marks);
}

static void set_keys(Maker *maker, const TdiGroup *group, TdiLayer *layer)
{
    TdiText key = {0}, entry = {0}, skeleton = {0};
    for (int op = group->first; op >= 0; op = maker->groups.next[op]) {
        add_operator(maker, &key, &maker->graph->operators[op]);
        if (op == group->drawn && group->kind != TDI_KIND_MOVE)
            break; /* numbers that only move behind it are for what follows */
    }
    add_shape(&key, &layer->in, true);
    add_shape(&key, &layer->shape, true);
    tdi_text_format(&skeleton, "%d %s|%s|%s|%d %d", (int)layer->kind, layer->what,
                    layer->norm != NULL ? layer->norm : "",
                    layer->act != NULL ? layer->act : "", layer->unknown, layer->commutative);
    /* Numbers that say how to compute are not in it, what is drawn of them is; and weights that
     * another layer brings are not counted again. */
    add_words(&key, skeleton.data != NULL ? skeleton.data : "");
    add_words(&key, layer->marks);
    add_whole(&key, (int64_t)layer->parameters);
    add_whole(&key, (int64_t)layer->macs);
    tdi_text_format(&entry, "~%.*s|%s|", (int)skeleton.length, skeleton.data, layer->width);
    add_marks(&entry, layer);
    layer->key = intern_text(maker->layers, &key);
    layer->entry = intern_text(maker->layers, &entry);
    layer->skeleton = intern_text(maker->layers, &skeleton);
}

/* ---- Layers -------------------------------------------------------------------------- */

/* The bound of a Clip, an input or an attribute (of old operators); `absent` where it has none.
 */
static double bound_of(const TdiGraph *graph, const TdiOperator *op, int slot, double absent)
{
    const TdiTensor *tensor = tdi_input(graph, op, slot);
    const TdiAttribute *attribute = tdi_attribute(op, slot == 1 ? "min" : "max");
    if (tensor != NULL && tensor->real != NULL && tensor->numbers == 1)
        return tensor->real[0];
    return attribute != NULL && attribute->real != NULL ? attribute->real[0] : absent;
}

/* "BatchNormalization" -> "batch norm", "LeakyRelu" -> "leaky-relu" */
static const char *plain_words(Maker *maker, const char *type, int op)
{
    const TdiOperator *operator_ = &maker->graph->operators[op];
    TdiText text = {0};
    if (type == NULL)
        return NULL;
    if (strcmp(type, "Clip") == 0 && bound_of(maker->graph, operator_, 1, -1) == 0 &&
        bound_of(maker->graph, operator_, 2, -1) == 6)
        return "relu6";
    if (strcmp(type, "BatchNormalization") == 0)
        return "batch norm";
    for (size_t i = 0; type[i] != '\0'; i++) {
        unsigned char c = (unsigned char)type[i];
        if (i > 0 && isupper(c) && islower((unsigned char)type[i - 1]))
            tdi_text_add(&text, "-");
        tdi_text_format(&text, "%c", tolower(c));
    }
    return tdi_layers_words(maker->layers, &text);
}

/* Parameters of operators that were dropped (a class token that is repeated) go to the first
 * layer that takes from them. */
static uint64_t carry_of(Maker *maker, const TdiOperator *op)
{
    uint64_t sum = 0;
    for (int k = 0; k < op->input_count; k++)
        if (op->inputs[k] >= 0 && !maker->flow.data[op->inputs[k]]) {
            sum += maker->carry[op->inputs[k]];
            maker->carry[op->inputs[k]] = 0;
        }
    return sum;
}

static void carry_parameters(Maker *maker)
{
    for (int i = 0; i < maker->graph->operator_count; i++) {
        const TdiOperator *op = &maker->graph->operators[i];
        if (!maker->flow.live[i] && op->output_count > 0 && op->outputs[0] >= 0 &&
            !maker->flow.data[op->outputs[0]])
            maker->carry[op->outputs[0]] = op->parameters + carry_of(maker, op);
    }
}

static void count_group(Maker *maker, const TdiGroup *group, TdiLayer *layer)
{
    layer->macs_known = true;
    for (int op = group->first; op >= 0; op = maker->groups.next[op]) {
        const TdiOperator *operator_ = &maker->graph->operators[op];
        layer->parameters += operator_->parameters + carry_of(maker, operator_);
        layer->macs += operator_->macs;
        layer->macs_known &= operator_->macs_known;
        layer->unknown |= operator_->op == TDI_OP_UNKNOWN &&
                          tdi_kind_here(&maker->flow, operator_) == TDI_KIND_UNKNOWN;
        layer->operators++;
    }
}

/* The shape of the first data that a group takes. */
static TdiShape shape_in(const Maker *maker, const TdiGroup *group)
{
    const TdiOperator *op = &maker->graph->operators[group->first];
    int tensor;
    for (int k = 0; k < op->input_count; k++)
        if (tdi_flow_input(&maker->flow, op, k, &tensor))
            return maker->graph->tensors[tensor].shape;
    return tdi_shape_unknown();
}

static TdiShape shape_out(const Maker *maker, int op)
{
    const TdiTensor *tensor = tdi_output(maker->graph, &maker->graph->operators[op], 0);
    return tensor != NULL ? tensor->shape : tdi_shape_unknown();
}

/* Channels come in where the layer before has them; graph inputs have them first. */
static void set_in_axis(const TdiLayers *layers, TdiLayer *layer)
{
    int from = layer->input_count > 0 ? layer->inputs[0].layer : -1;
    const TdiLayer *before = from >= 0 ? &layers->layers[from] : NULL;
    bool same = before != NULL && before->axis >= 0 && before->shape.rank == layer->in.rank;
    layer->in_axis = same                  ? before->axis
                     : layer->in.rank == 3 ? 2
                     : layer->in.rank > 1  ? 1
                                           : -1;
    layer->axis = layer->in_axis;
}

static bool add_layer(Maker *maker, int group)
{
    TdiLayers *layers = maker->layers;
    const TdiGroup *of = &maker->groups.groups[group];
    const TdiOperator *main = &maker->graph->operators[of->main],
                      *last = &maker->graph->operators[of->last];
    TdiLayer *grown =
        tdi_grow(layers->layers, (size_t)layers->count, &layers->room, sizeof *grown);
    if (grown == NULL)
        return false;
    layers->layers = grown;
    TdiLayer *layer = &grown[layers->count];
    *layer = (TdiLayer){
        .kind = of->kind, .main = of->main, .name = main->name, .block = main->block};
    bool weights = maker->graph->weights;
    layer->in = weights ? tdi_shape_unknown() : shape_in(maker, of);
    layer->shape = weights ? tdi_shape_unknown() : shape_out(maker, of->drawn);
    layer->outputs = last->output_count;
    layer->out_tensor = last->output_count > 0 ? last->outputs[0] : -1;
    layer->norm = plain_words(maker, of->norm, of->main);
    layer->act = plain_words(maker, of->act, of->act_operator);
    count_group(maker, of, layer);
    if (!set_links(maker, layer, find_links(maker, group)))
        return false;
    set_in_axis(layers, layer);
    if (weights)
        tdi_label_weights(maker->graph, main, layers, layer);
    else
        tdi_label_layer(maker->graph, main, of->pattern, layers, layer);
    if (of->shuffled)
        layer->marks = "shuffled";
    if (layer->kind == TDI_KIND_ARITHMETIC && layer->parameters > 0)
        layer->marks = "learned";
    layer->projects &= layer->act == NULL && !of->moved;
    set_keys(maker, of, layer);
    maker->layer_of[group] = layers->count++;
    return true;
}

static bool add_outputs(Maker *maker)
{
    const TdiGraph *graph = maker->graph;
    TdiLayers *layers = maker->layers;
    layers->outputs =
        tdi_arena_take(&layers->arena, (uint64_t)graph->output_count, sizeof(TdiLink));
    for (int k = 0; layers->outputs != NULL && k < graph->output_count; k++) {
        int tensor = maker->flow.root[graph->outputs[k]];
        if (maker->flow.data[tensor])
            layers->outputs[layers->output_count++] = link_of(maker, tensor);
    }
    return layers->outputs != NULL;
}

/* ---- Concatenations ------------------------------------------------------------------ */

static bool is_concat(const TdiLayer *layer)
{
    return strcmp(layer->what, "concat") == 0 && layer->input_count > 1;
}

/* Whether `inner` is nothing but a concatenation, along the same axis as `layer`. */
static bool is_same_concat(const TdiLayers *layers, const TdiLayer *inner,
                           const TdiLayer *layer)
{
    const TdiOperator *operators = layers->graph->operators;
    bool bare = is_concat(inner) && inner->act == NULL && inner->norm == NULL &&
                inner->out_tensor == operators[inner->main].outputs[0];
    return bare && tdi_attribute_whole(&operators[inner->main], "axis", 1) ==
                       tdi_attribute_whole(&operators[layer->main], "axis", 1);
}

/* The number of the list of the first k inputs, for all k from 2: interned step by step. */
static int longer(TdiInterner *lists, int list, TdiLink link)
{
    return tdi_intern_numbers(lists, (int[]){list, link.layer, link.slot}, 3);
}

/* The longest beginning of a concatenation's inputs that an earlier one is, *length inputs; -1:
 * none. */
static int find_beginning(TdiInterner *lists, const int *maker_of, size_t known,
                          const TdiLayer *layer, int *length)
{
    int list = -1, found = -1;
    for (int k = 0; k < layer->input_count; k++) {
        list = longer(lists, list, layer->inputs[k]);
        if (list < 0)
            return -1;
        if (k > 0 && (size_t)list < known && maker_of[list] > 0) {
            found = maker_of[list] - 1;
            *length = k + 1;
        }
    }
    return found;
}

static bool put_maker(int **maker_of, size_t *known, int list, int layer)
{
    while ((size_t)list >= *known) {
        size_t room = *known;
        int *grown = tdi_grow(*maker_of, *known, &room, sizeof **maker_of);
        if (grown == NULL)
            return false;
        *maker_of = grown;
        *known = room;
    }
    if ((*maker_of)[list] == 0)
        (*maker_of)[list] = layer + 1;
    return true;
}

/* Concat(a, b), Concat(a, b, c), ... becomes a chain, each of the one before and what is new.
 */
static bool chain_concats(TdiLayers *layers)
{
    TdiInterner lists = {0};
    int *maker_of = NULL; /* by list: the layer that concatenates it, plus 1 */
    size_t known = 0;
    bool good = true;
    for (int i = 0; i < layers->count && good; i++) {
        TdiLayer *layer = &layers->layers[i];
        int length = 0, list = -1;
        if (!is_concat(layer))
            continue;
        int before = find_beginning(&lists, maker_of, known, layer, &length);
        for (int k = 0; k < layer->input_count; k++)
            list = longer(&lists, list, layer->inputs[k]);
        good = list >= 0 && put_maker(&maker_of, &known, list, i);
        if (before < 0 || length == layer->input_count ||
            !is_same_concat(layers, &layers->layers[before], layer))
            continue;
        TdiLink *links = (TdiLink *)layer->inputs + (length - 1);
        links[0] = (TdiLink){before, 0};
        layer->inputs = links;
        layer->input_count -= length - 1;
    }
    tdi_interner_free(&lists);
    tdi_free(maker_of);
    return good;
}

/* How many take from each layer; those that the graph gives out count twice. */
static int *count_takers(const TdiLayers *layers)
{
    int *takers = tdi_alloc((uint64_t)layers->count, sizeof *takers);
    for (int i = 0; takers != NULL && i < layers->count; i++)
        for (int k = 0; k < layers->layers[i].input_count; k++)
            if (layers->layers[i].inputs[k].layer >= 0)
                takers[layers->layers[i].inputs[k].layer]++;
    for (int k = 0; takers != NULL && k < layers->output_count; k++)
        if (layers->outputs[k].layer >= 0)
            takers[layers->outputs[k].layer] += 2;
    return takers;
}

/* The inputs of a concatenation with those of the ones that it alone takes in their place. */
static bool splice(TdiLayers *layers, TdiLayer *layer, int *takers)
{
    int count = 0, next = 0;
    for (int pass = 0; pass < 2; pass++) {
        TdiLink *links = NULL;
        if (pass == 1 && count == layer->input_count)
            return true;
        if (pass == 1 &&
            (links = tdi_arena_take(&layers->arena, (uint64_t)count, sizeof *links)) == NULL)
            return false;
        for (int k = 0; k < layer->input_count; k++) {
            TdiLink link = layer->inputs[k];
            TdiLayer *inner = link.layer >= 0 ? &layers->layers[link.layer] : NULL;
            bool joins = inner != NULL && takers[link.layer] == 1 &&
                         is_same_concat(layers, inner, layer);
            if (pass == 0)
                count += joins ? inner->input_count : 1;
            else if (!joins)
                links[next++] = link;
            else {
                memcpy(links + next, inner->inputs, (size_t)inner->input_count * sizeof *links);
                next += inner->input_count;
                layer->operators += inner->operators;
                takers[link.layer] = 0;
                inner->gone = true;
            }
        }
        if (pass == 1) {
            layer->inputs = links;
            layer->input_count = count;
        }
    }
    return true;
}

/* Take out the layers that are gone; the others keep their order. */
static bool close_ranks(TdiLayers *layers)
{
    int *now = tdi_alloc((uint64_t)layers->count, sizeof *now), left = 0;
    if (now == NULL)
        return false;
    for (int i = 0; i < layers->count; i++) {
        now[i] = left;
        if (!layers->layers[i].gone)
            layers->layers[left++] = layers->layers[i];
    }
    layers->count = left;
    for (int i = 0; i < left; i++) {
        TdiLink *links = (TdiLink *)layers->layers[i].inputs;
        for (int k = 0; k < layers->layers[i].input_count; k++)
            links[k].layer = links[k].layer >= 0 ? now[links[k].layer] : -1;
    }
    for (int k = 0; k < layers->output_count; k++)
        if (layers->outputs[k].layer >= 0)
            layers->outputs[k].layer = now[layers->outputs[k].layer];
    tdi_free(now);
    return true;
}

/* A concatenation of concatenations is one. */
static bool flatten_concats(TdiLayers *layers)
{
    int *takers = count_takers(layers);
    bool good = takers != NULL;
    for (int i = 0; good && i < layers->count; i++)
        if (is_concat(&layers->layers[i]))
            good = splice(layers, &layers->layers[i], takers);
    tdi_free(takers);
    return good && close_ranks(layers);
}

/* ---- All ----------------------------------------------------------------------------- */

static bool make(Maker *maker)
{
    if (!tdi_flow_make(maker->graph, &maker->flow) ||
        !tdi_groups_make(&maker->flow, &maker->groups))
        return false;
    int most = 0;
    for (int i = 0; i < maker->groups.count; i++)
        most = maker->groups.order[i] > most ? maker->groups.order[i] : most;
    maker->layer_of = tdi_alloc((uint64_t)most + 1, sizeof(int));
    maker->carry = tdi_alloc((uint64_t)maker->graph->tensor_count, sizeof(uint64_t));
    maker->slot = tdi_alloc((uint64_t)maker->graph->tensor_count, sizeof(int));
    if (maker->layer_of == NULL || maker->carry == NULL || maker->slot == NULL)
        return false;
    find_slots(maker);
    carry_parameters(maker);
    for (int i = 0; i < maker->groups.count; i++)
        if (!add_layer(maker, maker->groups.order[i]))
            return false;
    for (int i = 0; i < maker->graph->operator_count; i++)
        maker->layers->dropped += !maker->flow.live[i];
    return add_outputs(maker) && flatten_concats(maker->layers) && chain_concats(maker->layers);
}

TdStatus tdi_layers_make(const TdiGraph *graph, TdiLayers *layers, TdError *err)
{
    Maker maker = {.graph = graph, .layers = layers};
    *layers = (TdiLayers){.graph = graph};
    bool good = make(&maker) && !layers->failed && !layers->names.failed;
    tdi_flow_free(&maker.flow);
    tdi_groups_free(&maker.groups);
    tdi_free(maker.layer_of);
    tdi_free(maker.scratch);
    tdi_free(maker.carry);
    tdi_free(maker.slot);
    if (good)
        return TD_OK;
    tdi_layers_free(layers);
    return tdi_fail_memory(err, (uint64_t)graph->operator_count * sizeof(TdiLayer));
}
