/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches the records of a stream go by. */
#include "gstbiqawatch.h"
#include "gstbiqaerror.h"
#include "gstbiqanotice.h"
#include "outlet.h"
#include "report.h"
#include <math.h>

struct GstBiqaWatch {
    GstElement *element; /* borrowed */

    GMutex lock;           /* never held while waiting or posting */
    GstBiqaReport *report; /* NULL: none; changes while nothing streams */
    BiqaPool pools[GST_BIQA_N_SCOPES];
    BiqaAlarm alarm;
    guint64 interval_start; /* running time */
    guint sections;         /* that ended */
    gboolean untold;        /* frames came since the last summary of the stream */
    guint64 lost;           /* records that a report that is closed lost */
};

/* What one call has to tell, in order. */
typedef struct {
    guint n;
    GstBiqaEntry entries[4];
} News;

GstBiqaWatch *gst_biqa_watch_new(GstElement *element)
{
    GstBiqaWatch *watch = g_new0(GstBiqaWatch, 1);

    watch->element = element;
    g_mutex_init(&watch->lock);
    for (guint i = 0; i < GST_BIQA_N_SCOPES; i++)
        biqa_pool_init(&watch->pools[i]);
    return watch;
}

void gst_biqa_watch_free(GstBiqaWatch *watch)
{
    g_mutex_clear(&watch->lock);
    g_free(watch);
}

/* -- telling ------------------------------------------------------------------------------- */

static GstStructure *notice_of(const GstBiqaEntry *entry)
{
    if (entry->kind == GST_BIQA_ENTRY_ALARM)
        return gst_biqa_alarm_to_structure(&entry->alarm);
    if (entry->kind == GST_BIQA_ENTRY_SUMMARY)
        return gst_biqa_summary_to_structure(entry->summary);
    return NULL;
}

static void tell(GstBiqaWatch *watch, News *news, gboolean may_wait)
{
    for (guint i = 0; i < news->n; i++) {
        GstStructure *notice = notice_of(&news->entries[i]);

        if (watch->report)
            gst_biqa_report_add(watch->report, &news->entries[i], may_wait);
        else
            gst_biqa_entry_clear(&news->entries[i]);
        if (notice)
            gst_element_post_message(watch->element,
                                     gst_message_new_element(GST_OBJECT(watch->element), notice));
    }
}

static void add_summary(GstBiqaWatch *watch, News *news, GstBiqaScope scope, GstBiqaReason reason)
{
    GstBiqaSummary *summary = g_new0(GstBiqaSummary, 1);

    summary->scope = scope;
    summary->reason = reason;
    biqa_pool_summarise(&watch->pools[scope], &summary->pooled);
    news->entries[news->n++] = (GstBiqaEntry){.kind = GST_BIQA_ENTRY_SUMMARY, .summary = summary};
}

static void add_alarm(GstBiqaWatch *watch, News *news, BiqaAlarmEvent event, GstBiqaReason reason)
{
    if (event != BIQA_ALARM_NOTHING)
        news->entries[news->n++] =
            (GstBiqaEntry){.kind = GST_BIQA_ENTRY_ALARM,
                           .alarm = {event == BIQA_ALARM_END, reason, watch->alarm.story}};
}

/* Fails the stream. */
static void post_failure(GstBiqaWatch *watch, const BiqaAlarmStory *story)
{
    GST_ELEMENT_ERROR(
        watch->element, STREAM, FAILED,
        ("The quality of the picture is too low: scores are below %.1f (\"alarm-below\") from "
         "frame %" G_GUINT64_FORMAT ", at %" GST_TIME_FORMAT ", down to %.1f. Unset "
         "\"fail-on-alarm\" to go on all the same.",
         story->below, story->start.frame, GST_TIME_ARGS(story->start.timestamp),
         story->worst_score),
        (NULL));
}

/* From the report's thread. */
static void post_trouble(gpointer data, const GError *error)
{
    GstBiqaWatch *watch = data;

    gst_biqa_warning_post(watch->element,
                          gst_biqa_outlet_is_over(error) ? GST_BIQA_ERROR_REPORT_READER
                                                         : GST_BIQA_ERROR_REPORT_WRITE,
                          error);
}

