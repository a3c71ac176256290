/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the cache file of a pool: pictures in parallel, each written as soon as it is there. */
#include "annotator.h"
#include "judge.h"
#include "pool-private.h"
#include "seed.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const TrainPoolParams *params;
    const GPtrArray *types;      /* const TrainDistortion * */
    TrainJudge *judge;           /* NULL: no labels */
    const GPtrArray *annotators; /* const TrainAnnotator * */
    const char *path;            /* of the finished file, for errors */
    int fd;                      /* of the unfinished one */
    guint n_slots;               /* pictures x sizes x cuts */
    PoolSlot *slots;             /* (n_slots) */
    GThread *caller;             /* the thread that may report progress */
    gint done;                   /* atomic; slot-types finished */
    gint stopped;                /* atomic; the caller has had enough */
    GMutex lock;                 /* guards what follows */
    guint64 end;                 /* of the file, as far as it is given away */
    GError *error;               /* of the first picture that failed, by its number */
    guint error_index;
} Make;

/* Later pictures need not be tried once one has failed: but earlier ones may fail too, and the
 * error told must not depend on the threads. */
static gboolean is_failed(Make *make, guint index)
{
    g_mutex_lock(&make->lock);
    gboolean failed = make->error && make->error_index < index;
    g_mutex_unlock(&make->lock);
    return failed;
}

static void fail(Make *make, guint index, GError *error)
{
    g_mutex_lock(&make->lock);
    if (!make->error || index < make->error_index) {
        g_clear_error(&make->error);
        make->error = g_steal_pointer(&error);
        make->error_index = index;
    }
    g_mutex_unlock(&make->lock);
    g_clear_error(&error);
}

static void report(Make *make, guint finished)
{
    gint done = g_atomic_int_add(&make->done, (gint)finished) + (gint)finished;
    if (make->params->progress && g_thread_self() == make->caller &&
        !make->params->progress((guint)done, make->n_slots * make->types->len,
                                make->params->progress_data))
        g_atomic_int_set(&make->stopped, TRUE);
}

static gboolean write_bytes(const Make *make, const void *data, gsize n, guint64 offset,
                            GError **error)
{
    const guint8 *p = data;
    while (n > 0) {
        gssize written = pwrite(make->fd, p, n, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot write the cache file '%s': %s",
                        make->path, g_strerror(errno));
            return FALSE;
        }
        p += written;
        n -= (gsize)written;
        offset += (guint64)written;
    }
    return TRUE;
}

static PoolShape shape_of(const Make *make)
{
    return (PoolShape){make->types->len, make->annotators->len};
}

/* Gives the content of that size its place in the file. */
static void reserve(Make *make, PoolSlot *slot, const TrainImage *content)
{
    slot->width = content->width;
    slot->height = content->height;
    g_mutex_lock(&make->lock);
    slot->offset = make->end;
    make->end += pool_content_bytes(slot, shape_of(make));
    g_mutex_unlock(&make->lock);
}

/* What the judge calls a picture, and what every annotator makes of it beside its content. */
static float *look(const Make *make, float label, const TrainImage *content,
                   const TrainImage *image)
{
    float *floats = g_new(float, pool_n_floats(shape_of(make)));
    floats[0] = label;
    for (guint k = 0; k < make->annotators->len; k++) {
        const TrainAnnotator *annotator = g_ptr_array_index(make->annotators, k);
        const float figure = (float)annotator->measure(content, image);
        floats[1 + k] = annotator->distance ? -figure : figure;
    }
    return floats;
}

/* Picture number of a content, and what is known of it. */
static gboolean write_image(const Make *make, const PoolSlot *slot, guint number,
                            const TrainImage *image, const float *floats, GError **error)
{
    const PoolShape shape = shape_of(make);
    const guint64 bytes = pool_image_bytes(slot);
    return write_bytes(make, image->rgb, bytes, slot->offset + number * bytes, error) &&
           write_bytes(make, floats, pool_n_floats(shape) * sizeof *floats,
                       pool_floats_offset(slot, shape, number), error);
}

static float label_of(const Make *make, const TrainDistortion *type, guint level,
                      const TrainImage *content, const TrainImage *image)
{
    return make->judge ? (float)train_judge_label(make->judge, type, level, content, image) : NAN;
}

