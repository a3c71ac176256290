/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stage in progress: its batches, and what surrounds its step. */
#pragma once

#include "stage.h"

/* What the stages of a run share; all borrowed. */
typedef struct {
    const TrainRecipe *recipe;
    TrainWorkers *workers;
    TrainWeights *weights;
    const TrainDataset *dataset;
    const TrainTeachers *teachers; /* NULL: none */
} TrainContext;

typedef struct {
    const TrainContext *context;
    const TrainStage *stage;
    const TrainStageRecipe *recipe;
    TrainStep step;
    float *scale; /* n_params: factor of the rate */
    guint period; /* steps between masks; 0: the first one stays */
    guint images; /* in a step */
    guint64 seed;
} TrainStageRun;

/* Stage number index of the recipe. context is borrowed. */
TrainStageRun *train_stage_run_new(const TrainContext *context, guint index);
void train_stage_run_free(TrainStageRun *run);

/* Fills the batches and takes that step. Returns the loss; where it or its gradient is no finite
 * number, NaN, and weights are left alone. */
double train_stage_run_step(TrainStageRun *run, guint step);

/* After the last step: the average becomes the weights, and the competitor is made of them. */
void train_stage_run_finish(TrainStageRun *run);

/* The learning rate of a step. */
double train_stage_run_rate(const TrainStageRun *run, guint step);

/* Writes the batch of the last step into folder, see train_batch_save(). */
gboolean train_stage_run_keep_batch(const TrainStageRun *run, const char *folder, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainStageRun, train_stage_run_free)
