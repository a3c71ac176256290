/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A training run: the only loop over steps, its progress, log, checkpoints and end. */
#pragma once

#include "error.h"

typedef struct {
    const char *recipe; /* ini file */
    const char
        *data; /* folder that the recipe's relative paths start from; NULL: the recipe's own */
    const char *output; /* folder of the run: log.jsonl, checkpoint.gguf, model.gguf, cache/ */
    gboolean resume;    /* go on from the checkpoint, if there is one; without it, one of an
                           unfinished run or another recipe is an error */
    guint threads;      /* 0: one a processor */
    guint stop_after;   /* steps in this call before it stops as if interrupted; 0: never */
} TrainRunParams;

typedef enum {
    TRAIN_RUN_FAILED,
    TRAIN_RUN_INTERRUPTED, /* a checkpoint was written; resume goes on from it */
    TRAIN_RUN_DONE,
} TrainRunResult;

/* SIGINT and SIGTERM end the run after the step in progress. Errors only with TRAIN_RUN_FAILED. */
TrainRunResult train_run(const TrainRunParams *params, GError **error);
