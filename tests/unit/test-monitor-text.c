/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What biqa-monitor reads and writes: its settings, metrics and JSON. */
#include "json.h"
#include "metrics.h"
#include "settings.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* -- settings ------------------------------------------------------------------------------ */

/* Settings of a command line, words split by spaces. */
static MonitorSettings *parse(const char *line, GError **error)
{
    g_auto(GStrv) argv = NULL;

    g_assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
    return monitor_settings_new(argv, error);
}

static void check_refused(const char *line, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MonitorSettings) settings = parse(line, &error);

    if (settings || !error || !strstr(error->message, word))
        g_error("%s: expected an error with \"%s\", got %s", line, word,
                error ? error->message : "none");
}

static void check_property(const MonitorInput *input, guint n, const char *name, const char *value)
{
    const MonitorProperty *property;

    g_assert_cmpuint(input->properties->len, >, n);
    property = input->properties->pdata[n];
    g_assert_cmpstr(property->name, ==, name);
    g_assert_cmpstr(property->value, ==, value);
}

static void test_arguments(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MonitorSettings) settings =
        parse("biqa-monitor --retry-first=.5 --timeout 3 --set interval=2 news=rtsp://h/a?b=c "
              "'two words=/a clip.mp4'",
              &error);
    const MonitorInput *input;

    g_assert_no_error(error);
    g_assert_cmpint(settings->retry_first, ==, G_USEC_PER_SEC / 2);
    g_assert_cmpint(settings->retry_limit, ==, 60 * G_USEC_PER_SEC);
    g_assert_cmpint(settings->timeout, ==, 3 * G_USEC_PER_SEC);
    g_assert_cmpstr(settings->listen, ==, "127.0.0.1:8479"); /* nobody else gets to look */
    g_assert_false(settings->once || settings->quiet);
    g_assert_cmpuint(settings->inputs->len, ==, 2);
    input = settings->inputs->pdata[0];
    g_assert_cmpstr(input->name, ==, "news");
    g_assert_cmpstr(input->address, ==, "rtsp://h/a?b=c");
    check_property(input, 0, "interval", "2");
    input = settings->inputs->pdata[1];
    g_assert_cmpstr(input->name, ==, "two words");
    g_assert_cmpstr(input->address, ==, "/a clip.mp4");
}

static void test_refused(void)
{
    check_refused("biqa-monitor", "no channel");
    check_refused("biqa-monitor news", "NAME=URI");
    check_refused("biqa-monitor =x", "NAME=URI");
    check_refused("biqa-monitor news=", "NAME=URI");
    check_refused("biqa-monitor a=x a=y", "two channels");
    check_refused("biqa-monitor --timeout=0 a=x", "timeout");
    check_refused("biqa-monitor --retry-first=soon a=x", "retry-first");
    check_refused("biqa-monitor --set interval a=x", "PROPERTY=VALUE");
    check_refused("biqa-monitor --config=/nonexistent", "/nonexistent");
    check_refused("biqa-monitor --nonsense a=x", "--nonsense");
}

/* Writes text to a new file. (transfer full) */
static char *write_file(const char *text)
{
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    const int fd = g_file_open_tmp("biqa-monitor-XXXXXX.ini", &path, &error);

    g_assert_no_error(error);
    g_close(fd, NULL);
    g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
    g_assert_no_error(error);
    return path;
}

