/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads that work through numbered tasks. Results never depend on how many there are: whoever
 * adds floats up does so per task and in the order of the tasks' numbers. */
#pragma once

#include <glib.h>

typedef struct TrainWorkers TrainWorkers;
typedef void (*TrainTask)(guint index, gpointer data);

/* n_threads 0: one a processor. Each thread flushes denormals to zero; OpenBLAS is set to one
 * thread. */
TrainWorkers *train_workers_new(guint n_threads);
void train_workers_free(TrainWorkers *workers);
guint train_workers_count(const TrainWorkers *workers);

/* Calls task(0..n-1, data), each once, on whichever thread is free; returns when all are done. */
void train_workers_run(TrainWorkers *workers, guint n, TrainTask task, gpointer data);

/* What tasks left in n errors, one each or NULL: hands over the first and frees the others. FALSE
 * if there is one. */
gboolean train_workers_take_errors(GError **errors, guint n, GError **error);
