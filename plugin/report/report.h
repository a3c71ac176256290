/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A report on its way: entries wait in a queue of fixed length for a thread that formats and writes
 * them, so that a slow disk or reader does not slow the stream down. */
#pragma once

#include "format.h"

typedef struct GstBiqaReport GstBiqaReport;

typedef struct {
    const char *target; /* see outlet.h */
    GstBiqaFormatKind format;
    /* Called from the report's thread, with an error of G_IO_ERROR, when the reader has gone or
     * reads no more and the report stops (at most once), and when an entry could not be written
     * for another reason (once, however many follow). */
    void (*trouble)(gpointer data, const GError *error);
    gpointer data;
} GstBiqaReportParams;

/* Errors of G_IO_ERROR name the target. (transfer full) */
GstBiqaReport *gst_biqa_report_open(const GstBiqaReportParams *params, GError **error);

/* Writes what is queued, then what the format has at its end, and frees. A reader that takes
 * nothing for a second loses the rest. Returns how many entries were lost in all; 0 for NULL. */
guint64 gst_biqa_report_close(GstBiqaReport *report);

/* Queues an entry, whose contents it takes. Where the queue is full, waits until there is room or
 * waiting is not allowed any more; without wait, or then, the entry is lost and counted. A few
 * places are kept for entries other than frames. */
void gst_biqa_report_add(GstBiqaReport *report, GstBiqaEntry *entry, gboolean wait);

/* Waits until all that is queued was written, or waiting is not allowed any more. */
void gst_biqa_report_drain(GstBiqaReport *report);

/* Whether gst_biqa_report_add() and gst_biqa_report_drain() may wait (they may at first); those
 * that wait return at once when not. From any thread. */
void gst_biqa_report_allow_wait(GstBiqaReport *report, gboolean allow);

/* Entries that were not written, and will not be. From any thread. */
guint64 gst_biqa_report_lost(GstBiqaReport *report);

#define GST_BIQA_REPORT_QUEUE 256  /* entries */
#define GST_BIQA_REPORT_RESERVE 16 /* of these, not for frames */
