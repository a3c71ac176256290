/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* make-clip PHOTO CLIP FRAMES KBITS...
 * Pans slowly over the bottom of a JPEG photograph and encodes what a 1280 x 720 window sees with
 * x264, FRAMES frames (25 a second) at each bitrate in turn, into one MP4 file. */
#include <gst/gst.h>
#include <stdlib.h>

#define WIDTH 1280
#define HEIGHT 720
#define PAN 2 /* pixels a frame */

typedef struct {
    GstElement *pipeline, *crop, *encoder;
    guint frames;  /* of a step */
    guint n_kbits; /* steps */
    guint *kbits;
    guint frame; /* the next one */
} Clip;

static GstElement *pipeline_new(const char *photo, const char *path, guint n_frames)
{
    g_autoptr(GError) error = NULL;
    GstElement *pipeline, *source, *sink;
    /* Cropped before chroma is subsampled, so that every step of a pixel is the same; without
     * lookahead, so that a new bitrate counts from the frame it is set for; on one thread, so that
     * the clip is the same every time. */
    g_autofree char *line = g_strdup_printf(
        "filesrc name=source ! jpegdec ! videoconvert ! video/x-raw,format=Y444 ! "
        "imagefreeze num-buffers=%u ! video/x-raw,framerate=25/1 ! videocrop name=crop ! "
        "videoconvert ! video/x-raw,format=I420 ! "
        "x264enc name=encoder speed-preset=veryfast tune=zerolatency threads=1 key-int-max=25 "
        "vbv-buf-capacity=600 ! h264parse ! mp4mux ! filesink name=sink",
        n_frames);

    pipeline = gst_parse_launch(line, &error);
    if (error) {
        g_printerr("make-clip: %s\n", error->message);
        exit(1);
    }
    source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
    sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    g_object_set(source, "location", photo, NULL);
    g_object_set(sink, "location", path, NULL);
    gst_object_unref(source);
    gst_object_unref(sink);
    return pipeline;
}

/* There and back again: a place in 0..room that moves by PAN a frame. Every step starts anew, so
 * that all see the same pictures and differ by their bitrate alone. */
static gint pan(guint frame, gint room)
{
    gint place = room > 0 ? (gint)(PAN * frame % (2 * room)) : 0;

    return MIN(place, 2 * room - place);
}

/* Before a frame is cropped: moves the window and, where a step begins, sets its bitrate. */
static GstPadProbeReturn on_frame(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Clip *clip = data;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    GstStructure *format = gst_caps_get_structure(caps, 0);
    gint room_x = 0, room_y = 0, x, y;

    gst_structure_get(format, "width", G_TYPE_INT, &room_x, "height", G_TYPE_INT, &room_y, NULL);
    gst_caps_unref(caps);
    room_x -= WIDTH;
    room_y -= HEIGHT;
    if (room_x < 0 || room_y < 0) {
        GST_ELEMENT_ERROR(clip->crop, STREAM, FORMAT,
                          ("The photograph is smaller than %d x %d.", WIDTH, HEIGHT), (NULL));
        return GST_PAD_PROBE_REMOVE;
    }

    x = pan(clip->frame % clip->frames, room_x);
    y = room_y;
    g_object_set(clip->crop, "left", x, "right", room_x - x, "top", y, "bottom", room_y - y, NULL);
    if (clip->frame % clip->frames == 0)
        g_object_set(clip->encoder, "bitrate",
                     clip->kbits[MIN(clip->frame / clip->frames, clip->n_kbits - 1)], NULL);
    clip->frame++;
    return GST_PAD_PROBE_OK;
}

/* Runs the pipeline to its end; FALSE and a line on standard error if it fails. */
static gboolean run(Clip *clip)
{
    GstBus *bus = gst_element_get_bus(clip->pipeline);
    GstMessage *message;
    gboolean ok;

    gst_element_set_state(clip->pipeline, GST_STATE_PLAYING);
    message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    ok = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    if (!ok) {
        g_autoptr(GError) error = NULL;

        gst_message_parse_error(message, &error, NULL);
        g_printerr("make-clip: %s\n", error->message);
    }
    gst_element_set_state(clip->pipeline, GST_STATE_NULL);
    gst_message_unref(message);
    gst_object_unref(bus);
    return ok;
}

int main(int argc, char **argv)
{
    Clip clip = {0};
    GstPad *pad;
    gboolean ok;

    gst_init(&argc, &argv);
    if (argc < 5 || atoi(argv[3]) < 1) {
        g_printerr("usage: make-clip PHOTO CLIP FRAMES KBITS...\n");
        return 2;
    }
    clip.frames = atoi(argv[3]);
    clip.n_kbits = argc - 4;
    clip.kbits = g_new(guint, clip.n_kbits);
    for (guint i = 0; i < clip.n_kbits; i++)
        clip.kbits[i] = atoi(argv[4 + i]);

    clip.pipeline = pipeline_new(argv[1], argv[2], clip.frames * clip.n_kbits);
    clip.crop = gst_bin_get_by_name(GST_BIN(clip.pipeline), "crop");
    clip.encoder = gst_bin_get_by_name(GST_BIN(clip.pipeline), "encoder");
    pad = gst_element_get_static_pad(clip.crop, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, &clip, NULL);
    ok = run(&clip);

    gst_object_unref(pad);
    gst_object_unref(clip.crop);
    gst_object_unref(clip.encoder);
    gst_object_unref(clip.pipeline);
    g_free(clip.kbits);
    return ok ? 0 : 1;
}
