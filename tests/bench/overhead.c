/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* overhead: what the element costs a stream of which it scores nothing, against identity. Pipelines
 * of the two run in turn, and processor time is compared pair by pair, so that other programs' load
 * falls on both. Fails where the median pair differs by more than 5 %. */
#include <gst/gst.h>
#include <stdlib.h>
#include <time.h>

#define PAIRS 31
#define FRAMES 250
#define BEGIN 50 /* from this frame on: the first ones pay for starting */

#define LINE                                                                                       \
    "videotestsrc pattern=black num-buffers=%d ! video/x-raw,format=I420,width=1920,height=1080 "  \
    "! "                                                                                           \
    "%s ! fakesink name=sink signal-handoffs=true"

/* The first frame of an interval without end, at a place in it that never comes. */
#define ELEMENT "biqafilter backend=reference interval=4294967295 jitter=1 seed=1"

typedef struct {
    guint frames;
    double begin, end; /* s of processor time */
} Stopwatch;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void count(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
    Stopwatch *watch = data;

    if (++watch->frames == BEGIN)
        watch->begin = now();
    watch->end = now();
}

/* Microseconds of processor time a frame. */
static double measure(const char *element)
{
    g_autofree char *line = g_strdup_printf(LINE, FRAMES, element);
    g_autoptr(GError) error = NULL;
    GstElement *pipeline = gst_parse_launch(line, &error);
    g_autoptr(GstElement) sink = NULL;
    g_autoptr(GstBus) bus = NULL;
    Stopwatch watch = {0};
    GstMessage *message;

    if (!pipeline || error)
        g_error("%s: %s", line, error->message);
    sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    bus = gst_element_get_bus(pipeline);
    g_signal_connect(sink, "handoff", G_CALLBACK(count), &watch);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_EOS || watch.frames != FRAMES)
        g_error("%s did not run to its end", line);
    gst_message_unref(message);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    return 1e6 * (watch.end - watch.begin) / (FRAMES - BEGIN);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    double ratios[PAIRS], extra[PAIRS];

    gst_init(&argc, &argv);
    measure(ELEMENT); /* loads what there is to load */
    for (guint i = 0; i < PAIRS; i++) {
        /* Each goes first in half of the pairs. */
        const double before = i % 2 ? measure("identity") : 0;
        const double ours = measure(ELEMENT);
        const double theirs = i % 2 ? before : measure("identity");

        ratios[i] = ours / theirs;
        extra[i] = ours - theirs;
        g_print("identity %.1f us a frame, biqafilter %.1f us: %+.1f %%\n", theirs, ours,
                100 * (ratios[i] - 1));
    }
    qsort(ratios, PAIRS, sizeof *ratios, compare);
    qsort(extra, PAIRS, sizeof *extra, compare);
    g_print("median of %d pairs: %+.2f %%, %+.1f us a frame\n", PAIRS,
            100 * (ratios[PAIRS / 2] - 1), extra[PAIRS / 2]);
    return ratios[PAIRS / 2] <= 1.05 ? EXIT_SUCCESS : EXIT_FAILURE;
}
