/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element says of many frames: reports, summaries, alarms. */
#include "element-support.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

/* -- reports ------------------------------------------------------------------------------- */

static char *new_path(void)
{
    char *path = NULL;
    const int fd = g_file_open_tmp("biqa-watch-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    return path;
}

/* The report in a file, which is removed. (transfer full) */
static char *take_report(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    g_unlink(path);
    return text;
}

/* The records of a jsonl report as arrays of an array. (transfer full) */
static JsonNode *parse_lines(const char *text)
{
    GString *array = g_string_new("[");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GError) error = NULL;
    JsonNode *node;

    for (guint i = 0; lines[i] && *lines[i]; i++)
        g_string_append_printf(array, "%s%s", i ? "," : "", lines[i]);
    g_string_append_c(array, ']');
    node = json_from_string(array->str, &error);
    g_assert_no_error(error);
    g_string_free(array, TRUE);
    return node;
}

static const char *text_of(JsonObject *record, const char *name)
{
    return json_object_get_string_member(record, name);
}

/* The types of the records, and of summaries scope and reason: "header frame summary:stream:eos".
 * Frames in a row are counted: "frame*3". (transfer full) */
static char *outline(JsonArray *records)
{
    GString *text = g_string_new(NULL);
    guint frames = 0;

    for (guint i = 0; i <= json_array_get_length(records); i++) {
        JsonObject *record =
            i < json_array_get_length(records) ? json_array_get_object_element(records, i) : NULL;
        const char *type = record ? text_of(record, "type") : "end";

        if (g_str_equal(type, "frame")) {
            frames++;
            continue;
        }
        if (frames)
            g_string_append_printf(text, "frame*%u ", frames);
        frames = 0;
        if (g_str_equal(type, "summary"))
            g_string_append_printf(text, "%s:%s ", text_of(record, "scope"),
                                   text_of(record, "reason"));
        else if (g_str_equal(type, "alarm"))
            g_string_append_printf(text, "alarm:%s ", text_of(record, "state"));
        else if (record)
            g_string_append_printf(text, "%s ", type);
    }
    g_string_truncate(text, text->len ? text->len - 1 : 0);
    return g_string_free(text, FALSE);
}

static void check_outline(const char *report, const char *expected)
{
    g_autoptr(JsonNode) records = parse_lines(report);
    g_autofree char *got = outline(json_node_get_array(records));

    g_assert_cmpstr(got, ==, expected);
}

/* -- an element that reports --------------------------------------------------------------- */

/* Not started yet, so that properties can be set. */
static Rig *rig_new_stopped(const Judge *judge, const char *report, const char *format)
{
    Rig *rig = rig_new(judge);

    gst_element_set_state(rig->element, GST_STATE_NULL);
    g_object_set(rig->element, "report", report, NULL);
    gst_util_set_object_arg(G_OBJECT(rig->element), "report-format", format);
    return rig;
}

static void rig_start(Rig *rig, GstVideoInfo *info)
{
    g_assert_cmpint(gst_element_set_state(rig->element, GST_STATE_PLAYING), ==,
                    GST_STATE_CHANGE_SUCCESS);
    gst_harness_push_event(rig->harness, gst_event_new_stream_start("watch"));
    rig_set_format(rig, GST_VIDEO_FORMAT_GRAY8, 16, 16, info);
}

static void push(Rig *rig, const GstVideoInfo *info, guint from, guint n)
{
    for (guint i = from; i < from + n; i++) {
        g_assert_cmpint(gst_harness_push(rig->harness, noise_frame_new(info, 41, i)), ==,
                        GST_FLOW_OK);
        gst_buffer_unref(gst_harness_pull(rig->harness));
    }
}

static void end(Rig *rig)
{
    g_assert_true(gst_harness_push_event(rig->harness, gst_event_new_eos()));
    gst_element_set_state(rig->element, GST_STATE_NULL);
}

/* The whole report of n frames. (transfer full) */
static char *report_of(guint n, const char *format)
{
    g_autofree char *path = new_path();
    g_autoptr(Judge) judge = judge_new(41);
    g_autoptr(Rig) rig = rig_new_stopped(judge, path, format);
    GstVideoInfo info;

    g_object_set(rig->element, "interval", 2, NULL);
    rig_start(rig, &info);
    push(rig, &info, 0, n);
    end(rig);
    return take_report(path);
}

