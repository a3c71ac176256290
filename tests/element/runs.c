/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole runs: the same twice, and none that hangs or crashes whatever the frames are like and
 * whatever other threads do to the element. */
#include "element-support.h"

#define LINE                                                                                       \
    "videotestsrc pattern=snow is-live=%s num-buffers=%u ! %s ! biqafilter name=filter "           \
    "backend=reference model=\"%s\" %s ! fakesink name=sink signal-handoffs=true"

static void append_record(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer text)
{
    g_autofree char *record = gst_structure_to_string(buffer_report(buffer, 0));

    g_string_append_printf(text, "%s\n", record);
}

typedef struct {
    gboolean live;
    guint frames;
    const char *caps, *properties;
} Run;

/* The records of a run, a line each. (transfer full) */
static char *records_of(const Judge *judge, const Run *run)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_strdup_printf(LINE, run->live ? "true" : "false", run->frames,
                                            run->caps, judge->path, run->properties);
    GstElement *pipeline = gst_parse_launch(line, &error);
    g_autoptr(GstElement) sink = NULL;
    g_autoptr(GstBus) bus = NULL;
    GString *text = g_string_new(NULL);
    GstMessage *message;

    g_assert_no_error(error);
    sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    bus = gst_element_get_bus(pipeline);
    g_signal_connect(sink, "handoff", G_CALLBACK(append_record), text);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    message =
        gst_bus_timed_pop_filtered(bus, 120 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_assert_nonnull(message);
    g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, GST_MESSAGE_EOS);
    gst_message_unref(message);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    return g_string_free(text, FALSE);
}

static guint count_lines(const char *text)
{
    guint n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void test_same_twice(void)
{
    g_autoptr(Judge) judge = judge_new(81);
    const Run run = {
        .frames = 60,
        .caps = "video/x-raw,format=I420,width=64,height=48,framerate=25/1",
        .properties = "policy=every interval=5 jitter=1 seed=3",
    };
    g_autofree char *one = records_of(judge, &run), *two = records_of(judge, &run);

    g_assert_cmpuint(count_lines(one), ==, 60);
    g_assert_cmpstr(one, ==, two);
}

/* Sizes and rates from end to end, by both policies: every frame comes out with a record. */
static void test_extremes(void)
{
    static const struct {
        const char *caps;
        guint frames;
    } cases[] = {
        {"video/x-raw,format=NV12,width=16,height=16,framerate=25/1", 20},
        {"video/x-raw,format=I420,width=17,height=333,framerate=25/1", 20},
        {"video/x-raw,format=RGB,width=4095,height=16,framerate=30000/1001", 5},
        {"video/x-raw,format=NV12,width=7680,height=4320,framerate=25/1", 2},
        {"video/x-raw,format=GRAY8,width=64,height=64,framerate=1/1", 5},
        {"video/x-raw,format=GRAY8,width=64,height=64,framerate=240/1", 240},
        {"video/x-raw,format=GRAY8,width=64,height=64,framerate=0/1", 1},
        {"video/x-raw,format=I420,width=64,height=64,framerate=25/1,interlace-mode=interleaved",
         10},
    };
    static const char *const policies[] = {"policy=every", "policy=deadline delay=3"};
    g_autoptr(Judge) judge = judge_new(82);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (guint p = 0; p < G_N_ELEMENTS(policies); p++) {
            const Run run = {
                .frames = cases[i].frames, .caps = cases[i].caps, .properties = policies[p]};
            g_autofree char *records = records_of(judge, &run);

            g_test_message("%s %s", cases[i].caps, policies[p]);
            g_assert_cmpuint(count_lines(records), ==, cases[i].frames);
        }
    }
}

/* A live source and a sink that keeps time: no frame is lost, none twice. */
static void test_live(void)
{
    g_autoptr(Judge) judge = judge_new(83);
    const Run run = {
        .live = TRUE,
        .frames = 50,
        .caps = "video/x-raw,format=I420,width=320,height=240,framerate=50/1",
        .properties = "policy=deadline",
    };
    g_autofree char *records = records_of(judge, &run);

    g_assert_cmpuint(count_lines(records), ==, 50);
    for (guint i = 0; i < 50; i++) {
        g_autofree char *number = g_strdup_printf("frame=(guint64)%u,", i);

        g_assert_nonnull(strstr(records, number));
    }
}

