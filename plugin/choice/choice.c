/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking, remembering, measuring. */
#include "choice.h"

#include "cpu.h"
#include "device.h"
#include "network.h"
#include "past.h"
#include "probe.h"
#include <math.h>

static const char vulkan[] = "vulkan", cpu[] = "cpu";

/* What is to be opened, and what is found out on the way. */
typedef struct {
    const char *device; /* NULL: any */
    const BiqaModel *model;
    GCancellable *stop;
    BiqaChoice *choice;
} Opening;

static BiqaBackend *open_chosen(const Opening *opening, const char *backend, const char *reason,
                                GError **error)
{
    opening->choice->backend = backend;
    opening->choice->reason = reason;
    return backend == vulkan
               ? biqa_vk_backend_open(opening->device, opening->model, opening->stop, error)
               : biqa_cpu_backend_open(opening->model, error);
}

/* Vulkan if it opens, else the processor. */
static BiqaBackend *open_vulkan_if(const Opening *opening, const char *reason, GError **error)
{
    g_autoptr(GError) refusal = NULL;
    BiqaBackend *backend = open_chosen(opening, vulkan, reason, &refusal);

    if (backend)
        return backend;
    if (g_cancellable_set_error_if_cancelled(opening->stop, error))
        return NULL;
    g_info("Vulkan does not work here: %s", refusal->message);
    return open_chosen(opening, cpu, "only", error);
}

/* Everything that the outcome may depend on. */
static BiqaPastKey make_key(const BiqaVkDevice *device, const char *processor,
                            const BiqaModel *model)
{
    const VkPhysicalDeviceProperties *properties = &device->properties;
    g_auto(GStrv) lines = biqa_graph_format(model->graph);
    g_autofree char *graph = g_strjoinv("\n", lines);
    g_autofree char *text = g_strdup_printf(
        "%s\n%s\n%u %u %u %u\n%s\n%u\n%u %s %g\n%s", BIQA_VERSION, properties->deviceName,
        properties->driverVersion, properties->apiVersion, properties->vendorID,
        properties->deviceID, processor, g_get_num_processors(), model->input.size,
        biqa_prune_structure_name(model->pruning.structure), model->pruning.ratio, graph);

    return biqa_past_key(text);
}

/* Fills in what the two take for the probe; the processor wins where either cannot tell. */
static const char *measure(const Opening *opening)
{
    BiqaChoice *choice = opening->choice;
    g_autoptr(BiqaModel) probe = biqa_probe_new(opening->model);
    g_autoptr(BiqaBackend) one = probe ? biqa_cpu_backend_open(probe, NULL) : NULL;
    g_autoptr(BiqaBackend) other =
        probe ? biqa_vk_backend_open(NULL, probe, opening->stop, NULL) : NULL;

    if (one && other) {
        choice->cpu_ms = biqa_probe_run(one, probe);
        choice->vulkan_ms = biqa_probe_run(other, probe);
    }
    return choice->vulkan_ms < choice->cpu_ms ? vulkan : cpu;
}

/* No GPU: the processor does the work, by one way or the other. */
static BiqaBackend *open_faster(const Opening *opening, const BiqaVkDevice *device, GError **error)
{
    BiqaChoice *choice = opening->choice;
    g_autoptr(BiqaBackend) processor = open_chosen(opening, cpu, "measured", error);
    BiqaPastKey key;
    const char *backend;

    if (!processor)
        return NULL;
    key = make_key(device, biqa_backend_device_name(processor), opening->model);
    if (biqa_past_recall(&key, choice)) {
        choice->reason = "remembered";
        backend = choice->backend;
    } else {
        backend = choice->backend = measure(opening);
        if (g_cancellable_set_error_if_cancelled(opening->stop, error))
            return NULL;
        biqa_past_remember(&key, choice);
    }
    if (g_strcmp0(backend, cpu) == 0)
        return g_steal_pointer(&processor);
    return open_vulkan_if(opening, choice->reason, error);
}

BiqaBackend *biqa_choice_open(const char *device, const BiqaModel *model, GCancellable *stop,
                              BiqaChoice *choice, GError **error)
{
    const gboolean named = device && g_strcmp0(device, "auto") != 0;
    const Opening opening = {named ? device : NULL, model, stop, choice};
    g_autoptr(BiqaVkDevice) found = NULL;

    *choice = (BiqaChoice){.cpu_ms = NAN, .vulkan_ms = NAN};
    if (named)
        return open_chosen(&opening, vulkan, "device", error);
    found = biqa_vk_device_find(NULL, FALSE, NULL);
    if (!found)
        return open_chosen(&opening, cpu, "only", error);
    if (found->properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU)
        return open_vulkan_if(&opening, "gpu", error);
    return open_faster(&opening, found, error);
}
