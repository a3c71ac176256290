/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of biqa-monitor in a headless Chromium, while the program runs as a user runs it: shows
 * the channels, turns red where one dies, and back where it returns. BIQA_SCREENSHOTS=FOLDER keeps
 * what the page looks like on the way. */
#include "browser.h"
#include "monitor-support.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#define HELLO "biqa-monitor: page at "

typedef struct {
    Stage *stage;
    char *config; /* a file */
    char *lines;  /* the file that stdout goes to */
    Browser *browser;
    GSubprocess *monitor;
    char *uri; /* of its page */
} Fixture;

/* -- the program --------------------------------------------------------------------------- */

/* Two channels: a clip that may go, and one whose frames are all hard and all cause for alarm. */
static void write_config(Fixture *f)
{
    g_autofree char *text = g_strdup_printf(
        "[monitor]\nretry-first=.1\nretry-limit=.5\n"
        "[biqafilter]\nbackend=reference\nmodel=%s\n"
        "[channel clip]\nuri=%s\n"
        "[channel <b>snow</b>]\nuri=test:snow\ninterval=5\nhard-threshold=0\nalarm-below=100\n",
        f->stage->model, f->stage->clip);
    g_autoptr(GError) error = NULL;

    f->config = g_build_filename(f->stage->folder, "monitor.ini", NULL);
    f->lines = g_build_filename(f->stage->folder, "lines.jsonl", NULL);
    g_file_set_contents(f->config, text, -1, &error);
    g_assert_no_error(error);
}

/* Where the page is, from what the program says at the start. (transfer full) */
static char *read_uri(GSubprocess *process)
{
    g_autoptr(GDataInputStream) said =
        g_data_input_stream_new(g_subprocess_get_stderr_pipe(process));
    g_autofree char *line = g_data_input_stream_read_line(said, NULL, NULL, NULL);

    if (!line || !g_str_has_prefix(line, HELLO))
        g_error("biqa-monitor said: %s", line);
    return g_strndup(line + strlen(HELLO), strcspn(line + strlen(HELLO), ","));
}

/* listen: ADDRESS:PORT */
static void start_monitor(Fixture *f, const char *listen)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_PIPE);
    const char *const argv[] = {
        g_getenv("BIQA_MONITOR"), "--config", f->config, "--listen", listen, NULL};

    g_subprocess_launcher_set_stdout_file_path(launcher, f->lines);
    f->monitor = stage_spawn(launcher, argv);
    g_free(f->uri);
    f->uri = read_uri(f->monitor);
}

/* As Ctrl-C does: nothing is left hanging, and that is no failure. */
static void stop_monitor(Fixture *f)
{
    g_autoptr(GError) error = NULL;

    g_subprocess_send_signal(f->monitor, SIGINT);
    g_subprocess_wait(f->monitor, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_exited(f->monitor));
    g_assert_cmpint(g_subprocess_get_exit_status(f->monitor), ==, 0);
    g_clear_object(&f->monitor);
}

static void set_up(Fixture *f, gconstpointer data)
{
    f->stage = stage_new();
    write_config(f);
    stage_show_clip(f->stage, 30);
    start_monitor(f, "127.0.0.1:0");
    f->browser = browser_new(g_getenv("CHROMIUM"));
}

static void tear_down(Fixture *f, gconstpointer data)
{
    browser_free(f->browser);
    stop_monitor(f);
    g_unlink(f->config);
    g_unlink(f->lines);
    g_free(f->config);
    g_free(f->lines);
    g_free(f->uri);
    stage_free(f->stage);
}

/* -- the page ------------------------------------------------------------------------------ */

#define CLIP "document.querySelector('[data-channel=clip]')"
#define SNOW "document.querySelectorAll('.channel')[1]"
#define RED(card)                                                                                  \
    "(([r, g, b]) => r > g + 5 && r > b + 5)(getComputedStyle(" card                               \
    ").backgroundColor.match(/\\d+/g).map(Number))"
#define OUTAGE(open) "!!document.querySelector('tr[data-kind=outage][data-open=" open "]')"

static void save(Fixture *f, const char *name)
{
    const char *folder = g_getenv("BIQA_SCREENSHOTS");
    g_autofree char *path = folder ? g_build_filename(folder, name, NULL) : NULL;

    if (path)
        browser_save(f->browser, path);
}

static void check_channels(Fixture *f)
{
    g_autofree char *name = NULL;

    browser_wait(f->browser, "document.querySelectorAll('.channel').length === 2");
    browser_wait(f->browser, CLIP ".dataset.state === 'live'");
    browser_wait(f->browser, SNOW ".dataset.state === 'live'");
    name = browser_evaluate(f->browser, SNOW ".querySelector('h3').textContent");
    g_assert_cmpstr(name, ==, "<b>snow</b>"); /* text, no markup */
    browser_wait(f->browser, "/^\\d+$/.test(" SNOW ".querySelector('.score').firstChild.data)");
    browser_wait(f->browser, SNOW ".querySelector('.mean').getAttribute('d').length > 20");
    browser_wait(f->browser, SNOW ".querySelector('.still').naturalWidth === 480");
    browser_wait(f->browser, SNOW ".querySelector('.pictures img')?.naturalWidth === 480");
    browser_wait(f->browser, "!" RED(CLIP));
}

