/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tensors a model file has, what they are called and how they are shaped. */
#include "model-file.h"

static void tensor_clear(gpointer data)
{
    g_free(((ModelTensor *)data)->name);
}

/* CONV (kernel_w, kernel_h, inputs / groups, outputs), LINEAR (inputs, outputs), all else a
 * vector. */
static void set_dims(ModelTensor *tensor, const BiqaLayer *layer)
{
    const gsize count = layer->count[tensor->param];
    const BiqaParamInfo *info = &biqa_layer_info(layer->kind)->params[tensor->param];

    tensor->n_dims = 1;
    tensor->dims[0] = count;
    if (info->role != BIQA_PARAM_WEIGHT)
        return;
    if (layer->kind == BIQA_LAYER_CONV) {
        tensor->n_dims = 4;
        tensor->dims[0] = layer->kernel_w;
        tensor->dims[1] = layer->kernel_h;
        tensor->dims[2] = count / ((gsize)layer->kernel_w * layer->kernel_h * layer->channels);
        tensor->dims[3] = layer->channels;
    } else if (layer->kind == BIQA_LAYER_LINEAR) {
        tensor->n_dims = 2;
        tensor->dims[0] = count / layer->channels;
        tensor->dims[1] = layer->channels;
    }
}

static void add_layer(GArray *tensors, const BiqaGraph *graph, BiqaBranch branch, guint i)
{
    const BiqaLayer *layer = &graph->layers[i];

    for (guint p = 0; p < biqa_layer_info(layer->kind)->n_params; p++) {
        ModelTensor tensor = {.branch = branch, .layer = i, .param = p};
        g_autofree char *name = NULL;

        if (!layer->count[p])
            continue;
        name = biqa_graph_param_name(graph, i, p);
        tensor.name = g_strconcat(branch == BIQA_COMPETITOR ? "competitor." : "", name, NULL);
        set_dims(&tensor, layer);
        g_array_append_val(tensors, tensor);
    }
}

GArray *biqa_model_tensors(const BiqaGraph *graph, gboolean competitor_norm)
{
    GArray *tensors = g_array_new(FALSE, FALSE, sizeof(ModelTensor));

    g_array_set_clear_func(tensors, tensor_clear);
    for (guint i = 0; i < graph->n_layers; i++)
        add_layer(tensors, graph, BIQA_FULL, i);
    for (guint i = 0; competitor_norm && i < graph->n_layers; i++)
        if (graph->layers[i].kind == BIQA_LAYER_NORM)
            add_layer(tensors, graph, BIQA_COMPETITOR, i);
    return tensors;
}
