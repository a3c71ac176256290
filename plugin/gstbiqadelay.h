/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames on their way through an element that must not hold them up: each leaves, in order, when
 * its score is there or when its time is up, whichever comes first. One thread scores, always the
 * newest frame there is; another says when a frame may leave, so that a source that stops cannot
 * keep frames in. Pixels are mapped for reading as long as they are looked at, and never copied. */
#pragma once

#include "gstbiqarecord.h"
#include "gstbiqascorer.h"
#include <gst/video/video.h>

/* How many frames that have their score may wait for the sink, besides one that is being pushed: by
 * default a sink takes a frame 20 ms after the latency that it was told. */
#define GST_BIQA_DELAY_SPARE 2

typedef struct GstBiqaDelay GstBiqaDelay;

/* Called by the delay's own threads, without locks held. */
typedef struct {
    gpointer user;
    /* gst_biqa_delay_pop() may have something. */
    void (*ready)(gpointer user);
    /* A frame was scored; late: it had left already. */
    void (*scored)(gpointer user, const BiqaVerdict *verdict, gboolean late);
    /* A frame could not be scored, which was not the frame's fault. */
    void (*failed)(gpointer user, const GError *error);
} GstBiqaDelayCalls;

/* scorer is borrowed, and started. length: how many frames wait for a score at most. */
GstBiqaDelay *gst_biqa_delay_new(GstBiqaScorer *scorer, guint length,
                                 const GstBiqaDelayCalls *calls);

/* Ends the threads, after the frame they are at. Frames that wait are dropped. */
void gst_biqa_delay_free(GstBiqaDelay *delay);

/* A frame that comes. */
typedef struct {
    GstBuffer *buffer;    /* taken */
    GstBiqaRecord record; /* HELD: it may carry the last score; SKIPPED: it must not */
    GstVideoFrame *video; /* to be scored; taken, mapped, with its buffer; NULL: not this one */
    const BiqaFrameFormat *format; /* of video; copied */
    GstBiqaQuestion question;
    GstClock *clock;  /* borrowed */
    GstClockTime due; /* by clock: when its time is up */
} GstBiqaArrival;

/* Returns when there are no more frames than length and the spare ones: it is gst_biqa_delay_pop()
 * in another thread, called when calls->ready says so, or gst_biqa_delay_clear() that makes room.
 */
void gst_biqa_delay_push(GstBiqaDelay *delay, const GstBiqaArrival *arrival);

/* The next frame, if it may leave, with its record made up. all: let it leave whatever it lacks.
 * (transfer full) */
GstBuffer *gst_biqa_delay_pop(GstBiqaDelay *delay, gboolean all, GstBiqaRecord *record);

/* Drops all frames and forgets the last score. */
void gst_biqa_delay_clear(GstBiqaDelay *delay);
