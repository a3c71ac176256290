/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame's report as metadata and as a message. */
#include "gstbiqameta.h"
#include <math.h>

static gpointer register_once(gpointer unused)
{
    /* No tags: the verdict is of the frame as it was seen, whatever happens to the pixels later, so
     * converters and scalers may carry it along. GStreamer 1.22 wants the array all the same. */
    static const gchar *tags[] = {NULL};

    return (gpointer)gst_meta_register_custom(GST_BIQA_META_NAME, tags, NULL, NULL, NULL);
}

void gst_biqa_meta_register(void)
{
    static GOnce once = G_ONCE_INIT;

    g_once(&once, register_once, NULL);
}

static void fill(GstStructure *structure, const GstBiqaReport *report)
{
    const BiqaVerdict *verdict = &report->verdict;

    gst_structure_set(structure, "frame", G_TYPE_UINT64, report->frame, "score", G_TYPE_DOUBLE,
                      verdict->score, "competitor-score", G_TYPE_DOUBLE, verdict->competitor_score,
                      "disagreement", G_TYPE_DOUBLE, verdict->disagreement, "hard", G_TYPE_BOOLEAN,
                      verdict->hard, "origin", G_TYPE_STRING, "inferred", "timestamp",
                      G_TYPE_UINT64, report->timestamp, "stream-time", G_TYPE_UINT64,
                      report->stream_time, "running-time", G_TYPE_UINT64, report->running_time,
                      "duration", G_TYPE_UINT64, report->duration, NULL);
    if (!isnan(verdict->uncertainty))
        gst_structure_set(structure, "uncertainty", G_TYPE_DOUBLE, verdict->uncertainty, NULL);
    if (!isnan(verdict->score_low))
        gst_structure_set(structure, "score-low", G_TYPE_DOUBLE, verdict->score_low, "score-high",
                          G_TYPE_DOUBLE, verdict->score_high, NULL);
}

void gst_biqa_meta_add(GstBuffer *buffer, const GstBiqaReport *report)
{
    fill(gst_custom_meta_get_structure(gst_buffer_add_custom_meta(buffer, GST_BIQA_META_NAME)),
         report);
}

GstMessage *gst_biqa_message_new(GstObject *source, const GstBiqaReport *report)
{
    GstStructure *structure = gst_structure_new_empty(GST_BIQA_MESSAGE_NAME);

    fill(structure, report);
    return gst_message_new_element(source, structure);
}
