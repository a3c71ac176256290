/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How sure a figure of agreement is: intervals by resampling, and whether two judges of the same
 * images differ by more than chance. */
#pragma once

#include "metrics.h"
#include "workers.h"

typedef struct {
    double low, high;
} TrainInterval;

typedef struct {
    guint resamples; /* at least 1 */
    guint64 seed;
    double level; /* .95 */
    TrainWorkers *workers;
} TrainBootstrap;

typedef struct {
    TrainInterval srcc, krcc, plcc, rmse;
} TrainAgreementIntervals;

/* Percentile intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13)
 * of what train_agreement() gives for predictions x against ratings y: images are drawn n times
 * with replacement, resamples times, and the middle level of the figures is kept. The logistic is
 * fitted once, to all images. The same seed gives the same intervals on any number of threads. */
TrainAgreementIntervals train_bootstrap_agreement(const TrainBootstrap *bootstrap, const double *x,
                                                  const double *y, guint n);

typedef struct {
    double difference;      /* SRCC of a minus SRCC of b */
    TrainInterval interval; /* paired bootstrap: both are taken on the same drawn images */
    double z, p;            /* train_meng_z() on the two SRCC; p is two-sided */
} TrainComparison;

/* Two judges a and b of the same n images with ratings y. */
TrainComparison train_compare_srcc(const TrainBootstrap *bootstrap, const double *a,
                                   const double *b, const double *y, guint n);

/* Meng, Rosenthal and Rubin, "Comparing correlated correlation coefficients", Psychological
 * Bulletin 111 (1992), eq. 1-3: standard normal where r1 and r2, the correlations of two variables
 * with a third on the same n cases, are equal in the population; r12 is the two's own correlation.
 * variance is that of Fisher's z times n - 3: 1 for Pearson's, TRAIN_SPEARMAN_VARIANCE for
 * Spearman's. 0 below 4 cases and where the two variables are the same. */
typedef struct {
    double r1, r2, r12;
    guint n;
    double variance;
} TrainMeng;

double train_meng_z(const TrainMeng *meng);

/* Fieller, Hartley and Pearson, Biometrika 44 (1957). */
#define TRAIN_SPEARMAN_VARIANCE 1.06

/* Probability of a standard normal at least as far from 0 as z. */
double train_normal_p(double z);
