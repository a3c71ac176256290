/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which frame, and when: its number and the times of its buffer. */
#pragma once

#include <glib.h>

#define BIQA_TIME_NONE G_MAXUINT64 /* GStreamer's GST_CLOCK_TIME_NONE */

typedef struct {
    guint64 frame;
    guint64 timestamp, stream_time, running_time, duration; /* ns, or BIQA_TIME_NONE */
} BiqaMoment;
