/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distortions by real encoders, through GStreamer. Encoders and decoders get one thread each:
 * pictures are what runs in parallel. */
#include "distort-private.h"
#include "gstframe.h"
#include "picture.h"
#include "pipeline.h"
#include <gst/app/gstappsrc.h>

/* Frames of a video that H.264 is tried on, and pixels that it pans from one to the next. */
#define VIDEO_FRAMES 4
#define VIDEO_PAN 2

static GstBuffer *buffer_new(const TrainImage *image, const GstVideoInfo *info, guint index)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, info->size, NULL);
    gsize row = 3 * (gsize)image->width;
    for (guint y = 0; y < image->height; y++)
        gst_buffer_fill(buffer, (gsize)y * info->stride[0], image->rgb + y * row, row);
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

/* The frame in sample, which must have the size of like. Read as the element reads video. */
static TrainImage *read_sample(GstSample *sample, const TrainImage *like, GError **error)
{
    g_autoptr(TrainPicture) picture = train_picture_new(sample, error);
    if (!picture)
        return NULL;
    const BiqaFrameFormat *format = train_picture_frame(picture)->format;
    if (format->width == like->width && format->height == like->height)
        return train_picture_image(picture);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "its decoder made %u x %u pixels of %u x %u",
                format->width, format->height, like->width, like->height);
    return NULL;
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
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "its decoder gave no frame");
        return NULL;
    }
    return read_sample(sample, frames[n - 1], error);
}

/* Sends frames of one size through the elements of codec; returns the last that comes out. */
static TrainImage *transcode(const char *codec, TrainImage *const *frames, guint n, GError **error)
{
    g_autofree char *launch =
        g_strdup_printf("appsrc name=source format=time ! videoconvert ! %s ! videoconvert ! "
                        "capsfilter caps=" TRAIN_PICTURE_CAPS " ! fakesink name=sink sync=false",
                        codec);
    GstElement *pipeline = train_pipeline_new(launch, error);
    if (!pipeline)
        return NULL;
    TrainImage *image = run_pipeline(pipeline, frames, n, error);
    train_pipeline_free(pipeline);
    return image;
}

/* What codec makes of the last of n_frames that pan over the picture and end on it. Encoders are
 * never shown an edge that does not fill their blocks: frames are grown to multiples of block. */
static TrainImage *distort(const char *codec, const TrainImage *image, guint n_frames, guint block,
                           GError **error)
{
    guint width = (image->width + block - 1) / block * block;
    guint height = (image->height + block - 1) / block * block;
    g_autoptr(GPtrArray) frames = g_ptr_array_new_with_free_func((GDestroyNotify)train_image_free);
    for (guint i = n_frames; i-- > 0;)
        g_ptr_array_add(frames, train_image_grow(image, i * VIDEO_PAN, width, height));
    g_autoptr(TrainImage) out =
        transcode(codec, (TrainImage *const *)frames->pdata, n_frames, error);
    return out ? train_image_cut(out, 0, 0, image->width, image->height) : NULL;
}

/* JPEG's YCbCr has full range, and jpegenc takes what it gets for that. In GStreamer 1.22 it fills
 * incomplete blocks with whatever memory holds. */
TrainImage *train_distort_jpeg(const TrainImage *image, double level, guint64 seed, GError **error)
{
    g_autofree char *codec =
        g_strdup_printf("video/x-raw,format=I420,colorimetry=1:4:0:0 ! jpegenc quality=%.0f ! "
                        "jpegdec",
                        level);
    return distort(codec, image, 1, 16, error);
}

/* The last frame is a predicted one, as most of a video is. */
TrainImage *train_distort_h264(const TrainImage *image, double level, guint64 seed, GError **error)
{
    g_autofree char *codec =
        g_strdup_printf("video/x-raw,format=I420 ! x264enc pass=quant quantizer=%.0f "
                        "tune=zerolatency speed-preset=medium key-int-max=100 threads=1 "
                        "sliced-threads=false ! avdec_h264 max-threads=1",
                        level);
    return distort(codec, image, VIDEO_FRAMES, 16, error);
}
