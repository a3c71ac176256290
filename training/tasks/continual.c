/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running the protocol. */
#include "continual.h"

#include "adapt.h"
#include "csv.h"
#include "keep.h"
#include "score.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* A task's pictures: the list, dealt to parts. */
typedef struct {
    TrainAdaptParams params;
    TrainRecipe *recipe, *beside; /* of the adaptation, of the comparisons */
    TrainRatings *ratings;
    TrainDataset *dataset;            /* of the comparisons; NULL: nothing is learned yet */
    GArray *train;                    /* guint: indices into ratings */
    GPtrArray *test;                  /* TrainPicture; looked at many times */
    double *truth;                    /* of the test part */
    double *first[TRAIN_N_CONTINUAL]; /* scores of the test part right after the task */
} Task;

/* Weights that are trained on from task to task. */
typedef struct {
    float *params;
    char *digest; /* of all that led to them, see keep.h */
} Chain;

typedef struct {
    const TrainContinualParams *params;
    TrainWorkers *workers;
    TrainContinual *result;
    BiqaModel *model; /* with the tasks learned so far */
    char *base;       /* digest of the model without them */
    Task tasks[TRAIN_CONTINUAL_MOST];
    Chain one, keeping, separate;
    float *heads[TRAIN_CONTINUAL_MOST]; /* weights after each task, of which the head counts */
} Run;

const char *train_continual_name(TrainContinualMethod method)
{
    static const char *const names[TRAIN_N_CONTINUAL] = {
        [TRAIN_CONTINUAL_GATED] = "gated heads",
        [TRAIN_CONTINUAL_ORACLE] = "oracle head",
        [TRAIN_CONTINUAL_LAST] = "last head",
        [TRAIN_CONTINUAL_ONE] = "one head, fine-tuned",
        [TRAIN_CONTINUAL_KEEPING] = "one head, without forgetting",
        [TRAIN_CONTINUAL_SEPARATE] = "separate heads, shared fine-tuning",
        [TRAIN_CONTINUAL_JOINT] = "joint training",
    };

    return names[method];
}

/* --- Figures --- */

double train_continual_mean(const TrainContinual *result, TrainContinualMethod method, guint t)
{
    double sum = 0;

    for (guint s = 0; s <= t; s++)
        sum += result->srcc[method][t][s];
    return sum / (t + 1);
}

TrainContinualFigures train_continual_figures(const TrainContinual *result,
                                              TrainContinualMethod method)
{
    const guint n = result->n;
    TrainContinualFigures figures = {.stability = 1. / n, .forgetting = -INFINITY};

    for (guint t = 0; t < n; t++) {
        figures.mean += train_continual_mean(result, method, t) / n;
        figures.plasticity += result->srcc[method][t][t] / n;
        for (guint s = 0; s < t; s++)
            figures.stability += result->same[method][t][s] / t / n;
        figures.forgetting =
            MAX(figures.forgetting, result->srcc[method][t][t] - result->srcc[method][n - 1][t]);
    }
    return figures;
}

/* --- Tasks --- */

static GArray *part_new(const TrainPart *parts, guint n, TrainPart wanted)
{
    GArray *part = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < n; i++)
        if (parts[i] == wanted)
            g_array_append_val(part, i);
    return part;
}

static gboolean load_test(Task *task, const GArray *part, GError **error)
{
    task->test = g_ptr_array_new_with_free_func((GDestroyNotify)train_picture_free);
    task->truth = g_new(double, part->len);
    for (guint k = 0; k < part->len; k++) {
        const guint i = g_array_index(part, guint, k);
        TrainPicture *picture = train_picture_load(task->ratings->paths[i], error);

        if (!picture)
            return FALSE;
        g_ptr_array_add(task->test, picture);
        task->truth[k] = task->ratings->scores[i];
    }
    return TRUE;
}

/* The recipe of an adaptation, made one of the comparisons' in so many times the steps. (transfer
 * full) */