static void test_file(void)
{
    g_autofree char *path = write_file("[monitor]\nlisten=none\nretry-limit=5\ntimeout=7\n"
                                       "[biqafilter]\ninterval=3\n"
                                       "[channel news]\nuri=rtsp://h/a\ninterval=9\n"
                                       "[channel sports]\nuri=srt://h:1\n");
    g_autofree char *line =
        g_strdup_printf("m -c %s --timeout=8 --set device=auto extra=test:ball", path);
    g_autoptr(GError) error = NULL;
    g_autoptr(MonitorSettings) settings = parse(line, &error);

    g_assert_no_error(error);
    g_assert_null(settings->listen);
    g_assert_cmpint(settings->retry_limit, ==, 5 * G_USEC_PER_SEC);
    g_assert_cmpint(settings->timeout, ==, 8 * G_USEC_PER_SEC); /* an argument prevails */
    g_assert_cmpuint(settings->inputs->len, ==, 3);
    /* The later prevails: for all, the channel's own, the argument. */
    check_property(settings->inputs->pdata[0], 0, "interval", "3");
    check_property(settings->inputs->pdata[0], 1, "interval", "9");
    check_property(settings->inputs->pdata[0], 2, "device", "auto");
    check_property(settings->inputs->pdata[2], 0, "interval", "3");
    check_property(settings->inputs->pdata[2], 1, "device", "auto");
    g_unlink(path);
}

