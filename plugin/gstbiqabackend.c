/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row a choice. */
#include "gstbiqabackend.h"

#include "choice.h"
#include "cpu.h"
#include "network.h"
#include "task-backend.h"
#include <math.h>

static BiqaBackend *open_auto(const GstBiqaSetup *setup, const BiqaModel *model, BiqaChoice *choice,
                              GError **error)
{
    return biqa_choice_open(setup->device, model, setup->stop, choice, error);
}

static BiqaBackend *open_vulkan(const GstBiqaSetup *setup, const BiqaModel *model,
                                BiqaChoice *choice, GError **error)
{
    return biqa_vk_backend_open(setup->device, model, setup->stop, error);
}

static BiqaBackend *open_cpu(const GstBiqaSetup *setup, const BiqaModel *model, BiqaChoice *choice,
                             GError **error)
{
    return biqa_cpu_backend_open(model, error);
}

static BiqaBackend *open_reference(const GstBiqaSetup *setup, const BiqaModel *model,
                                   BiqaChoice *choice, GError **error)
{
    return biqa_reference_open(model);
}

static BiqaBackend *(*const openers[])(const GstBiqaSetup *, const BiqaModel *, BiqaChoice *,
                                       GError **) = {
    [GST_BIQA_BACKEND_AUTO] = open_auto,
    [GST_BIQA_BACKEND_VULKAN] = open_vulkan,
    [GST_BIQA_BACKEND_CPU] = open_cpu,
    [GST_BIQA_BACKEND_REFERENCE] = open_reference,
};

static void post(GstElement *element, GstStructure *what)
{
    gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), what));
}

static GstStructure *describe(const char *backend, const char *device, const char *reason)
{
    return gst_structure_new("biqa-backend", "backend", G_TYPE_STRING, backend, "device",
                             G_TYPE_STRING, device, "reason", G_TYPE_STRING, reason, NULL);
}

void gst_biqa_backend_post(GstElement *element, const char *backend, const char *device,
                           const char *reason)
{
    post(element, describe(backend, device, reason));
}

static void post_choice(GstElement *element, BiqaBackend *backend, const BiqaChoice *choice)
{
    GstStructure *what =
        describe(backend->klass->name, biqa_backend_device_name(backend), choice->reason);

    if (!isnan(choice->cpu_ms) && !isnan(choice->vulkan_ms))
        gst_structure_set(what, "cpu-ms", G_TYPE_DOUBLE, choice->cpu_ms, "vulkan-ms", G_TYPE_DOUBLE,
                          choice->vulkan_ms, NULL);
    post(element, what);
}

/* The number of the task that setup names, -1 for all; -2: the model has none of that name. */
static int find_task(const GstBiqaSetup *setup, const BiqaModel *model)
{
    int task;

    if (!setup->task || g_str_equal(setup->task, "auto"))
        return -1;
    task = biqa_model_find_task(model, setup->task);
    return task < 0 ? -2 : task;
}

gboolean gst_biqa_backend_check_task(const GstBiqaSetup *setup, const BiqaModel *model,
                                     GError **error)
{
    if (find_task(setup, model) != -2)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "the model has no task \"%s\": `biqa-train tasks` lists those it has, and "
                "task=auto weighs them",
                setup->task);
    return FALSE;
}

/* What opens a backend for each task; first: whose kind they shall be of, or NULL. */
typedef struct {
    const GstBiqaSetup *setup;
    const BiqaBackend *first;
    BiqaChoice *choice;
} Opening;

static BiqaBackend *open_view(gpointer user, const BiqaModel *view, const BiqaBackend *first,
                              GError **error)
{
    static const char *const names[] = {
        [GST_BIQA_BACKEND_VULKAN] = "vulkan",
        [GST_BIQA_BACKEND_CPU] = "cpu",
        [GST_BIQA_BACKEND_REFERENCE] = "reference",
    };
    const Opening *opening = user;
    const GstBiqaSetup *setup = opening->setup;

    if (!first)
        first = opening->first;
    if (setup->maker)
        return setup->maker->open(setup->maker->user, view, setup->stop, error);
    if (!first)
        return openers[setup->backend](setup, view, opening->choice, error);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_strcmp0(names[i], first->klass->name) == 0)
            return openers[i](setup, view, opening->choice, error);
    g_return_val_if_reached(NULL);
}

static BiqaBackend *open_tasks(const Opening *opening, const BiqaModel *model, GError **error)
{
    const BiqaTaskOpener opener = {open_view, (gpointer)opening};

    g_return_val_if_fail((guint)opening->setup->backend < G_N_ELEMENTS(openers), NULL);
    if (!gst_biqa_backend_check_task(opening->setup, model, error))
        return NULL;
    return biqa_task_backend_open(model, find_task(opening->setup, model), &opener, error);
}

BiqaBackend *gst_biqa_backend_open(GstElement *element, const GstBiqaSetup *setup,
                                   const BiqaModel *model, GError **error)
{
    BiqaChoice choice = {.reason = "property", .cpu_ms = NAN, .vulkan_ms = NAN};
    const Opening opening = {setup, NULL, &choice};
    BiqaBackend *backend = open_tasks(&opening, model, error);

    if (backend)
        post_choice(element, backend, &choice);
    return backend;
}

BiqaBackend *gst_biqa_backend_open_like(const BiqaBackend *first, const GstBiqaSetup *setup,
                                        const BiqaModel *model, GError **error)
{
    BiqaChoice choice;
    const Opening opening = {setup, first, &choice};

    return open_tasks(&opening, model, error);
}
