/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which frames come too late for their sink whatever is done, so that they need not be scored. One
 * a second is to be scored even so: a monitor on a machine that is overloaded should not go blind.
 */
#pragma once

#include <gst/gst.h>

typedef struct {
    GMutex lock;
    GstClockTime
        earliest;       /* under lock: running time up to which it is too late; NONE: it is not */
    GstClockTime tried; /* of the last frame that was to be scored; the streaming thread's */
} GstBiqaLateness;

void gst_biqa_lateness_init(GstBiqaLateness *lateness);
void gst_biqa_lateness_clear(GstBiqaLateness *lateness);

/* Nothing is known, as at first. */
void gst_biqa_lateness_forget(GstBiqaLateness *lateness);

/* What downstream says of its lateness, in an event QOS. From any thread. */
void gst_biqa_lateness_learn(GstBiqaLateness *lateness, GstEvent *event);

/* Whether to leave the frame of a running time (NONE: unknown) unscored; and that it is not. */
gboolean gst_biqa_lateness_applies(GstBiqaLateness *lateness, GstClockTime running_time);
void gst_biqa_lateness_try(GstBiqaLateness *lateness, GstClockTime running_time);
