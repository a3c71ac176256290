/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the judge knows of a pair of pictures: figures of the annotators, bent so that equal steps
 * look about equal, and a few that say which way something changed. */
#pragma once

#include "image.h"

#define TRAIN_JUDGE_MAX_FEATURES 16

typedef struct TrainJudgeFeature TrainJudgeFeature;

/* All of them, in the order in which a new judge uses them. */
const TrainJudgeFeature *train_judge_feature_at(guint index);        /* NULL: no more */
const TrainJudgeFeature *train_judge_feature_find(const char *name); /* NULL: none */
const char *train_judge_feature_name(const TrainJudgeFeature *feature);

/* values (n): those features of a pair of equal size. Never NaN or infinite. */
void train_judge_measure(const TrainJudgeFeature *const *features, guint n,
                         const TrainImage *reference, const TrainImage *distorted, double *values);
