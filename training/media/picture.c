/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures from files, as their decoder gives them. */
#include "picture.h"
#include "gstframe.h"
#include "pipeline.h"
#include <gst/app/gstappsink.h>

struct TrainPicture {
    GstVideoFrame video; /* mapped as long as the picture lives */
    BiqaFrameFormat format;
    BiqaFrame frame;
};

/* A decoder that exposes video alone fails where there is none; otherwise short sound without video
 * may end before anybody notices that it goes nowhere. */
#define LAUNCH                                                                                     \
    "filesrc name=source ! decodebin caps=video/x-raw expose-all-streams=false ! videoconvert ! "  \
    "appsink name=sink sync=false caps=" TRAIN_PICTURE_CAPS

/* A pipeline that has decoded the file's first frame and waits; NULL and error. */
static GstElement *open_paused(const char *path, GError **error)
{
    GstElement *pipeline = train_pipeline_new(LAUNCH, error);
    if (!pipeline)
        return NULL;
    g_autoptr(GstElement) source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
    g_object_set(source, "location", path, NULL);
    gst_element_set_state(pipeline, GST_STATE_PAUSED);
    if (train_pipeline_wait(pipeline, GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_EOS, error))
        return pipeline;
    train_pipeline_free(pipeline);
    return NULL;
}

static gboolean seek(GstElement *pipeline, double seconds, GError **error)
{
    const GstSeekFlags flags = GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE;
    const gint64 place = (gint64)(seconds * GST_SECOND + .5);
    if (gst_element_seek_simple(pipeline, GST_FORMAT_TIME, flags, place))
        return train_pipeline_wait(pipeline, GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_EOS, error);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "it cannot be sought in");
    return FALSE;
}

/* A paused pipeline decodes one frame and shows it to its sink. */
static GstSample *decode(const char *path, double seconds, GError **error)
{
    GstElement *pipeline = open_paused(path, error);
    if (!pipeline)
        return NULL;
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    GstSample *sample = NULL;
    if (!(seconds > 0) || seek(pipeline, seconds, error)) {
        sample = gst_app_sink_try_pull_preroll(GST_APP_SINK(sink), 0);
        if (!sample)
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "there is no whole picture in it%s",
                        seconds > 0 ? " at that time" : "");
    }
    train_pipeline_free(pipeline);
    return sample;
}

TrainPicture *train_picture_new(GstSample *sample, GError **error)
{
    GstVideoInfo info;
    TrainPicture *picture = g_new0(TrainPicture, 1);
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
        !gst_video_frame_map(&picture->video, &info, gst_sample_get_buffer(sample), GST_MAP_READ)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "its decoder gave a broken frame");
        g_free(picture);
        return NULL;
    }
    if (!biqa_gst_frame_format(&info, &picture->format, error)) {
        train_picture_free(picture);
        return NULL;
    }
    picture->frame = biqa_gst_frame(&picture->video, &picture->format);
    return picture;
}

TrainPicture *train_picture_load(const char *path, GError **error)
{
    return train_picture_load_at(path, 0, error);
}

gboolean train_picture_duration(const char *path, double *seconds, GError **error)
{
    gint64 duration = 0;
    GstElement *pipeline = open_paused(path, error);
    if (!pipeline) {
        g_prefix_error(error, "cannot read a picture from '%s': ", path);
        return FALSE;
    }
    const gboolean known = gst_element_query_duration(pipeline, GST_FORMAT_TIME, &duration);
    *seconds = known && duration > 0 ? (double)duration / GST_SECOND : 0;
    train_pipeline_free(pipeline);
    return TRUE;
}

TrainPicture *train_picture_load_at(const char *path, double seconds, GError **error)
{
    GError *problem = NULL;
    TrainPicture *picture = NULL;
    g_autoptr(GstSample) sample = decode(path, seconds, &problem);
    if (sample)
        picture = train_picture_new(sample, &problem);
    if (!picture) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot read a picture from '%s': %s", path,
                    problem->message);
        g_error_free(problem);
    }
    return picture;
}

void train_picture_free(TrainPicture *picture)
{
    if (!picture)
        return;
    gst_video_frame_unmap(&picture->video);
    g_free(picture);
}

const BiqaFrame *train_picture_frame(const TrainPicture *picture)
{
    return &picture->frame;
}

TrainImage *train_picture_image(const TrainPicture *picture)
{
    guint width = picture->format.width, height = picture->format.height;
    TrainImage *image = train_image_new(width, height);
    g_autofree guint *columns = g_new(guint, width);
    g_autofree float *row = g_new(float, 3 * (gsize)width);
    for (guint x = 0; x < width; x++)
        columns[x] = x;
    for (guint y = 0; y < height; y++) {
        biqa_frame_row(&picture->frame, y, columns, width, row);
        guint8 *out = image->rgb + 3 * (gsize)y * width;
        for (guint i = 0; i < 3 * width; i++)
            out[i] = (guint8)(row[i % 3 * width + i / 3] + 0.5f);
    }
    return image;
}

TrainImage *train_image_load(const char *path, GError **error)
{
    g_autoptr(TrainPicture) picture = train_picture_load(path, error);
    return picture ? train_picture_image(picture) : NULL;
}