/* -- the stream ---------------------------------------------------------------------------- */

gboolean gst_biqa_watch_start(GstBiqaWatch *watch, const char *report, GstBiqaFormatKind format,
                              GError **error)
{
    const GstBiqaReportParams params = {report, format, post_trouble, watch};
    GstBiqaReport *opened = report ? gst_biqa_report_open(&params, error) : NULL;

    if (report && !opened)
        return FALSE;
    g_mutex_lock(&watch->lock);
    watch->report = opened;
    for (guint i = 0; i < GST_BIQA_N_SCOPES; i++)
        biqa_pool_init(&watch->pools[i]);
    biqa_alarm_init(&watch->alarm);
    watch->interval_start = BIQA_TIME_NONE;
    watch->sections = 0;
    watch->untold = FALSE;
    watch->lost = 0;
    g_mutex_unlock(&watch->lock);
    return TRUE;
}

void gst_biqa_watch_stop(GstBiqaWatch *watch)
{
    static const GstBiqaWatchRules rules = {.may_wait = FALSE};
    GstBiqaReport *report;

    gst_biqa_watch_end(watch, GST_BIQA_REASON_STOP, &rules);
    g_mutex_lock(&watch->lock);
    report = g_steal_pointer(&watch->report);
    g_mutex_unlock(&watch->lock);
    const guint64 lost = gst_biqa_report_close(report);
    g_mutex_lock(&watch->lock);
    watch->lost = lost;
    g_mutex_unlock(&watch->lock);
}

void gst_biqa_watch_describe(GstBiqaWatch *watch, GstBiqaHeader *header,
                             const GstBiqaWatchRules *rules)
{
    News news = {1, {{.kind = GST_BIQA_ENTRY_HEADER, .header = header}}};

    tell(watch, &news, rules->may_wait);
}

/* A summary of the interval that this frame does not belong to any more. */
static void follow_interval(GstBiqaWatch *watch, News *news, const BiqaMoment *when,
                            guint64 interval)
{
    BiqaPool *pool = &watch->pools[GST_BIQA_SCOPE_INTERVAL];
    const guint64 time = when->running_time;

    if (interval == 0 || time == BIQA_TIME_NONE)
        return;
    if (watch->interval_start == BIQA_TIME_NONE || time < watch->interval_start) {
        watch->interval_start = time;
    } else if (time - watch->interval_start >= interval) {
        add_summary(watch, news, GST_BIQA_SCOPE_INTERVAL, GST_BIQA_REASON_INTERVAL);
        biqa_pool_init(pool);
        /* Intervals stay where they are, whatever gaps there are. */
        watch->interval_start += (time - watch->interval_start) / interval * interval;
    }
}

static BiqaAlarmEvent follow_alarm(GstBiqaWatch *watch, GstBiqaRecord *record,
                                   const BiqaMoment *when, const BiqaAlarmRule *rule)
{
    const double score = record->origin == GST_BIQA_SKIPPED ? NAN : record->verdict.score;
    const BiqaAlarmEvent event = biqa_alarm_step(&watch->alarm, rule, when, score);

    record->alarm = biqa_alarm_is_on(&watch->alarm);
    return event;
}

static void pool(GstBiqaWatch *watch, const GstBiqaRecord *record, const BiqaMoment *when,
                 double below)
{
    const BiqaPoolFrame frame = {
        .when = *when,
        .domain = record->domain,
        .verdict = record->origin == GST_BIQA_SKIPPED ? NULL : &record->verdict,
        .inferred = record->origin == GST_BIQA_INFERRED || record->news,
        .below = below,
    };

    for (guint i = 0; i < GST_BIQA_N_SCOPES; i++)
        biqa_pool_add(&watch->pools[i], &frame);
    watch->untold = TRUE;
}

static gboolean is_reported(const GstBiqaRecord *record, GstBiqaReportFrames frames)
{
    return frames == GST_BIQA_REPORT_ALL ||
           (frames == GST_BIQA_REPORT_INFERRED && record->origin == GST_BIQA_INFERRED);
}

