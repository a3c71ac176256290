/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distortions by real encoders, through GStreamer. Encoders and decoders get one thread each:
 * pictures are what runs in parallel. */
#include "distort-private.h"
#include "pipeline.h"
#include "preprocess.h"
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <string.h>

/* Frames of a video that H.264 is tried on, and pixels that it pans from one to the next. */
#define VIDEO_FRAMES 4
#define VIDEO_PAN 2

static void copy_rows(guint8 *to, gsize to_stride, const guint8 *from, gsize from_stride,
                      gsize bytes, guint n)
{
    for (guint i = 0; i < n; i++)
        memcpy(to + i * to_stride, from + i * from_stride, bytes);
}

static GstBuffer *buffer_new(const TrainImage *image, GstVideoInfo *info, guint index)
{
    GstVideoFrame frame;
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, info->size, NULL);
    gboolean mapped = gst_video_frame_map(&frame, info, buffer, GST_MAP_WRITE);
    g_assert(mapped);
    gsize row = 3 * (gsize)image->width;
    copy_rows(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0), GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0),
              image->rgb, row, row, image->height);
    gst_video_frame_unmap(&frame);
    GST_BUFFER_PTS(buffer) = index * GST_SECOND / 25;
    GST_BUFFER_DURATION(buffer) = GST_SECOND / 25;
    return buffer;
}

static void push_frames(GstElement *pipeline, TrainImage *const *frames, guint n)
{
    g_autoptr(GstElement) source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_RGB, frames[0]->width, frames[0]->height);
    info.fps_n = 25;
    g_autoptr(GstCaps) caps = gst_video_info_to_caps(&info);
    g_object_set(source, "caps", caps, NULL);
    for (guint i = 0; i < n; i++)
        gst_app_src_push_buffer(GST_APP_SRC(source), buffer_new(frames[i], &info, i));
    gst_app_src_end_of_stream(GST_APP_SRC(source));
}

/* The frame in sample, which must have the size of like. */
static TrainImage *read_sample(GstSample *sample, const TrainImage *like, GError **error)
{
    GstVideoInfo info;
    GstVideoFrame frame;
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
        (guint)info.width != like->width || (guint)info.height != like->height ||
        !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "the decoder gave another size back");
        return NULL;
    }
    TrainImage *image = train_image_new(like->width, like->height);
    gsize row = 3 * (gsize)image->width;
    copy_rows(image->rgb, row, GST_VIDEO_FRAME_PLANE_DATA(&frame, 0),
              GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0), row, image->height);
    gst_video_frame_unmap(&frame);
    return image;
}

static TrainImage *run_pipeline(GstElement *pipeline, TrainImage *const *frames, guint n,
                                GError **error)
{
    gst_element_set_state(pipeline, GST_STATE_PLAYING); /* before, an appsrc takes nothing */
    push_frames(pipeline, frames, n);
    if (!train_pipeline_wait(pipeline, GST_MESSAGE_EOS, error))
        return NULL;
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    g_autoptr(GstSample) sample = NULL;
    g_object_get(sink, "last-sample", &sample, NULL);
    if (!sample) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "the decoder gave no frame");
        return NULL;
    }
    return read_sample(sample, frames[n - 1], error);
}

/* Sends frames of one size through the elements of codec and returns the last that comes out. */
static TrainImage *transcode(const char *codec, TrainImage *const *frames, guint n, GError **error)
{
    g_autofree char *launch =
        g_strdup_printf("appsrc name=source format=time ! videoconvert ! %s ! videoconvert ! "
                        "video/x-raw,format=RGB ! "
                        "fakesink name=sink sync=false",
                        codec);
    GstElement *pipeline = train_pipeline_new(launch, error);
    if (!pipeline)
        return NULL;
    TrainImage *image = run_pipeline(pipeline, frames, n, error);
    train_pipeline_free(pipeline);
    return image;
}

TrainImage *train_distort_jpeg(const TrainImage *image, double level, guint64 seed, GError **error)
{
    /* JPEG's YCbCr has full range: jpegenc takes what it gets for that. */
    g_autofree char *codec =
        g_strdup_printf("video/x-raw,format=I420,colorimetry=1:4:0:0 ! jpegenc quality=%.0f ! "
                        "jpegdec",
                        level);
    TrainImage *frame = (TrainImage *)image;
    return transcode(codec, &frame, 1, error);
}

TrainImage *train_distort_jpeg2000(const TrainImage *image, double level, guint64 seed,
                                   GError **error)
{
    /* The encoder's rate is against one component of three. It only gets below 1/240 of the size
     * with a first layer that holds next to nothing. One tile, or its edges show. */
    g_autofree char *codec =
        g_strdup_printf("video/x-raw,format=RGB ! avenc_jpeg2000 format=j2k tile-width=65536 "
                        "tile-height=65536 layer-rates=10800,%.0f ! avdec_jpeg2000 max-threads=1",
                        3 * level);
    TrainImage *frame = (TrainImage *)image;
    return transcode(codec, &frame, 1, error);
}

/* The picture moved left by pan pixels and grown to even sizes, mirrored at its borders. */
static TrainImage *pan(const TrainImage *image, guint pan)
{
    TrainImage *moved =
        train_image_new(image->width + image->width % 2, image->height + image->height % 2);
    guint8 *out = moved->rgb;
    for (guint y = 0; y < moved->height; y++) {
        const guint8 *row =
            image->rgb + 3 * (gsize)biqa_mirror((gint)y, image->height) * image->width;
        for (guint x = 0; x < moved->width; x++, out += 3)
            memcpy(out, row + 3 * (gsize)biqa_mirror((gint)(x + pan), image->width), 3);
    }
    return moved;
}

/* A short pan that ends on the picture: its last frame is predicted, as most of a video is. */
TrainImage *train_distort_h264(const TrainImage *image, double level, guint64 seed, GError **error)
{
    g_autofree char *codec =
        g_strdup_printf("video/x-raw,format=I420 ! x264enc pass=quant quantizer=%.0f "
                        "tune=zerolatency speed-preset=medium key-int-max=100 threads=1 "
                        "sliced-threads=false ! avdec_h264 max-threads=1",
                        level);
    TrainImage *frames[VIDEO_FRAMES];
    for (guint i = 0; i < VIDEO_FRAMES; i++)
        frames[i] = pan(image, (VIDEO_FRAMES - 1 - i) * VIDEO_PAN);
    g_autoptr(TrainImage) last = transcode(codec, frames, VIDEO_FRAMES, error);
    for (guint i = 0; i < VIDEO_FRAMES; i++)
        train_image_free(frames[i]);
    return last ? train_image_cut(last, 0, 0, image->width, image->height) : NULL;
}
