/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* frames-in-flight: so many frames are begun before the first of them is ended, and nothing else
 * changes: neither what is said, nor the order in which frames and events leave. */
#include "element-support.h"
#include "tower.h"

#define FRAME (40 * GST_MSECOND)

/* An element on a tower. */
typedef struct {
    Judge *judge;
    Tower *tower;
    Rig *rig;
    GstVideoInfo info;
} Stage;

typedef struct {
    Tower *tower;
    guint in_flight, interval;
} Setup;

static void prepare(GstElement *element, gpointer user)
{
    const Setup *setup = user;

    g_object_set(element, "frames-in-flight", setup->in_flight, "interval", setup->interval, NULL);
    tower_install(setup->tower, element);
}

/* Whose models say a quarter of the red of the first pixel. */
static Judge *named_judge_new(const char *name)
{
    Judge *judge = judge_new(101);

    judge->model->scale = (BiqaScale){0, .25f};
    g_free(judge->model->name);
    judge->model->name = g_strdup(name);
    judge_save(judge);
    return judge;
}

static Stage *stage_new(guint in_flight, guint interval)
{
    Stage *stage = g_new0(Stage, 1);
    Setup setup;

    stage->judge = named_judge_new("");
    stage->tower = tower_new();
    setup = (Setup){stage->tower, in_flight, interval};
    stage->rig = rig_new_with(stage->judge, prepare, &setup);
    rig_set_format(stage->rig, GST_VIDEO_FORMAT_RGB, 64, 48, &stage->info);
    return stage;
}

static void stage_free(Stage *stage)
{
    rig_free(stage->rig);
    tower_free(stage->tower);
    judge_free(stage->judge);
    g_free(stage);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stage, stage_free)

static GstBuffer *frame_new(const Stage *stage, guint number)
{
    GstBuffer *buffer = noise_frame_new(&stage->info, 101, number);

    gst_buffer_memset(buffer, 0, tower_red(number), 1);
    return buffer;
}

static GstFlowReturn push(const Stage *stage, guint number)
{
    return gst_harness_push(stage->rig->harness, frame_new(stage, number));
}

static void push_many(const Stage *stage, guint first, guint n)
{
    for (guint i = first; i < first + n; i++)
        g_assert_cmpint(push(stage, i), ==, GST_FLOW_OK);
}

static guint n_out(const Stage *stage)
{
    return gst_harness_buffers_in_queue(stage->rig->harness);
}

/* What the tower was asked since the last look. */
static void check_notes(Stage *stage, const char *expected)
{
    g_assert_cmpstr(stage->tower->notes->str, ==, expected);
    g_string_truncate(stage->tower->notes, 0);
}

/* The next frame that left is this one; score < 0: it has none. */
static void check_out(const Stage *stage, guint number, const char *origin, double score)
{
    GstBuffer *buffer;
    const GstStructure *report;

    g_assert_cmpuint(n_out(stage), >, 0);
    buffer = gst_harness_pull(stage->rig->harness);
    report = buffer_report(buffer, 0);
    g_assert_cmpuint(report_uint64(report, "frame"), ==, number);
    g_assert_cmpuint(GST_BUFFER_PTS(buffer), ==, number * FRAME);
    g_assert_cmpstr(gst_structure_get_string(report, "origin"), ==, origin);
    g_assert_cmpint(gst_structure_has_field(report, "score"), ==, score >= 0);
    if (score >= 0)
        g_assert_cmpfloat(report_double(report, "score"), ==, score);
    gst_buffer_unref(buffer);
}

static void check_inferred(const Stage *stage, guint first, guint n)
{
    for (guint i = first; i < first + n; i++)
        check_out(stage, i, "inferred", 10 + i);
    g_assert_cmpuint(n_out(stage), ==, 0);
}

