/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy=deadline: what comes in order goes out in order, though another thread pushes it; and what
 * is said of it is said in that order. */
#include "stage.h"
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

/* Frames in the element besides the one that is being pushed. */
#define ROOM (STAGE_DELAY + STAGE_SPARE)

/* Holds the thread that pushes a buffer. */
typedef struct {
    GMutex lock;
    GCond change;
    gboolean reached, released; /* under lock */
} Latch;

static GstPadProbeReturn hold(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
    Latch *latch = user;

    (void)pad;
    (void)info;
    g_mutex_lock(&latch->lock);
    latch->reached = TRUE;
    g_cond_broadcast(&latch->change);
    while (!latch->released)
        g_cond_wait(&latch->change, &latch->lock);
    g_mutex_unlock(&latch->lock);
    return GST_PAD_PROBE_REMOVE;
}

static void latch_await(Latch *latch)
{
    g_mutex_lock(&latch->lock);
    while (!latch->reached)
        g_cond_wait(&latch->change, &latch->lock);
    g_mutex_unlock(&latch->lock);
}

static void latch_release(Latch *latch)
{
    g_mutex_lock(&latch->lock);
    latch->released = TRUE;
    g_cond_broadcast(&latch->change);
    g_mutex_unlock(&latch->lock);
}

/* Frame 0 is on its way out and held on the element's pad; then a thread calls behind(). It gets
 * the time to do what it must not before the frame is gone, and the frame is let go. */
static void overtake(Stage *stage, GThreadFunc behind)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(stage->rig->element, "src");
    Latch latch = {.reached = FALSE};
    GThread *thread;

    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, hold, &latch, NULL);
    gate_open(stage->gate, 1);
    stage_push(stage, 0);
    latch_await(&latch);
    thread = g_thread_new("behind", behind, stage);
    g_usleep(G_USEC_PER_SEC / 20);
    g_assert_cmpuint(rig_stat(stage->rig, "frames-seen"), <=, 1 + ROOM + 1);
    latch_release(&latch);
    g_thread_join(thread);
}

/* A sink that keeps a frame until its moment keeps none that come after: they are taken in, and
 * scored, as far as there is room for them. */
static void test_slow_sink(void)
{
    g_autoptr(Stage) stage = stage_new();
    GstPad *sink = stage->rig->harness->sinkpad;

    gate_open(stage->gate, 1 + ROOM);
    GST_PAD_STREAM_LOCK(sink);
    for (guint i = 0; i <= ROOM; i++) {
        stage_push(stage, i);
        stage_await_stat(stage, "frames-inferred", i + 1);
    }
    g_assert_cmpuint(stage_n_out(stage), ==, 0);
    GST_PAD_STREAM_UNLOCK(sink);
    for (guint i = 0; i <= ROOM; i++)
        stage_check_out(stage, i, "inferred", 10 + i);
}

static gpointer push_many(gpointer stage)
{
    for (guint i = 1; i < 10; i++)
        stage_push(stage, i);
    return NULL;
}

/* A source that hurries waits where there is no more room. */
static void test_fast_source(void)
{
    g_autoptr(Stage) stage = stage_new();

    overtake(stage, push_many);
    g_assert_true(gst_harness_push_event(stage->rig->harness, gst_event_new_eos()));
    g_assert_cmpuint(stage_n_out(stage), ==, 10);
}

static gpointer flush(gpointer data)
{
    const Stage *stage = data;

    rig_flush(stage->rig);
    return NULL;
}

/* A flush drops frames that wait, and what becomes of those that were begun. */
static void test_flush(void)
{
    g_autoptr(Stage) stage = stage_new();

    stage_push(stage, 0);
    gate_await_begun(stage->gate, 1);
    stage_push(stage, 1);
    flush(stage);
    g_assert_cmpuint(stage_n_out(stage), ==, 0);
    stage_push(stage, 2);
    gate_open(stage->gate, 2);
    stage_check_out(stage, 2, "inferred", 12);
    g_assert_cmpuint(stage_n_out(stage), ==, 0);
    g_assert_cmpuint(rig_stat(stage->rig, "frames-late"), ==, 0);
}

/* What is on its way out when a flush comes does not come after it. */
static void test_flush_overtakes(void)
{
    g_autoptr(Stage) stage = stage_new();

    overtake(stage, flush);
    gate_open(stage->gate, 1);
    stage_push(stage, 1);
    stage_check_out(stage, 1, "inferred", 11);
    g_assert_cmpuint(stage_n_out(stage), ==, 0);
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
        stage_push(stage, 0);
        gate_await_begun(stage->gate, 1);
        stage_push(stage, 1);
        g_assert_cmpuint(stage_n_out(stage), ==, 0);
        gst_segment_init(&segment, GST_FORMAT_TIME);
        switch (i) {
        case 0:
            gst_harness_push_event(harness, gst_event_new_eos());
            break;
        case 1:
            gst_harness_push_event(harness, gst_event_new_segment(&segment));
            break;
        case 2:
            gst_harness_push_event(harness, gst_event_new_gap(2 * STAGE_FRAME, STAGE_FRAME));
            break;
        case 3:
            rig_set_format(stage->rig, GST_VIDEO_FORMAT_RGB, 32, 32, &stage->info);
            break;
        default:
            buffer = stage_frame_new(stage, 2);
            GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
            gst_harness_push(harness, buffer);
        }
        g_assert_cmpuint(stage_n_out(stage), ==, 2);
        stage_check_out(stage, 0, "skipped", -1);
        stage_check_out(stage, 1, "skipped", -1);
    }
}

