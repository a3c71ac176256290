/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stage's step asks of a ranked batch. */
#include "seed.h"
#include "stage-run.h"
#include "support.h"

#include <math.h>
#include <string.h>

#define N (2 * (TRAIN_LEVELS + 1))

typedef struct {
    TrainStageRecipe recipe;
    TrainWorkers *workers;
    TrainWeights *weights;
    TrainBatch *batch;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    const TrainOptimParams optim = {0};
    g_autoptr(BiqaGraph) graph = tiny_graph_new();
    guint64 state = 5;

    fixture->recipe = (TrainStageRecipe){.rank_loss = (char *)"hinge",
                                         .rank_pairs = (char *)"content",
                                         .variance = (char *)"fixed",
                                         .judged_squared_weight = .5};
    fixture->workers = train_workers_new(1);
    fixture->weights = train_weights_new(graph, &optim, TRUE);
    fixture->batch = train_batch_new(graph, graph->size, N, TRUE, fixture->workers);
    train_weights_init(fixture->weights, 3);
    train_weights_prune(fixture->weights, &(BiqaPruneRule){BIQA_PRUNE_WEIGHTS, .5});
    for (guint i = 0; i < N; i++) {
        float *input = train_net_input(fixture->batch->nets[BIQA_FULL], i);
        for (gsize j = 0; j < biqa_shape_size(graph->layers[0].shape); j++)
            input[j] = (float)train_draw(&state, 1000) / 500 - 1;
        fixture->batch->judged[i] = (float)train_draw(&state, 101);
    }
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    train_batch_free(fixture->batch);
    train_weights_free(fixture->weights);
    train_workers_free(fixture->workers);
}

static double run_step(Fixture *fixture, const char *stage)
{
    return train_stage_find(stage)->step(&(TrainStep){.recipe = &fixture->recipe,
                                                      .weights = fixture->weights,
                                                      .norm = TRAIN_NORM_FROZEN,
                                                      .ranked = fixture->batch});
}

/* The judge's points alone: the loss is the mean squared distance of the scores from 0.85 times
 * these, in units of 12 points around 50, and its slope pulls every score there. */
static void test_judged_squared(Fixture *fixture, gconstpointer data)
{
    const double loss = run_step(fixture, "rank");
    double expected = 0;
    for (guint i = 0; i < N; i++) {
        const double off =
            fixture->batch->scores[BIQA_FULL][i] - (.85 * fixture->batch->judged[i] - 50) / 12;
        expected += .5 * off * off / N;
        g_assert_cmpfloat_with_epsilon(fixture->batch->d_scores[BIQA_FULL][i], 2 * .5 * off / N,
                                       1e-5);
    }
    g_assert_cmpfloat(expected, >, .1);
    g_assert_cmpfloat_with_epsilon(loss, expected, 1e-5 * expected);
}

/* Nothing but the anchor: the references' mean is pulled to a pristine picture's score. */
static void test_anchor(Fixture *fixture, gconstpointer kind)
{
    const TrainBatch *batch = fixture->batch;
    const guint stride = TRAIN_LEVELS + 1;

    fixture->recipe.judged_squared_weight = 0;
    fixture->recipe.anchor_weight = .5;
    const double loss = run_step(fixture, kind);
    const double off =
        (batch->scores[BIQA_FULL][0] + batch->scores[BIQA_FULL][stride]) / 2 - (85. - 50) / 12;
    g_assert_cmpfloat(fabs(off), >, .1);
    g_assert_cmpfloat_with_epsilon(loss, .5 * off * off, 1e-5 * loss);
    for (guint i = 0; i < N; i++)
        g_assert_cmpfloat_with_epsilon(batch->d_scores[BIQA_FULL][i], i % stride ? 0 : .5 * off,
                                       1e-5);
}

/* Ratings say it better. */
static void test_no_anchor(Fixture *fixture, gconstpointer kind)
{
    TrainBatch *rated = train_batch_new(fixture->weights->graph, fixture->weights->graph->size, N,
                                        TRUE, fixture->workers);

    fixture->recipe.judged_squared_weight = 0;
    fixture->recipe.anchor_weight = .5;
    const TrainStep step = {.recipe = &fixture->recipe,
                            .weights = fixture->weights,
                            .norm = TRAIN_NORM_FROZEN,
                            .ranked = fixture->batch,
                            .rated = rated};
    g_assert_cmpfloat(train_stage_find(kind)->step(&step), ==, 0);
    train_batch_free(rated);
}

