/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GStreamer's Vulkan images as plugin/vulkan takes them. */
#pragma once

#include "gstbiqaqueue.h"
#include <gst/video/video.h>

/* Whether buffer holds Vulkan images. */
gboolean gst_biqa_images_are_in(GstBuffer *buffer);

/* The name of the device that they lie on. (borrowed from the buffer) */
const char *gst_biqa_images_device_name(GstBuffer *buffer);

/* Describes the images of a buffer, which must outlive images, to be used on queue's queue. Errors:
 * BIQA_ERROR_SUPPORT. */
gboolean gst_biqa_images_init(BiqaImages *images, GstBuffer *buffer, const GstVideoInfo *info,
                              GstBiqaQueue *queue, GError **error);
void gst_biqa_images_clear(BiqaImages *images);
