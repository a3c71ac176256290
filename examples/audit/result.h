/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that an audit says of one file, and its way through JSON. */
#pragma once

#include "entry.h"
#include "timeline.h"

typedef enum {
    AUDIT_MEASURED,   /* to its end */
    AUDIT_PARTLY,     /* some frames, then it broke off */
    AUDIT_UNREADABLE, /* no frame */
    AUDIT_N_STATES
} AuditState;

const char *audit_state_name(AuditState state); /* "unreadable" */

/* The figures that a file can be judged by. */
typedef enum {
    AUDIT_MINIMUM,
    AUDIT_P1,
    AUDIT_P5,
    AUDIT_P10,
    AUDIT_MEDIAN,
    AUDIT_MEAN,
    AUDIT_HARMONIC_MEAN,
    AUDIT_UNCERTAINTY, /* mean, in points; the others are scores */
    AUDIT_N_FIGURES
} AuditFigure;

const char *audit_figure_name(AuditFigure figure);  /* "harmonic-mean" */
const char *audit_figure_title(AuditFigure figure); /* "harmonic mean" */

/* FALSE if there is no score of that name. */
gboolean audit_figure_parse(const char *name, AuditFigure *figure);

#define AUDIT_HISTOGRAM 20  /* parts of 0..100 */
#define AUDIT_ALARMS_MAX 32 /* that are told; all are counted */
#define AUDIT_THUMBNAILS_MAX 8

typedef struct {
    guint64 start, end; /* ns of stream time */
    double score;       /* the lowest between */
} AuditAlarm;

typedef struct {
    guint64 frame, time; /* its number; ns of stream time */
    double score, uncertainty;
    gboolean hard; /* chosen for being hard; else for its low score */
    char *jpeg;    /* base64; owned by the result */
} AuditThumbnail;

typedef struct {
    AuditEntry *entry;
    AuditState state;
    char *reason; /* why not MEASURED */

    char *device;                            /* that it was measured on; NULL: none */
    int width, height;                       /* 0: unknown */
    guint64 duration;                        /* ns */
    guint64 frames, scored, skipped, hard;   /* frames */
    guint64 domains[BIQA_N_DOMAINS];         /* frames */
    double figures[AUDIT_N_FIGURES];         /* NAN: nothing to take it of */
    guint64 run_frames, run_start, run_time; /* longest below the bound; start in stream time, ns */
    guint64 histogram[AUDIT_HISTOGRAM];      /* frames by score */
    guint64 n_alarms;                        /* all of them */
    guint n_told;                            /* the first ones */
    AuditAlarm alarms[AUDIT_ALARMS_MAX];
    AuditTimeline timeline;
    guint n_thumbnails;
    AuditThumbnail thumbnails[AUDIT_THUMBNAILS_MAX]; /* in the order of their frames */
} AuditResult;

/* Nothing known yet. */
AuditResult *audit_result_new(const AuditEntry *entry);
/* A file that could not be read. */
AuditResult *audit_result_unreadable(const AuditEntry *entry, const char *reason);
void audit_result_free(AuditResult *result);

/* (transfer full) */
JsonObject *audit_result_to_json(const AuditResult *result);

/* NULL if the object is no result; members that are wrong are passed over. (transfer full) */
AuditResult *audit_result_from_json(JsonObject *object);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AuditResult, audit_result_free)
