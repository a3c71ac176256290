/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ranking stage that learns from votes alone: grey crops, annotators made for the occasion. */
#include "stage.h"
#include "support.h"

#include <math.h>

enum { GROUPS = 4, N = GROUPS * (TRAIN_LEVELS + 1), ANNOTATORS = 5, STEPS = 300, SIZE = 16 };

typedef struct {
    TrainRecipe recipe;
    TrainStageRecipe stage;
    TrainWorkers *workers;
    TrainWeights *weights;
    TrainBatch *batch;
} Fixture;

/* Sample i has quality -i on a scale of its own, and is as grey as that. */
static void draw(TrainBatch *batch)
{
    for (guint i = 0; i < N; i++) {
        float *planes = train_net_input(batch->nets[BIQA_FULL], i);
        for (guint p = 0; p < 3 * SIZE * SIZE; p++)
            planes[p] = (float)i / N;
    }
}

static void set_up(Fixture *fixture, gconstpointer outputs)
{
    g_autofree char *head = g_strdup_printf("linear inputs=1 channels=%s", (const char *)outputs);
    const char *const lines[] = {"input channels=3", "pool inputs=0", head, NULL};
    g_autoptr(BiqaGraph) graph = inferred_graph_new(lines, SIZE);
    const TrainOptimParams adam = {.kind = TRAIN_ADAM, .beta1 = .9, .beta2 = .99, .epsilon = 1e-8};
    fixture->workers = train_workers_new(1);
    fixture->weights = train_weights_new(graph, &adam, FALSE);
    fixture->weights->reliability = train_reliability_new(ANNOTATORS);
    train_weights_init(fixture->weights, 3);
    fixture->batch = train_batch_new(graph, SIZE, N, TRUE, fixture->workers);
    train_batch_take_votes(fixture->batch, ANNOTATORS);
    draw(fixture->batch);
    fixture->stage = (TrainStageRecipe){.rank_loss = (char *)"fidelity",
                                        .rank_pairs = (char *)"content",
                                        .variance = (char *)"fixed",
                                        .votes_weight = 1,
                                        .competitor_weight = .5};
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    train_batch_free(fixture->batch);
    train_weights_free(fixture->weights);
    train_workers_free(fixture->workers);
}

/* Always right, always wrong, right but for every fifth sample, and two who know little. */
static void vote(TrainBatch *batch)
{
    GRand *rand = g_rand_new_with_seed(5);
    for (guint i = 0; i < N; i++) {
        const float quality = -(float)i;
        batch->votes[i] = quality;
        batch->votes[N + i] = -quality;
        batch->votes[2 * N + i] = i % 5 ? quality : quality / 2 - 3.3f;
        for (guint k = 3; k < ANNOTATORS; k++)
            batch->votes[k * N + i] =
                quality +
                (float)g_rand_double_range(rand, -(k == 3 ? 12. : 40.), k == 3 ? 12. : 40.);
    }
    g_rand_free(rand);
}

/* How many of all pairs an annotator orders rightly. */
static double share_of(const TrainBatch *batch, guint k)
{
    const float *says = batch->votes + k * N;
    guint right = 0, n = 0;
    for (guint i = 0; i < N; i++) {
        for (guint j = i + 1; j < N; j++, n++)
            right += says[i] > says[j];
    }
    return (double)right / n;
}

static double step(Fixture *fixture, const char *kind)
{
    const TrainStep step = {.recipe = &fixture->stage,
                            .weights = fixture->weights,
                            .norm = TRAIN_NORM_FROZEN,
                            .ranked = fixture->batch};
    train_weights_zero_gradients(fixture->weights);
    return train_stage_find(kind)->step(&step);
}

/* Nobody tells the truth, and one annotator of five the opposite: the network finds the order that
 * most support, and what each annotator is worth. */
static void test_recovered(Fixture *fixture, gconstpointer data)
{
    g_autofree float *scale = g_new(float, fixture->weights->graph->n_params);
    for (gsize i = 0; i < fixture->weights->graph->n_params; i++)
        scale[i] = 1.f;
    vote(fixture->batch);
    for (guint i = 0; i < STEPS; i++) {
        g_assert_true(isfinite(step(fixture, "rank")));
        train_weights_step(fixture->weights, .1, scale, 100.);
        train_reliability_step(fixture->weights->reliability, .05);
    }
    for (guint k = 0; k < ANNOTATORS; k++) {
        const double share = share_of(fixture->batch, k);
        const double a = train_reliability_sensitivity(fixture->weights->reliability, k);
        const double b = train_reliability_specificity(fixture->weights->reliability, k);
        g_test_message("annotator %u: right in %.3f, learned %.3f, %.3f", k, share, a, b);
        /* The two are shares of 138 pairs each, three deviations of such a share of the whole; what
         * is never seen is never quite believed. */
        g_assert_cmpfloat_with_epsilon(a, share, 3 * sqrt(.25 / 138.));
        g_assert_cmpfloat_with_epsilon(b, share, 3 * sqrt(.25 / 138.));
        g_assert_cmpfloat_with_epsilon((a + b) / 2, share, .05);
    }
    for (guint i = 1; i < N; i++)
        g_assert_cmpfloat(fixture->batch->scores[BIQA_FULL][i - 1], >,
                          fixture->batch->scores[BIQA_FULL][i]);
}

