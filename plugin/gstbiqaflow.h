/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to a frame that comes: it is counted; where it is due, looked at and, where its
 * domain allows, scored or put to those that wait for it. In the order of the stream, under its
 * lock. gstbiqaexit.h has how it leaves. */
#pragma once

#include "gstbiqadelay.h"
#include "gstbiqafilter.h"

/* policy=every, one frame in flight: it waits for its score. buffer's metadata can be written. */
GstFlowReturn gst_biqa_flow_at_once(GstBiqaFilter *self, GstBuffer *buffer);

/* Whether frames leave when others have come: with policy=deadline, or several in flight. */
gboolean gst_biqa_flow_keeps(const GstBiqaFilter *self);

/* Where it does: takes input in (transfer full, may be NULL). With policy=deadline it is put to the
 * frames that wait in the delay, whose thread pushes them; else it is begun, and those are pushed
 * that it makes too many, or that wait for no device. What came of frames that left is returned:
 * not OK is told once, an error each time. */
GstFlowReturn gst_biqa_flow_step(GstBiqaFilter *self, GstBuffer *input);

/* Pushes all frames that are kept: what comes next in the stream must not overtake them. */
void gst_biqa_flow_drain(GstBiqaFilter *self);

/* Drops them. */
void gst_biqa_flow_forget(GstBiqaFilter *self);

/* A delay whose frames this file handles. (transfer full) */
GstBiqaDelay *gst_biqa_flow_delay_new(GstBiqaFilter *self);

/* Whether frames lie in images and are scored on the device that these lie on: none of them may
 * leave before. Where frames may leave, they are fetched to memory when they come. */
gboolean gst_biqa_flow_scores_there(const GstBiqaFilter *self);

/* Names the device that scores; takes name. */
void gst_biqa_flow_set_device(GstBiqaFilter *self, char *name);
