/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run's log read back. */
#pragma once

#include "recipe.h"

typedef struct {
    guint stage;                          /* of the recipe */
    double at;                            /* steps since the run's first */
    double loss, rate, images_per_second; /* NAN: not written */
} TrainLogStep;

typedef struct {
    guint stage;
    double at;
    double srcc, competitor_srcc, plcc; /* NAN: not measured */
    gboolean stage_end;
} TrainLogLook;

typedef struct {
    GArray *steps; /* TrainLogStep, at rises */
    GArray *looks; /* TrainLogLook at the validation part, at rises */
    guint unread;  /* lines that are no record */
} TrainRunLog;

/* Reads log.jsonl. A run that was stopped and resumed repeats the steps since its checkpoint: the
 * last record of a step is the one that counts. */
TrainRunLog *train_run_log_load(const char *path, const TrainRecipe *recipe, GError **error);
void train_run_log_free(TrainRunLog *log);

/* Steps of the stages before stage; with recipe->n_stages, of all. */
double train_run_log_start(const TrainRecipe *recipe, guint stage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainRunLog, train_run_log_free)
