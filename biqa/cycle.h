/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream looked at spot by spot: a frame costs the crops of one spot, and its score is the mean
 * of the latest crops at all of them. Only where a spot's crops are missing or old, as for the
 * first frame, are they made of the frame at hand too; so a still picture has the same score from
 * its first frame on, that of biqa_backend_run(). Nothing depends on anything but the frames. */
#pragma once

#include "backend.h"

/* ns; crops that are older count no more. Four spots cost one a frame where three frames a second
 * or more are scored, all four where fewer than one is. */
#define BIQA_CYCLE_AGE G_GUINT64_CONSTANT(1000000000)

/* A frame in a stream. */
typedef struct {
    const BiqaFrame *frame;
    guint scene;  /* frames of one share crops with no frame of another */
    guint64 time; /* of the stream, ns; G_MAXUINT64: none, and then it shares with no other */
} BiqaSight;

/* Zeroed: nothing was seen. */
typedef struct {
    guint scene;
    BiqaResult latest;             /* n_spots 0: nothing was seen */
    guint64 times[BIQA_MAX_CROPS]; /* when each spot was looked at */
    guint64 device_ns;             /* as of the backend, for the last frame */
} BiqaCycle;

/* Runs what is due of a frame, and gives the crops that its score is the mean of. Always the same
 * backend. Errors: biqa_backend_run()'s. */
gboolean biqa_cycle_run(BiqaCycle *cycle, BiqaBackend *backend, const BiqaSight *sight,
                        BiqaResult *result, GError **error);
