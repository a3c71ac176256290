/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All channels, and the second that they share. */
#pragma once

#include "channel.h"

typedef struct {
    MonitorShared shared;
    GPtrArray *channels; /* MonitorChannel, in the order of the settings */
    guint64 tick;        /* seconds closed so far */
    gint64 started, now; /* microseconds since 1970, UTC; of the last tick */
} Monitor;

/* Connects all channels. settings stay the caller's. (transfer full) */
Monitor *monitor_new(const MonitorSettings *settings);

/* Waits for the pipelines, at most patience microseconds: FALSE if one hangs. Then nothing was
 * freed that it may still use, and the process should end. */
gboolean monitor_free(Monitor *monitor, gint64 patience);

/* Closes a second, of all channels. */
void monitor_tick(Monitor *monitor);

/* Whether no channel will do anything any more. */
gboolean monitor_is_over(const Monitor *monitor);
