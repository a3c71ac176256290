/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the reader and the writer of model files share: keys, and the tensors a file has.
 * docs/model-format.md says what each is. */
#pragma once

#include "gguf.h"
#include "task.h"

#define MODEL_ARCHITECTURE "biqa"
#define MODEL_VERSION 2      /* 1 knows no KEY_STRUCTURE */
#define MODEL_HEAD_VERSION 1 /* of the uncertainty head */
#define MODEL_PREFIX "biqa." /* of the keys of the model's own head; a task's: "biqa.task.1." */
#define MODEL_DIRECTION "higher-is-better"

#define KEY_ARCHITECTURE "general.architecture"
#define KEY_NAME "general.name"
#define KEY_LICENSE "general.license"
#define KEY_DESCRIPTION "general.description"
#define KEY_DATASETS "general.datasets"
#define KEY_VERSION "biqa.version"
#define KEY_GRAPH "biqa.graph"
#define KEY_SIZE "biqa.input.size"
#define KEY_CROP_REDUCE "biqa.input.crop_reduce"
#define KEY_CROP_X "biqa.input.crop_x"
#define KEY_CROP_Y "biqa.input.crop_y"
#define KEY_SPOT_X "biqa.input.spot_x"
#define KEY_SPOT_Y "biqa.input.spot_y"
#define KEY_MEAN "biqa.input.mean"
#define KEY_DEVIATION "biqa.input.deviation"
#define KEY_SCORE_OFFSET "biqa.score.offset"
#define KEY_SCORE_SCALE "biqa.score.scale"
#define KEY_SCORE_DIRECTION "biqa.score.direction"
#define KEY_STRUCTURE "biqa.competitor.structure"
#define KEY_RATIO "biqa.competitor.ratio"
#define KEY_NORM "biqa.competitor.norm"
#define KEY_THRESHOLD "biqa.hard_threshold"
#define KEY_SRCC "biqa.validation.srcc"
#define KEY_PLCC "biqa.validation.plcc"
#define KEY_RECIPE "biqa.recipe"
#define KEY_SEED "biqa.seed"

#define KEY_TASKS "biqa.tasks.version"
#define KEY_TASK_NAMES "biqa.tasks.names"
#define KEY_TASK_DATA "biqa.tasks.data"
#define KEY_TASK_DATES "biqa.tasks.dates"
#define KEY_TASK_CENTROIDS "biqa.tasks.centroids"
#define KEY_GATING_INPUTS "biqa.tasks.inputs"
#define KEY_GATING_TEMPERATURE "biqa.tasks.temperature"
#define KEY_GATING_LEAST "biqa.tasks.least_weight"

#define MODEL_NO_LAYER G_MAXUINT

/* One tensor of the file and its place in the model. */
typedef struct {
    char *name; /* "layer.4.weight", "competitor.layer.5.scale", "task.1.layer.5.scale" */
    guint task;
    BiqaBranch branch;
    guint layer, param; /* layer MODEL_NO_LAYER: the task's centroids, "task.1.centroids" */
    guint64 dims[4];    /* innermost first */
    guint n_dims;
} ModelTensor;

/* Every tensor of a model's file, in the order of the file: all of the full model's, the
 * competitor's own normalisation where it has one, then what each task has of both, and its
 * centroids. (transfer full) array of ModelTensor; g_array_unref() */
GArray *biqa_model_tensors(const BiqaModel *model);

/* Where its values lie in the model. (borrowed) */
float *biqa_model_tensor_values(const BiqaModel *model, const ModelTensor *tensor);

/* An uncertainty head by its keys, which begin with prefix (MODEL_PREFIX, "biqa.task.1."). A file
 * without the head's version has none; model-head.c. */
gboolean model_read_head(const BiqaGguf *gguf, const char *prefix, BiqaUncertainty *head,
                         GError **error);
void model_put_head(BiqaGgufWriter *writer, const char *prefix, const BiqaUncertainty *head);

/* All of a model's tasks but their tensors; model-tasks.c. Without them nothing is read or
 * written. */
gboolean model_read_tasks(const BiqaGguf *gguf, BiqaModel *model, GError **error);
void model_put_tasks(BiqaGgufWriter *writer, const BiqaModel *model);

/* Once the tensors are there: what tasks share with their model, and their competitors. */
void model_complete_tasks(BiqaModel *model);

/* Memory in the file's layout, checked into a model; model-read.c. */
BiqaModel *biqa_model_from_gguf(const BiqaGguf *gguf, const char *name, GError **error);
