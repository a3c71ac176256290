/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cutting a model off, and timing it. */
#include "probe.h"

#include <math.h>
#include <string.h>

#define FRAMES 3

/* Layers from the input on, up to the first that pools, or before one convolution too many. */
static guint prefix_length(const BiqaGraph *graph)
{
    guint n_convs = 0, i;

    for (i = 0; i < graph->n_layers; i++) {
        const BiqaLayerKind kind = graph->layers[i].kind;

        if (kind == BIQA_LAYER_POOL || kind == BIQA_LAYER_LINEAR)
            break;
        if (kind == BIQA_LAYER_CONV && n_convs++ == BIQA_PROBE_CONVS)
            break;
    }
    return n_convs > 0 ? i : 0;
}

/* The prefix of a graph, closed by a head. */
static BiqaGraph *prefix_new(const BiqaGraph *graph, guint length)
{
    BiqaGraph *prefix = biqa_graph_new();
    BiqaLayer pool = biqa_layer(BIQA_LAYER_POOL), linear = biqa_layer(BIQA_LAYER_LINEAR);

    for (guint i = 0; i < length; i++)
        biqa_graph_add(prefix, &graph->layers[i]);
    pool.n_inputs = linear.n_inputs = linear.channels = 1;
    pool.inputs[0] = length - 1;
    linear.inputs[0] = biqa_graph_add(prefix, &pool);
    biqa_graph_add(prefix, &linear);
    return prefix;
}

BiqaModel *biqa_probe_new(const BiqaModel *model)
{
    const guint length = prefix_length(model->graph);
    g_autoptr(BiqaModel) probe = biqa_model_new();
    gsize n;

    if (length == 0)
        return NULL;
    probe->graph = prefix_new(model->graph, length);
    if (!biqa_graph_infer(probe->graph, model->input.size, NULL))
        return NULL;
    probe->input = model->input;
    probe->input.n_crops = 1;
    probe->scale = model->scale;
    probe->pruning = model->pruning;
    /* Parameters lie in the order of layers: those of the prefix are a prefix, the head's are zero.
     */
    n = probe->graph->layers[probe->graph->n_layers - 1].offset[0];
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        probe->params[b] = g_new0(float, probe->graph->n_params);
        memcpy(probe->params[b], model->params[b], sizeof(float) * n);
    }
    return g_steal_pointer(&probe);
}

double biqa_probe_run(BiqaBackend *backend, const BiqaModel *probe)
{
    const guint size = probe->input.size;
    g_autofree guint8 *bytes = g_malloc(3 * (gsize)size * size);
    BiqaFrameFormat format;
    BiqaResult result;
    double best = INFINITY;

    for (gsize i = 0; i < 3 * (gsize)size * size; i++)
        bytes[i] = (guint8)((guint32)i * 2654435761u >> 24);
    biqa_frame_format_rgb(&format, size, size);
    for (guint i = 0; i < 1 + FRAMES; i++) {
        const BiqaFrame frame = {&format, {bytes}, {3 * (gsize)size}};
        const gint64 start = g_get_monotonic_time();

        if (!biqa_backend_run(backend, &frame, &result, NULL))
            return NAN;
        if (i > 0)
            best = MIN(best, 1e-3 * (g_get_monotonic_time() - start));
    }
    return best;
}
