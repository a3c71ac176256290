/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element says: metadata, messages, statistics, and the properties that shape them. */
#include "element-support.h"
#include <math.h>

static gboolean field_is_in(GQuark field, const GValue *value, gpointer other)
{
    const GValue *twin = gst_structure_id_get_value(other, field);

    if (!twin || gst_value_compare(value, twin) != GST_VALUE_EQUAL)
        g_error("field \"%s\" differs in %" GST_PTR_FORMAT, g_quark_to_string(field), other);
    return TRUE;
}

static GstBuffer *push_frame(Rig *rig, const GstVideoInfo *info, guint number)
{
    return gst_harness_push_and_pull(rig->harness, noise_frame_new(info, 5, number));
}

/* The message has the fields of the metadata, and the times follow the segment. */
static void test_message(void)
{
    g_autoptr(Judge) judge = judge_new(11);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;
    GstSegment segment;
    GstBuffer *buffer;
    GstMessage *message;
    const GstStructure *meta, *said;

    rig_set_format(rig, GST_VIDEO_FORMAT_I420, 48, 32, &info);
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = 1 * GST_SECOND;
    segment.time = 5 * GST_SECOND;
    segment.base = 10 * GST_SECOND;
    g_assert_true(gst_harness_push_event(rig->harness, gst_event_new_segment(&segment)));
    buffer = push_frame(rig, &info, 75); /* pts 3 s */

    meta = buffer_report(buffer, 0);
    g_assert_nonnull(meta);
    g_assert_null(buffer_report(buffer, 1));
    g_assert_cmpuint(report_uint64(meta, "frame"), ==, 0);
    g_assert_cmpuint(report_uint64(meta, "timestamp"), ==, 3 * GST_SECOND);
    g_assert_cmpuint(report_uint64(meta, "stream-time"), ==, 7 * GST_SECOND);
    g_assert_cmpuint(report_uint64(meta, "running-time"), ==, 12 * GST_SECOND);
    g_assert_cmpuint(report_uint64(meta, "duration"), ==, 40 * GST_MSECOND);

    message = bus_pop(rig->bus, GST_MESSAGE_ELEMENT);
    g_assert_nonnull(message);
    g_assert_true(GST_MESSAGE_SRC(message) == GST_OBJECT(rig->element));
    said = gst_message_get_structure(message);
    g_assert_true(gst_structure_has_name(said, "biqa"));
    g_assert_cmpint(gst_structure_n_fields(said), ==, 13);
    g_assert_cmpint(gst_structure_n_fields(meta), ==, 13);
    gst_structure_foreach(meta, field_is_in, (gpointer)said);
    g_assert_null(bus_pop(rig->bus, GST_MESSAGE_ELEMENT));

    gst_message_unref(message);
    gst_buffer_unref(buffer);
}

static void test_no_timestamp(void)
{
    g_autoptr(Judge) judge = judge_new(12);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;
    GstBuffer *buffer;
    const GstStructure *meta;

    rig_set_format(rig, GST_VIDEO_FORMAT_RGB, 20, 20, &info);
    buffer = noise_frame_new(&info, 12, 0);
    GST_BUFFER_PTS(buffer) = GST_BUFFER_DURATION(buffer) = GST_CLOCK_TIME_NONE;
    buffer = gst_harness_push_and_pull(rig->harness, buffer);
    meta = buffer_report(buffer, 0);
    g_assert_cmpuint(report_uint64(meta, "timestamp"), ==, GST_CLOCK_TIME_NONE);
    g_assert_cmpuint(report_uint64(meta, "stream-time"), ==, GST_CLOCK_TIME_NONE);
    g_assert_cmpuint(report_uint64(meta, "running-time"), ==, GST_CLOCK_TIME_NONE);
    g_assert_cmpuint(report_uint64(meta, "duration"), ==, GST_CLOCK_TIME_NONE);
    gst_buffer_unref(buffer);
}

