/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element's inside: for gstbiqafilter.c, which is what GStreamer calls, and for what that is
 * made of: gstbiqarun.c (from start to stop), gstbiqaflow.c (what happens to a frame),
 * gstbiqaexit.c (how it leaves), gstbiqaanswer.c and gstbiqaresults.c (what it says when asked). */
#pragma once

#include "gstbiqadelay.h"
#include "gstbiqafilter.h"
#include "gstbiqaharvest.h"
#include "gstbiqalateness.h"
#include "gstbiqasettings.h"
#include "gstbiqastats.h"
#include "gstbiqaview.h"

struct _GstBiqaFilter {
    GstBaseTransform parent;

    /* Under the object lock: */
    GstBiqaSettings settings;
    GstBiqaStats stats;
    char *device_name;       /* NULL while stopped */
    gboolean images;         /* frames lie in Vulkan images; set by the streaming thread alone */
    GstClockTime hold;       /* how long a frame may wait for its score; 0 without delay */
    GstBiqaHarvest *harvest; /* NULL: hard frames are not kept; from start() to the next start() */

    /* From start() to stop(), for the streaming thread alone: */
    GstBiqaLens lens;     /* its queue is for any thread */
    gboolean met;         /* the device of the images is known */
    GstBiqaTuning tuning; /* the settings as they were when the frame at hand came */
    GstBiqaSchedule schedule;
    GstBiqaSieve sieve;
    guint64 n_frames;
    gboolean dropped;        /* the base class did, with the frame before */
    guint scene;             /* counts up where frames do not go on from those before */
    gboolean scored;         /* there is a last score */
    BiqaVerdict latest;      /* the last score */
    guint latest_generation; /* of its model */

    GstBiqaDelay *delay; /* NULL: policy=every */
    guint length;        /* how many frames wait at most, in delay or in kept */
    GQueue kept;         /* policy=every: frames in flight and those behind them (gstbiqaflow.c) */
    gint flow;           /* atomic, GstFlowReturn: of the last frame that delay or kept let go */
    gint failed;         /* atomic: the device has, and it was posted */

    /* For who lets frames go: under this lock with a delay, else the streaming thread. */
    GMutex leaving;
    BiqaDomain said;  /* the domain of the frame that left last */
    guint generation; /* of the model that the report speaks of */

    GstBiqaLateness lateness;
    GstBiqaScorer *scorer;
    GstBiqaWatch *watch;
};
