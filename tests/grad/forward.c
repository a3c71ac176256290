/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every layer on OpenBLAS against the reference, at awkward shapes. The difference may be
 * 2 (K + 2) 2^-24 sum |w x|: K products and additions in any order, each rounded, on either side.
 */
#include "blas-layer.h"
#include "grad.h"
#include "reference.h"
#include "support.h"
#include <math.h>

#define SEED 20240601u
#define GUARD 1.2345e30f /* lies around every buffer and must stay */
#define N_GUARDS 16

typedef struct {
    const char *name;
    guint size, channels; /* of the input */
    const char *layer;    /* reads layer 0 */
} Case;

static const Case cases[] = {
    {"conv-3x3", 9, 3,
     "conv inputs=0 channels=5 kernel=3x3 stride=1 groups=1 padding=same bias=no"},
    {"conv-3x3-odd-stride", 11, 3,
     "conv inputs=0 channels=7 kernel=3x3 stride=2 groups=1 padding=same bias=yes"},
    {"conv-3x3-even-stride", 12, 3,
     "conv inputs=0 channels=16 kernel=3x3 stride=2 groups=1 padding=same bias=no"},
    {"conv-symmetric", 12, 4,
     "conv inputs=0 channels=3 kernel=3x3 stride=2 groups=1 padding=1 bias=yes"},
    {"conv-wide-padding", 5, 2,
     "conv inputs=0 channels=3 kernel=2x2 stride=1 groups=1 padding=4 bias=no"},
    {"conv-5x3", 13, 2, "conv inputs=0 channels=4 kernel=5x3 stride=3 groups=1 padding=2 bias=no"},
    {"conv-1x1", 7, 19, "conv inputs=0 channels=23 kernel=1x1 stride=1 groups=1 padding=0 bias=no"},
    {"conv-1x1-bias", 1, 65,
     "conv inputs=0 channels=33 kernel=1x1 stride=1 groups=1 padding=same bias=yes"},
    {"conv-1x1-stride", 7, 6,
     "conv inputs=0 channels=5 kernel=1x1 stride=2 groups=1 padding=same bias=no"},
    {"conv-1x1-padded", 4, 3,
     "conv inputs=0 channels=5 kernel=1x1 stride=1 groups=1 padding=2 bias=yes"},
    {"groups", 9, 6, "conv inputs=0 channels=9 kernel=3x3 stride=1 groups=3 padding=1 bias=yes"},
    {"groups-1x1", 5, 8, "conv inputs=0 channels=6 kernel=1x1 stride=1 groups=2 padding=0 bias=no"},
    {"groups-multiplied", 9, 3,
     "conv inputs=0 channels=6 kernel=3x3 stride=2 groups=3 padding=same bias=no"},
    {"depthwise", 7, 5, "conv inputs=0 channels=5 kernel=3x3 stride=1 groups=5 padding=1 bias=no"},
    {"depthwise-large", 57, 3,
     "conv inputs=0 channels=3 kernel=3x3 stride=1 groups=3 padding=same bias=yes"},
    {"depthwise-one-pixel", 1, 3,
     "conv inputs=0 channels=3 kernel=3x3 stride=1 groups=3 padding=1 bias=yes"},
    {"depthwise-two-pixels", 2, 3,
     "conv inputs=0 channels=3 kernel=5x5 stride=1 groups=3 padding=2 bias=no"},
    {"depthwise-stride", 8, 4,
     "conv inputs=0 channels=4 kernel=3x3 stride=2 groups=4 padding=same bias=no"},
    {"depthwise-odd-stride", 9, 4,
     "conv inputs=0 channels=4 kernel=3x3 stride=2 groups=4 padding=same bias=yes"},
    {"depthwise-symmetric", 10, 4,
     "conv inputs=0 channels=4 kernel=3x3 stride=2 groups=4 padding=1 bias=no"},
    {"depthwise-unpadded", 9, 2,
     "conv inputs=0 channels=2 kernel=3x3 stride=1 groups=2 padding=0 bias=no"},
    {"depthwise-overpadded", 5, 2,
     "conv inputs=0 channels=2 kernel=3x3 stride=1 groups=2 padding=3 bias=no"},
    {"depthwise-5x5", 11, 3,
     "conv inputs=0 channels=3 kernel=5x5 stride=1 groups=3 padding=same bias=no"},
    {"depthwise-5x5-stride", 11, 3,
     "conv inputs=0 channels=3 kernel=5x5 stride=2 groups=3 padding=2 bias=no"},
    {"depthwise-2x4", 7, 2,
     "conv inputs=0 channels=2 kernel=2x4 stride=1 groups=2 padding=same bias=no"},
    {"depthwise-1x1", 7, 3,
     "conv inputs=0 channels=3 kernel=1x1 stride=1 groups=3 padding=0 bias=yes"},
    {"depthwise-1x1-stride", 7, 3,
     "conv inputs=0 channels=3 kernel=1x1 stride=3 groups=3 padding=same bias=no"},
    {"depthwise-stride-beyond-kernel", 10, 2,
     "conv inputs=0 channels=2 kernel=2x2 stride=3 groups=2 padding=1 bias=no"},
    {"norm", 7, 5, "norm inputs=0 epsilon=0.001"},
    {"relu", 7, 3, "relu inputs=0"},
    {"relu6", 7, 3, "relu6 inputs=0"},
    {"clip", 7, 3, "clip inputs=0 lo=-0.25 hi=0.5"},
    {"add", 7, 3, "add inputs=0,0"},
    {"pool", 7, 3, "pool inputs=0 statistics=mean"},
    {"pool-deviation", 9, 5, "pool inputs=0,0 statistics=mean+deviation"},
    {"linear", 1, 37, "linear inputs=0 channels=11"},
};

