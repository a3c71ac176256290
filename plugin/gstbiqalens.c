/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting a lens together. */
#include "gstbiqalens.h"

#include "error.h"
#include "gstframe.h"

void gst_biqa_lens_init(GstBiqaLens *lens)
{
    *lens = (GstBiqaLens){.queue = gst_biqa_queue_new(), .fetch = biqa_vk_fetch_new()};
}

void gst_biqa_lens_clear(GstBiqaLens *lens)
{
    biqa_vk_fetch_free(lens->fetch);
    gst_biqa_queue_free(lens->queue);
    *lens = (GstBiqaLens){0};
}

gboolean gst_biqa_lens_set_caps(GstBiqaLens *lens, const GstCaps *caps, GError **error)
{
    if (!gst_video_info_from_caps(&lens->info, caps)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT, "caps without a video format");
        return FALSE;
    }
    return biqa_gst_frame_format(&lens->info, &lens->format, error);
}

void gst_biqa_lens_release(GstBiqaLens *lens)
{
    biqa_vk_fetch_release(lens->fetch);
    biqa_vk_fetch_stop(lens->fetch, FALSE);
    gst_biqa_queue_forget(lens->queue);
}

void gst_biqa_lens_interrupt(GstBiqaLens *lens)
{
    biqa_vk_fetch_stop(lens->fetch, TRUE);
}
