/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sequence of tasks, learned one after the other in several ways, and what each way comes to: the
 * protocol and the figures of Zhang, Ma, Zhai and Yang. Tasks are adaptations (adapt.h). The other
 * ways learn in as many steps of as many pictures, with convolutions trained too, at
 * TRAIN_CONTINUAL_RATE of the rate, and without a competitor, at which nobody looks. */
#pragma once

#include "error.h"
#include "workers.h"

#define TRAIN_CONTINUAL_MOST 15 /* tasks */
#define TRAIN_CONTINUAL_RATE .3

typedef enum {
    TRAIN_CONTINUAL_GATED,    /* normalisation and a head a task, weighed for each picture */
    TRAIN_CONTINUAL_ORACLE,   /* the same, by the head of the task that the picture is of */
    TRAIN_CONTINUAL_LAST,     /* the same, by the head that was learned last */
    TRAIN_CONTINUAL_ONE,      /* one head, all weights trained on without protection */
    TRAIN_CONTINUAL_KEEPING,  /* the same, staying near its scores before: without forgetting */
    TRAIN_CONTINUAL_SEPARATE, /* a head a task, all other weights shared and trained on; oracle */
    TRAIN_CONTINUAL_JOINT,    /* one head, all tasks learned at once */
    TRAIN_N_CONTINUAL
} TrainContinualMethod;

const char *train_continual_name(TrainContinualMethod method); /* "one head, fine-tuned" */

typedef struct {
    const char *base;                    /* the model's file */
    const char *recipe;                  /* as of an adaptation; NULL: the built-in one */
    const char *others;                  /* of the ways that train convolutions; NULL: recipe */
    const char *shares;                  /* of each task's list: training, validation, test */
    const char *keep;                    /* folder for what is learned, see keep.h; NULL: none */
    char *const *names, *const *ratings; /* of the tasks, in order */
    guint n;                             /* 2..TRAIN_CONTINUAL_MOST */
    gboolean quiet;
} TrainContinualParams;

/* Rows are the task learned last, columns the test set, up to the row. After JOINT every row is
 * alike. */
typedef double TrainContinualTable[TRAIN_CONTINUAL_MOST][TRAIN_CONTINUAL_MOST];

typedef struct {
    guint n;
    TrainContinualTable srcc[TRAIN_N_CONTINUAL]; /* of scores and ratings */
    TrainContinualTable same[TRAIN_N_CONTINUAL]; /* of scores and those right after that task */
} TrainContinual;

/* The figures of a method:
 *   mean SRCC  = 1/T sum_t mean_{s<=t} S[t][s]
 *   plasticity = 1/T sum_t S[t][t]
 *   stability  = 1/T (1 + sum_{t>0} mean_{s<t} C[t][s])
 *   forgetting = max_s (S[s][s] - S[T-1][s])
 * with S the table srcc and C the table same. */
typedef struct {
    double mean, plasticity, stability, forgetting;
} TrainContinualFigures;

TrainContinualFigures train_continual_figures(const TrainContinual *result,
                                              TrainContinualMethod method);

/* mean_{s<=t} S[t][s] */
double train_continual_mean(const TrainContinual *result, TrainContinualMethod method, guint t);

/* Learns and scores everything. Errors: as of an adaptation, and those of lists that are too small
 * for their shares. */
gboolean train_continual(const TrainContinualParams *params, TrainWorkers *workers,
                         TrainContinual *result, GError **error);

/* A page with table and plot. (transfer full) */
char *train_continual_page(const TrainContinualParams *params, const TrainContinual *result);
