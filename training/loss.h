/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Losses on raw scores y of a batch. Each returns the loss and adds weight * dloss/dy to dy. */
#pragma once

#include <glib.h>

/* What is known of a batch of n samples. Pairs are made inside a group only. */
typedef struct {
    guint n;
    const float *quality; /* higher is better; any unit for ranks, points of 0..100 for ratings */
    const guint *group;   /* samples that may be compared share a number */
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