/* Upstream counts bytes, as sources of pictures do: the buffer's own time is all there is. */
static void test_untimed_segment(void)
{
    g_autoptr(Judge) judge = judge_new(12);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;
    GstSegment segment;
    GstBuffer *buffer;
    const GstStructure *meta;

    rig_set_format(rig, GST_VIDEO_FORMAT_RGB, 20, 20, &info);
    gst_segment_init(&segment, GST_FORMAT_BYTES);
    g_assert_true(gst_harness_push_event(rig->harness, gst_event_new_segment(&segment)));
    buffer = push_frame(rig, &info, 25);
    meta = buffer_report(buffer, 0);
    g_assert_cmpuint(report_uint64(meta, "timestamp"), ==, GST_SECOND);
    g_assert_cmpuint(report_uint64(meta, "stream-time"), ==, GST_CLOCK_TIME_NONE);
    g_assert_cmpuint(report_uint64(meta, "running-time"), ==, GST_CLOCK_TIME_NONE);
    gst_buffer_unref(buffer);
}

static void test_post_messages(void)
{
    g_autoptr(Judge) judge = judge_new(13);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;
    GstBuffer *buffer;

    g_object_set(rig->element, "post-messages", FALSE, NULL);
    rig_set_format(rig, GST_VIDEO_FORMAT_GRAY8, 32, 32, &info);
    buffer = push_frame(rig, &info, 0);
    g_assert_nonnull(buffer_report(buffer, 0));
    g_assert_cmpuint(bus_count(rig->bus, GST_MESSAGE_ELEMENT), ==, 0);
    gst_buffer_unref(buffer);
}

static void check_stats(Rig *rig, guint64 seen, guint64 inferred, guint64 hard)
{
    g_assert_cmpuint(rig_stat(rig, "frames-seen"), ==, seen);
    g_assert_cmpuint(rig_stat(rig, "frames-inferred"), ==, inferred);
    g_assert_cmpuint(rig_stat(rig, "frames-hard"), ==, hard);
}

static void check_origin(GstBuffer *buffer, const char *origin)
{
    g_assert_cmpstr(gst_structure_get_string(buffer_report(buffer, 0), "origin"), ==, origin);
}

/* Every frame has a record; those between carry the last score. */
static void test_interval(void)
{
    g_autoptr(Judge) judge = judge_new(14);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;
    double last = 0;

    g_object_set(rig->element, "interval", 3, "hard-threshold", 100.0, NULL);
    rig_set_format(rig, GST_VIDEO_FORMAT_YUY2, 32, 20, &info);
    for (guint i = 0; i < 10; i++) {
        GstBuffer *buffer = push_frame(rig, &info, i);
        double score = report_double(buffer_report(buffer, 0), "score");

        check_origin(buffer, i % 3 == 0 ? "inferred" : "held");
        g_assert_cmpuint(report_uint64(buffer_report(buffer, 0), "frame"), ==, i);
        if (i % 3 == 0)
            last = score;
        g_assert_cmpfloat(score, ==, last);
        gst_buffer_unref(buffer);
    }
    g_assert_cmpuint(bus_count(rig->bus, GST_MESSAGE_ELEMENT), ==, 4);
    check_stats(rig, 10, 4, 0);
}

/* 25 frames a second, one scored in 100 ms; before the first, and after a flush, there is no score.
 */
static void test_interval_time(void)
{
    g_autoptr(Judge) judge = judge_new(26);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;
    guint inferred = 0, held = 0;

    g_object_set(rig->element, "interval-time", 100 * GST_MSECOND, "jitter", 1., "seed", 2, NULL);
    rig_set_format(rig, GST_VIDEO_FORMAT_GRAY8, 16, 16, &info);
    for (guint i = 0; i < 100; i++) {
        GstBuffer *buffer = push_frame(rig, &info, i);
        const GstStructure *report = buffer_report(buffer, 0);
        const char *origin = gst_structure_get_string(report, "origin");

        inferred += g_str_equal(origin, "inferred");
        g_assert_true(gst_structure_has_field(report, "score") == (inferred > 0));
        held += g_str_equal(origin, "held");
        gst_buffer_unref(buffer);
    }
    g_assert_cmpuint(inferred, >=, 39);
    g_assert_cmpuint(inferred, <=, 40);
    g_assert_cmpuint(held, >=, 58);
}

