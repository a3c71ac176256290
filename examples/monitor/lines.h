/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines to a descriptor, by a thread of their own: a reader that stalls holds nothing up, and one
 * that closes ends the lines but not the program. */
#pragma once

#include <glib.h>

typedef struct MonitorLines MonitorLines;

/* fd stays the caller's. Writing to a pipe without a reader must not raise SIGPIPE. */
MonitorLines *monitor_lines_new(int fd);

/* Queues text, which ends in a newline; drops it where too many lines wait. (transfer full) */
void monitor_lines_add(MonitorLines *lines, char *text);

guint64 monitor_lines_dropped(MonitorLines *lines);

/* Writes what waits, for a second at most. A reader that stalls still is left to the process's
 * end. */
void monitor_lines_free(MonitorLines *lines);
