/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is learned: the full model's parameters, the competitor's as seen through its mask, their
 * gradients and optimisers, and all else that training remembers. */
#pragma once

#include "graph.h"
#include "optim.h"
#include "prune.h"
#include "reliability.h"
#include "verdict.h"

typedef struct {
    BiqaGraph *graph;                 /* owned, inferred */
    gboolean own_norm;                /* the competitor has NORM parameters of its own, */
    double own_rate;                  /* which learn at so many times the rate (1) */
    gboolean paired;                  /* a competitor exists: ohem has begun */
    float *values[BIQA_N_BRANCHES];   /* n_params floats each */
    float *gradient[BIQA_N_BRANCHES]; /* n_params floats each */
    guint8 *mask;                     /* n_params: 0 where the competitor lacks a weight */
    guint8 *own;                      /* n_params: 1 where the competitor's value is its own */
    guint8 *decays;                   /* n_params: 1 on weights */
    guint8 *statistic;                /* n_params: 1 on what is measured, not learned */
    gboolean averaged;                /* average counts, not values */
    float *average[BIQA_N_BRANCHES];  /* n_params floats each; NULL until first averaged */
    TrainOptim *optim[BIQA_N_BRANCHES];
    TrainReliability *reliability; /* of the annotators; NULL: there are none */
    GArray
        *disagreement; /* float: of rated images by their index, see mining.h; empty: not mined */
} TrainWeights;

TrainWeights *train_weights_new(const BiqaGraph *graph, const TrainOptimParams *optim,
                                gboolean own_norm);
void train_weights_free(TrainWeights *weights);

/* He's initialisation: weights normal with variance 2 / fan-in, linear layers 1 / fan-in; NORM
 * neutral. */
void train_weights_init(TrainWeights *weights, guint64 seed);

/* A new mask from the full model's present weights; the first one gives the competitor its NORM,
 * and a channel that returns gets its NORM anew. */
void train_weights_prune(TrainWeights *weights, const BiqaPruneRule *rule);

/* The competitor's values from the full model's: after each step. */
void train_weights_sync(TrainWeights *weights);

void train_weights_zero_gradients(TrainWeights *weights);

/* One step on both branches: the competitor's gradient joins the full model's through the mask, but
 * for what is its own. scale: per-parameter factor of rate. Returns the gradient's norm before
 * clipping; if that is not finite, nothing was changed. */
double train_weights_step(TrainWeights *weights, double rate, const float *scale, double clip);

/* Moves the average of the values, average += (1 - keep) * (value - average), keep in 0..1; from
 * then on it is the result. Means and variances of NORM layers are taken as they are. keep 0 begins
 * anew. */
void train_weights_average(TrainWeights *weights, double keep);

/* The average becomes the values, and there is none any more. Without one, nothing happens. */
void train_weights_settle(TrainWeights *weights);

/* What training has come to: n_params floats, the average where there is one. (borrowed) */
const float *train_weights_result(const TrainWeights *weights, BiqaBranch branch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainWeights, train_weights_free)
