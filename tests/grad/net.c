/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole net: against the reference layer by layer, the same whatever the number of threads, the
 * statistics of a batch, layers left out of the way back. */
#include "grad.h"
#include "reference.h"
#include "support.h"
#include <math.h>
#include <string.h>

#define SEED 4711u
#define SAMPLES 13 /* uneven slices */

typedef struct {
    BiqaGraph *graph;
    TrainWorkers *workers;
    TrainNet *net;
    float *params, *gradient;
    float scores[SAMPLES], d_scores[SAMPLES];
} Fixture;

static void set_up(Fixture *fixture, guint n_threads)
{
    fixture->graph = tiny_graph_new();
    fixture->workers = train_workers_new(n_threads);
    fixture->net = grad_net_new(fixture->graph, SAMPLES, fixture->workers, SEED);
    fixture->params = g_new(float, fixture->graph->n_params);
    fixture->gradient = g_new0(float, fixture->graph->n_params);
    tiny_params_fill(fixture->graph, fixture->params, SEED);
    grad_fill_uniform(fixture->d_scores, SAMPLES, -1., 1., SEED);
}

static void tear_down(Fixture *fixture)
{
    train_net_free(fixture->net);
    train_workers_free(fixture->workers);
    biqa_graph_free(fixture->graph);
    g_free(fixture->params);
    g_free(fixture->gradient);
}

static void run(Fixture *fixture, guint n, TrainNorm norm, guint first_layer)
{
    train_net_forward(fixture->net, n, fixture->params, norm, fixture->scores);
    train_net_backward(fixture->net, fixture->params, fixture->d_scores, first_layer,
                       fixture->gradient);
}

/* The one clamp that shares the layer's memory; 0 if there is none. */
static guint clamp_in_place(const Fixture *fixture, guint layer)
{
    for (guint i = layer + 1; i < fixture->graph->n_layers; i++) {
        if (train_net_output(fixture->net, 0, i) == train_net_output(fixture->net, 0, layer))
            return i;
    }
    return 0;
}

/* Layer i of sample s is what the reference makes of the net's own inputs to it. */
static void compare_layer(const Fixture *fixture, guint s, guint i)
{
    const BiqaGraph *graph = fixture->graph;
    const BiqaLayer *layer = &graph->layers[i];
    const gsize n = biqa_shape_size(layer->shape);
    const double terms = (double)biqa_reference_terms(graph, i);
    const guint clamp = clamp_in_place(fixture, i);
    g_autofree float *expected = g_new(float, n);
    g_autofree double *magnitude = g_new(double, n);
    const float *inputs[BIQA_MAX_INPUTS], *got = train_net_output(fixture->net, s, i);

    for (guint k = 0; k < layer->n_inputs; k++)
        inputs[k] = train_net_output(fixture->net, s, layer->inputs[k]);
    biqa_reference_layer(graph, i, fixture->params, inputs, expected, magnitude);
    if (clamp)
        biqa_reference_layer(graph, clamp, fixture->params, (const float *[]){expected}, expected,
                             NULL);
    for (gsize o = 0; o < n; o++) {
        const double allowed = ldexp(2. * (terms + 2.) * magnitude[o], -24);
        if (!(fabs((double)got[o] - expected[o]) <= allowed))
            g_error("seed %u, sample %u, layer %u, shape %u x %u x %u, index %" G_GSIZE_FORMAT
                    ": expected %.9g, got %.9g, allowed difference %.3g",
                    SEED, s, i, layer->shape.c, layer->shape.h, layer->shape.w, o, expected[o],
                    got[o], allowed);
    }
}

static void compare_with_reference(const Fixture *fixture)
{
    for (guint s = 0; s < SAMPLES; s++) {
        for (guint i = 1; i < fixture->graph->n_layers; i++)
            compare_layer(fixture, s, i);
        g_assert_cmpfloat(train_net_output(fixture->net, s, fixture->graph->n_layers - 1)[0], ==,
                          fixture->scores[s]);
    }
}

static void check_forward(void)
{
    Fixture fixture;
    set_up(&fixture, 2);
    train_net_forward(fixture.net, SAMPLES, fixture.params, TRAIN_NORM_FROZEN, fixture.scores);
    compare_with_reference(&fixture);
    tear_down(&fixture);
}

