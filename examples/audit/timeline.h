/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file's scores over its time, in a bounded number of bins however long it is. Frames are put
 * together, never left out: a bin keeps the lowest score of its frames, so that one bad frame in an
 * hour still shows. */
#pragma once

#include "domain.h"
#include <json-glib/json-glib.h>

#define AUDIT_TIMELINE_BINS 256

typedef struct {
    gint64 time;       /* ms of stream time, of the bin's first frame */
    guint scored;      /* frames */
    double low, sum;   /* of their scores */
    guint hard, alarm; /* frames */
    BiqaDomain domain; /* the last one that was no picture, else BIQA_DOMAIN_PICTURE */
} AuditBin;

typedef struct {
    guint frames; /* in a full bin, a power of two */
    guint n;
    guint last; /* frames in the last bin */
    AuditBin bins[AUDIT_TIMELINE_BINS];
} AuditTimeline;

/* A frame that something was found out about. */
typedef struct {
    gint64 time;  /* ms */
    double score; /* NAN: was not scored */
    gboolean hard, alarm;
    BiqaDomain domain;
} AuditPoint;

void audit_timeline_init(AuditTimeline *timeline);
void audit_timeline_add(AuditTimeline *timeline, const AuditPoint *point);

double audit_bin_mean(const AuditBin *bin); /* NAN where nothing was scored */

/* Arrays of the bins' members, scores in steps of 1/8: what a chart can show, in few digits; and
 * "domains" from a bin's number to the domain of what was no picture in it. (transfer full) */
JsonObject *audit_timeline_to_json(const AuditTimeline *timeline);

/* Whatever is wrong in object is passed over. */
void audit_timeline_from_json(AuditTimeline *timeline, JsonObject *object);