static void test_file_refused(void)
{
    static const struct {
        const char *text, *word;
    } cases[] = {
        {"[monitor]\nlisten=none\n", "no channel"},
        {"[monitor]\nlissten=none\n", "lissten"},
        {"[channels]\n", "[channels]"},
        {"[channel a]\ninterval=1\n", "uri"},
        {"uri=a\n", "group"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = write_file(cases[i].text);
        g_autofree char *line = g_strdup_printf("biqa-monitor --config %s", path);
        check_refused(line, cases[i].word);
        g_unlink(path);
    }
}

/* -- a monitor made by hand ---------------------------------------------------------------- */

typedef struct {
    Monitor monitor;
    MonitorSettings settings;
    MonitorChannel first, second;
} Fixture;

static void channel_init(MonitorChannel *channel, const char *name)
{
    *channel = (MonitorChannel){.name = name, .address = (char *)"rtsp://h/a"};
    channel->album = monitor_album_new();
    channel->seconds = monitor_ring_new(4, sizeof(MonitorSpan), NULL);
    channel->minutes = monitor_ring_new(4, sizeof(MonitorSpan), NULL);
    monitor_span_init(&channel->second);
    monitor_span_init(&channel->total);
    monitor_span_init(&channel->minute);
}

static void channel_clear(MonitorChannel *channel)
{
    monitor_album_unref(channel->album);
    monitor_ring_free(channel->seconds);
    monitor_ring_free(channel->minutes);
}

/* One channel that is live, with two frames; one whose name is hostile, which never was. */
static void set_up(Fixture *f, gconstpointer data)
{
    const MonitorReading readings[] = {
        {.origin = MONITOR_INFERRED, .score = 40, .fresh = TRUE, .hard = TRUE, .domain = "picture"},
        {.origin = MONITOR_INFERRED, .score = 70.1, .fresh = TRUE, .domain = "picture"},
        {.origin = MONITOR_HELD, .score = 70.1, .alarm = TRUE, .domain = "frozen"}};

    channel_init(&f->first, "news");
    channel_init(&f->second, "a \"b\" \\ <c>\nd");
    for (guint i = 0; i < G_N_ELEMENTS(readings); i++)
        monitor_span_add(&f->first.second, &readings[i]);
    f->first.second.time = f->first.last_frame = 1700000000 * G_GINT64_CONSTANT(1000000) + 250000;
    f->first.total = f->first.second;
    f->first.bins[3] = f->first.bins[7] = 1;
    f->first.alarm = TRUE;
    f->first.alarms = 2;
    *(MonitorSpan *)monitor_ring_push(f->first.seconds) = f->first.second;
    f->second.state = MONITOR_DOWN;
    f->second.why = (char *)"refused";
    f->second.reconnects = 5;
    f->monitor.channels = g_ptr_array_new();
    g_ptr_array_add(f->monitor.channels, &f->first);
    g_ptr_array_add(f->monitor.channels, &f->second);
    f->monitor.tick = 9;
    f->monitor.shared.incidents = monitor_incidents_new();
}

static void tear_down(Fixture *f, gconstpointer data)
{
    channel_clear(&f->first);
    channel_clear(&f->second);
    g_ptr_array_unref(f->monitor.channels);
    monitor_incidents_free(f->monitor.shared.incidents);
}

/* -- metrics ------------------------------------------------------------------------------- */

static void check_has(const char *text, const char *line)
{
    g_autofree char *whole = g_strdup_printf("\n%s\n", line);

    if (!strstr(text, whole))
        g_error("expected the line %s in\n%s", line, text);
}

static void test_metrics(Fixture *f, gconstpointer data)
{
    g_autofree char *text = monitor_metrics_text(&f->monitor, 3);

    check_has(text, "# TYPE biqa_alarm gauge");
    check_has(text, "biqa_up{channel=\"a \\\"b\\\" \\\\ <c>\\nd\"} 0");
    check_has(text, "biqa_alarm{channel=\"news\"} 1");
    check_has(text, "biqa_alarms_total{channel=\"news\"} 2");
    check_has(text, "biqa_mean_score{channel=\"news\"} 55.05");
    check_has(text, "biqa_minimum_score{channel=\"news\"} 40");
    check_has(text, "biqa_hard_frames_total{channel=\"news\"} 1");
    check_has(text, "biqa_last_frame_timestamp_seconds{channel=\"news\"} 1700000000.25");
    check_has(text, "biqa_frames_total{channel=\"news\",origin=\"inferred\"} 2");
    check_has(text, "biqa_frames_total{channel=\"news\",origin=\"held\"} 1");
    check_has(text, "biqa_score_bucket{channel=\"news\",le=\"30\"} 0");
    check_has(text, "biqa_score_bucket{channel=\"news\",le=\"40\"} 1");
    check_has(text, "biqa_score_bucket{channel=\"news\",le=\"80\"} 2");
    check_has(text, "biqa_score_bucket{channel=\"news\",le=\"+Inf\"} 2");
    check_has(text, "biqa_score_count{channel=\"news\"} 2");
    check_has(text, "biqa_score_sum{channel=\"news\"} 110.1");
    check_has(text, "biqa_lines_dropped_total 3");
    /* A channel without a score has no sample, rather than NaN. */
    g_assert_null(strstr(text, "nan"));
    g_assert_null(strstr(text, "biqa_mean_score{channel=\"a"));
}

/* The format itself: each line is a comment or a sample, each family one block under its head. */
static void test_metrics_format(Fixture *f, gconstpointer data)
{
    static const char sample[] = "^([a-z_]+)(\\{[a-z]+=\"([^\"\\\\]|\\\\[\\\\\"n])*\""
                                 "(,[a-z]+=\"([^\"\\\\]|\\\\[\\\\\"n])*\")*\\})? -?[0-9.e+-]+$";
    g_autofree char *text = monitor_metrics_text(&f->monitor, 0);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_direct_hash, g_direct_equal);
    const char *family = "";

    g_assert_true(g_str_has_suffix(text, "\n"));
    for (guint i = 0; lines[i + 1]; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 4);
        if (g_str_has_prefix(lines[i], "# HELP ")) {
            family = g_intern_string(words[2]);
            g_assert_true(g_hash_table_add(seen, (gpointer)family)); /* once */
        } else if (g_str_has_prefix(lines[i], "# TYPE ")) {
            g_assert_cmpstr(words[2], ==, family);
        } else if (!g_regex_match_simple(sample, lines[i], 0, 0) ||
                   !g_str_has_prefix(lines[i], family)) {
            g_error("no sample of %s: %s", family, lines[i]);
        }
    }
}

/* -- JSON ---------------------------------------------------------------------------------- */

static JsonNode *parse_json(const char *text)
{
    g_autoptr(GError) error = NULL;
    JsonNode *node = json_from_string(text, &error);

    g_assert_no_error(error);
    g_assert_nonnull(node);
    return node;
}