/* What was said before a flush is not said after it. */
static void test_flush(void)
{
    g_autoptr(Judge) judge = judge_new(27);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;

    g_object_set(rig->element, "interval", 4, NULL);
    rig_set_format(rig, GST_VIDEO_FORMAT_GRAY8, 16, 16, &info);
    for (guint i = 0; i < 8; i++) {
        GstBuffer *buffer = push_frame(rig, &info, i);

        check_origin(buffer, i == 0 || i == 4 ? "inferred" : i == 3 ? "skipped" : "held");
        gst_buffer_unref(buffer);
        if (i == 2)
            rig_flush(rig);
    }
}

static gboolean hard_at(Rig *rig, const GstVideoInfo *info, double threshold)
{
    GstBuffer *buffer;
    gboolean hard;

    g_object_set(rig->element, "hard-threshold", threshold, NULL);
    buffer = push_frame(rig, info, 0);
    hard = report_hard(buffer_report(buffer, 0));
    gst_buffer_unref(buffer);
    return hard;
}

/* Hard is above the threshold, not at it; -1 stands for the model's. */
static void check_threshold(double model_threshold)
{
    g_autoptr(Judge) judge = judge_new(15);
    g_autoptr(Rig) rig = NULL;
    GstVideoInfo info;
    GstBuffer *buffer;
    double disagreement;

    judge->model->hard_threshold = model_threshold;
    judge_save(judge);
    rig = rig_new(judge);
    rig_set_format(rig, GST_VIDEO_FORMAT_BGRA, 40, 40, &info);
    buffer = push_frame(rig, &info, 0);
    disagreement = report_double(buffer_report(buffer, 0), "disagreement");
    gst_buffer_unref(buffer);
    g_assert_cmpfloat(disagreement, >, .01);

    g_assert_true(hard_at(rig, &info, disagreement * .99));
    g_assert_false(hard_at(rig, &info, disagreement));
    g_assert_true(hard_at(rig, &info, 0));
    g_assert_false(hard_at(rig, &info, 100));
    g_assert_true(hard_at(rig, &info, -1) == (disagreement > model_threshold));
}

static void test_hard_threshold(void)
{
    check_threshold(0);
    check_threshold(99);
}

/* A model with a head: three fields more, and hard is decided by uncertainty. */
static void test_uncertainty(void)
{
    g_autoptr(Judge) judge = judge_new(21);
    g_autoptr(Rig) rig = NULL;
    GstVideoInfo info;
    GstBuffer *buffer;
    GstStructure *stats = NULL;
    const GstStructure *meta;

    judge->model->uncertainty = tiny_head();
    judge_save(judge);
    rig = rig_new(judge);
    rig_set_format(rig, GST_VIDEO_FORMAT_BGRA, 40, 40, &info);
    buffer = push_frame(rig, &info, 0);
    meta = buffer_report(buffer, 0);
    g_assert_cmpint(gst_structure_n_fields(meta), ==, 16);
    const double score = report_double(meta, "score");
    const double uncertainty = report_double(meta, "uncertainty");
    const double margin = judge->model->uncertainty.quantile * uncertainty;
    g_test_message("score %g, uncertainty %g", score, uncertainty);
    g_assert_cmpfloat(uncertainty, >, .01);
    g_assert_cmpfloat(uncertainty, <, 100);
    g_assert_cmpfloat(report_double(meta, "score-low"), ==, MAX(score - margin, 0));
    g_assert_cmpfloat(report_double(meta, "score-high"), ==, MIN(score + margin, 100));
    g_assert_cmpint(report_hard(meta), ==, uncertainty > judge->model->uncertainty.hard_threshold);
    g_assert_true(hard_at(rig, &info, uncertainty * .99));
    g_assert_false(hard_at(rig, &info, uncertainty));
    g_object_get(rig->element, "stats", &stats, NULL);
    g_assert_cmpfloat(report_double(stats, "maximum-uncertainty"), ==, uncertainty);
    g_assert_cmpfloat_with_epsilon(report_double(stats, "mean-uncertainty"), uncertainty, 1e-9);
    gst_structure_free(stats);
    gst_buffer_unref(buffer);
}

