/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element biqafilter: scores video frames that pass through it. */
#pragma once

#include <gst/base/gstbasetransform.h>

#define GST_TYPE_BIQA_FILTER (gst_biqa_filter_get_type())
G_DECLARE_FINAL_TYPE(GstBiqaFilter, gst_biqa_filter, GST, BIQA_FILTER, GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE(biqafilter);
