/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy=deadline: no frame waits for a score longer than it may, whatever the backend does. The
 * harness' clock stands still unless a test moves it. */
#include "element-support.h"
#include "gate.h"
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#define DELAY 2
#define FRAME (40 * GST_MSECOND)

/* A rig on a gate. */
typedef struct {
    Judge *judge;
    Gate *gate;
    Rig *rig;
    GstVideoInfo info;
} Stage;

static void prepare(GstElement *element, gpointer gate)
{
    gst_util_set_object_arg(G_OBJECT(element), "policy", "deadline");
    g_object_set(element, "delay", DELAY, NULL);
    gate_install(gate, element);
}

static Stage *stage_new(void)
{
    Stage *stage = g_new0(Stage, 1);

    stage->judge = judge_new(61);
    stage->judge->model->scale = (BiqaScale){0, .25f};
    judge_save(stage->judge);
    stage->gate = gate_new();
    stage->rig = rig_new_with(stage->judge, prepare, stage->gate);
    rig_set_format(stage->rig, GST_VIDEO_FORMAT_RGB, 64, 48, &stage->info);
    return stage;
}

static void stage_free(Stage *stage)
{
    gate_open(stage->gate, 1000); /* the worker ends after its frame */
    rig_free(stage->rig);
    gate_free(stage->gate);
    judge_free(stage->judge);
    g_free(stage);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stage, stage_free)

/* A frame whose score would be 10 + its number. */
static GstBuffer *frame_new(const Stage *stage, guint number)
{
    GstBuffer *buffer = noise_frame_new(&stage->info, 61, number);

    gst_buffer_memset(buffer, 0, (guint8)(4 * (10 + number)), 1);
    return buffer;
}

static void push(Stage *stage, guint number)
{
    g_assert_cmpint(gst_harness_push(stage->rig->harness, frame_new(stage, number)), ==,
                    GST_FLOW_OK);
}

static guint n_out(Stage *stage)
{
    return gst_harness_buffers_in_queue(stage->rig->harness);
}

/* The next frame out is this one. score < 0: it has none. */
static void check_out(Stage *stage, guint number, const char *origin, double score)
{
    GstBuffer *buffer = gst_harness_pull(stage->rig->harness);
    const GstStructure *report;

    g_assert_nonnull(buffer);
    report = buffer_report(buffer, 0);
    g_assert_cmpuint(report_uint64(report, "frame"), ==, number);
    g_assert_cmpuint(GST_BUFFER_PTS(buffer), ==, number * FRAME);
    g_assert_cmpstr(gst_structure_get_string(report, "origin"), ==, origin);
    g_assert_true(gst_structure_has_field(report, "score") == (score >= 0));
    if (score >= 0)
        g_assert_cmpfloat(report_double(report, "score"), ==, score);
    gst_buffer_unref(buffer);
}

static guint64 stat_of(Stage *stage, const char *name)
{
    GstStructure *stats = NULL;
    guint64 value;

    g_object_get(stage->rig->element, "stats", &stats, NULL);
    value = report_uint64(stats, name);
    gst_structure_free(stats);
    return value;
}

/* Returns when a count has come to n; the guard is no measure. */
static void await_stat(Stage *stage, const char *name, guint64 n)
{
    for (guint i = 0; stat_of(stage, name) < n; i++) {
        g_assert_cmpuint(i, <, 60000);
        g_usleep(1000);
    }
}

/* A score in time: the frame leaves with it as soon as it is there, no other frame needed. */
static void test_in_time(void)
{
    g_autoptr(Stage) stage = stage_new();
    guint64 latency;
    double throughput;

    g_object_get(stage->rig->element, "latency", &latency, "throughput", &throughput, NULL);
    g_assert_cmpuint(latency, ==, 0);
    g_assert_cmpfloat(throughput, ==, 0);
    push(stage, 0);
    gate_await_begun(stage->gate, 1);
    g_assert_cmpuint(n_out(stage), ==, 0);
    gate_open(stage->gate, 1);
    check_out(stage, 0, "inferred", 10);
    gate_open(stage->gate, 1);
    push(stage, 1);
    check_out(stage, 1, "inferred", 11);
    await_stat(stage, "frames-inferred", 2);
    g_assert_cmpuint(stat_of(stage, "frames-late"), ==, 0);
    g_assert_cmpuint(stat_of(stage, "frames-held"), ==, 0);
    g_object_get(stage->rig->element, "latency", &latency, "throughput", &throughput, NULL);
    g_assert_cmpuint(latency, <, 600 * G_USEC_PER_SEC);
    g_assert_cmpfloat(throughput, >, 0);
}

