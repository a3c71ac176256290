/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "incidents.h"
#include "ring.h"
#include <math.h>

struct MonitorIncidents {
    MonitorRing *ring;
    guint64 opened;
};

const char *monitor_incident_kind_name(MonitorIncidentKind kind)
{
    static const char *const names[MONITOR_N_INCIDENT_KINDS] = {
        [MONITOR_ALARM] = "alarm",
        [MONITOR_OUTAGE] = "outage",
    };

    g_return_val_if_fail(kind < MONITOR_N_INCIDENT_KINDS, NULL);
    return names[kind];
}

static void clear_item(gpointer item)
{
    MonitorIncident *incident = item;

    g_free(incident->channel);
    g_free(incident->why);
}

MonitorIncidents *monitor_incidents_new(void)
{
    MonitorIncidents *incidents = g_new0(MonitorIncidents, 1);

    incidents->ring = monitor_ring_new(MONITOR_INCIDENTS, sizeof(MonitorIncident), clear_item);
    return incidents;
}

void monitor_incidents_free(MonitorIncidents *incidents)
{
    monitor_ring_free(incidents->ring);
    g_free(incidents);
}

guint64 monitor_incidents_open(MonitorIncidents *incidents, MonitorIncidentKind kind,
                               const char *channel, gint64 start)
{
    MonitorIncident *incident = monitor_ring_push(incidents->ring);

    *incident = (MonitorIncident){
        .id = ++incidents->opened,
        .kind = kind,
        .channel = g_strdup(channel),
        .start = start,
        .worst = NAN,
    };
    return incident->id;
}

MonitorIncident *monitor_incidents_find(MonitorIncidents *incidents, guint64 id)
{
    if (id == 0 || incidents->opened - id >= monitor_ring_length(incidents->ring))
        return NULL;
    return monitor_ring_at(incidents->ring, (guint)(incidents->opened - id));
}

guint monitor_incidents_length(const MonitorIncidents *incidents)
{
    return monitor_ring_length(incidents->ring);
}

const MonitorIncident *monitor_incidents_at(const MonitorIncidents *incidents, guint back)
{
    return monitor_ring_at(incidents->ring, back);
}
