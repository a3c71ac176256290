/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a user can only read of the element, as properties. */
#pragma once

#include "gstbiqafilter.h"

typedef enum {
    GST_BIQA_RESULT_DEVICE_NAME = 1,
    GST_BIQA_RESULT_STATS,
    GST_BIQA_RESULT_LATENCY,
    GST_BIQA_RESULT_THROUGHPUT,
    GST_BIQA_N_RESULTS /* the first free property id */
} GstBiqaResult;

/* Installs a property for each, its id being the number above. */
void gst_biqa_results_install(GObjectClass *klass);

/* The value of one, under the object lock. FALSE: id is none of them. */
gboolean gst_biqa_results_get(GstBiqaFilter *self, guint id, GValue *value);
