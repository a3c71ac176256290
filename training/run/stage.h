/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Training stages. They differ in their step only; trainer.c owns everything around it. */
#pragma once

#include "batch.h"
#include "teachers.h"
#include "weights.h"

/* One step: batches are filled, gradients zero. */
typedef struct {
    const TrainStageRecipe *recipe;
    TrainWeights *weights;
    TrainNorm norm;
    TrainBatch *ranked, *rated;    /* NULL: the stage has none */
    guint first_layer;             /* layers before it are not trained */
    const TrainTeachers *teachers; /* whom teacher-weight asks; NULL: nobody */
} TrainStep;

typedef struct {
    const char *name;
    gboolean paired; /* runs the competitor too */
    /* Losses, and gradients into weights->gradient. Returns the loss. */
    double (*step)(const TrainStep *step);
} TrainStage;

const TrainStage *train_stage_find(const char *name); /* NULL: none */