/* Three are begun when the first is ended, and no more ever are. */
static void test_begun(void)
{
    g_autoptr(Stage) stage = stage_new(3, 1);

    push_many(stage, 0, 2);
    g_assert_cmpuint(n_out(stage), ==, 0);
    check_notes(stage, "b0 b1 ");
    push_many(stage, 2, 1);
    check_notes(stage, "b2 e0 ");
    check_inferred(stage, 0, 1);
    push_many(stage, 3, 2);
    check_notes(stage, "b3 e1 b4 e2 ");
    check_inferred(stage, 1, 2);
    gst_harness_push_event(stage->rig->harness, gst_event_new_eos());
    check_notes(stage, "e3 e4 ");
    check_inferred(stage, 3, 2);
}

/* By default a frame leaves with its score, as it came. */
static void test_one(void)
{
    g_autoptr(Judge) judge = named_judge_new("");
    g_autoptr(Stage) stage = stage_new(1, 1);
    g_autoptr(Rig) rig = rig_new(judge);
    guint in_flight;

    g_object_get(rig->element, "frames-in-flight", &in_flight, NULL);
    g_assert_cmpuint(in_flight, ==, 1);
    push_many(stage, 0, 2);
    check_notes(stage, "b0 e0 b1 e1 ");
    check_inferred(stage, 0, 2);
}

/* Frames that are not scored stay behind those in flight, carry their scores, and make as much of
 * the delay as they. */
static void test_behind(void)
{
    g_autoptr(Stage) stage = stage_new(3, 3);

    push_many(stage, 0, 2);
    check_notes(stage, "b0 ");
    g_assert_cmpuint(n_out(stage), ==, 0);
    push_many(stage, 2, 1);
    check_notes(stage, "e0 ");
    check_out(stage, 0, "inferred", 10);
    check_out(stage, 1, "held", 10); /* they wait for no device */
    check_out(stage, 2, "held", 10);
    push_many(stage, 3, 2);
    g_assert_cmpuint(n_out(stage), ==, 0);
    gst_harness_push_event(stage->rig->harness, gst_event_new_eos());
    check_notes(stage, "b3 e3 ");
    check_out(stage, 3, "inferred", 13);
    check_out(stage, 4, "held", 13);
}

/* A frame of another domain has no score, before or behind those that do. */
static void test_domain(void)
{
    g_autoptr(Stage) stage = stage_new(2, 1);

    for (guint i = 0; i < 4; i++) {
        GstBuffer *buffer = frame_new(stage, i);

        if (i % 2 == 0)
            gst_buffer_memset(buffer, 0, 0, stage->info.size);
        gst_harness_push(stage->rig->harness, buffer);
    }
    check_out(stage, 0, "skipped", -1);
    check_out(stage, 1, "inferred", 11);
    check_out(stage, 2, "skipped", -1);
    g_assert_cmpuint(n_out(stage), ==, 0);
    gst_harness_push_event(stage->rig->harness, gst_event_new_eos());
    check_out(stage, 3, "inferred", 13);
    check_notes(stage, "b1 e1 b3 e3 ");
}

/* Notes what passes: a letter for a buffer, another for an event. */
static GstPadProbeReturn note(GstPad *pad, GstPadProbeInfo *info, gpointer notes)
{
    g_string_append_c(notes, info->type & GST_PAD_PROBE_TYPE_BUFFER ? 'b' : 'e');
    return GST_PAD_PROBE_OK;
}

/* An event of the stream's order goes behind the frames before it. */
static void test_drain(void)
{
    static const char *const what[] = {"eos", "segment", "gap", "tag", "caps"};

    for (guint i = 0; i < G_N_ELEMENTS(what); i++) {
        g_autoptr(Stage) stage = stage_new(4, 1);
        g_autoptr(GString) passed = g_string_new(NULL);
        GstHarness *harness = stage->rig->harness;
        GstSegment segment;

        g_test_message("%s", what[i]);
        gst_segment_init(&segment, GST_FORMAT_TIME);
        push_many(stage, 0, 3);
        g_assert_cmpuint(n_out(stage), ==, 0);
        gst_pad_add_probe(harness->sinkpad,
                          GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note,
                          passed, NULL);
        if (i == 4)
            rig_set_format(stage->rig, GST_VIDEO_FORMAT_RGB, 32, 32, &stage->info);
        else
            gst_harness_push_event(harness, i == 0   ? gst_event_new_eos()
                                            : i == 1 ? gst_event_new_segment(&segment)
                                            : i == 2 ? gst_event_new_gap(3 * FRAME, FRAME)
                                                     : gst_event_new_tag(gst_tag_list_new_empty()));
        g_assert_true(g_str_has_prefix(passed->str, "bbbe"));
        check_notes(stage, "b0 b1 b2 e0 e1 e2 ");
        check_inferred(stage, 0, 3);
    }
}

