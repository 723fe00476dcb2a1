#include "diagram/ports.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* The port's number: the same for tensors that are computed alike. */
static int number_of(const TdiWeave *weave, TdiLink link)
{
    return link.layer < 0 ? weave->input[link.slot] : weave->source[link.layer];
}

static bool is_port(const TdiWeave *weave, int layer, TdiLink link)
{
    int strand = weave->strand[layer];
    if (link.layer >= 0)
        return weave->strand[link.layer] != strand;
    return link.slot != weave->tree->strands[strand].input;
}

/* The place of a number in the list of ports, which it joins. -1 without memory. */
static int find_port(TdiWeave *weave, TdiLink link, size_t *room)
{
    TdiTree *tree = weave->tree;
    const TdiGraph *graph = weave->layers->graph;
    int number = number_of(weave, link);
    for (int i = 0; i < tree->port_count; i++)
        if (tree->ports[i].number == number)
            return i;
    TdiPort *grown = tdi_grow(tree->ports, (size_t)tree->port_count, room, sizeof *grown);
    tree->failed |= grown == NULL;
    if (grown == NULL)
        return -1;
    tree->ports = grown;
    grown[tree->port_count] = (TdiPort){
        .number = number,
        .input = link.layer < 0 ? graph->tensors[graph->inputs[link.slot]].name : NULL};
    return tree->port_count++;
}

static void add_once(TdiText *words, const char *sign, int port)
{
    TdiText letters = {0};
    tdi_text_add(&letters, sign);
    tdi_add_letters(&letters, port, false);
    if (letters.data == NULL || words->data == NULL ||
        strstr(words->data, letters.data) == NULL)
        tdi_text_format(words, "%s%s", words->length > 0 ? " " : "",
                        letters.data != NULL ? letters.data : "");
    words->failed |= letters.failed;
    tdi_text_free(&letters);
}

static bool is_last(const TdiWeave *weave, int layer)
{
    const TdiStrand *strand = &weave->tree->strands[weave->strand[layer]];
    return strand->layers[strand->count - 1] == layer;
}

/* What goes out of the network on the way. */
static void add_outputs(TdiWeave *weave, TdiText *words)
{
    const TdiLayers *layers = weave->layers;
    for (int k = 0; k < layers->output_count; k++) {
        int layer = layers->outputs[k].layer;
        if (layer >= 0 && !is_last(weave, layer) &&
            (words[layer].data == NULL || strstr(words[layer].data, "▸ out") == NULL))
            tdi_text_format(&words[layer], "%s▸ out", words[layer].length > 0 ? " " : "");
    }
}

static void keep_words(TdiWeave *weave, TdiText *words)
{
    TdiTree *tree = weave->tree;
    for (int i = 0; i < weave->layers->count; i++) {
        tree->failed |= words[i].failed;
        if (words[i].length > 0)
            tree->port_words[i] = tdi_arena_words(&tree->arena, words[i].data, words[i].length);
        tree->failed |= words[i].length > 0 && tree->port_words[i] == NULL;
        tdi_text_free(&words[i]);
    }
}

void tdi_ports_make(TdiWeave *weave)
{
    TdiTree *tree = weave->tree;
    uint64_t count = (uint64_t)weave->layers->count;
    TdiText *words = tdi_alloc(count, sizeof *words);
    size_t room = 0;
    tree->port_words = tdi_arena_take(&tree->arena, count, sizeof *tree->port_words);
    tree->failed |= words == NULL || tree->port_words == NULL;
    for (int i = 0; i < weave->layers->count && !tree->failed; i++) {
        const TdiLayer *layer = &weave->layers->layers[i];
        for (int k = 0; k < layer->input_count; k++) {
            TdiLink link = layer->inputs[k];
            int port = is_port(weave, i, link) ? find_port(weave, link, &room) : -1;
            if (port >= 0)
                add_once(&words[i], "◂ ", port);
            if (port >= 0 && link.layer >= 0)
                add_once(&words[link.layer], "▸ ", port);
        }
    }
    if (!tree->failed) {
        add_outputs(weave, words);
        keep_words(weave, words);
    }
    tdi_free(words);
}