/* A backend that stalls: frames go on as they come, none is lost, none waits for it. */
static void test_stalled_backend(void)
{
    g_autoptr(Stage) stage = stage_new();

    for (guint i = 0; i < 50; i++) {
        push(stage, i);
        g_assert_cmpuint(n_out(stage), >=, i < DELAY ? 0 : i + 1 - DELAY);
    }
    g_assert_true(gst_harness_push_event(stage->rig->harness, gst_event_new_eos()));
    g_assert_cmpuint(n_out(stage), ==, 50);
    for (guint i = 0; i < 50; i++)
        check_out(stage, i, "skipped", -1);
    g_assert_cmpuint(stat_of(stage, "frames-seen"), ==, 50);
    g_assert_cmpuint(stat_of(stage, "frames-skipped"), ==, 50);
    g_assert_cmpuint(stat_of(stage, "frames-inferred"), ==, 0);
}

/* A score that comes too late for its frame goes to those behind it. */
static void test_late(void)
{
    g_autoptr(Stage) stage = stage_new();

    push(stage, 0);
    gate_await_begun(stage->gate, 1);
    push(stage, 1);
    push(stage, 2); /* 0 must leave; 1 is passed over */
    check_out(stage, 0, "skipped", -1);
    check_out(stage, 1, "skipped", -1);
    gate_open(stage->gate, 1);
    await_stat(stage, "frames-late", 1);
    gate_await_begun(stage->gate, 2);
    gst_harness_push_event(stage->rig->harness, gst_event_new_eos());
    check_out(stage, 2, "held", 10);
    g_assert_cmpuint(stat_of(stage, "frames-inferred"), ==, 1);
    g_assert_cmpuint(stat_of(stage, "frames-held"), ==, 1);
}

/* The worker takes the newest frame; those it passed over leave at once. */
static void test_newest(void)
{
    g_autoptr(Stage) stage = stage_new();

    push(stage, 0);
    gate_await_begun(stage->gate, 1);
    push(stage, 1);
    push(stage, 2); /* 0 must leave; 1 is passed over */
    check_out(stage, 0, "skipped", -1);
    check_out(stage, 1, "skipped", -1);
    gate_open(stage->gate, 2);
    check_out(stage, 2, "inferred", 12);
    g_assert_cmpuint(gate_begun(stage->gate), ==, 2);
}

/* A source that stops: the clock lets the frame go. */
static void test_stalled_source(void)
{
    g_autoptr(Stage) stage = stage_new();

    push(stage, 0);
    gate_await_begun(stage->gate, 1);
    g_assert_cmpuint(n_out(stage), ==, 0);
    g_assert_true(gst_harness_crank_single_clock_wait(stage->rig->harness));
    check_out(stage, 0, "skipped", -1);
    GstTestClock *clock = gst_harness_get_testclock(stage->rig->harness);
    g_assert_cmpuint(gst_clock_get_time(GST_CLOCK(clock)), ==, DELAY * FRAME);
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
    g_assert_cmpuint(latency_of(stage->rig), ==, 10 * GST_MSECOND + DELAY * FRAME);
    g_assert_cmpuint(bus_count(stage->rig->bus, GST_MESSAGE_LATENCY), ==, 1);
    stage->info.fps_n = 50;
    gst_harness_set_src_caps(stage->rig->harness, gst_video_info_to_caps(&stage->info));
    g_assert_cmpuint(latency_of(stage->rig), ==, 10 * GST_MSECOND + DELAY * FRAME / 2);
    g_assert_cmpuint(bus_count(stage->rig->bus, GST_MESSAGE_LATENCY), ==, 1);
}

static void flush(Stage *stage)
{
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    g_assert_true(gst_harness_push_event(stage->rig->harness, gst_event_new_flush_start()));
    g_assert_true(gst_harness_push_event(stage->rig->harness, gst_event_new_flush_stop(TRUE)));
    g_assert_true(gst_harness_push_event(stage->rig->harness, gst_event_new_segment(&segment)));
}

