/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element answers when its neighbours ask. */
#pragma once

#include "gstbiqafilter.h"

/* A query that came by a pad of that direction. FALSE: others are to answer it. From any thread;
 * a serialized one from the streaming thread. */
gboolean gst_biqa_answer_query(GstBiqaFilter *self, GstPadDirection direction, GstQuery *query);

/* Adds to an answer to an allocation query: frames in the delay and with the worker are upstream's
 * buffers, so its pool needs so many more. */
void gst_biqa_answer_allocation(const GstBiqaFilter *self, GstQuery *query);
