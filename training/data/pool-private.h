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

/* A content: itself, then every type's levels, each (height, width, 3) bytes; then of each in the
 * same order the floats that are known of it: the judge's label, NaN where there is none, and every
 * annotator's figure. Slot (picture * sizes + size) * cuts + k is cut k of a
 * picture; width 0 says that the picture was too small for it. */
typedef struct {
    guint32 width, height;
    guint64 offset; /* in the file */
} PoolSlot;

/* How much there is of a content. */
typedef struct {
    guint n_types, n_annotators;
} PoolShape;

static inline guint64 pool_image_bytes(const PoolSlot *slot)
{
    return 3 * (guint64)slot->width * slot->height;
}

/* Pictures of a content, itself among them. */
static inline guint pool_n_images(PoolShape shape)
{
    return 1 + shape.n_types * TRAIN_LEVELS;
}

/* Of a picture. */
static inline guint pool_n_floats(PoolShape shape)
{
    return 1 + shape.n_annotators;
}

static inline guint64 pool_content_bytes(const PoolSlot *slot, PoolShape shape)
{
    return pool_n_images(shape) * (pool_image_bytes(slot) + pool_n_floats(shape) * sizeof(float));
}

/* Where in the file what is known of picture number of a content lies: at any byte. */
static inline guint64 pool_floats_offset(const PoolSlot *slot, PoolShape shape, guint number)
{
    return slot->offset + pool_n_images(shape) * pool_image_bytes(slot) +
           number * pool_n_floats(shape) * sizeof(float);
}

/* At most, of a picture. */
static inline guint pool_n_cuts(const TrainPoolParams *params)
{
    return params->sizes * params->cuts;
}

/* Makes the file at path, beside it and then renamed. types: of const TrainDistortion *. */
gboolean pool_make(const TrainPoolParams *params, const GPtrArray *types,
                   const guint8 digest[POOL_DIGEST], const char *path, TrainWorkers *workers,
                   GError **error);
