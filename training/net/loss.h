/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Losses on raw scores y of a batch. Each returns the loss and adds weight * dloss/dy to dy. */
#pragma once

#include <glib.h>

/* What is known of a batch of n samples. Pairs are made inside a group only. */
typedef struct {
    guint n;
    const float *quality; /* higher is better; any unit for ranks, points of 0..100 for ratings */
    const guint *group;   /* samples that may be compared share a number */
    const float *spread;  /* the raters' standard deviation in units of quality; NULL: not known */
} TrainLabels;

/* RankIQA's efficient Siamese loss: over all pairs of one group whose qualities differ, the mean of
 * max(0, margin - (y_better - y_worse)). The mean is over pairs (the authors' code divides by
 * images). */
double train_loss_hinge(const TrainLabels *labels, const float *y, double margin, double weight,
                        float *dy);

/* Fidelity loss over all pairs of one group, mean over pairs:
 *   1 - sqrt(p g + eps) - sqrt((1 - p)(1 - g) + eps),  p = Phi((y_i - y_j) / sqrt 2), eps = 1e-8.
 * sigma > 0: g = Phi((q_i - q_j) / (sqrt 2 sigma)) (Thurstone, sigma in units of quality);
 * sigma = 0: g is 1 for the better, ties are no pairs (OHEM's binary labels). */
double train_loss_fidelity(const TrainLabels *labels, const float *y, double sigma, double weight,
                           float *dy);

/* Mean over samples of (y - target)^2. */
double train_loss_squared(const float *target, const float *y, guint n, double weight, float *dy);

/* OHEM's consistency: mean over samples of (a - b)^2, gradients on both sides. */
double train_loss_consistency(const float *a, const float *b, guint n, double weight, float *da,
                              float *db);

/* UNIQUE (Zhang et al., TIP 2021): fidelity loss as above, but for p = Phi((y_i - y_j) / sqrt V)
 * with the network's own standard deviations s (n floats, positive), V = s_i^2 + s_j^2 + 1e-8. V
 * gets no gradient. With labels->spread, g = Phi((q_i - q_j) / sqrt(spread_i^2 + spread_j^2)); else
 * sigma says what g is. */
double train_loss_fidelity_learned(const TrainLabels *labels, const float *y, const float *s,
                                   double sigma, double weight, float *dy);

/* What teaches s instead: over all pairs of one group whose spreads differ, the mean of
 * max(0, margin - r (s_i - s_j)), r = sign(spread_i - spread_j). UNIQUE's margin is 0.025; ties,
 * which add a constant there, are left out. Adds to ds. labels->spread is needed. */
double train_loss_spread(const TrainLabels *labels, const float *s, double margin, double weight,
                         float *ds);

/* s = log(1 + exp t), and the way back: dt += ds ds/dt = ds / (1 + exp(-t)). */
void train_softplus(const float *t, guint n, float *s);
void train_softplus_back(const float *t, const float *ds, guint n, float *dt);

/* What n_annotators say of a batch: sample i is better than j for annotator k where
 * quality[k * n + i] > quality[k * n + j]; equal figures (or NaN) are no vote. */
typedef struct {
    guint n, n_annotators;
    const float *quality; /* (n_annotators, n) */
    const guint *group;   /* samples that may be compared share a number */
} TrainVotes;

/* The slopes that train_loss_votes() adds to. */
typedef struct {
    float *dy;           /* n */
    float *ds;           /* n; may be NULL, and gets nothing, where s is */
    float *dreliability; /* (2, n_annotators) */
} TrainVotesSlopes;

/* The likelihood of noisy annotators (Wang and Ma, TPAMI 44(9); in the form of their later code):
 * over all pairs with a vote, the mean of
 *   -log(A p + B (1 - p)) / K,  A = prod a_k^g_k (1 - a_k)^(1 - g_k),
 *                               B = prod b_k^(1 - g_k) (1 - b_k)^g_k
 * over the K annotators that vote, g_k in {0, 1}, with p = Phi((y_i - y_j) / sqrt V),
 * V = s_i^2 + s_j^2 + 1e-4, or 2 where s is NULL. Of two samples the one with the lower index is i
 * where the indices' sum is odd, else the other: in a batch sorted by quality i would be the better
 * one always, and no pair would tell of specificity. reliability (2, n_annotators) holds
 * sensitivities a_k and specificities b_k before the sigmoid that keeps them in 0..1; they are
 * learned, at a rate of their own. */
double train_loss_votes(const TrainVotes *votes, const float *y, const float *s,
                        const float *reliability, double weight, const TrainVotesSlopes *slopes);
