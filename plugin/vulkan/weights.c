/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From (O, I, H, W) to the shaders' order. */
#include "weights.h"

#include "arena.h"
#include "winograd.h"

/* Appends n vec4s of zeros and returns the first of them; *at is its number. */
static float *append(GArray *values, gsize n, uint32_t *at)
{
    *at = values->len / 4;
    g_array_set_size(values, values->len + 4 * n);
    return &g_array_index(values, float, 4 * (gsize)*at);
}

static void add_bias(const BiqaNet *net, guint layer, guint param, GArray *values, uint32_t *at)
{
    const BiqaLayer *info = &net->graph->layers[layer];
    float *to = append(values, biqa_vk_planes(info->channels), at);

    g_assert(info->count[param] == info->channels);
    for (guint o = 0; o < info->channels; o++)
        to[o] = biqa_net_param(net, layer, param)[o];
}

static BiqaVkWeights add_conv(const BiqaNet *net, guint layer, GArray *values)
{
    const BiqaLayer *conv = &net->graph->layers[layer];
    const gsize taps = conv->kernel_h * conv->kernel_w;
    const gsize inputs = conv->count[0] / conv->channels / taps;
    const gsize padded = conv->groups == 1 ? 4 * biqa_vk_planes(inputs) : inputs;
    const float *from = biqa_net_param(net, layer, 0); /* (O, I / groups, H, W) */
    BiqaVkWeights result = {.row = taps * padded};
    float *to = append(values, biqa_vk_planes(conv->channels) * result.row, &result.weights);

    for (gsize o = 0; o < conv->channels; o++)
        for (gsize i = 0; i < inputs; i++)
            for (gsize tap = 0; tap < taps; tap++)
                to[(o / 4 * result.row + tap * padded + i) * 4 + o % 4] =
                    from[(o * inputs + i) * taps + tap];
    add_bias(net, layer, 1, values, &result.bias);
    return result;
}

static BiqaVkWeights add_linear(const BiqaNet *net, guint layer, GArray *values)
{
    const BiqaLayer *linear = &net->graph->layers[layer];
    const gsize inputs = linear->count[0] / linear->channels;
    const float *from = biqa_net_param(net, layer, 0); /* (O, I) */
    BiqaVkWeights result = {.row = biqa_vk_planes(inputs)};
    float *to = append(values, linear->channels * result.row, &result.weights);

    for (gsize o = 0; o < linear->channels; o++)
        for (gsize i = 0; i < inputs; i++)
            to[o * result.row * 4 + i] = from[o * inputs + i];
    add_bias(net, layer, 1, values, &result.bias);
    return result;
}

BiqaVkWeights biqa_vk_weights_add(const BiqaNet *net, guint layer, GArray *values)
{
    if (net->graph->layers[layer].kind == BIQA_LAYER_LINEAR)
        return add_linear(net, layer, values);
    g_assert(net->graph->layers[layer].kind == BIQA_LAYER_CONV);
    return add_conv(net, layer, values);
}

BiqaVkWeights biqa_vk_weights_add_components(const BiqaNet *net, guint layer, GArray *values)
{
    const BiqaLayer *conv = &net->graph->layers[layer];
    const gsize inputs = conv->count[0] / conv->channels / 9,
                planes = biqa_vk_planes(conv->channels);
    const float *from = biqa_net_param(net, layer, 0); /* (O, I, 3, 3) */
    BiqaVkWeights result = {.row = 4 * biqa_vk_planes(inputs)};
    const gsize component = 4 * planes * result.row;
    float factors[BIQA_WINOGRAD_COMPONENTS];
    float *to = append(values, BIQA_WINOGRAD_COMPONENTS * planes * result.row, &result.weights);
    uint32_t bias;

    for (gsize o = 0; o < conv->channels; o++)
        for (gsize i = 0; i < inputs; i++) {
            biqa_vk_winograd_factors(from + 9 * (o * inputs + i), factors);
            for (gsize c = 0; c < BIQA_WINOGRAD_COMPONENTS; c++)
                to[c * component + (o / 4 * result.row + i) * 4 + o % 4] = factors[c];
        }
    append(values, BIQA_WINOGRAD_COMPONENTS * planes, &result.bias);
    add_bias(net, layer, 1, values, &bias);
    return result;
}
