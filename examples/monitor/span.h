/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was seen of a channel over a span of time: a second, a minute, or since the start. */
#pragma once

#include "reading.h"
#include "state.h"

typedef struct {
    gint64 time;                       /* its end: microseconds since 1970, UTC */
    MonitorState state;                /* the worst */
    guint64 frames[MONITOR_N_ORIGINS]; /* by where their score comes from */
    guint64 scored;      /* frames scored, those inferred and those held back too long */
    guint64 hard;        /* of them, hard ones */
    guint64 alarmed;     /* frames while an alarm was on */
    double sum, minimum; /* of the scores */
    double held;         /* the last score that a frame carried; NAN for none */
    const char *domain;  /* of the last frame, interned; NULL without one */
} MonitorSpan;

void monitor_span_init(MonitorSpan *span);

void monitor_span_add(MonitorSpan *span, const MonitorReading *reading);

/* Adds what was seen right after span. */
void monitor_span_merge(MonitorSpan *span, const MonitorSpan *later);

guint64 monitor_span_frames(const MonitorSpan *span);

/* Mean and minimum of the scores; where there is none, of the one that was held, or NAN. */
double monitor_span_mean(const MonitorSpan *span);
double monitor_span_minimum(const MonitorSpan *span);
