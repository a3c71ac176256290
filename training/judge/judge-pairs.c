/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge-pairs.h"
#include "judge-rebuild.h"
#include "judge.h"
#include "rebuilt.h"
#include "seed.h"

#include <string.h>

/* KADID-like pairs have the size of the pictures that the judge will label; TID2013's have its own.
 */
enum { SIDE = 320 };

typedef struct {
    const TrainJudgeSource *source;
    GPtrArray *paths; /* sorted by name */
    GPtrArray *kadid; /* of const TrainDistortion */
    GArray **pairs;   /* (contents) */
    GError **errors;  /* (contents) */
    GMutex lock;      /* guards what follows, and the calls of progress */
    guint done;
    guint failed; /* the first content that did; later ones need not be tried */
} Make;

static gint compare_names(gconstpointer a, gconstpointer b)
{
    g_autofree char *left = g_path_get_basename(*(char *const *)a);
    g_autofree char *right = g_path_get_basename(*(char *const *)b);
    const int order = strcmp(left, right);
    return order ? order : strcmp(*(char *const *)a, *(char *const *)b);
}

static gboolean is_picture(const char *name)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".ppm"};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (guint e = 0; e < G_N_ELEMENTS(endings); e++) {
        if (g_str_has_suffix(lower, endings[e]))
            return TRUE;
    }
    return FALSE;
}

/* A picture itself, or all of a folder. */
static gboolean list_path(GPtrArray *paths, const char *path, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_ptr_array_add(paths, g_strdup(path));
        return TRUE;
    }
    g_autoptr(GDir) dir = g_dir_open(path, 0, &local);
    if (!dir) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot read the folder of pictures: %s",
                    local->message);
        return FALSE;
    }
    const guint before = paths->len;
    for (const char *name; (name = g_dir_read_name(dir));) {
        if (is_picture(name))
            g_ptr_array_add(paths, g_build_filename(path, name, NULL));
    }
    if (paths->len > before)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "no picture lies in the folder '%s'", path);
    return FALSE;
}

static gboolean is_held(const TrainJudgeSource *source, const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    return source->held && g_strv_contains(source->held, name);
}

/* A misspelt name would put a held-out picture into the fit. */
static gboolean check_held(const TrainJudgeSource *source, const GPtrArray *paths, GError **error)
{
    for (const char *const *held = source->held; held && *held; held++) {
        gboolean found = FALSE;
        for (guint i = 0; i < paths->len && !found; i++) {
            g_autofree char *name = g_path_get_basename(g_ptr_array_index(paths, i));
            found = g_str_equal(name, *held);
        }
        if (!found) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "no picture is named \"%s\", which is to be held out", *held);
            return FALSE;
        }
    }
    return TRUE;
}

/* The middle of the picture, reduced as far as it stays that large. */
static TrainImage *cut_middle(const TrainImage *image)
{
    const guint factor = MIN(image->width, image->height) / SIDE;
    g_autoptr(TrainImage) small =
        factor > 1 ? train_image_reduce(image, factor) : train_image_copy(image);
    return train_image_cut(small, (small->width - SIDE) / 2, (small->height - SIDE) / 2, SIDE,
                           SIDE);
}

static void add_pair(const Make *make, TrainJudgePair *pair, const TrainImage *reference,
                     const TrainImage *distorted)
{
    const TrainJudgeFeature *features[TRAIN_JUDGE_MAX_FEATURES];
    guint n = 0, n_annotators;
    const TrainAnnotator *annotators = train_annotators(&n_annotators);
    g_assert(n_annotators <= TRAIN_JUDGE_MAX_ANNOTATORS);
    while ((features[n] = train_judge_feature_at(n)))
        n++;
    train_judge_measure(features, n, reference, distorted, pair->features);
    for (guint a = 0; pair->held && a < n_annotators; a++)
        pair->annotators[a] = annotators[a].measure(reference, distorted);
    g_array_append_vals(make->pairs[pair->content], pair, 1);
}

/* By name, so that a picture's pairs don't change with the pictures beside it. */
static guint64 content_seed(const Make *make, const TrainJudgePair *pair)
{
    g_autofree char *name = g_path_get_basename(g_ptr_array_index(make->paths, pair->content));
    return train_seed(make->source->seed, g_str_hash(name), 0);
}

static gboolean make_kadid(const Make *make, TrainJudgePair *pair, const TrainImage *reference,
                           GError **error)
{
    const guint64 base = content_seed(make, pair);
    pair->set = TRAIN_JUDGE_KADID;
    for (guint type = 0; type < make->kadid->len; type++) {
        const TrainDistortion *distortion = g_ptr_array_index(make->kadid, type);
        for (guint level = 0; level < TRAIN_LEVELS; level++) {
            const guint64 seed = train_seed(base, type, level);
            g_autoptr(TrainImage) distorted =
                distortion->apply(reference, distortion->levels[level], seed, error);
            if (!distorted)
                return FALSE;
            pair->type = type;
            pair->level = level;
            pair->label = train_rating_table_mean(make->source->kadid, type, level);
            add_pair(make, pair, reference, distorted);
        }
    }
    pair->pristine = TRUE;
    pair->label = TRAIN_JUDGE_PRISTINE;
    add_pair(make, pair, reference, reference);
    pair->pristine = FALSE;
    return TRUE;
}

