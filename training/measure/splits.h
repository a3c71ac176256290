/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Figures over random test parts of a rated list. */
#pragma once

#include "significance.h"

typedef struct {
    guint n;      /* parts */
    double share; /* of the images in each */
    guint64 seed;
    TrainWorkers *workers;
} TrainSplits;

typedef struct {
    guint images;                        /* in each part */
    TrainAgreement median;               /* of each figure by itself */
    TrainAgreementIntervals middle_half; /* quartiles */
} TrainSplitFigures;

/* The agreement of predictions x with ratings y on each of splits->n random parts (without
 * replacement; at least 3 images). For a judge that learned from none of the images it tells how
 * far a figure on so few images strays, no more: there is nothing to train anew. */
TrainSplitFigures train_splits_agreement(const TrainSplits *splits, const double *x,
                                         const double *y, guint n);
