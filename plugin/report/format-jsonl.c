/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* jsonl: an object a line, of every kind of entry. */
#include "format.h"
#include "json.h"

#include <math.h>

static JsonBuilder *begin(const char *type)
{
    JsonBuilder *builder = biqa_json_new();

    biqa_json_add_text(builder, "type", type);
    return builder;
}

static void end(JsonBuilder *builder, GString *text)
{
    gst_biqa_json_finish(builder, text);
    g_string_append_c(text, '\n');
}

static void add_header(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    g_autoptr(JsonBuilder) builder = begin("header");

    biqa_json_add_count(builder, "schema", GST_BIQA_REPORT_SCHEMA);
    gst_biqa_json_add_header(builder, entry->header);
    end(builder, text);
}

/* -- frame --------------------------------------------------------------------------------- */

static void add_verdict(JsonBuilder *builder, const BiqaVerdict *verdict)
{
    biqa_json_add_number(builder, "score", verdict->score);
    biqa_json_add_number(builder, "score-low", verdict->score_low);
    biqa_json_add_number(builder, "score-high", verdict->score_high);
    biqa_json_add_number(builder, "competitor-score", verdict->competitor_score);
    biqa_json_add_number(builder, "disagreement", verdict->disagreement);
    biqa_json_add_number(builder, "uncertainty", verdict->uncertainty);
}

static void add_frame(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    static const BiqaVerdict none = {NAN, NAN, NAN, NAN, NAN, NAN, FALSE};
    const GstBiqaRecord *record = &entry->frame;
    const BiqaMoment when = gst_biqa_record_moment(record);
    const gboolean scored = record->origin != GST_BIQA_SKIPPED;
    g_autoptr(JsonBuilder) builder = begin("frame");

    gst_biqa_json_add_moment(builder, &when);
    gst_biqa_json_add_time(builder, "duration", record->duration);
    biqa_json_add_text(builder, "origin", gst_biqa_origin_name(record->origin));
    biqa_json_add_text(builder, "domain", biqa_domain_name(record->domain));
    add_verdict(builder, scored ? &record->verdict : &none);
    if (scored)
        biqa_json_add_flag(builder, "hard", record->verdict.hard);
    else
        biqa_json_add_text(builder, "hard", NULL);
    biqa_json_add_flag(builder, "alarm", record->alarm);
    gst_biqa_json_add_tasks(builder, scored ? &record->verdict : &none);
    end(builder, text);
}

/* -- alarm --------------------------------------------------------------------------------- */

static void add_moment(JsonBuilder *builder, const char *name, const BiqaMoment *when)
{
    biqa_json_begin_object(builder, name);
    gst_biqa_json_add_moment(builder, when);
    json_builder_end_object(builder);
}

static void add_scored(JsonBuilder *builder, const BiqaMoment *when, double score)
{
    gst_biqa_json_add_moment(builder, when);
    biqa_json_add_number(builder, "score", score);
    json_builder_end_object(builder);
}

static void add_alarm(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    const GstBiqaAlarm *alarm = &entry->alarm;
    const BiqaAlarmStory *story = &alarm->story;
    g_autoptr(JsonBuilder) builder = begin("alarm");

    biqa_json_add_count(builder, "number", story->number);
    biqa_json_add_text(builder, "state", alarm->ended ? "end" : "start");
    if (alarm->ended)
        biqa_json_add_text(builder, "reason", gst_biqa_reason_name(alarm->reason));
    biqa_json_add_number(builder, "below", story->below);
    biqa_json_add_count(builder, "frames", story->frames);
    gst_biqa_json_add_time(builder, "lasted", story->lasted);
    add_moment(builder, "start", &story->start);
    if (alarm->ended)
        add_moment(builder, "end", &story->end);
    biqa_json_begin_object(builder, "worst");
    add_scored(builder, &story->worst, story->worst_score);
    end(builder, text);
}

/* -- summary ------------------------------------------------------------------------------- */

static void add_figure(JsonBuilder *builder, const BiqaSummary *pooled, BiqaPooled which)
{
    const BiqaTally *tally = &pooled->figures[which];
    char name[8];

    biqa_json_begin_object(builder, biqa_pooled_name(which));
    biqa_json_add_number(builder, "mean", biqa_tally_mean(tally));
    biqa_json_add_number(builder, "harmonic-mean", biqa_tally_harmonic_mean(tally));
    biqa_json_add_number(builder, "min", biqa_tally_minimum(tally));
    biqa_json_add_number(builder, "max", biqa_tally_maximum(tally));
    for (guint i = 0; which == BIQA_POOLED_SCORE && i < BIQA_POOL_PERCENTILES; i++) {
        g_snprintf(name, sizeof name, "p%u", biqa_pool_percents[i]);
        biqa_json_add_number(builder, name, pooled->percentiles[i]);
    }
    json_builder_end_object(builder);
}

static void add_counts(JsonBuilder *builder, const BiqaSummary *pooled)
{
    biqa_json_add_count(builder, "frames", pooled->frames);
    biqa_json_add_count(builder, "inferred", pooled->inferred);
    biqa_json_add_count(builder, "held", pooled->held);
    biqa_json_add_count(builder, "skipped", pooled->skipped);
    biqa_json_add_count(builder, "hard", pooled->hard);
    biqa_json_add_number(builder, "hard-share",
                         pooled->inferred ? (double)pooled->hard / (double)pooled->inferred : NAN);
    biqa_json_begin_object(builder, "domains");
    for (BiqaDomain d = 0; d < BIQA_N_DOMAINS; d++)
        biqa_json_add_count(builder, biqa_domain_name(d), pooled->domains[d]);
    json_builder_end_object(builder);
}

static void add_longest(JsonBuilder *builder, const BiqaRun *longest)
{
    biqa_json_begin_object(builder, "longest-below");
    biqa_json_add_count(builder, "frames", longest->frames);
    gst_biqa_json_add_time(builder, "time", longest->time);
    if (longest->frames)
        add_moment(builder, "start", &longest->start);
    json_builder_end_object(builder);
}

static void add_worst(JsonBuilder *builder, const BiqaSummary *pooled)
{
    biqa_json_begin_array(builder, "worst");
    for (guint i = 0; i < pooled->n_worst; i++) {
        json_builder_begin_object(builder);
        add_scored(builder, &pooled->worst[i].when, pooled->worst[i].score);
    }
    json_builder_end_array(builder);
}

static void add_summary(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    const GstBiqaSummary *summary = entry->summary;
    const BiqaSummary *pooled = &summary->pooled;
    g_autoptr(JsonBuilder) builder = begin("summary");

    biqa_json_add_text(builder, "scope", gst_biqa_scope_name(summary->scope));
    biqa_json_add_text(builder, "reason", gst_biqa_reason_name(summary->reason));
    add_counts(builder, pooled);
    for (BiqaPooled i = 0; i < BIQA_N_POOLED; i++)
        add_figure(builder, pooled, i);
    add_longest(builder, &pooled->longest);
    if (pooled->frames) {
        add_moment(builder, "first", &pooled->first);
        add_moment(builder, "last", &pooled->last);
    }
    add_worst(builder, pooled);
    biqa_json_add_count(builder, "records-lost", summary->lost);
    end(builder, text);
}

const GstBiqaFormatClass gst_biqa_format_jsonl = {
    .name = "jsonl",
    .add =
        {
            [GST_BIQA_ENTRY_HEADER] = add_header,
            [GST_BIQA_ENTRY_FRAME] = add_frame,
            [GST_BIQA_ENTRY_ALARM] = add_alarm,
            [GST_BIQA_ENTRY_SUMMARY] = add_summary,
        },
};