/* Central differences of a stage's loss in parameter i of values, against what the step wrote. */
static void check_slope(Fixture *fixture, const char *kind, float *values, const float *gradient,
                        guint i)
{
    const float before = values[i], width = 1.f / 64, slope = gradient[i];
    values[i] = before + width;
    train_weights_sync(fixture->weights);
    const double above = step(fixture, kind);
    values[i] = before - width;
    train_weights_sync(fixture->weights);
    const double below = step(fixture, kind);
    values[i] = before;
    const double expected = (above - below) / (2 * width);
    g_test_message("%s, parameter %u: expected %g, got %g", kind, i, expected, slope);
    /* The second differences of a smooth loss of order 1, and what float scores leave of it. */
    g_assert_cmpfloat_with_epsilon(slope, expected, 1e-3);
}

/* The stage's slopes in what is known of the annotators and in the head: with fixed and learned
 * deviations, for one network and for two. */
static void test_slopes(Fixture *fixture, gconstpointer data)
{
    TrainReliability *reliability = fixture->weights->reliability;
    const BiqaGraph *graph = fixture->weights->graph;
    const guint outputs = graph->layers[graph->n_layers - 1].channels;
    fixture->stage.variance = (char *)(outputs == 2 ? "learned" : "fixed");
    vote(fixture->batch);
    for (guint kind = 0; kind < 2; kind++) {
        const char *name = kind ? "ohem" : "rank";
        g_autofree float *slopes = NULL, *own = NULL;
        if (kind)
            train_weights_prune(fixture->weights, &(BiqaPruneRule){0});
        step(fixture, name);
        slopes = g_memdup2(train_reliability_gradient(reliability), 2 * ANNOTATORS * sizeof(float));
        own = g_memdup2(fixture->weights->gradient[BIQA_FULL], graph->n_params * sizeof(float));
        for (gsize j = 0; kind && j < graph->n_params; j++)
            own[j] += fixture->weights->gradient[BIQA_COMPETITOR][j];
        for (guint i = 0; i < 2 * ANNOTATORS; i++)
            check_slope(fixture, name, (float *)train_reliability_values(reliability), slopes, i);
        for (guint i = 0; i < graph->n_params; i++)
            check_slope(fixture, name, fixture->weights->values[BIQA_FULL], own, i);
    }
}

/* What is saved is all there is: a restored one goes on as the other. */
static void test_state(void)
{
    g_autoptr(TrainReliability) one = train_reliability_new(2), other = train_reliability_new(2);
    g_autofree float *state = g_new(float, train_reliability_state_size(one));
    g_assert_cmpfloat_with_epsilon(train_reliability_sensitivity(one, 1), TRAIN_RELIABILITY_START,
                                   1e-6);
    for (guint i = 0; i < 20; i++) {
        train_reliability_gradient(one)[0] = train_reliability_gradient(other)[0] = .3f;
        train_reliability_gradient(one)[3] = train_reliability_gradient(other)[3] = (float)i - 9.f;
        train_reliability_step(one, .1);
        if (i == 11)
            train_reliability_restore(other, state, train_reliability_save(one, state));
        else if (i > 11)
            train_reliability_step(other, .1);
    }
    for (guint k = 0; k < 4; k++)
        g_assert_cmpfloat(train_reliability_values(one)[k], ==, train_reliability_values(other)[k]);
    g_assert_cmpfloat(train_reliability_sensitivity(one, 0), <, TRAIN_RELIABILITY_START);
    train_reliability_zero_gradient(one);
    g_assert_cmpfloat(train_reliability_gradient(one)[3], ==, 0.f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/votes/recovered", Fixture, "1", set_up, test_recovered, tear_down);
    g_test_add("/votes/slopes", Fixture, "1", set_up, test_slopes, tear_down);
    g_test_add("/votes/slopes-learned", Fixture, "2", set_up, test_slopes, tear_down);
    g_test_add_func("/votes/state", test_state);
    return g_test_run();
}
