/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backend with a gate in front. */
#include "gate.h"
#include "element-support.h"

/* A wait that lasts so long has failed. */
#define GUARD (60 * G_TIME_SPAN_SECOND)

typedef struct {
    BiqaBackend base;
    Gate *gate;
    guint n_crops;
} Gated;

static gboolean gated_run(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                          BiqaResult *result, GError **error)
{
    Gated *gated = (Gated *)backend;
    Gate *gate = gated->gate;
    BiqaErrorCode code;
    gboolean broken;
    float rgb[3];

    biqa_frame_pixel(frame, 0, 0, rgb);
    g_mutex_lock(&gate->lock);
    gate->begun++;
    g_cond_broadcast(&gate->change);
    while (gate->permits == 0)
        g_cond_wait(&gate->change, &gate->lock);
    gate->permits--;
    gate->done++;
    broken = gate->broken;
    code = gate->code;
    g_cond_broadcast(&gate->change);
    g_mutex_unlock(&gate->lock);

    result->n_crops = gated->n_crops;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        for (guint i = 0; i < gated->n_crops; i++)
            result->crops[b][i] = rgb[0];
    if (broken)
        g_set_error_literal(error, BIQA_ERROR, code, "the gate is broken");
    return !broken;
}

static const char *gated_device_name(BiqaBackend *backend)
{
    return "gate";
}

static void gated_free(BiqaBackend *backend)
{
    g_free(backend);
}

static const BiqaBackendClass gated_class = {
    .name = "gated",
    .run = gated_run,
    .device_name = gated_device_name,
    .free = gated_free,
};

static BiqaBackend *gated_open(gpointer user, const BiqaModel *model, GCancellable *stop,
                               GError **error)
{
    Gated *gated = g_new0(Gated, 1);

    *gated = (Gated){{&gated_class, &model->input}, user, model->input.n_crops};
    return &gated->base;
}

Gate *gate_new(void)
{
    Gate *gate = g_new0(Gate, 1);

    gate->maker = (GstBiqaMaker){gated_open, gate};
    g_mutex_init(&gate->lock);
    g_cond_init(&gate->change);
    return gate;
}

void gate_free(Gate *gate)
{
    g_mutex_clear(&gate->lock);
    g_cond_clear(&gate->change);
    g_free(gate);
}

void gate_install(Gate *gate, GstElement *element)
{
    maker_install(&gate->maker, element);
}

void gate_open(Gate *gate, guint permits)
{
    g_mutex_lock(&gate->lock);
    gate->permits += permits;
    g_cond_broadcast(&gate->change);
    g_mutex_unlock(&gate->lock);
}

void gate_break(Gate *gate, BiqaErrorCode code)
{
    g_mutex_lock(&gate->lock);
    gate->broken = TRUE;
    gate->code = code;
    g_mutex_unlock(&gate->lock);
}

static void await(Gate *gate, const guint *count, guint n)
{
    const gint64 end = g_get_monotonic_time() + GUARD;

    g_mutex_lock(&gate->lock);
    while (*count < n)
        g_assert_true(g_cond_wait_until(&gate->change, &gate->lock, end));
    g_mutex_unlock(&gate->lock);
}

void gate_await_begun(Gate *gate, guint n)
{
    await(gate, &gate->begun, n);
}

void gate_await_done(Gate *gate, guint n)
{
    await(gate, &gate->done, n);
}

guint gate_begun(Gate *gate)
{
    guint n;

    g_mutex_lock(&gate->lock);
    n = gate->begun;
    g_mutex_unlock(&gate->lock);
    return n;
}
