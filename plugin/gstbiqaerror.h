/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element's failures as its user reads them: what happened and what to do. */
#pragma once

#include <gst/gst.h>

typedef enum {
    GST_BIQA_ERROR_MODEL,         /* the file cannot be used */
    GST_BIQA_ERROR_NO_MODEL,      /* there is none */
    GST_BIQA_ERROR_DEVICE,        /* none that can be used */
    GST_BIQA_ERROR_DEVICE_LOST,   /* and opened again; the stream goes on */
    GST_BIQA_ERROR_IMAGES,        /* frames on a device, which the backend cannot read */
    GST_BIQA_ERROR_RUN,           /* the device failed in mid-stream */
    GST_BIQA_ERROR_MODEL_SIZE,    /* too large for the device */
    GST_BIQA_ERROR_FRAME_SIZE,    /* too large for the device */
    GST_BIQA_ERROR_PLANES,        /* a frame's images do not hold its planes */
    GST_BIQA_ERROR_NO_SCORE,      /* the model's numbers are none */
    GST_BIQA_ERROR_HARVEST,       /* the folder for hard frames cannot be used */
    GST_BIQA_ERROR_HARVEST_LOST,  /* a hard frame could not be written; the stream goes on */
    GST_BIQA_ERROR_HARVEST_FULL,  /* the folder holds all it may; the stream goes on */
    GST_BIQA_ERROR_REPORT,        /* it cannot be opened */
    GST_BIQA_ERROR_REPORT_WRITE,  /* part of it cannot be written */
    GST_BIQA_ERROR_REPORT_READER, /* he went away, or reads no more */
    GST_BIQA_N_ERRORS
} GstBiqaError;

/* What a model that did not open on a device, or a frame that it did not score, failed of. */
GstBiqaError gst_biqa_error_of_open(const GError *error);
GstBiqaError gst_biqa_error_of_run(const GError *error);

/* Posts one error message for element: advice in the text, error in text and debug string. */
void gst_biqa_error_post(GstElement *element, GstBiqaError which, const GError *error);

/* The same as a warning. */
void gst_biqa_warning_post(GstElement *element, GstBiqaError which, const GError *error);