static void test_jsonl(void)
{
    g_autofree char *path = new_path(), *text = NULL;
    g_autoptr(Judge) judge = judge_new(42);
    g_autoptr(Rig) rig = rig_new_stopped(judge, path, "jsonl");
    g_autoptr(JsonNode) node = NULL;
    GstVideoInfo info;
    JsonObject *record;

    rig_start(rig, &info);
    push(rig, &info, 0, 2);
    end(rig);
    text = take_report(path);
    check_outline(text, "header frame*2 stream:eos");
    node = parse_lines(text);

    record = json_array_get_object_element(json_node_get_array(node), 0);
    g_assert_cmpstr(text_of(record, "model"), ==, judge->model->name);
    g_assert_cmpstr(text_of(record, "path"), ==, "system-memory");
    g_assert_cmpstr(text_of(record, "backend"), ==, "reference");
    g_assert_nonnull(strstr(text_of(record, "caps"), "width=(int)16"));
    for (guint i = 0; i < 2; i++) {
        GstBuffer *buffer = noise_frame_new(&info, 41, i);
        const BiqaVerdict verdict = judge_frame(judge, &info, buffer, -1);

        record = json_array_get_object_element(json_node_get_array(node), 1 + i);
        g_assert_cmpint(json_object_get_int_member(record, "frame"), ==, i);
        g_assert_cmpint(json_object_get_int_member(record, "timestamp"), ==, i * 40 * GST_MSECOND);
        g_assert_cmpfloat(json_object_get_double_member(record, "score"), ==, verdict.score);
        g_assert_cmpstr(text_of(record, "origin"), ==, "inferred");
        gst_buffer_unref(buffer);
    }
}

/* A script that knows libvmaf's layout and nothing of ours. */
static void test_json(void)
{
    g_autofree char *text = report_of(6, "json");
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_from_string(text, &error);
    JsonObject *document, *pooled;
    JsonArray *frames;
    double lowest = 100;

    g_assert_no_error(error);
    document = json_node_get_object(node);
    frames = json_object_get_array_member(document, "frames");
    g_assert_cmpuint(json_array_get_length(frames), ==, 6);
    for (guint i = 0; i < 6; i++) {
        JsonObject *frame = json_array_get_object_element(frames, i);
        JsonObject *metrics = json_object_get_object_member(frame, "metrics");

        g_assert_cmpint(json_object_get_int_member(frame, "frameNum"), ==, i);
        lowest = MIN(lowest, json_object_get_double_member(metrics, "score"));
    }
    pooled = json_object_get_object_member(
        json_object_get_object_member(document, "pooled_metrics"), "score");
    g_assert_cmpfloat(json_object_get_double_member(pooled, "min"), ==, lowest);
    g_assert_true(json_object_has_member(pooled, "harmonic_mean"));
}

static void test_text(void)
{
    g_autofree char *csv = report_of(4, "csv"), *srt = report_of(4, "srt");
    g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);

    g_assert_cmpuint(g_strv_length(lines), ==, 1 + 4 + 1);
    g_assert_true(g_str_has_prefix(lines[0], "frame,timestamp,"));
    g_assert_nonnull(strstr(lines[1], ",inferred,picture,"));
    g_assert_nonnull(strstr(lines[2], ",held,picture,"));
    g_assert_true(g_str_has_prefix(srt, "1\n00:00:00,000 --> 00:00:00,160\n"));
}

/* The same frames, the same report: no clock, path or address is in it. */
static void test_same_report(void)
{
    static const char *const formats[] = {"jsonl", "csv", "json", "srt"};

    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autofree char *first = report_of(30, formats[i]), *second = report_of(30, formats[i]);

        g_assert_cmpuint(strlen(first), >, 0);
        g_assert_cmpstr(first, ==, second);
    }
}

