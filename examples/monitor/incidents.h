/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an operator is to know of: alarms and outages, the latest MONITOR_INCIDENTS of all channels.
 */
#pragma once

#include <glib.h>

#define MONITOR_INCIDENTS 200

typedef enum {
    MONITOR_ALARM,  /* biqafilter's alarm was on */
    MONITOR_OUTAGE, /* the source was down */
    MONITOR_N_INCIDENT_KINDS
} MonitorIncidentKind;

const char *monitor_incident_kind_name(MonitorIncidentKind kind); /* "outage" */

typedef struct {
    guint64 id; /* from 1 */
    MonitorIncidentKind kind;
    char *channel;
    gint64 start, end; /* microseconds since 1970, UTC; end 0 while it lasts */
    double worst;      /* alarm: lowest score so far; NAN for none */
    char *why;         /* outage: what the source died of; else NULL */
} MonitorIncident;

typedef struct MonitorIncidents MonitorIncidents;

MonitorIncidents *monitor_incidents_new(void);
void monitor_incidents_free(MonitorIncidents *incidents);

/* Its number. */
guint64 monitor_incidents_open(MonitorIncidents *incidents, MonitorIncidentKind kind,
                               const char *channel, gint64 start);

/* The incident of that number; NULL where newer ones have pushed it out. */
MonitorIncident *monitor_incidents_find(MonitorIncidents *incidents, guint64 id);

guint monitor_incidents_length(const MonitorIncidents *incidents);
const MonitorIncident *monitor_incidents_at(const MonitorIncidents *incidents, guint back);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MonitorIncidents, monitor_incidents_free)
