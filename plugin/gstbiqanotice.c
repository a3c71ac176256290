/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Alarms and summaries as structures on the bus. */
#include "gstbiqanotice.h"

static void set_count(GstStructure *structure, const char *prefix, const char *name, guint64 value)
{
    g_autofree char *field = g_strconcat(prefix, name, NULL);

    gst_structure_set(structure, field, G_TYPE_UINT64, value, NULL);
}

/* prefix: "worst-" */
static void set_moment(GstStructure *structure, const char *prefix, const BiqaMoment *when)
{
    set_count(structure, prefix, "frame", when->frame);
    set_count(structure, prefix, "timestamp", when->timestamp);
    set_count(structure, prefix, "stream-time", when->stream_time);
    set_count(structure, prefix, "running-time", when->running_time);
}

GstStructure *gst_biqa_alarm_to_structure(const GstBiqaAlarm *alarm)
{
    const BiqaAlarmStory *story = &alarm->story;
    GstStructure *structure = gst_structure_new(
        "biqa-alarm", "number", G_TYPE_UINT64, story->number, "state", G_TYPE_STRING,
        alarm->ended ? "end" : "start", "below", G_TYPE_DOUBLE, story->below, "worst-score",
        G_TYPE_DOUBLE, story->worst_score, "frames", G_TYPE_UINT64, story->frames, "lasted",
        G_TYPE_UINT64, story->lasted, NULL);

    set_moment(structure, "start-", &story->start);
    set_moment(structure, "worst-", &story->worst);
    if (!alarm->ended)
        return structure;
    set_moment(structure, "end-", &story->end);
    gst_structure_set(structure, "reason", G_TYPE_STRING, gst_biqa_reason_name(alarm->reason),
                      NULL);
    return structure;
}

void gst_biqa_pooled_fill(const BiqaSummary *pooled, GstStructure *structure)
{
    const BiqaTally *score = &pooled->figures[BIQA_POOLED_SCORE];

    gst_structure_set(structure, "longest-below-frames", G_TYPE_UINT64, pooled->longest.frames,
                      "longest-below-time", G_TYPE_UINT64, pooled->longest.time, NULL);
    if (score->n == 0)
        return;
    gst_structure_set(structure, "harmonic-mean-score", G_TYPE_DOUBLE,
                      biqa_tally_harmonic_mean(score), "maximum-score", G_TYPE_DOUBLE,
                      biqa_tally_maximum(score), NULL);
    for (guint i = 0; i < BIQA_POOL_PERCENTILES; i++) {
        g_autofree char *field = g_strdup_printf("p%u-score", biqa_pool_percents[i]);

        gst_structure_set(structure, field, G_TYPE_DOUBLE, pooled->percentiles[i], NULL);
    }
}

static void set_means(GstStructure *structure, const BiqaSummary *pooled)
{
    const BiqaTally *score = &pooled->figures[BIQA_POOLED_SCORE];
    const BiqaTally *uncertainty = &pooled->figures[BIQA_POOLED_UNCERTAINTY];

    if (score->n > 0)
        gst_structure_set(structure, "mean-score", G_TYPE_DOUBLE, biqa_tally_mean(score),
                          "minimum-score", G_TYPE_DOUBLE, biqa_tally_minimum(score), NULL);
    if (uncertainty->n > 0)
        gst_structure_set(structure, "mean-uncertainty", G_TYPE_DOUBLE,
                          biqa_tally_mean(uncertainty), NULL);
}

static void set_worst(GstStructure *structure, const BiqaSummary *pooled)
{
    GValue list = G_VALUE_INIT;

    gst_value_array_init(&list, pooled->n_worst);
    for (guint i = 0; i < pooled->n_worst; i++) {
        GstStructure *frame =
            gst_structure_new("biqa-worst", "score", G_TYPE_DOUBLE, pooled->worst[i].score, NULL);
        GValue value = G_VALUE_INIT;

        set_moment(frame, "", &pooled->worst[i].when);
        g_value_init(&value, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&value, frame);
        gst_value_array_append_and_take_value(&list, &value);
    }
    gst_structure_take_value(structure, "worst", &list);
}

GstStructure *gst_biqa_summary_to_structure(const GstBiqaSummary *summary)
{
    const BiqaSummary *pooled = &summary->pooled;
    GstStructure *structure = gst_structure_new(
        "biqa-summary", "scope", G_TYPE_STRING, gst_biqa_scope_name(summary->scope), "reason",
        G_TYPE_STRING, gst_biqa_reason_name(summary->reason), "frames", G_TYPE_UINT64,
        pooled->frames, "frames-inferred", G_TYPE_UINT64, pooled->inferred, "frames-held",
        G_TYPE_UINT64, pooled->held, "frames-skipped", G_TYPE_UINT64, pooled->skipped,
        "frames-hard", G_TYPE_UINT64, pooled->hard, NULL);

    set_means(structure, pooled);
    gst_biqa_pooled_fill(pooled, structure);
    set_worst(structure, pooled);
    return structure;
}
