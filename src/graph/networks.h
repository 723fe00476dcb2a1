/* Networks that come with the program: descriptions from src/diagram/networks/NAME.net, which
 * the build puts into a C file. */
#ifndef TDI_NETWORKS_H
#define TDI_NETWORKS_H

#include <stddef.h>

#include "tiedye/base.h"

typedef struct TdiNetworkText {
    const char *name;  /* "inception-v4" */
    const char *title; /* "Inception-v4" */
    const char *text;  /* for tdi_graph_from_description */
} TdiNetworkText;

/* In alphabetical order. */
extern const TdiNetworkText tdi_network_texts[];
extern const size_t tdi_network_count;

/* The network called `name`; NULL where there is none, and *err (which may be NULL) then names
 * the nearest: TD_ERROR_RECIPE. */
const TdiNetworkText *tdi_network_find(const char *name, TdError *err);

#endif
