/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels that stand or fall together, pruning them, and networks without them. */
#include "channels.h"

#include "fold.h"
#include "narrow.h"
#include "prune.h"
#include "reference.h"
#include "support.h"
#include <math.h>
#include <string.h>

#define SIZE 12

/* Of all that may be in a graph: a depthwise layer, a sum, a clamp that keeps zero and one that
 * does not, groups, and pools for a linear layer and for another. */
static const char *const lines[] = {
    /*  0 */ "input channels=3",
    /*  1 */ "conv inputs=0 channels=8 kernel=3x3 stride=2 padding=same",
    /*  2 */ "norm inputs=1",
    /*  3 */ "relu6 inputs=2",
    /*  4 */ "conv inputs=3 channels=8 kernel=3x3 groups=8 padding=1 bias=yes",
    /*  5 */ "conv inputs=4 channels=6 kernel=1x1",
    /*  6 */ "norm inputs=5",
    /*  7 */ "conv inputs=6 channels=6 kernel=3x3 padding=1 bias=yes",
    /*  8 */ "add inputs=6,7",
    /*  9 */ "clip inputs=8 lo=-1 hi=1",
    /* 10 */ "conv inputs=9 channels=10 kernel=1x1 bias=yes",
    /* 11 */ "clip inputs=10 lo=0.5 hi=2",
    /* 12 */ "conv inputs=11 channels=4 kernel=1x1",
    /* 13 */ "conv inputs=12 channels=4 kernel=3x3 groups=2",
    /* 14 */ "pool inputs=3,9,11 statistics=mean+deviation",
    /* 15 */ "linear inputs=14 channels=5",
    /* 16 */ "pool inputs=13",
    /* 17 */ "relu inputs=16",
    /* 18 */ "linear inputs=17 channels=5",
    /* 19 */ "add inputs=15,18",
    /* 20 */ "linear inputs=19 channels=1",
    NULL,
};

static void test_sets(void)
{
    static const guint first[] = {0,  1,  1,  1,  1,  5,  5,  5,  5,  5, 10,
                                  10, 12, 13, 14, 15, 16, 16, 18, 15, 20};
    static const guint kept[] = {0, 12, 13, 14, 15, 16, 18, 20};
    g_autoptr(BiqaGraph) graph = inferred_graph_new(lines, SIZE);
    g_autoptr(BiqaChannels) channels = biqa_channels_new(graph);
    guint n_kept = 0;

    G_STATIC_ASSERT(G_N_ELEMENTS(first) == G_N_ELEMENTS(lines) - 1);
    for (guint i = 0; i < graph->n_layers; i++) {
        const guint wanted = i == 18 ? 15 : first[i];
        g_test_message("layer %u", i);
        g_assert_cmpuint(channels->set[i], ==, wanted);
        n_kept += channels->set[i] == i && channels->kept[i];
    }
    for (guint k = 0; k < G_N_ELEMENTS(kept); k++)
        g_assert_true(channels->kept[channels->set[kept[k]]]);
    g_assert_cmpuint(n_kept, ==, 7); /* 15 and 18 are one set */
}

static void test_runs(void)
{
    g_autoptr(BiqaGraph) graph = inferred_graph_new(lines, SIZE);
    g_autoptr(BiqaChannels) channels = biqa_channels_new(graph);
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(BiqaParamRun));
    const BiqaLayer *layers = graph->layers;
    /* The filter of layer 1, scale and shift of 2, filter and bias of 4, then six columns of 5. */
    const BiqaParamRun expected[] = {
        {layers[1].offset[0] + 2 * 27, 27, TRUE}, {layers[2].offset[0] + 2, 1, FALSE},
        {layers[2].offset[1] + 2, 1, FALSE},      {layers[4].offset[0] + 2 * 9, 9, TRUE},
        {layers[4].offset[1] + 2, 1, FALSE},
    };

    biqa_channels_runs(channels, 1, 2, runs);
    g_assert_cmpuint(runs->len, ==, G_N_ELEMENTS(expected) + 6);
    for (guint r = 0; r < runs->len; r++) {
        const BiqaParamRun *run = &g_array_index(runs, BiqaParamRun, r);
        const guint column = r - G_N_ELEMENTS(expected);
        const BiqaParamRun wanted =
            r < G_N_ELEMENTS(expected)
                ? expected[r]
                : (BiqaParamRun){layers[5].offset[0] + 8 * column + 2, 1, TRUE};

        g_test_message("run %u", r);
        g_assert_cmpuint(run->first, ==, wanted.first);
        g_assert_cmpuint(run->n, ==, wanted.n);
        g_assert_cmpint(run->weights, ==, wanted.weights);
    }
}

/* Weights of four channels worked out by hand: the filters decide, then what reads them; of equal
 * ones the first goes. Nothing of the kept layers goes. */
