/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two ways to a frame; the second where GStreamer's Vulkan library was there to build with. */
#include "gstbiqaview.h"

#include "error.h"
#include "gstframe.h"
#include "plugin-config.h"
#ifdef HAVE_GST_VULKAN
#include "gstbiqaimages.h"
#endif

gboolean gst_biqa_view_is_vulkan(const GstCaps *caps)
{
    const GstCapsFeatures *features = gst_caps_get_features(caps, 0);

    return features && gst_caps_features_contains(features, "memory:VulkanImage");
}

static gboolean map_memory(GstBiqaView *view, GstBuffer *buffer, const GstBiqaLens *lens,
                           GError **error)
{
    if (!gst_video_frame_map(&view->video, &lens->info, buffer, GST_MAP_READ)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "a buffer does not hold the frame that its caps promise");
        return FALSE;
    }
    view->frame = biqa_gst_frame(&view->video, &lens->format);
    return TRUE;
}

gboolean gst_biqa_view_map(GstBiqaView *view, GstBuffer *buffer, const GstBiqaLens *lens,
                           GError **error)
{
    *view = (GstBiqaView){.frame.format = &lens->format};
#ifdef HAVE_GST_VULKAN
    if (gst_biqa_images_are_in(buffer)) {
        view->frame.images = &view->images;
        return gst_biqa_images_init(&view->images, buffer, &lens->info, lens->queue, error);
    }
#endif
    return map_memory(view, buffer, lens, error);
}

void gst_biqa_view_unmap(GstBiqaView *view)
{
#ifdef HAVE_GST_VULKAN
    if (view->frame.images) {
        gst_biqa_images_clear(&view->images);
        return;
    }
#endif
    gst_video_frame_unmap(&view->video);
}
