/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GStreamer's video frames as BiqaFrames: the one place that reads formats, colorimetry and range,
 * for the element and the trainer alike. */
#pragma once

#include "frame.h"
#include <gst/video/video.h>

/* The raw formats understood, for caps strings and pad templates. */
#define BIQA_GST_FORMATS                                                                           \
    "{ NV12, I420, YV12, Y42B, Y444, YUY2, UYVY, GRAY8, RGB, BGR, RGBA, BGRA, RGBx, BGRx, "        \
    "P010_10LE, I420_10LE }"

/* FALSE and error (BIQA_ERROR_SUPPORT) for a format that is not in the list. */
gboolean biqa_gst_frame_format(const GstVideoInfo *info, BiqaFrameFormat *format, GError **error);

/* Planes and strides of a mapped frame; format is borrowed by the result. */
BiqaFrame biqa_gst_frame(const GstVideoFrame *video, const BiqaFrameFormat *format);