static TrainRecipe *comparison(const Run *run, const TrainAdaptParams *params, guint times,
                               GError **error)
{
    TrainAdaptParams beside = *params;
    TrainRecipe *recipe;

    if (run->params->others)
        beside.recipe = run->params->others;
    recipe = train_adapt_recipe(run->model, run->params->base, &beside, error);
    for (guint s = 0; recipe && s < recipe->n_stages; s++) {
        TrainStageRecipe *stage = &recipe->stages[s];

        stage->steps *= times;
        if (!stage->head_only)
            stage->rate *= TRAIN_CONTINUAL_RATE;
        stage->frozen = FALSE;
        g_free(stage->kind);
        stage->kind = g_strdup("tune");
    }
    return recipe;
}

/* Else one way would be tested on what another has learned from. */
static gboolean check_split(const Task *task, GError **error)
{
    if (task->recipe->rated.split.seed == task->beside->rated.split.seed)
        return TRUE;
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "the two recipes deal pictures to parts by different seeds: give both the "
                        "same [rated] split-seed");
    return FALSE;
}

static gboolean open_task(Run *run, guint t, GError **error)
{
    Task *task = &run->tasks[t];

    task->params = (TrainAdaptParams){
        .name = run->params->names[t],
        .ratings = run->params->ratings[t],
        .recipe = run->params->recipe,
        .shares = run->params->shares,
        .without_base = TRUE,
        .quiet = run->params->quiet,
    };
    task->recipe = train_adapt_recipe(run->model, run->params->base, &task->params, error);
    task->beside = task->recipe ? comparison(run, &task->params, 1, error) : NULL;
    if (!task->beside || !check_split(task, error))
        return FALSE;
    task->ratings = train_dataset_ratings(task->recipe, error);
    g_autofree TrainPart *parts =
        task->ratings ? train_dataset_parts(task->recipe, task->ratings, error) : NULL;
    if (!parts)
        return FALSE;
    task->train = part_new(parts, task->ratings->n, TRAIN_PART_TRAIN);
    g_autoptr(GArray) test = part_new(parts, task->ratings->n, TRAIN_PART_HELD_OUT);
    if (test->len >= 3)
        return load_test(task, test, error);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "task \"%s\": %u pictures to test on are too few for a rank correlation",
                task->params.name, test->len);
    return FALSE;
}

static void task_clear(Task *task)
{
    train_recipe_free(task->recipe);
    train_recipe_free(task->beside);
    train_ratings_free(task->ratings);
    train_dataset_free(task->dataset);
    g_clear_pointer(&task->train, g_array_unref);
    g_clear_pointer(&task->test, g_ptr_array_unref);
    g_free(task->truth);
    for (guint m = 0; m < TRAIN_N_CONTINUAL; m++)
        g_free(task->first[m]);
}

/* --- Scores --- */

typedef struct {
    const TrainScorer *scorer;
    const GPtrArray *pictures;
    double *scores;
} Scoring;

static void score_picture(guint k, gpointer data)
{
    const Scoring *scoring = data;
    const TrainPicture *picture = g_ptr_array_index(scoring->pictures, k);

    scoring->scores[k] = train_scorer_frame(scoring->scorer, train_picture_frame(picture)).score;
}

/* A model's scores of a task's test part, into the tables. */
static void score(Run *run, const BiqaModel *model, TrainContinualMethod method, guint t, guint s)
{
    Task *task = &run->tasks[s];
    const guint n = task->test->len;
    g_autofree double *scores = g_new(double, n);
    g_autoptr(TrainScorer) scorer = train_scorer_new(model);
    Scoring scoring = {scorer, task->test, scores};

    train_workers_run(run->workers, n, score_picture, &scoring);
    run->result->srcc[method][t][s] = train_srcc(scores, task->truth, n);
    if (t == s)
        task->first[method] = g_memdup2(scores, n * sizeof *scores);
    run->result->same[method][t][s] = t == s ? 1 : train_srcc(scores, task->first[method], n);
}