static gboolean make_tid(const Make *make, TrainJudgePair *pair, guint number,
                         const TrainImage *reference, GError **error)
{
    guint n;
    const TrainRebuildType *types = train_rebuild_types(&n);
    const guint64 base = content_seed(make, pair);
    pair->set = TRAIN_JUDGE_TID;
    for (guint t = 0; t < n; t++) {
        TrainRebuild rebuild = {&types[t], reference, train_seed(base, types[t].type, 100)};
        for (guint level = 0; level < TRAIN_LEVELS; level++) {
            g_autoptr(TrainImage) distorted = NULL;
            if (!train_rebuild(&rebuild, level, &distorted, error))
                return FALSE;
            pair->type = types[t].type - 1;
            pair->level = level;
            pair->label = train_rating_table_at(make->source->tid, number - 1, pair->type, level);
            if (distorted)
                add_pair(make, pair, reference, distorted);
        }
    }
    return TRUE;
}

static gboolean make_content(const Make *make, guint content, GError **error)
{
    const char *path = g_ptr_array_index(make->paths, content);
    const guint number = train_rebuilt_reference(path);
    g_autoptr(TrainImage) picture = train_image_load(path, error);
    if (!picture)
        return FALSE;
    if (MIN(picture->width, picture->height) < SIDE) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "'%s' is %u x %u; a judge wants pictures of %d x %d at least", path,
                    picture->width, picture->height, SIDE, SIDE);
        return FALSE;
    }
    TrainJudgePair pair = {.content = content, .held = is_held(make->source, path)};
    g_autoptr(TrainImage) reference = cut_middle(picture);
    return make_kadid(make, &pair, reference, error) &&
           (!number || make_tid(make, &pair, number, reference, error));
}

static gboolean is_needless(Make *make, guint content)
{
    g_mutex_lock(&make->lock);
    const gboolean needless = content > make->failed;
    g_mutex_unlock(&make->lock);
    return needless;
}

static void make_task(guint content, gpointer data)
{
    Make *make = data;
    if (is_needless(make, content))
        return;
    make->pairs[content] = g_array_new(FALSE, FALSE, sizeof(TrainJudgePair));
    const gboolean ok = make_content(make, content, &make->errors[content]);
    g_mutex_lock(&make->lock);
    make->done++;
    if (!ok)
        make->failed = MIN(make->failed, content);
    else if (make->source->progress)
        make->source->progress(make->done, make->paths->len, make->source->progress_data);
    g_mutex_unlock(&make->lock);
}

/* Puts the contents' pairs one after another, unless one of them failed. */
static GArray *collect(Make *make, GError **error)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(TrainJudgePair));
    GError *first = NULL;
    for (guint i = 0; i < make->paths->len; i++) {
        if (make->pairs[i] && make->pairs[i]->len)
            g_array_append_vals(all, make->pairs[i]->data, make->pairs[i]->len);
        g_clear_pointer(&make->pairs[i], g_array_unref);
        if (!first)
            first = g_steal_pointer(&make->errors[i]);
        g_clear_error(&make->errors[i]);
    }
    if (!first)
        return all;
    g_array_unref(all);
    g_propagate_error(error, first);
    return NULL;
}

GPtrArray *train_judge_kadid_types(GError **error)
{
    static const char *const family[] = {"kadid", NULL};
    GPtrArray *types = train_distortions_named(family, error);
    g_assert(!types || types->len == train_rating_kadid.types);
    return types;
}

double train_judge_weight(const TrainJudgePair *pair)
{
    /* One pristine pair stands against 125 distorted ones; few pictures are TID2013's. Chosen on
     * five of the pictures that are not held out. */
    return pair->pristine ? 20 : pair->set == TRAIN_JUDGE_TID ? 3 : 1;
}

GArray *train_judge_pairs(const TrainJudgeSource *source, TrainWorkers *workers, GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (const char *const *path = source->pictures; *path; path++) {
        if (!list_path(paths, *path, error))
            return NULL;
    }
    g_ptr_array_sort(paths, compare_names);
    if (!check_held(source, paths, error))
        return NULL;
    g_autoptr(GPtrArray) kadid = train_judge_kadid_types(error);
    if (!kadid)
        return NULL;

    g_autofree GArray **pairs = g_new0(GArray *, paths->len);
    g_autofree GError **errors = g_new0(GError *, paths->len);
    Make make = {
        .source = source,
        .paths = paths,
        .kadid = kadid,
        .pairs = pairs,
        .errors = errors,
        .failed = G_MAXUINT,
    };
    g_mutex_init(&make.lock);
    train_workers_run(workers, paths->len, make_task, &make);
    g_mutex_clear(&make.lock);
    return collect(&make, error);
}
