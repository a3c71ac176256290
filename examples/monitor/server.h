/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Page, API and metrics over HTTP, read-only:
 *
 *   /                   the page
 *   /api/channels       what monitor_json_channels() says; ?after=TICK leaves out seconds
 *   /api/day            what monitor_json_day() says
 *   /api/picture/ID     a still or a hard frame, image/jpeg; 404 once it is forgotten
 *   /metrics            what monitor_metrics_text() says
 *
 * Anybody who can connect can look: it listens on loopback unless told otherwise, and then answers
 * only who asks for a loopback name, so that no page from elsewhere reads it through a name of its
 * own that resolves to 127.0.0.1. */
#pragma once

#include "lines.h"
#include "monitor.h"

typedef struct MonitorServer MonitorServer;

/* listen: ADDRESS:PORT, an IP address ([::1]:8479) or localhost; port 0 picks a free one. lines may
 * be NULL. All stay the caller's. Errors: not such an address, or it is taken. */
MonitorServer *monitor_server_new(const char *listen, Monitor *monitor, MonitorLines *lines,
                                  GError **error);
void monitor_server_free(MonitorServer *server);

/* "http://127.0.0.1:8479/" (transfer full) */
char *monitor_server_uri(MonitorServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MonitorServer, monitor_server_free)
