/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running the protocol. */
#include "continual.h"

#include "adapt.h"
#include "csv.h"
#include "score.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* A task's pictures: the list, dealt to parts. */
typedef struct {
    TrainAdaptParams params;
    TrainRecipe *recipe; /* with convolutions trained, too: of the comparisons */
    TrainRatings *ratings;
    GArray *train, *test;             /* guint: indices into ratings */
    double *truth;                    /* of the test part */
    double *first[TRAIN_N_CONTINUAL]; /* scores of the test part right after the task */
} Task;

typedef struct {
    const TrainContinualParams *params;
    TrainWorkers *workers;
    TrainContinual *result;
    BiqaModel *model; /* with the tasks learned so far */
    Task tasks[TRAIN_CONTINUAL_MOST];
    float *one, *separate;              /* weights that are trained on from task to task */
    float *heads[TRAIN_CONTINUAL_MOST]; /* weights after each task, of which the head counts */
} Run;

const char *train_continual_name(TrainContinualMethod method)
{
    static const char *const names[TRAIN_N_CONTINUAL] = {
        [TRAIN_CONTINUAL_GATED] = "gated heads",
        [TRAIN_CONTINUAL_ORACLE] = "oracle head",
        [TRAIN_CONTINUAL_LAST] = "last head",
        [TRAIN_CONTINUAL_ONE] = "one head, fine-tuned",
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
    if (!task->recipe)
        return FALSE;
    for (guint s = 0; s < task->recipe->n_stages; s++)
        task->recipe->stages[s].frozen = FALSE;
    task->ratings = train_dataset_ratings(task->recipe, error);
    g_autofree TrainPart *parts =
        task->ratings ? train_dataset_parts(task->recipe, task->ratings, error) : NULL;
    if (!parts)
        return FALSE;
    task->train = part_new(parts, task->ratings->n, TRAIN_PART_TRAIN);
    task->test = part_new(parts, task->ratings->n, TRAIN_PART_HELD_OUT);
    task->truth = g_new(double, task->test->len + 1);
    for (guint k = 0; k < task->test->len; k++)
        task->truth[k] = task->ratings->scores[g_array_index(task->test, guint, k)];
    if (task->test->len >= 3)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "task \"%s\": %u pictures to test on are too few for a rank correlation",
                task->params.name, task->test->len);
    return FALSE;
}

static void task_clear(Task *task)
{
    train_recipe_free(task->recipe);
    train_ratings_free(task->ratings);
    g_clear_pointer(&task->train, g_array_unref);
    g_clear_pointer(&task->test, g_array_unref);
    g_free(task->truth);
    for (guint m = 0; m < TRAIN_N_CONTINUAL; m++)
        g_free(task->first[m]);
}

/* --- Scores --- */

