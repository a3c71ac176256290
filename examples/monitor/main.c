/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-monitor: watches the picture quality of live channels. */
#include "json.h"
#include "lines.h"
#include "monitor.h"
#include "server.h"

#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define PATIENCE (10 * G_USEC_PER_SEC) /* with pipelines that stop */

typedef struct {
    GMainLoop *loop;
    Monitor *monitor;
    MonitorLines *lines; /* NULL where none are wanted */
} App;

static gboolean on_second(gpointer data)
{
    App *app = data;

    monitor_tick(app->monitor);
    for (guint i = 0; app->lines && i < app->monitor->channels->len; i++)
        monitor_lines_add(app->lines, monitor_json_line(app->monitor->channels->pdata[i]));
    if (monitor_is_over(app->monitor))
        g_main_loop_quit(app->loop);
    return G_SOURCE_CONTINUE;
}

/* A second signal ends the program the hard way. */
static gboolean on_signal(gpointer data)
{
    App *app = data;

    g_main_loop_quit(app->loop);
    return G_SOURCE_REMOVE;
}

/* What is wrong with every channel is said once, before any is opened. */
static gboolean check(const MonitorSettings *settings, GError **error)
{
    g_autoptr(GstElement) filter = gst_element_factory_make("biqafilter", NULL);

    if (!filter) {
        g_set_error(error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
                    "There is no element biqafilter: set GST_PLUGIN_PATH to where it is.");
        return FALSE;
    }
    gst_object_ref_sink(filter);
    for (guint i = 0; i < settings->inputs->len; i++) {
        const MonitorInput *input = settings->inputs->pdata[i];
        if (!monitor_property_apply(input->properties, filter, error)) {
            g_prefix_error(error, "channel \"%s\": ", input->name);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean run(const MonitorSettings *settings, GError **error)
{
    App app = {.loop = g_main_loop_new(NULL, FALSE), .monitor = monitor_new(settings)};
    MonitorServer *server = NULL;
    gboolean ok = TRUE;

    if (!settings->quiet)
        app.lines = monitor_lines_new(STDOUT_FILENO);
    if (settings->listen)
        server = monitor_server_new(settings->listen, app.monitor, app.lines, error);
    ok = server || !settings->listen;
    if (server) {
        g_autofree char *uri = monitor_server_uri(server);
        g_printerr("biqa-monitor: page at %s, metrics at %smetrics\n", uri, uri);
    }
    if (ok) {
        g_timeout_add_seconds(1, on_second, &app);
        g_unix_signal_add(SIGINT, on_signal, &app);
        g_unix_signal_add(SIGTERM, on_signal, &app);
        g_main_loop_run(app.loop);
    }

    g_clear_pointer(&server, monitor_server_free);
    g_clear_pointer(&app.lines, monitor_lines_free);
    g_main_loop_unref(app.loop);
    if (!monitor_free(app.monitor, PATIENCE))
        g_printerr("biqa-monitor: a source did not stop; left behind\n");
    return ok;
}

int main(int argc, char **argv)
{
    g_autoptr(MonitorSettings) settings = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

#ifdef M_ARENA_MAX
    /* Pipelines come and go for months, each with threads of its own: were each thread given a heap
     * of its own too, as glibc does it, what is free in one could not be used by the next. */
    mallopt(M_ARENA_MAX, 2);
#endif
    setlocale(LC_CTYPE, ""); /* file names as they are; numbers stay the C locale's */
    signal(SIGPIPE, SIG_IGN);
    settings = monitor_settings_new(argv, &error);
    if (!settings || (!settings->version && !check(settings, &error)))
        status = 2;
    else if (settings->version)
        printf("biqa-monitor " BIQA_VERSION "\n");
    else if (!run(settings, &error))
        status = 1;
    if (error)
        g_printerr("biqa-monitor: %s\n", error->message);
    return status;
}
