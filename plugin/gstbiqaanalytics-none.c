/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For GStreamer before 1.24, which has no analytics library. */
#include "gstbiqaanalytics.h"

void gst_biqa_analytics_add(GstBuffer *buffer, const GstBiqaRecord *record)
{
}
