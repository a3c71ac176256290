/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How well a figure foretells where a model is wrong: what the hard flag is judged by. */
#pragma once

#include <glib.h>

/* Area under the ROC curve: the probability that a positive one has the larger figure than a
 * negative one, ties count half. .5 where there are no positives, or nothing else. */
double train_auroc(const double *figure, const gboolean *positive, guint n);

/* Marks the worst fifth: errors at or above their .8 quantile. */
void train_mark_worst(const double *errors, guint n, gboolean *worst);

typedef struct {
    double value, low, high; /* percentile interval of 95 % */
} TrainEstimate;

typedef struct {
    TrainEstimate auroc; /* for the worst fifth of the errors */
    TrainEstimate srcc;  /* with the errors */
} TrainHardness;

/* errors: |score - rating|. The intervals are of resamples bootstrap resamples of the images, each
 * with a worst fifth of its own; of none, they are the value. */
TrainHardness train_hardness(const double *figure, const double *errors, guint n, guint resamples,
                             guint64 seed);
