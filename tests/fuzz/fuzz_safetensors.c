/* safetensors files of any bytes: reading never goes wrong, and what was read is a chain. */
#include <stdlib.h>
#include <string.h>

#include "graph/count.h"
#include "graph/detect.h"
#include "graph/from_weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TdiGraph graph;
    TdError err = {0};
    tdi_network_file(data, size, size);
    if (tdi_graph_from_weights_memory(data, size, "a", &graph, &err) == TD_OK) {
        if (graph.operator_count == 0 || graph.failed)
            abort();
        tdi_graph_count(&graph);
        tdi_graph_free(&graph);
    } else if (err.message[0] == '\0' || strchr(err.message, '\n') != NULL) {
        abort();
    }
    return 0;
}
