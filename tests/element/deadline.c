/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy=deadline: no frame waits for a score longer than it may, whatever the backend does. The
 * harness' clock stands still unless a test moves it. */
#include "stage.h"

/* A score in time: the frame leaves with it as soon as it is there, no other frame needed. */
static void test_in_time(void)
{
    g_autoptr(Stage) stage = stage_new();
    guint64 latency;
    double throughput;

    g_object_get(stage->rig->element, "latency", &latency, "throughput", &throughput, NULL);
    g_assert_cmpuint(latency, ==, 0);
    g_assert_cmpfloat(throughput, ==, 0);
    stage_push(stage, 0);
    gate_await_begun(stage->gate, 1);
    g_assert_cmpuint(stage_n_out(stage), ==, 0);
    gate_open(stage->gate, 1);
    stage_check_out(stage, 0, "inferred", 10);
    gate_open(stage->gate, 1);
    stage_push(stage, 1);
    stage_check_out(stage, 1, "inferred", 11);
    stage_await_stat(stage, "frames-inferred", 2);
    g_assert_cmpuint(rig_stat(stage->rig, "frames-late"), ==, 0);
    g_assert_cmpuint(rig_stat(stage->rig, "frames-held"), ==, 0);
    g_object_get(stage->rig->element, "latency", &latency, "throughput", &throughput, NULL);
    g_assert_cmpuint(latency, <, 600 * G_USEC_PER_SEC);
    g_assert_cmpfloat(throughput, >, 0);
}

/* A backend that stalls: frames go on as they come, none is lost, none waits for it. */
static void test_stalled_backend(void)
{
    g_autoptr(Stage) stage = stage_new();

    for (guint i = 0; i < 50; i++) {
        stage_push(stage, i);
        if (i >= STAGE_DELAY)
            stage_check_out(stage, i - STAGE_DELAY, "skipped", -1);
    }
    g_assert_true(gst_harness_push_event(stage->rig->harness, gst_event_new_eos()));
    g_assert_cmpuint(stage_n_out(stage), ==, STAGE_DELAY);
    for (guint i = 50 - STAGE_DELAY; i < 50; i++)
        stage_check_out(stage, i, "skipped", -1);
    g_assert_cmpuint(rig_stat(stage->rig, "frames-seen"), ==, 50);
    g_assert_cmpuint(rig_stat(stage->rig, "frames-skipped"), ==, 50);
    g_assert_cmpuint(rig_stat(stage->rig, "frames-inferred"), ==, 0);
}

/* Frames 1 and 2 come while the backend is at 0, which must leave; 1 is passed over. */
static void pass_over(Stage *stage)
{
    stage_push(stage, 0);
    gate_await_begun(stage->gate, 1);
    stage_push(stage, 1);
    stage_push(stage, 2);
    stage_check_out(stage, 0, "skipped", -1);
    stage_check_out(stage, 1, "skipped", -1);
}

/* A score that comes too late for its frame goes to those behind it. */
static void test_late(void)
{
    g_autoptr(Stage) stage = stage_new();

    pass_over(stage);
    gate_open(stage->gate, 1);
    stage_await_stat(stage, "frames-late", 1);
    gate_await_begun(stage->gate, 2);
    gst_harness_push_event(stage->rig->harness, gst_event_new_eos());
    stage_check_out(stage, 2, "held", 10);
    g_assert_cmpuint(rig_stat(stage->rig, "frames-inferred"), ==, 1);
    g_assert_cmpuint(rig_stat(stage->rig, "frames-held"), ==, 1);
}

/* The worker takes the newest frame; those it passed over leave at once. */
static void test_newest(void)
{
    g_autoptr(Stage) stage = stage_new();

    pass_over(stage);
    gate_open(stage->gate, 2);
    stage_check_out(stage, 2, "inferred", 12);
    g_assert_cmpuint(gate_begun(stage->gate), ==, 2);
}

/* A source that stops: the clock lets the frame go. */
static void test_stalled_source(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_push(stage, 0);
    gate_await_begun(stage->gate, 1);
    g_assert_cmpuint(stage_n_out(stage), ==, 0);
    g_assert_true(gst_harness_crank_single_clock_wait(stage->rig->harness));
    stage_check_out(stage, 0, "skipped", -1);
    GstTestClock *clock = gst_harness_get_testclock(stage->rig->harness);
    g_assert_cmpuint(gst_clock_get_time(GST_CLOCK(clock)), ==, STAGE_DELAY * STAGE_FRAME);
    gst_object_unref(clock);
}

static GstClockTime latency_of(Rig *rig)
{
    return gst_harness_query_latency(rig->harness);
}

static void test_latency(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autoptr(Rig) every = rig_new(stage->judge);
    GstVideoInfo info;

    rig_set_format(every, GST_VIDEO_FORMAT_RGB, 64, 48, &info);
    gst_harness_set_upstream_latency(every->harness, 10 * GST_MSECOND);
    g_assert_cmpuint(latency_of(every), ==, 10 * GST_MSECOND);
    gst_harness_set_upstream_latency(stage->rig->harness, 10 * GST_MSECOND);
    g_assert_cmpuint(latency_of(stage->rig), ==, 10 * GST_MSECOND + STAGE_DELAY * STAGE_FRAME);
    g_assert_cmpuint(bus_count(stage->rig->bus, GST_MESSAGE_LATENCY), ==, 1);
    stage->info.fps_n = 50;
    gst_harness_set_src_caps(stage->rig->harness, gst_video_info_to_caps(&stage->info));
    g_assert_cmpuint(latency_of(stage->rig), ==, 10 * GST_MSECOND + STAGE_DELAY * STAGE_FRAME / 2);
    g_assert_cmpuint(bus_count(stage->rig->bus, GST_MESSAGE_LATENCY), ==, 1);
}

