/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which spots a frame is looked at: the one whose turn it is, and those nobody knows enough of. */
#include "cycle.h"

#include <string.h>

/* Forgets what belongs to other frames than those of sight. */
static void begin_scene(BiqaCycle *cycle, guint spots, const BiqaSight *sight)
{
    if (cycle->n_spots == spots && cycle->scene == sight->scene)
        return;
    cycle->n_spots = spots;
    cycle->scene = sight->scene;
    for (guint i = 0; i < spots; i++)
        cycle->times[i] = G_MAXUINT64;
}

/* The spot that was looked at the longest ago; the first of several. */
static guint find_oldest(const BiqaCycle *cycle)
{
    guint oldest = 0;

    for (guint i = 1; i < cycle->n_spots; i++)
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

/* The spots that are due of a frame, in their order, and how many these are. */
static guint find_due(const BiqaCycle *cycle, guint64 time, guint due[BIQA_MAX_CROPS])
{
    const guint turn = find_oldest(cycle);
    guint n = 0;

    for (guint i = 0; i < cycle->n_spots; i++)
        if (i == turn || is_stale(cycle, i, time))
            due[n++] = i;
    return n;
}

/* Ends what the backend is at of a frame. */
static gboolean land(BiqaCycle *cycle, BiqaBackend *backend, BiqaCycleFrame *frame, GError **error)
{
    if (!frame->flies)
        return TRUE;
    frame->flies = FALSE;
    if (!biqa_backend_end_spot(backend, frame->spot, &cycle->latest, error)) {
        cycle->times[frame->spot.index] = G_MAXUINT64;
        return FALSE;
    }
    frame->device_ns += biqa_backend_device_ns(backend);
    frame->result = cycle->latest;
    return TRUE;
}

static void land_all(BiqaCycle *cycle, BiqaBackend *backend)
{
    for (guint i = 0; i < cycle->n_frames; i++)
        if (!cycle->frames[i].error)
            land(cycle, backend, &cycle->frames[i], &cycle->frames[i].error);
}

/* Looks at a spot of a frame, which is the only one that the backend is at. */
static gboolean look(BiqaCycle *cycle, BiqaBackend *backend, const BiqaSight *sight, guint spot,
                     BiqaCycleFrame *frame, GError **error)
{
    cycle->times[spot] = G_MAXUINT64; /* until it has worked out */
    if (!biqa_backend_run_spot(backend, sight->frame, spot, &cycle->latest, error))
        return FALSE;
    cycle->times[spot] = sight->time;
    frame->device_ns += biqa_backend_device_ns(backend);
    return TRUE;
}

/* Lets the backend go on with the last spot of a frame alone. */
static gboolean take_off(BiqaCycle *cycle, BiqaBackend *backend, const BiqaSight *sight, guint spot,
                         BiqaCycleFrame *frame, GError **error)
{
    frame->spot = (BiqaSpotOf){cycle->n_spots, spot};
    frame->flies = biqa_backend_begin_spot(backend, sight->frame, spot, error);
    cycle->times[spot] = frame->flies ? sight->time : G_MAXUINT64;
    return frame->flies;
}

gboolean biqa_cycle_begin(BiqaCycle *cycle, BiqaBackend *backend, const BiqaSight *sight,
                          GError **error)
{
    const BiqaFrameFormat *format = sight->frame->format;
    const gboolean may_fly = biqa_backend_can_begin(backend, sight->frame);
    BiqaCycleFrame *frame = &cycle->frames[cycle->n_frames];
    guint due[BIQA_MAX_CROPS], n;

    g_return_val_if_fail(cycle->n_frames < BIQA_CYCLE_FRAMES, FALSE);
    begin_scene(cycle, biqa_input_spots(backend->input, format->width, format->height), sight);
    n = find_due(cycle, sight->time, due);
    *frame = (BiqaCycleFrame){.flies = FALSE};
    /* Of a frame that is begun one spot flies, so that as many fly as frames are begun; and a scene
     * that begins, which takes all its spots, finds no frame of another in the air. */
    if (n > 1 || !may_fly || cycle->n_frames >= backend->klass->in_flight)
        land_all(cycle, backend);
    for (guint i = 0; i < n; i++)
        if (!(may_fly && i == n - 1 ? take_off : look)(cycle, backend, sight, due[i], frame, error))
            return FALSE;
    if (!frame->flies)
        frame->result = cycle->latest;
    cycle->n_frames++;
    return TRUE;
}

gboolean biqa_cycle_end(BiqaCycle *cycle, BiqaBackend *backend, BiqaResult *result, GError **error)
{
    BiqaCycleFrame *frame = &cycle->frames[0];
    gboolean ok;

    g_return_val_if_fail(cycle->n_frames > 0, FALSE);
    ok = !frame->error && land(cycle, backend, frame, error);
    if (frame->error)
        g_propagate_error(error, g_steal_pointer(&frame->error));
    if (ok)
        *result = frame->result;
    cycle->device_ns = frame->device_ns;
    cycle->n_frames--;
    memmove(frame, frame + 1, cycle->n_frames * sizeof *frame);
    return ok;
}

gboolean biqa_cycle_landed(const BiqaCycle *cycle)
{
    return cycle->n_frames > 0 && !cycle->frames[0].flies;
}

gboolean biqa_cycle_run(BiqaCycle *cycle, BiqaBackend *backend, const BiqaSight *sight,
                        BiqaResult *result, GError **error)
{
    return biqa_cycle_begin(cycle, backend, sight, error) &&
           biqa_cycle_end(cycle, backend, result, error);
}
