/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scoring pictures with a model: what `biqa-train eval` and `score` print is what the element
 * gives. */
#pragma once

#include "image.h"
#include "metrics.h"
#include "model.h"
#include "pool.h"
#include "task.h"
#include "workers.h"

/* A model folded and ready; used by any number of threads at once. */
typedef struct TrainScorer TrainScorer;

/* model is borrowed; its tasks weigh in. Where both branches' params are one arena, the
 * competitor's scores are the full model's, which is run once. */
TrainScorer *train_scorer_new(const BiqaModel *model);
void train_scorer_free(TrainScorer *scorer);

BiqaResult train_scorer_result(const TrainScorer *scorer, const BiqaFrame *frame);
BiqaVerdict train_scorer_frame(const TrainScorer *scorer, const BiqaFrame *frame);

/* What the full model gives for one crop alone: points that are not clamped to 0..100, so that the
 * mean over a model's crops, clamped, is its score. */
double train_scorer_place(const TrainScorer *scorer, const BiqaFrame *frame, BiqaPlace place);

/* Runs both branches on files in parallel; results has n entries. Errors name the file. */
gboolean train_scorer_results(const TrainScorer *scorer, char *const *paths, guint n,
                              TrainWorkers *workers, BiqaResult *results, GError **error);
/* The features of files (n, biqa_gating_length()), by the model's own normalisation, as gating
 * says.
 */
gboolean train_scorer_features(const TrainScorer *scorer, const BiqaGating *gating,
                               char *const *paths, guint n, TrainWorkers *workers, float *features,
                               GError **error);
/* The results, as verdicts. */
gboolean train_scorer_files(const TrainScorer *scorer, char *const *paths, guint n,
                            TrainWorkers *workers, BiqaVerdict *verdicts, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainScorer, train_scorer_free)
