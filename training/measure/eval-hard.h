/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hard flag judged as a product: does its figure find the images that a model is wrong about,
 * does the interval hold the ratings. Printed as tables. */
#pragma once

#include "calibrate.h"
#include "hardness.h"

typedef struct {
    const BiqaModel *model;
    const TrainErrors *errors;           /* of rated images that the model was not trained on */
    const TrainCalibration *calibration; /* of heads that are fitted for comparison */
    guint resamples;                     /* of the bootstrap */
    guint64 seed;
} TrainEvalHard;

typedef struct {
    const char *name; /* "disagreement", "uncertainty", "without the competitor" */
    TrainHardness hardness;
    double coverage, width; /* of a head's interval: share of ratings within, mean points; or NAN */
} TrainHardRow;

#define TRAIN_HARD_ROWS 3

/* For plain disagreement, the model's own head and rest (a head to compare with, without the
 * competitor's figures; NULL: none): AUROC for the worst fifth of the errors and Spearman
 * correlation with the error, with 95 % bootstrap intervals; of the heads' intervals, share of
 * ratings within and mean width. Returns the number of rows. */
guint train_eval_hard_rows(const TrainEvalHard *eval, const BiqaUncertainty *rest,
                           TrainHardRow rows[TRAIN_HARD_ROWS]);
/* The same as a table. */
void train_eval_hard_print(const TrainEvalHard *eval, const BiqaUncertainty *rest);

/* Medians over n_splits seeded halvings, heads fitted to one half and judged on the other. */
void train_eval_hard_print_splits(const TrainEvalHard *eval, guint n_splits);
