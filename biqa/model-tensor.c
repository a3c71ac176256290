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

static void add_layer(GArray *tensors, const BiqaGraph *graph, guint task, BiqaBranch branch,
                      guint i)
{
    const BiqaLayer *layer = &graph->layers[i];
    g_autofree char *of_task = task ? g_strdup_printf("task.%u.", task) : g_strdup("");

    for (guint p = 0; p < biqa_layer_info(layer->kind)->n_params; p++) {
        ModelTensor tensor = {.task = task, .branch = branch, .layer = i, .param = p};
        g_autofree char *name = NULL;

        if (!layer->count[p])
            continue;
        name = biqa_graph_param_name(graph, i, p);
        tensor.name =
            g_strconcat(of_task, branch == BIQA_COMPETITOR ? "competitor." : "", name, NULL);
        set_dims(&tensor, layer);
        g_array_append_val(tensors, tensor);
    }
}

static void add_centroids(GArray *tensors, const BiqaModel *model, guint task)
{
    const ModelTensor tensor = {
        .name = g_strdup_printf("task.%u.centroids", task),
        .task = task,
        .layer = MODEL_NO_LAYER,
        .dims = {biqa_gating_length(&model->tasks->gating, model->graph),
                 model->tasks->items[task].n_centroids},
        .n_dims = 2,
    };

    g_array_append_val(tensors, tensor);
}

/* The model's own, or a task's. */
static void add_task(GArray *tensors, const BiqaModel *model, guint task)
{
    const BiqaGraph *graph = model->graph;

    for (guint i = 0; i < graph->n_layers; i++)
        if (!task || biqa_task_owns(graph, i))
            add_layer(tensors, graph, task, BIQA_FULL, i);
    for (guint i = 0; model->competitor_norm && i < graph->n_layers; i++)
        if (graph->layers[i].kind == BIQA_LAYER_NORM)
            add_layer(tensors, graph, task, BIQA_COMPETITOR, i);
    if (model->tasks && model->tasks->items[task].n_centroids)
        add_centroids(tensors, model, task);
}

GArray *biqa_model_tensors(const BiqaModel *model)
{
    GArray *tensors = g_array_new(FALSE, FALSE, sizeof(ModelTensor));

    g_array_set_clear_func(tensors, tensor_clear);
    for (guint t = 0; t < biqa_model_n_tasks(model); t++)
        add_task(tensors, model, t);
    return tensors;
}

float *biqa_model_tensor_values(const BiqaModel *model, const ModelTensor *tensor)
{
    const BiqaTask *task = model->tasks ? &model->tasks->items[tensor->task] : NULL;
    float *const *params = tensor->task ? task->params : model->params;

    if (tensor->layer == MODEL_NO_LAYER)
        return task->centroids;
    return params[tensor->branch] + model->graph->layers[tensor->layer].offset[tensor->param];
}