/* The base with other weights; owns nothing. Only its full branch is looked at. */
static BiqaModel with_weights(const Run *run, float *params)
{
    BiqaModel view = biqa_model_task(run->model, 0);

    view.params[BIQA_FULL] = view.params[BIQA_COMPETITOR] = params;
    view.uncertainty = (BiqaUncertainty){0};
    return view;
}

/* weights with the head of another. (transfer full) */
static float *with_head(const BiqaGraph *graph, const float *weights, const float *head)
{
    float *params = g_memdup2(weights, graph->n_params * sizeof *params);

    for (guint i = biqa_task_pool(graph) + 1; i < graph->n_layers; i++)
        for (guint p = 0; p < BIQA_MAX_PARAMS; p++)
            memcpy(params + graph->layers[i].offset[p], head + graph->layers[i].offset[p],
                   graph->layers[i].count[p] * sizeof *params);
    return params;
}

/* The model with its tasks, whose competitors nobody looks at; tasks is where they are put. Owns
 * nothing. */
static BiqaModel with_tasks(const Run *run, BiqaTasks *tasks)
{
    BiqaModel view = *run->model;

    *tasks = *run->model->tasks;
    for (guint t = 0; t < tasks->n; t++)
        tasks->items[t].params[BIQA_COMPETITOR] = tasks->items[t].params[BIQA_FULL];
    view.params[BIQA_COMPETITOR] = view.params[BIQA_FULL];
    view.tasks = tasks;
    return view;
}

/* All ways but joint training, on the test part of task s after task t. */
static void score_all(Run *run, guint t, guint s)
{
    BiqaTasks tasks;
    const BiqaModel gated = with_tasks(run, &tasks), oracle = biqa_model_task(&gated, s + 1),
                    last = biqa_model_task(&gated, t + 1), one = with_weights(run, run->one.params),
                    keeping = with_weights(run, run->keeping.params);
    g_autofree float *merged = with_head(run->model->graph, run->separate.params, run->heads[s]);
    const BiqaModel separate = with_weights(run, merged);

    score(run, &gated, TRAIN_CONTINUAL_GATED, t, s);
    score(run, &oracle, TRAIN_CONTINUAL_ORACLE, t, s);
    score(run, &last, TRAIN_CONTINUAL_LAST, t, s);
    score(run, &one, TRAIN_CONTINUAL_ONE, t, s);
    score(run, &keeping, TRAIN_CONTINUAL_KEEPING, t, s);
    score(run, &separate, TRAIN_CONTINUAL_SEPARATE, t, s);
}

/* --- Learning --- */

static const char way_one[] = "one", way_keeping[] = "keeping", way_separate[] = "separate",
                  way_joint[] = "joint";

static Chain chain_new(const Run *run)
{
    return (Chain){
        g_memdup2(run->model->params[BIQA_FULL], run->model->graph->n_params * sizeof(float)),
        g_strdup(run->base)};
}

static void chain_set(Chain *chain, const Run *run, const Chain *other)
{
    memcpy(chain->params, other->params, run->model->graph->n_params * sizeof *chain->params);
    g_free(chain->digest);
    chain->digest = g_strdup(other->digest);
}

static void chain_clear(Chain *chain)
{
    g_free(chain->params);
    g_free(chain->digest);
}

/* What weights come to when trained on; they are replaced. */
static gboolean learn(const Run *run, Task *task, gboolean keep, float *params, GError **error)
{
    const TrainDatasetParams none = {0};
    const BiqaModel from = with_weights(run, params);

    if (!task->dataset)
        task->dataset = train_dataset_load(task->beside, &none, run->workers, error);
    const TrainLesson lesson = {&from, task->beside, task->dataset, keep, run->params->quiet};
    g_autoptr(TrainWeights) weights =
        task->dataset ? train_adapt_learn(&lesson, run->workers, error) : NULL;

    if (!weights)
        return FALSE;
    memcpy(params, train_weights_result(weights, BIQA_FULL),
           run->model->graph->n_params * sizeof *params);
    return TRUE;
}

