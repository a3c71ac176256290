/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of JSON objects. What is not known is null: JSON has no NaN and no infinity. */
#pragma once

#include "entry.h"
#include <json-glib/json-glib.h>

void gst_biqa_json_add_number(JsonBuilder *builder, const char *name, double value);
void gst_biqa_json_add_count(JsonBuilder *builder, const char *name, guint64 value);
void gst_biqa_json_add_time(JsonBuilder *builder, const char *name, GstClockTime value);
void gst_biqa_json_add_flag(JsonBuilder *builder, const char *name, gboolean value);
void gst_biqa_json_add_text(JsonBuilder *builder, const char *name, const char *value);

/* frame, timestamp, stream-time, running-time. */
void gst_biqa_json_add_moment(JsonBuilder *builder, const BiqaMoment *moment);

/* All of a header but for its type and schema. */
void gst_biqa_json_add_header(JsonBuilder *builder, const GstBiqaHeader *header);

/* Ends the object that builder holds and appends it, on one line without a break. */
void gst_biqa_json_finish(JsonBuilder *builder, GString *text);
