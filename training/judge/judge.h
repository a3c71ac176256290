/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fused judge: full-reference figures put together by small networks that were fitted to
 * published ratings, so that blur, noise and wrong colours end on one scale.
 *
 * The scale is KADID-10k's, stretched: points = 25 (rating - 1), so that its 1 ("very annoying") is
 * 0 and its 5 ("imperceptible") 100. A picture beside itself is fitted to
 * TRAIN_JUDGE_PRISTINE: people don't call even the best of pictures perfect. */
#pragma once

#include "distort.h"

#define TRAIN_JUDGE_PRISTINE 94.

typedef struct TrainJudge TrainJudge;

/* Reads and checks a judge's file (GGUF, architecture "biqa-judge"). Errors name the file. */
TrainJudge *train_judge_load(const char *path, GError **error);
void train_judge_free(TrainJudge *judge);

/* 0..100, higher is better; sizes are equal. Used by any number of threads at once. */
double train_judge_score(const TrainJudge *judge, const TrainImage *reference,
                         const TrainImage *distorted);

/* The label for training of distorted, which is reference after type at that level (an index, 0 the
 * mildest): the mean of the judge's score and of the published mean rating of type and level where
 * the judge's table has it (family "kadid"), else the judge's score alone. Same rules. */
double train_judge_label(const TrainJudge *judge, const TrainDistortion *type, guint level,
                         const TrainImage *reference, const TrainImage *distorted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainJudge, train_judge_free)
