/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache file of a pool: a header, a slot for every content there can be, then the pictures,
 * packed RGB. In the byte order of the machine: it is a cache, not for exchange. */
#pragma once

#include "pool.h"

/* 12 bytes with its zero. The number goes up whenever a distortion starts to look different. */
#define POOL_MAGIC "biqa-pool-3"
#define POOL_DIGEST 32

typedef struct {
    char magic[12];
    guint32 n_slots;            /* pictures x cuts */
    guint8 digest[POOL_DIGEST]; /* of everything the pictures depend on */
    guint64 size;               /* bytes of the whole file */
} PoolHeader;

/* A content: itself, then every type's levels, each (height, width, 3) bytes. Slot
 * picture * cuts + k is cut k of a picture; width 0 says that the picture was too small for it. */
typedef struct {
    guint32 width, height;
    guint64 offset; /* in the file */
} PoolSlot;

static inline guint64 pool_image_bytes(const PoolSlot *slot)
{
    return 3 * (guint64)slot->width * slot->height;
}

/* Makes the file at path, beside it and then renamed. types has n_types entries; paths n_paths. */
gboolean pool_make(const TrainPoolParams *params, const TrainDistortion *const *types,
                   guint n_types, const guint8 digest[POOL_DIGEST], const char *path,
                   TrainWorkers *workers, GError **error);
