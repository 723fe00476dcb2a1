#include <string.h>

#include "tiedye/base.h"

static const TdActivationInfo activations[TD_ACT_COUNT] = {
#define ROW(ID, STEM, NAME, CLASS, LOW, HIGH, ULP, FORMULA, SOURCE)                            \
    [TD_ACT_##ID] = {NAME, TD_##CLASS, LOW, HIGH, ULP, FORMULA, SOURCE},
    TD_ACTIVATIONS(ROW)
#undef ROW
};

const TdActivationInfo *td_activation_info(TdActivation act)
{
    return &activations[act];
}

TdActivation td_activation_find(const char *name)
{
    unsigned act = 0;
    while (act < TD_ACT_COUNT && strcmp(activations[act].name, name) != 0)
        act++;
    return (TdActivation)act;
}
