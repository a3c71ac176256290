/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding, checking and reading the cache file of a pool. */
#include "pool-private.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

struct TrainPool {
    char **paths;
    guint cuts; /* of a picture, at all sizes */
    PoolShape shape;
    GMappedFile *file;
    const PoolSlot *slots; /* in the file */
    guint n_contents;
    guint *contents; /* (n_contents) slots that are not empty */
};

static void add_number(GChecksum *sum, guint64 number)
{
    g_checksum_update(sum, (const guchar *)&number, sizeof number);
}

static void add_string(GChecksum *sum, const char *string)
{
    g_checksum_update(sum, (const guchar *)string, (gssize)strlen(string) + 1);
}

static guint count_annotators(const TrainPoolParams *params)
{
    return params->annotators ? g_strv_length((char **)params->annotators) : 0;
}

/* What was asked for: names the file, so that a picture that changes does not leave an old file
 * behind. */
static GChecksum *request_checksum(const TrainPoolParams *params, const GPtrArray *types)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    add_number(sum, g_strv_length((char **)params->paths));
    for (guint i = 0; params->paths[i]; i++)
        add_string(sum, params->paths[i]);
    for (guint i = 0; i < types->len; i++)
        add_string(sum, ((const TrainDistortion *)g_ptr_array_index(types, i))->name);
    add_string(sum, params->judge ? params->judge : "");
    add_number(sum, params->side);
    add_number(sum, params->cuts);
    if (params->sharpest)
        add_number(sum, 1);
    if (params->sizes > 1)
        add_number(sum, 1000 + params->sizes);
    add_number(sum, params->seed);
    for (guint k = 0; k < count_annotators(params); k++)
        add_string(sum, params->annotators[k]);
    return sum;
}

/* Size and time of a file. */
static gboolean add_file(GChecksum *sum, const char *what, const char *path, GError **error)
{
    GStatBuf info;
    if (g_stat(path, &info) < 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot read %s from '%s': %s", what, path,
                    g_strerror(errno));
        return FALSE;
    }
    add_number(sum, (guint64)info.st_size);
    add_number(sum, (guint64)info.st_mtime);
    return TRUE;
}

/* The request and all that can change under it. */
static gboolean fill_digest(const TrainPoolParams *params, const GPtrArray *types,
                            guint8 digest[POOL_DIGEST], GError **error)
{
    g_autoptr(GChecksum) sum = request_checksum(params, types);
    for (guint i = 0; i < types->len; i++) {
        const TrainDistortion *type = g_ptr_array_index(types, i);
        g_checksum_update(sum, (const guchar *)type->levels, sizeof type->levels);
    }
    for (guint i = 0; params->paths[i]; i++) {
        if (!add_file(sum, "a picture", params->paths[i], error))
            return FALSE;
    }
    if (params->judge && !add_file(sum, "the judge", params->judge, error))
        return FALSE;
    gsize length = POOL_DIGEST;
    g_checksum_get_digest(sum, digest, &length);
    return TRUE;
}

static char *cache_path(const TrainPoolParams *params, const GPtrArray *types)
{
    g_autoptr(GChecksum) sum = request_checksum(params, types);
    g_autofree char *name = g_strdup_printf("pool-%.16s", g_checksum_get_string(sum));
    return g_build_filename(params->cache, name, NULL);
}

static gboolean is_slot_sound(const TrainPool *pool, const PoolSlot *slot, guint side, guint64 size)
{
    if (slot->width == 0)
        return TRUE;
    guint64 bytes = pool_content_bytes(slot, pool->shape);
    return slot->width <= side && slot->height >= 1 && slot->height <= side && bytes <= size &&
           slot->offset <= size - bytes;
}

/* FALSE: not the file asked for, or not whole. */
static gboolean read_index(TrainPool *pool, const TrainPoolParams *params, const guint8 *digest)
{
    const guint8 *data = (const guint8 *)g_mapped_file_get_contents(pool->file);
    guint64 size = g_mapped_file_get_length(pool->file);
    const PoolHeader *header = (const PoolHeader *)data;
    guint n_slots = g_strv_length((char **)params->paths) * pool_n_cuts(params);
    guint64 index_size = sizeof *header + n_slots * sizeof *pool->slots;
    if (size < index_size || memcmp(header->magic, POOL_MAGIC, sizeof header->magic) != 0 ||
        memcmp(header->digest, digest, POOL_DIGEST) != 0 || header->n_slots != n_slots ||
        header->size != size)
        return FALSE;

    pool->slots = (const PoolSlot *)(data + sizeof *header);
    pool->contents = g_new(guint, n_slots);
    for (guint i = 0; i < n_slots; i++) {
        if (!is_slot_sound(pool, &pool->slots[i], params->side, size))
            return FALSE;
        if (pool->slots[i].width > 0)
            pool->contents[pool->n_contents++] = i;
    }
    return TRUE;
}

