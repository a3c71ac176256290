/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "span.h"
#include <math.h>

void monitor_span_init(MonitorSpan *span)
{
    *span = (MonitorSpan){.state = MONITOR_LIVE, .minimum = INFINITY, .held = NAN};
}

void monitor_span_add(MonitorSpan *span, const MonitorReading *reading)
{
    span->frames[reading->origin]++;
    span->alarmed += reading->alarm;
    span->domain = reading->domain;
    if (reading->origin == MONITOR_SKIPPED)
        return;
    span->held = reading->score;
    if (!reading->fresh)
        return;
    span->scored++;
    span->hard += reading->hard;
    span->sum += reading->score;
    span->minimum = MIN(span->minimum, reading->score);
}

void monitor_span_merge(MonitorSpan *span, const MonitorSpan *later)
{
    span->time = later->time;
    span->state = MAX(span->state, later->state);
    for (MonitorOrigin i = 0; i < MONITOR_N_ORIGINS; i++)
        span->frames[i] += later->frames[i];
    span->scored += later->scored;
    span->hard += later->hard;
    span->alarmed += later->alarmed;
    span->sum += later->sum;
    span->minimum = MIN(span->minimum, later->minimum);
    if (!isnan(later->held))
        span->held = later->held;
    if (later->domain)
        span->domain = later->domain;
}

guint64 monitor_span_frames(const MonitorSpan *span)
{
    guint64 frames = 0;

    for (MonitorOrigin i = 0; i < MONITOR_N_ORIGINS; i++)
        frames += span->frames[i];
    return frames;
}

double monitor_span_mean(const MonitorSpan *span)
{
    return span->scored > 0 ? span->sum / span->scored : span->held;
}

double monitor_span_minimum(const MonitorSpan *span)
{
    return span->scored > 0 ? span->minimum : span->held;
}
