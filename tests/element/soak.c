/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* soak [FRAMES [BACKEND]]: a long stream by each policy, with everything on that could keep memory:
 * a report, alarms, hard frames, a change of model every CHANGE frames. Prints the memory of the
 * process as it goes, and fails where it grows by more than BOUND after the first fifth. */
#include "element-support.h"
#include "removal.h"
#include <stdlib.h>

#define CHANGE 1000 /* frames of a model; the bound on an alarm lies between the two's scores */
#define SAMPLES 10  /* of memory, in a stream */
#define WARM (SAMPLES / 5) /* caches and the allocator's arenas have filled by this sample */
#define BOUND 2048         /* KiB: 26 bytes a frame of 80,000, or 26 KiB a change of model */

#define LINE                                                                                       \
    "videotestsrc pattern=snow num-buffers=%u ! "                                                  \
    "video/x-raw,format=I420,width=64,height=64,framerate=25/1 ! "                                 \
    "biqafilter name=filter backend=%s policy=%s model=\"%s\" interval=5 jitter=.5 "               \
    "report=\"%s/report.jsonl\" report-interval=60000000000 alarm-below=%.9g alarm-release=%.9g "  \
    "hard-frames=\"%s\" hard-threshold=0 hard-frames-interval=4000000000 ! "                       \
    "fakesink name=sink signal-handoffs=true"

typedef struct {
    guint frames;
    const char *backend;
    Judge *judges[2];
    double bound; /* between what the two say of snow */
    char *folder; /* what the element writes */
} Soak;

/* One stream. The sink's thread counts and samples; the bus is read by the main thread. */
typedef struct {
    const Soak *soak;
    GstElement *filter;
    guint frames;
    guint64 memory[SAMPLES]; /* KiB */
    guint alarms, models;    /* messages */
} Stream;

/* Resident memory of this process in KiB. */
static guint64 memory_now(void)
{
    g_autofree char *status = NULL;
    const char *line;

    g_assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
    line = strstr(status, "VmRSS:");
    g_assert_nonnull(line);
    return g_ascii_strtoull(line + strlen("VmRSS:"), NULL, 10);
}

static void take_frame(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
    Stream *stream = data;
    const guint part = stream->soak->frames / SAMPLES, frames = ++stream->frames;

    g_assert_nonnull(buffer_report(buffer, 0));
    if (frames % CHANGE == 0)
        g_object_set(stream->filter, "model", stream->soak->judges[frames / CHANGE % 2]->path,
                     NULL);
    if (frames % part == 0 && frames / part <= SAMPLES) {
        stream->memory[frames / part - 1] = memory_now();
        g_print("%10u %10" G_GUINT64_FORMAT "\n", frames, stream->memory[frames / part - 1]);
    }
}

/* Reads the bus until the stream has ended. */
static void follow(Stream *stream, GstBus *bus)
{
    for (gboolean ended = FALSE; !ended;) {
        GstMessage *message = gst_bus_timed_pop(bus, GST_CLOCK_TIME_NONE);

        ended = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
        g_assert_cmpint(GST_MESSAGE_TYPE(message), !=, GST_MESSAGE_ERROR);
        stream->alarms += gst_message_has_name(message, "biqa-alarm");
        stream->models += gst_message_has_name(message, "biqa-model");
        gst_message_unref(message);
    }
}

/* Nothing grew, and everything that could was there. */
static gboolean judge_stream(const Stream *stream)
{
    const guint64 warm = stream->memory[WARM - 1], last = stream->memory[SAMPLES - 1];
    g_autoptr(GstStructure) stats = NULL;

    g_object_get(stream->filter, "stats", &stats, NULL);
    g_print("# %" G_GUINT64_FORMAT " scored, %" G_GUINT64_FORMAT
            " hard frames kept, %u models taken over, %u messages of alarms\n",
            report_uint64(stats, "frames-inferred"), report_uint64(stats, "hard-frames-written"),
            stream->models, stream->alarms);
    g_assert_cmpuint(stream->frames, ==, stream->soak->frames);
    g_assert_cmpuint(report_uint64(stats, "hard-frames-written"), >, 0);
    g_assert_cmpuint(stream->models, >, 0);
    g_assert_cmpuint(stream->alarms, >, 0);
    if (last <= warm + BOUND)
        return TRUE;
    g_printerr("memory grew from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " KiB, over %d\n",
               warm, last, BOUND);
    return FALSE;
}

static gboolean soak_run(const Soak *soak, const char *policy)
{
    g_autofree char *line =
        g_strdup_printf(LINE, soak->frames, soak->backend, policy, soak->judges[0]->path,
                        soak->folder, soak->bound, soak->bound, soak->folder);
    g_autoptr(GError) error = NULL;
    GstElement *pipeline = gst_parse_launch(line, &error);
    g_autoptr(GstElement) sink = NULL;
    g_autoptr(GstBus) bus = NULL;
    Stream stream = {.soak = soak};
    gboolean good;

    g_assert_no_error(error);
    g_print("# policy=%s\n%10s %10s\n", policy, "frames", "KiB");
    sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    stream.filter = gst_bin_get_by_name(GST_BIN(pipeline), "filter");
    bus = gst_element_get_bus(pipeline);
    g_signal_connect(sink, "handoff", G_CALLBACK(take_frame), &stream);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    follow(&stream, bus);
    good = judge_stream(&stream);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(stream.filter);
    gst_object_unref(pipeline);
    return good;
}

/* The score of one frame of noise. */
static double score_of_noise(Judge *judge)
{
    GstVideoInfo info;
    GstBuffer *frame;
    double score;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 64, 64);
    frame = noise_frame_new(&info, 1, 0);
    score = judge_frame(judge, &info, frame, 0).score;
    gst_buffer_unref(frame);
    return score;
}

static void soak_clear(Soak *soak)
{
    folder_remove(soak->folder);
    g_free(soak->folder);
    for (guint i = 0; i < G_N_ELEMENTS(soak->judges); i++)
        judge_free(soak->judges[i]);
}

int main(int argc, char **argv)
{
    Soak soak = {
        .frames = argc > 1 ? (guint)atoi(argv[1]) : 100000,
        .backend = argc > 2 ? argv[2] : "cpu",
    };
    int none = 1;
    gboolean good;

    element_test_init(&none, &argv);
    element_test_load("libgstvideotestsrc.so");
    g_assert_cmpuint(soak.frames, >=, 10 * CHANGE);
    for (guint i = 0; i < G_N_ELEMENTS(soak.judges); i++)
        soak.judges[i] = judge_new(71 + i);
    soak.bound = (score_of_noise(soak.judges[0]) + score_of_noise(soak.judges[1])) / 2;
    soak.folder = g_dir_make_tmp("soak-XXXXXX", NULL);
    good = soak_run(&soak, "every");
    good = soak_run(&soak, "deadline") && good;
    soak_clear(&soak);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
