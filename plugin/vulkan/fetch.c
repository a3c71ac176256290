/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A buffer that the host reads, and the copies into it. */
#include "fetch.h"

#include "command.h"
#include "runtime.h"

struct BiqaVkFetch {
    BiqaVkRuntime *runtime; /* of the device that frames lie on; NULL: none yet */
    BiqaVkCommands commands;
    BiqaVkBuffer buffer;    /* of the largest copy so far */
    BiqaFrameFormat format; /* of the copy */
    GCancellable *stop;
};

BiqaVkFetch *biqa_vk_fetch_new(void)
{
    BiqaVkFetch *fetch = g_new0(BiqaVkFetch, 1);

    fetch->stop = g_cancellable_new();
    return fetch;
}

void biqa_vk_fetch_release(BiqaVkFetch *fetch)
{
    if (!fetch->runtime)
        return;
    if (fetch->commands.device && !biqa_vk_commands_settle(&fetch->commands)) {
        /* Memory that a device writes to is better lost than used again, as its sessions' is. */
        g_warning("%s does not finish a copy; its memory is lost",
                  fetch->runtime->device->properties.deviceName);
        fetch->commands = (BiqaVkCommands){0};
        fetch->buffer = (BiqaVkBuffer){0};
        fetch->runtime = NULL;
        return;
    }
    biqa_vk_commands_clear(&fetch->commands);
    biqa_vk_buffer_clear(&fetch->buffer, fetch->runtime->device);
    g_clear_pointer(&fetch->runtime, biqa_vk_runtime_put);
}

void biqa_vk_fetch_free(BiqaVkFetch *fetch)
{
    if (!fetch)
        return;
    biqa_vk_fetch_release(fetch);
    g_object_unref(fetch->stop);
    g_free(fetch);
}

void biqa_vk_fetch_stop(BiqaVkFetch *fetch, gboolean stop)
{
    if (stop)
        g_cancellable_cancel(fetch->stop);
    else
        g_cancellable_reset(fetch->stop);
}

static gboolean is_broken(const BiqaVkFetch *fetch)
{
    return fetch->commands.pending || biqa_vk_calls_lost(fetch->runtime->device->calls);
}

/* Gets ready for copies on a device. */
static gboolean follow(BiqaVkFetch *fetch, const BiqaVkForeign *foreign, GError **error)
{
    if (fetch->runtime &&
        (is_broken(fetch) || !biqa_vk_device_serves(fetch->runtime->device, foreign)))
        biqa_vk_fetch_release(fetch);
    if (fetch->runtime)
        return TRUE;
    fetch->runtime = biqa_vk_runtime_adopt(foreign, error);
    if (!fetch->runtime)
        return FALSE;
    if (!biqa_vk_commands_init(&fetch->commands, fetch->runtime->device, 0, error)) {
        biqa_vk_fetch_release(fetch);
        return FALSE;
    }
    fetch->commands.stop = fetch->stop;
    return TRUE;
}

static gboolean grow(BiqaVkFetch *fetch, gsize size, GError **error)
{
    const BiqaVkDevice *device = fetch->runtime->device;

    if (fetch->buffer.size >= size)
        return TRUE;
    biqa_vk_buffer_clear(&fetch->buffer, device);
    return biqa_vk_buffer_init(&fetch->buffer, device, size, BIQA_VK_READBACK_MEMORY, error);
}

static gboolean run(BiqaVkFetch *fetch, const BiqaVkPlanes *planes, const BiqaVkTake *take,
                    GError **error)
{
    const VkCommandBuffer buffer = fetch->commands.once;

    if (!biqa_vk_commands_begin(&fetch->commands, buffer,
                                VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT, error) ||
        !biqa_vk_planes_copy(planes, take, fetch->buffer.handle, buffer, error))
        return FALSE;
    biqa_vk_commands_barrier(buffer, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT);
    return biqa_vk_commands_finish(&fetch->commands, buffer, error);
}

gboolean biqa_vk_fetch_run(BiqaVkFetch *fetch, const BiqaVkTake *take, BiqaFrame *copy,
                           GError **error)
{
    BiqaVkPlanes planes;

    fetch->format = *take->format;
    if (take->rows)
        biqa_frame_format_pick(&fetch->format, take->format, take->n_rows);
    planes = biqa_vk_planes_of(&fetch->format);
    if (!follow(fetch, &take->images->device, error) || !grow(fetch, planes.size, error) ||
        !run(fetch, &planes, take, error))
        return FALSE;
    *copy = (BiqaFrame){.format = &fetch->format};
    for (guint i = 0; i < planes.n; i++) {
        copy->planes[i] = (const guint8 *)fetch->buffer.mapped + planes.base[i];
        copy->strides[i] = planes.row[i];
    }
    return TRUE;
}
