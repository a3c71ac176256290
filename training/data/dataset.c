/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading what a recipe names. */
#include "dataset.h"

#include <math.h>
#include <string.h>

TrainRatings *train_dataset_ratings(const TrainRecipe *recipe, GError **error)
{
    const TrainRatingsParams params = {.scale =
                                           recipe->rated.has_scale ? &recipe->rated.scale : NULL};
    return train_ratings_open(recipe->ratings, &params, error);
}

static TrainPart part_of(const TrainRecipe *recipe, const TrainRatings *ratings, guint i)
{
    if (train_ratings_part_of(ratings, i, recipe->hold_out_modulus) == recipe->hold_out_remainder)
        return TRAIN_PART_HELD_OUT;
    if (train_ratings_part_of(ratings, i, recipe->validation_modulus) ==
        recipe->validation_remainder)
        return TRAIN_PART_VALIDATION;
    return TRAIN_PART_TRAIN;
}

TrainPart *train_dataset_parts(const TrainRecipe *recipe, const TrainRatings *ratings,
                               GError **error)
{
    g_autofree TrainPart *parts = g_new(TrainPart, ratings->n);
    if (recipe->rated.is_split) {
        if (!train_ratings_split(ratings, &recipe->rated.split, parts, error))
            return NULL;
    } else {
        for (guint i = 0; i < ratings->n; i++)
            parts[i] = part_of(recipe, ratings, i);
    }
    return g_steal_pointer(&parts);
}

static int compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static gboolean is_left_out(const char *name, char *const *leave_out)
{
    return leave_out && g_strv_contains((const char *const *)leave_out, name);
}

/* Adds the regular files in folder; FALSE and error where it cannot be listed or none is there. */
static gboolean list_folder(const char *folder, char *const *leave_out, GPtrArray *paths,
                            GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    guint found = 0;
    if (!dir)
        return FALSE;
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (*name == '.' || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
            continue;
        found++;
        if (!is_left_out(name, leave_out))
            g_ptr_array_add(paths, g_steal_pointer(&path));
    }
    if (!found)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "folder \"%s\" holds no pictures", folder);
    return found > 0;
}

char **train_dataset_pictures(char *const *folders, char *const *leave_out, GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (char *const *folder = folders; *folder; folder++) {
        g_autofree char *name = g_path_get_basename(*folder);
        if (!g_file_test(*folder, G_FILE_TEST_IS_REGULAR)) {
            if (!list_folder(*folder, leave_out, paths, error))
                return NULL;
        } else if (!is_left_out(name, leave_out)) {
            g_ptr_array_add(paths, g_strdup(*folder));
        }
    }
    if (!paths->len) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_FILE,
                            "no picture is left: all are held out");
        return NULL;
    }
    g_ptr_array_sort(paths, compare_strings);
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_steal(paths, NULL);
}

/* The pictures and the rated training images that are good enough. (transfer container) */
static char **with_rated_contents(const TrainRecipe *recipe, const TrainDataset *dataset,
                                  char **pictures)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    const GArray *part = dataset->parts[TRAIN_PART_TRAIN];
    for (char **path = pictures; *path; path++)
        g_ptr_array_add(paths, *path);
    for (guint k = 0; k < part->len; k++) {
        const guint i = g_array_index(part, guint, k);
        if (dataset->ratings->scores[i] >= recipe->rated_above)
            g_ptr_array_add(paths, dataset->ratings->paths[i]);
    }
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_steal(paths, NULL);
}

static gboolean load_pool(const TrainRecipe *recipe, const TrainDatasetParams *params,
                          TrainWorkers *workers, TrainDataset *dataset, GError **error)
{
    g_auto(GStrv) pictures = train_dataset_pictures(recipe->images, recipe->hold_out, error);
    if (!pictures)
        return FALSE;
    g_autofree char **paths = with_rated_contents(recipe, dataset, pictures);
    const TrainPoolParams pool = {
        .paths = (const char *const *)paths,
        .types = (const char *const *)recipe->types,
        .side = recipe->side,
        .cuts = recipe->cuts,
        .sizes = recipe->sizes,
        .sharpest = g_str_equal(recipe->tiles, "sharpest"),
        .judge = recipe->judge,
        .annotators = (const char *const *)recipe->annotators,
        .cache = params->cache,
        .seed = recipe->seed,
        .progress = params->progress,
        .progress_data = params->progress_data,
    };
    dataset->pool = train_pool_open(&pool, workers, error);
    if (!dataset->pool || !recipe->tail)
        return dataset->pool != NULL;
    dataset->tail =
        train_tail_new(recipe->tail, train_pool_n_types(dataset->pool), recipe->seed, error);
    return dataset->tail != NULL;
}

typedef struct {
    TrainDataset *dataset;
    GError **errors; /* one an image */
} Loading;

static void load_image(guint k, gpointer data)
{
    const Loading *loading = data;
    const guint i = g_array_index(loading->dataset->parts[TRAIN_PART_TRAIN], guint, k);
    loading->dataset->images[i] =
        train_image_load(loading->dataset->ratings->paths[i], &loading->errors[k]);
}

