/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaving out channels that are zero: pruned ones become narrower maps, and cost nothing. */
#include "narrow.h"

#include "channels.h"

#include <math.h>
#include <string.h>

typedef struct {
    const BiqaNet *from;
    BiqaChannels *channels;
    gboolean **gone; /* of a set's first layer: of each of its channels; NULL for other layers */
} Narrow;

static gboolean is_zero(const float *values, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (values[i] != 0.f)
            return FALSE;
    return TRUE;
}

/* Whether a layer makes nothing but zeros of channel c where its inputs have nothing else. */
static gboolean makes_zero(const BiqaNet *net, guint i, guint c)
{
    const BiqaLayer *layer = &net->graph->layers[i];
    const gsize filter = layer->count[0] / layer->shape.c;

    if (!(layer->lo <= 0.f && layer->hi >= 0.f))
        return FALSE;
    return layer->kind != BIQA_LAYER_CONV ||
           (is_zero(biqa_net_param(net, i, 0) + c * filter, filter) &&
            biqa_net_param(net, i, 1)[c] == 0.f);
}

static const gboolean *gone_of(const Narrow *narrow, guint layer)
{
    return narrow->gone[narrow->channels->set[layer]];
}

static guint count_left(const gboolean *gone, guint n)
{
    guint left = 0;

    for (guint c = 0; c < n; c++)
        left += !gone[c];
    return left;
}

static void find_gone(Narrow *narrow)
{
    const BiqaGraph *graph = narrow->from->graph;

    for (guint i = 0; i < graph->n_layers; i++) {
        const guint set = narrow->channels->set[i], n = graph->layers[i].shape.c;

        if (set == i)
            narrow->gone[i] = g_new(gboolean, n);
        for (guint c = 0; c < n; c++)
            narrow->gone[set][c] = (set == i || narrow->gone[set][c]) &&
                                   !narrow->channels->kept[set] && makes_zero(narrow->from, i, c);
    }
    for (guint i = 0; i < graph->n_layers; i++)
        if (narrow->gone[i] && !count_left(narrow->gone[i], graph->layers[i].shape.c))
            narrow->gone[i][0] = FALSE;
}

/* The layers with fewer channels. */
static BiqaGraph *cut_graph(const Narrow *narrow)
{
    const BiqaGraph *from = narrow->from->graph;
    BiqaGraph *graph = biqa_graph_new();
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < from->n_layers; i++) {
        BiqaLayer layer = from->layers[i];

        if (layer.kind == BIQA_LAYER_CONV) {
            layer.channels = count_left(gone_of(narrow, i), layer.channels);
            if (biqa_conv_keeps_channels(&from->layers[i], from->layers[layer.inputs[0]].shape.c))
                layer.groups = layer.channels;
        }
        biqa_graph_add(graph, &layer);
    }
    if (!biqa_graph_infer(graph, from->size, &error))
        g_error("leaving out channels broke a graph: %s", error->message);
    return graph;
}

static void cut_conv(const Narrow *narrow, guint i, BiqaNet *to)
{
    const BiqaLayer *conv = &narrow->from->graph->layers[i];
    const gboolean *rows = gone_of(narrow, i), *columns = gone_of(narrow, conv->inputs[0]);
    const gsize taps = (gsize)conv->kernel_h * conv->kernel_w;
    const guint depth = (guint)(conv->count[0] / conv->channels / taps);
    const float *weights = biqa_net_param(narrow->from, i, 0);
    float *weight = biqa_net_param(to, i, 0), *bias = biqa_net_param(to, i, 1);

    for (guint o = 0; o < conv->channels; o++) {
        if (rows[o])
            continue;
        *bias++ = biqa_net_param(narrow->from, i, 1)[o];
        for (guint c = 0; c < depth; c++) {
            if (conv->groups == 1 && columns[c])
                continue;
            memcpy(weight, weights + (o * (gsize)depth + c) * taps, taps * sizeof *weight);
            weight += taps;
        }
    }
}

/* What each value of a vector is where its channel has gone, NAN where it has not. */
static void list_constants(const Narrow *narrow, guint layer, float *constants)
{
    const BiqaLayer *vector = &narrow->from->graph->layers[layer];
    const guint n_statistics = vector->deviation ? 2 : 1;

    if (vector->kind != BIQA_LAYER_POOL) {
        for (guint c = 0; c < vector->shape.c; c++)
            constants[c] = gone_of(narrow, layer)[c] ? 0.f : NAN;
        return;
    }
    for (guint k = 0; k < vector->n_inputs; k++) {
        const guint n = narrow->from->graph->layers[vector->inputs[k]].shape.c;
        for (guint s = 0; s < n_statistics; s++)
            for (guint c = 0; c < n; c++)
                *constants++ = !gone_of(narrow, vector->inputs[k])[c] ? NAN
                               : s == 1                               ? sqrtf(BIQA_POOL_EPSILON)
                                                                      : 0.f;
    }
}

static void cut_linear(const Narrow *narrow, guint i, BiqaNet *to)
{
    const BiqaLayer *linear = &narrow->from->graph->layers[i];
    const guint depth = narrow->from->graph->layers[linear->inputs[0]].shape.c;
    const float *weights = biqa_net_param(narrow->from, i, 0);
    float *weight = biqa_net_param(to, i, 0), *biases = biqa_net_param(to, i, 1);
    g_autofree float *constants = g_new(float, depth);

    list_constants(narrow, linear->inputs[0], constants);
    for (guint o = 0; o < linear->channels; o++, weights += depth) {
        double bias = biqa_net_param(narrow->from, i, 1)[o];
        for (guint c = 0; c < depth; c++)
            if (isnan(constants[c]))
                *weight++ = weights[c];
            else
                bias += (double)weights[c] * constants[c];
        biases[o] = (float)bias;
    }
}

BiqaNet *biqa_narrow(BiqaNet *net)
{
    const guint n = net->graph->n_layers;
    Narrow narrow = {
        .from = net,
        .channels = biqa_channels_new(net->graph),
        .gone = g_new0(gboolean *, n),
    };

    find_gone(&narrow);
    BiqaNet *to = biqa_net_new(cut_graph(&narrow));
    for (guint i = 0; i < n; i++) {
        if (net->graph->layers[i].kind == BIQA_LAYER_CONV)
            cut_conv(&narrow, i, to);
        else if (net->graph->layers[i].kind == BIQA_LAYER_LINEAR)
            cut_linear(&narrow, i, to);
    }
    for (guint i = 0; i < n; i++)
        g_free(narrow.gone[i]);
    g_free(narrow.gone);
    biqa_channels_free(narrow.channels);
    biqa_net_free(net);
    return to;
}