/* NULL: there is no such file, or it does not match. */
static TrainPool *open_file(const TrainPoolParams *params, guint n_types, const guint8 *digest,
                            const char *path)
{
    GMappedFile *file = g_mapped_file_new(path, FALSE, NULL);
    if (!file)
        return NULL;
    TrainPool *pool = g_new0(TrainPool, 1);
    *pool = (TrainPool){
        .file = file, .cuts = pool_n_cuts(params), .shape = {n_types, count_annotators(params)}};
    pool->paths = g_strdupv((char **)params->paths);
    if (!read_index(pool, params, digest)) {
        train_pool_free(pool);
        return NULL;
    }
    return pool;
}

TrainPool *train_pool_open(const TrainPoolParams *params, TrainWorkers *workers, GError **error)
{
    g_return_val_if_fail(params->side >= 1 && params->cuts >= 1 && params->sizes >= 1, NULL);
    guint8 digest[POOL_DIGEST];
    g_autoptr(GPtrArray) types = train_distortions_ranked(params->types, error);
    if (!types || !fill_digest(params, types, digest, error))
        return NULL;

    g_autofree char *path = cache_path(params, types);
    TrainPool *pool = open_file(params, types->len, digest, path);
    if (pool)
        return pool;
    if (g_mkdir_with_parents(params->cache, 0755) < 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot make the cache folder '%s': %s",
                    params->cache, g_strerror(errno));
        return NULL;
    }
    if (!pool_make(params, types, digest, path, workers, error))
        return NULL;
    pool = open_file(params, types->len, digest, path);
    if (!pool)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE,
                    "the cache file '%s' cannot be read back: is somebody else writing it?", path);
    return pool;
}

void train_pool_free(TrainPool *pool)
{
    if (!pool)
        return;
    g_strfreev(pool->paths);
    g_free(pool->contents);
    g_mapped_file_unref(pool->file);
    g_free(pool);
}

guint train_pool_n_contents(const TrainPool *pool)
{
    return pool->n_contents;
}

guint train_pool_n_types(const TrainPool *pool)
{
    return pool->shape.n_types;
}

const char *train_pool_path(const TrainPool *pool, guint content)
{
    g_assert(content < pool->n_contents);
    return pool->paths[pool->contents[content] / pool->cuts];
}

/* Of a content's pictures in the file. */
static guint image_number(guint type, guint level)
{
    return level == 0 ? 0 : type * TRAIN_LEVELS + level;
}

TrainImage train_pool_image(const TrainPool *pool, guint content, guint type, guint level)
{
    g_assert(content < pool->n_contents && type < pool->shape.n_types && level <= TRAIN_LEVELS);
    const PoolSlot *slot = &pool->slots[pool->contents[content]];
    guint number = image_number(type, level);
    guint8 *data = (guint8 *)g_mapped_file_get_contents(pool->file);
    return (TrainImage){
        .width = slot->width,
        .height = slot->height,
        .rgb = data + slot->offset + number * pool_image_bytes(slot),
    };
}

/* The float at place of what is known of a picture. */
static double known(const TrainPool *pool, guint content, guint type, guint level, guint place)
{
    g_assert(content < pool->n_contents && type < pool->shape.n_types && level <= TRAIN_LEVELS);
    const PoolSlot *slot = &pool->slots[pool->contents[content]];
    const char *data = g_mapped_file_get_contents(pool->file);
    float value;
    memcpy(&value,
           data + pool_floats_offset(slot, pool->shape, image_number(type, level)) +
               place * sizeof value,
           sizeof value);
    return value;
}

double train_pool_label(const TrainPool *pool, guint content, guint type, guint level)
{
    return known(pool, content, type, level, 0);
}

double train_pool_figure(const TrainPool *pool, guint content, guint type, guint level, guint k)
{
    g_assert(k < pool->shape.n_annotators);
    return known(pool, content, type, level, 1 + k);
}
