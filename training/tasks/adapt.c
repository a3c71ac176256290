/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Learning a task: stages, head, centroids. */
#include "adapt.h"

#include "dataset.h"
#include "export.h"
#include "journal.h"
#include "kmeans.h"
#include "score.h"
#include "seed.h"
#include "stage-run.h"
#include "start.h"
#include <math.h>
#include <string.h>

/* --- What can be refused at once --- */

static gboolean check_base(const BiqaModel *model, const TrainAdaptParams *params, GError **error)
{
    if (model->tasks || params->base_images || params->without_base)
        return TRUE;
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "the model's first task: give --base-images, pictures like those the model "
                        "was made for, so that its own head goes on judging such; or "
                        "--without-base, to leave its own head out of the choice");
    return FALSE;
}

static gboolean check_ratings(const TrainRatings *ratings, GError **error)
{
    double low = INFINITY, high = -INFINITY;

    for (guint i = 0; i < ratings->n; i++) {
        low = MIN(low, ratings->scores[i]);
        high = MAX(high, ratings->scores[i]);
    }
    if (ratings->n < TRAIN_ADAPT_LEAST)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "ratings \"%s\": %u rated images are too few for a task: it takes %d",
                    ratings->list, ratings->n, TRAIN_ADAPT_LEAST);
    else if (high - low < TRAIN_ADAPT_SPAN)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "ratings \"%s\": they span %.1f of 100 points, with the scale's ends at %g and "
                    "%g; say the list's own ends, as --scale 1,5, or rate pictures that differ "
                    "more",
                    ratings->list, high - low, ratings->scale.worst, ratings->scale.best);
    else
        return TRUE;
    return FALSE;
}

/* --- Stages --- */

static gboolean run_stage(TrainStageRun *stage, gboolean quiet, GError **error)
{
    TrainProgress progress = train_progress(stage->recipe->name, 0, stage->recipe->steps);
    double loss = 0;

    for (guint step = 0; isfinite(loss) && step < stage->recipe->steps; step++) {
        char note[32];
        loss = train_stage_run_step(stage, step);
        g_snprintf(note, sizeof note, "loss %.4f", loss);
        if (!quiet)
            train_progress_show(&progress, step + 1, stage->images, note);
    }
    train_progress_leave(&progress);
    if (isfinite(loss)) {
        train_stage_run_finish(stage);
        return TRUE;
    }
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "stage \"%s\": the loss or its gradient is no finite number; lower the rate",
                stage->recipe->name);
    return FALSE;
}

static gboolean learns_normalisation(const TrainRecipe *recipe)
{
    for (guint s = 0; s < recipe->n_stages; s++)
        if (!recipe->stages[s].head_only)
            return TRUE;
    return FALSE;
}

TrainWeights *train_adapt_learn(const TrainLesson *lesson, TrainWorkers *workers, GError **error)
{
    TrainRecipe recipe = *lesson->recipe; /* borrows all it points to */
    const BiqaGraph *graph = lesson->model->graph;
    const float *from = lesson->model->params[BIQA_FULL];
    g_autoptr(TrainWeights) weights = train_weights_new(graph, &recipe.optim, recipe.own_norm);
    g_autoptr(TrainTeachers) own = train_teachers_new(graph);
    const TrainContext context = {&recipe, workers, weights, lesson->dataset, own};

    memcpy(weights->values[BIQA_FULL], from, graph->n_params * sizeof *from);
    train_teachers_add(own, from);
    if (learns_normalisation(&recipe))
        train_start_measure(&recipe, lesson->dataset, weights, workers);
    for (guint s = 0; s < recipe.n_stages; s++) {
        recipe.stages[s].teacher_weight = lesson->keep ? 1 : 0;
        g_autoptr(TrainStageRun) stage = train_stage_run_new(&context, s);
        if (!run_stage(stage, lesson->quiet, error))
            return NULL;
    }
    return g_steal_pointer(&weights);
}

/* --- The task --- */