static void test_stats(void)
{
    g_autoptr(Judge) judge = judge_new(20);
    g_autoptr(Rig) rig = rig_new(judge);
    GstVideoInfo info;
    GstStructure *stats = NULL;
    double sum = 0, minimum = INFINITY;
    guint n_hard = 0;

    g_object_set(rig->element, "hard-threshold", 0.0, NULL);
    check_stats(rig, 0, 0, 0);
    g_object_get(rig->element, "stats", &stats, NULL);
    g_assert_false(gst_structure_has_field(stats, "mean-score"));
    gst_structure_free(stats);

    rig_set_format(rig, GST_VIDEO_FORMAT_UYVY, 32, 32, &info);
    for (guint i = 0; i < 5; i++) {
        GstBuffer *buffer = push_frame(rig, &info, i);
        double score = report_double(buffer_report(buffer, 0), "score");

        sum += score;
        minimum = MIN(minimum, score);
        n_hard += report_hard(buffer_report(buffer, 0));
        gst_buffer_unref(buffer);
    }
    check_stats(rig, 5, 5, n_hard);
    g_assert_cmpuint(n_hard, >, 0);
    g_object_get(rig->element, "stats", &stats, NULL);
    g_assert_cmpfloat(report_double(stats, "mean-score"), ==, sum / 5);
    g_assert_cmpfloat(report_double(stats, "minimum-score"), ==, minimum);
    gst_structure_free(stats);

    gst_element_set_state(rig->element, GST_STATE_READY);
    check_stats(rig, 5, 5, n_hard); /* to be read after the end */
    gst_element_set_state(rig->element, GST_STATE_PLAYING);
    check_stats(rig, 0, 0, 0);
}

static void test_device_name(void)
{
    g_autoptr(Judge) judge = judge_new(17);
    g_autoptr(Rig) rig = rig_new(judge);
    g_autofree char *running = NULL, *stopped = NULL;

    g_object_get(rig->element, "device-name", &running, NULL);
    g_assert_cmpstr(running, ==, biqa_backend_device_name(judge->reference));
    gst_element_set_state(rig->element, GST_STATE_READY);
    g_object_get(rig->element, "device-name", &stopped, NULL);
    g_assert_null(stopped);
    gst_element_set_state(rig->element, GST_STATE_PLAYING);
}

static void test_defaults(void)
{
    GstElement *element = gst_element_factory_make("biqafilter", NULL);
    g_autofree char *model = NULL, *device = NULL, *device_name = NULL;
    gboolean post_messages;
    guint interval;
    double threshold;

    g_object_get(element, "model", &model, "device", &device, "device-name", &device_name,
                 "interval", &interval, "hard-threshold", &threshold, "post-messages",
                 &post_messages, NULL);
    g_assert_null(model);
    g_assert_cmpstr(device, ==, "auto");
    g_assert_null(device_name);
    g_assert_cmpuint(interval, ==, 1);
    g_assert_cmpfloat(threshold, ==, -1);
    g_assert_true(post_messages);
    gst_object_unref(element);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    g_test_add_func("/element/reports/message", test_message);
    g_test_add_func("/element/reports/no-timestamp", test_no_timestamp);
    g_test_add_func("/element/reports/untimed-segment", test_untimed_segment);
    g_test_add_func("/element/reports/post-messages", test_post_messages);
    g_test_add_func("/element/reports/interval", test_interval);
    g_test_add_func("/element/reports/interval-time", test_interval_time);
    g_test_add_func("/element/reports/flush", test_flush);
    g_test_add_func("/element/reports/hard-threshold", test_hard_threshold);
    g_test_add_func("/element/reports/stats", test_stats);
    g_test_add_func("/element/reports/uncertainty", test_uncertainty);
    g_test_add_func("/element/reports/device-name", test_device_name);
    g_test_add_func("/element/reports/defaults", test_defaults);
    return g_test_run();
}