/* The same, or what is kept of it. */
static gboolean train_on(const Run *run, const char *how, Task *task, Chain *chain, GError **error)
{
    const TrainKeepLesson lesson = {how, chain->digest, task->beside, task->ratings};
    const BiqaModel view = with_weights(run, chain->params);
    g_autofree char *digest = train_keep_lesson(&lesson);
    g_autoptr(BiqaModel) kept = NULL;

    if (!train_keep_load(run->params->keep, digest, run->model, 1, &kept, error))
        return FALSE;
    if (kept)
        memcpy(chain->params, kept->params[BIQA_FULL],
               kept->graph->n_params * sizeof *chain->params);
    else if (!learn(run, task, how == way_keeping, chain->params, error) ||
             !train_keep_save(run->params->keep, digest, &view, error))
        return FALSE;
    g_free(chain->digest);
    chain->digest = g_steal_pointer(&digest);
    return TRUE;
}

/* A model with the task alone: what is learned of it depends on no other. (transfer full) */
static BiqaModel *adapt_alone(const Run *run, const Task *task, GError **error)
{
    TrainAdapted adapted;
    g_autoptr(BiqaModel) model = biqa_model_load(run->params->base, error);

    if (!model ||
        !train_adapt(model, run->params->base, &task->params, run->workers, &adapted, error))
        return NULL;
    return g_steal_pointer(&model);
}

/* Centroids and how they weigh are a task's too, which no digest of a recipe's weights tells. */
static char *way_of(const Task *task)
{
    const TrainTasksRecipe *tasks = &task->recipe->tasks;
    g_autofree char *inputs = tasks->inputs ? g_strjoinv(";", tasks->inputs) : g_strdup("");

    return g_strdup_printf("task %s, %u centroids, %.9g, %.9g, %s", task->params.name,
                           tasks->centroids, tasks->temperature, tasks->least_weight, inputs);
}

static gboolean adapt(Run *run, const Task *task, GError **error)
{
    g_autofree char *how = way_of(task);
    const TrainKeepLesson lesson = {how, run->base, task->recipe, task->ratings};
    g_autofree char *digest = train_keep_lesson(&lesson);
    g_autoptr(BiqaModel) alone = NULL;

    if (!train_keep_load(run->params->keep, digest, run->model, 2, &alone, error))
        return FALSE;
    if (!alone) {
        alone = adapt_alone(run, task, error);
        if (!alone || !train_keep_save(run->params->keep, digest, alone, error))
            return FALSE;
    }
    return biqa_model_add_task(run->model, &alone->tasks->gating, &alone->tasks->items[1], error);
}

/* In the ways with which the first task has nothing to do: no score to keep, no head to be separate
 * from. */
static gboolean learn_beside(Run *run, guint t, GError **error)
{
    float *fresh;

    if (!t) {
        chain_set(&run->keeping, run, &run->one);
        chain_set(&run->separate, run, &run->one);
        return TRUE;
    }
    fresh = with_head(run->model->graph, run->separate.params, run->model->params[BIQA_FULL]);
    g_free(run->separate.params);
    run->separate.params = fresh;
    return train_on(run, way_keeping, &run->tasks[t], &run->keeping, error) &&
           train_on(run, way_separate, &run->tasks[t], &run->separate, error);
}

static gboolean learn_task(Run *run, guint t, GError **error)
{
    const BiqaGraph *graph = run->model->graph;

    if (!adapt(run, &run->tasks[t], error) ||
        !train_on(run, way_one, &run->tasks[t], &run->one, error) || !learn_beside(run, t, error))
        return FALSE;
    run->heads[t] = g_memdup2(run->separate.params, graph->n_params * sizeof(float));
    for (guint s = 0; s <= t; s++)
        score_all(run, t, s);
    return TRUE;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    const Task *const *x = a, *const *y = b;

    return strcmp((*x)->params.name, (*y)->params.name);
}

