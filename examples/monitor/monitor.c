/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "monitor.h"

Monitor *monitor_new(const MonitorSettings *settings)
{
    Monitor *monitor = g_new0(Monitor, 1);

    monitor->shared = (MonitorShared){
        .settings = settings,
        .incidents = monitor_incidents_new(),
        .darkroom = monitor_darkroom_new(),
        .crew = monitor_crew_new(),
    };
    monitor->started = monitor->now = g_get_real_time();
    monitor->channels = g_ptr_array_new_with_free_func((GDestroyNotify)monitor_channel_free);
    for (guint i = 0; i < settings->inputs->len; i++)
        g_ptr_array_add(monitor->channels,
                        monitor_channel_new(settings->inputs->pdata[i], &monitor->shared));
    return monitor;
}

gboolean monitor_free(Monitor *monitor, gint64 patience)
{
    gboolean done;

    g_ptr_array_unref(monitor->channels);
    done = monitor_crew_free(monitor->shared.crew, patience);
    if (done) {
        monitor_darkroom_free(monitor->shared.darkroom);
        monitor_incidents_free(monitor->shared.incidents);
        g_free(monitor);
    }
    return done;
}

void monitor_tick(Monitor *monitor)
{
    monitor->now = g_get_real_time();
    monitor->tick++;
    for (guint i = 0; i < monitor->channels->len; i++)
        monitor_channel_tick(monitor->channels->pdata[i], monitor->now);
}

gboolean monitor_is_over(const Monitor *monitor)
{
    for (guint i = 0; i < monitor->channels->len; i++) {
        const MonitorChannel *channel = monitor->channels->pdata[i];
        if (channel->state != MONITOR_ENDED)
            return FALSE;
    }
    return TRUE;
}
