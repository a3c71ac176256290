/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train tasks */
#include "command.h"
#include "task.h"

#include <stdio.h>
#include <string.h>

static char *removed, *renamed, *out;

static const GOptionEntry entries[] = {
    {"remove", 0, 0, G_OPTION_ARG_STRING, &removed, "Take a task out", "TASK"},
    {"rename", 0, 0, G_OPTION_ARG_STRING, &renamed, "Give a task another name", "OLD=NEW"},
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out, "Write the model here (over MODEL)", "MODEL2"},
    {0},
};

/* A learned task of that name, 1 or more; 0 and error: there is none. */
static guint find(const BiqaModel *model, const char *name, GError **error)
{
    const int task = biqa_model_find_task(model, name);

    if (task > 0)
        return (guint)task;
    if (task == 0)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "\"%s\" is the model itself, and stays with that name", name);
    else
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "the model has no task \"%s\"; `biqa-train tasks MODEL` lists them", name);
    return 0;
}

static gboolean remove_task(BiqaModel *model, GError **error)
{
    const guint task = find(model, removed, error);

    if (task)
        biqa_model_remove_task(model, task);
    return task > 0;
}

static gboolean rename_task(BiqaModel *model, GError **error)
{
    const char *equals = strchr(renamed, '=');
    g_autofree char *old = equals ? g_strndup(renamed, (gsize)(equals - renamed)) : NULL;
    guint task;

    if (!equals) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "--rename %s: write OLD=NEW, as cartoons=drawings", renamed);
        return FALSE;
    }
    task = find(model, old, error);
    return task && biqa_model_rename_task(model, task, equals + 1, error);
}

/* Bytes that a task takes in the file, names and figures apart. */
static gsize bytes_of(const BiqaModel *model, guint task)
{
    const BiqaGraph *graph = model->graph;
    gsize floats = 0;

    for (guint i = 0; task && i < graph->n_layers; i++)
        for (guint p = 0; biqa_task_owns(graph, i) && p < BIQA_MAX_PARAMS; p++)
            floats += graph->layers[i].count[p] *
                      (model->competitor_norm && graph->layers[i].kind == BIQA_LAYER_NORM ? 2 : 1);
    if (model->tasks)
        floats += (gsize)model->tasks->items[task].n_centroids *
                  biqa_gating_length(&model->tasks->gating, graph);
    return floats * sizeof(float);
}

static void print(const BiqaModel *model)
{
    printf("%-16s %10s %7s %9s %8s  %s\n", "task", "learned", "SRCC", "centroids", "KiB", "data");
    for (guint t = 0; t < biqa_model_n_tasks(model); t++) {
        const BiqaTask *task = model->tasks ? &model->tasks->items[t] : NULL;
        const BiqaModel view = biqa_model_task(model, t);
        g_autofree char *datasets =
            model->datasets && !t ? g_strjoinv("; ", model->datasets) : NULL;

        printf("%-16s %10s %7.4f %9u %8.1f  %s\n", biqa_model_task_name(model, t),
               t ? task->date : "-", view.validation_srcc, task ? task->n_centroids : 0,
               (double)bytes_of(model, t) / 1024,
               t          ? task->data
               : datasets ? datasets
                          : "");
    }
}

static int run(int argc, char **argv, GError **error)
{
    if (!train_command_check(argc, 1, 1, "one model", error))
        return 2;
    g_autoptr(BiqaModel) model = biqa_model_load(argv[0], error);
    if (!model || (removed && !remove_task(model, error)) ||
        (renamed && !rename_task(model, error)))
        return 1;
    if ((removed || renamed || out) && !biqa_model_save(model, out ? out : argv[0], error))
        return 1;
    print(model);
    return 0;
}

const TrainCommand train_command_tasks = {
    .name = "tasks",
    .summary = "List, remove or rename the tasks of a model",
    .arguments = "MODEL",
    .description =
        "\"base\" is the model itself. Its line has no KiB but those of its centroids: what\n"
        "is counted is what tasks add to the file.",
    .entries = entries,
    .run = run,
};
