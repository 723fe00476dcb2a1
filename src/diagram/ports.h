/* Where strands touch: a letter for each tensor that goes from one to another. */
#ifndef TDI_PORTS_H
#define TDI_PORTS_H

#include "diagram/regions.h"

/* Fill tree->ports and tree->port_words. Failure is remembered in the tree. */
void tdi_ports_make(TdiWeave *weave);

#endif
