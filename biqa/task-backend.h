/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any backend as one that runs a model's tasks: where its kind cannot by itself
 * (BiqaBackendClass.tasks), it holds a backend for each and weighs their scores. */
#pragma once

#include "backend.h"
#include "task.h"

/* Opens a backend for the whole model or one task's view of it, which outlives it; first: the one
 * opened first for this model, whose kind it must be of, or NULL. (transfer full) */
typedef struct {
    BiqaBackend *(*open)(gpointer user, const BiqaModel *view, const BiqaBackend *first,
                         GError **error);
    gpointer user;
} BiqaTaskOpener;

/* task: the number of the only one to use, or -1: all, weighed for each frame. Where the model has
 * but its own, its backend itself. Scores are the frame's blended ones, with the weights of the
 * tasks beside them (verdict.h); taps are of task 0, or the only one. A frame costs a run of task
 * 0, from whose maps the features come, and of each other task that has weight. model outlives the
 * backend; opener need not. Errors: the opener's. (transfer full) */
BiqaBackend *biqa_task_backend_open(const BiqaModel *model, int task, const BiqaTaskOpener *opener,
                                    GError **error);