/* A quarter of the weight, a quarter of the slope, in the competitor alone. */
static void test_competitor_weight(Fixture *fixture, gconstpointer data)
{
    float slopes[BIQA_N_BRANCHES][N], pulled = 0;

    fixture->recipe.competitor_weight = 1;
    const double whole = run_step(fixture, "ohem");
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        memcpy(slopes[b], fixture->batch->d_scores[b], sizeof slopes[b]);
    fixture->recipe.competitor_weight = .25;
    const double quarter = run_step(fixture, "ohem");
    fixture->recipe.competitor_weight = 0;
    const double none = run_step(fixture, "ohem");
    for (guint i = 0; i < N; i++)
        pulled += fabsf(slopes[BIQA_COMPETITOR][i]);
    g_assert_cmpfloat(pulled, >, .1);
    g_assert_cmpfloat_with_epsilon(quarter - none, .25 * (whole - none), 1e-6 * whole);
    fixture->recipe.competitor_weight = .25;
    run_step(fixture, "ohem");
    for (guint i = 0; i < N; i++) {
        g_assert_cmpfloat(fixture->batch->d_scores[BIQA_FULL][i], ==, slopes[BIQA_FULL][i]);
        g_assert_cmpfloat_with_epsilon(fixture->batch->d_scores[BIQA_COMPETITOR][i],
                                       .25 * slopes[BIQA_COMPETITOR][i], 1e-7);
    }
}

/* Each stage's own, for the weights that all stages share. */
static void test_own_norm_rate(Fixture *fixture, gconstpointer data)
{
    TrainRecipe recipe = {.n_stages = 2};
    const TrainContext context = {
        .recipe = &recipe, .workers = fixture->workers, .weights = fixture->weights};
    const double rates[] = {20, 1};

    fixture->recipe.kind = (char *)"ohem";
    fixture->recipe.mask_refresh = (char *)"never";
    for (guint s = 0; s < recipe.n_stages; s++) {
        recipe.stages[s] = fixture->recipe;
        recipe.stages[s].own_norm_rate = rates[s];
        g_autoptr(TrainStageRun) run = train_stage_run_new(&context, s);
        g_assert_cmpfloat(fixture->weights->own_rate, ==, rates[s]);
    }
}

/* Raw scores of the fixture's crops by some weights that differ from its own. */
static void teach(Fixture *fixture, TrainTeachers *teachers, float factor, float *scores)
{
    const gsize n = fixture->weights->graph->n_params;
    g_autofree float *values = g_memdup2(fixture->weights->values[BIQA_FULL], n * sizeof *values);
    for (gsize i = 0; i < n; i += 2)
        values[i] *= factor;
    train_teachers_add(teachers, values);
    train_net_forward(fixture->batch->nets[BIQA_FULL], N, values, TRAIN_NORM_FROZEN, scores);
}

/* Scores are pulled to the mean of two teachers' on the same crops, ranked and rated ones, and the
 * competitor's by its own weight. */
static void test_teachers(Fixture *fixture, gconstpointer kind)
{
    const gboolean rated = !g_str_equal(kind, "rank"), paired = g_str_equal(kind, "ohem");
    g_autoptr(TrainTeachers) teachers = train_teachers_new(fixture->weights->graph);
    float one[N], other[N];
    const TrainBatch *batch = fixture->batch;
    TrainStep step = {
        .recipe = &fixture->recipe,
        .weights = fixture->weights,
        .norm = TRAIN_NORM_FROZEN,
        .ranked = rated ? NULL : fixture->batch,
        .rated = rated ? fixture->batch : NULL,
        .teachers = teachers,
    };
    double expected = 0;

    teach(fixture, teachers, 1.5f, one);
    teach(fixture, teachers, .5f, other);
    fixture->recipe.judged_squared_weight = 0;
    fixture->recipe.competitor_weight = .5;
    g_assert_cmpfloat(train_stage_find(kind)->step(&step), ==, 0); /* nobody asks them */
    fixture->recipe.teacher_weight = .25;
    const double loss = train_stage_find(kind)->step(&step);
    for (guint b = 0; b < (paired ? BIQA_N_BRANCHES : 1); b++) {
        const double weight = b == BIQA_FULL ? .25 : .5 * .25;
        for (guint i = 0; i < N; i++) {
            const double off = batch->scores[b][i] - (one[i] + other[i]) / 2;
            expected += weight * off * off / N;
            g_assert_cmpfloat_with_epsilon(batch->d_scores[b][i], 2 * weight * off / N, 1e-5);
        }
    }
    g_assert_cmpfloat(expected, >, .001);
    g_assert_cmpfloat_with_epsilon(loss, expected, 1e-5 * expected);
}

