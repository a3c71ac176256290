/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* csv: a line a frame under one line of names (RFC 4180, but for line breaks of a single LF). Cells
 * without a value are empty. */
#include "format.h"

#include <math.h>

static void add_header(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    if (format->headers == 0)
        g_string_append(text, "frame,timestamp,stream-time,running-time,duration,origin,domain,"
                              "score,score-low,score-high,competitor-score,disagreement,"
                              "uncertainty,hard,alarm,tasks\n");
}

static void add_time(GString *text, GstClockTime time)
{
    g_string_append_c(text, ',');
    if (GST_CLOCK_TIME_IS_VALID(time))
        g_string_append_printf(text, "%" G_GUINT64_FORMAT, time);
}

static void add_number(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_c(text, ',');
    if (isfinite(value))
        g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.6f", value));
}

/* "base=0.250000;drawings=0.750000": one cell, since another model may have other tasks. */
static void add_tasks(GString *text, const BiqaVerdict *verdict)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    for (guint i = 0; i < verdict->n_tasks; i++)
        g_string_append_printf(
            text, "%s%s=%s", i ? ";" : "", verdict->tasks[i].name,
            g_ascii_formatd(digits, sizeof digits, "%.6f", (double)verdict->tasks[i].weight));
}

static void add_verdict(GString *text, const BiqaVerdict *verdict)
{
    add_number(text, verdict->score);
    add_number(text, verdict->score_low);
    add_number(text, verdict->score_high);
    add_number(text, verdict->competitor_score);
    add_number(text, verdict->disagreement);
    add_number(text, verdict->uncertainty);
    g_string_append_printf(text, ",%d", verdict->hard ? 1 : 0);
}

static void add_frame(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    const GstBiqaRecord *record = &entry->frame;

    g_string_append_printf(text, "%" G_GUINT64_FORMAT, record->frame);
    add_time(text, record->timestamp);
    add_time(text, record->stream_time);
    add_time(text, record->running_time);
    add_time(text, record->duration);
    g_string_append_printf(text, ",%s,%s", gst_biqa_origin_name(record->origin),
                           biqa_domain_name(record->domain));
    if (record->origin == GST_BIQA_SKIPPED)
        g_string_append(text, ",,,,,,,");
    else
        add_verdict(text, &record->verdict);
    g_string_append_printf(text, ",%d,", record->alarm ? 1 : 0);
    if (record->origin != GST_BIQA_SKIPPED)
        add_tasks(text, &record->verdict);
    g_string_append_c(text, '\n');
}

const GstBiqaFormatClass gst_biqa_format_csv = {
    .name = "csv",
    .add = {[GST_BIQA_ENTRY_HEADER] = add_header, [GST_BIQA_ENTRY_FRAME] = add_frame},
};
