/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each format makes of the same entries, read back. */
#include "format.h"
#include "report-support.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

typedef struct {
    GstBiqaFormat format;
    GString *text;
} Writer;

static Writer *writer_new(GstBiqaFormatKind kind)
{
    Writer *writer = g_new(Writer, 1);

    gst_biqa_format_init(&writer->format, kind);
    writer->text = g_string_new(NULL);
    return writer;
}

static void writer_free(Writer *writer)
{
    gst_biqa_format_clear(&writer->format);
    g_string_free(writer->text, TRUE);
    g_free(writer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writer, writer_free)

/* As the report does, with an entry that reaches it or one that is lost. */
static void add(Writer *writer, GstBiqaEntry entry, gboolean arrives)
{
    const gsize before = writer->text->len;

    gst_biqa_format_add(&writer->format, &entry, writer->text);
    if (arrives && writer->text->len > before)
        gst_biqa_format_confirm(&writer->format, &entry);
    else
        g_string_truncate(writer->text, before);
    gst_biqa_entry_clear(&entry);
}

static JsonObject *parse(JsonParser *parser, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (!json_parser_load_from_data(parser, text, -1, &error))
        g_error("%s in: %s", error->message, text);
    return json_node_get_object(json_parser_get_root(parser));
}

static double number(JsonObject *object, const char *name)
{
    return json_node_get_double(json_object_get_member(object, name));
}

static gint64 whole(JsonObject *object, const char *name)
{
    return json_object_get_int_member(object, name);
}

/* Which of the space-separated names an object lacks, and what it has besides. */
static void check_names(JsonObject *object, const char *names)
{
    g_auto(GStrv) expected = g_strsplit(names, " ", -1);
    g_autoptr(GList) members = json_object_get_members(object);

    for (guint i = 0; expected[i]; i++) {
        if (!json_object_has_member(object, expected[i]))
            g_error("no \"%s\"", expected[i]);
    }
    for (GList *m = members; m; m = m->next) {
        if (!g_strv_contains((const char *const *)expected, m->data))
            g_error("\"%s\" is not in the schema", (const char *)m->data);
    }
}

/* -- jsonl --------------------------------------------------------------------------------- */

/* The only line of an entry, parsed. */
static JsonObject *jsonl(JsonParser *parser, GstBiqaEntry entry)
{
    g_autoptr(Writer) writer = writer_new(GST_BIQA_FORMAT_JSONL);

    add(writer, entry, TRUE);
    g_assert_cmpint(writer->text->str[writer->text->len - 1], ==, '\n');
    g_string_truncate(writer->text, writer->text->len - 1);
    g_assert_null(strchr(writer->text->str, '\n'));
    return parse(parser, writer->text->str);
}

static void test_jsonl_header(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *header = jsonl(parser, entry_header());

    check_names(header, "type schema element version model datasets validation-srcc "
                        "validation-plcc score-scale hard-threshold backend device path caps");
    g_assert_cmpstr(json_object_get_string_member(header, "type"), ==, "header");
    g_assert_cmpint(whole(header, "schema"), ==, 1);
    g_assert_cmpstr(json_object_get_string_member(header, "model"), ==, "tiny \\ \"model\"");
    g_assert_cmpstr(
        json_array_get_string_element(json_object_get_array_member(header, "datasets"), 1), ==,
        "t\"w\"o");
    g_assert_cmpfloat(number(header, "validation-srcc"), ==, .75);
    g_assert_true(json_object_get_null_member(header, "validation-plcc"));
}

#define FRAME_NAMES                                                                                \
    "type frame timestamp stream-time running-time duration origin domain score score-low "        \
    "score-high competitor-score disagreement uncertainty hard alarm"

static void test_jsonl_frame(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *frame = jsonl(parser, entry_frame(3, 70.1));

    check_names(frame, FRAME_NAMES);
    g_assert_cmpint(whole(frame, "frame"), ==, 3);
    g_assert_cmpint(whole(frame, "stream-time"), ==, 120 * GST_MSECOND);
    g_assert_cmpstr(json_object_get_string_member(frame, "origin"), ==, "inferred");
    g_assert_cmpstr(json_object_get_string_member(frame, "domain"), ==, "picture");
    g_assert_cmpfloat(number(frame, "score"), ==, 70.1); /* to the bit */
    g_assert_cmpfloat(number(frame, "uncertainty"), ==, 5.5);
    g_assert_false(json_object_get_boolean_member(frame, "hard"));
}

/* What is not known is null, and there all the same. */
static void test_jsonl_unknown(void)
{
    static const char *const unknown[] = {"timestamp", "duration",   "score",       "score-low",
                                          "hard",      "score-high", "uncertainty", "disagreement"};
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *frame = jsonl(parser, entry_frame(4, NAN));

    check_names(frame, FRAME_NAMES);
    for (guint i = 0; i < G_N_ELEMENTS(unknown); i++)
        g_assert_true(json_object_get_null_member(frame, unknown[i]));
    g_assert_cmpstr(json_object_get_string_member(frame, "domain"), ==, "test-card");
}

static GstBiqaEntry entry_alarm(gboolean ended)
{
    const BiqaMoment moment = {7, 8, 9, 10, 11};

    return (GstBiqaEntry){.kind = GST_BIQA_ENTRY_ALARM,
                          .alarm = {.ended = ended,
                                    .reason = GST_BIQA_REASON_RECOVERED,
                                    .story = {.number = 2,
                                              .below = 40,
                                              .start = moment,
                                              .worst = moment,
                                              .worst_score = 12.25,
                                              .frames = 5,
                                              .end = moment,
                                              .lasted = 200}}};
}

static void test_jsonl_alarm(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *alarm = jsonl(parser, entry_alarm(FALSE));

    check_names(alarm, "type number state below frames lasted start worst");
    g_assert_cmpstr(json_object_get_string_member(alarm, "state"), ==, "start");
    alarm = jsonl(parser, entry_alarm(TRUE));
    check_names(alarm, "type number state reason below frames lasted start end worst");
    g_assert_cmpstr(json_object_get_string_member(alarm, "state"), ==, "end");
    g_assert_cmpstr(json_object_get_string_member(alarm, "reason"), ==, "recovered");
    g_assert_cmpfloat(number(json_object_get_object_member(alarm, "worst"), "score"), ==, 12.25);
    g_assert_cmpint(whole(json_object_get_object_member(alarm, "end"), "running-time"), ==, 10);
}

#define SUMMARY_NAMES                                                                              \
    "type scope reason frames inferred held skipped hard hard-share domains score "                \
    "competitor-score disagreement uncertainty longest-below worst records-lost"

static void test_jsonl_summary(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *summary = jsonl(parser, entry_summary(5));
    JsonObject *score = json_object_get_object_member(summary, "score");
    JsonArray *worst = json_object_get_array_member(summary, "worst");

    check_names(summary, SUMMARY_NAMES " first last");
    g_assert_cmpint(whole(summary, "frames"), ==, 5);
    g_assert_cmpfloat(number(summary, "hard-share"), ==, .2);
    check_names(score, "mean harmonic-mean min max p1 p5 p10 p50");
    g_assert_cmpfloat(number(score, "mean"), ==, 30);
    g_assert_cmpfloat(number(score, "min"), ==, 10);
    g_assert_cmpfloat(number(score, "max"), ==, 50);
    g_assert_cmpfloat_with_epsilon(number(score, "p50"), 30, 30 * BIQA_QUANTILE_ERROR);
    g_assert_cmpint(json_array_get_length(worst), ==, 5);
    g_assert_cmpfloat(number(json_array_get_object_element(worst, 1), "score"), ==, 20);
    g_assert_cmpint(whole(json_object_get_object_member(summary, "longest-below"), "frames"), ==,
                    2);
}

static void test_jsonl_empty_summary(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *summary = jsonl(parser, entry_summary(0));
    JsonObject *score = json_object_get_object_member(summary, "score");

    check_names(summary, SUMMARY_NAMES);
    g_assert_true(json_object_get_null_member(score, "mean"));
    g_assert_true(json_object_get_null_member(score, "p1"));
    g_assert_true(json_object_get_null_member(summary, "hard-share"));
}

/* -- json ---------------------------------------------------------------------------------- */

/* A script that reads libvmaf's: the mean of a metric over the frames. */
static double mean_of_metric(JsonObject *document, const char *metric)
{
    JsonArray *frames = json_object_get_array_member(document, "frames");
    const guint n = json_array_get_length(frames);
    double sum = 0;

    for (guint i = 0; i < n; i++) {
        JsonObject *frame = json_array_get_object_element(frames, i);

        g_assert_true(json_object_has_member(frame, "frameNum"));
        sum += number(json_object_get_object_member(frame, "metrics"), metric);
    }
    return sum / n;
}

static JsonObject *json_document(JsonParser *parser, Writer *writer)
{
    gst_biqa_format_end(&writer->format, writer->text);
    return parse(parser, writer->text->str);
}

static void test_json(void)
{
    g_autoptr(Writer) writer = writer_new(GST_BIQA_FORMAT_JSON);
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *document, *pooled;

    add(writer, entry_header(), TRUE);
    for (guint i = 0; i < 5; i++)
        add(writer, entry_frame(i, 10 * (i + 1)), TRUE);
    add(writer, entry_frame(5, NAN), TRUE);
    add(writer, entry_header(), TRUE); /* of a change of caps: said once */
    add(writer, entry_summary(5), TRUE);
    document = json_document(parser, writer);
    check_names(document,
                "version fps biqafilter frames pooled_metrics aggregate_metrics skipped-after");
    g_assert_cmpfloat(number(document, "fps"), ==, 25);
    pooled = json_object_get_object_member(document, "pooled_metrics");
    check_names(json_object_get_object_member(pooled, "score"),
                "min max mean harmonic_mean perc1 perc5 perc10 median");
    check_names(json_object_get_object_member(pooled, "disagreement"),
                "min max mean harmonic_mean");
    g_assert_cmpfloat(mean_of_metric(document, "score"), ==,
                      number(json_object_get_object_member(pooled, "score"), "mean"));
    g_assert_cmpint(whole(json_object_get_object_member(document, "aggregate_metrics"), "inferred"),
                    ==, 5);
}

/* Whatever gets lost on the way, commas stand where they must. */
static void test_json_lost(void)
{
    for (guint lost = 0; lost < 8; lost++) {
        g_autoptr(Writer) writer = writer_new(GST_BIQA_FORMAT_JSON);
        g_autoptr(JsonParser) parser = json_parser_new();
        JsonObject *document;

        add(writer, entry_header(), TRUE);
        for (guint i = 0; i < 3; i++)
            add(writer, entry_frame(i, 50), !(lost & 1u << i));
        document = json_document(parser, writer);
        g_assert_cmpuint(json_array_get_length(json_object_get_array_member(document, "frames")),
                         ==, 3 - (lost & 1) - (lost >> 1 & 1) - (lost >> 2));
    }
}

static gint64 test_cards(JsonObject *object, const char *name)
{
    return whole(json_object_get_object_member(object, name), "test-card");
}

/* Skipped frames are told by the next that is listed, even where the one before is lost, and at the
 * end. No comma stands for them. */
static void test_json_skipped(void)
{
    g_autoptr(Writer) writer = writer_new(GST_BIQA_FORMAT_JSON);
    g_autoptr(JsonParser) parser = json_parser_new();
    const double scores[] = {NAN, NAN, 50, 60, NAN, 70, NAN, 80, NAN, NAN, NAN};
    JsonObject *document;
    JsonArray *frames;

    add(writer, entry_header(), TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(scores); i++)
        add(writer, entry_frame(i, scores[i]), i != 5);
    document = json_document(parser, writer);
    frames = json_object_get_array_member(document, "frames");
    g_assert_cmpuint(json_array_get_length(frames), ==, 3); /* 2, 3 and 7 */
    g_assert_cmpfloat(mean_of_metric(document, "score"), ==, (50. + 60 + 80) / 3);
    g_assert_cmpint(test_cards(json_array_get_object_element(frames, 0), "skipped-before"), ==, 2);
    g_assert_false(
        json_object_has_member(json_array_get_object_element(frames, 1), "skipped-before"));
    g_assert_cmpint(test_cards(json_array_get_object_element(frames, 2), "skipped-before"), ==, 2);
    g_assert_cmpint(test_cards(document, "skipped-after"), ==, 3);
}

/* -- csv and srt --------------------------------------------------------------------------- */

static void test_csv(void)
{
    g_autoptr(Writer) writer = writer_new(GST_BIQA_FORMAT_CSV);

    add(writer, entry_header(), TRUE);
    add(writer, entry_frame(1, 70.1), TRUE);
    add(writer, entry_alarm(TRUE), TRUE);
    add(writer, entry_header(), TRUE);
    add(writer, entry_frame(2, NAN), TRUE);
    add(writer, entry_summary(2), TRUE);
    gst_biqa_format_end(&writer->format, writer->text);
    g_assert_cmpstr(
        writer->text->str, ==,
        "frame,timestamp,stream-time,running-time,duration,origin,domain,score,"
        "score-low,score-high,competitor-score,disagreement,uncertainty,hard,alarm,tasks\n"
        "1,40000000,40000000,40000000,40000000,inferred,picture,70.100000,65.100000,"
        "75.100000,69.100000,1.000000,5.500000,0,0,\n"
        "2,,,,,skipped,test-card,,,,,,,,0,\n");
}

static void test_srt(void)
{
    g_autoptr(Writer) writer = writer_new(GST_BIQA_FORMAT_SRT);
    GstBiqaEntry late = entry_frame(90025, 12); /* 1 h and 1 s */

    add(writer, entry_header(), TRUE);
    for (guint i = 0; i < 14; i++) /* the first 13 start in the first half second */
        add(writer, entry_frame(i, i < 13 ? 60 : 70), TRUE);
    late.frame.alarm = TRUE;
    add(writer, late, TRUE);
    gst_biqa_format_end(&writer->format, writer->text);
    g_assert_cmpstr(writer->text->str, ==,
                    "1\n00:00:00,000 --> 00:00:00,520\n60.0  (55.0 to 65.0)\n\n"
                    "2\n00:00:00,520 --> 00:00:00,560\n70.0  (65.0 to 75.0)\n\n"
                    "3\n01:00:01,000 --> 01:00:01,040\n12.0  (7.0 to 17.0)\nalarm, hard\n\n");
}

/* Frames that say nothing of how long they last, are held, or have no time. */
static void test_srt_held(void)
{
    g_autoptr(Writer) writer = writer_new(GST_BIQA_FORMAT_SRT);

    for (guint i = 0; i < 3; i++) {
        GstBiqaEntry entry = entry_frame(i * 13, 60);

        entry.frame.origin = GST_BIQA_HELD;
        entry.frame.verdict.score_low = entry.frame.verdict.score_high = NAN;
        entry.frame.duration = GST_CLOCK_TIME_NONE;
        add(writer, entry, TRUE);
    }
    add(writer, entry_frame(40, NAN), TRUE);
    gst_biqa_format_end(&writer->format, writer->text);
    g_assert_cmpstr(writer->text->str, ==,
                    "1\n00:00:00,000 --> 00:00:00,520\n60.0\nheld\n\n"
                    "2\n00:00:00,520 --> 00:00:01,040\n60.0\nheld\n\n");
}

/* -- Tasks --------------------------------------------------------------------------------- */

/* The same of a model with three tasks, of which the last was left out. */
static GstBiqaEntry header_with_tasks(void)
{
    static const char *const names[] = {"base", "first", "second"};
    GstBiqaEntry entry = entry_header();

    entry.header->n_tasks = 3;
    for (guint i = 0; i < 3; i++) {
        entry.header->tasks[i].name = names[i];
        entry.header->tasks[i].hard_threshold = 2.5 + i;
    }
    return entry;
}

static GstBiqaEntry frame_with_tasks(guint64 frame, double score)
{
    GstBiqaEntry entry = entry_frame(frame, score);

    entry.frame.verdict.n_tasks = 3;
    entry.frame.verdict.tasks[0].name = "base";
    entry.frame.verdict.tasks[0].weight = .25f;
    entry.frame.verdict.tasks[1].name = "first";
    entry.frame.verdict.tasks[1].weight = .75f;
    entry.frame.verdict.tasks[2].name = "second";
    return entry;
}

static void check_thresholds(JsonObject *header)
{
    JsonObject *tasks = json_object_get_object_member(header, "tasks");

    check_names(tasks, "base first second");
    g_assert_cmpfloat(number(json_object_get_object_member(tasks, "second"), "hard-threshold"), ==,
                      4.5);
}

static void check_weights(JsonObject *frame)
{
    JsonObject *tasks = json_object_get_object_member(frame, "tasks");

    check_names(tasks, "base first second");
    g_assert_cmpfloat(number(tasks, "base"), ==, .25);
    g_assert_cmpfloat(number(tasks, "first"), ==, .75);
    g_assert_cmpfloat(number(tasks, "second"), ==, 0);
}

static void test_tasks_jsonl(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();

    check_thresholds(jsonl(parser, header_with_tasks()));
    check_weights(jsonl(parser, frame_with_tasks(1, 70)));
    g_assert_false(json_object_has_member(jsonl(parser, frame_with_tasks(2, NAN)), "tasks"));
}

static void test_tasks_json(void)
{
    g_autoptr(Writer) writer = writer_new(GST_BIQA_FORMAT_JSON);
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *document;

    add(writer, header_with_tasks(), TRUE);
    add(writer, frame_with_tasks(1, 70), TRUE);
    add(writer, frame_with_tasks(2, NAN), TRUE);
    document = json_document(parser, writer);
    check_thresholds(json_object_get_object_member(document, "biqafilter"));
    check_weights(
        json_array_get_object_element(json_object_get_array_member(document, "frames"), 0));
}

static void test_tasks_csv(void)
{
    g_autoptr(Writer) writer = writer_new(GST_BIQA_FORMAT_CSV);
    g_auto(GStrv) lines = NULL;

    add(writer, header_with_tasks(), TRUE);
    add(writer, frame_with_tasks(1, 70), TRUE);
    add(writer, frame_with_tasks(2, NAN), TRUE);
    lines = g_strsplit(writer->text->str, "\n", -1);
    g_assert_true(g_str_has_suffix(lines[1], ",0,base=0.250000;first=0.750000;second=0.000000"));
    g_assert_true(g_str_has_suffix(lines[2], ",0,"));
}

static void test_tasks_srt(void)
{
    g_autoptr(Writer) writer = writer_new(GST_BIQA_FORMAT_SRT);

    add(writer, frame_with_tasks(0, 70), TRUE);
    add(writer, frame_with_tasks(20, 10), TRUE);
    gst_biqa_format_end(&writer->format, writer->text);
    g_assert_cmpstr(writer->text->str, ==,
                    "1\n00:00:00,000 --> 00:00:00,800\n70.0  (65.0 to 75.0)\n"
                    "base 25 %, first 75 %\n\n"
                    "2\n00:00:00,800 --> 00:00:00,840\n10.0  (5.0 to 15.0)\nhard\n"
                    "base 25 %, first 75 %\n\n");
}

/* Nothing came: no format falls over it. */
static void test_nothing(void)
{
    for (GstBiqaFormatKind kind = 0; kind < GST_BIQA_N_FORMATS; kind++) {
        g_autoptr(Writer) writer = writer_new(kind);

        gst_biqa_format_end(&writer->format, writer->text);
        g_assert_cmpstr(writer->text->str, ==, "");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report-format/jsonl/header", test_jsonl_header);
    g_test_add_func("/report-format/jsonl/frame", test_jsonl_frame);
    g_test_add_func("/report-format/jsonl/unknown", test_jsonl_unknown);
    g_test_add_func("/report-format/jsonl/alarm", test_jsonl_alarm);
    g_test_add_func("/report-format/jsonl/summary", test_jsonl_summary);
    g_test_add_func("/report-format/jsonl/empty-summary", test_jsonl_empty_summary);
    g_test_add_func("/report-format/json", test_json);
    g_test_add_func("/report-format/json/lost", test_json_lost);
    g_test_add_func("/report-format/json/skipped", test_json_skipped);
    g_test_add_func("/report-format/csv", test_csv);
    g_test_add_func("/report-format/srt", test_srt);
    g_test_add_func("/report-format/srt/held", test_srt_held);
    g_test_add_func("/report-format/tasks/jsonl", test_tasks_jsonl);
    g_test_add_func("/report-format/tasks/json", test_tasks_json);
    g_test_add_func("/report-format/tasks/csv", test_tasks_csv);
    g_test_add_func("/report-format/tasks/srt", test_tasks_srt);
    g_test_add_func("/report-format/nothing", test_nothing);
    return g_test_run();
}