/* A competitor that sees other crops is taught what the teachers say of those. */
static void test_teachers_second_views(Fixture *fixture, gconstpointer data)
{
    g_autoptr(TrainTeachers) teachers = train_teachers_new(fixture->weights->graph);
    const TrainBatch *batch = fixture->batch;
    float first[N], second[N];
    const TrainStep step = {.recipe = &fixture->recipe,
                            .weights = fixture->weights,
                            .norm = TRAIN_NORM_FROZEN,
                            .ranked = fixture->batch,
                            .teachers = teachers};

    fixture->recipe.judged_squared_weight = 0;
    fixture->recipe.teacher_weight = fixture->recipe.competitor_weight = 1;
    fixture->batch->second_views = TRUE;
    teach(fixture, teachers, 1.5f, first);
    for (guint i = 0; i < N; i++) /* the other crops: the first ones, in turned order */
        memcpy(train_net_input(batch->nets[BIQA_COMPETITOR], i),
               train_net_input(batch->nets[BIQA_FULL], N - 1 - i),
               biqa_shape_size(fixture->weights->graph->layers[0].shape) * sizeof(float));
    train_teachers_score(teachers, batch->nets[BIQA_COMPETITOR], N, TRAIN_NORM_FROZEN, second);
    train_stage_find("ohem")->step(&step);
    for (guint i = 0; i < N; i++) {
        g_assert_cmpfloat_with_epsilon(second[i], first[N - 1 - i], 1e-5);
        g_assert_cmpfloat_with_epsilon(batch->d_scores[BIQA_FULL][i],
                                       2 * (batch->scores[BIQA_FULL][i] - first[i]) / N, 1e-5);
        g_assert_cmpfloat_with_epsilon(batch->d_scores[BIQA_COMPETITOR][i],
                                       2 * (batch->scores[BIQA_COMPETITOR][i] - second[i]) / N,
                                       1e-5);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/stage/judged-squared", Fixture, NULL, set_up, test_judged_squared, tear_down);
    g_test_add("/stage/anchor/rank", Fixture, "rank", set_up, test_anchor, tear_down);
    g_test_add("/stage/anchor/tune", Fixture, "tune", set_up, test_anchor, tear_down);
    g_test_add("/stage/anchor/ohem", Fixture, "ohem", set_up, test_anchor, tear_down);
    g_test_add("/stage/no-anchor/tune", Fixture, "tune", set_up, test_no_anchor, tear_down);
    g_test_add("/stage/no-anchor/ohem", Fixture, "ohem", set_up, test_no_anchor, tear_down);
    g_test_add("/stage/competitor-weight", Fixture, NULL, set_up, test_competitor_weight,
               tear_down);
    g_test_add("/stage/own-norm-rate", Fixture, NULL, set_up, test_own_norm_rate, tear_down);
    g_test_add("/stage/teachers/rank", Fixture, "rank", set_up, test_teachers, tear_down);
    g_test_add("/stage/teachers/tune", Fixture, "tune", set_up, test_teachers, tear_down);
    g_test_add("/stage/teachers/ohem", Fixture, "ohem", set_up, test_teachers, tear_down);
    g_test_add("/stage/teachers/second-views", Fixture, NULL, set_up, test_teachers_second_views,
               tear_down);
    return g_test_run();
}