/* Frames that are late downstream are not scored, but for one a second; what is in time again is.
 */
static void test_qos(void)
{
    g_autoptr(Stage) stage = stage_new();

    gate_open(stage->gate, 100);
    stage_push(stage, 0);
    stage_check_out(stage, 0, "inferred", 10);
    gst_harness_push_upstream_event(stage->rig->harness,
                                    gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1.5, 13 * STAGE_FRAME,
                                                      STAGE_FRAME)); /* late to frame 27 */
    for (guint i = 1; i <= 30; i++) {
        const gboolean scored = i == 25 || i > 27;

        stage_push(stage, i);
        stage_check_out(stage, i, scored ? "inferred" : "held",
                        scored   ? 10 + i
                        : i < 25 ? 10
                                 : 10 + 25);
    }
    g_assert_cmpuint(gate_begun(stage->gate), ==, 5);
}

/* A frame that leaves while it is looked at keeps its pixels, and nobody can write on them. */
static void test_memory(void)
{
    g_autoptr(Stage) stage = stage_new();
    GstBuffer *input = stage_frame_new(stage, 0), *output;
    GstMemory *memory = gst_buffer_peek_memory(input, 0);

    g_assert_cmpint(gst_harness_push(stage->rig->harness, input), ==, GST_FLOW_OK);
    gate_await_begun(stage->gate, 1);
    gst_harness_push_event(stage->rig->harness, gst_event_new_eos());
    output = gst_harness_pull(stage->rig->harness);
    g_assert_true(gst_buffer_peek_memory(output, 0) == memory);
    g_assert_true(gst_buffer_is_writable(output));
    g_assert_false(gst_buffer_is_all_memory_writable(output));
    gst_buffer_unref(output);
}

/* Upstream is asked for as many buffers more as frames may be in the element. */
static void test_allocation(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autoptr(GstCaps) caps = gst_video_info_to_caps(&stage->info);
    GstQuery *query = gst_query_new_allocation(caps, TRUE);
    guint size, least, most;

    gst_harness_add_propose_allocation_meta(stage->rig->harness, GST_VIDEO_META_API_TYPE, NULL);
    g_assert_true(gst_pad_peer_query(stage->rig->harness->srcpad, query));
    g_assert_true(gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL));
    g_assert_cmpuint(gst_query_get_n_allocation_pools(query), ==, 1);
    gst_query_parse_nth_allocation_pool(query, 0, NULL, &size, &least, &most);
    g_assert_cmpuint(size, ==, stage->info.size);
    g_assert_cmpuint(least, ==, STAGE_DELAY + STAGE_SPARE + 2);
    g_assert_cmpuint(most, ==, 0);
    gst_query_unref(query);
}

/* A device that fails stops the stream, with one error. */
static void test_failure(void)
{
    g_autoptr(Stage) stage = stage_new();
    GstMessage *message;

    gate_break(stage->gate, BIQA_ERROR_DEVICE);
    stage_push(stage, 0);
    gate_open(stage->gate, 10);
    message = gst_bus_timed_pop_filtered(stage->rig->bus, 60 * GST_SECOND, GST_MESSAGE_ERROR);
    g_assert_nonnull(message);
    gst_message_unref(message);
    g_assert_cmpint(gst_harness_push(stage->rig->harness, stage_frame_new(stage, 1)), ==,
                    GST_FLOW_ERROR);
    g_assert_cmpuint(bus_count(stage->rig->bus, GST_MESSAGE_ERROR), ==, 0);
}

/* With delay=0 frames leave as they come. */
static void test_no_delay(void)
{
    g_autoptr(Stage) stage = stage_new();

    gst_element_set_state(stage->rig->element, GST_STATE_NULL);
    g_object_set(stage->rig->element, "delay", 0, NULL);
    gst_element_set_state(stage->rig->element, GST_STATE_PLAYING);
    for (guint i = 0; i < 3; i++) {
        stage_push(stage, i);
        stage_check_out(stage, i, "skipped", -1);
    }
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/deadline/in-time", test_in_time);
    g_test_add_func("/element/deadline/stalled-backend", test_stalled_backend);
    g_test_add_func("/element/deadline/late", test_late);
    g_test_add_func("/element/deadline/newest", test_newest);
    g_test_add_func("/element/deadline/stalled-source", test_stalled_source);
    g_test_add_func("/element/deadline/latency", test_latency);
    g_test_add_func("/element/deadline/qos", test_qos);
    g_test_add_func("/element/deadline/memory", test_memory);
    g_test_add_func("/element/deadline/allocation", test_allocation);
    g_test_add_func("/element/deadline/failure", test_failure);
    g_test_add_func("/element/deadline/no-delay", test_no_delay);
    return g_test_run();
}
