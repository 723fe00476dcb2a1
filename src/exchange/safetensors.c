/* safetensors: a length (8 bytes, little endian), a JSON header, the tensors one behind
 * another. */
#include "tiedye/exchange.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "output/file.h"

/* The inputs that have a column in layer 0 of the file. */
static uint32_t written_inputs(const TdNetwork *network, bool fold)
{
    return fold ? network->varying : network->inputs;
}

static uint32_t written_columns(const TdNetwork *network, uint32_t layer, bool fold)
{
    uint32_t count = 0;
    if (layer > 0)
        return network->layers[layer].in;
    for (uint32_t bits = written_inputs(network, fold); bits != 0; bits &= bits - 1)
        count++;
    return count;
}

/* ---- Header -------------------------------------------------------------------------- */

static void add_inputs(TdiText *json, const TdNetwork *network, bool fold)
{
    const char *joint = "";
    tdi_text_add(json, "\"inputs\":\"");
    for (uint32_t i = 0; i < TD_INPUT_COUNT; i++) {
        if ((written_inputs(network, fold) & 1u << i) == 0)
            continue;
        tdi_text_format(json, "%s%s", joint, td_input_name((TdInput)i));
        joint = ",";
    }
}

/* The constants that the network depends on: those that it is fed, and z where r is. */
static void add_constants(TdiText *json, const TdNetwork *network, const TdRecipe *recipe)
{
    const char *joint = "";
    uint32_t radius = (network->inputs & 1u << TD_INPUT_R) != 0 ? 1u << TD_INPUT_Z : 0;
    uint32_t needed = (network->inputs & ~network->varying) | radius;
    tdi_text_add(json, "\",\"constants\":\"");
    for (uint32_t i = 0; i < TD_INPUT_COUNT; i++) {
        if ((needed & 1u << i) == 0)
            continue;
        tdi_text_format(json, "%s%s=", joint, td_input_name((TdInput)i));
        tdi_text_add_real(json, recipe->constants[i]);
        joint = ",";
    }
}

static void add_layers(TdiText *json, const TdNetwork *network)
{
    const char *joint = "";
    tdi_text_add(json, "\",\"activations\":\"");
    for (uint32_t i = 0; i < network->depth; i++)
        tdi_text_format(json, "%s%s", i == 0 ? "" : ",",
                        td_activation_info(network->layers[i].act)->name);
    tdi_text_add(json, "\",\"residual_layers\":\"");
    for (uint32_t i = 0; i < network->depth; i++) {
        if (!network->layers[i].residual)
            continue;
        tdi_text_format(json, "%s%u", joint, (unsigned)i);
        joint = ",";
    }
}

static void add_metadata(TdiText *json, const TdNetwork *network, const TdRecipe *recipe,
                         bool fold)
{
    char *text = td_recipe_print(recipe, TD_FORM_TEXT);
    tdi_text_format(json, "{\"__metadata__\":{\"format\":\"tiedye\",\"tiedye\":\"%s\",",
                    td_version());
    add_inputs(json, network, fold);
    add_constants(json, network, recipe);
    add_layers(json, network);
    if (network->raster) /* y goes up, where rows of pictures go down */
        tdi_text_format(json, "\",\"kernel_axes\":\"%s", network->solid ? "z,y,x" : "y,x");
    tdi_text_format(json, "\",\"folded\":\"%s\",\"recipe\":\"", fold ? "true" : "false");
    if (text == NULL)
        json->failed = true;
    else
        tdi_text_add_json(json, text);
    tdi_text_add(json, "\"}");
    td_text_free(text);
}

/* Axes of a layer's weights: outputs, inputs, and of a convolution those of its kernel. */
static int weight_axes(const TdNetwork *network, uint32_t index, bool fold, uint32_t shape[5])
{
    const TdLayer *layer = &network->layers[index];
    int axes = layer->kind != TD_LAYER_CONV ? 2 : network->solid ? 5 : 4;
    shape[0] = layer->out;
    shape[1] = written_columns(network, index, fold) / layer->groups;
    for (int i = 2; i < axes; i++)
        shape[i] = layer->size;
    return axes;
}

static void add_tensor(TdiText *json, uint32_t layer, const char *part, const uint32_t *shape,
                       int axes, uint64_t *offset)
{
    uint64_t numbers = 1;
    tdi_text_format(json, ",\"layers.%u.%s\":{\"dtype\":\"F32\",\"shape\":[", (unsigned)layer,
                    part);
    for (int i = 0; i < axes; i++) {
        tdi_text_format(json, "%s%u", i > 0 ? "," : "", (unsigned)shape[i]);
        numbers *= shape[i];
    }
    uint64_t end = *offset + numbers * sizeof(float);
    tdi_text_format(json, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)*offset,
                    (unsigned long long)end);
    *offset = end;
}

