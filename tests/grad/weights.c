/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The average of the weights, against the recursion written out. */
#include "weights.h"

#include "grad.h"
#include "support.h"
#include <math.h>

#define STEPS 5
#define SEED 31u

static const char *const lines[] = {
    "input channels=3", "conv inputs=0 channels=4 kernel=3x3", "norm inputs=1",
    "pool inputs=2",    "linear inputs=3 channels=1",          NULL,
};

static TrainWeights *weights_new(void)
{
    const TrainOptimParams optim = {.kind = TRAIN_SGD};
    g_autoptr(BiqaGraph) graph = inferred_graph_new(lines, 8);
    return train_weights_new(graph, &optim, TRUE);
}

/* Some other values, as a step would make them. */
static void move(TrainWeights *weights, guint step)
{
    grad_fill_uniform(weights->values[BIQA_FULL], weights->graph->n_params, -1., 1., SEED + step);
    train_weights_sync(weights);
    for (gsize j = 0; j < weights->graph->n_params; j++) {
        if (weights->own[j])
            weights->values[BIQA_COMPETITOR][j] = 2.f * weights->values[BIQA_FULL][j];
    }
}

/* In double, where the code rounds each of STEPS sums to float: half a unit in the last place of 2
 * each time. */
static void assert_average(const TrainWeights *weights, BiqaBranch branch, gsize j, double expected)
{
    const double got = train_weights_result(weights, branch)[j];
    if (!(fabs(got - expected) <= STEPS * ldexp(1., -24)))
        g_error("branch %u, parameter %" G_GSIZE_FORMAT ": expected %.9g, got %.9g", branch, j,
                expected, got);
}

static void check_average(void)
{
    static const double keep[STEPS] = {0., .25, .5, .75, .9};
    g_autoptr(TrainWeights) weights = weights_new();
    const gsize n = weights->graph->n_params;
    g_autofree double *full = g_new0(double, n), *own = g_new0(double, n);
    guint pruned = 0;

    train_weights_init(weights, SEED);
    train_weights_prune(weights, &(BiqaPruneRule){.ratio = .5});
    g_assert_true(train_weights_result(weights, BIQA_FULL) == weights->values[BIQA_FULL]);
    for (guint t = 0; t < STEPS; t++) {
        move(weights, t);
        train_weights_average(weights, keep[t]);
        for (gsize j = 0; j < n; j++) {
            const double share = weights->statistic[j] ? 0. : keep[t];
            full[j] = share * full[j] + (1. - share) * weights->values[BIQA_FULL][j];
            own[j] = share * own[j] + (1. - share) * weights->values[BIQA_COMPETITOR][j];
        }
    }
    for (gsize j = 0; j < n; j++) {
        const double shared = weights->mask[j] ? full[j] : 0.;
        pruned += !weights->mask[j];
        assert_average(weights, BIQA_FULL, j, full[j]);
        assert_average(weights, BIQA_COMPETITOR, j, weights->own[j] ? own[j] : shared);
    }
    g_assert_cmpuint(pruned, ==, 4 * 3 * 3 * 3 / 2);
    train_weights_settle(weights);
    for (gsize j = 0; j < n; j++)
        assert_average(weights, BIQA_FULL, j, full[j]);
    g_assert_true(train_weights_result(weights, BIQA_FULL) == weights->values[BIQA_FULL]);
}

/* A pruned channel's normalisation is zero and stays so; one that returns begins as the full
 * model's.
 */
static void check_channels(void)
{
    const BiqaPruneRule rule = {BIQA_PRUNE_CHANNELS, .5};
    g_autoptr(TrainWeights) weights = weights_new();
    const BiqaLayer *conv = &weights->graph->layers[1], *norm = &weights->graph->layers[2];
    g_autofree float *scale = g_new(float, weights->graph->n_params);
    float *full = weights->values[BIQA_FULL], *competitor = weights->values[BIQA_COMPETITOR];

    train_weights_init(weights, SEED);
    for (guint c = 0; c < 4; c++) /* channels 0 and 1 are the weakest */
        for (guint k = 0; k < 27; k++)
            full[conv->offset[0] + 27 * c + k] = .1f * (1 + c);
    train_weights_prune(weights, &rule);
    for (gsize j = 0; j < weights->graph->n_params; j++) {
        scale[j] = 1.f;
        weights->gradient[BIQA_FULL][j] = weights->gradient[BIQA_COMPETITOR][j] = .01f;
    }
    g_assert_cmpfloat(weights->own_rate, ==, 1);
    weights->own_rate = 2;
    train_weights_step(weights, .1, scale, 1e9);
    for (guint c = 0; c < 4; c++) {
        const float own = competitor[norm->offset[0] + c];

        g_test_message("channel %u", c);
        g_assert_cmpfloat_with_epsilon(full[norm->offset[0] + c], .999, 1e-6);
        g_assert_cmpfloat_with_epsilon(own, c < 2 ? 0. : .998, 1e-6);
        g_assert_cmpfloat_with_epsilon(competitor[norm->offset[1] + c], c < 2 ? 0. : -.002, 1e-9);
        /* Both branches' gradients reach the weights that both have. */
        g_assert_cmpfloat_with_epsilon(full[conv->offset[0] + 27 * c],
                                       .1 * (1 + c) - (c < 2 ? .001 : .002), 1e-6);
        g_assert_cmpfloat(competitor[conv->offset[0] + 27 * c], ==,
                          c < 2 ? 0.f : full[conv->offset[0] + 27 * c]);
    }
    competitor[norm->offset[0] + 3] = .75f;
    for (guint k = 0; k < 27; k++)
        full[conv->offset[0] + k] = 1.f; /* channel 0 is strong now, 2 is not */
    train_weights_prune(weights, &rule);
    g_assert_cmpfloat(competitor[norm->offset[0]], ==, full[norm->offset[0]]);
    g_assert_cmpfloat(competitor[norm->offset[0] + 2], ==, 0.f);
    g_assert_cmpfloat(competitor[norm->offset[0] + 3], ==, .75f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/weights/average", check_average);
    g_test_add_func("/weights/channels", check_channels);
    return g_test_run();
}
