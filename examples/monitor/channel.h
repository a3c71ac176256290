/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A channel: one attempt at its source after the other, and what came of them. */
#pragma once

#include "backoff.h"
#include "incidents.h"
#include "ring.h"
#include "settings.h"
#include "source.h"

#define MONITOR_SECONDS 600  /* ten minutes, by the second */
#define MONITOR_MINUTES 1440 /* a day, by the minute */

/* What channels share; all of it outlives them. */
typedef struct {
    const MonitorSettings *settings;
    MonitorIncidents *incidents;
    MonitorDarkroom *darkroom;
    MonitorCrew *crew;
} MonitorShared;

/* For everybody to read, in the main context. */
typedef struct {
    const char *name;
    char *address; /* as it may be shown */

    /* As of the last tick: */
    MonitorState state;
    gint64 since;                   /* of state; microseconds since 1970, UTC */
    char *why;                      /* what the last attempt died of; NULL where it did not */
    guint64 reconnects;             /* attempts but the first */
    MonitorFormat format;           /* all zero until a picture came */
    gint64 last_frame;              /* microseconds since 1970, UTC; 0 for none */
    MonitorSpan second, total;      /* the last one; since the start */
    guint64 bins[MONITOR_N_BINS];   /* histogram of total's scores */
    guint64 alarms;                 /* since the start */
    gboolean alarm;                 /* on */
    MonitorRing *seconds, *minutes; /* MonitorSpan */
    MonitorAlbum *album;

    /* For channel.c: */
    const MonitorShared *shared;
    const MonitorInput *input;
    MonitorSource *source; /* NULL between attempts */
    MonitorTally *tally;   /* of the attempt */
    MonitorBackoff backoff;
    guint retry; /* GSource of the next attempt, 0 while there is one */
    gint64 retry_at;
    MonitorSpan rest; /* of attempts over since the last tick */
    MonitorSpan minute;
    guint64 alarm_id, outage_id; /* incidents that last; 0 for none */
} MonitorChannel;

/* Connects at once. input and shared stay the caller's. (transfer full) */
MonitorChannel *monitor_channel_new(const MonitorInput *input, const MonitorShared *shared);
void monitor_channel_free(MonitorChannel *channel); /* before shared's crew */

/* Once a second: closes a second that ends at wall clock now, microseconds since 1970. */
void monitor_channel_tick(MonitorChannel *channel, gint64 now);

/* Microseconds until the source is tried again; 0 where no attempt is waited for. */
gint64 monitor_channel_wait(const MonitorChannel *channel);
