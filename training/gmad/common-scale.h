/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges on one scale, so that their gaps can be compared. */
#pragma once

#include <glib.h>

/* VQEG's monotonic logistic of four parameters:
 * q(x) = worst + (best - worst) / (1 + exp(-(x - middle) / width)), width above 0. */
typedef struct {
    double worst, best, middle, width;
} TrainLogistic;

#define TRAIN_LOGISTIC_LEAST 8 /* points that a fit takes */

/* Least squares to n points; FALSE where there are fewer than TRAIN_LOGISTIC_LEAST, where x does
 * not differ, or where y falls as x rises. */
gboolean train_logistic_fit(const double *x, const double *y, guint n, TrainLogistic *logistic);
double train_logistic_value(const TrainLogistic *logistic, double x);

/* Each score's rank among all that are not NAN, ties by their mean, spread evenly over 0..100;
 * NAN stays. In place. */
void train_scale_ranks(double *scores, guint n);

/* Scores keep their order and get the distribution of like (of as many; NAN in either is left out):
 * the score of a rank becomes like's quantile of that rank. In place. */
void train_scale_alike(double *scores, const double *like, guint n);
