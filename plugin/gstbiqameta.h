/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of a frame, and the two ways it travels: metadata on the buffer, and an element
 * message on the bus. Both hold a structure with the fields
 *
 *   frame             guint64   number of the frame since the element started, from 0
 *   score             gdouble   of the full model, 0..100, higher is better
 *   competitor-score  gdouble   of its pruned self-competitor, 0..100
 *   disagreement      gdouble   how far the two are apart, in points
 *   uncertainty       gdouble   by how many points score may be expected to miss a rating; absent
 *                               where the model does not tell
 *   score-low, score-high   gdouble   interval for a rating, 90 %; absent like uncertainty, or
 *                               where the model was calibrated on too few images
 *   hard              gboolean  whether uncertainty, or where absent disagreement, is more than
 *                               the threshold
 *   origin            string    "inferred"
 *   timestamp, stream-time, running-time, duration   guint64, nanoseconds, as the frame's buffer
 *                     has them; all ones where it has none
 *
 * The metadata is a GstCustomMeta, which every language binding reads with
 * gst_buffer_get_custom_meta (buffer, "GstBiqaMeta"). */
#pragma once

#include "verdict.h"
#include <gst/gst.h>

#define GST_BIQA_META_NAME "GstBiqaMeta"
#define GST_BIQA_MESSAGE_NAME "biqa"

typedef struct {
    guint64 frame;
    BiqaVerdict verdict;
    GstClockTime timestamp, stream_time, running_time, duration;
} GstBiqaReport;

/* Makes the name known to GStreamer; may be called any number of times. */
void gst_biqa_meta_register(void);

/* Attaches report to a writable buffer. */
void gst_biqa_meta_add(GstBuffer *buffer, const GstBiqaReport *report);

/* (transfer full) */
GstMessage *gst_biqa_message_new(GstObject *source, const GstBiqaReport *report);