/* All training pictures in one list, which does not depend on the order of the tasks. */
static char *joint_list(const Run *run)
{
    GString *list = g_string_new("image,mos\n");
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    const Task *tasks[TRAIN_CONTINUAL_MOST];

    for (guint t = 0; t < run->params->n; t++)
        tasks[t] = &run->tasks[t];
    qsort(tasks, run->params->n, sizeof *tasks, compare_names);
    for (guint t = 0; t < run->params->n; t++) {
        const Task *task = tasks[t];
        for (guint k = 0; k < task->train->len; k++) {
            const guint i = g_array_index(task->train, guint, k);
            g_autofree char *path = g_canonicalize_filename(task->ratings->paths[i], NULL);
            train_csv_append(list, path);
            g_string_append_printf(list, ",%s\n",
                                   g_ascii_dtostr(number, sizeof number, task->ratings->scores[i]));
        }
    }
    return g_string_free(list, FALSE);
}

/* In as many steps as all tasks together had. */
static gboolean learn_joint(Run *run, const char *list, Chain *chain, GError **error)
{
    Task joint = {.params = run->tasks[0].params};
    gboolean ok = FALSE;

    joint.params.ratings = list;
    joint.params.shares = "100;0;0";
    joint.beside = comparison(run, &joint.params, run->params->n, error);
    joint.ratings = joint.beside ? train_dataset_ratings(joint.beside, error) : NULL;
    ok = joint.ratings && train_on(run, way_joint, &joint, chain, error);
    task_clear(&joint);
    return ok;
}

/* Joint training sees no sequence: its row is the same after every task. */
static gboolean run_joint(Run *run, GError **error)
{
    g_autofree char *text = joint_list(run), *path = NULL;
    Chain chain = chain_new(run);
    const int file = g_file_open_tmp("biqa-joint-XXXXXX.csv", &path, error);

    gboolean ok = file >= 0 && g_close(file, error) && g_file_set_contents(path, text, -1, error) &&
                  learn_joint(run, path, &chain, error);
    if (path)
        g_unlink(path);
    const BiqaModel view = with_weights(run, chain.params);
    for (guint s = 0; ok && s < run->params->n; s++) {
        score(run, &view, TRAIN_CONTINUAL_JOINT, s, s);
        for (guint t = s + 1; t < run->params->n; t++) {
            run->result->srcc[TRAIN_CONTINUAL_JOINT][t][s] =
                run->result->srcc[TRAIN_CONTINUAL_JOINT][s][s];
            run->result->same[TRAIN_CONTINUAL_JOINT][t][s] = 1;
        }
    }
    chain_clear(&chain);
    return ok;
}

static gboolean run_all(Run *run, GError **error)
{
    run->base = train_keep_model(run->model);
    run->one = chain_new(run);
    run->keeping = chain_new(run);
    run->separate = chain_new(run);
    for (guint t = 0; t < run->params->n; t++)
        if (!open_task(run, t, error))
            return FALSE;
    for (guint t = 0; t < run->params->n; t++)
        if (!learn_task(run, t, error))
            return FALSE;
    return run_joint(run, error);
}

gboolean train_continual(const TrainContinualParams *params, TrainWorkers *workers,
                         TrainContinual *result, GError **error)
{
    Run run = {.params = params, .workers = workers, .result = result};
    gboolean ok = FALSE;

    g_return_val_if_fail(params->n >= 2 && params->n <= TRAIN_CONTINUAL_MOST, FALSE);
    *result = (TrainContinual){.n = params->n};
    run.model = biqa_model_load(params->base, error);
    if (run.model && run.model->tasks)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "\"%s\" has tasks already; begin with a model that has none", params->base);
    else if (run.model)
        ok = run_all(&run, error);
    for (guint t = 0; t < params->n; t++) {
        task_clear(&run.tasks[t]);
        g_free(run.heads[t]);
    }
    chain_clear(&run.one);
    chain_clear(&run.keeping);
    chain_clear(&run.separate);
    g_free(run.base);
    biqa_model_free(run.model);
    return ok;
}
