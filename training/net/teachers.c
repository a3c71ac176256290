/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A handful of weights, and the mean of their scores. */
#include "teachers.h"

#include <string.h>

struct TrainTeachers {
    gsize n_params;
    GPtrArray *values; /* of float *: (n_params) each */
};

TrainTeachers *train_teachers_new(const BiqaGraph *graph)
{
    TrainTeachers *teachers = g_new(TrainTeachers, 1);
    *teachers = (TrainTeachers){graph->n_params, g_ptr_array_new_with_free_func(g_free)};
    return teachers;
}

void train_teachers_free(TrainTeachers *teachers)
{
    if (!teachers)
        return;
    g_ptr_array_unref(teachers->values);
    g_free(teachers);
}

void train_teachers_add(TrainTeachers *teachers, const float *values)
{
    g_ptr_array_add(teachers->values, g_memdup2(values, teachers->n_params * sizeof *values));
}

void train_teachers_score(const TrainTeachers *teachers, TrainNet *net, guint n, TrainNorm norm,
                          float *scores)
{
    g_autofree float *one = g_new(float, n);
    memset(scores, 0, n * sizeof *scores);
    for (guint t = 0; t < teachers->values->len; t++) {
        train_net_forward(net, n, g_ptr_array_index(teachers->values, t), norm, one);
        for (guint i = 0; i < n; i++)
            scores[i] += one[i] / (float)teachers->values->len;
    }
}
