/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What surrounds a stage's step: batches, rates, masks, statistics and averages. */
#include "stage-run.h"

#include "mining.h"
#include "seed.h"
#include <math.h>

#define WARM_UP .1        /* of a stage's steps */
#define LAST_RATE .02     /* of the peak */
#define AVERAGE_WARM_UP 9 /* steps: the average forgets where it began as it goes */
#define STATISTICS_MOMENTUM .1

/* Linear warm-up to the peak, then a cosine down to LAST_RATE of it. */
static double rate_at(const TrainStageRun *run, double peak, guint step)
{
    const guint steps = run->recipe->steps;
    const double warm = MAX(1., WARM_UP * steps), at = step + 1;
    if (at < warm)
        return peak * at / warm;
    const double done = (at - warm) / MAX(1., steps - warm);
    return peak * (LAST_RATE + (1 - LAST_RATE) * .5 * (1 + cos(G_PI * MIN(done, 1.))));
}

double train_stage_run_rate(const TrainStageRun *run, guint step)
{
    return rate_at(run, run->recipe->rate, step);
}

/* The first layer behind the last pool: the head. */
static guint head_layer(const BiqaGraph *graph)
{
    guint head = 0;
    for (guint i = 0; i < graph->n_layers; i++) {
        if (graph->layers[i].kind == BIQA_LAYER_POOL)
            head = i + 1;
    }
    return head;
}

static float *make_scale(const BiqaGraph *graph, const TrainStageRecipe *recipe, guint first_layer)
{
    float *scale = g_new0(float, graph->n_params);
    for (guint i = first_layer; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        const BiqaLayerInfo *info = biqa_layer_info(layer->kind);
        if (recipe->frozen && layer->kind == BIQA_LAYER_CONV)
            continue;
        for (guint p = 0; p < info->n_params; p++) {
            if (info->params[p].role == BIQA_PARAM_STATISTIC)
                continue;
            for (gsize j = layer->offset[p]; j < layer->offset[p] + layer->count[p]; j++)
                scale[j] = layer->kind == BIQA_LAYER_LINEAR ? (float)recipe->head_rate : 1.f;
        }
    }
    return scale;
}

/* Steps between two masks. An epoch sees every rated image, or every ranked group, once. */
static guint mask_period(const TrainStageRun *run)
{
    const TrainStageRecipe *recipe = run->recipe;
    if (g_str_equal(recipe->mask_refresh, "never"))
        return 0;
    if (!g_str_equal(recipe->mask_refresh, "epoch"))
        return (guint)g_ascii_strtoull(recipe->mask_refresh, NULL, 10);
    if (recipe->rated)
        return MAX(1, run->context->dataset->parts[TRAIN_PART_TRAIN]->len / recipe->rated);
    const TrainPool *pool = run->context->dataset->pool;
    return MAX(1, train_pool_n_contents(pool) * train_pool_n_types(pool) / recipe->groups);
}

TrainStageRun *train_stage_run_new(const TrainContext *context, guint index)
{
    const TrainStageRecipe *recipe = &context->recipe->stages[index];
    const BiqaGraph *graph = context->weights->graph;
    const guint ranked = recipe->groups * (TRAIN_LEVELS + 1);
    TrainStageRun *run = g_new(TrainStageRun, 1);
    *run = (TrainStageRun){
        .context = context,
        .stage = train_stage_find(recipe->kind),
        .recipe = recipe,
        .seed = train_seed(context->recipe->seed, 1, index),
        .images = ranked + recipe->rated,
    };
    run->period = mask_period(run);
    context->weights->own_rate = recipe->own_norm_rate;
    run->step = (TrainStep){
        .recipe = recipe,
        .weights = context->weights,
        .norm = context->recipe->batch_norm ? TRAIN_NORM_BATCH : TRAIN_NORM_FROZEN,
        .first_layer = recipe->head_only ? head_layer(graph) : 0,
        .teachers = context->teachers,
    };
    const gboolean paired = run->stage->paired;
    if (recipe->groups)
        run->step.ranked =
            train_batch_new(graph, context->recipe->rank_size, ranked, paired, context->workers);
    if (recipe->rated)
        run->step.rated = train_batch_new(graph, context->recipe->input.size, recipe->rated, paired,
                                          context->workers);
    if (run->step.ranked)
        run->step.ranked->types_per_content = recipe->types_per_content;
    if (recipe->votes_weight > 0)
        train_batch_take_votes(run->step.ranked,
                               train_reliability_n(context->weights->reliability));
    TrainBatch *batches[] = {run->step.ranked, run->step.rated};
    for (guint k = 0; k < G_N_ELEMENTS(batches); k++) {
        if (batches[k])
            batches[k]->second_views = paired && g_str_equal(recipe->views, "second");
    }
    run->scale = make_scale(graph, recipe, run->step.first_layer);
    return run;
}

