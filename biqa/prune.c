/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Global magnitude pruning: OHEM's rule for making the self-competitor. */
#include "prune.h"

#include <math.h>
#include <string.h>

static guint32 float_bits(float value)
{
    guint32 bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Of the values whose bits from shift + 16 on are those of known: the sixteen bits from shift on of
 * the one that is *rank-th (from 0), and its rank among those that share them. */
static guint32 select_digit(const GArray *values, guint shift, guint64 known, gsize *rank)
{
    g_autofree gsize *counts = g_new0(gsize, 1 << 16);
    guint32 digit = 0;

    for (gsize i = 0; i < values->len; i++) {
        const guint32 bits = float_bits(g_array_index(values, float, i));
        if ((guint64)bits >> (shift + 16) == known >> (shift + 16))
            counts[bits >> shift & 0xffff]++;
    }
    for (; *rank >= counts[digit]; digit++)
        *rank -= counts[digit];
    return digit << shift;
}

/* The rank-th smallest (from 0) of values that are not negative: their bits have the same order as
 * they. Sorting them all would take most of the time that loading a model does. */
static float select_value(const GArray *values, gsize rank)
{
    const guint32 high = select_digit(values, 16, 0, &rank);
    const guint32 bits = high | select_digit(values, 0, high, &rank);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Magnitudes of all convolution weights, in the order of the arena. */
static GArray *conv_magnitudes(const BiqaGraph *graph, const float *params)
{
    GArray *magnitudes = g_array_new(FALSE, FALSE, sizeof(float));
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        if (layer->kind != BIQA_LAYER_CONV)
            continue;
        for (gsize j = 0; j < layer->count[0]; j++) {
            const float magnitude = fabsf(params[layer->offset[0] + j]);
            g_array_append_val(magnitudes, magnitude);
        }
    }
    return magnitudes;
}

void biqa_prune_mask(const BiqaGraph *graph, const float *params, double ratio, guint8 *mask)
{
    g_return_if_fail(ratio >= 0. && ratio < 1.);
    memset(mask, 1, graph->n_params);
    g_autoptr(GArray) magnitudes = conv_magnitudes(graph, params);
    if (!magnitudes->len)
        return;
    const gsize k = (gsize)ceil(ratio * magnitudes->len);
    const float threshold = select_value(magnitudes, MIN(k, magnitudes->len - 1));

    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        if (layer->kind != BIQA_LAYER_CONV)
            continue;
        for (gsize j = layer->offset[0]; j < layer->offset[0] + layer->count[0]; j++)
            mask[j] = fabsf(params[j]) >= threshold;
    }
}

void biqa_prune_apply(const BiqaGraph *graph, const float *params, const guint8 *mask, float *out)
{
    for (gsize j = 0; j < graph->n_params; j++)
        out[j] = mask[j] ? params[j] : 0.f;
}
