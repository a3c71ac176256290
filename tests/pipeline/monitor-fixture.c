/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "monitor-fixture.h"

void fixture_set_up(Fixture *f, gconstpointer data)
{
    f->stage = stage_new();
}

void fixture_tear_down(Fixture *f, gconstpointer data)
{
    g_assert_true(monitor_free(f->monitor, FIXTURE_GUARD)); /* no pipeline hung */
    monitor_settings_free(f->settings);
    stage_free(f->stage);
}

void fixture_start(Fixture *f, const char *format, ...)
{
    g_autofree char *arguments = stage_arguments(f->stage);
    g_autofree char *more = NULL;
    g_autofree char *line = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = NULL;
    va_list list;

    va_start(list, format);
    more = g_strdup_vprintf(format, list);
    va_end(list);
    line = g_strconcat(arguments, more, NULL);
    g_assert_true(g_shell_parse_argv(line, NULL, &argv, &error));
    f->settings = monitor_settings_new(argv, &error);
    g_assert_no_error(error);
    f->monitor = monitor_new(f->settings);
}

MonitorChannel *fixture_channel(Fixture *f)
{
    return f->monitor->channels->pdata[f->shown];
}

void fixture_wait_until(Fixture *f, const char *what, FixtureCondition condition)
{
    const gint64 until = g_get_monotonic_time() + FIXTURE_GUARD;

    while (!condition(f)) {
        if (g_get_monotonic_time() > until)
            g_error("waited in vain until %s: the channel is %s, error %s", what,
                    monitor_state_name(fixture_channel(f)->state), fixture_channel(f)->why);
        while (g_main_context_iteration(NULL, FALSE))
            ;
        monitor_tick(f->monitor);
        g_usleep(2000);
    }
}

gboolean fixture_is_live(Fixture *f)
{
    return fixture_channel(f)->state == MONITOR_LIVE;
}

gboolean fixture_is_down(Fixture *f)
{
    return fixture_channel(f)->state == MONITOR_DOWN;
}

gboolean fixture_had(Fixture *f, MonitorState state)
{
    const MonitorRing *seconds = fixture_channel(f)->seconds;

    for (guint i = 0; i < monitor_ring_length(seconds); i++) {
        const MonitorSpan *second = monitor_ring_at(seconds, i);
        if (second->state == state)
            return TRUE;
    }
    return FALSE;
}
