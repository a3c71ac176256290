/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element counts from start to start. */
#include "gstbiqastats.h"
#include <math.h>

void gst_biqa_stats_init(GstBiqaStats *stats)
{
    *stats = (GstBiqaStats){.minimum = INFINITY};
}

void gst_biqa_stats_add_verdict(GstBiqaStats *stats, const BiqaVerdict *verdict)
{
    stats->inferred++;
    stats->hard += verdict->hard ? 1 : 0;
    stats->sum += verdict->score;
    stats->minimum = MIN(stats->minimum, verdict->score);
    if (isnan(verdict->uncertainty))
        return;
    stats->told++;
    stats->doubt += verdict->uncertainty;
    stats->most = MAX(stats->most, verdict->uncertainty);
}

void gst_biqa_stats_add_frame(GstBiqaStats *stats, GstBiqaOrigin origin)
{
    stats->frames[origin]++;
}

GstStructure *gst_biqa_stats_to_structure(const GstBiqaStats *stats)
{
    GstStructure *structure = gst_structure_new(
        "biqa-stats", "frames-seen", G_TYPE_UINT64, stats->seen, "frames-inferred", G_TYPE_UINT64,
        stats->inferred, "frames-held", G_TYPE_UINT64, stats->frames[GST_BIQA_HELD],
        "frames-skipped", G_TYPE_UINT64, stats->frames[GST_BIQA_SKIPPED], "frames-late",
        G_TYPE_UINT64, stats->late, "frames-hard", G_TYPE_UINT64, stats->hard, NULL);

    if (stats->inferred > 0)
        gst_structure_set(structure, "mean-score", G_TYPE_DOUBLE, stats->sum / stats->inferred,
                          "minimum-score", G_TYPE_DOUBLE, stats->minimum, NULL);
    if (stats->told > 0)
        gst_structure_set(structure, "mean-uncertainty", G_TYPE_DOUBLE, stats->doubt / stats->told,
                          "maximum-uncertainty", G_TYPE_DOUBLE, stats->most, NULL);
    return structure;
}
