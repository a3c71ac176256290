/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which frames are looked at. The stream is cut into intervals, and one frame of each is due: its
 * first, or with jitter one at a place drawn from a hash of seed and number. A draw is the
 * same in every run, and its places keep no step with a group of pictures. */
#pragma once

#include <gst/gst.h>

typedef struct {
    guint interval;    /* frames, at least 1 */
    GstClockTime time; /* of running time, in place of frames; 0: frames it is */
    double jitter;     /* 0..1: over which share of an interval the places are spread */
    guint64 seed;
} GstBiqaPace;

typedef struct {
    gboolean begun;
    guint64 next; /* the first interval of time that no frame was due for */
} GstBiqaSchedule;

/* Of a stream of which nothing was seen yet. */
void gst_biqa_schedule_init(GstBiqaSchedule *schedule);

/* Whether a frame is due; to be asked once of each, in order. frame: its number; running_time:
 * GST_CLOCK_TIME_NONE for a frame without, whose number then decides. An interval of time in which
 * no frame came late enough to be due is served by the first frame after it. */
gboolean gst_biqa_schedule_due(GstBiqaSchedule *schedule, const GstBiqaPace *pace, guint64 frame,
                               GstClockTime running_time);
