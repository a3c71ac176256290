/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Global magnitude pruning: OHEM's rule for making the self-competitor. */
#include "prune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
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
    qsort(magnitudes->data, magnitudes->len, sizeof(float), compare_floats);
    const gsize k = (gsize)ceil(ratio * magnitudes->len);
    const float threshold = g_array_index(magnitudes, float, MIN(k, magnitudes->len - 1));

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
