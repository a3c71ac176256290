/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a driver made of our shaders, kept on disk from process to process. */
#pragma once

#include "device.h"
#include "shaders.h"

typedef struct {
    const BiqaVkDevice *device; /* borrowed */
    VkPipelineCache handle;
    char *path;      /* of the file; one for each device, driver version and set of shaders */
    gboolean loaded; /* the file was there and whole */
    gsize size;      /* bytes of what the file holds, as far as we know */
} BiqaVkCache;

/* folder: where files lie; NULL is biqafilter in the user's folder of caches. A file that is
 * missing, damaged or another driver's is a cache that starts empty. Errors: BIQA_ERROR_DEVICE. A
 * zeroed struct may be cleared. */
gboolean biqa_vk_cache_init(BiqaVkCache *cache, const BiqaVkDevice *device, BiqaVkPlan plan,
                            const char *folder, GError **error);
void biqa_vk_cache_clear(BiqaVkCache *cache);

/* Writes the file if there is more to keep than it holds. Another process that does the same
 * replaces a whole file by a whole file. That it cannot be written is of no consequence. One thread
 * at a time. */
void biqa_vk_cache_save(BiqaVkCache *cache);