static void add_header(TdiText *json, const TdNetwork *network, const TdRecipe *recipe,
                       bool fold)
{
    uint64_t offset = 0;
    add_metadata(json, network, recipe, fold);
    for (uint32_t i = 0; i < network->depth; i++) {
        uint32_t shape[5];
        int axes = weight_axes(network, i, fold, shape);
        if (network->layers[i].weights == NULL)
            continue;
        if (shape[1] > 0)
            add_tensor(json, i, "weight", shape, axes, &offset);
        add_tensor(json, i, "bias", shape, 1, &offset);
    }
    tdi_text_add(json, "}");
    while (json->length % 8 != 0 && !json->failed) /* tensors begin aligned */
        tdi_text_add(json, " ");
}

/* ---- Numbers ------------------------------------------------------------------------- */

/* Little endian whatever the machine is. */
static TdStatus write_floats(TdiFile *file, const float *floats, size_t count, TdError *err)
{
    unsigned char bytes[4096];
    TdStatus status = TD_OK;
    for (size_t at = 0; at < count && status == TD_OK; at += sizeof bytes / 4) {
        size_t piece = count - at < sizeof bytes / 4 ? count - at : sizeof bytes / 4;
        for (size_t i = 0; i < piece; i++) {
            uint32_t bits;
            memcpy(&bits, &floats[at + i], sizeof bits);
            for (int b = 0; b < 4; b++)
                bytes[4 * i + (size_t)b] = (unsigned char)(bits >> 8 * b);
        }
        status = tdi_file_write(file, bytes, 4 * piece, err);
    }
    return status;
}

/* The columns of layer 0 that vary, row by row. */
static TdStatus write_folded_weights(TdiFile *file, const TdNetwork *network, TdError *err)
{
    const TdLayer *layer = &network->layers[0];
    TdStatus status = TD_OK;
    for (uint32_t o = 0; o < layer->out && status == TD_OK; o++) {
        const float *weight = layer->weights + (size_t)o * layer->in;
        for (uint32_t i = 0; i < TD_INPUT_COUNT && status == TD_OK; i++) {
            if ((network->inputs & 1u << i) == 0)
                continue;
            if ((network->varying & 1u << i) != 0)
                status = write_floats(file, weight, 1, err);
            weight++;
        }
    }
    return status;
}

static TdStatus write_folded_layer(TdiFile *file, const TdNetwork *network,
                                   const TdRecipe *recipe, TdError *err)
{
    uint32_t out = network->layers[0].out;
    float *bias = tdi_alloc(out, sizeof *bias);
    if (bias == NULL)
        return tdi_fail_memory(err, out * sizeof *bias);
    td_network_fold(network, recipe->constants, bias);
    TdStatus status = write_folded_weights(file, network, err);
    if (status == TD_OK)
        status = write_floats(file, bias, out, err);
    tdi_free(bias);
    return status;
}

static TdStatus write_layers(TdiFile *file, const TdNetwork *network, const TdRecipe *recipe,
                             bool fold, const TdRun *run, TdError *err)
{
    TdStatus status = TD_OK;
    for (uint32_t i = 0; i < network->depth && status == TD_OK; i++) {
        const TdLayer *layer = &network->layers[i];
        if (layer->weights == NULL)
            continue;
        if (i == 0 && fold) {
            status = write_folded_layer(file, network, recipe, err);
            continue;
        }
        size_t each = (size_t)(layer->in / layer->groups) * layer->taps;
        status = write_floats(file, layer->weights, layer->out * each, err);
        if (status == TD_OK)
            status = write_floats(file, layer->bias, layer->out, err);
        if (status == TD_OK)
            status = tdi_check_cancel(run, err);
    }
    return status;
}

static TdStatus write_header(TdiFile *file, const TdiText *json, TdError *err)
{
    unsigned char length[8];
    for (int b = 0; b < 8; b++)
        length[b] = (unsigned char)((uint64_t)json->length >> 8 * b);
    TdStatus status = tdi_file_write(file, length, sizeof length, err);
    return status == TD_OK ? tdi_file_write(file, json->data, json->length, err) : status;
}

TdStatus td_weights_write(const TdNetwork *network, const TdRecipe *recipe, bool fold,
                          const char *path, const TdRun *run, TdError *err)
{
    TdiText json = {0};
    TdiFile *file = NULL;
    if (fold && network->raster)
        return tdi_fail(err, TD_ERROR_RECIPE,
                        "fold: on a raster constants are channels beside the others, which "
                        "kernels see at its edges; leave it out");
    add_header(&json, network, recipe, fold);
    TdStatus status = json.failed ? tdi_fail_memory(err, json.length)
                                  : tdi_file_open(path, "weights", run, &file, err);
    if (status == TD_OK)
        status = write_header(file, &json, err);
    if (status == TD_OK)
        status = write_layers(file, network, recipe, fold, run, err);
    tdi_text_free(&json);
    if (status != TD_OK) {
        tdi_file_discard(file);
        return status;
    }
    return tdi_file_close(file, err);
}
