/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Distortions by real encoders, through GStreamer. Encoders and decoders get one thread each:
 * pictures are what runs in parallel. */
#include "distort-codec.h"
#include "distort-private.h"
#include "gstframe.h"
#include "picture.h"
#include "pipeline.h"
#include <gst/app/gstappsrc.h>

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

typedef struct {
    const TrainCodec *codec;
    guint index;
} Channel;

static GstPadProbeReturn pass_channel(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Channel *channel = data;
    const TrainCodec *codec = channel->codec;
    info->data = codec->channel(info->data, channel->index++, codec->data);
    return info->data ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static void add_channel(GstElement *pipeline, Channel *channel)
{
    g_autoptr(GstElement) coder = gst_bin_get_by_name(GST_BIN(pipeline), "coder");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(coder, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, pass_channel, channel, NULL);
}

/* Sends frames of one size through the elements of codec; returns the last that comes out. */
static TrainImage *transcode(const TrainCodec *codec, TrainImage *const *frames, GError **error)
{
    g_autofree char *launch =
        g_strdup_printf("appsrc name=source format=time ! videoconvert ! %s ! videoconvert ! "
                        "capsfilter caps=" TRAIN_PICTURE_CAPS " ! fakesink name=sink sync=false",
                        codec->launch);
    GstElement *pipeline = train_pipeline_new(launch, error);
    if (!pipeline)
        return NULL;
    Channel channel = {.codec = codec};
    if (codec->channel)
        add_channel(pipeline, &channel);
    TrainImage *image = run_pipeline(pipeline, frames, codec->frames, error);
    train_pipeline_free(pipeline);
    return image;
}

TrainImage *train_codec_apply(const TrainCodec *codec, const TrainImage *image, GError **error)
{
    guint width = (image->width + codec->block - 1) / codec->block * codec->block;
    guint height = (image->height + codec->block - 1) / codec->block * codec->block;
    g_autoptr(GPtrArray) clip = train_moving_clip(image, codec->move, codec->frames, width, height);
    g_autoptr(TrainImage) out = transcode(codec, (TrainImage *const *)clip->pdata, error);
    return out ? train_image_cut(out, 0, 0, image->width, image->height) : NULL;
}

/* JPEG's YCbCr has full range, and jpegenc takes what it gets for that. In GStreamer 1.22 it fills
 * incomplete blocks with whatever memory holds. */
TrainImage *train_distort_jpeg(const TrainImage *image, double level, guint64 seed, GError **error)
{
    g_autofree char *launch =
        g_strdup_printf("video/x-raw,format=I420,colorimetry=1:4:0:0 ! jpegenc quality=%.0f ! "
                        "jpegdec",
                        level);
    TrainCodec jpeg = {.launch = launch, .frames = 1, .block = 16, .move = {0, 0, 1}};
    return train_codec_apply(&jpeg, image, error);
}
