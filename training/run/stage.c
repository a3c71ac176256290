/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three stages: rank (RankIQA), tune (regression to ratings), ohem (full model and competitor).
 */
#include "stage.h"

#include <string.h>

static double rank_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    const TrainStageRecipe *recipe = step->recipe;
    TrainLabels labels = train_batch_labels(batch);
    if (g_str_equal(recipe->rank_pairs, "type"))
        labels.group = batch->type;
    if (g_str_equal(recipe->rank_loss, "hinge"))
        return train_loss_hinge(&labels, batch->scores[branch], recipe->margin, recipe->rank_weight,
                                batch->d_scores[branch]) *
               recipe->rank_weight;
    return train_loss_fidelity(&labels, batch->scores[branch], 0, recipe->rank_weight,
                               batch->d_scores[branch]) *
           recipe->rank_weight;
}

/* Ranks order levels; the judge says how many points lie between any two ranked images, so that
 * types and contents meet on one scale. Differences only: the scale's zero is the ratings'. */
static double judged_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    const double weight = step->recipe->judged_weight;
    const TrainLabels labels = {.n = batch->n, .quality = batch->judged, .group = batch->all};
    return weight > 0
               ? weight * train_loss_fidelity(&labels, batch->scores[branch], step->recipe->sigma,
                                              weight, batch->d_scores[branch])
               : 0;
}

/* Ties ranked images to the ratings' scale: the judge's 100 is what a pristine picture is worth. */
static double judged_squared_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    const double weight = step->recipe->judged_squared_weight;
    g_autofree float *target = g_new(float, batch->n);
    if (!(weight > 0))
        return 0;
    for (guint i = 0; i < batch->n; i++)
        target[i] = train_raw_score(batch->judged[i] * (TRAIN_PRISTINE_SCORE / 100));
    return weight * train_loss_squared(target, batch->scores[branch], batch->n, weight,
                                       batch->d_scores[branch]);
}

/* What a branch's own losses count. */
static double branch_weight(const TrainStep *step, BiqaBranch branch)
{
    return branch == BIQA_FULL ? 1 : step->recipe->competitor_weight;
}

/* Over the same pairs, what several annotators make of them. Where the network tells standard
 * deviations, these count in the likelihood and learn from it. */
static double votes_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    const double weight = step->recipe->votes_weight;
    if (!(weight > 0))
        return 0;
    TrainReliability *reliability = step->weights->reliability;
    const TrainVotes votes = train_batch_votes(batch);
    const gboolean learned = train_stage_learns_variance(step->recipe);
    g_autofree float *s = g_new(float, batch->n), *ds = g_new0(float, batch->n);
    g_autofree float *told = g_new0(float, 2 * batch->n_annotators);
    const TrainVotesSlopes slopes = {batch->d_scores[branch], ds, told};

    train_softplus(batch->second[branch], batch->n, s);
    const double loss = train_loss_votes(&votes, batch->scores[branch], learned ? s : NULL,
                                         train_reliability_values(reliability), weight, &slopes);
    train_softplus_back(batch->second[branch], ds, batch->n, batch->d_second[branch]);
    for (guint i = 0; i < 2 * batch->n_annotators; i++)
        train_reliability_gradient(reliability)[i] += (float)branch_weight(step, branch) * told[i];
    return weight * loss;
}

/* Pulls scores to what the teachers said of the same crops. */
static double taught_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    const double weight = step->recipe->teacher_weight;
    return weight > 0 ? weight * train_loss_squared(batch->taught, batch->scores[branch], batch->n,
                                                    weight, batch->d_scores[branch])
                      : 0;
}

/* All that a ranked batch teaches. */
static double ranked_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    return rank_loss(step, batch, branch) + judged_loss(step, batch, branch) +
           judged_squared_loss(step, batch, branch) + votes_loss(step, batch, branch) +
           taught_loss(step, batch, branch);
}

/* UNIQUE's pair of losses: ratings by the learned standard deviations, and those by the raters'. */
static double learned_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    const TrainStageRecipe *recipe = step->recipe;
    const TrainLabels labels = train_batch_labels(batch);
    g_autofree float *s = g_new(float, batch->n), *ds = g_new0(float, batch->n);

    train_softplus(batch->second[branch], batch->n, s);
    const double loss =
        recipe->fidelity_weight *
            train_loss_fidelity_learned(&labels, batch->scores[branch], s, recipe->sigma,
                                        recipe->fidelity_weight, batch->d_scores[branch]) +
        recipe->spread_weight *
            train_loss_spread(&labels, s, recipe->spread_margin, recipe->spread_weight, ds);
    train_softplus_back(batch->second[branch], ds, batch->n, batch->d_second[branch]);
    return loss;
}

static double fidelity_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    const TrainStageRecipe *recipe = step->recipe;
    const TrainLabels labels = train_batch_labels(batch);
    if (train_stage_learns_variance(recipe))
        return learned_loss(step, batch, branch);
    return recipe->fidelity_weight * train_loss_fidelity(&labels, batch->scores[branch],
                                                         recipe->sigma, recipe->fidelity_weight,
                                                         batch->d_scores[branch]);
}

