/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tasks: kinds of pictures that a model learned after it was made. Each has normalisation and a
 * head of its own on convolutions that all share (Zhang, Ma, Zhai, Yang: task-specific
 * normalization). For a frame the heads' scores are weighed by how near it lies to what each task
 * was learned from. */
#pragma once

#include "model.h"

/* The model's own normalisation and head: task 0. */
#define BIQA_TASK_BASE "base"
#define BIQA_MAX_TASK_NAME 64 /* bytes */
#define BIQA_MAX_CENTROIDS 1024

typedef struct {
    char *name;        /* biqa_task_name_is_valid(); task 0: BIQA_TASK_BASE */
    char *data, *date; /* what it was learned from, and when ("2026-11-22"); for people */

    /* What its share of a frame is weighed by: (n_centroids, features) floats, of each part of the
     * features the centres of its training pictures. None: the task is used by name only; only
     * task 0 may have none. */
    guint n_centroids;
    float *centroids;

    /* Unset in task 0, whose are the model's. The arenas are whole: convolutions equal the model's,
     * and the competitor lacks the same of them. */
    float *params[BIQA_N_BRANCHES];
    BiqaScale scale;
    double srcc;           /* of validation; 0 where not measured */
    double hard_threshold; /* as BiqaModel's */
    BiqaUncertainty uncertainty;
} BiqaTask;

/* The features of a frame are the means of the channels of some of the maps that the last pool
 * reads, by the full branch of the model itself: its normalisation is of no task. */
typedef struct {
    guint n_parts;
    guint parts[BIQA_MAX_INPUTS]; /* which of the last pool's inputs */
    float temperature;            /* > 0: of the softmax over distances */
    float least_weight;           /* 0..1: a task of less weight is left out */
} BiqaGating;

struct BiqaTasks {
    BiqaGating gating;
    guint n; /* 2..BIQA_MAX_TASKS, the model's own included */
    BiqaTask items[BIQA_MAX_TASKS];
};

/* The last three inputs of the last pool; temperature 32, as the paper; least weight .05. */
BiqaGating biqa_gating_default(const BiqaGraph *graph);

/* The last pool, before which no task has anything of its own but NORMs and behind which lies the
 * head; 0: there is none, and the graph can have no tasks. */
guint biqa_task_pool(const BiqaGraph *graph);

/* Whether a layer's parameters are a task's own. */
gboolean biqa_task_owns(const BiqaGraph *graph, guint layer);

/* Letters, digits, dots, dashes and underscores, not "auto". */
gboolean biqa_task_name_is_valid(const char *name);

/* 1 where the model has learned nothing besides. */
guint biqa_model_n_tasks(const BiqaModel *model);
const char *biqa_model_task_name(const BiqaModel *model, guint task);
/* -1: it has none of that name. */
int biqa_model_find_task(const BiqaModel *model, const char *name);

/* The model as one task sees it, which has no tasks. A copy that owns nothing: never freed, and
 * valid as long as model. */
BiqaModel biqa_model_task(const BiqaModel *model, guint task);

/* Whether the model can be given a task of that name. Errors: it is no name or in use, there are
 * too many tasks, the graph has no pool. */
gboolean biqa_model_check_new_task(const BiqaModel *model, const char *name, GError **error);

/* A task for a model that has none of that name. own: what the task learned; of its arenas the
 * NORMs and the head count, and its name, data and centroids are taken over. Where the model has no
 * tasks yet, task 0 is made, and gating is how they will be weighed. Errors: as above. */
gboolean biqa_model_add_task(BiqaModel *model, const BiqaGating *gating,
                             BiqaTask *own /* (transfer contents) */, GError **error);
/* task 1 or more. Errors: the new name is no name or in use. */
gboolean biqa_model_rename_task(BiqaModel *model, guint task, const char *name, GError **error);
void biqa_model_remove_task(BiqaModel *model, guint task);

/* Which channels of what the last pool gives are a part of the features. */
typedef struct {
    guint first, n;
} BiqaGatingPart;

BiqaGatingPart biqa_gating_part(const BiqaGating *gating, const BiqaGraph *graph, guint part);

/* Floats of the features. */
guint biqa_gating_length(const BiqaGating *gating, const BiqaGraph *graph);

/* From what the last pool gives on each crop, (n_crops, its channels): the mean over the crops,
 * each part of it then of Euclidean length 1. features: biqa_gating_length() floats. */
void biqa_gating_features(const BiqaGating *gating, const BiqaGraph *graph, const float *pooled,
                          guint n_crops, float *features);

/* The weight of every task, which sum to 1: of each part softmax over tasks of
 * -temperature * distance to the nearest centroid; then the mean over parts; then 0 where less than
 * least_weight, and the rest made larger. All are 0 where features are not finite. weights:
 * biqa_model_n_tasks(). */
void biqa_model_weigh(const BiqaModel *model, const float *features, float *weights);

/* The raw outputs at one spot of a frame, as if they were the model's own: the weighted sum of the
 * tasks' scores, before they are clamped, on the model's scale; NAN where none has weight. results:
 * one a task, of which those without weight are not read. Sets n_crops, crops, n_tasks and the
 * first weights of result. */
void biqa_model_blend(const BiqaModel *model, const float *weights, const BiqaResult *results,
                      BiqaResult *result);

void biqa_tasks_free(BiqaTasks *tasks); /* NULL is fine */
