/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A look at the frame of a buffer, wherever it lies: in memory, or in images on a Vulkan device,
 * where it is left. */
#pragma once

#include "gstbiqalens.h"

typedef struct {
    const GstBiqaLens *lens; /* borrowed */
    BiqaFrame frame;         /* for a backend */
    GstVideoFrame video; /* mapped where the frame lies in memory, or was fetched; else zeroed */
    BiqaImages images;   /* where it lies in images */
} GstBiqaView;

/* Whether caps say that frames lie in Vulkan images. */
gboolean gst_biqa_view_is_vulkan(const GstCaps *caps);

/* The name of the device that a buffer's images lie on (borrowed from the buffer), NULL where it
 * has none. */
const char *gst_biqa_view_device_name(GstBuffer *buffer);

/* BIQA_ERROR_SUPPORT for a buffer that does not hold what its caps promise. A view is not moved
 * until it is unmapped. */
gboolean gst_biqa_view_map(GstBiqaView *view, GstBuffer *buffer, const GstBiqaLens *lens,
                           GError **error);
void gst_biqa_view_unmap(GstBiqaView *view);

/* Copies a frame that lies in images to memory, too: its planes are set, and video is mapped. Waits
 * for the device. Errors: BIQA_ERROR_DEVICE, BIQA_ERROR_SUPPORT. */
gboolean gst_biqa_view_fetch(GstBiqaView *view, GError **error);

/* What biqa_glance_take() needs of the frame, in memory: all of it, or where it is not there the
 * rows that count. Borrowed by sample until the next look through the lens. Errors: as above. */
gboolean gst_biqa_view_sample(const GstBiqaView *view, BiqaFrame *sample, GError **error);

/* Unmaps all but the frame in memory, which is the caller's to unmap and to g_free(). */
GstVideoFrame *gst_biqa_view_take(GstBiqaView *view);
