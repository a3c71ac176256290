/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-monitor on sources that end, die, stall and come back. The test closes the seconds itself,
 * as fast as it likes, until what it waits for has come about. */
#include "monitor-fixture.h"
#include "server.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

static gboolean is_stalled(Fixture *f)
{
    return fixture_channel(f)->state == MONITOR_STALLED;
}

static gboolean is_over(Fixture *f)
{
    return monitor_is_over(f->monitor);
}

static gboolean is_alarmed(Fixture *f)
{
    return fixture_channel(f)->alarm;
}

static gboolean is_calm(Fixture *f)
{
    return !fixture_channel(f)->alarm;
}

static gboolean came_round(Fixture *f)
{
    return fixture_channel(f)->reconnects >= 2 && fixture_is_live(f);
}

static gboolean has_pictures(Fixture *f)
{
    g_auto(MonitorPicture) hard = {0};
    g_auto(MonitorPicture) still = {0};

    return monitor_album_get(fixture_channel(f)->album, MONITOR_HARD, 0, &hard) &&
           monitor_album_get(fixture_channel(f)->album, MONITOR_STILL, 0, &still);
}

/* -- sources ------------------------------------------------------------------------------- */

static void test_comes_back(Fixture *f, gconstpointer data)
{
    const MonitorIncident *outage;

    stage_show_clip(f->stage, 5);
    fixture_start(f, "clip=%s", f->stage->clip);
    fixture_wait_until(f, "it lives", fixture_is_live);
    g_assert_cmpint(fixture_channel(f)->format.width, ==, 64);
    g_assert_cmpint(fixture_channel(f)->format.height, ==, 48);
    g_assert_cmpfloat(fixture_channel(f)->format.rate, ==, 10);
    fixture_wait_until(f, "it is played again", came_round);
    g_assert_cmpuint(monitor_incidents_length(f->monitor->shared.incidents), ==, 0);

    stage_hide_clip(f->stage);
    fixture_wait_until(f, "it dies", fixture_is_down);
    g_assert_nonnull(strstr(fixture_channel(f)->why, "No such file"));
    outage = monitor_incidents_at(f->monitor->shared.incidents, 0);
    g_assert_cmpint(outage->kind, ==, MONITOR_OUTAGE);
    g_assert_cmpint(outage->end, ==, 0);
    g_assert_cmpstr(outage->channel, ==, "clip");
    g_assert_cmpstr(outage->why, ==, fixture_channel(f)->why);

    stage_show_clip(f->stage, 5);
    fixture_wait_until(f, "it is back", fixture_is_live);
    g_assert_null(fixture_channel(f)->why);
    g_assert_true(fixture_had(f, MONITOR_DOWN) && fixture_had(f, MONITOR_CONNECTING));
    g_assert_cmpint(outage->end, >=, outage->start);
    g_assert_cmpuint(monitor_incidents_length(f->monitor->shared.incidents), ==, 1);
    /* Nothing was counted twice, nothing lost. */
    g_assert_cmpuint(fixture_channel(f)->bins[0] + fixture_channel(f)->bins[1] +
                         fixture_channel(f)->bins[2] + fixture_channel(f)->bins[3] +
                         fixture_channel(f)->bins[4] + fixture_channel(f)->bins[5] +
                         fixture_channel(f)->bins[6] + fixture_channel(f)->bins[7] +
                         fixture_channel(f)->bins[8] + fixture_channel(f)->bins[9],
                     ==, fixture_channel(f)->total.scored);
}

/* A source that gives frames and then nothing, without a word. */
static void test_stalls(Fixture *f, gconstpointer data)
{
    fixture_start(f, "--timeout=1 'it=launch:concat name=c  videotestsrc num-buffers=3 ! c.  "
                     "videotestsrc is-live=true ! valve drop=true ! c.'");
    fixture_wait_until(f, "it lives", fixture_is_live);
    fixture_wait_until(f, "it stalls", is_stalled);
    fixture_wait_until(f, "it is given up", fixture_is_down);
    g_assert_true(g_str_has_prefix(fixture_channel(f)->why, "No frame for "));
    fixture_wait_until(f, "it is tried again", fixture_is_live);
    g_assert_cmpuint(fixture_channel(f)->reconnects, ==, 1);
}

/* One that never gives a frame, beside one that does: each its own. */
static void test_never(Fixture *f, gconstpointer data)
{
    fixture_start(
        f,
        "--timeout=.5 'never=launch:videotestsrc is-live=true ! valve drop=true' snow=test:snow");
    fixture_wait_until(f, "it is given up", fixture_is_down);
    g_assert_true(g_str_has_prefix(fixture_channel(f)->why, "No frame for "));
    g_assert_cmpuint(fixture_channel(f)->total.frames[MONITOR_INFERRED], ==, 0);
    f->shown = 1;
    fixture_wait_until(f, "the other lives", fixture_is_live);
}

