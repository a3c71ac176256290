/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pairs of pictures a judge is fitted to and measured on, made anew from pristine pictures:
 * distorted like KADID-10k's (the rating of a type and level is the mean over its references), and
 * rebuilt TID2013 (the same Kodak photograph distorted to the same PSNR, with that very picture's
 * rating). Both are approximations. */
#pragma once

#include "annotator.h"
#include "judge-fit.h"
#include "rating-table.h"
#include "workers.h"

#define TRAIN_JUDGE_MAX_ANNOTATORS 16

typedef struct {
    guint set;
    guint content, type, level; /* indices; content: of the sorted list of pictures */
    gboolean pristine;          /* the picture with itself */
    gboolean held;
    double label; /* 0..100 of its set's scale */
    double features[TRAIN_JUDGE_MAX_FEATURES];
    double annotators[TRAIN_JUDGE_MAX_ANNOTATORS]; /* of held pairs; as train_annotators() */
} TrainJudgePair;

typedef struct {
    const char *const *pictures; /* pristine: files and folders of them, NULL-terminated */
    const char *const *held;     /* file names only measured on, or NULL */
    const TrainRatingTable *kadid, *tid;
    guint64 seed;                                             /* of the distortions' draws */
    void (*progress)(guint done, guint total, gpointer data); /* or NULL; by one thread at a time */
    gpointer progress_data;
} TrainJudgeSource;

/* All pairs, content by content; the same at any number of threads. Files named kodimNN.* are
 * TID2013's reference NN as well. Errors: no picture, one that is too small, a held name that is
 * not there. (transfer full) of TrainJudgePair */
GArray *train_judge_pairs(const TrainJudgeSource *source, TrainWorkers *workers, GError **error);

/* The distortions in the order of KADID-10k's types. (transfer container) */
GPtrArray *train_judge_kadid_types(GError **error);

/* What the pair counts in the fit. */
double train_judge_weight(const TrainJudgePair *pair);
