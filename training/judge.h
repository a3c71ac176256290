/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fused judge: full-reference figures put together by a small network that was fitted to
 * published ratings, so that blur, noise and wrong colours end on one scale. */
#pragma once

#include "distort.h"

typedef struct TrainJudge TrainJudge;

/* Reads and checks a judge's file (GGUF, architecture "biqa-judge"). Errors name the file. */
TrainJudge *train_judge_load(const char *path, GError **error);
void train_judge_free(TrainJudge *judge);

/* 0..100, higher is better; sizes are equal. Used by any number of threads at once. */
double train_judge_score(const TrainJudge *judge, const TrainImage *reference,
                         const TrainImage *distorted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainJudge, train_judge_free)
