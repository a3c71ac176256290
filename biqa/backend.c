/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the crops of a spot to those of a frame. */
#include "backend.h"

#include <math.h>
#include <string.h>

static gboolean check_memory(const BiqaBackend *backend, const BiqaFrame *frame, GError **error)
{
    if (!frame->images || backend->klass->images)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                "the backend \"%s\" cannot read frames from a device's memory",
                backend->klass->name);
    return FALSE;
}

static gboolean check_values(const float *values, guint n, GError **error)
{
    for (guint i = 0; i < n; i++) {
        if (!isfinite(values[i])) {
            g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                                "the model gave no finite number; its weights are too large");
            return FALSE;
        }
    }
    return TRUE;
}

/* Puts the crops at a spot into their place among those of all. */
static gboolean place_spot(const BiqaBackend *backend, BiqaSpotOf spot, const BiqaResult *part,
                           BiqaResult *result, GError **error)
{
    const guint n = backend->input->n_crops;

    result->n_crops = spot.n * n;
    result->n_spots = spot.n;
    result->n_tasks = part->n_tasks;
    memcpy(result->weights[spot.index], part->weights[0], sizeof part->weights[0]);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        if (!check_values(part->crops[b], n, error))
            return FALSE;
        memcpy(&result->crops[b][spot.index * n], part->crops[b], n * sizeof(float));
    }
    return TRUE;
}

gboolean biqa_backend_run_spot(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                               BiqaResult *result, GError **error)
{
    const guint spots =
        biqa_input_spots(backend->input, frame->format->width, frame->format->height);
    BiqaResult part = {.n_tasks = 0};

    g_return_val_if_fail(spot < spots, FALSE);
    return check_memory(backend, frame, error) &&
           backend->klass->run(backend, frame, spot, &part, error) &&
           place_spot(backend, (BiqaSpotOf){spots, spot}, &part, result, error);
}

gboolean biqa_backend_begin_spot(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                                 GError **error)
{
    g_return_val_if_fail(biqa_backend_can_begin(backend, frame), FALSE);
    return backend->klass->begin(backend, frame, spot, error);
}

gboolean biqa_backend_end_spot(BiqaBackend *backend, BiqaSpotOf spot, BiqaResult *result,
                               GError **error)
{
    BiqaResult part = {.n_tasks = 0};

    return backend->klass->end(backend, &part, error) &&
           place_spot(backend, spot, &part, result, error);
}

gboolean biqa_backend_run(BiqaBackend *backend, const BiqaFrame *frame, BiqaResult *result,
                          GError **error)
{
    const guint spots =
        biqa_input_spots(backend->input, frame->format->width, frame->format->height);

    for (guint i = 0; i < spots; i++)
        if (!biqa_backend_run_spot(backend, frame, i, result, error))
            return FALSE;
    return TRUE;
}
