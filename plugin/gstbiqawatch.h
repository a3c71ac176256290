/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches the records of a stream go by: pools their scores, raises alarms, writes the report, and
 * posts what the bus should know. The element's only way to watch/ and report/. */
#pragma once

#include "alarm.h"
#include "format.h"

typedef struct GstBiqaWatch GstBiqaWatch;

/* Which frames the report has a record of. */
typedef enum {
    GST_BIQA_REPORT_ALL,
    GST_BIQA_REPORT_INFERRED,
    GST_BIQA_REPORT_NONE, /* alarms and summaries alone */
} GstBiqaReportFrames;

/* What may change from frame to frame. */
typedef struct {
    GstBiqaReportFrames frames;
    BiqaAlarmRule alarm;
    guint64 interval;       /* of summaries, ns of running time; 0: none */
    gboolean fail_on_alarm; /* an alarm is an error of the element */
    gboolean may_wait;      /* for a reader that is slow; else what he misses is counted */
} GstBiqaWatchRules;

/* element (borrowed, for the life of the watch) is where messages come from. */
GstBiqaWatch *gst_biqa_watch_new(GstElement *element);
void gst_biqa_watch_free(GstBiqaWatch *watch);

/* report: a target as in report/outlet.h, or NULL. Errors of G_IO_ERROR. */
gboolean gst_biqa_watch_start(GstBiqaWatch *watch, const char *report, GstBiqaFormatKind format,
                              GError **error);
void gst_biqa_watch_stop(GstBiqaWatch *watch);

/* Before the first frame, and whenever what the header says changes. Takes header. */
void gst_biqa_watch_describe(GstBiqaWatch *watch, GstBiqaHeader *header,
                             const GstBiqaWatchRules *rules);

/* The next record, in the order of the frames; sets its alarm. FALSE: the stream must fail, and the
 * error was posted. */
gboolean gst_biqa_watch_take(GstBiqaWatch *watch, GstBiqaRecord *record,
                             const GstBiqaWatchRules *rules);

/* What comes next does not follow on: reason is CAPS, FLUSH or EOS. */
void gst_biqa_watch_end(GstBiqaWatch *watch, GstBiqaReason reason, const GstBiqaWatchRules *rules);

/* Whether calls above may wait for a reader, whatever the rules. From any thread; a call that waits
 * returns at once when not. */
void gst_biqa_watch_allow_wait(GstBiqaWatch *watch, gboolean allow);

/* Sets pooled figures of the stream (see gstbiqanotice.h), alarms and records-lost (guint64). From
 * any thread. */
void gst_biqa_watch_fill_stats(GstBiqaWatch *watch, GstStructure *stats);