static void test_once(Fixture *f, gconstpointer data)
{
    stage_show_clip(f->stage, 7);
    fixture_start(f, "--once --set policy=every clip=%s", f->stage->clip);
    fixture_wait_until(f, "it is over", is_over);
    g_assert_cmpuint(fixture_channel(f)->total.frames[MONITOR_INFERRED], ==, 7);
    g_assert_cmpint(fixture_channel(f)->state, ==, MONITOR_ENDED);
    g_assert_cmpuint(fixture_channel(f)->reconnects, ==, 0);
    g_assert_cmpuint(monitor_incidents_length(f->monitor->shared.incidents), ==, 0);
}

static void test_no_video(Fixture *f, gconstpointer data)
{
    stage_show_sound(f->stage);
    fixture_start(f, "sound=%s", f->stage->clip);
    fixture_wait_until(f, "it is down", fixture_is_down);
    g_assert_nonnull(strstr(fixture_channel(f)->why, "There is no video in it."));
}

/* An alarm has a beginning, a worst score and an end; it ends with its source at the latest. */
static void test_alarm(Fixture *f, gconstpointer data)
{
    MonitorIncidents *incidents;
    const MonitorIncident *alarm;

    stage_show_clip(f->stage, 20);
    fixture_start(f, "--set alarm-below=100 clip=%s", f->stage->clip);
    incidents = f->monitor->shared.incidents;
    fixture_wait_until(f, "there is an alarm", is_alarmed);
    alarm = monitor_incidents_at(incidents, monitor_incidents_length(incidents) - 1);
    g_assert_cmpint(alarm->kind, ==, MONITOR_ALARM);
    g_assert_cmpint(alarm->start, >, 0);
    g_assert_cmpint(alarm->end, ==, 0);
    g_assert_cmpfloat(alarm->worst, >=, fixture_channel(f)->total.minimum);
    g_assert_cmpfloat(alarm->worst, <, 100);
    g_assert_cmpuint(fixture_channel(f)->alarms, ==, 1);
    stage_hide_clip(f->stage);
    fixture_wait_until(f, "it dies", fixture_is_down);
    fixture_wait_until(f, "the alarm is over", is_calm);
    g_assert_cmpint(alarm->end, >=, alarm->start);
}

/* What is wrong is said, whichever way it is found out. */
static void test_reasons(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *address, *why;
    } cases[] = {
        {"/nonexistent.avi", "No such file"},
        {"launch:nonesuch", "nonesuch"},
        {"test:nonesuch", "nonesuch"},
        {"nonesuch://host/a?key=secret", "nonesuch"},
        {"launch:audiotestsrc num-buffers=5", "not take"},
        {"launch:videotestsrc num-buffers=0", "before its first frame"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        fixture_start(f, "'it=%s'", cases[i].address);
        fixture_wait_until(f, cases[i].address, fixture_is_down);
        if (!strstr(fixture_channel(f)->why, cases[i].why) ||
            strstr(fixture_channel(f)->why, "secret"))
            g_error("%s: expected \"%s\", got %s", cases[i].address, cases[i].why,
                    fixture_channel(f)->why);
        if (i + 1 < G_N_ELEMENTS(cases)) {
            g_assert_true(monitor_free(f->monitor, FIXTURE_GUARD));
            monitor_settings_free(f->settings);
        }
    }
}

/* -- over HTTP ----------------------------------------------------------------------------- */

typedef struct {
    guint status;
    char *type, *text;
    GBytes *bytes;
    gboolean done;
} Answer;

