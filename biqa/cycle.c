/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which spots a frame is looked at: the one whose turn it is, and those nobody knows enough of. */
#include "cycle.h"

/* Forgets what belongs to other frames than those of sight. */
static void begin(BiqaCycle *cycle, guint spots, const BiqaSight *sight)
{
    if (cycle->latest.n_spots == spots && cycle->scene == sight->scene)
        return;
    *cycle = (BiqaCycle){.scene = sight->scene};
    for (guint i = 0; i < spots; i++)
        cycle->times[i] = G_MAXUINT64;
}

/* The spot that was looked at the longest ago; the first of several. */
static guint find_oldest(const BiqaCycle *cycle, guint spots)
{
    guint oldest = 0;

    for (guint i = 1; i < spots; i++)
        if (cycle->times[i] < cycle->times[oldest])
            oldest = i;
    return oldest;
}

/* Whether a spot's crops are missing or too old at time; or from then, where time went back. */
static gboolean is_stale(const BiqaCycle *cycle, guint spot, guint64 time)
{
    const guint64 then = cycle->times[spot];

    return then == G_MAXUINT64 || time == G_MAXUINT64 || time < then ||
           time - then > BIQA_CYCLE_AGE;
}

gboolean biqa_cycle_run(BiqaCycle *cycle, BiqaBackend *backend, const BiqaSight *sight,
                        BiqaResult *result, GError **error)
{
    const BiqaFrameFormat *format = sight->frame->format;
    const guint spots = biqa_input_spots(backend->input, format->width, format->height);
    guint turn;

    begin(cycle, spots, sight);
    turn = find_oldest(cycle, spots);
    cycle->device_ns = 0;
    for (guint i = 0; i < spots; i++) {
        if (i != turn && !is_stale(cycle, i, sight->time))
            continue;
        cycle->times[i] = G_MAXUINT64; /* until it has worked out */
        if (!biqa_backend_run_spot(backend, sight->frame, i, &cycle->latest, error))
            return FALSE;
        cycle->times[i] = sight->time;
        cycle->device_ns += biqa_backend_device_ns(backend);
    }
    *result = cycle->latest;
    return TRUE;
}
