/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a judge is made of. */
#pragma once

#include "gguf.h"
#include "judge-features.h"
#include "judge.h"
#include "mlp.h"

#define TRAIN_JUDGE_MAX_NETS 16

/* Networks work in units of 25 points around 50. */
#define TRAIN_JUDGE_CENTRE 50.
#define TRAIN_JUDGE_UNIT 25.

struct TrainJudge {
    char *description, *license; /* of the file; either may be NULL */
    guint n_features;
    const TrainJudgeFeature *features[TRAIN_JUDGE_MAX_FEATURES];
    double mean[TRAIN_JUDGE_MAX_FEATURES], deviation[TRAIN_JUDGE_MAX_FEATURES];
    guint n_nets;
    TrainMlp *nets[TRAIN_JUDGE_MAX_NETS];
    guint n_types;
    char **types;  /* (n_types) names of distortions whose mean rating is known */
    double *table; /* (n_types, TRAIN_LEVELS) points */
};

/* A judge of all features, without networks and table. */
TrainJudge *train_judge_new(void);

/* The networks' verdict on features as measured, 0..100. */
double train_judge_run(const TrainJudge *judge, const double *features);

/* judge-file.c. Errors name the path. */
gboolean train_judge_save(const TrainJudge *judge, const char *path, GError **error);
TrainJudge *train_judge_parse(const BiqaGguf *gguf, GError **error);
