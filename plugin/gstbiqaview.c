/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two ways to a frame; the second where GStreamer's Vulkan library was there to build with. */
#include "gstbiqaview.h"

#include "error.h"
#include "glance.h"
#include "gstframe.h"
#include "plugin-config.h"
#ifdef HAVE_GST_VULKAN
#include "gstbiqaimages.h"
#endif
#include <string.h>

gboolean gst_biqa_view_is_vulkan(const GstCaps *caps)
{
    const GstCapsFeatures *features = gst_caps_get_features(caps, 0);

    return features && gst_caps_features_contains(features, "memory:VulkanImage");
}

const char *gst_biqa_view_device_name(GstBuffer *buffer)
{
#ifdef HAVE_GST_VULKAN
    if (gst_biqa_images_are_in(buffer))
        return gst_biqa_images_device_name(buffer);
#endif
    return NULL;
}

/* The planes of what video maps. */
static void set_planes(GstBiqaView *view)
{
    const BiqaFrame frame = biqa_gst_frame(&view->video, &view->lens->format);

    memcpy(view->frame.planes, frame.planes, sizeof frame.planes);
    memcpy(view->frame.strides, frame.strides, sizeof frame.strides);
}

static gboolean map_memory(GstBiqaView *view, GstBuffer *buffer, GError **error)
{
    if (!gst_video_frame_map(&view->video, &view->lens->info, buffer, GST_MAP_READ)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "a buffer does not hold the frame that its caps promise");
        return FALSE;
    }
    set_planes(view);
    return TRUE;
}

gboolean gst_biqa_view_map(GstBiqaView *view, GstBuffer *buffer, const GstBiqaLens *lens,
                           GError **error)
{
    *view = (GstBiqaView){.lens = lens, .frame.format = &lens->format};
#ifdef HAVE_GST_VULKAN
    if (gst_biqa_images_are_in(buffer)) {
        view->frame.images = &view->images;
        return gst_biqa_images_init(&view->images, buffer, &lens->info, lens->queue, error);
    }
#endif
    return map_memory(view, buffer, error);
}

static void let_images_go(GstBiqaView *view)
{
#ifdef HAVE_GST_VULKAN
    if (view->frame.images)
        gst_biqa_images_clear(&view->images);
#endif
    view->frame.images = NULL;
}

void gst_biqa_view_unmap(GstBiqaView *view)
{
    let_images_go(view);
    if (view->video.buffer)
        gst_video_frame_unmap(&view->video);
}

/* -- from images to memory ----------------------------------------------------------------- */

static void copy_planes(const GstVideoFrame *to, const BiqaFrame *from)
{
    for (guint i = 0; i < from->format->n_planes; i++) {
        const gsize stride = (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(to, i);
        guint8 *data = GST_VIDEO_FRAME_PLANE_DATA(to, i);

        for (guint y = 0; y < from->format->plane_height[i]; y++)
            memcpy(data + y * stride, from->planes[i] + y * from->strides[i],
                   MIN(stride, from->strides[i]));
    }
}

gboolean gst_biqa_view_fetch(GstBiqaView *view, GError **error)
{
    const BiqaVkTake all = {.format = view->frame.format, .images = view->frame.images};
    const GstVideoInfo *info = &view->lens->info;
    BiqaFrame copy;
    GstBuffer *buffer;

    if (view->video.buffer)
        return TRUE;
    if (!biqa_vk_fetch_run(view->lens->fetch, &all, &copy, error))
        return FALSE;
    buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(info), NULL);
    if (!gst_video_frame_map(&view->video, info, buffer, GST_MAP_READWRITE))
        g_assert_not_reached(); /* it was made for a frame of info */
    gst_buffer_unref(buffer);
    copy_planes(&view->video, &copy);
    set_planes(view);
    return TRUE;
}

gboolean gst_biqa_view_sample(const GstBiqaView *view, BiqaFrame *sample, GError **error)
{
    guint rows[BIQA_GLANCE_ROWS];
    const BiqaVkTake some = {.format = view->frame.format,
                             .images = view->frame.images,
                             .rows = rows,
                             .n_rows = BIQA_GLANCE_ROWS};

    if (view->video.buffer) {
        *sample = view->frame;
        return TRUE;
    }
    biqa_glance_rows(view->frame.format->height, rows);
    return biqa_vk_fetch_run(view->lens->fetch, &some, sample, error);
}

GstVideoFrame *gst_biqa_view_take(GstBiqaView *view)
{
    g_return_val_if_fail(view->video.buffer, NULL);
    let_images_go(view);
    return g_memdup2(&view->video, sizeof view->video);
}
