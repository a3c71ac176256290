/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of layer kinds. */
#include "layer.h"

#include "graph.h"
#include <math.h>
#include <string.h>

static gboolean refuse(GError **error, const char *why)
{
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_GRAPH, why);
    return FALSE;
}

static gboolean infer_input(BiqaLayer *layer, const BiqaShape *inputs, GError **error)
{
    /* biqa_graph_infer() has put the height and width in place. */
    layer->shape.c = layer->channels;
    return TRUE;
}

/* Output rows (or columns) of a convolution; 0 where the kernel does not fit. */
static guint conv_extent(const BiqaLayer *layer, guint in, guint kernel)
{
    if (layer->same)
        return (in + layer->stride - 1) / layer->stride;
    const guint padded = in + 2 * layer->pad;
    return padded < kernel ? 0 : (padded - kernel) / layer->stride + 1;
}

static gboolean infer_conv(BiqaLayer *layer, const BiqaShape *inputs, GError **error)
{
    const BiqaShape in = inputs[0];
    if (!layer->kernel_h || !layer->kernel_w || layer->kernel_h > 31 || layer->kernel_w > 31)
        return refuse(error, "kernel must be 1x1 to 31x31");
    if (!layer->stride || layer->stride > 16)
        return refuse(error, "stride must be 1 to 16");
    if (layer->pad > 31)
        return refuse(error, "padding must be at most 31");
    if (!layer->groups || in.c % layer->groups || layer->channels % layer->groups)
        return refuse(error, "groups must divide the input and output channels");
    layer->shape = (BiqaShape){layer->channels, conv_extent(layer, in.h, layer->kernel_h),
                               conv_extent(layer, in.w, layer->kernel_w)};
    if (!layer->shape.h || !layer->shape.w)
        return refuse(error, "the kernel is larger than its input");
    layer->count[0] =
        (gsize)layer->channels * (in.c / layer->groups) * layer->kernel_h * layer->kernel_w;
    layer->count[1] = layer->bias ? layer->channels : 0;
    return TRUE;
}

static guint64 macs_conv(const BiqaLayer *layer, const BiqaShape *inputs)
{
    return (guint64)layer->count[0] * layer->shape.h * layer->shape.w;
}

static gboolean infer_norm(BiqaLayer *layer, const BiqaShape *inputs, GError **error)
{
    if (!(layer->epsilon > 0.f && layer->epsilon < 1.f))
        return refuse(error, "epsilon must lie between 0 and 1");
    layer->shape = inputs[0];
    for (guint p = 0; p < 4; p++)
        layer->count[p] = inputs[0].c;
    return TRUE;
}

static gboolean infer_same_shape(BiqaLayer *layer, const BiqaShape *inputs, GError **error)
{
    if (!(layer->lo <= layer->hi))
        return refuse(error, "lo must not be above hi");
    layer->shape = inputs[0];
    return TRUE;
}

static gboolean infer_add(BiqaLayer *layer, const BiqaShape *inputs, GError **error)
{
    if (memcmp(&inputs[0], &inputs[1], sizeof inputs[0]))
        return refuse(error, "the two inputs differ in shape");
    layer->shape = inputs[0];
    return TRUE;
}

static gboolean infer_pool(BiqaLayer *layer, const BiqaShape *inputs, GError **error)
{
    guint channels = 0;
    for (guint k = 0; k < layer->n_inputs; k++)
        channels += inputs[k].c;
    if (layer->deviation)
        channels *= 2;
    if (channels > BIQA_MAX_CHANNELS)
        return refuse(error, "the inputs have too many channels together (more than 16384)");
    layer->shape = (BiqaShape){channels, 1, 1};
    return TRUE;
}

static gboolean infer_linear(BiqaLayer *layer, const BiqaShape *inputs, GError **error)
{
    if (inputs[0].h != 1 || inputs[0].w != 1)
        return refuse(error, "the input must be a vector (pool it first)");
    layer->shape = (BiqaShape){layer->channels, 1, 1};
    layer->count[0] = (gsize)layer->channels * inputs[0].c;
    layer->count[1] = layer->channels;
    return TRUE;
}

static guint64 macs_linear(const BiqaLayer *layer, const BiqaShape *inputs)
{
    return layer->count[0];
}

#define WEIGHT_AND_BIAS                                                                            \
    .n_params = 2, .params = {{"weight", BIQA_PARAM_WEIGHT}, {"bias", BIQA_PARAM_BIAS}}

static const BiqaLayerInfo infos[] = {
    [BIQA_LAYER_INPUT] = {"input", 0, 0, .infer = infer_input},
    [BIQA_LAYER_CONV] = {"conv", 1, 1, WEIGHT_AND_BIAS, .infer = infer_conv, .macs = macs_conv},
    [BIQA_LAYER_NORM] = {"norm", 1, 1, .n_params = 4,
                         .params = {{"scale", BIQA_PARAM_BIAS},
                                    {"shift", BIQA_PARAM_BIAS},
                                    {"mean", BIQA_PARAM_STATISTIC},
                                    {"variance", BIQA_PARAM_STATISTIC}},
                         .infer = infer_norm},
    [BIQA_LAYER_RELU] = {"relu", 1, 1, .infer = infer_same_shape},
    [BIQA_LAYER_RELU6] = {"relu6", 1, 1, .infer = infer_same_shape},
    [BIQA_LAYER_CLIP] = {"clip", 1, 1, .infer = infer_same_shape},
    [BIQA_LAYER_ADD] = {"add", 2, 2, .infer = infer_add},
    [BIQA_LAYER_POOL] = {"pool", 1, BIQA_MAX_INPUTS, .infer = infer_pool},
    [BIQA_LAYER_LINEAR] = {"linear", 1, 1, WEIGHT_AND_BIAS, .infer = infer_linear,
                           .macs = macs_linear},
};
G_STATIC_ASSERT(G_N_ELEMENTS(infos) == BIQA_N_LAYER_KINDS);

const BiqaLayerInfo *biqa_layer_info(BiqaLayerKind kind)
{
    return (guint)kind < BIQA_N_LAYER_KINDS ? &infos[kind] : NULL;
}

gboolean biqa_layer_kind_from_name(const char *name, BiqaLayerKind *kind)
{
    for (guint i = 0; i < BIQA_N_LAYER_KINDS; i++) {
        if (g_str_equal(infos[i].name, name)) {
            *kind = i;
            return TRUE;
        }
    }
    return FALSE;
}

BiqaLayer biqa_layer(BiqaLayerKind kind)
{
    return (BiqaLayer){
        .kind = kind, .stride = 1, .groups = 1, .epsilon = 1e-3f, .lo = -INFINITY, .hi = INFINITY};
}

gboolean biqa_layer_clamp(const BiqaLayer *layer, float *lo, float *hi)
{
    switch (layer->kind) {
    case BIQA_LAYER_RELU:
        *lo = 0.f, *hi = INFINITY;
        return TRUE;
    case BIQA_LAYER_RELU6:
        *lo = 0.f, *hi = 6.f;
        return TRUE;
    case BIQA_LAYER_CLIP:
        *lo = layer->lo, *hi = layer->hi;
        return TRUE;
    default:
        return FALSE;
    }
}

guint biqa_layer_pad_before(const BiqaLayer *layer, guint in, guint kernel)
{
    if (!layer->same)
        return layer->pad;
    const guint out = conv_extent(layer, in, kernel);
    const gint total = (gint)((out - 1) * layer->stride + kernel) - (gint)in;
    return total > 0 ? (guint)total / 2 : 0;
}
