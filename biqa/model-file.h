/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the reader and the writer of model files share: keys, and the tensors a file has.
 * docs/model-format.md says what each is. */
#pragma once

#include "gguf.h"
#include "model.h"

#define MODEL_ARCHITECTURE "biqa"
#define MODEL_VERSION 2      /* 1 knows no KEY_STRUCTURE */
#define MODEL_HEAD_VERSION 1 /* of the uncertainty head */
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
#define KEY_HEAD "biqa.uncertainty.version"
#define KEY_FIGURES "biqa.uncertainty.figures"
#define KEY_FIGURE_MEAN "biqa.uncertainty.mean"
#define KEY_FIGURE_DEVIATION "biqa.uncertainty.deviation"
#define KEY_FIGURE_WEIGHT "biqa.uncertainty.weight"
#define KEY_HEAD_BIAS "biqa.uncertainty.bias"
#define KEY_HEAD_THRESHOLD "biqa.uncertainty.hard_threshold"
#define KEY_QUANTILE "biqa.conformal.quantile"
#define KEY_COVERAGE "biqa.conformal.coverage"
#define KEY_CALIBRATED "biqa.conformal.images"
#define KEY_SRCC "biqa.validation.srcc"
#define KEY_PLCC "biqa.validation.plcc"
#define KEY_RECIPE "biqa.recipe"
#define KEY_SEED "biqa.seed"

/* One tensor of the file and its place in the model. */
typedef struct {
    char *name; /* "layer.4.weight", "competitor.layer.5.scale" */
    BiqaBranch branch;
    guint layer, param;
    guint64 dims[4]; /* innermost first */
    guint n_dims;
} ModelTensor;

/* Every tensor of the model file of an inferred graph, in the order of the file: all of the full
 * model's, then the competitor's own normalisation where it has one. (transfer full) array of
 * ModelTensor; g_array_unref() */
GArray *biqa_model_tensors(const BiqaGraph *graph, gboolean competitor_norm);

/* Memory in the file's layout, checked into a model; model-read.c. */
BiqaModel *biqa_model_from_gguf(const BiqaGguf *gguf, const char *name, GError **error);
