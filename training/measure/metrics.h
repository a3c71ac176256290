/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How well predictions agree with ratings. */
#pragma once

#include <glib.h>

/* Spearman's rank correlation, ties by mean ranks; 0 where either side is constant. */
double train_srcc(const double *a, const double *b, guint n);
/* Kendall's tau-b (Knight's way, n log n). */
double train_krcc(const double *a, const double *b, guint n);
/* Pearson's correlation. */
double train_pearson(const double *a, const double *b, guint n);

typedef struct {
    guint n;
    double srcc, krcc;
    double plcc, rmse; /* after the logistic; rmse in units of the ratings */
} TrainAgreement;

/* All four for predictions x against ratings y. PLCC and RMSE are taken after the usual
 * q(x) = b1 (1/2 - 1 / (1 + exp(b2 (x - b3)))) + b4 x + b5, fitted by least squares
 * (Levenberg-Marquardt). */
TrainAgreement train_agreement(const double *x, const double *y, guint n);

/* That logistic, fitted: fitted receives q(x) for each of the n predictions. */
void train_logistic_map(const double *x, const double *y, guint n, double *fitted);

/* The value below which share of the n values lie (linear interpolation). */
double train_quantile(const double *values, guint n, double share);
