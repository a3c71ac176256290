/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A row a choice. */
#include "gstbiqabackend.h"

#include "cpu.h"
#include "network.h"

static BiqaBackend *open_vulkan(const GstBiqaSetup *setup, const BiqaModel *model, GError **error)
{
    return biqa_vk_backend_open(setup->device, model, error);
}

static BiqaBackend *open_cpu(const GstBiqaSetup *setup, const BiqaModel *model, GError **error)
{
    return biqa_cpu_backend_open(model, error);
}

static BiqaBackend *open_reference(const GstBiqaSetup *setup, const BiqaModel *model,
                                   GError **error)
{
    return biqa_reference_open(model);
}

static BiqaBackend *(*const openers[])(const GstBiqaSetup *, const BiqaModel *, GError **) = {
    [GST_BIQA_BACKEND_AUTO] = open_vulkan,
    [GST_BIQA_BACKEND_VULKAN] = open_vulkan,
    [GST_BIQA_BACKEND_CPU] = open_cpu,
    [GST_BIQA_BACKEND_REFERENCE] = open_reference,
};

BiqaBackend *gst_biqa_backend_open(const GstBiqaSetup *setup, const BiqaModel *model,
                                   GError **error)
{
    g_return_val_if_fail((guint)setup->backend < G_N_ELEMENTS(openers), NULL);
    return openers[setup->backend](setup, model, error);
}
