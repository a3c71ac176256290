/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame's score in the terms of GStreamer's analytics library (1.24 and later). Where the build
 * has none, gstbiqaanalytics-none.c stands in. */
#pragma once

#include "gstbiqarecord.h"

/* Adds a GstAnalyticsClsMtd to the buffer of a frame that was scored itself (to no other: it cannot
 * say "held"), with the classes "quality", "competitor-quality" (scores / 100) and "hard" (0 or 1).
 * The buffer must be writable. */
void gst_biqa_analytics_add(GstBuffer *buffer, const GstBiqaRecord *record);