static double rating_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    const TrainStageRecipe *recipe = step->recipe;
    return fidelity_loss(step, batch, branch) +
           recipe->squared_weight * train_loss_squared(batch->target, batch->scores[branch],
                                                       batch->n, recipe->squared_weight,
                                                       batch->d_scores[branch]) +
           taught_loss(step, batch, branch);
}

/* Ranking fixes differences only; this ties the mean of a batch's references down, so that scores
 * do not drift out of 0..100. */
static double anchor_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    const float target = train_raw_score(TRAIN_PRISTINE_SCORE);
    const guint stride = TRAIN_LEVELS + 1, n = batch->n / stride;
    float mean = 0, d_mean = 0;

    for (guint g = 0; g < n; g++)
        mean += batch->scores[branch][g * stride] / n;
    const double loss = train_loss_squared(&target, &mean, 1, step->recipe->anchor_weight, &d_mean);
    for (guint g = 0; g < n; g++)
        batch->d_scores[branch][g * stride] += d_mean / n;
    return loss * step->recipe->anchor_weight;
}

static double anchored_rank_loss(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch)
{
    return ranked_loss(step, batch, branch) + anchor_loss(step, batch, branch);
}

/* Before a branch's own pass, which backward follows: teachers use the same net. What they
 * said of the full model's crops holds for the competitor's, unless these are others. */
static void ask_teachers(const TrainStep *step, TrainBatch *batch, BiqaBranch branch)
{
    if (step->recipe->teacher_weight > 0 && (branch == BIQA_FULL || batch->second_views))
        train_teachers_score(step->teachers, batch->nets[branch], batch->n, step->norm,
                             batch->taught);
}

static void forward(const TrainStep *step, TrainBatch *batch, BiqaBranch branch)
{
    ask_teachers(step, batch, branch);
    train_net_forward(batch->nets[branch], batch->n, step->weights->values[branch], step->norm,
                      batch->scores[branch]);
    memset(batch->d_scores[branch], 0, batch->n * sizeof(float));
    memset(batch->d_second[branch], 0, batch->n * sizeof(float));
    for (guint i = 0; train_stage_learns_variance(step->recipe) && i < batch->n; i++)
        batch->second[branch][i] =
            train_net_output(batch->nets[branch], i, step->weights->graph->n_layers - 1)[1];
}

static void backward(const TrainStep *step, TrainBatch *batch, BiqaBranch branch)
{
    const float *const d_outputs[] = {
        batch->d_scores[branch],
        train_stage_learns_variance(step->recipe) ? batch->d_second[branch] : NULL};
    train_net_backward_both(batch->nets[branch], step->weights->values[branch], d_outputs,
                            step->first_layer, step->weights->gradient[branch]);
}

typedef double (*BatchLoss)(const TrainStep *step, const TrainBatch *batch, BiqaBranch branch);

static double step_full(const TrainStep *step, TrainBatch *batch, BatchLoss loss_of)
{
    if (!batch)
        return 0;
    forward(step, batch, BIQA_FULL);
    const double loss = loss_of(step, batch, BIQA_FULL);
    backward(step, batch, BIQA_FULL);
    return loss;
}

/* What the losses so far ask of a branch's scores counts weight times. */
static double weigh(TrainBatch *batch, BiqaBranch branch, double weight, double loss)
{
    for (guint i = 0; i < batch->n; i++) {
        batch->d_scores[branch][i] *= (float)weight;
        batch->d_second[branch][i] *= (float)weight;
    }
    return weight * loss;
}

/* L = loss(full) + w loss(competitor) + consistency, on the same crops; both sides get gradients.
 */
static double step_pair(const TrainStep *step, TrainBatch *batch, BatchLoss loss_of)
{
    double loss = 0;
    if (!batch)
        return 0;
    train_batch_share_input(batch);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        forward(step, batch, b);
        loss += weigh(batch, b, branch_weight(step, b), loss_of(step, batch, b));
    }
    loss += step->recipe->consistency_weight *
            train_loss_consistency(batch->scores[BIQA_FULL], batch->scores[BIQA_COMPETITOR],
                                   batch->n, step->recipe->consistency_weight,
                                   batch->d_scores[BIQA_FULL], batch->d_scores[BIQA_COMPETITOR]);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        backward(step, batch, b);
    return loss;
}

static double rank_step(const TrainStep *step)
{
    return step_full(step, step->ranked, anchored_rank_loss);
}

/* Where ratings say what scores mean, ranks need no anchor. */
static BatchLoss rank_loss_beside(const TrainStep *step)
{
    return step->rated ? ranked_loss : anchored_rank_loss;
}

static double tune_step(const TrainStep *step)
{
    return step_full(step, step->rated, rating_loss) +
           step_full(step, step->ranked, rank_loss_beside(step));
}

static double ohem_step(const TrainStep *step)
{
    return step_pair(step, step->rated, rating_loss) +
           step_pair(step, step->ranked, rank_loss_beside(step));
}

static const TrainStage stages[] = {
    {"rank", FALSE, rank_step},
    {"tune", FALSE, tune_step},
    {"ohem", TRUE, ohem_step},
};

const TrainStage *train_stage_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(stages); i++) {
        if (g_str_equal(stages[i].name, name))
            return &stages[i];
    }
    return NULL;
}
