/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element's failures as its user reads them: what happened and what to do. */
#pragma once

#include <gst/gst.h>

typedef enum {
    GST_BIQA_ERROR_MODEL,     /* the file cannot be used */
    GST_BIQA_ERROR_NO_MODEL,  /* there is none */
    GST_BIQA_ERROR_DEVICE,    /* none that can be used */
    GST_BIQA_ERROR_RUN,       /* the device failed in mid-stream */
    GST_BIQA_ERROR_TOO_LARGE, /* the frame, for the device */
    GST_BIQA_N_ERRORS
} GstBiqaError;

/* Posts one error message for element: advice in the text, error in text and debug string. */
void gst_biqa_error_post(GstElement *element, GstBiqaError which, const GError *error);
