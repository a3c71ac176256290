/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeps frames as pictures for people to rate, beside a stream that does not wait for it: what is
 * to be kept is copied into a short queue, and a thread of its own writes it. */
#pragma once

#include "folder.h"
#include "frame.h"
#include "verdict.h"

/* Frames that wait, the one being written among them. */
#define BIQA_HARVEST_QUEUE 4

/* What became of a frame. */
typedef enum {
    BIQA_HARVEST_WRITTEN,
    BIQA_HARVEST_WAITING,  /* is in the queue */
    BIQA_HARVEST_TOO_SOON, /* after the one before it */
    BIQA_HARVEST_ALIKE,    /* looks like one that is kept, and has about its score */
    BIQA_HARVEST_BUSY,     /* the queue is full */
    BIQA_HARVEST_FULL,     /* the folder is */
    BIQA_HARVEST_FAILED,   /* it could not be written */
    BIQA_HARVEST_N_FATES
} BiqaHarvestFate;

/* "too-soon" */
const char *biqa_harvest_fate_name(BiqaHarvestFate fate);

typedef struct {
    const char *folder;
    guint64 interval;  /* least time between two frames, in the unit of BiqaHarvestNote.clock */
    guint64 max_files; /* in the folder, those of earlier runs included */
    guint64 max_bytes;
    /* Something to be told of happened to a frame: FAILED, once for each row of failures, or FULL,
     * once. Called from the harvest's thread. May be NULL. */
    void (*trouble)(gpointer data, BiqaHarvestFate fate, const GError *error);
    gpointer data;
} BiqaHarvestParams;

/* What the list says of a frame. */
typedef struct {
    const char *source; /* where it came from */
    guint64 clock;      /* what the interval is measured on; may go back when a stream is sought */
    double time;        /* seconds into the source; NAN: not known */
    const BiqaVerdict *verdict;
} BiqaHarvestNote;

typedef struct {
    guint64 frames[BIQA_HARVEST_N_FATES];
} BiqaHarvestCounts;

typedef struct BiqaHarvest BiqaHarvest;

/* Errors: those of biqa_harvest_folder_open(). */
BiqaHarvest *biqa_harvest_open(const BiqaHarvestParams *params, GError **error);

/* Writes what waits and ends the thread. What is left tells its counts. */
void biqa_harvest_close(BiqaHarvest *harvest);
void biqa_harvest_free(BiqaHarvest *harvest); /* closes it; NULL is fine */

/* Offers a frame, from one thread at a time; copies it if it is to be kept and never waits for a
 * disk. frame may be NULL where biqa_harvest_expects() none. */
BiqaHarvestFate biqa_harvest_offer(BiqaHarvest *harvest, const BiqaFrame *frame,
                                   const BiqaHarvestNote *note);

/* Whether a frame of that clock would be looked at; else it comes too soon. As offer. */
gboolean biqa_harvest_expects(const BiqaHarvest *harvest, guint64 clock);

/* Waits until nothing waits. */
void biqa_harvest_drain(BiqaHarvest *harvest);

/* From any thread. WAITING is what waits now; the others count since the harvest was opened. */
BiqaHarvestCounts biqa_harvest_counts(BiqaHarvest *harvest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaHarvest, biqa_harvest_free)
