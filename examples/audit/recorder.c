/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pool, timeline, histogram and alarms of a file. */
#include "recorder.h"

#include <math.h>

#define NS_PER_MS 1000000
#define FALLBACK_DURATION (G_GUINT64_CONSTANT(40) * NS_PER_MS)

guint64 audit_moment_time(const BiqaMoment *when)
{
    return when->stream_time != BIQA_TIME_NONE ? when->stream_time
                                               : when->frame * FALLBACK_DURATION;
}

static guint64 end_of(const BiqaMoment *when)
{
    return audit_moment_time(when) + (when->duration != BIQA_TIME_NONE ? when->duration : 0);
}

void audit_recorder_init(AuditRecorder *recorder, AuditResult *result, double below)
{
    recorder->result = result;
    recorder->below = below;
    recorder->alarm = FALSE;
    biqa_pool_init(&recorder->pool);
}

static void add_to_pool(AuditRecorder *recorder, const AuditFrame *frame)
{
    const BiqaPoolFrame pooled = {
        .when = frame->when,
        .domain = frame->domain,
        .verdict = frame->scored ? &frame->verdict : NULL,
        .inferred = frame->inferred,
        .below = recorder->below,
    };

    biqa_pool_add(&recorder->pool, &pooled);
}

/* Held frames say nothing new, unless it is that the picture is frozen. */
static void add_to_timeline(AuditTimeline *timeline, const AuditFrame *frame)
{
    const AuditPoint point = {
        .time = (gint64)(audit_moment_time(&frame->when) / NS_PER_MS),
        .score = frame->inferred ? frame->verdict.score : (double)NAN,
        .hard = frame->inferred && frame->verdict.hard,
        .alarm = frame->alarm,
        .domain = frame->domain,
    };

    if (frame->inferred || frame->domain != BIQA_DOMAIN_PICTURE)
        audit_timeline_add(timeline, &point);
}

static void add_to_alarms(AuditRecorder *recorder, const AuditFrame *frame)
{
    AuditResult *result = recorder->result;
    const gboolean starts = frame->alarm && !recorder->alarm;
    AuditAlarm *alarm;

    recorder->alarm = frame->alarm;
    result->n_alarms += starts ? 1 : 0;
    if (starts && result->n_told < AUDIT_ALARMS_MAX)
        result->alarms[result->n_told++] =
            (AuditAlarm){.start = audit_moment_time(&frame->when), .score = (double)NAN};
    if (!frame->alarm || result->n_alarms > result->n_told)
        return;
    alarm = &result->alarms[result->n_told - 1];
    alarm->end = end_of(&frame->when);
    if (frame->scored)
        alarm->score = fmin(alarm->score, frame->verdict.score); /* of a NAN and a number: that */
}

void audit_recorder_add(AuditRecorder *recorder, const AuditFrame *frame)
{
    add_to_pool(recorder, frame);
    add_to_timeline(&recorder->result->timeline, frame);
    add_to_alarms(recorder, frame);
    if (frame->inferred) {
        const guint part = (guint)(frame->verdict.score * AUDIT_HISTOGRAM / 100);
        recorder->result->histogram[MIN(part, AUDIT_HISTOGRAM - 1)]++;
    }
}

static void finish_figures(double *figures, const BiqaSummary *summary)
{
    const BiqaTally *score = &summary->figures[BIQA_POOLED_SCORE];

    figures[AUDIT_MINIMUM] = biqa_tally_minimum(score);
    figures[AUDIT_P1] = summary->percentiles[0];
    figures[AUDIT_P5] = summary->percentiles[1];
    figures[AUDIT_P10] = summary->percentiles[2];
    figures[AUDIT_MEDIAN] = summary->percentiles[3];
    figures[AUDIT_MEAN] = biqa_tally_mean(score);
    figures[AUDIT_HARMONIC_MEAN] = biqa_tally_harmonic_mean(score);
    figures[AUDIT_UNCERTAINTY] = biqa_tally_mean(&summary->figures[BIQA_POOLED_UNCERTAINTY]);
}

void audit_recorder_finish(AuditRecorder *recorder)
{
    AuditResult *result = recorder->result;
    BiqaSummary summary;

    biqa_pool_summarise(&recorder->pool, &summary);
    result->frames = summary.frames;
    result->scored = summary.inferred;
    result->skipped = summary.skipped;
    result->hard = summary.hard;
    for (guint i = 0; i < BIQA_N_DOMAINS; i++)
        result->domains[i] = summary.domains[i];
    finish_figures(result->figures, &summary);
    if (summary.frames > 0)
        result->duration = end_of(&summary.last) - audit_moment_time(&summary.first);
    if (summary.longest.frames > 0) {
        result->run_frames = summary.longest.frames;
        result->run_start = audit_moment_time(&summary.longest.start);
        result->run_time = summary.longest.time;
    }
}
