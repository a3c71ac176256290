/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* paint-map VIDEO [SINK]: a video with biqafilter's map of its quality painted over it, red where
 * it is bad, green where it is good, and each part's score in figures.
 *
 * SINK is what gst-launch-1.0 would take behind the video; without one it is shown in a window. One
 * frame in 25 is scored; those between keep the colours of the last. */
#include <gst/gst.h>
#include <gst/video/video.h>

#define STRENGTH .3 /* share of the colour; the rest is the picture in grey */
#define DOT 4       /* pixels of a dot of a figure */

/* The map of the frame that had one last. */
typedef struct {
    guint columns, rows;
    double scores[64];
} Map;

/* Digits of 3 x 5 dots, a bit a dot, the top left one first. */
static const guint16 digits[10] = {
    075557, 026227, 071747, 071717, 055711, 074717, 074757, 071111, 075757, 075717,
};

/* Reads the map that the frame carries, if it does. */
static void read_map(GstBuffer *buffer, Map *map)
{
    GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer, "GstBiqaMeta");
    const GstStructure *fields = meta ? gst_custom_meta_get_structure(meta) : NULL;
    const GValue *scores = fields ? gst_structure_get_value(fields, "map") : NULL;

    if (!scores || gst_value_array_get_size(scores) > G_N_ELEMENTS(map->scores))
        return;
    gst_structure_get_uint(fields, "map-width", &map->columns);
    gst_structure_get_uint(fields, "map-height", &map->rows);
    for (guint i = 0; i < map->columns * map->rows; i++)
        map->scores[i] = g_value_get_double(gst_value_array_get_value(scores, i));
}

static guint8 *pixel_at(GstVideoFrame *frame, guint x, guint y)
{
    return (guint8 *)GST_VIDEO_FRAME_PLANE_DATA(frame, 0) +
           y * GST_VIDEO_FRAME_PLANE_STRIDE(frame, 0) + 4 * x;
}

static void tint(GstVideoFrame *frame, const Map *map)
{
    const guint width = GST_VIDEO_FRAME_WIDTH(frame), height = GST_VIDEO_FRAME_HEIGHT(frame);

    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++) {
            const guint column = x * map->columns / width, row = y * map->rows / height;
            const double score = map->scores[row * map->columns + column];
            const double colour[3] = {0, MIN(score, 50) / 50, MIN(100 - score, 50) / 50};
            guint8 *bgr = pixel_at(frame, x, y);
            const double grey = .114 * bgr[0] + .587 * bgr[1] + .299 * bgr[2];

            for (guint c = 0; c < 3; c++)
                bgr[c] = (guint8)((1 - STRENGTH) * grey + STRENGTH * 255 * colour[c]);
        }
}

/* A digit in white, its top left corner at (x, y), as far as it lies inside. */
static void draw_digit(GstVideoFrame *frame, guint digit, guint x, guint y)
{
    const guint width = GST_VIDEO_FRAME_WIDTH(frame), height = GST_VIDEO_FRAME_HEIGHT(frame);

    for (guint v = 0; v < 5 * DOT && y + v < height; v++)
        for (guint u = 0; u < 3 * DOT && x + u < width; u++)
            if (digits[digit] >> (14 - v / DOT * 3 - u / DOT) & 1)
                GST_WRITE_UINT32_LE(pixel_at(frame, x + u, y + v), 0xffffff);
}

static void draw_scores(GstVideoFrame *frame, const Map *map)
{
    for (guint i = 0; i < map->columns * map->rows; i++) {
        const guint score = (guint)(map->scores[i] + .5);
        const guint x = i % map->columns * GST_VIDEO_FRAME_WIDTH(frame) / map->columns + 2 * DOT;
        const guint y = i / map->columns * GST_VIDEO_FRAME_HEIGHT(frame) / map->rows + 2 * DOT;

        if (score == 100)
            draw_digit(frame, 1, x, y);
        if (score >= 10)
            draw_digit(frame, score / 10 % 10, x + 4 * DOT, y);
        draw_digit(frame, score % 10, x + 8 * DOT, y);
    }
}

/* Paints each frame that leaves biqafilter. */
static GstPadProbeReturn paint(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    GstCaps *caps = gst_pad_get_current_caps(pad);
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    Map *map = data;
    GstVideoInfo video;
    GstVideoFrame frame;

    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    read_map(buffer, map);
    if (map->columns > 0 && gst_video_info_from_caps(&video, caps) &&
        gst_video_frame_map(&frame, &video, buffer, GST_MAP_READWRITE)) {
        tint(&frame, map);
        draw_scores(&frame, map);
        gst_video_frame_unmap(&frame);
    }
    gst_caps_unref(caps);
    return GST_PAD_PROBE_OK;
}

/* Plays to the end; returns the exit status. */
static int play(GstElement *pipeline)
{
    GstBus *bus = gst_element_get_bus(pipeline);
    GstMessage *message;
    int status = 0;

    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError *error = NULL;

        gst_message_parse_error(message, &error, NULL);
        g_printerr("paint-map: %s\n", error->message);
        g_error_free(error);
        status = 1;
    }
    gst_message_unref(message);
    gst_object_unref(bus);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    return status;
}

int main(int argc, char **argv)
{
    GError *error = NULL;
    GstElement *pipeline, *biqa, *source;
    GstPad *pad;
    Map map = {0};
    char *line;
    int status;

    gst_init(&argc, &argv);
    if (argc < 2 || argc > 3) {
        g_printerr("usage: paint-map VIDEO [SINK]\n");
        return 2;
    }
    line = g_strdup_printf(
        "filesrc name=source ! decodebin ! videoconvert ! video/x-raw,format=BGRx ! "
        "biqafilter name=biqa map=true interval=25 ! videoconvert ! %s",
        argc > 2 ? argv[2] : "autovideosink");
    pipeline = gst_parse_launch(line, &error);
    g_free(line);
    if (error) {
        g_printerr("paint-map: %s\n", error->message);
        return 1;
    }
    source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
    g_object_set(source, "location", argv[1], NULL);
    biqa = gst_bin_get_by_name(GST_BIN(pipeline), "biqa");
    pad = gst_element_get_static_pad(biqa, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, paint, &map, NULL);
    status = play(pipeline);
    gst_object_unref(pad);
    gst_object_unref(biqa);
    gst_object_unref(source);
    gst_object_unref(pipeline);
    return status;
}
