/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a report is made of. docs/report.md describes it as users see it. */
#pragma once

#include "alarm.h"
#include "backend.h"
#include "gstbiqarecord.h"
#include "pool.h"

typedef enum {
    GST_BIQA_ENTRY_HEADER,
    GST_BIQA_ENTRY_FRAME,
    GST_BIQA_ENTRY_ALARM,
    GST_BIQA_ENTRY_SUMMARY,
    GST_BIQA_N_ENTRIES
} GstBiqaEntryKind;

/* What made the scores. Strings are owned. */
typedef struct {
    char *model;                             /* name */
    char **datasets;                         /* it was trained on; NULL-terminated */
    double validation_srcc, validation_plcc; /* 0: not measured */
    double hard_threshold;                   /* points */
    guint n_tasks;                           /* 0: the model has but its own */
    struct {
        const char *name; /* interned */
        double hard_threshold;
    } tasks[BIQA_MAX_TASKS];
    char *backend, *device;
    char *path; /* of the pixels: "system-memory", or a feature of the caps */
    char *caps;
    double fps; /* by the caps; 0: unknown or variable */
} GstBiqaHeader;

/* Of a model that runs on a backend, path, caps and fps left open. (transfer full) */
GstBiqaHeader *gst_biqa_header_new(const BiqaModel *model, BiqaBackend *backend);

/* A copy of such a one, for frames of caps. (transfer full) */
GstBiqaHeader *gst_biqa_header_copy(const GstBiqaHeader *header, GstCaps *caps);
void gst_biqa_header_free(GstBiqaHeader *header);

/* What ended a stretch of frames. */
typedef enum {
    GST_BIQA_REASON_INTERVAL, /* report-interval went by */
    GST_BIQA_REASON_CAPS,
    GST_BIQA_REASON_FLUSH,
    GST_BIQA_REASON_EOS,
    GST_BIQA_REASON_STOP,      /* without an end of the stream */
    GST_BIQA_REASON_RECOVERED, /* of an alarm */
    GST_BIQA_N_REASONS
} GstBiqaReason;

const char *gst_biqa_reason_name(GstBiqaReason reason); /* "interval" */

/* Which frames a summary is of. */
typedef enum {
    GST_BIQA_SCOPE_INTERVAL, /* since the last summary of an interval, or the section's start */
    GST_BIQA_SCOPE_SECTION,  /* since the start, the last change of caps, or the last flush */
    GST_BIQA_SCOPE_STREAM,   /* since the start */
    GST_BIQA_N_SCOPES
} GstBiqaScope;

const char *gst_biqa_scope_name(GstBiqaScope scope); /* "section" */

typedef struct {
    GstBiqaScope scope;
    GstBiqaReason reason;
    BiqaSummary pooled;
    guint64 lost; /* records that did not get into the report so far */
} GstBiqaSummary;

typedef struct {
    gboolean ended; /* else it started */
    GstBiqaReason reason;
    BiqaAlarmStory story;
} GstBiqaAlarm;

typedef struct {
    GstBiqaEntryKind kind;
    union {
        GstBiqaHeader *header; /* owned */
        GstBiqaRecord frame;
        GstBiqaAlarm alarm;
        GstBiqaSummary *summary; /* owned */
    };
} GstBiqaEntry;

void gst_biqa_entry_clear(GstBiqaEntry *entry);

BiqaMoment gst_biqa_record_moment(const GstBiqaRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstBiqaHeader, gst_biqa_header_free)
