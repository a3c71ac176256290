/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stage's step asks of a ranked batch. */
#include "seed.h"
#include "stage.h"
#include "support.h"

#define GROUPS 2
#define N (GROUPS * (TRAIN_LEVELS + 1))

/* The judge's points alone: the loss is the mean squared distance of the scores from 0.85 times
 * these, in units of 12 points around 50, and its slope pulls every score there. */
static void test_judged_squared(void)
{
    const TrainStageRecipe recipe = {.rank_loss = (char *)"hinge",
                                     .rank_pairs = (char *)"content",
                                     .variance = (char *)"fixed",
                                     .judged_squared_weight = .5};
    const TrainOptimParams optim = {0};
    g_autoptr(BiqaGraph) graph = tiny_graph_new();
    TrainWorkers *workers = train_workers_new(1);
    TrainWeights *weights = train_weights_new(graph, &optim, TRUE);
    TrainBatch *batch = train_batch_new(graph, graph->size, N, FALSE, workers);
    guint64 state = 5;
    double expected = 0;

    train_weights_init(weights, 3);
    for (guint i = 0; i < N; i++) {
        float *input = train_net_input(batch->nets[BIQA_FULL], i);
        for (gsize j = 0; j < biqa_shape_size(graph->layers[0].shape); j++)
            input[j] = (float)train_draw(&state, 1000) / 500 - 1;
        batch->judged[i] = (float)train_draw(&state, 101);
    }
    const double loss = train_stage_find("rank")->step(&(TrainStep){
        .recipe = &recipe, .weights = weights, .norm = TRAIN_NORM_FROZEN, .ranked = batch});
    for (guint i = 0; i < N; i++) {
        const double off = batch->scores[BIQA_FULL][i] - (.85 * batch->judged[i] - 50) / 12;
        expected += .5 * off * off / N;
        g_assert_cmpfloat_with_epsilon(batch->d_scores[BIQA_FULL][i], 2 * .5 * off / N, 1e-5);
    }
    g_assert_cmpfloat(expected, >, .1);
    g_assert_cmpfloat_with_epsilon(loss, expected, 1e-5 * expected);
    train_batch_free(batch);
    train_weights_free(weights);
    train_workers_free(workers);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage/judged-squared", test_judged_squared);
    return g_test_run();
}