/* The training part, decoded once and kept. */
static gboolean load_images(TrainDataset *dataset, TrainWorkers *workers, GError **error)
{
    const guint n = dataset->parts[TRAIN_PART_TRAIN]->len;
    g_autofree GError **errors = g_new0(GError *, n);
    Loading loading = {dataset, errors};
    GError *first = NULL;

    dataset->images = g_new0(TrainImage *, dataset->ratings->n);
    train_workers_run(workers, n, load_image, &loading);
    for (guint k = 0; k < n; k++) {
        if (first)
            g_clear_error(&errors[k]);
        else
            first = errors[k];
    }
    if (first)
        g_propagate_error(error, first);
    return !first;
}

/* What no stage learns from is not kept, and a list that gains it is the same list. */
static gboolean check_spread(const TrainRecipe *recipe, TrainDataset *dataset, GError **error)
{
    TrainRatings *ratings = dataset->ratings;
    gboolean wanted = FALSE;
    for (guint s = 0; s < recipe->n_stages; s++)
        wanted |= recipe->stages[s].rated && train_stage_learns_variance(&recipe->stages[s]);
    if (!wanted) {
        g_clear_pointer(&ratings->spread, g_free);
        return TRUE;
    }
    for (guint i = 0; i < ratings->n; i++) {
        if (!ratings->spread || isnan(ratings->spread[i])) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "ratings \"%s\": \"%s\" has no std, and variance=learned orders images by "
                        "it; give every row one or use variance=fixed",
                        recipe->ratings, ratings->paths[i]);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean load_rated(const TrainRecipe *recipe, TrainWorkers *workers, TrainDataset *dataset,
                           GError **error)
{
    dataset->ratings = train_dataset_ratings(recipe, error);
    g_autofree TrainPart *parts =
        dataset->ratings ? train_dataset_parts(recipe, dataset->ratings, error) : NULL;
    if (!parts)
        return FALSE;
    for (guint i = 0; i < dataset->ratings->n; i++)
        g_array_append_val(dataset->parts[parts[i]], i);
    if (!dataset->parts[TRAIN_PART_TRAIN]->len) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "ratings \"%s\": nothing is left to train on after holding out; rate more "
                    "images or change "
                    "hold-out-modulus",
                    recipe->ratings);
        return FALSE;
    }
    return check_spread(recipe, dataset, error) && load_images(dataset, workers, error);
}

/* Images that come more than once; after all that looks at the part image by image. */
static void repeat_images(TrainDataset *dataset)
{
    GArray *part = dataset->parts[TRAIN_PART_TRAIN];
    const guint *times = dataset->ratings ? dataset->ratings->times : NULL;
    for (guint k = 0, n = part->len; times && k < n; k++) {
        const guint i = g_array_index(part, guint, k);
        for (guint again = 1; again < times[i]; again++)
            g_array_append_val(part, i);
    }
}

TrainDataset *train_dataset_load(const TrainRecipe *recipe, const TrainDatasetParams *params,
                                 TrainWorkers *workers, GError **error)
{
    g_autoptr(TrainDataset) dataset = g_new0(TrainDataset, 1);
    for (guint p = 0; p < TRAIN_N_PARTS; p++)
        dataset->parts[p] = g_array_new(FALSE, FALSE, sizeof(guint));
    if (recipe->ratings && !load_rated(recipe, workers, dataset, error))
        return NULL;
    if (recipe->images && !load_pool(recipe, params, workers, dataset, error))
        return NULL;
    repeat_images(dataset);
    return g_steal_pointer(&dataset);
}

static void digest_pool(const TrainPool *pool, GChecksum *sum)
{
    const guint numbers[] = {train_pool_n_contents(pool), train_pool_n_types(pool)};
    g_checksum_update(sum, (const guchar *)numbers, sizeof numbers);
    for (guint content = 0; content < numbers[0]; content++) {
        const TrainImage image = train_pool_image(pool, content, 0, 0);
        g_checksum_update(sum, image.rgb, 3 * (gssize)image.width * image.height);
    }
}

static void digest_ratings(const TrainRatings *ratings, GChecksum *sum)
{
    for (guint i = 0; i < ratings->n; i++) {
        g_autofree char *name = g_path_get_basename(ratings->paths[i]);
        g_checksum_update(sum, (const guchar *)name, -1);
        g_checksum_update(sum, (const guchar *)&ratings->scores[i], sizeof ratings->scores[i]);
        if (ratings->spread)
            g_checksum_update(sum, (const guchar *)&ratings->spread[i], sizeof *ratings->spread);
        if (ratings->times)
            g_checksum_update(sum, (const guchar *)&ratings->times[i], sizeof *ratings->times);
        if (ratings->contents) /* parts are made of them */
            g_checksum_update(sum, (const guchar *)ratings->contents[i], -1);
    }
}

char *train_dataset_digest(const TrainDataset *dataset)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    if (dataset->pool)
        digest_pool(dataset->pool, sum);
    if (dataset->ratings)
        digest_ratings(dataset->ratings, sum);
    return g_strdup(g_checksum_get_string(sum));
}

void train_dataset_free(TrainDataset *dataset)
{
    if (!dataset)
        return;
    for (guint i = 0; dataset->images && i < dataset->ratings->n; i++)
        train_image_free(dataset->images[i]);
    g_free(dataset->images);
    for (guint p = 0; p < TRAIN_N_PARTS; p++)
        g_array_unref(dataset->parts[p]);
    train_ratings_free(dataset->ratings);
    train_pool_free(dataset->pool);
    train_tail_free(dataset->tail);
    g_free(dataset);
}
