/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "darkroom.h"
#include <gst/video/video.h>

#define WIDTH 480
#define MOST_WAITING 8
#define PATIENCE (10 * GST_SECOND)

struct MonitorDarkroom {
    GThreadPool *pool;
    guint64 pictures;
};

typedef struct {
    GstSample *frame;
    MonitorAlbum *album;
    MonitorPictureKind kind;
    MonitorPicture picture;
} Job;

static void job_free(Job *job)
{
    gst_sample_unref(job->frame);
    monitor_album_unref(job->album);
    monitor_picture_clear(&job->picture);
    g_free(job);
}

/* JPEG at WIDTH, as high as the frame's display aspect makes it. NULL for a frame that is no
 * video. */
static GstCaps *jpeg_caps(GstSample *frame)
{
    GstVideoInfo info;
    guint num, den;

    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(frame)) ||
        !gst_video_calculate_display_ratio(&num, &den, info.width, info.height, info.par_n,
                                           info.par_d, 1, 1))
        return NULL;
    return gst_caps_new_simple(
        "image/jpeg", "width", G_TYPE_INT, WIDTH, "height", G_TYPE_INT,
        (int)CLAMP(gst_util_uint64_scale_int_round(WIDTH, den, num), 16, 4 * WIDTH),
        "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);
}

static GBytes *to_jpeg(GstSample *frame)
{
    g_autoptr(GstCaps) caps = jpeg_caps(frame);
    g_autoptr(GError) error = NULL;
    g_autoptr(GstSample) jpeg = NULL;
    GstBuffer *buffer;
    gpointer data;
    gsize size;

    if (caps)
        jpeg = gst_video_convert_sample(frame, caps, PATIENCE, &error);
    if (!jpeg) {
        GST_WARNING("no picture made: %s", error ? error->message : "not a video frame");
        return NULL;
    }
    buffer = gst_sample_get_buffer(jpeg);
    gst_buffer_extract_dup(buffer, 0, -1, &data, &size);
    return g_bytes_new_take(data, size);
}

static void work(gpointer data, gpointer user_data)
{
    Job *job = data;
    MonitorDarkroom *darkroom = user_data;

    job->picture.jpeg = to_jpeg(job->frame);
    if (job->picture.jpeg) {
        job->picture.id = ++darkroom->pictures; /* this is the one thread */
        monitor_album_add(job->album, job->kind, &job->picture);
        job->picture.jpeg = NULL;
    }
    job_free(job);
}

MonitorDarkroom *monitor_darkroom_new(void)
{
    MonitorDarkroom *darkroom = g_new0(MonitorDarkroom, 1);

    darkroom->pool = g_thread_pool_new(work, darkroom, 1, FALSE, NULL);
    return darkroom;
}

void monitor_darkroom_free(MonitorDarkroom *darkroom)
{
    g_thread_pool_free(darkroom->pool, FALSE, TRUE);
    g_free(darkroom);
}

void monitor_darkroom_develop(MonitorDarkroom *darkroom, GstSample *frame, MonitorAlbum *album,
                              MonitorPictureKind kind, const MonitorPicture *picture)
{
    Job *job;

    if (g_thread_pool_unprocessed(darkroom->pool) >= MOST_WAITING)
        return;
    job = g_new(Job, 1);
    *job = (Job){
        .frame = gst_sample_ref(frame),
        .album = monitor_album_ref(album),
        .kind = kind,
        .picture = *picture,
    };
    g_thread_pool_push(darkroom->pool, job, NULL);
}
