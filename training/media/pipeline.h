/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GStreamer pipelines that run to a point and end, with errors for people. Usable from any thread;
 * no main loop is needed. */
#pragma once

#include "error.h"
#include <gst/gst.h>

/* A pipeline from a launch line. A missing element is an error (BIQA_ERROR_SUPPORT) that says which
 * Debian package has it. Freed with train_pipeline_free(), which stops it first. */
GstElement *train_pipeline_new(const char *launch, GError **error);
void train_pipeline_free(GstElement *pipeline);

/* Waits for a message of a type in until. Errors: the first one the pipeline reports
 * (BIQA_ERROR_SUPPORT for a missing plugin, BIQA_ERROR_FORMAT for data, BIQA_ERROR_FILE for
 * resources), or that nothing happened for a minute. */
gboolean train_pipeline_wait(GstElement *pipeline, GstMessageType until, GError **error);
