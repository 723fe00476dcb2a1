/* Descriptions of any bytes: reading never goes wrong, and an error says where. */
#include <stdlib.h>
#include <string.h>

#include "graph/count.h"
#include "graph/description.h"
#include "graph/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TdiGraph graph;
    TdiDescription facts;
    TdError err = {0};
    TdStatus status =
        tdi_graph_from_description("a.net", (const char *)data, size, &graph, &facts, &err);
    tdi_network_file(data, size, size);
    if (status == TD_OK) {
        if (facts.title == NULL || graph.operator_count == 0 || graph.failed)
            abort();
        tdi_graph_count(&graph);
        tdi_graph_free(&graph);
    } else if (err.line == 0 || err.column == 0 || strchr(err.message, '\n') != NULL ||
               strncmp(err.message, "a.net:", 6) != 0) {
        abort();
    }
    return 0;
}
