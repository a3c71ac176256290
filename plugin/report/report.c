/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A report on its way. */
#include "report.h"
#include "outlet.h"

struct GstBiqaReport {
    GstBiqaOutlet *outlet;
    GThread *thread;
    void (*trouble)(gpointer data, const GError *error);
    gpointer data;

    /* Of the thread alone: */
    GstBiqaFormat format;
    GString *text;
    gboolean told; /* of an entry that could not be written */

    GMutex lock; /* of all below */
    GCond changed;
    GstBiqaEntry queue[GST_BIQA_REPORT_QUEUE]; /* a ring */
    guint head, n; /* the oldest; how many, with the one that is being written */
    guint64 lost;
    gboolean closing; /* no entry follows */
    gboolean over;    /* nobody reads any more */
    gboolean no_wait;
};

/* -- the thread ---------------------------------------------------------------------------- */

/* Returns whether the report goes on. */
static gboolean write_text(GstBiqaReport *report, gboolean *written)
{
    g_autoptr(GError) error = NULL;
    gboolean over;

    *written = report->text->len == 0 ||
               gst_biqa_outlet_write(report->outlet, report->text->str, report->text->len, &error);
    if (*written)
        return TRUE;
    over = gst_biqa_outlet_is_over(error);
    if (over || !report->told)
        report->trouble(report->data, error);
    report->told = TRUE;
    return !over;
}

static gboolean write_entry(GstBiqaReport *report, GstBiqaEntry *entry, gboolean *written)
{
    gboolean goes_on;

    if (entry->kind == GST_BIQA_ENTRY_SUMMARY)
        entry->summary->lost = gst_biqa_report_lost(report);
    g_string_truncate(report->text, 0);
    gst_biqa_format_add(&report->format, entry, report->text);
    goes_on = write_text(report, written);
    if (*written && report->text->len > 0)
        gst_biqa_format_confirm(&report->format, entry);
    return goes_on;
}

static void end_report(GstBiqaReport *report)
{
    gboolean written;

    g_string_truncate(report->text, 0);
    gst_biqa_format_end(&report->format, report->text);
    write_text(report, &written);
}

/* Takes the oldest entry off the queue. Under the lock. */
static void drop_head(GstBiqaReport *report)
{
    gst_biqa_entry_clear(&report->queue[report->head]);
    report->head = (report->head + 1) % GST_BIQA_REPORT_QUEUE;
    report->n--;
}

static gboolean wait_for_entry(GstBiqaReport *report)
{
    while (report->n == 0 && !report->closing)
        g_cond_wait(&report->changed, &report->lock);
    return report->n > 0;
}

static gpointer run(gpointer data)
{
    GstBiqaReport *report = data;
    gboolean written;

    gst_biqa_outlet_block_signals();
    g_mutex_lock(&report->lock);
    while (!report->over && wait_for_entry(report)) {
        /* The entry stays where it is while it is written: others go behind it. */
        g_mutex_unlock(&report->lock);
        const gboolean goes_on = write_entry(report, &report->queue[report->head], &written);
        g_mutex_lock(&report->lock);
        report->lost += written ? 0 : 1;
        report->over = !goes_on;
        drop_head(report);
        g_cond_broadcast(&report->changed);
    }
    report->lost += report->n;
    while (report->n > 0)
        drop_head(report);
    g_cond_broadcast(&report->changed);
    const gboolean over = report->over;
    g_mutex_unlock(&report->lock);
    if (!over)
        end_report(report);
    return NULL;
}

/* -- the others ---------------------------------------------------------------------------- */

GstBiqaReport *gst_biqa_report_open(const GstBiqaReportParams *params, GError **error)
{
    GstBiqaOutlet *outlet = gst_biqa_outlet_open(params->target, error);
    GstBiqaReport *report;

    if (!outlet)
        return NULL;
    report = g_new0(GstBiqaReport, 1);
    report->outlet = outlet;
    report->trouble = params->trouble;
    report->data = params->data;
    report->text = g_string_new(NULL);
    gst_biqa_format_init(&report->format, params->format);
    g_mutex_init(&report->lock);
    g_cond_init(&report->changed);
    report->thread = g_thread_new("biqa-report", run, report);
    return report;
}

guint64 gst_biqa_report_close(GstBiqaReport *report)
{
    guint64 lost;

    if (!report)
        return 0;
    gst_biqa_outlet_hurry(report->outlet);
    g_mutex_lock(&report->lock);
    report->closing = TRUE;
    g_cond_broadcast(&report->changed);
    g_mutex_unlock(&report->lock);
    g_thread_join(report->thread);

    lost = report->lost;
    gst_biqa_outlet_free(report->outlet);
    gst_biqa_format_clear(&report->format);
    g_string_free(report->text, TRUE);
    g_mutex_clear(&report->lock);
    g_cond_clear(&report->changed);
    g_free(report);
    return lost;
}

static gboolean has_room(const GstBiqaReport *report, GstBiqaEntryKind kind)
{
    const guint kept = kind == GST_BIQA_ENTRY_FRAME ? GST_BIQA_REPORT_RESERVE : 0;

    return report->n < GST_BIQA_REPORT_QUEUE - kept;
}

void gst_biqa_report_add(GstBiqaReport *report, GstBiqaEntry *entry, gboolean wait)
{
    g_mutex_lock(&report->lock);
    while (wait && !report->no_wait && !report->over && !has_room(report, entry->kind))
        g_cond_wait(&report->changed, &report->lock);
    if (!report->over && has_room(report, entry->kind)) {
        report->queue[(report->head + report->n++) % GST_BIQA_REPORT_QUEUE] = *entry;
        g_cond_broadcast(&report->changed);
    } else {
        report->lost++;
        gst_biqa_entry_clear(entry);
    }
    g_mutex_unlock(&report->lock);
}

void gst_biqa_report_drain(GstBiqaReport *report)
{
    g_mutex_lock(&report->lock);
    while (report->n > 0 && !report->no_wait)
        g_cond_wait(&report->changed, &report->lock);
    g_mutex_unlock(&report->lock);
}

void gst_biqa_report_allow_wait(GstBiqaReport *report, gboolean allow)
{
    g_mutex_lock(&report->lock);
    report->no_wait = !allow;
    g_cond_broadcast(&report->changed);
    g_mutex_unlock(&report->lock);
}

guint64 gst_biqa_report_lost(GstBiqaReport *report)
{
    guint64 lost;

    g_mutex_lock(&report->lock);
    lost = report->lost;
    g_mutex_unlock(&report->lock);
    return lost;
}
