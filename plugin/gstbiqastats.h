/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element counts from start to start. */
#pragma once

#include "gstbiqarecord.h"

typedef struct {
    guint64 seen;                       /* frames that came */
    guint64 frames[GST_BIQA_N_ORIGINS]; /* that left, by origin */
    guint64 inferred, hard;             /* frames scored */
    guint64 late;                       /* frames scored after they had left */
    double sum, minimum;                /* of the scores */
    guint64 told;                       /* frames with an uncertainty */
    double doubt, most;                 /* sum and maximum of the uncertainties */
} GstBiqaStats;

void gst_biqa_stats_init(GstBiqaStats *stats);

/* Counts a frame that was scored. */
void gst_biqa_stats_add_verdict(GstBiqaStats *stats, const BiqaVerdict *verdict);

/* Counts a frame that leaves; seen is the caller's to count. */
void gst_biqa_stats_add_frame(GstBiqaStats *stats, GstBiqaOrigin origin);

/* "biqa-stats": frames-seen, frames-inferred, frames-held, frames-skipped, frames-late, frames-hard
 * and, once a frame was scored, mean-score and minimum-score; once an uncertainty was told,
 * mean-uncertainty and maximum-uncertainty. (transfer full) */
GstStructure *gst_biqa_stats_to_structure(const GstBiqaStats *stats);