static void check_alarm(Fixture *f)
{
    browser_wait(f->browser, SNOW ".dataset.alarm === 'true'");
    browser_wait(f->browser, "!!document.querySelector('tr[data-kind=alarm][data-open=true]')");
    browser_wait(f->browser, "document.title.includes('1 alarm')");
}

static void check_viewer(Fixture *f)
{
    g_free(browser_evaluate(f->browser, SNOW ".querySelector('.pictures button').click()"));
    browser_wait(f->browser, "document.getElementById('viewer').open");
    browser_wait(f->browser, "document.getElementById('large').naturalWidth === 480");
    save(f, "viewer.png");
    g_free(browser_evaluate(f->browser, "document.getElementById('close').click()"));
    browser_wait(f->browser, "!document.getElementById('viewer').open");
}

static void check_dies(Fixture *f)
{
    stage_hide_clip(f->stage);
    browser_wait(f->browser, CLIP ".dataset.state === 'down'");
    browser_wait(f->browser, RED(CLIP));
    browser_wait(f->browser, CLIP ".querySelector('.note').textContent.includes('No such file')");
    browser_wait(f->browser, OUTAGE("true"));
    browser_wait(f->browser, "document.title.includes('1 down')");
    browser_wait(f->browser, SNOW ".dataset.state === 'live' && !" RED(SNOW));
    save(f, "down.png");
}

static void check_returns(Fixture *f)
{
    stage_show_clip(f->stage, 30);
    browser_wait(f->browser, CLIP ".dataset.state === 'live'");
    browser_wait(f->browser, "!" RED(CLIP));
    browser_wait(f->browser, OUTAGE("false") " && !" OUTAGE("true"));
    browser_wait(f->browser, "!document.title.includes('down')");
    browser_wait(f->browser, "!!" CLIP ".querySelector('.bands .down')"); /* the chart remembers */
    save(f, "returned.png");
}

static void check_choices(Fixture *f)
{
    browser_wait(f->browser,
                 "document.querySelector('#theme [data-value=dark]').click(),"
                 "getComputedStyle(document.body).backgroundColor === 'rgb(15, 18, 22)'");
    save(f, "dark.png");
    browser_wait(f->browser,
                 "document.querySelector('#theme [data-value=light]').click(),"
                 "getComputedStyle(document.body).backgroundColor !== 'rgb(15, 18, 22)'");
    browser_wait(f->browser,
                 "document.querySelector('#span [data-value=\"86400\"]').click(),"
                 "" SNOW ".querySelector('.axis').textContent.search(/^−(60 min|6 h|24 h)/) === 0");
    browser_wait(f->browser,
                 "document.querySelector('#span [data-value=\"600\"]').click(),"
                 "" SNOW ".querySelector('.axis').textContent.search(/^−(2|5|10) min/) === 0");
}

/* The page outlives the program, says so, and finds its next run. */
static void check_restart(Fixture *f)
{
    g_autoptr(GUri) uri = g_uri_parse(f->uri, G_URI_FLAGS_NONE, NULL);
    g_autofree char *listen = g_strdup_printf("127.0.0.1:%d", g_uri_get_port(uri));

    stop_monitor(f);
    browser_wait(f->browser, "!document.getElementById('lost').hidden");
    start_monitor(f, listen);
    browser_wait(f->browser, "document.getElementById('lost').hidden");
    browser_wait(f->browser, CLIP "?.dataset.state === 'live'");
    browser_wait(f->browser, "document.querySelectorAll('.channel').length === 2");
    browser_wait(f->browser, OUTAGE("false") " === false"); /* of the run before */
}

static void test_page(Fixture *f, gconstpointer data)
{
    browser_open(f->browser, f->uri, 1200, 800);
    check_channels(f);
    check_alarm(f);
    check_viewer(f);
    check_dies(f);
    check_returns(f);
    check_choices(f);
    g_assert_cmpstr(browser_complaints(f->browser), ==, "");
    check_restart(f);
}

/* Every line on stdout is whole and says what the page showed. */
static void test_lines(Fixture *f, gconstpointer data)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    guint live = 0;

    browser_open(f->browser, f->uri, 800, 600);
    check_channels(f);
    stop_monitor(f);
    g_assert_true(g_file_get_contents(f->lines, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i][0] != '\0'; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JsonNode) node = json_from_string(lines[i], &error);
        g_assert_no_error(error);
        live +=
            g_str_equal(json_object_get_string_member(json_node_get_object(node), "state"), "live");
    }
    g_assert_true(g_str_has_suffix(text, "\n"));
    g_assert_cmpuint(live, >=, 2);
    start_monitor(f, "127.0.0.1:0"); /* for tear_down() to stop */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    if (g_getenv("CHROMIUM")[0] == '\0') {
        g_print("1..0 # SKIP no chromium\n");
        return 0;
    }
    g_test_add("/monitor/page", Fixture, NULL, set_up, test_page, tear_down);
    g_test_add("/monitor/lines", Fixture, NULL, set_up, test_lines, tear_down);
    return g_test_run();
}