void train_stage_run_free(TrainStageRun *run)
{
    if (!run)
        return;
    train_batch_free(run->step.ranked);
    train_batch_free(run->step.rated);
    g_free(run->scale);
    g_free(run);
}

static gboolean is_mining(const TrainStageRun *run)
{
    return g_str_equal(run->recipe->mining, "disagreement");
}

/* FALSE: the checkpoint that the run goes on from does not tell. */
static gboolean has_memory(const TrainStageRun *run)
{
    return !is_mining(run) ||
           run->context->weights->disagreement->len == run->context->dataset->ratings->n;
}

/* A stage that mines begins by forgetting what another has seen. */
static void forget(const TrainStageRun *run)
{
    GArray *disagreement = run->context->weights->disagreement;
    const float unseen = TRAIN_MINING_UNSEEN;
    g_array_set_size(disagreement, 0);
    for (guint i = 0; is_mining(run) && i < run->context->dataset->ratings->n; i++)
        g_array_append_val(disagreement, unseen);
}

static void remember(const TrainStageRun *run)
{
    const TrainBatch *batch = run->step.rated;
    float *figures = (float *)(void *)run->context->weights->disagreement->data;
    for (guint i = 0; is_mining(run) && i < batch->n; i++)
        train_mining_learn(
            &figures[batch->samples[i].content],
            fabs((double)batch->scores[BIQA_FULL][i] - batch->scores[BIQA_COMPETITOR][i]));
}

/* Every image once in the order of a shuffled round; from then on, where the stage mines, as they
 * disagree. */
static void fill_rated(const TrainStageRun *run, guint step)
{
    const TrainContext *context = run->context;
    const BiqaInput *input = &context->recipe->input;
    const GArray *part = context->dataset->parts[TRAIN_PART_TRAIN];
    const guint n = run->recipe->rated;
    const guint64 position = (guint64)step * n;

    if (!is_mining(run) || position < part->len) {
        train_batch_fill_rated(run->step.rated, context->dataset, input, position, run->seed,
                               context->workers);
        return;
    }
    g_autofree guint *images = g_new(guint, n);
    train_mining_draw((const float *)(void *)context->weights->disagreement->data, part,
                      train_seed(run->seed, position, 9), n, images);
    train_batch_fill_chosen(run->step.rated, context->dataset, input, images,
                            train_seed(run->seed, position, 3), context->workers);
}

static void fill(const TrainStageRun *run, guint step)
{
    if (run->step.ranked)
        train_batch_fill_ranked(run->step.ranked, run->context->dataset,
                                &run->context->recipe->input, train_seed(run->seed, 4, step),
                                run->context->workers);
    if (run->step.rated)
        fill_rated(run, step);
}

/* The batches of a stage as a list. */
static guint list_batches(const TrainStageRun *run, TrainBatch *batches[2])
{
    guint n = 0;
    if (run->step.rated)
        batches[n++] = run->step.rated;
    if (run->step.ranked)
        batches[n++] = run->step.ranked;
    return n;
}

/* Pruning shifts every map's mean and variance; the competitor's own are measured on this step's
 * batches. */