static void test_sections(void)
{
    g_autofree char *path = new_path(), *text = NULL;
    g_autoptr(Judge) judge = judge_new(43);
    g_autoptr(Rig) rig = rig_new_stopped(judge, path, "jsonl");
    GstVideoInfo info;

    rig_start(rig, &info);
    push(rig, &info, 0, 2);
    rig_set_format(rig, GST_VIDEO_FORMAT_GRAY8, 20, 16, &info);
    push(rig, &info, 2, 3);
    rig_flush(rig);
    push(rig, &info, 0, 4);
    end(rig);
    text = take_report(path);
    check_outline(text, "header frame*2 section:caps header frame*3 section:flush frame*4 "
                        "section:eos stream:eos");
}

static void wait_for(GstElement *pipeline, GstMessageType type)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    GstMessage *message =
        gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, type | GST_MESSAGE_ERROR);

    g_assert_nonnull(message);
    g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, type);
    gst_message_unref(message);
}

/* A seek ends a section: the frame that the sink prerolled is one, those sought another. */
static void test_seek(void)
{
    g_autofree char *path = new_path(), *text = NULL;
    g_autoptr(Judge) judge = judge_new(50);
    g_autofree char *line = g_strdup_printf(
        "videotestsrc pattern=snow ! video/x-raw,format=GRAY8,width=32,height=32,framerate=25/1 ! "
        "biqafilter backend=reference model=%s report=%s ! fakesink",
        judge->path, path);
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) records = NULL;
    GstElement *pipeline = gst_parse_launch(line, &error);

    g_assert_no_error(error);
    gst_element_set_state(pipeline, GST_STATE_PAUSED);
    wait_for(pipeline, GST_MESSAGE_ASYNC_DONE);
    g_assert_true(gst_element_seek(pipeline, 1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                   GST_SEEK_TYPE_SET, GST_SECOND, GST_SEEK_TYPE_SET,
                                   GST_SECOND + 5 * 40 * GST_MSECOND));
    wait_for(pipeline, GST_MESSAGE_ASYNC_DONE);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    wait_for(pipeline, GST_MESSAGE_EOS);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    text = take_report(path);
    check_outline(text, "header frame*1 section:flush frame*5 section:eos stream:eos");
    records = parse_lines(text);
    g_assert_cmpint(
        json_object_get_int_member(json_array_get_object_element(json_node_get_array(records), 3),
                                   "stream-time"),
        ==, GST_SECOND);
}

static void test_intervals(void)
{
    g_autofree char *path = new_path(), *text = NULL;
    g_autoptr(Judge) judge = judge_new(44);
    g_autoptr(Rig) rig = rig_new_stopped(judge, path, "jsonl");
    GstVideoInfo info;

    g_object_set(rig->element, "report-interval", (guint64)(100 * GST_MSECOND), NULL);
    rig_start(rig, &info);
    push(rig, &info, 0, 7); /* 0, 40, 80 | 120, 160 | 200, 240 ms */
    push(rig, &info, 20, 1);
    gst_element_set_state(rig->element, GST_STATE_NULL); /* no end of the stream */
    text = take_report(path);
    check_outline(text, "header frame*3 interval:interval frame*2 interval:interval frame*2 "
                        "interval:interval frame*1 interval:stop stream:stop");
}

