#include "graph/description.h"

#include <string.h>

#include "base/error.h"
#include "graph/description_tree.h"

/* NULL for a word that was not said. */
static const char *keep(TdiGraph *graph, const TdiWord *word)
{
    if (word->words == NULL)
        return NULL;
    const char *copy = tdi_arena_words(&graph->arena, word->words, word->length);
    graph->failed |= copy == NULL;
    return copy;
}

static void keep_facts(TdiGraph *graph, const TdiNet *net, TdiDescription *facts)
{
    *facts = (TdiDescription){.title = keep(graph, &net->title),
                              .source = keep(graph, &net->source),
                              .top1 = net->top1,
                              .top1_source = keep(graph, &net->top1_source)};
    graph->name = facts->title;
    graph->source = facts->source;
}

TdStatus tdi_graph_from_description(const char *name, const char *text, size_t length,
                                    TdiGraph *graph, TdiDescription *facts, TdError *err)
{
    TdiNet net;
    TdiDescription said;
    *graph = (TdiGraph){0};
    TdStatus status = tdi_net_parse(name, text, length, &net, err);
    if (status == TD_OK)
        status = tdi_net_build(name, &net, graph, err);
    if (status == TD_OK)
        keep_facts(graph, &net, facts != NULL ? facts : &said);
    if (status == TD_OK && graph->failed)
        status = tdi_fail_memory(err, sizeof(TdiTensor));
    tdi_arena_free(&net.arena);
    if (status != TD_OK) {
        tdi_graph_free(graph);
        if (facts != NULL)
            *facts = (TdiDescription){0};
    }
    return status;
}
