/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What biqafilter says of one frame, read as any application would: from the structure in the
 * buffer's GstBiqaMeta. */
#pragma once

#include <gst/gst.h>

typedef enum {
    MONITOR_INFERRED, /* scored */
    MONITOR_HELD,     /* not asked about; carries the last score */
    MONITOR_SKIPPED,  /* nothing to score */
    MONITOR_N_ORIGINS
} MonitorOrigin;

const char *monitor_origin_name(MonitorOrigin origin); /* "inferred" */

typedef struct {
    MonitorOrigin origin;
    double score;       /* 0..100; NAN where the frame has none */
    double uncertainty; /* in points; NAN where the model does not tell */
    gboolean fresh;     /* whether no frame before had this score */
    gboolean hard, alarm;
    const char *domain; /* interned: "picture", "black", ... */
} MonitorReading;

/* A field that is missing, or of another type, counts as not told. The score of a frame inferred is
 * fresh; of one held it may be, where the filter was late: monitor_tally_add() finds out. */
void monitor_reading_parse(const GstStructure *structure, MonitorReading *reading);
