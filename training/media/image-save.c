/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing images as PNG and JPEG. */
#include "image.h"

#include "pipeline.h"
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <string.h>

/* The image as a buffer with GStreamer's default strides. */
static GstBuffer *make_buffer(const TrainImage *image, const GstVideoInfo *info)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(info), NULL);
    for (guint y = 0; y < image->height; y++)
        gst_buffer_fill(buffer, (gsize)y * GST_VIDEO_INFO_PLANE_STRIDE(info, 0),
                        image->rgb + (gsize)y * image->width * 3, (gsize)image->width * 3);
    return buffer;
}

/* Sends the image into the pipeline's appsrc "in". */
static void feed(GstElement *pipeline, const TrainImage *image)
{
    g_autoptr(GstElement) in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_RGB, image->width, image->height);
    g_autoptr(GstCaps) caps = gst_video_info_to_caps(&info);
    g_object_set(in, "caps", caps, NULL);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    gst_app_src_push_buffer(GST_APP_SRC(in), make_buffer(image, &info));
    gst_app_src_end_of_stream(GST_APP_SRC(in));
}

gboolean train_image_save(const TrainImage *image, const char *path, GError **error)
{
    GstElement *pipeline = train_pipeline_new(
        "appsrc name=in format=time ! pngenc snapshot=true ! filesink name=out", error);
    if (!pipeline)
        return FALSE;

    g_autoptr(GstElement) out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
    g_object_set(out, "location", path, NULL);
    feed(pipeline, image);
    const gboolean ok = train_pipeline_wait(pipeline, GST_MESSAGE_EOS, error);
    train_pipeline_free(pipeline);
    if (!ok)
        g_prefix_error(error, "\"%s\": ", path);
    return ok;
}

static GBytes *copy_sample(GstSample *sample)
{
    GstMapInfo map;
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        g_assert_not_reached(); /* system memory */
    GBytes *bytes = g_bytes_new(map.data, map.size);
    gst_buffer_unmap(buffer, &map);
    return bytes;
}

GBytes *train_image_jpeg(const TrainImage *image, guint quality, GError **error)
{
    g_autofree char *launch = g_strdup_printf(
        "appsrc name=in format=time ! videoconvert ! jpegenc quality=%u ! appsink name=out "
        "sync=false wait-on-eos=false",
        quality);
    GstElement *pipeline = train_pipeline_new(launch, error);
    GBytes *bytes = NULL;
    if (!pipeline)
        return NULL;
    g_autoptr(GstElement) out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
    feed(pipeline, image);
    if (train_pipeline_wait(pipeline, GST_MESSAGE_EOS, error)) {
        g_autoptr(GstSample) sample = gst_app_sink_try_pull_sample(GST_APP_SINK(out), 0);
        if (sample)
            bytes = copy_sample(sample);
        else
            g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                                "GStreamer's jpegenc gave no picture");
    }
    train_pipeline_free(pipeline);
    return bytes;
}
