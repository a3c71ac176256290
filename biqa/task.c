/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model's tasks: adding, removing, looking at the model as one of them. */
#include "model-file.h"

#include <string.h>

guint biqa_task_pool(const BiqaGraph *graph)
{
    guint pool = 0;

    for (guint i = 0; i < graph->n_layers; i++)
        if (graph->layers[i].kind == BIQA_LAYER_POOL)
            pool = i;
    return pool;
}

gboolean biqa_task_owns(const BiqaGraph *graph, guint layer)
{
    return graph->layers[layer].kind == BIQA_LAYER_NORM || layer > biqa_task_pool(graph);
}

gboolean biqa_task_name_is_valid(const char *name)
{
    const gsize length = strlen(name);

    for (gsize i = 0; i < length; i++)
        if (!g_ascii_isalnum(name[i]) && !strchr("._-", name[i]))
            return FALSE;
    return length > 0 && length <= BIQA_MAX_TASK_NAME && strcmp(name, "auto") != 0;
}

guint biqa_model_n_tasks(const BiqaModel *model)
{
    return model->tasks ? model->tasks->n : 1;
}

const char *biqa_model_task_name(const BiqaModel *model, guint task)
{
    g_return_val_if_fail(task < biqa_model_n_tasks(model), NULL);

    return model->tasks ? model->tasks->items[task].name : BIQA_TASK_BASE;
}

int biqa_model_find_task(const BiqaModel *model, const char *name)
{
    for (guint t = 0; t < biqa_model_n_tasks(model); t++)
        if (strcmp(biqa_model_task_name(model, t), name) == 0)
            return (int)t;
    return -1;
}

BiqaModel biqa_model_task(const BiqaModel *model, guint task)
{
    const BiqaTask *own = task ? &model->tasks->items[task] : NULL;
    BiqaModel view = *model;

    view.tasks = NULL;
    if (!own)
        return view;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        view.params[b] = own->params[b];
    view.scale = own->scale;
    view.hard_threshold = own->hard_threshold;
    view.uncertainty = own->uncertainty;
    view.validation_srcc = own->srcc;
    view.validation_plcc = 0;
    return view;
}

/* --- What tasks share with their model --- */

static void copy_layer(const BiqaLayer *layer, float *to, const float *from)
{
    for (guint p = 0; p < BIQA_MAX_PARAMS; p++)
        memcpy(to + layer->offset[p], from + layer->offset[p], layer->count[p] * sizeof(float));
}

static void complete(const BiqaModel *model, BiqaTask *task)
{
    const BiqaGraph *graph = model->graph;
    BiqaModel view;

    for (guint i = 0; i < graph->n_layers; i++)
        if (!biqa_task_owns(graph, i))
            copy_layer(&graph->layers[i], task->params[BIQA_FULL], model->params[BIQA_FULL]);
    view = *model;
    memcpy(view.params, task->params, sizeof view.params);
    biqa_model_prune(&view);
    memcpy(task->params, view.params, sizeof view.params);
}

void model_complete_tasks(BiqaModel *model)
{
    for (guint t = 1; t < biqa_model_n_tasks(model); t++)
        complete(model, &model->tasks->items[t]);
}

/* --- Adding and removing --- */

static void task_clear(BiqaTask *task)
{
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        g_free(task->params[b]);
    g_free(task->centroids);
    g_free(task->name);
    g_free(task->data);
    g_free(task->date);
    *task = (BiqaTask){0};
}

void biqa_tasks_free(BiqaTasks *tasks)
{
    if (!tasks)
        return;
    for (guint t = 0; t < tasks->n; t++)
        task_clear(&tasks->items[t]);
    g_free(tasks);
}

static gboolean check_name(const BiqaModel *model, const char *name, GError **error)
{
    if (!biqa_task_name_is_valid(name))
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "\"%s\" is no name for a task: take 1 to %d letters, digits, dots, dashes and "
                    "underscores, not \"auto\"",
                    name, BIQA_MAX_TASK_NAME);
    else if (biqa_model_find_task(model, name) >= 0)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "the model has a task \"%s\" already: choose another name, or remove that one "
                    "first",
                    name);
    else
        return TRUE;
    return FALSE;
}

gboolean biqa_model_check_new_task(const BiqaModel *model, const char *name, GError **error)
{
    if (!check_name(model, name, error))
        return FALSE;
    if (biqa_model_n_tasks(model) == BIQA_MAX_TASKS)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "the model has %d tasks, the most it can",
                    BIQA_MAX_TASKS);
    else if (biqa_task_pool(model->graph) == 0)
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_GRAPH,
                            "the model's graph has no pool, behind which a task's head would lie");
    else
        return TRUE;
    return FALSE;
}

gboolean biqa_model_rename_task(BiqaModel *model, guint task, const char *name, GError **error)
{
    g_return_val_if_fail(task > 0 && task < biqa_model_n_tasks(model), FALSE);

    if (!check_name(model, name, error))
        return FALSE;
    g_free(model->tasks->items[task].name);
    model->tasks->items[task].name = g_strdup(name);
    return TRUE;
}

gboolean biqa_model_add_task(BiqaModel *model, const BiqaGating *gating, BiqaTask *own,
                             GError **error)
{
    BiqaTask *task;

    if (!biqa_model_check_new_task(model, own->name, error))
        return FALSE;
    if (!model->tasks) {
        model->tasks = g_new0(BiqaTasks, 1);
        model->tasks->gating = *gating;
        model->tasks->n = 1;
        model->tasks->items[0].name = g_strdup(BIQA_TASK_BASE);
        model->tasks->items[0].data = g_strdup("");
        model->tasks->items[0].date = g_strdup("");
    }
    task = &model->tasks->items[model->tasks->n++];
    *task = *own;
    *own = (BiqaTask){0};
    complete(model, task);
    return TRUE;
}

void biqa_model_remove_task(BiqaModel *model, guint task)
{
    BiqaTasks *tasks = model->tasks;

    g_return_if_fail(tasks && task > 0 && task < tasks->n);
    task_clear(&tasks->items[task]);
    tasks->n--;
    memmove(&tasks->items[task], &tasks->items[task + 1], (tasks->n - task) * sizeof *tasks->items);
    tasks->items[tasks->n] = (BiqaTask){0};
    if (tasks->n == 1)
        g_clear_pointer(&model->tasks, biqa_tasks_free);
}