static float *guarded_new(gsize n)
{
    float *memory = g_new(float, n + 2 * N_GUARDS);
    for (gsize i = 0; i < n + 2 * N_GUARDS; i++)
        memory[i] = GUARD;
    return memory + N_GUARDS;
}

static void guarded_free(float *values, gsize n, const char *what)
{
    for (gsize i = 0; i < N_GUARDS; i++) {
        if (values[-1 - (gssize)i] != GUARD || values[n + i] != GUARD)
            g_error("%s was written %" G_GSIZE_FORMAT " floats outside its bounds", what, i + 1);
    }
    g_free(values - N_GUARDS);
}

/* Layer i of a graph whose inputs are given, both ways. */
static void compare_layer(const char *name, const BiqaGraph *graph, guint i, const float *params,
                          const float *const *inputs)
{
    const gsize n = biqa_shape_size(graph->layers[i].shape), n_scratch = biqa_blas_scratch(graph);
    const double terms = (double)biqa_reference_terms(graph, i);
    g_autofree float *expected = g_new(float, n);
    g_autofree double *magnitude = g_new(double, n);
    float *got = guarded_new(n), *scratch = guarded_new(n_scratch);

    biqa_reference_layer(graph, i, params, inputs, expected, magnitude);
    biqa_blas_layer(graph, i, params, inputs, got, scratch);
    for (gsize o = 0; o < n; o++) {
        const double allowed = ldexp(2. * (terms + 2.) * magnitude[o], -24);
        if (!(fabs((double)got[o] - expected[o]) <= allowed))
            g_error("%s, seed %u, layer %u, shape %u x %u x %u, index %" G_GSIZE_FORMAT
                    ": expected %.9g, got %.9g, allowed difference %.3g",
                    name, SEED, i, graph->layers[i].shape.c, graph->layers[i].shape.h,
                    graph->layers[i].shape.w, o, expected[o], got[o], allowed);
    }
    guarded_free(got, n, "the output");
    guarded_free(scratch, n_scratch, "the scratch");
}

static BiqaGraph *case_graph_new(const Case *test)
{
    g_autofree char *input = g_strdup_printf("input channels=%u", test->channels);
    return inferred_graph_new(
        (const char *[]){input, test->layer, "pool inputs=1 statistics=mean", NULL}, test->size);
}

/* The layer of a case's graph on seeded values from lo to hi. */
static void compare_case(const Case *test, const BiqaGraph *graph, double lo, double hi)
{
    const gsize n = biqa_shape_size(graph->layers[0].shape);
    g_autofree float *params = g_new(float, graph->n_params + 1), *input = g_new(float, n);

    tiny_params_fill(graph, params, SEED);
    grad_fill_uniform(input, n, lo, hi, SEED);
    compare_layer(test->name, graph, 1, params, (const float *[]){input, input});
}

static void check_case(gconstpointer data)
{
    g_autoptr(BiqaGraph) graph = case_graph_new(data);

    compare_case(data, graph, -2., 7.);
}

/* CONV, NORM and ADD clamp their result when a graph says so. */
static void check_clamped(gconstpointer data)
{
    g_autoptr(BiqaGraph) graph = case_graph_new(data);

    graph->layers[1].lo = -0.1f;
    graph->layers[1].hi = 0.3f;
    compare_case(data, graph, -1., 1.);
}

static void check_tiny(void)
{
    g_autoptr(BiqaGraph) graph = tiny_graph_new();
    BiqaNet net = {graph, g_new(float, graph->n_params)};
    float **outputs = biqa_reference_outputs_new(graph);

    tiny_params_fill(graph, net.params, SEED);
    grad_fill_uniform(outputs[0], biqa_shape_size(graph->layers[0].shape), -1., 1., SEED);
    biqa_reference_run(&net, outputs);
    for (guint i = 1; i < graph->n_layers; i++) {
        const float *inputs[BIQA_MAX_INPUTS];
        for (guint k = 0; k < graph->layers[i].n_inputs; k++)
            inputs[k] = outputs[graph->layers[i].inputs[k]];
        compare_layer("tiny graph", graph, i, net.params, inputs);
    }
    biqa_reference_outputs_free(outputs);
    g_free(net.params);
}

static gboolean clamps(const char *layer)
{
    return g_str_has_prefix(layer, "conv") || g_str_has_prefix(layer, "norm") ||
           g_str_has_prefix(layer, "add");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/forward/", cases[i].name, NULL);
        g_autofree char *clamped = g_strconcat("/forward/clamped/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], check_case);
        if (clamps(cases[i].layer))
            g_test_add_data_func(clamped, &cases[i], check_clamped);
    }
    g_test_add_func("/forward/tiny", check_tiny);
    return g_test_run();
}
