/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of channels, by union and find over layers. */
#include "channels.h"

static guint find(const BiqaChannels *channels, guint layer)
{
    while (channels->set[layer] != layer)
        layer = channels->set[layer];
    return layer;
}

/* The first layer of the two stays the first of the set. */
static void join(BiqaChannels *channels, guint a, guint b)
{
    const guint first = find(channels, a), second = find(channels, b);

    channels->set[MAX(first, second)] = MIN(first, second);
    channels->kept[MIN(first, second)] |= channels->kept[MAX(first, second)];
}

static void keep(BiqaChannels *channels, guint layer)
{
    channels->kept[find(channels, layer)] = TRUE;
}

gboolean biqa_conv_keeps_channels(const BiqaLayer *conv, guint in)
{
    return conv->groups > 1 && conv->groups == in && conv->channels == in;
}

static guint input_channels(const BiqaGraph *graph, const BiqaLayer *layer)
{
    return graph->layers[layer->inputs[0]].shape.c;
}

static void place_conv(BiqaChannels *channels, const BiqaGraph *graph, guint i)
{
    const BiqaLayer *conv = &graph->layers[i];

    if (biqa_conv_keeps_channels(conv, input_channels(graph, conv)))
        join(channels, i, conv->inputs[0]);
    else if (conv->groups > 1) {
        keep(channels, i);
        keep(channels, conv->inputs[0]);
    }
}

static void place_like_inputs(BiqaChannels *channels, const BiqaGraph *graph, guint i)
{
    for (guint k = 0; k < graph->layers[i].n_inputs; k++)
        join(channels, i, graph->layers[i].inputs[k]);
}

static void place_kept(BiqaChannels *channels, const BiqaGraph *graph, guint i)
{
    keep(channels, i);
}

static void (*const places[])(BiqaChannels *, const BiqaGraph *, guint) = {
    [BIQA_LAYER_INPUT] = place_kept,        [BIQA_LAYER_CONV] = place_conv,
    [BIQA_LAYER_NORM] = place_like_inputs,  [BIQA_LAYER_RELU] = place_like_inputs,
    [BIQA_LAYER_RELU6] = place_like_inputs, [BIQA_LAYER_CLIP] = place_like_inputs,
    [BIQA_LAYER_ADD] = place_like_inputs,   [BIQA_LAYER_POOL] = place_kept,
    [BIQA_LAYER_LINEAR] = place_kept,
};
G_STATIC_ASSERT(G_N_ELEMENTS(places) == BIQA_N_LAYER_KINDS);

/* Whether layer i is read, and by linear layers alone. */
static gboolean feeds_linear(const BiqaGraph *graph, guint i)
{
    gboolean read = FALSE;

    for (guint j = i + 1; j < graph->n_layers; j++)
        for (guint k = 0; k < graph->layers[j].n_inputs; k++)
            if (graph->layers[j].inputs[k] == i) {
                if (graph->layers[j].kind != BIQA_LAYER_LINEAR)
                    return FALSE;
                read = TRUE;
            }
    return read;
}

static void keep_pooled(BiqaChannels *channels, const BiqaGraph *graph)
{
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *pool = &graph->layers[i];

        if (pool->kind != BIQA_LAYER_POOL || feeds_linear(graph, i))
            continue;
        for (guint k = 0; k < pool->n_inputs; k++)
            keep(channels, pool->inputs[k]);
    }
}

BiqaChannels *biqa_channels_new(const BiqaGraph *graph)
{
    BiqaChannels *channels = g_new(BiqaChannels, 1);

    channels->graph = graph;
    channels->set = g_new(guint, graph->n_layers);
    channels->kept = g_new0(gboolean, graph->n_layers);
    for (guint i = 0; i < graph->n_layers; i++) {
        channels->set[i] = i;
        places[graph->layers[i].kind](channels, graph, i);
    }
    keep_pooled(channels, graph);
    keep(channels, graph->n_layers - 1);
    for (guint i = 0; i < graph->n_layers; i++)
        channels->set[i] = find(channels, i);
    return channels;
}

void biqa_channels_free(BiqaChannels *channels)
{
    g_free(channels->set);
    g_free(channels->kept);
    g_free(channels);
}

static void add_run(GArray *runs, gsize first, gsize n, gboolean weights)
{
    const BiqaParamRun run = {first, n, weights};

    g_array_append_val(runs, run);
}

/* What makes channel c of a layer. */
static void add_maker(GArray *runs, const BiqaLayer *layer, guint c)
{
    const gsize filter = layer->count[0] / layer->shape.c;

    if (layer->kind == BIQA_LAYER_CONV) {
        add_run(runs, layer->offset[0] + c * filter, filter, TRUE);
        if (layer->bias)
            add_run(runs, layer->offset[1] + c, 1, FALSE);
    } else if (layer->kind == BIQA_LAYER_NORM) {
        add_run(runs, layer->offset[0] + c, 1, FALSE);
        add_run(runs, layer->offset[1] + c, 1, FALSE);
    }
}

/* What a dense convolution does with channel c of its input. */
static void add_columns(GArray *runs, const BiqaGraph *graph, const BiqaLayer *conv, guint c)
{
    const gsize taps = (gsize)conv->kernel_h * conv->kernel_w;
    const gsize filter = taps * input_channels(graph, conv);

    for (guint o = 0; o < conv->channels; o++)
        add_run(runs, conv->offset[0] + o * filter + c * taps, taps, TRUE);
}

void biqa_channels_runs(const BiqaChannels *channels, guint set, guint c, GArray *runs)
{
    const BiqaGraph *graph = channels->graph;

    g_array_set_size(runs, 0);
    for (guint i = set; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];

        if (channels->set[i] == set)
            add_maker(runs, layer, c);
        if (layer->kind == BIQA_LAYER_CONV && layer->groups == 1 &&
            channels->set[layer->inputs[0]] == set)
            add_columns(runs, graph, layer, c);
    }
}
