/* Where activations bend: when a polynomial through nodes may be trusted.
 *
 * The tail of a polynomial's coefficients cannot see what lies between the nodes. A neuron's
 * pre-activation can: it is what the layers before have made, and where it is resolved (its own
 * tail is small) and does not run through the activation's bend in one step from node to node,
 * the neuron's output is resolved too. docs/SPECTRAL.md has the reasons and the trials. */
#ifndef TDI_BEND_H
#define TDI_BEND_H

#include "tiedye/network.h"

/* Of a layer's activation. */
typedef struct TdiBend {
    float tail;      /* most of a pre-activation's tail, where the activation is curved */
    float cross;     /* most that z may change from node to node through 0 */
    float jump;      /* most that z may change from node to node */
    float low, high; /* below -low, and above high, the activation is a line */
    float reach;     /* of what z may do between two nodes, in largest differences of adjacent
                      * ones: 0 where it is known to be a line */
    int kinks;       /* places that no z of the tile may meet: so many of `kink`, or all that
                      * lie 2 apart from kink[0] */
    float kink[3];
} TdiBend;

enum { TDI_KINKS_PERIODIC = -1 };

/* Of the activation of layer `layer` of a plan. */
TdiBend tdi_bend(const TdPlan *plan, uint32_t layer);

/* Of an activation that a tone applies to the outputs. */
TdiBend tdi_bend_of_tone(TdActivation act);

/* Whether a neuron keeps the rule in lane `lane`. */
bool tdi_bend_holds(const TdiBend *bend, const TdSurvey *survey, int lane);

#endif
