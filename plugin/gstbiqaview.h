/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A look at the frame of a buffer, wherever it lies: in memory, or in images on a Vulkan device,
 * where it is left. */
#pragma once

#include "gstbiqaqueue.h"
#include <gst/video/video.h>

/* What a stream's frames are looked at with. */
typedef struct {
    GstVideoInfo info;      /* of the caps, */
    BiqaFrameFormat format; /* as numbers */
    GstBiqaQueue *queue;    /* for frames in images */
} GstBiqaLens;

typedef struct {
    BiqaFrame frame;     /* for a backend */
    GstVideoFrame video; /* mapped where the frame lies in memory; else zeroed */
    BiqaImages images;   /* where it does not */
} GstBiqaView;

/* Whether caps say that frames lie in Vulkan images. */
gboolean gst_biqa_view_is_vulkan(const GstCaps *caps);

/* lens is borrowed by view. BIQA_ERROR_SUPPORT for a buffer that does not hold what its caps
 * promise. A view is not moved until it is unmapped. */
gboolean gst_biqa_view_map(GstBiqaView *view, GstBuffer *buffer, const GstBiqaLens *lens,
                           GError **error);
void gst_biqa_view_unmap(GstBiqaView *view);
