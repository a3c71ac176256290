/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* json: one document laid out as libvmaf's, frame by frame as they come, so that it needs no more
 * memory for a long stream than for a short one. What libvmaf does not have stands beside what it
 * has, never in its place. */
#include "format.h"
#include "json.h"

#include <math.h>
#include <string.h>

typedef struct {
    gboolean told; /* summary is set */
    BiqaSummary summary;
    guint64 skipped[BIQA_N_DOMAINS]; /* frames since the last that is listed */
    guint64 settled; /* format->frames once they are in the report; 0: they were not written */
} Memory;

/* The object before "frames", left open. */
static void add_header(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    g_autoptr(JsonBuilder) builder = NULL;

    if (format->headers > 0)
        return;
    builder = biqa_json_new();
    biqa_json_add_text(builder, "version", BIQA_VERSION);
    biqa_json_add_number(builder, "fps", entry->header->fps);
    biqa_json_begin_object(builder, "biqafilter");
    biqa_json_add_count(builder, "schema", GST_BIQA_REPORT_SCHEMA);
    gst_biqa_json_add_header(builder, entry->header);
    json_builder_end_object(builder);
    gst_biqa_json_finish(builder, text);
    g_string_truncate(text, text->len - 1);
    g_string_append(text, ",\n\"frames\":[");
}

/* Readers of this layout take every metric to be a number: those not told are left out. */
static void add_metric(JsonBuilder *builder, const char *name, double value)
{
    if (isfinite(value))
        biqa_json_add_number(builder, name, value);
}

static void add_metrics(JsonBuilder *builder, const GstBiqaRecord *record)
{
    biqa_json_begin_object(builder, "metrics");
    for (BiqaPooled i = 0; i < BIQA_N_POOLED; i++)
        add_metric(builder, biqa_pooled_name(i), biqa_pooled_value(i, &record->verdict));
    add_metric(builder, "score-low", record->verdict.score_low);
    add_metric(builder, "score-high", record->verdict.score_high);
    biqa_json_add_count(builder, "hard", record->verdict.hard ? 1 : 0);
    biqa_json_add_count(builder, "alarm", record->alarm ? 1 : 0);
    json_builder_end_object(builder);
}

/* How many frames without a score there were since the last one listed, by domain. */
static void add_skipped(JsonBuilder *builder, const char *name, const Memory *memory)
{
    guint64 sum = 0;

    for (BiqaDomain d = 0; d < BIQA_N_DOMAINS; d++)
        sum += memory->skipped[d];
    if (sum == 0)
        return;
    biqa_json_begin_object(builder, name);
    for (BiqaDomain d = 0; d < BIQA_N_DOMAINS; d++)
        if (memory->skipped[d] > 0)
            biqa_json_add_count(builder, biqa_domain_name(d), memory->skipped[d]);
    json_builder_end_object(builder);
}

/* Forgets what was written of skipped frames, once it is in the report. */
static void settle(const GstBiqaFormat *format, Memory *memory)
{
    if (memory->settled > 0 && format->frames >= memory->settled)
        memset(memory->skipped, 0, sizeof memory->skipped);
    memory->settled = 0;
}

/* A frame without a score is counted, not listed: scripts for libvmaf read the score of every frame
 * in the list, and libvmaf itself leaves out those that it has no score of. */
