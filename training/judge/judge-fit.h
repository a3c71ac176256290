/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fitting the judge's networks to rated pairs of pictures. Deterministic. */
#pragma once

#include "judge-private.h"

/* Ratings of one study share a scale; another's is joined by an affine map that is fitted too, so
 * that only the order and the distances within it count. */
enum { TRAIN_JUDGE_KADID, TRAIN_JUDGE_TID, TRAIN_JUDGE_N_SETS };

typedef struct {
    guint set;              /* KADID's scale is the judge's own; others have a map to it */
    double label;           /* points, or any scale of about a hundred */
    double weight;          /* in the squared error; 1 as a rule */
    const double *features; /* (n_features); borrowed */
} TrainJudgeSample;

typedef struct {
    guint n_nets; /* 1..TRAIN_JUDGE_MAX_NETS; their mean is the score */
    guint hidden[2];
    guint epochs, batch;
    double rate, decay; /* Adam's, falling by a cosine to 2 %; decoupled weight decay */
    guint64 seed;
    gboolean (*progress)(guint net, guint epoch, double error, gpointer data); /* or NULL */
    gpointer progress_data;
} TrainJudgeFit;

/* What the shipped judge was fitted with. */
TrainJudgeFit train_judge_fit_defaults(void);

/* Sets judge's standardisation and networks by n samples of judge->n_features features. Weights
 * are rounded to float, as the file holds them. At least one sample is of set 0. */
void train_judge_fit(TrainJudge *judge, const TrainJudgeSample *samples, guint n,
                     const TrainJudgeFit *fit);
