/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache file of a pool: a header, a slot for every content there can be, then each content's
 * pictures, packed RGB, and their labels. In the byte order of the machine: it is a cache, not for
 * exchange. */
#pragma once

#include "pool.h"

/* 12 bytes with its zero. The number goes up whenever a distortion starts to look different. */
#define POOL_MAGIC "biqa-pool-4"
#define POOL_DIGEST 32

typedef struct {
    char magic[12];
    guint32 n_slots;            /* pictures x cuts */
    guint8 digest[POOL_DIGEST]; /* of everything the pictures depend on */
    guint64 size;               /* bytes of the whole file */
} PoolHeader;

/* A content: itself, then every type's levels, each (height, width, 3) bytes; then a float label of
 * each in the same order, NaN where there is no judge. Slot picture * cuts + k is cut k of a
 * picture; width 0 says that the picture was too small for it. */
typedef struct {
    guint32 width, height;
    guint64 offset; /* in the file */
} PoolSlot;

static inline guint64 pool_image_bytes(const PoolSlot *slot)
{
    return 3 * (guint64)slot->width * slot->height;
}

/* Pictures of a content, itself among them. */
static inline guint pool_n_images(guint n_types)
{
    return 1 + n_types * TRAIN_LEVELS;
}

static inline guint64 pool_content_bytes(const PoolSlot *slot, guint n_types)
{
    return pool_n_images(n_types) * (pool_image_bytes(slot) + sizeof(float));
}

/* Where in the file the label of picture number of a content lies: at any byte. */
static inline guint64 pool_label_offset(const PoolSlot *slot, guint n_types, guint number)
{
    return slot->offset + pool_n_images(n_types) * pool_image_bytes(slot) + number * sizeof(float);
}

/* Makes the file at path, beside it and then renamed. types: of const TrainDistortion *. */
gboolean pool_make(const TrainPoolParams *params, const GPtrArray *types,
                   const guint8 digest[POOL_DIGEST], const char *path, TrainWorkers *workers,
                   GError **error);
