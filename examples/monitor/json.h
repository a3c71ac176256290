/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels as JSON: for the lines on stdout, and for the page. A figure that is not there is left
 * out of a line and null on the page; never NaN. */
#pragma once

#include "monitor.h"

#define MONITOR_SCHEMA 1 /* counted up when a field changes its meaning or goes */

/* What the last second of a channel was like, one line with its newline. (transfer full) */
char *monitor_json_line(const MonitorChannel *channel);

/* /api/channels: all channels, each with its seconds after tick number after. (transfer full) */
char *monitor_json_channels(const Monitor *monitor, guint64 after);

/* /api/day: the minutes of all channels, and the one that goes on. (transfer full) */
char *monitor_json_day(const Monitor *monitor);
