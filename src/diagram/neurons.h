/* A network of dense layers drawn neuron by neuron: a column of circles a layer, and lines
 * between all that feed each other. */
#ifndef TDI_NEURONS_H
#define TDI_NEURONS_H

#include "diagram/page.h"

/* Whether a network is one series of dense layers, each fed with one vector: only those are
 * drawn that way. What only moves numbers about between them is left out. */
bool tdi_neurons_fit(const TdiTree *tree);

/* As tdi_page_figure, of such a network. Of more than 24 neurons, and of more than 16 layers,
 * the first and last are drawn. A bare page has widths below the columns, but no activations.
 * TD_ERROR_MEMORY. */
TdStatus tdi_neurons_figure(const TdiPage *page, TdiFigure *figure, TdError *err);

#endif
