/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fitting a model's uncertainty head and interval to its errors on rated images that it was not
 * trained on. Deterministic: the same images in the same order and the same seed give the same
 * head. */
#pragma once

#include "model.h"

/* The fewest images a head is fitted to. */
#define TRAIN_CALIBRATE_LEAST 20
#define TRAIN_COVERAGE .9

/* What a model gave for n rated images. */
typedef struct {
    guint n;
    double (*figures)[BIQA_N_FIGURES];
    double *scores, *errors; /* points; |score - rating| */
} TrainErrors;

TrainErrors *train_errors_new(const BiqaModel *model, const BiqaResult *results,
                              const double *ratings, guint n);
/* Adds more images at the end. */
void train_errors_append(TrainErrors *errors, const TrainErrors *more);
/* Copies of the images named by rows. (transfer full) */
TrainErrors *train_errors_take(const TrainErrors *errors, const guint *rows, guint n);
void train_errors_free(TrainErrors *errors);

typedef struct {
    guint n_figures; /* 1 or more */
    BiqaFigure figures[BIQA_N_FIGURES];
    double hard_share; /* the threshold marks this share of the images as hard */
    guint64 seed;      /* of the folds */
    /* Errors of other models of the kind, on images that they were not trained on and this one is
     * not calibrated on: a head's weights are fitted to them, and only its bias to the images.
     * (borrowed) NULL: all of it is fitted to the images. */
    const TrainErrors *others;
} TrainCalibration;

/* Score, score-squared, crop-disagreement and spread; a tenth is hard; seed 1. */
TrainCalibration train_calibration_default(void);

/* Names of figures (NULL: the default's) into calibration. Errors: an unknown name, one twice,
 * none.
 */
gboolean train_calibration_parse(const char *const *names, TrainCalibration *calibration,
                                 GError **error);

/* Leaves out what needs the competitor: the ablation. */
TrainCalibration train_calibration_without_competitor(const TrainCalibration *calibration);

/* The head that is best for the images named by rows: weights w and bias b that minimise the mean
 * of log u + error / u (u = exp(b + w z), z the standardised figures: the likelihood of errors
 * distributed exponentially with mean u, so u is the expected error) plus ridge |w|^2 / 2 / n, the
 * ridge chosen by cross-validation among the rows. With others, w is what is best for these, b for
 * the rows. Without threshold and interval. */
BiqaUncertainty train_calibrate_fit(const TrainErrors *errors, const guint *rows, guint n,
                                    const TrainCalibration *calibration);

/* For each of the images the uncertainty by a head fitted to the other nine tenths. */
void train_calibrate_cross(const TrainErrors *errors, const TrainCalibration *calibration,
                           double *uncertainty);

/* The conformal quantile of error / uncertainty: of n ratios the ceil(TRAIN_COVERAGE (n + 1))-th
 * smallest; INFINITY where n is too small for it. */
double train_conformal_quantile(const double *ratios, guint n);

/* The whole: a head fitted to all images, its threshold, and an interval whose quantile is of
 * errors each divided by the uncertainty that a head gave which had not seen that image. Errors:
 * fewer than TRAIN_CALIBRATE_LEAST images, or errors of others. */
gboolean train_calibrate(const TrainErrors *errors, const TrainCalibration *calibration,
                         BiqaUncertainty *head, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainErrors, train_errors_free)
