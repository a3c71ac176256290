/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend: a session, and another one where the device was lost. */
#include "network.h"

#include "session.h"
#include "task.h"

#include <string.h>

/* How often one frame is tried again: a device that is lost three times in a row is broken. */
#define MAX_RECOVERIES 3

/* A frame that was begun and not ended. */
typedef struct {
    BiqaFrame frame;
    guint spot;
} Begun;

typedef struct {
    BiqaBackend base;
    const BiqaModel *model; /* borrowed */
    char *device;           /* as it was asked for */
    char *name;             /* of the device that was found */
    gboolean validate;
    gboolean barriers;
    BiqaVkFault *fault;
    BiqaVkPlanChoice plan;
    gboolean profile;
    guint tapped;                   /* the task whose layers are told */
    BiqaVkSession *session;         /* NULL: lost, and not yet opened again */
    gint recoveries;                /* atomic */
    Begun begun[BIQA_VK_IN_FLIGHT]; /* the oldest first */
    guint n_begun, n_sent;          /* sent: those that the session knows of */
    GCancellable *stop;             /* NULL: never */
} Network;

static void network_free(BiqaBackend *backend)
{
    Network *network = (Network *)backend;

    biqa_vk_session_free(network->session);
    g_clear_pointer(&network->fault, g_atomic_rc_box_release);
    g_clear_object(&network->stop);
    g_free(network->device);
    g_free(network->name);
    g_free(network);
}

static const char *network_device_name(BiqaBackend *backend)
{
    return ((Network *)backend)->name;
}

/* foreign: the device that frames lie on; NULL: one of our own. */
static BiqaVkSession *open_session(Network *network, const BiqaVkForeign *foreign, GError **error)
{
    BiqaVkSessionParams params = {
        .profile = network->profile, .barriers = network->barriers, .stop = network->stop};
    BiqaVkRuntime *runtime =
        foreign ? biqa_vk_runtime_adopt(foreign, error)
                : biqa_vk_runtime_get(network->device, network->validate, network->fault, error);

    if (!runtime)
        return NULL;
    if (!biqa_vk_plan_choose(runtime->device, foreign ? BIQA_VK_PLAN_COMPACT : network->plan,
                             &params.plan, error)) {
        biqa_vk_runtime_put(runtime);
        return NULL;
    }
    return biqa_vk_session_new(runtime, &params, network->model, error);
}

static void drop_session(Network *network)
{
    g_clear_pointer(&network->session, biqa_vk_session_free);
    network->n_sent = 0;
}

/* Drops a session that will not run another frame: its own device was lost, or the one it shares
 * with whom it was lost for. */
static void drop_broken(Network *network)
{
    if (!network->session || !biqa_vk_session_broken(network->session))
        return;
    drop_session(network);
    g_atomic_int_inc(&network->recoveries);
}

/* Drops a session on another device, or queue, than the frame's. */
static void follow_frame(Network *network, const BiqaFrame *frame)
{
    const BiqaVkForeign *foreign = frame->images ? &frame->images->device : NULL;

    if (network->session && !biqa_vk_device_serves(network->session->device, foreign))
        drop_session(network);
}

/* Begins all that the session does not know of: the newest frame or, where it came in the place of
 * another, all of them, in their order. */
static gboolean catch_up(Network *network, GError **error)
{
    const BiqaImages *images = network->begun[0].frame.images;

    if (!network->session && !g_cancellable_set_error_if_cancelled(network->stop, error))
        network->session = open_session(network, images ? &images->device : NULL, error);
    if (!network->session)
        return FALSE;
    while (network->n_sent < network->n_begun) {
        const Begun *next = &network->begun[network->n_sent];

        if (!biqa_vk_session_begin(network->session, &next->frame, next->spot, error))
            return FALSE;
        network->n_sent++;
    }
    return TRUE;
}

/* Begins what is to be begun and, where result is not NULL, ends the oldest; on another device
 * where the one in use is lost. */
