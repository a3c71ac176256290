/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network that is measured where no recipe names one. */
#include "bench-private.h"

/* Output channels and stride of the depthwise-separable blocks. */
static const struct {
    guint channels, stride;
} blocks[] = {{32, 1},  {64, 2},  {64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},
              {256, 1}, {256, 1}, {256, 1}, {256, 1}, {512, 2}, {512, 1}};

static guint add_conv(BiqaGraph *graph, guint input, guint channels, guint kernel, guint stride,
                      guint groups)
{
    BiqaLayer conv = biqa_layer(BIQA_LAYER_CONV), norm = biqa_layer(BIQA_LAYER_NORM);
    BiqaLayer relu = biqa_layer(BIQA_LAYER_RELU6);

    conv.n_inputs = norm.n_inputs = relu.n_inputs = 1;
    conv.inputs[0] = input;
    conv.channels = channels;
    conv.kernel_h = conv.kernel_w = kernel;
    conv.stride = stride;
    conv.groups = groups;
    conv.same = TRUE;
    norm.inputs[0] = biqa_graph_add(graph, &conv);
    relu.inputs[0] = biqa_graph_add(graph, &norm);
    return biqa_graph_add(graph, &relu);
}

BiqaGraph *bench_graph_new(void)
{
    BiqaGraph *graph = biqa_graph_new();
    BiqaLayer input = biqa_layer(BIQA_LAYER_INPUT), pool = biqa_layer(BIQA_LAYER_POOL);
    BiqaLayer linear = biqa_layer(BIQA_LAYER_LINEAR);
    guint channels = 16;

    input.channels = 3;
    guint last = add_conv(graph, biqa_graph_add(graph, &input), channels, 3, 2, 1);
    for (guint b = 0; b < G_N_ELEMENTS(blocks); b++) {
        last = add_conv(graph, last, channels, 3, blocks[b].stride, channels);
        channels = blocks[b].channels;
        last = add_conv(graph, last, channels, 1, 1, 1);
    }
    pool.n_inputs = linear.n_inputs = linear.channels = 1;
    pool.inputs[0] = last;
    pool.deviation = TRUE;
    linear.inputs[0] = biqa_graph_add(graph, &pool);
    biqa_graph_add(graph, &linear);
    return graph;
}
