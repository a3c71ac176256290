/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stream's frames are looked at with: their format, and for those in images the way there.
 */
#pragma once

#include "fetch.h"
#include "gstbiqaqueue.h"
#include <gst/video/video.h>

typedef struct {
    GstVideoInfo info;      /* of the caps, */
    BiqaFrameFormat format; /* as numbers */
    GstBiqaQueue *queue;    /* that images are used on; lives as long as the lens, for any thread */
    BiqaVkFetch *fetch;     /* brings them to memory */
} GstBiqaLens;

void gst_biqa_lens_init(GstBiqaLens *lens);
void gst_biqa_lens_clear(GstBiqaLens *lens);

/* For frames of caps to come. Errors: BIQA_ERROR_SUPPORT. */
gboolean gst_biqa_lens_set_caps(GstBiqaLens *lens, const GstCaps *caps, GError **error);

/* Between a stop and the next start: lets go of the stream's device. */
void gst_biqa_lens_release(GstBiqaLens *lens);

/* Makes a copy that waits for a device in vain fail within seconds, until released. From any
 * thread. */
void gst_biqa_lens_interrupt(GstBiqaLens *lens);
