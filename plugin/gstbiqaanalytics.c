/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A score as a classification. */
#include "gstbiqaanalytics.h"
#include <gst/analytics/analytics.h>

void gst_biqa_analytics_add(GstBuffer *buffer, const GstBiqaRecord *record)
{
    const BiqaVerdict *verdict = &record->verdict;
    GstAnalyticsRelationMeta *relations;
    GstAnalyticsClsMtd classes;
    GQuark names[] = {
        g_quark_from_static_string("quality"),
        g_quark_from_static_string("competitor-quality"),
        g_quark_from_static_string("hard"),
    };
    gfloat levels[] = {
        (gfloat)(verdict->score / 100),
        (gfloat)(verdict->competitor_score / 100),
        verdict->hard ? 1 : 0,
    };

    if (record->origin != GST_BIQA_INFERRED)
        return;
    relations = gst_buffer_get_analytics_relation_meta(buffer);
    if (!relations)
        relations = gst_buffer_add_analytics_relation_meta(buffer);
    gst_analytics_relation_meta_add_cls_mtd(relations, G_N_ELEMENTS(levels), levels, names,
                                            &classes);
}