/* A flush drops frames that wait, and what becomes of those that were begun. */
static void test_flush(void)
{
    g_autoptr(Stage) stage = stage_new();

    push(stage, 0);
    gate_await_begun(stage->gate, 1);
    push(stage, 1);
    flush(stage);
    g_assert_cmpuint(n_out(stage), ==, 0);
    push(stage, 2);
    gate_open(stage->gate, 2);
    check_out(stage, 2, "inferred", 12);
    g_assert_cmpuint(n_out(stage), ==, 0);
    g_assert_cmpuint(stat_of(stage, "frames-late"), ==, 0);
}

/* What comes in order goes out in order: events push the frames before them out. */
static void test_drain(void)
{
    static const char *const what[] = {"eos", "segment", "gap", "caps", "discont"};

    for (guint i = 0; i < G_N_ELEMENTS(what); i++) {
        g_autoptr(Stage) stage = stage_new();
        GstHarness *harness = stage->rig->harness;
        GstSegment segment;
        GstBuffer *buffer;

        g_test_message("%s", what[i]);
        push(stage, 0);
        gate_await_begun(stage->gate, 1);
        push(stage, 1);
        g_assert_cmpuint(n_out(stage), ==, 0);
        gst_segment_init(&segment, GST_FORMAT_TIME);
        switch (i) {
        case 0:
            gst_harness_push_event(harness, gst_event_new_eos());
            break;
        case 1:
            gst_harness_push_event(harness, gst_event_new_segment(&segment));
            break;
        case 2:
            gst_harness_push_event(harness, gst_event_new_gap(2 * FRAME, FRAME));
            break;
        case 3:
            rig_set_format(stage->rig, GST_VIDEO_FORMAT_RGB, 32, 32, &stage->info);
            break;
        default:
            buffer = frame_new(stage, 2);
            GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
            gst_harness_push(harness, buffer);
        }
        g_assert_cmpuint(n_out(stage), ==, 2);
        check_out(stage, 0, "skipped", -1);
        check_out(stage, 1, "skipped", -1);
    }
}

static gboolean pull_discont(Stage *stage)
{
    GstBuffer *buffer = gst_harness_pull(stage->rig->harness);
    const gboolean discont = GST_BUFFER_IS_DISCONT(buffer);

    gst_buffer_unref(buffer);
    return discont;
}

/* The mark of a gap stays with the frame that came with it, whichever thread lets frames go. */
static void test_discont(void)
{
    g_autoptr(Stage) stage = stage_new();
    GstBuffer *buffer = frame_new(stage, 0);

    gate_open(stage->gate, 1);
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    g_assert_cmpint(gst_harness_push(stage->rig->harness, buffer), ==, GST_FLOW_OK);
    g_assert_true(pull_discont(stage)); /* let go by the pacer */
    for (guint i = 1; i <= 2 * DELAY; i++)
        push(stage, i);
    g_assert_true(gst_harness_push_event(stage->rig->harness, gst_event_new_eos()));
    for (guint i = 1; i <= 2 * DELAY; i++)
        g_assert_false(pull_discont(stage));
}

/* Frames that are late downstream are not scored, but for one a second; what is in time again is.
 */
static void test_qos(void)
{
    g_autoptr(Stage) stage = stage_new();

    gate_open(stage->gate, 100);
    push(stage, 0);
    check_out(stage, 0, "inferred", 10);
    gst_harness_push_upstream_event(
        stage->rig->harness,
        gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1.5, 13 * FRAME, FRAME)); /* late to frame 27 */
    for (guint i = 1; i <= 30; i++) {
        const gboolean scored = i == 25 || i > 27;

        push(stage, i);
        check_out(stage, i, scored ? "inferred" : "held", scored ? 10 + i : i < 25 ? 10 : 10 + 25);
    }
    g_assert_cmpuint(gate_begun(stage->gate), ==, 5);
}

/* A frame that leaves while it is looked at keeps its pixels, and nobody can write on them. */
static void test_memory(void)
{
    g_autoptr(Stage) stage = stage_new();
    GstBuffer *input = frame_new(stage, 0), *output;
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
    g_assert_cmpuint(least, ==, DELAY + 2);
    g_assert_cmpuint(most, ==, 0);
    gst_query_unref(query);
}

/* A device that fails stops the stream, with one error. */
static void test_failure(void)
{
    g_autoptr(Stage) stage = stage_new();
    GstMessage *message;

    gate_break(stage->gate, BIQA_ERROR_DEVICE);
    push(stage, 0);
    gate_open(stage->gate, 10);
    message = gst_bus_timed_pop_filtered(stage->rig->bus, 60 * GST_SECOND, GST_MESSAGE_ERROR);
    g_assert_nonnull(message);
    gst_message_unref(message);
    g_assert_cmpint(gst_harness_push(stage->rig->harness, frame_new(stage, 1)), ==, GST_FLOW_ERROR);
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
        push(stage, i);
        g_assert_cmpuint(n_out(stage), ==, i + 1);
    }
}