/* A model's scores of a task's test part, into the tables. */
static gboolean score(Run *run, const BiqaModel *model, TrainContinualMethod method, guint t,
                      guint s, GError **error)
{
    Task *task = &run->tasks[s];
    const guint n = task->test->len;
    g_autofree char **paths = g_new(char *, n);
    g_autofree BiqaVerdict *verdicts = g_new(BiqaVerdict, n);
    g_autofree double *scores = g_new(double, n);
    g_autoptr(TrainScorer) scorer = train_scorer_new(model);

    for (guint k = 0; k < n; k++)
        paths[k] = task->ratings->paths[g_array_index(task->test, guint, k)];
    if (!train_scorer_files(scorer, paths, n, run->workers, verdicts, error))
        return FALSE;
    for (guint k = 0; k < n; k++)
        scores[k] = verdicts[k].score;
    run->result->srcc[method][t][s] = train_srcc(scores, task->truth, n);
    if (t == s)
        task->first[method] = g_memdup2(scores, n * sizeof *scores);
    run->result->same[method][t][s] = t == s ? 1 : train_srcc(scores, task->first[method], n);
    return TRUE;
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

/* All ways but joint training, on the test part of task s after task t. */
static gboolean score_all(Run *run, guint t, guint s, GError **error)
{
    const BiqaModel oracle = biqa_model_task(run->model, s + 1),
                    last = biqa_model_task(run->model, t + 1), one = with_weights(run, run->one);
    g_autofree float *merged = with_head(run->model->graph, run->separate, run->heads[s]);
    const BiqaModel separate = with_weights(run, merged);

    return score(run, run->model, TRAIN_CONTINUAL_GATED, t, s, error) &&
           score(run, &oracle, TRAIN_CONTINUAL_ORACLE, t, s, error) &&
           score(run, &last, TRAIN_CONTINUAL_LAST, t, s, error) &&
           score(run, &one, TRAIN_CONTINUAL_ONE, t, s, error) &&
           score(run, &separate, TRAIN_CONTINUAL_SEPARATE, t, s, error);
}

/* --- Learning --- */

/* What weights come to when trained on; they are replaced. */
static gboolean train_on(const Run *run, const TrainRecipe *recipe, float **params, GError **error)
{
    const TrainDatasetParams none = {0};
    const BiqaModel from = with_weights(run, *params);
    g_autoptr(TrainDataset) dataset = train_dataset_load(recipe, &none, run->workers, error);
    g_autoptr(TrainWeights) weights =
        dataset ? train_adapt_learn(&from, recipe, dataset, run->workers, run->params->quiet, error)
                : NULL;

    if (!weights)
        return FALSE;
    g_free(*params);
    *params = g_memdup2(train_weights_result(weights, BIQA_FULL),
                        run->model->graph->n_params * sizeof **params);
    return TRUE;
}

static gboolean learn_task(Run *run, guint t, GError **error)
{
    const BiqaGraph *graph = run->model->graph;
    const TrainRecipe *recipe = run->tasks[t].recipe;
    TrainAdapted adapted;
    float *fresh = with_head(graph, run->separate, run->model->params[BIQA_FULL]);

    g_free(run->separate);
    run->separate = fresh;
    if (!train_adapt(run->model, run->params->base, &run->tasks[t].params, run->workers, &adapted,
                     error) ||
        !train_on(run, recipe, &run->one, error) || !train_on(run, recipe, &run->separate, error))
        return FALSE;
    run->heads[t] = g_memdup2(run->separate, graph->n_params * sizeof(float));
    for (guint s = 0; s <= t; s++)
        if (!score_all(run, t, s, error))
            return FALSE;
    return TRUE;
}

/* All training and validation pictures in one list. */
static char *joint_list(const Run *run)
{
    GString *list = g_string_new("image,mos\n");
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    for (guint t = 0; t < run->params->n; t++) {
        const Task *task = &run->tasks[t];
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

static gboolean learn_joint(Run *run, const char *list, float **params, GError **error)
{
    TrainAdaptParams joint = run->tasks[0].params;

    joint.ratings = list;
    joint.shares = "100;0;0";
    g_autoptr(TrainRecipe) recipe =
        train_adapt_recipe(run->model, run->params->base, &joint, error);
    if (!recipe)
        return FALSE;
    for (guint s = 0; s < recipe->n_stages; s++) {
        recipe->stages[s].frozen = FALSE;
        recipe->stages[s].steps *= run->params->n; /* as many as all tasks together had */
    }
    return train_on(run, recipe, params, error);
}

/* Joint training sees no sequence: its row is the same after every task. */
static gboolean run_joint(Run *run, GError **error)
{
    g_autofree char *text = joint_list(run), *path = NULL;
    g_autofree float *params =
        g_memdup2(run->model->params[BIQA_FULL], run->model->graph->n_params * sizeof(float));
    const int file = g_file_open_tmp("biqa-joint-XXXXXX.csv", &path, error);

    if (file < 0 || !g_close(file, error) || !g_file_set_contents(path, text, -1, error))
        return FALSE;
    gboolean ok = learn_joint(run, path, &params, error);
    g_unlink(path);
    const BiqaModel view = with_weights(run, params);
    for (guint s = 0; ok && s < run->params->n; s++) {
        ok = score(run, &view, TRAIN_CONTINUAL_JOINT, s, s, error);
        for (guint t = s + 1; ok && t < run->params->n; t++) {
            run->result->srcc[TRAIN_CONTINUAL_JOINT][t][s] =
                run->result->srcc[TRAIN_CONTINUAL_JOINT][s][s];
            run->result->same[TRAIN_CONTINUAL_JOINT][t][s] = 1;
        }
    }
    return ok;
}

static gboolean run_all(Run *run, GError **error)
{
    const gsize bytes = run->model->graph->n_params * sizeof(float);

    run->one = g_memdup2(run->model->params[BIQA_FULL], bytes);
    run->separate = g_memdup2(run->model->params[BIQA_FULL], bytes);
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
    g_free(run.one);
    g_free(run.separate);
    biqa_model_free(run.model);
    return ok;
}
