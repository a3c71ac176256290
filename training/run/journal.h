/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run says while it works: a line of progress for people, JSON lines for programs. */
#pragma once

#include "error.h"

typedef struct TrainJournal TrainJournal;

/* Appends to the file at path. */
TrainJournal *train_journal_open(const char *path, GError **error);
void train_journal_close(TrainJournal *journal); /* NULL is fine */

/* One record: event, then pairs of name and double, ended by NULL. Written and flushed as a whole
 * line; numbers that are not finite are written as null. */
gboolean train_journal_write(TrainJournal *journal, GError **error, const char *event,
                             const char *stage, ...) G_GNUC_NULL_TERMINATED;

typedef struct {
    const char *name;
    double value;
} TrainFigure;

/* The same of a list of n figures. */
gboolean train_journal_write_list(TrainJournal *journal, GError **error, const char *event,
                                  const char *stage, const TrainFigure *figures, guint n);

/* A bar on standard error: rewritten in place on a terminal, elsewhere a line every tenth of the
 * way. */
typedef struct {
    const char *what;
    guint total;
    guint shown;          /* tenths already said */
    gint64 started, last; /* monotonic microseconds */
    gboolean ended;       /* the last line is written */
    guint first;          /* done before this run, for the rate */
} TrainProgress;

TrainProgress train_progress(const char *what, guint done, guint total);

/* per_step: images in a step, for images/s (0: not shown). note: "loss 0.123" or NULL. */
void train_progress_show(TrainProgress *progress, guint done, guint per_step, const char *note);

/* Ends the line of a bar that will not reach its end. */
void train_progress_leave(TrainProgress *progress);

/* Images (or steps) a second since the start. */
double train_progress_rate(const TrainProgress *progress, guint done, guint per_step);