/* Caps that change with each frame. */
static void test_caps(void)
{
    g_autoptr(Judge) judge = judge_new(84);
    const char *const policies[] = {"every", "deadline"};

    for (guint p = 0; p < G_N_ELEMENTS(policies); p++) {
        g_autoptr(Rig) rig = rig_new(judge);
        GstVideoInfo info;

        gst_element_set_state(rig->element, GST_STATE_NULL);
        gst_util_set_object_arg(G_OBJECT(rig->element), "policy", policies[p]);
        gst_element_set_state(rig->element, GST_STATE_PLAYING);
        for (guint i = 0; i < 60; i++) {
            rig_set_format(rig, i % 3 ? GST_VIDEO_FORMAT_I420 : GST_VIDEO_FORMAT_RGB, 16 + i % 7,
                           16 + i % 11, &info);
            g_assert_cmpint(gst_harness_push(rig->harness, noise_frame_new(&info, 84, i)), ==,
                            GST_FLOW_OK);
        }
        gst_harness_push_event(rig->harness, gst_event_new_eos());
        for (guint i = 0; i < 60; i++) {
            GstBuffer *buffer = gst_harness_pull(rig->harness);

            g_assert_cmpuint(report_uint64(buffer_report(buffer, 0), "frame"), ==, i);
            gst_buffer_unref(buffer);
        }
    }
}

/* Frames without any time. */
static void test_no_times(void)
{
    g_autoptr(Judge) judge = judge_new(85);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;

    gst_element_set_state(rig->element, GST_STATE_NULL);
    gst_util_set_object_arg(G_OBJECT(rig->element), "policy", "deadline");
    g_object_set(rig->element, "interval-time", GST_SECOND, NULL);
    gst_element_set_state(rig->element, GST_STATE_PLAYING);
    rig_set_format(rig, GST_VIDEO_FORMAT_RGB, 32, 32, &info);
    for (guint i = 0; i < 30; i++) {
        GstBuffer *buffer = noise_frame_new(&info, 85, i);

        GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
        GST_BUFFER_DURATION(buffer) = GST_CLOCK_TIME_NONE;
        g_assert_cmpint(gst_harness_push(rig->harness, buffer), ==, GST_FLOW_OK);
    }
    gst_harness_push_event(rig->harness, gst_event_new_eos());
    g_assert_cmpuint(gst_harness_buffers_in_queue(rig->harness), ==, 30);
}

static gpointer seek_thread(gpointer data)
{
    GstElement *pipeline = data;

    for (guint i = 0; i < 40; i++)
        gst_element_seek_simple(pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                (i % 5) * GST_SECOND);
    return NULL;
}

/* States change in one thread while another seeks; every change ends. */
static void test_states(void)
{
    static const GstState states[] = {GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_PLAYING,
                                      GST_STATE_READY,   GST_STATE_PAUSED, GST_STATE_NULL};
    static const char *const policies[] = {"policy=every", "policy=deadline"};
    g_autoptr(Judge) judge = judge_new(86);

    for (guint p = 0; p < G_N_ELEMENTS(policies); p++) {
        g_autofree char *line = g_strdup_printf(
            LINE, "false", 100000, "video/x-raw,format=I420,width=64,height=48,framerate=25/1",
            judge->path, policies[p]);
        GstElement *pipeline = gst_parse_launch(line, NULL);
        GThread *thread = g_thread_new("seek", seek_thread, pipeline);

        for (guint i = 0; i < 10 * G_N_ELEMENTS(states); i++) {
            const GstState state = states[i % G_N_ELEMENTS(states)];

            g_assert_cmpint(gst_element_set_state(pipeline, state), !=, GST_STATE_CHANGE_FAILURE);
            gst_element_get_state(pipeline, NULL, NULL, 5 * GST_MSECOND);
        }
        g_thread_join(thread);
        g_assert_cmpint(gst_element_set_state(pipeline, GST_STATE_NULL), ==,
                        GST_STATE_CHANGE_SUCCESS);
        gst_object_unref(pipeline);
    }
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    element_test_load("libgstvideotestsrc.so");
    g_test_add_func("/element/runs/same-twice", test_same_twice);
    g_test_add_func("/element/runs/extremes", test_extremes);
    g_test_add_func("/element/runs/live", test_live);
    g_test_add_func("/element/runs/caps", test_caps);
    g_test_add_func("/element/runs/no-times", test_no_times);
    g_test_add_func("/element/runs/states", test_states);
    return g_test_run();
}