static void add_frame(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    const GstBiqaRecord *record = &entry->frame;
    Memory *memory = format->memory;
    g_autoptr(JsonBuilder) builder = NULL;

    settle(format, memory);
    if (record->origin == GST_BIQA_SKIPPED) {
        memory->skipped[record->domain]++;
        return;
    }
    g_string_append(text, format->frames ? ",\n" : "\n");
    builder = biqa_json_new();
    biqa_json_add_count(builder, "frameNum", record->frame);
    add_metrics(builder, record);
    gst_biqa_json_add_time(builder, "timestamp", record->timestamp);
    gst_biqa_json_add_time(builder, "stream-time", record->stream_time);
    gst_biqa_json_add_time(builder, "running-time", record->running_time);
    gst_biqa_json_add_time(builder, "duration", record->duration);
    biqa_json_add_text(builder, "origin", gst_biqa_origin_name(record->origin));
    biqa_json_add_text(builder, "domain", biqa_domain_name(record->domain));
    gst_biqa_json_add_tasks(builder, &record->verdict);
    add_skipped(builder, "skipped-before", memory);
    memory->settled = format->frames + 1;
    gst_biqa_json_finish(builder, text);
}

static void add_summary(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    Memory *memory = format->memory;

    if (entry->summary->scope != GST_BIQA_SCOPE_STREAM)
        return;
    memory->summary = entry->summary->pooled;
    memory->told = TRUE;
}

/* Names as libvmaf's pull request 1589 and its Python scripts have them. */
static void add_pooled(JsonBuilder *builder, const BiqaSummary *summary, BiqaPooled which)
{
    static const char *const names[BIQA_POOL_PERCENTILES] = {"perc1", "perc5", "perc10", "median"};
    const BiqaTally *tally = &summary->figures[which];

    if (tally->n == 0)
        return;
    biqa_json_begin_object(builder, biqa_pooled_name(which));
    biqa_json_add_number(builder, "min", biqa_tally_minimum(tally));
    biqa_json_add_number(builder, "max", biqa_tally_maximum(tally));
    biqa_json_add_number(builder, "mean", biqa_tally_mean(tally));
    biqa_json_add_number(builder, "harmonic_mean", biqa_tally_harmonic_mean(tally));
    for (guint i = 0; which == BIQA_POOLED_SCORE && i < BIQA_POOL_PERCENTILES; i++)
        biqa_json_add_number(builder, names[i], summary->percentiles[i]);
    json_builder_end_object(builder);
}

static void add_aggregate(JsonBuilder *builder, const BiqaSummary *summary)
{
    biqa_json_add_count(builder, "frames", summary->frames);
    biqa_json_add_count(builder, "inferred", summary->inferred);
    biqa_json_add_count(builder, "held", summary->held);
    biqa_json_add_count(builder, "skipped", summary->skipped);
    biqa_json_add_count(builder, "hard", summary->hard);
    biqa_json_add_count(builder, "longest-below-frames", summary->longest.frames);
    biqa_json_add_count(builder, "longest-below-time", summary->longest.time);
}

/* The rest of the object that the header left open. */
static void add_end(GstBiqaFormat *format, GString *text)
{
    Memory *memory = format->memory;
    g_autoptr(JsonBuilder) builder = NULL;
    const gsize at = text->len;

    if (format->headers == 0)
        return;
    builder = biqa_json_new();
    biqa_json_begin_object(builder, "pooled_metrics");
    for (BiqaPooled i = 0; memory->told && i < BIQA_N_POOLED; i++)
        add_pooled(builder, &memory->summary, i);
    json_builder_end_object(builder);
    biqa_json_begin_object(builder, "aggregate_metrics");
    if (memory->told)
        add_aggregate(builder, &memory->summary);
    json_builder_end_object(builder);
    settle(format, memory);
    add_skipped(builder, "skipped-after", memory);
    gst_biqa_json_finish(builder, text);
    g_string_erase(text, (gssize)at, 1);
    g_string_insert(text, (gssize)at, "\n],\n");
    g_string_append_c(text, '\n');
}

const GstBiqaFormatClass gst_biqa_format_json = {
    .name = "json",
    .add =
        {
            [GST_BIQA_ENTRY_HEADER] = add_header,
            [GST_BIQA_ENTRY_FRAME] = add_frame,
            [GST_BIQA_ENTRY_SUMMARY] = add_summary,
        },
    .end = add_end,
    .size = sizeof(Memory),
};
