/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images a second, forward and backward, of a network like MobileNetV1 0.5, and what share of this
 * machine's matrix products (512 x 512 x 512, all threads) the arithmetic makes. */
#include "grad.h"
#include "support.h"
#include <cblas.h>

#define ROUNDS 3
#define SIDE 512

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

static BiqaGraph *mobile_graph_new(guint size)
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
    g_assert_true(biqa_graph_infer(graph, size, NULL));
    return graph;
}

static void multiply(guint index, gpointer data)
{
    float *matrices = (float *)data + (gsize)index * 3 * SIDE * SIDE;
    for (guint i = 0; i < 8; i++)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1.f, matrices,
                    SIDE, matrices + SIDE * SIDE, SIDE, 0.f, matrices + 2 * SIDE * SIDE, SIDE);
}

/* Floating-point operations a second of matrix products on all threads; the best of some rounds. */
static double product_rate(TrainWorkers *workers)
{
    const guint n = train_workers_count(workers);
    g_autofree float *matrices = g_new0(float, (gsize)n * 3 * SIDE * SIDE);
    gint64 best = G_MAXINT64;
    for (guint round = 0; round < 5; round++) {
        const gint64 start = g_get_monotonic_time();
        train_workers_run(workers, n, multiply, matrices);
        best = MIN(best, g_get_monotonic_time() - start);
    }
    return 8. * n * 2. * SIDE * SIDE * SIDE / best * 1e6;
}

static void bench(TrainWorkers *workers, guint size, guint n, TrainNorm norm, double rate)
{
    g_autoptr(BiqaGraph) graph = mobile_graph_new(size);
    g_autoptr(TrainNet) net = grad_net_new(graph, n, workers, 1);
    g_autofree float *params = g_new(float, graph->n_params);
    g_autofree float *gradient = g_new0(float, graph->n_params);
    g_autofree float *scores = g_new(float, n), *d_scores = g_new(float, n);
    gint64 forward = G_MAXINT64, backward = G_MAXINT64;

    tiny_params_fill(graph, params, 1);
    grad_fill_uniform(d_scores, n, -1., 1., 1);
    for (guint round = 0; round <= ROUNDS; round++) {
        const gint64 start = g_get_monotonic_time();
        train_net_forward(net, n, params, norm, scores);
        const gint64 middle = g_get_monotonic_time();
        train_net_backward(net, params, d_scores, 0, gradient);
        const gint64 end = g_get_monotonic_time();
        forward = MIN(forward, middle - start);
        backward = MIN(backward, end - middle);
    }
    /* Backward multiplies twice for every product of forward. */
    const double flop = 2. * (double)biqa_graph_macs(graph, NULL) * n;
    g_print("%3u px, batch %3u, %s norm: forward %6.0f images/s (%4.1f %% of products' rate), "
            "forward and backward %5.0f images/s (%4.1f %%)\n",
            size, n, norm == TRAIN_NORM_BATCH ? "batch " : "frozen", n * 1e6 / forward,
            100. * flop / forward * 1e6 / rate, n * 1e6 / (forward + backward),
            100. * 3. * flop / (forward + backward) * 1e6 / rate);
}

int main(void)
{
    TrainWorkers *workers = train_workers_new(0);
    const double rate = product_rate(workers);

    g_print("%u threads, matrix products at %.0f GFLOP/s\n", train_workers_count(workers),
            rate / 1e9);
    for (TrainNorm norm = TRAIN_NORM_FROZEN; norm <= TRAIN_NORM_BATCH; norm++) {
        bench(workers, 112, 110, norm, rate);
        bench(workers, 224, 36, norm, rate);
    }
    train_workers_free(workers);
    return 0;
}