static void test_line(Fixture *f, gconstpointer data)
{
    g_autofree char *line = monitor_json_line(&f->first);
    g_autoptr(JsonNode) node = parse_json(line);
    JsonObject *object = json_node_get_object(node);

    g_assert_true(strchr(line, '\n') == line + strlen(line) - 1);
    g_assert_cmpint(json_object_get_int_member(object, "schema"), ==, MONITOR_SCHEMA);
    g_assert_cmpstr(json_object_get_string_member(object, "time"), ==, "2023-11-14T22:13:20.250Z");
    g_assert_cmpstr(json_object_get_string_member(object, "channel"), ==, "news");
    g_assert_cmpstr(json_object_get_string_member(object, "state"), ==, "live");
    g_assert_cmpfloat_with_epsilon(json_object_get_double_member(object, "mean-score"), 55.05,
                                   1. / 128); /* rounded to a 64th */
    g_assert_cmpfloat(json_object_get_double_member(object, "minimum-score"), ==, 40);
    g_assert_cmpint(json_object_get_int_member(object, "inferred"), ==, 2);
    g_assert_cmpint(json_object_get_int_member(object, "held"), ==, 1);
    g_assert_cmpint(json_object_get_int_member(object, "scored"), ==, 2);
    g_assert_cmpint(json_object_get_int_member(object, "hard"), ==, 1);
    g_assert_true(json_object_get_boolean_member(object, "alarm"));
    g_assert_cmpstr(json_object_get_string_member(object, "domain"), ==, "frozen");
    g_assert_false(json_object_has_member(object, "error"));
    g_assert_nonnull(strstr(line, "\"mean-score\":55.046875,")); /* no tail of digits */
}

static void test_line_down(Fixture *f, gconstpointer data)
{
    g_autofree char *line = monitor_json_line(&f->second);
    g_autoptr(JsonNode) node = parse_json(line);
    JsonObject *object = json_node_get_object(node);

    g_assert_cmpstr(json_object_get_string_member(object, "channel"), ==, f->second.name);
    g_assert_cmpstr(json_object_get_string_member(object, "state"), ==, "down");
    g_assert_cmpstr(json_object_get_string_member(object, "error"), ==, "refused");
    g_assert_cmpint(json_object_get_int_member(object, "reconnects"), ==, 5);
    g_assert_false(json_object_has_member(object, "mean-score"));
}

static JsonObject *channel_of(JsonNode *node, guint n)
{
    return json_array_get_object_element(
        json_object_get_array_member(json_node_get_object(node), "channels"), n);
}

static guint n_seconds(Fixture *f, guint64 after)
{
    g_autofree char *text = monitor_json_channels(&f->monitor, after);
    g_autoptr(JsonNode) node = parse_json(text);

    return json_array_get_length(json_object_get_array_member(channel_of(node, 0), "seconds"));
}

static void test_channels(Fixture *f, gconstpointer data)
{
    g_autofree char *text = monitor_json_channels(&f->monitor, 0);
    g_autoptr(JsonNode) node = parse_json(text);
    JsonObject *second = channel_of(node, 1);

    g_assert_cmpstr(json_object_get_string_member(second, "error"), ==, "refused");
    g_assert_cmpint(json_object_get_int_member(channel_of(node, 0), "alarms"), ==, 2);
    /* Tick 9 is the one second that there is. */
    g_assert_cmpuint(n_seconds(f, 0), ==, 1);
    g_assert_cmpuint(n_seconds(f, 8), ==, 1);
    g_assert_cmpuint(n_seconds(f, 9), ==, 0);
    g_assert_cmpuint(n_seconds(f, 100), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/monitor/settings/arguments", test_arguments);
    g_test_add_func("/monitor/settings/refused", test_refused);
    g_test_add_func("/monitor/settings/file", test_file);
    g_test_add_func("/monitor/settings/file-refused", test_file_refused);
    g_test_add("/monitor/metrics", Fixture, NULL, set_up, test_metrics, tear_down);
    g_test_add("/monitor/metrics/format", Fixture, NULL, set_up, test_metrics_format, tear_down);
    g_test_add("/monitor/line", Fixture, NULL, set_up, test_line, tear_down);
    g_test_add("/monitor/line/down", Fixture, NULL, set_up, test_line_down, tear_down);
    g_test_add("/monitor/channels", Fixture, NULL, set_up, test_channels, tear_down);
    return g_test_run();
}
