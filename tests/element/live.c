/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element among others: metadata that travels on, several elements at once, properties that
 * change while frames flow. */
#include "element-support.h"

static GstHarness *line_new(const Judge *judge, const char *format)
{
    g_autofree char *filter =
        g_strdup_printf("biqafilter backend=reference model=\"%s\"", judge->path);
    g_auto(GStrv) parts = g_strsplit(format, "FILTER", -1);
    g_autofree char *line = g_strjoinv(filter, parts);

    return gst_harness_new_parse(line);
}

/* Through elements that pass, queue and copy, and through a conversion of the pixels. */
static void test_meta_travels(void)
{
    g_autoptr(Judge) judge = judge_new(31);
    GstHarness *harness = line_new(
        judge, "FILTER ! identity ! queue ! videoconvert ! video/x-raw,format=RGB ! identity");
    GstVideoInfo info;
    GstBuffer *buffer, *copy;
    BiqaVerdict expected;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, 64, 48);
    gst_harness_set_src_caps(harness, gst_video_info_to_caps(&info));
    buffer = noise_frame_new(&info, 31, 0);
    expected = judge_frame(judge, &info, buffer, judge->model->hard_threshold);
    buffer = gst_harness_push_and_pull(harness, buffer);
    g_assert_cmpuint(gst_buffer_get_size(buffer), ==, 64 * 48 * 3);
    report_check_verdict(buffer_report(buffer, 0), &expected);
    copy = gst_buffer_copy_deep(buffer);
    gst_buffer_unref(buffer);
    report_check_verdict(buffer_report(copy, 0), &expected);
    gst_buffer_unref(copy);
    gst_harness_teardown(harness);
}

/* Each adds its own report, upstream's first, and says its name. */
static void test_two_elements(void)
{
    g_autoptr(Judge) judge = judge_new(32);
    GstHarness *harness =
        line_new(judge, "FILTER hard-threshold=0 name=one ! FILTER hard-threshold=100 name=two");
    GstVideoInfo info;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_NV12, 50, 38);
    gst_harness_set_src_caps(harness, gst_video_info_to_caps(&info));
    for (guint i = 0; i < 3; i++) {
        GstBuffer *buffer = noise_frame_new(&info, 32, i);
        BiqaVerdict first = judge_frame(judge, &info, buffer, 0);
        BiqaVerdict second = judge_frame(judge, &info, buffer, 100);

        buffer = gst_harness_push_and_pull(harness, buffer);
        report_check_verdict(buffer_report(buffer, 0), &first);
        report_check_verdict(buffer_report(buffer, 1), &second);
        g_assert_cmpstr(gst_structure_get_string(buffer_report(buffer, 0), "element"), ==, "one");
        g_assert_cmpstr(gst_structure_get_string(buffer_report(buffer, 1), "element"), ==, "two");
        g_assert_null(buffer_report(buffer, 2));
        gst_buffer_unref(buffer);
    }
    gst_harness_teardown(harness);
}

#define HAMMER_FRAMES 200
#define HAMMER_ROUNDS 2000

/* What two threads share; each stops only when both have done their share. */
typedef struct {
    GstElement *element;
    const char *model;
    gint rounds; /* atomic */
    gint quit;   /* atomic */
} Hammer;

static gpointer hammer_thread(gpointer data)
{
    Hammer *hammer = data;

    for (guint i = 0; !g_atomic_int_get(&hammer->quit); i++) {
        g_autofree char *model = NULL, *device = NULL, *name = NULL;
        GstStructure *stats = NULL;

        g_object_set(hammer->element, "interval", 1 + i % 3, "hard-threshold", (double)(i % 101),
                     "post-messages", i % 2, "device", i % 2 ? "auto" : "other", "model",
                     i % 2 ? "/nonexistent" : hammer->model, NULL);
        g_object_get(hammer->element, "model", &model, "device", &device, "device-name", &name,
                     "stats", &stats, NULL);
        g_assert_nonnull(name);
        g_assert_cmpuint(report_uint64(stats, "frames-seen"), >=,
                         report_uint64(stats, "frames-inferred"));
        gst_structure_free(stats);
        g_atomic_int_inc(&hammer->rounds);
    }
    return NULL;
}

static void test_properties_while_playing(void)
{
    g_autoptr(Judge) judge = judge_new(33);
    g_autoptr(Rig) rig = rig_new(judge);
    Hammer hammer = {.element = rig->element, .model = judge->path};
    GThread *thread;
    GstVideoInfo info;
    GstBuffer *frame;
    BiqaVerdict expected;
    guint n_seen = 0, n_reports = 0;

    rig_set_format(rig, GST_VIDEO_FORMAT_GRAY8, 16, 16, &info);
    frame = noise_frame_new(&info, 33, 0);
    expected = judge_frame(judge, &info, frame, 0);
    thread = g_thread_new("hammer", hammer_thread, &hammer);
    while (n_seen < HAMMER_FRAMES || g_atomic_int_get(&hammer.rounds) < HAMMER_ROUNDS) {
        GstBuffer *buffer = gst_harness_push_and_pull(rig->harness, gst_buffer_copy_deep(frame));
        const GstStructure *report = buffer_report(buffer, 0);

        n_seen++;
        n_reports += g_str_equal(gst_structure_get_string(report, "origin"), "inferred");
        if (n_reports > 0)
            g_assert_cmpfloat(report_double(report, "score"), ==, expected.score);
        gst_buffer_unref(buffer);
    }
    g_atomic_int_set(&hammer.quit, TRUE);
    g_thread_join(thread);

    g_assert_cmpuint(rig_stat(rig, "frames-seen"), ==, n_seen);
    g_assert_cmpuint(rig_stat(rig, "frames-inferred"), ==, n_reports);
    g_assert_cmpuint(bus_count(rig->bus, GST_MESSAGE_ERROR), ==, 0);
    gst_buffer_unref(frame);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/live/meta-travels", test_meta_travels);
    g_test_add_func("/element/live/two-elements", test_two_elements);
    g_test_add_func("/element/live/properties-while-playing", test_properties_while_playing);
    return g_test_run();
}
