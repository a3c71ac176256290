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

static BiqaBackend *open_chosen(const char *device, const BiqaModel *model, BiqaChoice *choice,
                                const char *backend, const char *reason, GError **error)
{
    choice->backend = backend;
    choice->reason = reason;
    return backend == vulkan ? biqa_vk_backend_open(device, model, error)
                             : biqa_cpu_backend_open(model, error);
}

/* Vulkan if it opens, else the processor. */
static BiqaBackend *open_vulkan_if(const BiqaModel *model, BiqaChoice *choice, const char *reason,
                                   GError **error)
{
    g_autoptr(GError) refusal = NULL;
    BiqaBackend *backend = open_chosen(NULL, model, choice, vulkan, reason, &refusal);

    if (backend)
        return backend;
    g_info("Vulkan does not work here: %s", refusal->message);
    return open_chosen(NULL, model, choice, cpu, "only", error);
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
static const char *measure(const BiqaModel *model, BiqaChoice *choice)
{
    g_autoptr(BiqaModel) probe = biqa_probe_new(model);
    g_autoptr(BiqaBackend) one = probe ? biqa_cpu_backend_open(probe, NULL) : NULL;
    g_autoptr(BiqaBackend) other = probe ? biqa_vk_backend_open(NULL, probe, NULL) : NULL;

    if (one && other) {
        choice->cpu_ms = biqa_probe_run(one, probe);
        choice->vulkan_ms = biqa_probe_run(other, probe);
    }
    return choice->vulkan_ms < choice->cpu_ms ? vulkan : cpu;
}

/* No GPU: the processor does the work, by one way or the other. */
static BiqaBackend *open_faster(const BiqaVkDevice *device, const BiqaModel *model,
                                BiqaChoice *choice, GError **error)
{
    g_autoptr(BiqaBackend) processor = open_chosen(NULL, model, choice, cpu, "measured", error);
    BiqaPastKey key;
    const char *backend;

    if (!processor)
        return NULL;
    key = make_key(device, biqa_backend_device_name(processor), model);
    if (biqa_past_recall(&key, choice)) {
        choice->reason = "remembered";
        backend = choice->backend;
    } else {
        backend = choice->backend = measure(model, choice);
        biqa_past_remember(&key, choice);
    }
    if (g_strcmp0(backend, cpu) == 0)
        return g_steal_pointer(&processor);
    return open_vulkan_if(model, choice, choice->reason, error);
}

BiqaBackend *biqa_choice_open(const char *device, const BiqaModel *model, BiqaChoice *choice,
                              GError **error)
{
    g_autoptr(BiqaVkDevice) found = NULL;

    *choice = (BiqaChoice){.cpu_ms = NAN, .vulkan_ms = NAN};
    if (device && g_strcmp0(device, "auto") != 0)
        return open_chosen(device, model, choice, vulkan, "device", error);
    found = biqa_vk_device_find(NULL, FALSE, NULL);
    if (!found)
        return open_chosen(NULL, model, choice, cpu, "only", error);
    if (found->properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU)
        return open_vulkan_if(model, choice, "gpu", error);
    return open_faster(found, model, choice, error);
}
