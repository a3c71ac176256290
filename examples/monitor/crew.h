/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads for what may block: starting and stopping pipelines. A source that hangs holds up its own
 * channel and nobody else. */
#pragma once

#include <glib.h>

typedef struct MonitorCrew MonitorCrew;

MonitorCrew *monitor_crew_new(void);

/* Has a thread call func(data), once, soon; in no order. */
void monitor_crew_do(MonitorCrew *crew, GFunc func, gpointer data);

/* Waits until all is done, at most patience microseconds: FALSE if something hangs, and then the
 * crew is left to the process's end. */
gboolean monitor_crew_free(MonitorCrew *crew, gint64 patience);
