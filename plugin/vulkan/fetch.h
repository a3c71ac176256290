/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames that lie in images, copied to memory for who must look at their pixels. */
#pragma once

#include "planes.h"

typedef struct BiqaVkFetch BiqaVkFetch;

/* Touches no device before the first frame. For one thread at a time. */
BiqaVkFetch *biqa_vk_fetch_new(void);
void biqa_vk_fetch_free(BiqaVkFetch *fetch); /* NULL is fine */

/* Gives back what is held of the device; the next frame takes it anew. */
void biqa_vk_fetch_release(BiqaVkFetch *fetch);

/* Copies what take says on the device that it lies on, and waits; copy is a frame in memory, or the
 * rows of one, borrowed until the next call. Errors: BIQA_ERROR_DEVICE, and those of
 * biqa_vk_planes_copy(). */
gboolean biqa_vk_fetch_run(BiqaVkFetch *fetch, const BiqaVkTake *take, BiqaFrame *copy,
                           GError **error);

/* From TRUE to FALSE a copy that waits for a device in vain fails within seconds. TRUE from any
 * thread; FALSE while nobody copies. */
void biqa_vk_fetch_stop(BiqaVkFetch *fetch, gboolean stop);