/* So does the question whether all before it is done with. */
static void test_drain_query(void)
{
    g_autoptr(Stage) stage = stage_new(3, 1);
    GstQuery *query = gst_query_new_drain();

    push_many(stage, 0, 2);
    gst_pad_peer_query(stage->rig->harness->srcpad, query);
    check_inferred(stage, 0, 2);
    gst_query_unref(query);
}

/* So does a frame that does not go on from those before; it alone is marked. */
static void test_discont(void)
{
    g_autoptr(Stage) stage = stage_new(3, 1);
    GstBuffer *buffer = frame_new(stage, 2);

    push_many(stage, 0, 2);
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    gst_harness_push(stage->rig->harness, buffer);
    check_notes(stage, "b0 b1 e0 e1 b2 ");
    g_assert_cmpuint(n_out(stage), ==, 2);
    push_many(stage, 3, 1);
    gst_harness_push_event(stage->rig->harness, gst_event_new_eos());
    for (guint i = 0; i < 4; i++) {
        buffer = gst_harness_pull(stage->rig->harness);
        g_assert_cmpint(GST_BUFFER_IS_DISCONT(buffer), ==, i == 2);
        gst_buffer_unref(buffer);
    }
}

/* A frame that is dropped because it comes too late leaves its mark on the next, as ever. */
static void test_qos(void)
{
    for (guint in_flight = 1; in_flight <= 2; in_flight++) {
        g_autoptr(Stage) stage = stage_new(in_flight, 1);
        GstHarness *harness = stage->rig->harness;

        g_object_set(stage->rig->element, "qos", TRUE, NULL);
        push_many(stage, 0, 2);
        gst_harness_push_upstream_event(harness,
                                        gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1, 0, 3 * FRAME));
        push_many(stage, 2, 4);
        gst_harness_push_event(harness, gst_event_new_eos());
        g_assert_cmpuint(n_out(stage), ==, 4);
        for (guint i = 0; i < 4; i++) {
            GstBuffer *buffer = gst_harness_pull(harness);

            g_assert_cmpuint(GST_BUFFER_PTS(buffer), ==, (i < 2 ? i : i + 2) * FRAME);
            g_assert_cmpint(GST_BUFFER_IS_DISCONT(buffer), ==, i == 2);
            gst_buffer_unref(buffer);
        }
    }
}

static void count_gone(gpointer count, GstMiniObject *buffer)
{
    ++*(guint *)count;
}

/* Pushes frames and counts in gone those that are freed. */
static void push_watched(const Stage *stage, guint n, guint *gone)
{
    for (guint i = 0; i < n; i++) {
        GstBuffer *buffer = frame_new(stage, i);

        gst_mini_object_weak_ref(GST_MINI_OBJECT(buffer), count_gone, gone);
        g_assert_cmpint(gst_harness_push(stage->rig->harness, buffer), ==, GST_FLOW_OK);
    }
}

/* A flush drops what is in flight, and what is begun after it is scored by itself. */
static void test_flush(void)
{
    g_autoptr(Stage) stage = stage_new(3, 1);
    guint gone = 0;

    push_watched(stage, 2, &gone);
    rig_flush(stage->rig);
    g_assert_cmpuint(gone, ==, 2);
    g_assert_cmpuint(n_out(stage), ==, 0);
    check_notes(stage, "b0 b1 e0 e1 ");
    push_many(stage, 2, 3);
    check_notes(stage, "b2 b3 b4 e2 ");
    check_inferred(stage, 2, 1);
}