/* Zhang et al.: heads of unit norm. Its length goes to the task's scale, so that scores stay. */
static void normalise_head(const BiqaGraph *graph, float *params, BiqaScale *scale)
{
    const BiqaLayer *head = biqa_graph_output(graph);
    const gsize n = head->kind == BIQA_LAYER_LINEAR ? head->count[0] / head->channels : 0;
    float *weight = params + head->offset[0];
    double squares = 0;

    for (gsize i = 0; i < n; i++)
        squares += (double)weight[i] * weight[i];
    if (!(squares > 0))
        return;
    for (gsize i = 0; i < n; i++)
        weight[i] = (float)(weight[i] / sqrt(squares));
    params[head->offset[1]] = (float)(params[head->offset[1]] / sqrt(squares));
    scale->scale = (float)(scale->scale * sqrt(squares));
}

static char *today(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();

    return g_date_time_format(now, "%Y-%m-%d");
}

/* Takes over what training has come to. */
static void fill(BiqaTask *task, const char *name, const TrainRatings *ratings, BiqaModel *learned)
{
    g_autofree char *list = g_path_get_basename(ratings->list);

    *task = (BiqaTask){
        .name = g_strdup(name),
        .data = g_strdup_printf("%s (%s), %u images", list, ratings->layout, ratings->n),
        .date = today(),
        .scale = learned->scale,
        .srcc = learned->validation_srcc,
        .hard_threshold = learned->hard_threshold,
        .uncertainty = learned->uncertainty,
    };
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        task->params[b] = g_steal_pointer(&learned->params[b]);
    normalise_head(learned->graph, task->params[BIQA_FULL], &task->scale);
}

/* --- Centroids --- */

/* Each part of the features has centres of its own; row k is the k-th of each. (transfer full) */
static float *cluster(const BiqaModel *model, const BiqaGating *gating, const float *features,
                      guint n, guint k, guint64 seed)
{
    const guint length = biqa_gating_length(gating, model->graph);
    float *centroids = g_new(float, (gsize)k *length);

    for (guint p = 0, at = 0; p < gating->n_parts; p++) {
        BiqaGating part = *gating;
        part.n_parts = 1;
        part.parts[0] = gating->parts[p];
        const TrainKmeans params = {features + at, n, biqa_gating_length(&part, model->graph),
                                    length,        k, train_seed(seed, p, 0)};
        train_kmeans(&params, centroids + at);
        at += params.dims;
    }
    return centroids;
}

typedef struct {
    const BiqaModel *model;
    const BiqaGating *gating;
    const TrainRecipe *recipe;
    TrainWorkers *workers;
} Clustering;

static gboolean make_centroids(const Clustering *what, char *const *paths, guint n, BiqaTask *task,
                               GError **error)
{
    const BiqaModel own = biqa_model_task(what->model, 0);
    g_autoptr(TrainScorer) scorer = train_scorer_new(&own);
    g_autofree float *features =
        g_new(float, (gsize)n *biqa_gating_length(what->gating, own.graph));

    if (!train_scorer_features(scorer, what->gating, paths, n, what->workers, features, error))
        return FALSE;
    g_free(task->centroids);
    task->n_centroids = MIN(what->recipe->tasks.centroids, n);
    task->centroids =
        cluster(what->model, what->gating, features, n, task->n_centroids, what->recipe->seed);
    return TRUE;
}

static gboolean cluster_ratings(const Clustering *what, const TrainDataset *dataset, BiqaTask *task,
                                GError **error)
{
    const GArray *part = dataset->parts[TRAIN_PART_TRAIN];
    g_autofree char **paths = g_new(char *, part->len);

    for (guint k = 0; k < part->len; k++)
        paths[k] = dataset->ratings->paths[g_array_index(part, guint, k)];
    return make_centroids(what, paths, part->len, task, error);
}

static gboolean cluster_base(const Clustering *what, char *const *folders, BiqaTask *base,
                             GError **error)
{
    g_auto(GStrv) paths = folders ? train_dataset_pictures(folders, NULL, error) : NULL;

    if (!folders)
        return TRUE;
    return paths && make_centroids(what, paths, g_strv_length(paths), base, error);
}

/* --- The whole --- */

