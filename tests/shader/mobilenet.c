/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* MobileNetV1 (Howard et al. 2017, table 1), width multiplier 0.5. */
#include "mobilenet.h"

#include "support.h"
#include <string.h>

static const struct {
    guint stride, channels;
    gboolean pooled;
} blocks[] = {
    {1, 32},  {2, 64},  {1, 64, TRUE}, {2, 128},       {1, 128, TRUE}, {2, 256},       {1, 256},
    {1, 256}, {1, 256}, {1, 256},      {1, 256, TRUE}, {2, 512},       {1, 512, TRUE},
};

static guint add_conv(BiqaGraph *graph, guint input, BiqaLayer conv)
{
    BiqaLayer norm = biqa_layer(BIQA_LAYER_NORM), relu = biqa_layer(BIQA_LAYER_RELU6);

    conv.n_inputs = norm.n_inputs = relu.n_inputs = 1;
    conv.inputs[0] = input;
    conv.same = TRUE;
    norm.inputs[0] = biqa_graph_add(graph, &conv);
    relu.inputs[0] = biqa_graph_add(graph, &norm);
    return biqa_graph_add(graph, &relu);
}

static guint add_kxk(BiqaGraph *graph, guint input, guint kernel, guint stride, guint channels,
                     guint groups)
{
    BiqaLayer conv = biqa_layer(BIQA_LAYER_CONV);

    conv.kernel_h = conv.kernel_w = kernel;
    conv.stride = stride;
    conv.channels = channels;
    conv.groups = groups;
    return add_conv(graph, input, conv);
}

static BiqaGraph *graph_new(guint size, guint divisor)
{
    BiqaGraph *graph = biqa_graph_new();
    BiqaLayer input = biqa_layer(BIQA_LAYER_INPUT), pool = biqa_layer(BIQA_LAYER_POOL),
              linear = biqa_layer(BIQA_LAYER_LINEAR);
    guint at, channels = 16 / divisor;
    g_autoptr(GError) error = NULL;

    input.channels = 3;
    at = add_kxk(graph, biqa_graph_add(graph, &input), 3, 2, channels, 1);
    for (guint i = 0; i < G_N_ELEMENTS(blocks); i++) {
        at = add_kxk(graph, at, 3, blocks[i].stride, channels, channels);
        channels = blocks[i].channels / divisor;
        at = add_kxk(graph, at, 1, 1, channels, 1);
        if (blocks[i].pooled)
            pool.inputs[pool.n_inputs++] = at;
    }
    pool.deviation = TRUE;
    linear.channels = 1;
    linear.n_inputs = 1;
    linear.inputs[0] = biqa_graph_add(graph, &pool);
    biqa_graph_add(graph, &linear);
    biqa_graph_infer(graph, size, &error);
    g_assert_no_error(error);
    return graph;
}

BiqaModel *mobilenet_model_new(guint size, guint n_crops, guint divisor, guint64 seed)
{
    static const float mean[3] = {123.7f, 116.3f, 103.5f}, deviation[3] = {58.4f, 57.1f, 57.4f};
    BiqaModel *model = biqa_model_new();

    model->name = g_strdup("mobilenet");
    model->graph = graph_new(size, divisor);
    model->input.size = size;
    model->input.n_crops = n_crops;
    for (guint i = 0; i < n_crops; i++)
        model->input.crops[i] = (BiqaCrop){.reduce = 3, .x = (i + .5f) / n_crops, .y = .5f};
    memcpy(model->input.mean, mean, sizeof mean);
    memcpy(model->input.deviation, deviation, sizeof deviation);
    model->scale = (BiqaScale){50.f, 10.f};
    model->pruning.ratio = .5;
    model->params[BIQA_FULL] = g_new(float, model->graph->n_params);
    model->params[BIQA_COMPETITOR] = g_new0(float, model->graph->n_params);
    tiny_params_fill(model->graph, model->params[BIQA_FULL], seed);
    biqa_model_prune(model);
    return model;
}