/* Statistics of a NORM's inputs in two plain rounds. */
static void measure(const Fixture *fixture, guint layer, guint c, double *mean, double *variance)
{
    const BiqaShape shape = fixture->graph->layers[layer].shape;
    const gsize n = (gsize)shape.h * shape.w;
    *mean = *variance = 0.;
    for (guint round = 0; round < 2; round++) {
        double sum = 0.;
        for (guint s = 0; s < SAMPLES; s++) {
            const float *x =
                train_net_output(fixture->net, s, fixture->graph->layers[layer].inputs[0]) + c * n;
            for (gsize i = 0; i < n; i++)
                sum += round ? (x[i] - *mean) * (x[i] - *mean) : x[i];
        }
        *(round ? variance : mean) = sum / (SAMPLES * n);
    }
}

/* One statistic of one channel after a step of momentum, to float rounding (and that of the batch's
 * sums in double, far below). */
static void compare_statistic(double before, double batch, double momentum, float got,
                              const char *what, guint layer, guint c)
{
    const double expected = before + momentum * (batch - before);
    const double allowed = ldexp(4. * (fabs(before) + fabs(batch)), -24);
    if (!(fabs(got - expected) <= allowed))
        g_error("seed %u, layer %u, %s of channel %u: expected %.9g, got %.9g, allowed difference "
                "%.3g",
                SEED, layer, what, c, expected, got, allowed);
}

static void check_statistics(void)
{
    const double momentum = 0.25;
    Fixture fixture;
    set_up(&fixture, 2);
    train_net_forward(fixture.net, SAMPLES, fixture.params, TRAIN_NORM_BATCH, fixture.scores);
    g_autofree float *moved = g_memdup2(fixture.params, sizeof(float) * fixture.graph->n_params);
    g_autofree float *batch = g_memdup2(fixture.params, sizeof(float) * fixture.graph->n_params);
    train_net_update_statistics(fixture.net, momentum, moved);

    for (guint i = 0; i < fixture.graph->n_layers; i++) {
        const BiqaLayer *layer = &fixture.graph->layers[i];
        const double n = (double)SAMPLES * layer->shape.h * layer->shape.w;
        for (guint c = 0; layer->kind == BIQA_LAYER_NORM && c < layer->shape.c; c++) {
            const gsize at[] = {layer->offset[2] + c, layer->offset[3] + c};
            double mean, variance;
            measure(&fixture, i, c, &mean, &variance);
            compare_statistic(fixture.params[at[0]], mean, momentum, moved[at[0]], "mean", i, c);
            compare_statistic(fixture.params[at[1]], variance * n / (n - 1.), momentum,
                              moved[at[1]], "variance", i, c);
            batch[at[0]] = (float)mean;
            batch[at[1]] = (float)variance;
        }
        if (layer->count[0])
            g_assert_cmpmem(moved + layer->offset[0], sizeof(float) * layer->count[0],
                            fixture.params + layer->offset[0], sizeof(float) * layer->count[0]);
    }
    /* With these as its statistics the reference does what the batch did. */
    memcpy(fixture.params, batch, sizeof(float) * fixture.graph->n_params);
    compare_with_reference(&fixture);
    tear_down(&fixture);
}

static void check_threads(gconstpointer data)
{
    const TrainNorm norm = GPOINTER_TO_UINT(data);
    for (guint n = 1; n <= SAMPLES; n += 4) {
        Fixture one, other;
        set_up(&one, 1);
        run(&one, n, norm, 0);
        for (guint n_threads = 2; n_threads <= 3; n_threads++) {
            set_up(&other, n_threads);
            run(&other, n, norm, 0);
            g_assert_cmpmem(one.scores, sizeof(float) * n, other.scores, sizeof(float) * n);
            g_assert_cmpmem(one.gradient, sizeof(float) * one.graph->n_params, other.gradient,
                            sizeof(float) * one.graph->n_params);
            tear_down(&other);
        }
        tear_down(&one);
    }
}

