/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge-private.h"

#include <string.h>

TrainJudge *train_judge_new(void)
{
    TrainJudge *judge = g_new0(TrainJudge, 1);
    const TrainJudgeFeature *feature;
    while ((feature = train_judge_feature_at(judge->n_features)))
        judge->features[judge->n_features++] = feature;
    return judge;
}

void train_judge_free(TrainJudge *judge)
{
    if (!judge)
        return;
    for (guint net = 0; net < judge->n_nets; net++)
        train_mlp_free(judge->nets[net]);
    for (guint type = 0; type < judge->n_types; type++)
        g_free(judge->types[type]);
    g_free(judge->types);
    g_free(judge->table);
    g_free(judge->description);
    g_free(judge->license);
    g_free(judge);
}

TrainJudge *train_judge_load(const char *path, GError **error)
{
    g_autoptr(BiqaGguf) gguf = biqa_gguf_open(path, error);
    TrainJudge *judge = gguf ? train_judge_parse(gguf, error) : NULL;
    if (gguf && !judge)
        g_prefix_error(error, "%s: ", path);
    return judge;
}

double train_judge_run(const TrainJudge *judge, const double *features)
{
    double input[TRAIN_JUDGE_MAX_FEATURES], sum = 0;
    for (guint f = 0; f < judge->n_features; f++)
        input[f] = (features[f] - judge->mean[f]) / judge->deviation[f];
    for (guint net = 0; net < judge->n_nets; net++) {
        TrainMlpTrace trace;
        sum += train_mlp_forward(judge->nets[net], input, &trace);
    }
    const double points = TRAIN_JUDGE_CENTRE + TRAIN_JUDGE_UNIT * sum / judge->n_nets;
    return CLAMP(points, 0, 100);
}

double train_judge_score(const TrainJudge *judge, const TrainImage *reference,
                         const TrainImage *distorted)
{
    double features[TRAIN_JUDGE_MAX_FEATURES];
    train_judge_measure(judge->features, judge->n_features, reference, distorted, features);
    return train_judge_run(judge, features);
}

double train_judge_label(const TrainJudge *judge, const TrainDistortion *type, guint level,
                         const TrainImage *reference, const TrainImage *distorted)
{
    g_return_val_if_fail(level < TRAIN_LEVELS, 0);
    const double score = train_judge_score(judge, reference, distorted);
    for (guint t = 0; t < judge->n_types; t++) {
        if (g_str_equal(judge->types[t], type->name))
            return (score + judge->table[t * TRAIN_LEVELS + level]) / 2;
    }
    return score;
}
