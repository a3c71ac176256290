/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row a choice. */
#include "gstbiqabackend.h"

#include "choice.h"
#include "cpu.h"
#include "network.h"
#include <math.h>

static BiqaBackend *open_auto(const GstBiqaSetup *setup, const BiqaModel *model, BiqaChoice *choice,
                              GError **error)
{
    return biqa_choice_open(setup->device, model, choice, error);
}

static BiqaBackend *open_vulkan(const GstBiqaSetup *setup, const BiqaModel *model,
                                BiqaChoice *choice, GError **error)
{
    return biqa_vk_backend_open(setup->device, model, error);
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

static void post(GstElement *element, BiqaBackend *backend, const BiqaChoice *choice)
{
    GstStructure *structure = gst_structure_new(
        "biqa-backend", "backend", G_TYPE_STRING, backend->klass->name, "device", G_TYPE_STRING,
        biqa_backend_device_name(backend), "reason", G_TYPE_STRING, choice->reason, NULL);

    if (!isnan(choice->cpu_ms) && !isnan(choice->vulkan_ms))
        gst_structure_set(structure, "cpu-ms", G_TYPE_DOUBLE, choice->cpu_ms, "vulkan-ms",
                          G_TYPE_DOUBLE, choice->vulkan_ms, NULL);
    gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), structure));
}

BiqaBackend *gst_biqa_backend_open(GstElement *element, const GstBiqaSetup *setup,
                                   const BiqaModel *model, GError **error)
{
    BiqaChoice choice = {.reason = "property", .cpu_ms = NAN, .vulkan_ms = NAN};
    BiqaBackend *backend;

    g_return_val_if_fail((guint)setup->backend < G_N_ELEMENTS(openers), NULL);
    if (setup->maker)
        backend = setup->maker->open(setup->maker->user, model, error);
    else
        backend = openers[setup->backend](setup, model, &choice, error);
    if (backend)
        post(element, backend, &choice);
    return backend;
}

BiqaBackend *gst_biqa_backend_open_like(const BiqaBackend *first, const GstBiqaSetup *setup,
                                        const BiqaModel *model, GError **error)
{
    static const char *const names[] = {
        [GST_BIQA_BACKEND_VULKAN] = "vulkan",
        [GST_BIQA_BACKEND_CPU] = "cpu",
        [GST_BIQA_BACKEND_REFERENCE] = "reference",
    };
    BiqaChoice choice;

    if (setup->maker)
        return setup->maker->open(setup->maker->user, model, error);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_strcmp0(names[i], first->klass->name) == 0)
            return openers[i](setup, model, &choice, error);
    g_return_val_if_reached(NULL);
}