static void calibrate_competitor(const TrainStageRun *run)
{
    TrainBatch *batches[2];
    float *values = run->context->weights->values[BIQA_COMPETITOR];
    const guint n = list_batches(run, batches);
    for (guint k = 0; k < n; k++) {
        train_batch_share_input(batches[k]);
        train_net_forward(batches[k]->nets[BIQA_COMPETITOR], batches[k]->n, values,
                          TRAIN_NORM_BATCH, batches[k]->scores[BIQA_COMPETITOR]);
        train_net_update_statistics(batches[k]->nets[BIQA_COMPETITOR], 1. / (k + 1), values);
    }
}

/* A competitor of the present weights. */
static void renew_competitor(const TrainStageRun *run)
{
    train_weights_prune(run->context->weights, &run->context->recipe->pruning);
    if (run->context->weights->own_norm && run->step.norm == TRAIN_NORM_FROZEN)
        calibrate_competitor(run);
}

static gboolean is_mask_due(const TrainStageRun *run, guint step)
{
    return run->stage->paired && (!step || (run->period && step % run->period == 0));
}

/* The average of the step before and what this one gave: first the values alone, then more and more
 * of the past. */
static void average(const TrainStageRun *run, guint step)
{
    if (run->context->recipe->average > 0)
        train_weights_average(run->context->weights, MIN(run->context->recipe->average,
                                                         (double)step / (step + AVERAGE_WARM_UP)));
}

/* A model file holds the rule that makes the mask, not the mask: the competitor that ships is the
 * one of the final weights, averaged where they are, and its normalisation is measured on it. */
void train_stage_run_finish(TrainStageRun *run)
{
    train_weights_settle(run->context->weights);
    if (!run->stage->paired)
        return;
    fill(run, run->recipe->steps);
    renew_competitor(run);
}

/* With batch statistics, the stored ones follow: the full model's from its net, the competitor's
 * from its own, or where both share them from both in turn. */
static void update_statistics(const TrainStageRun *run)
{
    TrainBatch *batches[2];
    TrainWeights *weights = run->context->weights;
    const guint n = list_batches(run, batches);
    for (guint k = 0; k < n; k++) {
        train_net_update_statistics(batches[k]->nets[BIQA_FULL], STATISTICS_MOMENTUM,
                                    weights->values[BIQA_FULL]);
        if (run->stage->paired)
            train_net_update_statistics(
                batches[k]->nets[BIQA_COMPETITOR], STATISTICS_MOMENTUM,
                weights->values[weights->own_norm ? BIQA_COMPETITOR : BIQA_FULL]);
    }
}

/* What is not learned must not count in the norm that gradients are clipped to. */
static void drop_frozen(const TrainStageRun *run)
{
    const TrainWeights *weights = run->context->weights;
    for (guint b = 0; run->recipe->frozen && b < BIQA_N_BRANCHES; b++) {
        for (gsize i = 0; i < weights->graph->n_params; i++) {
            if (run->scale[i] == 0.f)
                weights->gradient[b][i] = 0;
        }
    }
}

double train_stage_run_step(TrainStageRun *run, guint step)
{
    if (!step || !has_memory(run))
        forget(run);
    fill(run, step);
    if (is_mask_due(run, step))
        renew_competitor(run);
    train_weights_zero_gradients(run->context->weights);
    const double loss = run->stage->step(&run->step);
    if (!isfinite(loss))
        return NAN;
    if (run->step.norm == TRAIN_NORM_BATCH)
        update_statistics(run);
    drop_frozen(run);
    const double norm = train_weights_step(run->context->weights, train_stage_run_rate(run, step),
                                           run->scale, run->context->recipe->clip);
    if (!isfinite(norm))
        return NAN;
    if (run->recipe->votes_weight > 0)
        train_reliability_step(run->context->weights->reliability,
                               rate_at(run, run->recipe->reliability_rate, step));
    remember(run);
    average(run, step);
    return loss;
}

gboolean train_stage_run_keep_batch(const TrainStageRun *run, const char *folder, GError **error)
{
    const BiqaInput *input = &run->context->recipe->input;
    return (!run->step.rated || train_batch_save(run->step.rated, input, folder, "rated", error)) &&
           (!run->step.ranked ||
            train_batch_save(run->step.ranked, input, folder, "ranked", error));
}