/* backward adds to what is there; from a layer on, it adds the same and nothing before. */
static void check_first_layer(gconstpointer data)
{
    const TrainNorm norm = GPOINTER_TO_UINT(data);
    Fixture whole, part;
    set_up(&whole, 2);
    run(&whole, SAMPLES, norm, 0);
    for (guint first = 0; first < whole.graph->n_layers; first++) {
        set_up(&part, 2);
        run(&part, SAMPLES, norm, first);
        for (guint i = 0; i < whole.graph->n_layers; i++) {
            const BiqaLayer *layer = &whole.graph->layers[i];
            for (guint p = 0; p < BIQA_MAX_PARAMS; p++) {
                for (gsize o = layer->offset[p]; o < layer->offset[p] + layer->count[p]; o++)
                    g_assert_cmpfloat(part.gradient[o], ==, i < first ? 0.f : whole.gradient[o]);
            }
        }
        tear_down(&part);
    }
    g_autofree float *once = g_memdup2(whole.gradient, sizeof(float) * whole.graph->n_params);
    run(&whole, SAMPLES, norm, 0);
    double largest = 0.;
    for (gsize i = 0; i < whole.graph->n_params; i++)
        largest = MAX(largest, fabs((double)once[i]));
    for (gsize i = 0; i < whole.graph->n_params; i++)
        g_assert_cmpfloat(fabs(whole.gradient[i] - 2. * once[i]), <=,
                          ldexp(2. * TRAIN_SLICES * largest, -24));
    tear_down(&whole);
}

/* A second output's gradient is the first one's of the same net with the head's rows exchanged. */
static void check_second_output(void)
{
    static const char *const lines[] = {
        "input channels=3",
        "conv inputs=0 channels=5 kernel=3x3 bias=yes",
        "relu inputs=1",
        "pool inputs=2",
        "linear inputs=3 channels=2",
        NULL,
    };
    g_autoptr(BiqaGraph) graph = inferred_graph_new(lines, 12);
    TrainWorkers *workers = train_workers_new(2);
    g_autoptr(TrainNet) net = grad_net_new(graph, SAMPLES, workers, SEED);
    const gsize n = graph->n_params, head = graph->layers[4].offset[0];
    g_autofree float *params = g_new(float, n), *swapped = g_new(float, n);
    g_autofree float *gradient = g_new0(float, n), *expected = g_new0(float, n);
    float scores[SAMPLES], slopes[SAMPLES];
    const float *const second[] = {NULL, slopes};

    tiny_params_fill(graph, params, SEED);
    grad_fill_uniform(slopes, SAMPLES, -1., 1., SEED);
    train_net_forward(net, SAMPLES, params, TRAIN_NORM_FROZEN, scores);
    train_net_backward_both(net, params, second, 0, gradient);
    memcpy(swapped, params, n * sizeof(float));
    for (guint p = 0; p < 2; p++) { /* weight (2, 5), bias (2) */
        const gsize half = graph->layers[4].count[p] / 2, at = graph->layers[4].offset[p];
        memcpy(swapped + at, params + at + half, half * sizeof(float));
        memcpy(swapped + at + half, params + at, half * sizeof(float));
    }
    train_net_forward(net, SAMPLES, swapped, TRAIN_NORM_FROZEN, scores);
    train_net_backward(net, swapped, slopes, 0, expected);
    for (gsize i = 0; i < head; i++)
        g_assert_cmpfloat(gradient[i], ==, expected[i]);
    for (guint p = 0; p < 2; p++) {
        const gsize half = graph->layers[4].count[p] / 2, at = graph->layers[4].offset[p];
        g_assert_cmpuint(half, >, 0);
        for (gsize i = 0; i < half; i++) {
            g_assert_cmpfloat(gradient[at + i], ==, 0.f);
            g_assert_cmpfloat(gradient[at + half + i], ==, expected[at + i]);
        }
    }
    train_workers_free(workers);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/forward", check_forward);
    g_test_add_func("/net/statistics", check_statistics);
    g_test_add_data_func("/net/threads/frozen", GUINT_TO_POINTER(TRAIN_NORM_FROZEN), check_threads);
    g_test_add_data_func("/net/threads/batch", GUINT_TO_POINTER(TRAIN_NORM_BATCH), check_threads);
    g_test_add_data_func("/net/first-layer/frozen", GUINT_TO_POINTER(TRAIN_NORM_FROZEN),
                         check_first_layer);
    g_test_add_data_func("/net/first-layer/batch", GUINT_TO_POINTER(TRAIN_NORM_BATCH),
                         check_first_layer);
    g_test_add_func("/net/second-output", check_second_output);
    return g_test_run();
}