static gboolean work(Network *network, BiqaResult *result, GError **error)
{
    for (guint attempt = 0;; attempt++) {
        g_autoptr(GError) failure = NULL;

        if (catch_up(network, &failure) &&
            (!result || biqa_vk_session_end(network->session, result, &failure)))
            return TRUE;
        drop_broken(network);
        /* Somebody else's device is theirs to open again. */
        if (network->session || network->begun[0].frame.images || attempt == MAX_RECOVERIES ||
            g_cancellable_is_cancelled(network->stop)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
}

static gboolean network_begin(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                              GError **error)
{
    Network *network = (Network *)backend;

    g_return_val_if_fail(network->n_begun < BIQA_VK_IN_FLIGHT, FALSE);
    if (g_cancellable_set_error_if_cancelled(network->stop, error))
        return FALSE;
    drop_broken(network);
    if (network->n_begun == 0)
        follow_frame(network, frame);
    network->begun[network->n_begun++] = (Begun){*frame, spot};
    if (work(network, NULL, error))
        return TRUE;
    network->n_begun--;
    return FALSE;
}

static gboolean network_end(BiqaBackend *backend, BiqaResult *result, GError **error)
{
    Network *network = (Network *)backend;
    gboolean ok;

    g_return_val_if_fail(network->n_begun > 0, FALSE);
    ok = work(network, result, error);
    if (!ok)
        drop_session(network); /* which may know of this frame */
    network->n_begun--;
    memmove(network->begun, network->begun + 1, network->n_begun * sizeof network->begun[0]);
    network->n_sent -= network->n_sent > 0;
    return ok;
}

static gboolean network_run(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                            BiqaResult *result, GError **error)
{
    g_return_val_if_fail(((Network *)backend)->n_begun == 0, FALSE);
    return network_begin(backend, frame, spot, error) && network_end(backend, result, error);
}

static gboolean network_tap(BiqaBackend *backend, BiqaBranch branch, guint crop, guint layer,
                            float *output, GError **error)
{
    Network *network = (Network *)backend;
    const BiqaVkTap tap = {network->tapped, branch, crop, layer};

    g_return_val_if_fail(network->session, FALSE);
    return biqa_vk_session_tap(network->session, &tap, output, error);
}

void biqa_vk_backend_tap_task(BiqaBackend *backend, guint task)
{
    Network *network = (Network *)backend;

    g_return_if_fail(task < biqa_model_n_tasks(network->model));
    network->tapped = task;
}

static guint network_recoveries(BiqaBackend *backend)
{
    return (guint)g_atomic_int_get(&((Network *)backend)->recoveries);
}

static const BiqaBackendClass network_class = {
    .name = "vulkan",
    .images = TRUE,
    .tasks = TRUE,
    .in_flight = BIQA_VK_IN_FLIGHT,
    .run = network_run,
    .begin = network_begin,
    .end = network_end,
    .tap = network_tap,
    .device_name = network_device_name,
    .device_ns = biqa_vk_backend_device_ns,
    .recoveries = network_recoveries,
    .free = network_free,
};

BiqaBackend *biqa_vk_backend_new(const BiqaVkParams *params, const BiqaModel *model, GError **error)
{
    static const BiqaVkParams defaults = {0};
    Network *network = g_new0(Network, 1);

    if (!params)
        params = &defaults;
    *network = (Network){
        .base = {&network_class, &model->input},
        .model = model,
        .device = g_strdup(params->device),
        .validate = params->validate,
        .barriers = params->validate || g_strcmp0(g_getenv("BIQA_VK_BARRIERS"), "all") == 0,
        .fault = params->fault ? g_atomic_rc_box_acquire(params->fault) : NULL,
        .plan = params->plan,
        .profile = params->profile,
    };
    g_set_object(&network->stop, params->stop);
    network->session = open_session(network, NULL, error);
    if (!network->session) {
        network_free(&network->base);
        return NULL;
    }
    network->name = g_strdup(network->session->device->properties.deviceName);
    return &network->base;
}

BiqaBackend *biqa_vk_backend_open(const char *device, const BiqaModel *model, GCancellable *stop,
                                  GError **error)
{
    const char *plan = g_getenv("BIQA_VK_PLAN"), *fault = g_getenv("BIQA_VK_FAULT");
    BiqaVkParams params = {.device = device, .stop = stop};
    BiqaBackend *backend;

    if (g_strcmp0(plan, "compact") == 0)
        params.plan = BIQA_VK_PLAN_COMPACT;
    else if (g_strcmp0(plan, "unrolled") == 0)
        params.plan = BIQA_VK_PLAN_UNROLLED;
    if (fault && !(params.fault = biqa_vk_fault_parse(fault, error)))
        return NULL;
    backend = biqa_vk_backend_new(&params, model, error);
    g_clear_pointer(&params.fault, g_atomic_rc_box_release);
    return backend;
}

const BiqaVkCalls *biqa_vk_backend_calls(BiqaBackend *backend)
{
    Network *network = (Network *)backend;

    return network->session ? network->session->device->calls : NULL;
}

gboolean biqa_vk_backend_on_gpu(BiqaBackend *backend)
{
    const BiqaVkSession *session = ((Network *)backend)->session;

    return session && session->device->properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU;
}

guint64 biqa_vk_backend_device_ns(BiqaBackend *backend)
{
    const BiqaVkSession *session = ((Network *)backend)->session;

    return session ? biqa_vk_session_elapsed(session, 0, 1) : 0;
}

guint biqa_vk_backend_n_steps(BiqaBackend *backend)
{
    const BiqaVkSession *session = ((Network *)backend)->session;

    return session ? 1 + session->program->steps->len : 0;
}

BiqaVkStepTime biqa_vk_backend_step_time(BiqaBackend *backend, guint step)
{
    const BiqaVkSession *session = ((Network *)backend)->session;
    const BiqaVkStep *what = NULL;

    g_return_val_if_fail(step < biqa_vk_backend_n_steps(backend), (BiqaVkStepTime){0});
    if (step > 0)
        what = &g_array_index(session->program->steps, BiqaVkStep, step - 1);
    return (BiqaVkStepTime){
        .kernel = biqa_vk_kernel_name(what ? what->variant.kernel : BIQA_VK_PREPROCESS),
        .branch = what ? what->branch : BIQA_FULL,
        .layer = what ? what->layer : 0,
        .ns = biqa_vk_session_elapsed(session, step ? 1 + step : 0, 2 + step),
    };
}

gint64 biqa_vk_backend_check_arena(BiqaBackend *backend)
{
    const BiqaVkSession *session = ((Network *)backend)->session;

    g_return_val_if_fail(session, -1);
    return biqa_vk_program_check(session->program);
}