static void answer_clear(Answer *answer)
{
    g_free(answer->type);
    g_free(answer->text);
    g_clear_pointer(&answer->bytes, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

static void on_answer(GObject *session, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    Answer *answer = data;
    SoupMessage *message = soup_session_get_async_result_message(SOUP_SESSION(session), result);

    answer->bytes = soup_session_send_and_read_finish(SOUP_SESSION(session), result, &error);
    g_assert_no_error(error);
    answer->status = soup_message_get_status(message);
    answer->type = g_strdup(
        soup_message_headers_get_content_type(soup_message_get_response_headers(message), NULL));
    answer->text =
        g_strndup(g_bytes_get_data(answer->bytes, NULL), g_bytes_get_size(answer->bytes));
    answer->done = TRUE;
}

/* host may be NULL: the server's own. */
static void ask(MonitorServer *server, const char *method, const char *path, const char *host,
                Answer *answer)
{
    g_autoptr(SoupSession) session = soup_session_new();
    g_autofree char *base = monitor_server_uri(server);
    g_autofree char *uri = g_strconcat(base, path, NULL);
    g_autoptr(SoupMessage) message = soup_message_new(method, uri);

    *answer = (Answer){0};
    if (host)
        soup_message_headers_replace(soup_message_get_request_headers(message), "Host", host);
    soup_session_send_and_read_async(session, message, 0, NULL, on_answer, answer);
    while (!answer->done)
        g_main_context_iteration(NULL, TRUE);
}

static void check_status(MonitorServer *server, const char *method, const char *path,
                         const char *host, guint status)
{
    g_auto(Answer) answer = {0};

    ask(server, method, path, host, &answer);
    if (answer.status != status)
        g_error("%s /%s of %s: expected %u, got %u", method, path, host, status, answer.status);
}

/* The id of the latest hard frame, by the API. */
static gint64 picture_id(MonitorServer *server)
{
    g_auto(Answer) answer = {0};
    g_autoptr(JsonNode) node = NULL;
    JsonArray *channels, *pictures;

    ask(server, "GET", "api/channels", NULL, &answer);
    g_assert_cmpstr(answer.type, ==, "application/json");
    node = json_from_string(answer.text, NULL);
    g_assert_nonnull(node);
    channels = json_object_get_array_member(json_node_get_object(node), "channels");
    g_assert_cmpuint(json_array_get_length(channels), ==, 1);
    pictures =
        json_object_get_array_member(json_array_get_object_element(channels, 0), "hard-frames");
    g_assert_cmpuint(json_array_get_length(pictures), >, 0);
    return json_object_get_int_member(json_array_get_object_element(pictures, 0), "id");
}

static void check_picture(MonitorServer *server, gint64 id)
{
    g_autofree char *path = g_strdup_printf("api/picture/%" G_GINT64_FORMAT "?run=1", id);
    g_auto(Answer) answer = {0};
    const guint8 *data;
    gsize size;

    ask(server, "GET", path, NULL, &answer);
    g_assert_cmpuint(answer.status, ==, 200);
    g_assert_cmpstr(answer.type, ==, "image/jpeg");
    data = g_bytes_get_data(answer.bytes, &size);
    g_assert_cmpuint(size, >, 100);
    g_assert_cmpuint(data[0] << 8 | data[1], ==, 0xffd8);
}

static void test_http(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MonitorServer) server = NULL;
    g_auto(Answer) page = {0};
    g_auto(Answer) metrics = {0};

    fixture_start(f, "--set hard-threshold=0 snow=test:snow");
    server = monitor_server_new(f->settings->listen, f->monitor, NULL, &error);
    g_assert_no_error(error);
    fixture_wait_until(f, "there are pictures", has_pictures);

    ask(server, "GET", "", NULL, &page);
    g_assert_cmpstr(page.type, ==, "text/html");
    g_assert_null(strstr(page.text, "src=\"http")); /* nothing from elsewhere */
    ask(server, "GET", "metrics", NULL, &metrics);
    g_assert_cmpstr(metrics.type, ==, "text/plain");
    g_assert_nonnull(strstr(metrics.text, "biqa_frames_total{channel=\"snow\",origin="));
    check_picture(server, picture_id(server));

    check_status(server, "GET", "api/day", NULL, 200);
    check_status(server, "HEAD", "", NULL, 200);
    check_status(server, "GET", "api/picture/123456789", NULL, 404);
    check_status(server, "GET", "api/picture/x", NULL, 404);
    check_status(server, "GET", "nonesuch", NULL, 404);
    check_status(server, "POST", "api/channels", NULL, 405);
    check_status(server, "GET", "metrics", "localhost", 200);
    check_status(server, "GET", "metrics", "[::1]:1", 200);
    check_status(server, "GET", "metrics", "rebound.example", 403);
}

static void test_listen(Fixture *f, gconstpointer data)
{
    static const char *const wrong[] = {"8479", "example.org:80", "127.0.0.1", "", "1.2.3.4:99999"};

    fixture_start(f, "it=/nonexistent");
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(monitor_server_new(wrong[i], f->monitor, NULL, &error));
        g_assert_nonnull(error);
        g_assert_true(g_str_has_prefix(error->message, "listen: "));
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*test)(Fixture *f, gconstpointer data);
    } tests[] = {
        {"/monitor/comes-back", test_comes_back}, {"/monitor/stalls", test_stalls},
        {"/monitor/never", test_never},           {"/monitor/once", test_once},
        {"/monitor/no-video", test_no_video},     {"/monitor/alarm", test_alarm},
        {"/monitor/reasons", test_reasons},       {"/monitor/http", test_http},
        {"/monitor/listen", test_listen},
    };

    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Fixture, NULL, fixture_set_up, tests[i].test, fixture_tear_down);
    return g_test_run();
}
