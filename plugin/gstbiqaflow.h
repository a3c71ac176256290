/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to a frame: it is counted; where it is due, looked at and, where its domain allows,
 * scored; and it leaves with a record of all that. In the order of the stream, under its lock. */
#pragma once

#include "gstbiqadelay.h"
#include "gstbiqafilter.h"

/* policy=every: a frame waits for its score. buffer's metadata can be written. */
GstFlowReturn gst_biqa_flow_at_once(GstBiqaFilter *self, GstBuffer *buffer);

/* policy=deadline: input (transfer full, may be NULL) waits in the delay, and the frames that may
 * leave are pushed. */
GstFlowReturn gst_biqa_flow_step(GstBiqaFilter *self, GstBuffer *input);

/* Pushes the frames of the delay that may leave, or all. */
void gst_biqa_flow_let_go(GstBiqaFilter *self, gboolean all);

/* A delay whose frames this file handles. (transfer full) */
GstBiqaDelay *gst_biqa_flow_delay_new(GstBiqaFilter *self);

/* Whether frames lie in images and are scored on the device that these lie on: none of them may
 * leave before. Where frames may leave, they are fetched to memory when they come. */
gboolean gst_biqa_flow_scores_there(const GstBiqaFilter *self);

/* Names the device that scores; takes name. */
void gst_biqa_flow_set_device(GstBiqaFilter *self, char *name);

/* Tells the report of the model of a generation, of its device and of what it is asked about. */
void gst_biqa_flow_describe(GstBiqaFilter *self, guint generation, GstCaps *caps);
