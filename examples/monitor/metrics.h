/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All channels in the text format of Prometheus, version 0.0.4. */
#pragma once

#include "monitor.h"

#define MONITOR_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* lines_dropped: of stdout. (transfer full) */
char *monitor_metrics_text(const Monitor *monitor, guint64 lines_dropped);

/* Appends text as the value of a label: backslash, quote and newline escaped. */
void monitor_metrics_add_label(GString *out, const char *text);
