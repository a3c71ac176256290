/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream looked at spot by spot: a frame costs the crops of one spot, and its score is the mean
 * of the latest crops at all of them. Only where a spot's crops are missing or old, as for the
 * first frame, are they made of the frame at hand too; so a still picture has the same score from
 * its first frame on, that of biqa_backend_run(). Nothing depends on anything but the frames: how
 * many are begun before the first is ended does not matter. */
#pragma once

#include "backend.h"

/* ns; crops that are older count no more. Four spots cost one a frame where three frames a second
 * or more are scored, all four where fewer than one is. */
#define BIQA_CYCLE_AGE G_GUINT64_CONSTANT(1000000000)

/* How many frames may be begun and not ended. */
#define BIQA_CYCLE_FRAMES 4

/* A frame in a stream. */
typedef struct {
    const BiqaFrame *frame;
    guint scene;  /* frames of one share crops with no frame of another */
    guint64 time; /* of the stream, ns; G_MAXUINT64: none, and then it shares with no other */
} BiqaSight;

/* A frame that was begun. */
typedef struct {
    gboolean flies;    /* the backend is at the last of its spots */
    BiqaSpotOf spot;   /* that one */
    BiqaResult result; /* once it does not fly */
    guint64 device_ns; /* as of the backend */
    GError *error;     /* why it failed when another needed the backend; NULL: it did not */
} BiqaCycleFrame;

/* Zeroed: nothing was seen. */
typedef struct {
    guint scene, n_spots;          /* of the frame that was begun last; n_spots 0: none was */
    guint64 times[BIQA_MAX_CROPS]; /* when each spot was looked at */
    BiqaResult latest;             /* crops of the frames that do not fly any more */
    guint64 device_ns;             /* as of the backend, for the frame that was ended last */
    BiqaCycleFrame frames[BIQA_CYCLE_FRAMES]; /* begun and not ended, the oldest first */
    guint n_frames;
} BiqaCycle;

/* Runs what is due of a frame, and gives the crops that its score is the mean of. Always the same
 * backend. Errors: biqa_backend_run()'s. */
gboolean biqa_cycle_run(BiqaCycle *cycle, BiqaBackend *backend, const BiqaSight *sight,
                        BiqaResult *result, GError **error);

/* The same in two halves, as of the backend; one that has none, or not for a frame in images, runs
 * it at the begin. A frame whose begin fails was not begun, one whose end fails is ended; those
 * begun before that lack its crops, and have older ones in their place. */
gboolean biqa_cycle_begin(BiqaCycle *cycle, BiqaBackend *backend, const BiqaSight *sight,
                          GError **error);
gboolean biqa_cycle_end(BiqaCycle *cycle, BiqaBackend *backend, BiqaResult *result, GError **error);

/* Whether the frame that ends next needs no wait for the device. */
gboolean biqa_cycle_landed(const BiqaCycle *cycle);
