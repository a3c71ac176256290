/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tally.h"
#include <math.h>

/* Longer than any compiler of shaders was seen to take, on a machine with other work too. */
#define FIRST_FRAME_PATIENCE (5 * 60 * G_USEC_PER_SEC)

struct MonitorTally {
    GMutex lock;
    MonitorSpan span;
    guint64 bins[MONITOR_N_BINS];
    gint working;
    double score; /* of the last frame that had one */
    gint64 heard; /* when the source last gave something, or could not */
    gint64 first;
    gboolean arrived;
};

MonitorTally *monitor_tally_new(void)
{
    MonitorTally *tally = g_atomic_rc_box_new0(MonitorTally);

    g_mutex_init(&tally->lock);
    monitor_span_init(&tally->span);
    tally->score = NAN;
    tally->heard = g_get_monotonic_time();
    return tally;
}

MonitorTally *monitor_tally_ref(MonitorTally *tally)
{
    return g_atomic_rc_box_acquire(tally);
}

static void clear(gpointer data)
{
    MonitorTally *tally = data;

    g_mutex_clear(&tally->lock);
}

void monitor_tally_unref(MonitorTally *tally)
{
    g_atomic_rc_box_release_full(tally, clear);
}

void monitor_tally_begin_work(MonitorTally *tally)
{
    g_mutex_lock(&tally->lock);
    tally->working++;
    g_mutex_unlock(&tally->lock);
}

void monitor_tally_end_work(MonitorTally *tally)
{
    g_mutex_lock(&tally->lock);
    tally->working--;
    tally->heard = g_get_monotonic_time();
    g_mutex_unlock(&tally->lock);
}

void monitor_tally_arrive(MonitorTally *tally)
{
    g_mutex_lock(&tally->lock);
    tally->arrived = TRUE;
    tally->heard = g_get_monotonic_time();
    g_mutex_unlock(&tally->lock);
}

void monitor_tally_add(MonitorTally *tally, const MonitorReading *reading)
{
    MonitorReading it = *reading;

    g_mutex_lock(&tally->lock);
    if (it.origin == MONITOR_HELD)
        it.fresh = it.score != tally->score;
    if (it.origin != MONITOR_SKIPPED)
        tally->score = it.score;
    monitor_span_add(&tally->span, &it);
    if (it.fresh) {
        const int bin = (int)ceil(it.score / (100. / MONITOR_N_BINS)) - 1;
        tally->bins[CLAMP(bin, 0, MONITOR_N_BINS - 1)]++;
    }
    if (tally->first == 0)
        tally->first = g_get_monotonic_time();
    g_mutex_unlock(&tally->lock);
}

void monitor_tally_take(MonitorTally *tally, MonitorSpan *span, guint64 *bins)
{
    g_mutex_lock(&tally->lock);
    *span = tally->span;
    monitor_span_init(&tally->span);
    for (guint i = 0; i < MONITOR_N_BINS; i++) {
        bins[i] += tally->bins[i];
        tally->bins[i] = 0;
    }
    g_mutex_unlock(&tally->lock);
}

gint64 monitor_tally_silence(MonitorTally *tally)
{
    gint64 silence;

    g_mutex_lock(&tally->lock);
    silence = g_get_monotonic_time() - tally->heard;
    if (tally->working > 0 || (tally->arrived && tally->first == 0))
        silence = MAX(0, silence - FIRST_FRAME_PATIENCE);
    g_mutex_unlock(&tally->lock);
    return silence;
}

gint64 monitor_tally_first(MonitorTally *tally)
{
    gint64 first;

    g_mutex_lock(&tally->lock);
    first = tally->first;
    g_mutex_unlock(&tally->lock);
    return first;
}
