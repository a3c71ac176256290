/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network, as text. */
#include "plain.h"

#include "support.h"

static const struct {
    guint channels, stride;
} convs[] = {{16, 2}, {32, 2}, {32, 1}, {32, 1}, {64, 2}, {64, 1}, {64, 1}, {96, 2}, {96, 1}};

static BiqaGraph *graph_new(void)
{
    BiqaGraph *graph = biqa_graph_new();
    BiqaLayer layer = biqa_layer(BIQA_LAYER_INPUT);
    g_autoptr(GError) error = NULL;
    guint at;

    layer.channels = 3;
    at = biqa_graph_add(graph, &layer);
    for (guint i = 0; i < G_N_ELEMENTS(convs); i++) {
        BiqaLayer conv = biqa_layer(BIQA_LAYER_CONV), relu = biqa_layer(BIQA_LAYER_RELU);

        conv.kernel_h = conv.kernel_w = 3;
        conv.stride = convs[i].stride;
        conv.channels = convs[i].channels;
        conv.same = conv.bias = TRUE;
        conv.n_inputs = relu.n_inputs = 1;
        conv.inputs[0] = at;
        relu.inputs[0] = biqa_graph_add(graph, &conv);
        at = biqa_graph_add(graph, &relu);
    }
    for (guint i = 0; i < 2; i++) {
        layer = biqa_layer(i ? BIQA_LAYER_LINEAR : BIQA_LAYER_POOL);
        layer.channels = i;
        layer.n_inputs = 1;
        layer.inputs[0] = at;
        at = biqa_graph_add(graph, &layer);
    }
    biqa_graph_infer(graph, 224, &error);
    g_assert_no_error(error);
    return graph;
}

BiqaModel *plain_model_new(guint64 seed)
{
    BiqaModel *model = biqa_model_new();

    model->name = g_strdup("plain");
    model->graph = graph_new();
    model->input = (BiqaInput){
        .size = 224,
        .n_crops = 1,
        .crops = {{.reduce = 3, .x = .5f, .y = .5f}},
        .mean = {128.f, 128.f, 128.f},
        .deviation = {64.f, 64.f, 64.f},
    };
    model->scale = (BiqaScale){50.f, 10.f};
    model->pruning.ratio = .7;
    model->params[BIQA_FULL] = g_new(float, model->graph->n_params);
    tiny_params_fill(model->graph, model->params[BIQA_FULL], seed);
    biqa_model_prune(model);
    return model;
}