/* Notes what passes: a letter for a buffer, another for a gap. */
static GstPadProbeReturn note(GstPad *pad, GstPadProbeInfo *info, gpointer notes)
{
    (void)pad;
    if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
        g_string_append_c(notes, 'b');
    else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_GAP)
        g_string_append_c(notes, 'g');
    return GST_PAD_PROBE_OK;
}

static void take_notes(Stage *stage, GString *notes)
{
    gst_pad_add_probe(stage->rig->harness->sinkpad,
                      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note, notes,
                      NULL);
}

static gpointer push_gap(gpointer data)
{
    Stage *stage = data;

    g_assert_true(
        gst_harness_push_event(stage->rig->harness, gst_event_new_gap(STAGE_FRAME, STAGE_FRAME)));
    return NULL;
}

/* An event waits for the frame that another thread pushes. */
static void test_event_waits(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autoptr(GString) notes = g_string_new(NULL);

    take_notes(stage, notes);
    overtake(stage, push_gap);
    g_assert_cmpstr(notes->str, ==, "bg");
}

/* Frames and events in turn, pushed by two threads. */
static void test_events(void)
{
    g_autoptr(Stage) stage = stage_new();
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(GString) expected = g_string_new(NULL);

    take_notes(stage, notes);
    gate_open(stage->gate, 200);
    for (guint i = 0; i < 200; i++) {
        stage_push(stage, i);
        if (i % 3 == 2)
            push_gap(stage);
        g_string_append(expected, i % 3 == 2 ? "bg" : "b");
    }
    g_assert_true(gst_harness_push_event(stage->rig->harness, gst_event_new_eos()));
    g_assert_cmpstr(notes->str, ==, expected->str);
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
    GstBuffer *buffer = stage_frame_new(stage, 0);

    gate_open(stage->gate, 1);
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    g_assert_cmpint(gst_harness_push(stage->rig->harness, buffer), ==, GST_FLOW_OK);
    g_assert_true(pull_discont(stage)); /* let go by the pacer */
    for (guint i = 1; i <= 2 * STAGE_DELAY; i++)
        stage_push(stage, i);
    g_assert_true(gst_harness_push_event(stage->rig->harness, gst_event_new_eos()));
    for (guint i = 1; i <= 2 * STAGE_DELAY; i++)
        g_assert_false(pull_discont(stage));
}

static Judge *named_judge_new(guint64 seed, const char *name)
{
    Judge *judge = judge_new(seed);

    judge->model->scale = (BiqaScale){0, .25f};
    g_free(judge->model->name);
    judge->model->name = g_strdup(name);
    judge_save(judge);
    return judge;
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
    GstPad *sink = stage->rig->harness->sinkpad;
    g_autofree char *path = g_strconcat(one->path, ".jsonl", NULL);
    g_autofree char *said = NULL;

    gst_element_set_state(stage->rig->element, GST_STATE_NULL);
    g_object_set(stage->rig->element, "model", one->path, "report", path, NULL);
    gst_element_set_state(stage->rig->element, GST_STATE_PLAYING);
    GST_PAD_STREAM_LOCK(sink); /* frame 0 goes no farther, nor do those behind it */
    stage_push(stage, 0);
    gate_open(stage->gate, 1);
    stage_await_stat(stage, "frames-inferred", 1);
    rig_change_model(stage->rig, two);
    stage_push(stage, 1);
    gate_await_begun(stage->gate, 2);
    rig_change_model(stage->rig, three);
    stage_push(stage, 2);
    gate_open(stage->gate, 2);
    gate_await_begun(stage->gate, 3);
    GST_PAD_STREAM_UNLOCK(sink);
    stage_check_out(stage, 0, "inferred", 10);
    stage_check_out(stage, 1, "inferred", 11);
    stage_check_out(stage, 2, "inferred", 12);
    gst_element_set_state(stage->rig->element, GST_STATE_NULL);

    said = outline(path);
    g_assert_cmpstr(said, ==, "one 0 two 1 three 2 ");
    g_unlink(path);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/order/slow-sink", test_slow_sink);
    g_test_add_func("/element/order/fast-source", test_fast_source);
    g_test_add_func("/element/order/flush", test_flush);
    g_test_add_func("/element/order/flush-overtakes", test_flush_overtakes);
    g_test_add_func("/element/order/drain", test_drain);
    g_test_add_func("/element/order/event-waits", test_event_waits);
    g_test_add_func("/element/order/events", test_events);
    g_test_add_func("/element/order/discont", test_discont);
    g_test_add_func("/element/order/two-changes", test_two_changes);
    return g_test_run();
}
