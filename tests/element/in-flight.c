/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* On the Vulkan device: a report is the same, byte for byte, however many frames are in flight. */
#include "element-support.h"
#include <glib/gstdio.h>

static const BiqaSpot spots[] = {{.125f, .25f}, {.875f, .75f}, {.75f, 0}, {.25f, 1}};

/* A model that looks at frames spot by spot, and says so by its name in a report. */
static Judge *spotted_judge_new(guint64 seed)
{
    Judge *judge = judge_new(seed);

    judge->model->input.n_spots = G_N_ELEMENTS(spots);
    memcpy(judge->model->input.spots, spots, sizeof spots);
    judge->model->uncertainty = tiny_head();
    g_free(judge->model->name);
    judge->model->name = g_strdup_printf("model %u", (guint)seed);
    judge_save(judge);
    return judge;
}

/* A run of a stream. */
typedef struct {
    guint in_flight;
    const char *fault; /* of the Vulkan device; NULL: none */
    const Judge *one, *two;
    const char *path; /* of the report */
    Rig *rig;
    GstVideoInfo info;
    guint n; /* frames up to now */
} Run;

static void prepare(GstElement *element, gpointer user)
{
    const Run *run = user;

    gst_util_set_object_arg(G_OBJECT(element), "backend", "vulkan");
    g_object_set(element, "frames-in-flight", run->in_flight, "report", run->path, "alarm-below",
                 60., NULL);
}

/* Pushes n frames; bright: of another scene; black: of another domain. */
static void push(Run *run, guint n, gboolean bright, gboolean black)
{
    for (guint i = 0; i < n; i++, run->n++) {
        GstBuffer *buffer = noise_frame_new(&run->info, 111, run->n);

        if (bright)
            gst_buffer_memset(buffer, 0, 250, run->info.size / 2);
        if (black)
            gst_buffer_memset(buffer, 0, 0, run->info.size);
        g_assert_cmpint(gst_harness_push(run->rig->harness, buffer), ==, GST_FLOW_OK);
    }
}

static void set_interval(const Run *run, guint interval)
{
    g_object_set(run->rig->element, "interval", interval, NULL);
}

/* A stream with all that may come between two frames. A flush drops those in flight: it comes where
 * none is. */
static void play(Run *run)
{
    GstHarness *harness = run->rig->harness;

    rig_set_format(run->rig, GST_VIDEO_FORMAT_NV12, 160, 128, &run->info);
    push(run, 6, FALSE, FALSE);
    push(run, 2, TRUE, FALSE); /* a cut */
    push(run, 2, FALSE, TRUE);
    push(run, 3, FALSE, FALSE);
    rig_change_model(run->rig, run->two);
    push(run, 5, FALSE, FALSE);
    rig_set_format(run->rig, GST_VIDEO_FORMAT_RGB, 64, 48, &run->info); /* one spot */
    push(run, 3, FALSE, FALSE);
    g_object_set(run->rig->element, "map", TRUE, NULL);
    push(run, 2, FALSE, FALSE);
    g_object_set(run->rig->element, "map", FALSE, NULL);
    push(run, 2, FALSE, FALSE);
    gst_harness_push_event(harness, gst_event_new_gap(run->n * 40 * GST_MSECOND, GST_SECOND));
    rig_flush(run->rig);
    set_interval(run, 3);
    push(run, 8, FALSE, FALSE);
    gst_harness_push_event(harness, gst_event_new_eos());
    g_assert_cmpuint(gst_harness_buffers_in_queue(harness), ==, run->n);
}

static guint devices_lost(const Rig *rig)
{
    GstStructure *stats = NULL;
    guint n = 0;

    g_object_get(rig->element, "stats", &stats, NULL);
    gst_structure_get_uint(stats, "devices-lost", &n);
    gst_structure_free(stats);
    return n;
}

/* The report of that stream. (transfer full) */
static char *report_of(const Judge *one, const Judge *two, guint in_flight, const char *fault)
{
    g_autofree char *path = g_strconcat(one->path, ".jsonl", NULL);
    Run run = {.in_flight = in_flight, .one = one, .two = two, .path = path};
    char *text;

    if (fault)
        g_setenv("BIQA_VK_FAULT", fault, TRUE);
    run.rig = rig_new_with(one, prepare, &run);
    if (fault)
        g_unsetenv("BIQA_VK_FAULT");
    play(&run);
    g_assert_cmpuint(devices_lost(run.rig), ==, fault != NULL);
    rig_free(run.rig);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_unlink(path);
    return text;
}

static void test_report(void)
{
    g_autoptr(Judge) one = spotted_judge_new(111);
    g_autoptr(Judge) two = spotted_judge_new(112);
    g_autofree char *alone = report_of(one, two, 1, NULL);

    g_assert_nonnull(strstr(alone, "model 112"));
    g_assert_nonnull(strstr(alone, "black"));
    for (guint n = 2; n <= 4; n++) {
        g_autofree char *together = report_of(one, two, n, NULL);

        g_test_message("%u in flight", n);
        g_assert_cmpstr(together, ==, alone);
    }
}

/* Nor does it show that the device was lost between two frames in flight. */
static void test_lost(void)
{
    g_autoptr(Judge) one = spotted_judge_new(113);
    g_autoptr(Judge) two = spotted_judge_new(114);
    g_autofree char *whole = report_of(one, two, 1, NULL);
    g_autofree char *at_submit = report_of(one, two, 3, "QueueSubmit:7:device-lost");
    g_autofree char *at_wait = report_of(one, two, 3, "ResetFences:7:device-lost");

    g_assert_cmpstr(at_submit, ==, whole);
    g_assert_cmpstr(at_wait, ==, whole);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/in-flight/report", test_report);
    g_test_add_func("/element/in-flight/lost", test_lost);
    return g_test_run();
}