/* The inputs of the last pool that a recipe names, in rising order, as a model file has them. */
static gboolean parse_inputs(const BiqaGraph *graph, char *const *names, BiqaGating *gating,
                             GError **error)
{
    const guint n_inputs = graph->layers[biqa_task_pool(graph)].n_inputs;
    guint64 least = 0;

    gating->n_parts = 0;
    for (char *const *name = names; *name; name++) {
        guint64 number;

        if (least == n_inputs ||
            !g_ascii_string_to_unsigned(*name, 10, least, n_inputs - 1, &number, NULL)) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "[tasks] inputs: \"%s\": name some of 0 to %u, in rising order", *name,
                        n_inputs - 1);
            return FALSE;
        }
        gating->parts[gating->n_parts++] = (guint)number;
        least = number + 1;
    }
    if (gating->n_parts)
        return TRUE;
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE, "[tasks] inputs: names none");
    return FALSE;
}

/* A model's first task decides it for all. */
static gboolean find_gating(const BiqaModel *model, const TrainRecipe *recipe, BiqaGating *gating,
                            GError **error)
{
    if (model->tasks) {
        *gating = model->tasks->gating;
        return TRUE;
    }
    *gating = biqa_gating_default(model->graph);
    gating->temperature = (float)recipe->tasks.temperature;
    gating->least_weight = (float)recipe->tasks.least_weight;
    return !recipe->tasks.inputs || parse_inputs(model->graph, recipe->tasks.inputs, gating, error);
}

static void task_clear(BiqaTask *task)
{
    g_free(task->name);
    g_free(task->data);
    g_free(task->date);
    g_free(task->centroids);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        g_free(task->params[b]);
}

/* What task 0 is to be weighed by is made before anything is added: a model is whole or as it was.
 */
static gboolean add(BiqaModel *model, const Clustering *what, const TrainAdaptParams *params,
                    const TrainDataset *dataset, BiqaTask *task, GError **error)
{
    BiqaTask base = {0};

    if (!cluster_ratings(what, dataset, task, error) ||
        !cluster_base(what, params->base_images, &base, error) ||
        !biqa_model_add_task(model, what->gating, task, error))
        return FALSE;
    if (base.n_centroids) {
        g_free(model->tasks->items[0].centroids);
        model->tasks->items[0].n_centroids = base.n_centroids;
        model->tasks->items[0].centroids = base.centroids;
    }
    return TRUE;
}

/* A head may die of too high a rate, or have nothing to tell apart. */
static gboolean check_learned(const TrainAgreement *agreement, const char *name, GError **error)
{
    if (!agreement->n || agreement->srcc != 0 || agreement->plcc != 0)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "task \"%s\": after training all %u validation pictures have one score; give "
                "pictures that differ, or stages a lower rate (--recipe)",
                name, agreement->n);
    return FALSE;
}

gboolean train_adapt(BiqaModel *model, const char *path, const TrainAdaptParams *params,
                     TrainWorkers *workers, TrainAdapted *adapted, GError **error)
{
    if (!biqa_model_check_new_task(model, params->name, error) ||
        !train_adapt_allowed(model, error) || !check_base(model, params, error))
        return FALSE;
    g_autoptr(TrainRecipe) recipe = train_adapt_recipe(model, path, params, error);
    BiqaGating gating;
    g_autoptr(TrainRatings) ratings = recipe && find_gating(model, recipe, &gating, error)
                                          ? train_dataset_ratings(recipe, error)
                                          : NULL;
    if (!ratings || !check_ratings(ratings, error))
        return FALSE;
    const TrainDatasetParams none = {0};
    g_autoptr(TrainDataset) dataset = train_dataset_load(recipe, &none, workers, error);
    const TrainLesson lesson = {model, recipe, dataset, FALSE, params->quiet};
    g_autoptr(TrainWeights) weights = dataset ? train_adapt_learn(&lesson, workers, error) : NULL;
    TrainAgreement agreement[BIQA_N_BRANCHES];
    g_autoptr(BiqaModel) learned =
        weights ? train_export(recipe, weights, dataset, workers, agreement, error) : NULL;
    if (!learned || !check_learned(&agreement[BIQA_FULL], params->name, error))
        return FALSE;
    const Clustering what = {model, &gating, recipe, workers};
    BiqaTask task;
    fill(&task, params->name, dataset->ratings, learned);
    const gboolean ok = add(model, &what, params, dataset, &task, error);
    task_clear(&task);
    *adapted = (TrainAdapted){dataset->parts[TRAIN_PART_TRAIN]->len, agreement[BIQA_FULL]};
    return ok;
}