/* -- models -------------------------------------------------------------------------------- */

static Judge *named_judge_new(guint64 seed, const char *name)
{
    Judge *judge = judge_new(seed);

    judge->model->scale = (BiqaScale){0, .25f};
    g_free(judge->model->name);
    judge->model->name = g_strdup(name);
    judge_save(judge);
    return judge;
}

static void await_named(GstBus *bus, const char *name)
{
    gboolean found = FALSE;

    while (!found) {
        GstMessage *message = gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_ELEMENT);

        g_assert_nonnull(message);
        found = gst_structure_has_name(gst_message_get_structure(message), name);
        gst_message_unref(message);
    }
}

/* Returns when the next frame to be scored will be scored by that model: it was opened, and after
 * it another was tried, which is not there. */
static void change_model(Stage *stage, const Judge *judge)
{
    GstMessage *message;

    bus_count(stage->rig->bus, GST_MESSAGE_ELEMENT);
    g_object_set(stage->rig->element, "model", judge->path, NULL);
    await_named(stage->rig->bus, "biqa-backend");
    g_object_set(stage->rig->element, "model", "/nonexistent", NULL);
    message = gst_bus_timed_pop_filtered(stage->rig->bus, 60 * GST_SECOND, GST_MESSAGE_WARNING);
    g_assert_nonnull(message);
    gst_message_unref(message);
}

/* A report's headers by their models, and its frames by their numbers. (transfer full) */
static char *outline(const char *path)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    GString *said = g_string_new(NULL);

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; **line; line++) {
        g_autoptr(JsonNode) node = json_from_string(*line, NULL);
        JsonObject *object = json_node_get_object(node);
        const char *type = json_object_get_string_member(object, "type");

        if (g_str_equal(type, "header"))
            g_string_append_printf(said, "%s ", json_object_get_string_member(object, "model"));
        else if (g_str_equal(type, "frame"))
            g_string_append_printf(said, "%d ", (int)json_object_get_int_member(object, "frame"));
    }
    return g_string_free(said, FALSE);
}

/* A frame waits while two models come, one after the other: the report names each before what it
 * said, and none before its time. */
static void test_two_changes(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autoptr(Judge) one = named_judge_new(62, "one");
    g_autoptr(Judge) two = named_judge_new(63, "two");
    g_autoptr(Judge) three = named_judge_new(64, "three");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(stage->rig->element, "sink");
    g_autofree char *path = g_strconcat(one->path, ".jsonl", NULL);
    g_autofree char *said = NULL;

    gst_element_set_state(stage->rig->element, GST_STATE_NULL);
    g_object_set(stage->rig->element, "model", one->path, "report", path, NULL);
    gst_element_set_state(stage->rig->element, GST_STATE_PLAYING);
    push(stage, 0);
    gate_open(stage->gate, 1);
    check_out(stage, 0, "inferred", 10);

    change_model(stage, two);
    push(stage, 1);
    gate_await_begun(stage->gate, 2);
    change_model(stage, three);
    push(stage, 2);
    GST_PAD_STREAM_LOCK(pad); /* frame 1 cannot leave, scored as it is */
    gate_open(stage->gate, 2);
    gate_await_begun(stage->gate, 3);
    GST_PAD_STREAM_UNLOCK(pad);
    check_out(stage, 1, "inferred", 11);
    check_out(stage, 2, "inferred", 12);
    gst_element_set_state(stage->rig->element, GST_STATE_NULL);

    said = outline(path);
    g_assert_cmpstr(said, ==, "one 0 two 1 three 2 ");
    g_unlink(path);
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
    g_test_add_func("/element/deadline/flush", test_flush);
    g_test_add_func("/element/deadline/drain", test_drain);
    g_test_add_func("/element/deadline/discont", test_discont);
    g_test_add_func("/element/deadline/qos", test_qos);
    g_test_add_func("/element/deadline/memory", test_memory);
    g_test_add_func("/element/deadline/allocation", test_allocation);
    g_test_add_func("/element/deadline/failure", test_failure);
    g_test_add_func("/element/deadline/no-delay", test_no_delay);
    g_test_add_func("/element/deadline/two-changes", test_two_changes);
    return g_test_run();
}
