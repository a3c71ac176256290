/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network as data: layers in order of execution, their shapes, and where each parameter lies. */
#pragma once

#include "layer.h"

/* Bounds that no sane network meets; they keep every product of sizes inside 64 bits. */
#define BIQA_MAX_LAYERS 1024
#define BIQA_MAX_CHANNELS 16384
#define BIQA_MAX_SIZE 4096
#define BIQA_MAX_MODEL_PARAMS (64u << 20)

typedef struct {
    BiqaLayer *layers;
    guint n_layers;
    guint size;     /* height and width of the input the shapes were inferred for */
    gsize n_params; /* floats in the parameter arena; tensors lie in layer order, unpadded */
} BiqaGraph;

/* A graph and values for its parameters: all that a forward pass needs. */
typedef struct {
    BiqaGraph *graph; /* owned */
    float *params;    /* owned, graph->n_params floats */
} BiqaNet;

BiqaGraph *biqa_graph_new(void);
BiqaGraph *biqa_graph_copy(const BiqaGraph *graph);
void biqa_graph_free(BiqaGraph *graph); /* NULL is fine */

/* Appends a copy of layer and returns its index. Nothing is checked before biqa_graph_infer(). */
guint biqa_graph_add(BiqaGraph *graph, const BiqaLayer *layer);

/* Checks the whole graph and sets shapes and parameter offsets for a size x size input.
 * Errors: BIQA_ERROR_GRAPH, naming the layer. A graph may be inferred again for another size:
 * parameter offsets do not change. */
gboolean biqa_graph_infer(BiqaGraph *graph, guint size, GError **error);

/* One text line a layer, as the model file holds them:
 *   input channels=3
 *   conv inputs=0 channels=16 kernel=3x3 stride=2 groups=1 padding=same bias=no
 *   pool inputs=5,9 statistics=mean+deviation
 * The parser refuses unknown kinds, keys and values (BIQA_ERROR_GRAPH); it does not infer. */
BiqaGraph *biqa_graph_parse(const char *const *lines, gsize n_lines, GError **error);
char **
biqa_graph_format(const BiqaGraph *graph); /* (transfer full), NULL-terminated; g_strfreev() */

/* The last layer, whose first value is the raw score. */
const BiqaLayer *biqa_graph_output(const BiqaGraph *graph);

/* Multiply-accumulates of one sample of the inferred size. With params, zero weights of
 * convolutions are left out; NULL counts every weight. */
guint64 biqa_graph_macs(const BiqaGraph *graph, const float *params);

/* "layer.4.weight": the name of a parameter tensor in the model file. (transfer full) */
char *biqa_graph_param_name(const BiqaGraph *graph, guint layer, guint param);

BiqaNet *biqa_net_new(BiqaGraph *graph /* (transfer full) */); /* zeroed parameters */
void biqa_net_free(BiqaNet *net);

static inline float *biqa_net_param(const BiqaNet *net, guint layer, guint param)
{
    return net->params + net->graph->layers[layer].offset[param];
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaGraph, biqa_graph_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaNet, biqa_net_free)
