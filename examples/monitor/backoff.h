/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long to wait before a dead source is tried again: twice as long each time, up to a limit, and
 * each wait shortened by chance, so that channels that died together do not come back together. */
#pragma once

#include <glib.h>

typedef struct {
    gint64 first, limit; /* microseconds */
    gint64 wait;         /* of the last try, before chance; 0 before the first */
    GRand *random;
} MonitorBackoff;

/* seed: the same gives the same waits. */
void monitor_backoff_init(MonitorBackoff *backoff, gint64 first, gint64 limit, guint32 seed);
void monitor_backoff_clear(MonitorBackoff *backoff);

/* Microseconds to wait now, after an attempt that gave frames for lived microseconds. An attempt
 * that lived as long as the wait before it starts the count anew, so a source that flaps is asked
 * ever less often. The result lies in the upper half of the wait. */
gint64 monitor_backoff_next(MonitorBackoff *backoff, gint64 lived);
