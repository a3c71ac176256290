/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What both formats of JSON say in the same words. */
#pragma once

#include "builder.h"
#include "entry.h"

/* In nanoseconds; GST_CLOCK_TIME_NONE is null. */
void gst_biqa_json_add_time(JsonBuilder *builder, const char *name, GstClockTime value);

/* frame, timestamp, stream-time, running-time. */
void gst_biqa_json_add_moment(JsonBuilder *builder, const BiqaMoment *moment);

/* What each task counted in a score, 0 for those left out; nothing of a model without tasks. */
void gst_biqa_json_add_tasks(JsonBuilder *builder, const BiqaVerdict *verdict);

/* All of a header but for its type and schema. */
void gst_biqa_json_add_header(JsonBuilder *builder, const GstBiqaHeader *header);

/* Ends the object that builder holds and appends it, in one line without a break. */
void gst_biqa_json_finish(JsonBuilder *builder, GString *text);