/* So does a stop; the next run begins as the first did. */
static void test_stop(void)
{
    g_autoptr(Stage) stage = stage_new(3, 1);
    guint gone = 0;

    push_watched(stage, 2, &gone);
    gst_element_set_state(stage->rig->element, GST_STATE_NULL);
    g_assert_cmpuint(gone, ==, 2);
    check_notes(stage, "b0 b1 e0 e1 ");
    g_object_set(stage->rig->element, "frames-in-flight", 2, NULL);
    gst_element_set_state(stage->rig->element, GST_STATE_PLAYING);
    rig_set_format(stage->rig, GST_VIDEO_FORMAT_RGB, 64, 48, &stage->info);
    push_many(stage, 0, 2);
    check_notes(stage, "b0 b1 e0 ");
    check_inferred(stage, 0, 1);
}

/* A sink that takes no more: what is in flight is dropped, and the source hears of it. */
static void test_refused(void)
{
    g_autoptr(Stage) stage = stage_new(2, 1);
    guint gone = 0;

    push_watched(stage, 1, &gone);
    gst_pad_set_active(stage->rig->harness->sinkpad, FALSE);
    g_assert_cmpint(push(stage, 1), ==, GST_FLOW_FLUSHING);
    g_assert_cmpuint(gone, ==, 1);
    check_notes(stage, "b0 b1 e0 e1 ");
    gst_pad_set_active(stage->rig->harness->sinkpad, TRUE);
    push_many(stage, 2, 1);
    check_notes(stage, "b2 ");
}

/* A frame that fails ends the stream, behind those that did not. */
static void test_failure(void)
{
    g_autoptr(Stage) stage = stage_new(3, 1);

    stage->tower->broken = 1;
    push_many(stage, 0, 3);
    check_inferred(stage, 0, 1);
    g_assert_cmpint(push(stage, 3), ==, GST_FLOW_ERROR);
    g_assert_cmpuint(n_out(stage), ==, 0);
    check_notes(stage, "b0 b1 b2 e0 b3 e1 e2 e3 ");
    g_assert_cmpuint(bus_count(stage->rig->bus, GST_MESSAGE_ERROR), ==, 1);
    g_assert_cmpint(push(stage, 4), ==, GST_FLOW_ERROR);
    check_notes(stage, "");
    g_assert_cmpuint(bus_count(stage->rig->bus, GST_MESSAGE_ERROR), ==, 0);
}

/* What the bus says of frames and models, in its order: "0 1 model ". (transfer full) */
static char *take_news(const Stage *stage)
{
    GString *news = g_string_new(NULL);
    GstMessage *message;

    while ((message = bus_pop(stage->rig->bus, GST_MESSAGE_ELEMENT))) {
        const GstStructure *what = gst_message_get_structure(message);

        if (gst_structure_has_name(what, "biqa"))
            g_string_append_printf(news, "%u ", (guint)report_uint64(what, "frame"));
        else if (gst_structure_has_name(what, "biqa-model"))
            g_string_append(news, "model ");
        gst_message_unref(message);
    }
    return g_string_free(news, FALSE);
}

/* What one model began it ends, before another begins; and is said before that comes. */
static void test_swap(void)
{
    g_autoptr(Stage) stage = stage_new(3, 1);
    g_autoptr(Judge) other = named_judge_new("other ");
    g_autofree char *news = NULL;

    push_many(stage, 0, 2);
    rig_change_model(stage->rig, other);
    check_notes(stage, "b0 b1 ");
    push_many(stage, 2, 1);
    check_notes(stage, "e0 e1 other b2 ");
    check_inferred(stage, 0, 2);
    gst_harness_push_event(stage->rig->harness, gst_event_new_eos());
    check_inferred(stage, 2, 1);
    news = take_news(stage);
    g_assert_cmpstr(news, ==, "0 1 model 2 ");
}

