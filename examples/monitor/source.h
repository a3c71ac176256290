/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One attempt at a channel's pictures: a pipeline from its address through biqafilter, from PLAYING
 * until the source ends or dies. The next attempt is another one, with nothing left of this. */
#pragma once

#include "crew.h"
#include "darkroom.h"
#include "tally.h"

typedef struct {
    const char *address;         /* as in address.h */
    const GPtrArray *properties; /* MonitorProperty: of biqafilter */
    MonitorTally *tally;         /* counts every frame */
    MonitorAlbum *album;         /* gets hard frames and stills, by way of darkroom */
    MonitorDarkroom *darkroom;
    MonitorCrew *crew; /* starts and stops the pipeline */

    /* Called in the main context, at most once: why is what the source died of, NULL where it just
     * came to its end. */
    void (*ended)(const char *why, gpointer data);
    gpointer data;
} MonitorSourceParams;

typedef struct MonitorSource MonitorSource;

/* Starts at once. params are copied; address and properties must stay. Errors: the address can't be
 * made a pipeline, or biqafilter is missing. */
MonitorSource *monitor_source_new(const MonitorSourceParams *params, GError **error);

/* Does not wait: ended is not called any more, the pipeline goes when it can. */
void monitor_source_free(MonitorSource *source);

typedef struct {
    int width, height;
    double rate; /* frames a second, 0 where it varies or is not known */
} MonitorFormat;

/* FALSE as long as there is no picture. */
gboolean monitor_source_get_format(MonitorSource *source, MonitorFormat *format);