/* Fewer frames in the report, the same frames in the summary. */
static void test_frames(void)
{
    static const struct {
        const char *frames, *outline;
    } cases[] = {
        {"inferred", "header frame*2 stream:eos"},
        {"none", "header stream:eos"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = new_path(), *text = NULL;
        g_autoptr(Judge) judge = judge_new(49);
        g_autoptr(Rig) rig = rig_new_stopped(judge, path, "jsonl");
        GstVideoInfo info;

        g_object_set(rig->element, "interval", 3, NULL);
        gst_util_set_object_arg(G_OBJECT(rig->element), "report-frames", cases[i].frames);
        rig_start(rig, &info);
        push(rig, &info, 0, 6);
        end(rig);
        text = take_report(path);
        check_outline(text, cases[i].outline);
        g_assert_nonnull(strstr(text, "\"frames\":6,\"inferred\":2,\"held\":4,"));
    }
}

/* libvmaf's layout says before which frame others were skipped, unless it is to hear of none but
 * inferred ones; the sum of all frames counts them even so. */
static void test_skipped(void)
{
    static const char *const frames[] = {"all", "inferred"};

    for (guint i = 0; i < G_N_ELEMENTS(frames); i++) {
        g_autofree char *path = new_path(), *text = NULL;
        g_autoptr(Judge) judge = judge_new(50);
        g_autoptr(Rig) rig = rig_new_stopped(judge, path, "json");
        GstBuffer *black;
        GstVideoInfo info;

        gst_util_set_object_arg(G_OBJECT(rig->element), "report-frames", frames[i]);
        rig_start(rig, &info);
        black = noise_frame_new(&info, 50, 0);
        gst_buffer_memset(black, 0, 0, gst_buffer_get_size(black));
        g_assert_cmpint(gst_harness_push(rig->harness, black), ==, GST_FLOW_OK);
        push(rig, &info, 1, 1);
        end(rig);
        text = take_report(path);
        g_assert_cmpint(strstr(text, "skipped-before") != NULL, ==, i == 0);
        g_assert_nonnull(strstr(text, "\"skipped\":1"));
    }
}

/* -- alarms -------------------------------------------------------------------------------- */

static const GstStructure *next_notice(Rig *rig, const char *name, GstMessage **message)
{
    while ((*message = bus_pop(rig->bus, GST_MESSAGE_ELEMENT))) {
        if (gst_structure_has_name(gst_message_get_structure(*message), name))
            return gst_message_get_structure(*message);
        gst_message_unref(*message);
    }
    g_error("no message \"%s\"", name);
}

/* A judge that finds everything middling, and a score that nothing has then. */
static Judge *middling_judge_new(guint64 seed)
{
    Judge *judge = judge_new(seed);

    judge->model->scale = (BiqaScale){.offset = 50, .scale = .01f};
    judge_save(judge);
    return judge;
}

#define TOO_HIGH 100.0

static void test_alarm(void)
{
    g_autofree char *path = new_path(), *text = NULL;
    g_autoptr(Judge) judge = middling_judge_new(45);
    g_autoptr(Rig) rig = rig_new_stopped(judge, path, "jsonl");
    GstVideoInfo info;
    GstBuffer *buffer;
    GstMessage *message;
    const GstStructure *notice;
    gboolean alarm = FALSE;

    g_object_set(rig->element, "alarm-below", TOO_HIGH, "alarm-hold", (guint64)(80 * GST_MSECOND),
                 NULL);
    rig_start(rig, &info);
    push(rig, &info, 0, 1);
    buffer = gst_harness_push_and_pull(rig->harness, noise_frame_new(&info, 41, 1));
    g_assert_true(gst_structure_get_boolean(buffer_report(buffer, 0), "alarm", &alarm));
    g_assert_true(alarm);
    gst_buffer_unref(buffer);
    notice = next_notice(rig, "biqa-alarm", &message);
    g_assert_cmpstr(gst_structure_get_string(notice, "state"), ==, "start");
    g_assert_cmpuint(report_uint64(notice, "start-frame"), ==, 0);
    g_assert_cmpuint(report_uint64(notice, "lasted"), ==, 80 * GST_MSECOND);
    gst_message_unref(message);

    g_object_set(rig->element, "alarm-below", 0.0, NULL); /* everything is above it */
    push(rig, &info, 2, 2);
    notice = next_notice(rig, "biqa-alarm", &message);
    g_assert_cmpstr(gst_structure_get_string(notice, "state"), ==, "end");
    g_assert_cmpstr(gst_structure_get_string(notice, "reason"), ==, "recovered");
    g_assert_cmpuint(report_uint64(notice, "end-frame"), ==, 2);
    g_assert_cmpuint(report_uint64(notice, "number"), ==, 1);
    gst_message_unref(message);
    end(rig);
    text = take_report(path);
    check_outline(text, "header frame*2 alarm:start frame*2 alarm:end stream:eos");
}

/* The end of the stream ends an alarm, before it is summed up. */
static void test_alarm_at_end(void)
{
    g_autofree char *path = new_path(), *text = NULL;
    g_autoptr(Judge) judge = middling_judge_new(46);
    g_autoptr(Rig) rig = rig_new_stopped(judge, path, "jsonl");
    GstVideoInfo info;

    g_object_set(rig->element, "alarm-below", TOO_HIGH, "alarm-hold", (guint64)0, NULL);
    rig_start(rig, &info);
    push(rig, &info, 0, 3);
    end(rig);
    text = take_report(path);
    check_outline(text, "header frame*1 alarm:start frame*2 alarm:end stream:eos");
}

static void test_fail_on_alarm(void)
{
    g_autoptr(Judge) judge = middling_judge_new(47);
    g_autoptr(Rig) rig = rig_new_stopped(judge, NULL, "jsonl");
    GstVideoInfo info;
    GstMessage *message;
    g_autoptr(GError) error = NULL;

    g_object_set(rig->element, "alarm-below", TOO_HIGH, "alarm-hold", (guint64)(80 * GST_MSECOND),
                 "fail-on-alarm", TRUE, NULL);
    rig_start(rig, &info);
    push(rig, &info, 0, 1);
    g_assert_cmpint(gst_harness_push(rig->harness, noise_frame_new(&info, 41, 1)), ==,
                    GST_FLOW_ERROR);
    message = bus_pop(rig->bus, GST_MESSAGE_ERROR);
    g_assert_nonnull(message);
    gst_message_parse_error(message, &error, NULL);
    g_assert_error(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "alarm-below"));
    gst_message_unref(message);
}