gboolean gst_biqa_watch_take(GstBiqaWatch *watch, GstBiqaRecord *record,
                             const GstBiqaWatchRules *rules)
{
    const BiqaMoment when = gst_biqa_record_moment(record);
    News news = {0};
    BiqaAlarmEvent event;
    BiqaAlarmStory story;

    g_mutex_lock(&watch->lock);
    follow_interval(watch, &news, &when, rules->interval);
    event = follow_alarm(watch, record, &when, &rules->alarm);
    pool(watch, record, &when, rules->alarm.below);
    if (is_reported(record, rules->frames))
        news.entries[news.n++] = (GstBiqaEntry){.kind = GST_BIQA_ENTRY_FRAME, .frame = *record};
    add_alarm(watch, &news, event, GST_BIQA_REASON_RECOVERED);
    story = watch->alarm.story;
    g_mutex_unlock(&watch->lock);

    tell(watch, &news, rules->may_wait);
    if (event != BIQA_ALARM_START || !rules->fail_on_alarm)
        return TRUE;
    post_failure(watch, &story);
    return FALSE;
}

static void end_section(GstBiqaWatch *watch, News *news, GstBiqaReason reason)
{
    BiqaPool *interval = &watch->pools[GST_BIQA_SCOPE_INTERVAL];
    BiqaPool *section = &watch->pools[GST_BIQA_SCOPE_SECTION];
    const gboolean last = reason == GST_BIQA_REASON_EOS || reason == GST_BIQA_REASON_STOP;

    if (section->summary.frames == 0)
        return;
    if (watch->interval_start != BIQA_TIME_NONE && interval->summary.frames > 0)
        add_summary(watch, news, GST_BIQA_SCOPE_INTERVAL, reason);
    /* The only section of a stream is the stream, which is told anyway. */
    if (!last || watch->sections > 0)
        add_summary(watch, news, GST_BIQA_SCOPE_SECTION, reason);
    biqa_pool_init(interval);
    biqa_pool_init(section);
    watch->interval_start = BIQA_TIME_NONE;
    watch->sections++;
}

void gst_biqa_watch_end(GstBiqaWatch *watch, GstBiqaReason reason, const GstBiqaWatchRules *rules)
{
    News news = {0};

    g_mutex_lock(&watch->lock);
    /* A change of format does not make the picture better. */
    if (reason != GST_BIQA_REASON_CAPS)
        add_alarm(watch, &news, biqa_alarm_finish(&watch->alarm), reason);
    end_section(watch, &news, reason);
    if (watch->untold && (reason == GST_BIQA_REASON_EOS || reason == GST_BIQA_REASON_STOP)) {
        add_summary(watch, &news, GST_BIQA_SCOPE_STREAM, reason);
        watch->untold = FALSE;
    }
    g_mutex_unlock(&watch->lock);

    tell(watch, &news, rules->may_wait);
    if (watch->report && rules->may_wait && reason == GST_BIQA_REASON_EOS)
        gst_biqa_report_drain(watch->report);
}

/* -- from any thread ----------------------------------------------------------------------- */

void gst_biqa_watch_allow_wait(GstBiqaWatch *watch, gboolean allow)
{
    g_mutex_lock(&watch->lock);
    if (watch->report)
        gst_biqa_report_allow_wait(watch->report, allow);
    g_mutex_unlock(&watch->lock);
}

void gst_biqa_watch_fill_stats(GstBiqaWatch *watch, GstStructure *stats)
{
    guint64 alarms, lost;
    BiqaSummary pooled;

    g_mutex_lock(&watch->lock);
    biqa_pool_summarise(&watch->pools[GST_BIQA_SCOPE_STREAM], &pooled);
    alarms = watch->alarm.count;
    lost = watch->report ? gst_biqa_report_lost(watch->report) : watch->lost;
    g_mutex_unlock(&watch->lock);
    gst_biqa_pooled_fill(&pooled, stats);
    gst_structure_set(stats, "alarms", G_TYPE_UINT64, alarms, "records-lost", G_TYPE_UINT64, lost,
                      NULL);
}
