/* tiedye/exchange.h - networks for, and from, other tools. */
#ifndef TIEDYE_EXCHANGE_H
#define TIEDYE_EXCHANGE_H

#include "tiedye/base.h"
#include "tiedye/network.h"
#include "tiedye/recipe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Write the exact float32 weights and biases of `network`, made from `recipe`, as a safetensors
 * file: tensors layers.0.weight (out, in), layers.0.bias (out), layers.1.weight, ... The
 * metadata says what else is needed to evaluate it anywhere: `inputs` (the columns of
 * layers.0.weight in order, "x,y,z"), `constants` (values of inputs that do not vary, "z=0.5";
 * z also where r is fed, r = sqrt(x^2 + y^2 + z^2)), `folded` ("true": they are folded into
 * layers.0.bias and have no column), `activations` (one a layer), `residual_layers`, and
 * `recipe`. */
TD_API TdStatus td_weights_write(const TdNetwork *network, const TdRecipe *recipe, bool fold,
                                 const char *path, const TdRun *run, TdError *err);

#ifdef __cplusplus
}
#endif
#endif