/* A map is made of the frame at hand, and nothing is in flight beside it. */
static void test_map(void)
{
    g_autoptr(Stage) stage = stage_new(3, 1);

    push_many(stage, 0, 1);
    g_object_set(stage->rig->element, "map", TRUE, NULL);
    push_many(stage, 1, 1);
    g_assert_true(g_str_has_prefix(stage->tower->notes->str, "b0 b1 e0 e1 r1 "));
    check_inferred(stage, 0, 2);
}

static void prepare_reference(GstElement *element, gpointer user)
{
    g_object_set(element, "frames-in-flight", 4, NULL);
}

/* A backend that is done when it returns keeps no frame back. */
static void test_processor(void)
{
    g_autoptr(Judge) judge = named_judge_new("");
    g_autoptr(Rig) rig = rig_new_with(judge, prepare_reference, NULL);
    GstVideoInfo info;

    rig_set_format(rig, GST_VIDEO_FORMAT_RGB, 64, 48, &info);
    for (guint i = 0; i < 3; i++) {
        GstBuffer *buffer = noise_frame_new(&info, 102, i);
        const BiqaVerdict expected = judge_frame(judge, &info, buffer, 0);

        gst_harness_push(rig->harness, buffer);
        g_assert_cmpuint(gst_harness_buffers_in_queue(rig->harness), ==, 1);
        buffer = gst_harness_pull(rig->harness);
        g_assert_cmpfloat(report_double(buffer_report(buffer, 0), "score"), ==, expected.score);
        gst_buffer_unref(buffer);
    }
}

static void test_latency(void)
{
    for (guint n = 1; n <= 4; n++) {
        g_autoptr(Stage) stage = stage_new(n, 1);

        gst_harness_set_upstream_latency(stage->rig->harness, 10 * GST_MSECOND);
        g_assert_cmpuint(gst_harness_query_latency(stage->rig->harness), ==,
                         10 * GST_MSECOND + (n - 1) * FRAME);
        g_assert_cmpuint(bus_count(stage->rig->bus, GST_MESSAGE_LATENCY), ==, n > 1);
    }
}

/* The source is asked for as many buffers more as wait. */
static void test_allocation(void)
{
    for (guint n = 1; n <= 4; n++) {
        g_autoptr(Stage) stage = stage_new(n, 1);
        GstCaps *caps = gst_video_info_to_caps(&stage->info);
        GstQuery *query = gst_query_new_allocation(caps, TRUE);
        guint size, least = 0, most = 0;

        g_assert_true(gst_pad_peer_query(stage->rig->harness->srcpad, query));
        g_assert_cmpuint(gst_query_get_n_allocation_pools(query), ==, n > 1);
        if (n > 1)
            gst_query_parse_nth_allocation_pool(query, 0, NULL, &size, &least, &most);
        g_assert_cmpuint(least, ==, n - 1);
        g_assert_cmpuint(most, ==, 0);
        gst_query_unref(query);
        gst_caps_unref(caps);
    }
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/flight/begun", test_begun);
    g_test_add_func("/element/flight/one", test_one);
    g_test_add_func("/element/flight/behind", test_behind);
    g_test_add_func("/element/flight/domain", test_domain);
    g_test_add_func("/element/flight/drain", test_drain);
    g_test_add_func("/element/flight/drain-query", test_drain_query);
    g_test_add_func("/element/flight/discont", test_discont);
    g_test_add_func("/element/flight/qos", test_qos);
    g_test_add_func("/element/flight/flush", test_flush);
    g_test_add_func("/element/flight/stop", test_stop);
    g_test_add_func("/element/flight/refused", test_refused);
    g_test_add_func("/element/flight/failure", test_failure);
    g_test_add_func("/element/flight/swap", test_swap);
    g_test_add_func("/element/flight/map", test_map);
    g_test_add_func("/element/flight/processor", test_processor);
    g_test_add_func("/element/flight/latency", test_latency);
    g_test_add_func("/element/flight/allocation", test_allocation);
    return g_test_run();
}