static void test_mask(void)
{
    static const char *const few[] = {"input channels=1",
                                      "conv inputs=0 channels=4 kernel=1x1 bias=yes",
                                      "norm inputs=1",
                                      "conv inputs=2 channels=1 kernel=1x1",
                                      "conv inputs=3 channels=1 kernel=1x1",
                                      "pool inputs=4",
                                      NULL};
    static const float filters[] = {.5f, -.1f, .3f, .3f}, readers[] = {.1f, -.9f, .4f, -.4f};
    static const struct {
        double ratio;
        guint8 stays[4];
    } cases[] = {{.2, {1, 1, 1, 1}}, {.25, {1, 1, 0, 1}}, {.5, {1, 1, 0, 0}}, {.99, {0, 1, 0, 0}}};
    g_autoptr(BiqaGraph) graph = inferred_graph_new(few, 4);
    const BiqaLayer *layers = graph->layers;
    g_autofree float *params = g_new0(float, graph->n_params);
    g_autofree guint8 *mask = g_malloc(graph->n_params);

    memcpy(params + layers[1].offset[0], filters, sizeof filters);
    memcpy(params + layers[3].offset[0], readers, sizeof readers);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const guint8 *stays = cases[i].stays;
        guint gone = 0;

        g_test_message("ratio %g", cases[i].ratio);
        biqa_prune_mask(graph, params, &(BiqaPruneRule){BIQA_PRUNE_CHANNELS, cases[i].ratio}, mask);
        g_assert_cmpmem(mask + layers[1].offset[0], 4, stays, 4);
        g_assert_cmpmem(mask + layers[1].offset[1], 4, stays, 4);
        g_assert_cmpmem(mask + layers[2].offset[0], 4, stays, 4);
        g_assert_cmpmem(mask + layers[2].offset[1], 4, stays, 4);
        g_assert_cmpmem(mask + layers[3].offset[0], 4, stays, 4);
        for (gsize j = 0; j < graph->n_params; j++)
            gone += !mask[j];
        g_assert_cmpuint(gone, ==, 5 * (4 - stays[0] - stays[1] - stays[2] - stays[3]));
    }
}

/* Raw output and its bound: as many roundings a layer as there are terms. */
static float run(const BiqaNet *net, const float *input)
{
    float **outputs = biqa_reference_outputs_new(net->graph);
    memcpy(outputs[0], input, biqa_shape_size(net->graph->layers[0].shape) * sizeof(float));
    biqa_reference_run(net, outputs);
    const float raw = outputs[net->graph->n_layers - 1][0];
    biqa_reference_outputs_free(outputs);
    return raw;
}

/* The network without its channels says what the masked one does, and is as narrow as it should be:
 * half of 8, 6 and 10; but channels that a clamp lifts from zero cannot be left out. */
static void test_narrow(void)
{
    for (guint64 seed = 1; seed <= 5; seed++) {
        g_autoptr(BiqaGraph) graph = inferred_graph_new(lines, SIZE);
        g_autofree guint8 *mask = g_malloc(graph->n_params);
        g_autofree float *params = g_new(float, graph->n_params),
                         *input = g_new(float, 3 * SIZE * SIZE);
        g_autoptr(GRand) random = g_rand_new_with_seed((guint32)seed);
        BiqaNet masked = {graph, params};

        tiny_params_fill(graph, params, seed);
        biqa_prune_mask(graph, params, &(BiqaPruneRule){BIQA_PRUNE_CHANNELS, .5}, mask);
        biqa_prune_apply(graph, params, mask, params);
        for (guint i = 0; i < 3 * SIZE * SIZE; i++)
            input[i] = (float)g_rand_double_range(random, -1, 1);
        g_autofree guint *origin = NULL;
        g_autoptr(BiqaNet) net = biqa_narrow(biqa_fold(graph, params, &origin));
        for (guint i = 0; i < net->graph->n_layers; i++) {
            const guint was = graph->layers[origin[i]].shape.c;
            const gboolean halved = origin[i] >= 1 && origin[i] <= 9;

            g_test_message("seed %d, layer %u", (int)seed, origin[i]);
            if (graph->layers[origin[i]].kind != BIQA_LAYER_POOL)
                g_assert_cmpuint(net->graph->layers[i].shape.c, ==, halved ? was / 2 : was);
        }
        /* Twice the mean and deviation of 8 and 6 channels less half of them, and of 10. */
        const float expected = run(&masked, input), got = run(net, input);
        if (!(fabsf(got - expected) <= 1e-5f * MAX(1.f, fabsf(expected))))
            g_error("seed %d: expected %.9g, got %.9g", (int)seed, expected, got);
    }
}

/* A set of which nothing is left keeps a channel, for there are no maps of none. */
static void test_all_zero(void)
{
    g_autoptr(BiqaGraph) graph = inferred_graph_new(lines, SIZE);
    g_autofree float *params = g_new0(float, graph->n_params);
    g_autoptr(BiqaNet) net = NULL;

    params[graph->layers[20].offset[1]] = .25f;
    net = biqa_narrow(biqa_fold(graph, params, NULL));
    g_assert_cmpuint(net->graph->layers[1].shape.c, ==, 1);
    const float zeros[3 * SIZE * SIZE] = {0};
    g_assert_cmpfloat(run(net, zeros), ==, .25f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channels/sets", test_sets);
    g_test_add_func("/channels/runs", test_runs);
    g_test_add_func("/channels/mask", test_mask);
    g_test_add_func("/channels/narrow", test_narrow);
    g_test_add_func("/channels/all-zero", test_all_zero);
    return g_test_run();
}