/* -- figures ------------------------------------------------------------------------------- */

/* Message, stats and the frames' own metadata agree. */
static void test_summary(void)
{
    g_autoptr(Judge) judge = middling_judge_new(48);
    g_autoptr(Rig) rig = rig_new_stopped(judge, NULL, "jsonl");
    GstStructure *stats = NULL;
    GstVideoInfo info;
    GstMessage *message;
    const GstStructure *notice;

    g_object_set(rig->element, "alarm-below", TOO_HIGH, NULL);
    rig_start(rig, &info);
    push(rig, &info, 0, 3);
    g_assert_true(gst_harness_push_event(rig->harness, gst_event_new_eos()));
    g_object_get(rig->element, "stats", &stats, NULL);
    notice = next_notice(rig, "biqa-summary", &message);
    g_assert_cmpstr(gst_structure_get_string(notice, "scope"), ==, "stream");
    g_assert_cmpuint(report_uint64(notice, "frames-inferred"), ==, 3);
    g_assert_cmpuint(report_uint64(notice, "longest-below-frames"), ==, 3);
    g_assert_cmpuint(gst_value_array_get_size(gst_structure_get_value(notice, "worst")), ==, 3);
    g_assert_cmpuint(report_uint64(stats, "records-lost"), ==, 0);
    for (guint i = 0; i < 2; i++) {
        const GstStructure *told = i ? notice : stats;

        g_assert_cmpfloat(report_double(told, "minimum-score"), <=,
                          report_double(told, "p50-score"));
        g_assert_cmpfloat(report_double(told, "harmonic-mean-score"), <=,
                          report_double(told, "mean-score"));
        g_assert_cmpfloat(report_double(told, "p50-score"), <=,
                          report_double(told, "maximum-score"));
    }
    g_assert_cmpfloat(report_double(stats, "p50-score"), ==, report_double(notice, "p50-score"));
    gst_structure_free(stats);
    gst_message_unref(message);
}

int main(int argc, char **argv)
{
    element_test_init(&argc, &argv);
    element_test_load("libgstvideotestsrc.so");
    g_test_add_func("/element/watch/jsonl", test_jsonl);
    g_test_add_func("/element/watch/json", test_json);
    g_test_add_func("/element/watch/text", test_text);
    g_test_add_func("/element/watch/same-report", test_same_report);
    g_test_add_func("/element/watch/sections", test_sections);
    g_test_add_func("/element/watch/seek", test_seek);
    g_test_add_func("/element/watch/intervals", test_intervals);
    g_test_add_func("/element/watch/frames", test_frames);
    g_test_add_func("/element/watch/skipped", test_skipped);
    g_test_add_func("/element/watch/alarm", test_alarm);
    g_test_add_func("/element/watch/alarm-at-end", test_alarm_at_end);
    g_test_add_func("/element/watch/fail-on-alarm", test_fail_on_alarm);
    g_test_add_func("/element/watch/summary", test_summary);
    return g_test_run();
}
