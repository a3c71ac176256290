/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file is a mark, the SHA-256 of what follows, and what the driver gave. Drivers check the head
 * of their data but trust the rest, which a full disk or a crash may have cut short. */
#include "cache.h"

#include <string.h>

#define MARK "biqavkc1"
#define MARK_SIZE 8
#define SUM_SIZE 32
#define HEAD_SIZE (MARK_SIZE + SUM_SIZE)

static void append_hex(GString *name, const guint8 *bytes, gsize n)
{
    for (gsize i = 0; i < n; i++)
        g_string_append_printf(name, "%02x", bytes[i]);
}

/* Of the shaders of a plan. */
static void append_shaders(GString *name, BiqaVkPlan plan)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    for (guint i = 0; i < BIQA_VK_N_KERNELS; i++) {
        const BiqaVkSpirv spirv = biqa_vk_spirv(plan, i);

        g_checksum_update(sum, (const guchar *)spirv.words, (gssize)spirv.size);
    }
    g_string_append_len(name, g_checksum_get_string(sum), 16);
}

/* (transfer full) */
static char *make_path(const BiqaVkDevice *device, BiqaVkPlan plan, const char *folder)
{
    const VkPhysicalDeviceProperties *properties = &device->properties;
    g_autoptr(GString) name = g_string_new(NULL);

    append_hex(name, properties->pipelineCacheUUID, VK_UUID_SIZE);
    g_string_append_printf(name, "-%08x-%08x-%08x-", properties->vendorID, properties->deviceID,
                           properties->driverVersion);
    append_shaders(name, plan);
    g_string_append(name, ".pipelines");
    return folder ? g_build_filename(folder, name->str, NULL)
                  : g_build_filename(g_get_user_cache_dir(), "biqafilter", name->str, NULL);
}

static void checksum(const void *data, gsize size, guint8 sum[SUM_SIZE])
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize length = SUM_SIZE;

    g_checksum_update(checksum, data, (gssize)size);
    g_checksum_get_digest(checksum, sum, &length);
}

/* Whether the bytes of a file are what was written. */
static gboolean is_whole(const char *bytes, gsize size)
{
    guint8 sum[SUM_SIZE];

    if (size <= HEAD_SIZE || memcmp(bytes, MARK, MARK_SIZE) != 0)
        return FALSE;
    checksum(bytes + HEAD_SIZE, size - HEAD_SIZE, sum);
    return memcmp(bytes + MARK_SIZE, sum, SUM_SIZE) == 0;
}

gboolean biqa_vk_cache_init(BiqaVkCache *cache, const BiqaVkDevice *device, BiqaVkPlan plan,
                            const char *folder, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize size = 0;

    *cache = (BiqaVkCache){.device = device, .path = make_path(device, plan, folder)};
    cache->loaded = g_file_get_contents(cache->path, &bytes, &size, NULL) && is_whole(bytes, size);
    cache->size = cache->loaded ? size - HEAD_SIZE : 0;
    VK_TRY(device, CreatePipelineCache, device->handle,
           &(VkPipelineCacheCreateInfo){
               .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO,
               .initialDataSize = cache->size,
               .pInitialData = cache->loaded ? bytes + HEAD_SIZE : NULL,
           },
           NULL, &cache->handle);
    return TRUE;
error:
    return FALSE;
}

void biqa_vk_cache_clear(BiqaVkCache *cache)
{
    if (cache->handle)
        vkDestroyPipelineCache(cache->device->handle, cache->handle, NULL);
    g_free(cache->path);
    *cache = (BiqaVkCache){0};
}

/* The bytes of a file that keeps what the cache holds; NULL if the driver does not tell.
 * (transfer full) */
static guint8 *make_file(const BiqaVkCache *cache, gsize *size)
{
    const VkDevice device = cache->device->handle;
    g_autofree guint8 *bytes = NULL;
    gsize room = 0;

    if (VK_CALL(cache->device, GetPipelineCacheData, device, cache->handle, &room, NULL) !=
            VK_SUCCESS ||
        room == 0)
        return NULL;
    bytes = g_malloc0(HEAD_SIZE + room);
    if (VK_CALL(cache->device, GetPipelineCacheData, device, cache->handle, &room,
                bytes + HEAD_SIZE) != VK_SUCCESS)
        return NULL;
    memcpy(bytes, MARK, MARK_SIZE);
    checksum(bytes + HEAD_SIZE, room, bytes + MARK_SIZE);
    *size = room;
    return g_steal_pointer(&bytes);
}

void biqa_vk_cache_save(BiqaVkCache *cache)
{
    g_autofree char *folder = g_path_get_dirname(cache->path);
    g_autofree guint8 *bytes = NULL;
    g_autoptr(GError) error = NULL;
    gsize size = 0;

    bytes = make_file(cache, &size);
    /* A cache only grows; what is as large as the file is the file. */
    if (!bytes || size <= cache->size)
        return;
    g_mkdir_with_parents(folder, 0700);
    if (g_file_set_contents(cache->path, (const char *)bytes, (gssize)(HEAD_SIZE + size), &error))
        cache->size = size;
    else
        g_debug("pipelines are not kept: %s", error->message);
}