static gboolean make_type(Make *make, guint index, guint type, const TrainImage *content,
                          GError **error)
{
    const PoolSlot *slot = &make->slots[index];
    const TrainDistortion *distortion = g_ptr_array_index(make->types, type);
    for (guint level = 0; level < TRAIN_LEVELS; level++) {
        guint number = 1 + type * TRAIN_LEVELS + level;
        g_autoptr(TrainImage) image =
            distortion->apply(content, distortion->levels[level],
                              train_seed(make->params->seed, index, number), error);
        if (!image) {
            g_prefix_error(error, "cannot make %s of '%s': ", distortion->title,
                           make->params->paths[index / pool_n_cuts(make->params)]);
            return FALSE;
        }
        g_autofree float *floats =
            look(make, label_of(make, distortion, level, content, image), content, image);
        if (!write_image(make, slot, number, image, floats, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_stopped(Make *make, GError **error)
{
    if (!g_atomic_int_get(&make->stopped))
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
    return FALSE;
}

static gboolean make_content(Make *make, guint index, const TrainImage *content, GError **error)
{
    PoolSlot *slot = &make->slots[index];
    reserve(make, slot, content);
    const float label = make->judge ? (float)train_judge_score(make->judge, content, content) : NAN;
    g_autofree float *floats = look(make, label, content, content);
    if (!write_image(make, slot, 0, content, floats, error))
        return FALSE;
    for (guint type = 0; type < make->types->len; type++) {
        if (!check_stopped(make, error) || !make_type(make, index, type, content, error))
            return FALSE;
        report(make, 1);
    }
    return TRUE;
}

/* How much a picture is reduced for its size number so; 0: no more than for the one before. */
static guint reduction(const TrainImage *image, guint side, guint size)
{
    const guint most = MAX(1, (guint)(MIN(image->width, image->height) / (1.5 * side)));
    return most >> size;
}

/* Numbers 0..n-1, shuffled. */
static guint *shuffle(guint n, guint64 *state)
{
    guint *order = g_new0(guint, n);
    for (guint i = 0; i < n; i++) {
        guint j = train_draw(state, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    return order;
}

/* A grid of tiles that do not overlap, somewhere on a picture. */
typedef struct {
    guint left, top, width, height; /* of the grid's corner, of a tile */
    guint columns, rows;
} Grid;

static Grid lay_grid(const TrainImage *image, guint side, guint64 *state)
{
    Grid grid = {.width = MIN(side, image->width), .height = MIN(side, image->height)};
    grid.columns = image->width / grid.width;
    grid.rows = image->height / grid.height;
    grid.left = train_draw(state, image->width - grid.columns * grid.width + 1);
    grid.top = train_draw(state, image->height - grid.rows * grid.height + 1);
    return grid;
}

static TrainImage *cut_tile(const TrainImage *image, const Grid *grid, guint tile)
{
    return train_image_cut(image, grid->left + tile % grid->columns * grid->width,
                           grid->top + tile / grid->columns * grid->height, grid->width,
                           grid->height);
}

/* Sum of how much green changes from a pixel to its right and lower neighbours. */
static guint64 detail_of(const TrainImage *image)
{
    const gsize row = 3 * (gsize)image->width;
    guint64 sum = 0;
    for (guint y = 0; y + 1 < image->height; y++) {
        const guint8 *p = image->rgb + y * row + 1;
        for (guint x = 0; x + 1 < image->width; x++, p += 3)
            sum += (guint64)(ABS(p[0] - p[3]) + ABS(p[0] - p[row]));
    }
    return sum;
}

static gint by_detail(gconstpointer a, gconstpointer b, gpointer details)
{
    const guint64 *detail = details, one = detail[*(const guint *)a],
                  other = detail[*(const guint *)b];
    return one > other ? -1 : one < other;
}

/* The order in which tiles are taken: the one with most detail first. */
static void sort_by_detail(const TrainImage *image, const Grid *grid, guint *tiles)
{
    const guint n = grid->columns * grid->rows;
    g_autofree guint64 *details = g_new(guint64, n);
    for (guint i = 0; i < n; i++) {
        g_autoptr(TrainImage) tile = cut_tile(image, grid, i);
        details[i] = detail_of(tile);
    }
    g_qsort_with_data(tiles, (gint)n, sizeof *tiles, by_detail, details);
}

/* The contents of a picture at one size, from that slot on. */
static gboolean make_cuts(Make *make, guint slot, const TrainImage *image, guint64 state,
                          GError **error)
{
    const TrainPoolParams *params = make->params;
    const Grid grid = lay_grid(image, params->side, &state);
    g_autofree guint *tiles = shuffle(grid.columns * grid.rows, &state);
    if (params->sharpest)
        sort_by_detail(image, &grid, tiles);
    guint n = MIN(params->cuts, grid.columns * grid.rows);
    for (guint k = 0; k < n; k++) {
        g_autoptr(TrainImage) content = cut_tile(image, &grid, tiles[k]);
        if (!make_content(make, slot + k, content, error))
            return FALSE;
    }
    report(make, (params->cuts - n) * make->types->len);
    return TRUE;
}

static gboolean make_picture(Make *make, guint picture, GError **error)
{
    const TrainPoolParams *params = make->params;
    g_autoptr(TrainImage) image = train_image_load(params->paths[picture], error);
    if (!image)
        return FALSE;
    for (guint size = 0; size < params->sizes; size++) {
        const guint factor = reduction(image, params->side, size);
        g_autoptr(TrainImage) reduced = factor > 1 ? train_image_reduce(image, factor) : NULL;
        if (factor == 0)
            report(make, params->cuts * make->types->len);
        else if (!make_cuts(make, (picture * params->sizes + size) * params->cuts,
                            reduced ? reduced : image, train_seed(params->seed, picture, size),
                            error))
            return FALSE;
    }
    return TRUE;
}

static void make_task(guint picture, gpointer data)
{
    Make *make = data;
    GError *error = NULL;
    if (!is_failed(make, picture) &&
        (!check_stopped(make, &error) || !make_picture(make, picture, &error)))
        fail(make, picture, error);
}

/* The header goes last: before, the file is nobody's. */
static gboolean write_index(const Make *make, const guint8 *digest, GError **error)
{
    PoolHeader header = {.magic = POOL_MAGIC, .n_slots = make->n_slots, .size = make->end};
    memcpy(header.digest, digest, POOL_DIGEST);
    if (!write_bytes(make, make->slots, make->n_slots * sizeof *make->slots, sizeof header,
                     error) ||
        !write_bytes(make, &header, sizeof header, 0, error))
        return FALSE;
    if (fsync(make->fd) < 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot write the cache file '%s': %s",
                    make->path, g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}

static gboolean make_all(Make *make, guint n_pictures, const guint8 *digest, TrainWorkers *workers,
                         GError **error)
{
    report(make, 0);
    train_workers_run(workers, n_pictures, make_task, make);
    if (make->error) {
        g_propagate_error(error, g_steal_pointer(&make->error));
        return FALSE;
    }
    report(make, 0);
    return write_index(make, digest, error);
}

static GPtrArray *find_annotators(const TrainPoolParams *params)
{
    GPtrArray *found = g_ptr_array_new();
    for (const char *const *name = params->annotators; name && *name; name++) {
        const TrainAnnotator *annotator = train_annotator_find(*name);
        g_assert(annotator); /* the recipe was checked */
        g_ptr_array_add(found, (gpointer)annotator);
    }
    return found;
}

gboolean pool_make(const TrainPoolParams *params, const GPtrArray *types,
                   const guint8 digest[POOL_DIGEST], const char *path, TrainWorkers *workers,
                   GError **error)
{
    guint n_pictures = g_strv_length((char **)params->paths);
    Make make = {
        .params = params,
        .types = types,
        .path = path,
        .n_slots = n_pictures * pool_n_cuts(params),
        .caller = g_thread_self(),
    };
    g_autoptr(TrainJudge) judge = NULL;
    if (params->judge && !(judge = train_judge_load(params->judge, error)))
        return FALSE;
    make.judge = judge;
    g_autoptr(GPtrArray) annotators = find_annotators(params);
    make.annotators = annotators;
    g_autofree char *part = g_strconcat(path, ".XXXXXX", NULL);
    make.fd = g_mkstemp_full(part, O_RDWR | O_CLOEXEC, 0644);
    if (make.fd < 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot make the cache file '%s': %s", path,
                    g_strerror(errno));
        return FALSE;
    }
    make.slots = g_new0(PoolSlot, make.n_slots);
    make.end = sizeof(PoolHeader) + make.n_slots * sizeof(PoolSlot);
    g_mutex_init(&make.lock);

    gboolean made = make_all(&make, n_pictures, digest, workers, error);
    close(make.fd);
    if (made && g_rename(part, path) < 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot make the cache file '%s': %s", path,
                    g_strerror(errno));
        made = FALSE;
    }
    if (!made)
        g_unlink(part);
    g_mutex_clear(&make.lock);
    g_free(make.slots);
    return made;
}
