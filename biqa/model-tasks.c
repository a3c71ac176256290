/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of a model's tasks, read and written. Lists have an entry a task, the model's own
 * first; what only the learned ones have stands under "biqa.task.NUMBER.". */
#include "model-file.h"
#include "model-value.h"

#define MODEL_TASKS_VERSION 1
#define NUMBERED "biqa.task.%u."

enum { SRCC, OFFSET, SCALE, THRESHOLD, N_NUMBERS };

/* What a learned task has by itself, besides its uncertainty head. */
static const struct {
    const char *name;
    double low, high;
} numbers[N_NUMBERS] = {
    [SRCC] = {"srcc", -1, 1},
    [OFFSET] = {"score.offset", -G_MAXFLOAT, G_MAXFLOAT},
    [SCALE] = {"score.scale", -G_MAXFLOAT, G_MAXFLOAT},
    [THRESHOLD] = {"hard_threshold", 0, G_MAXFLOAT},
};

/* --- Reading --- */

static gboolean check_version(const BiqaGguf *gguf, GError **error)
{
    guint version;

    if (!model_read_uint(gguf, KEY_TASKS, G_MAXUINT, &version, error))
        return FALSE;
    return version <= MODEL_TASKS_VERSION ||
           model_fail(error, BIQA_ERROR_SUPPORT,
                      "key '%s' is %u, newer than the %d this build knows: update biqafilter",
                      KEY_TASKS, version, MODEL_TASKS_VERSION);
}

/* A list with an entry for each of n tasks. */
static const char *const *read_list(const BiqaGguf *gguf, const char *key, guint n, GError **error)
{
    const char *const *list;
    gsize found;

    if (!biqa_gguf_get_strings(gguf, key, &list, &found, error))
        return NULL;
    if (found == n)
        return list;
    model_fail(error, BIQA_ERROR_FORMAT, "key '%s' has %" G_GSIZE_FORMAT " values, not %u", key,
               found, n);
    return NULL;
}

static gboolean check_name(const BiqaModel *model, guint task, const char *name, GError **error)
{
    if (!biqa_task_name_is_valid(name) || (task == 0) != g_str_equal(name, BIQA_TASK_BASE))
        return model_fail(error, BIQA_ERROR_VALUE,
                          "key '%s' holds '%s', which is no name for task %u", KEY_TASK_NAMES, name,
                          task);
    for (guint t = 0; t < task; t++)
        if (g_str_equal(model->tasks->items[t].name, name))
            return model_fail(error, BIQA_ERROR_VALUE, "key '%s' holds '%s' twice", KEY_TASK_NAMES,
                              name);
    return TRUE;
}

static gboolean read_names(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    const char *const *names, *const *data, *const *dates;
    gsize n;

    if (!biqa_gguf_get_strings(gguf, KEY_TASK_NAMES, &names, &n, error))
        return FALSE;
    if (n < 2 || n > BIQA_MAX_TASKS)
        return model_fail(error, BIQA_ERROR_VALUE,
                          "key '%s' has %" G_GSIZE_FORMAT " values, not 2 to %d tasks",
                          KEY_TASK_NAMES, n, BIQA_MAX_TASKS);
    data = read_list(gguf, KEY_TASK_DATA, n, error);
    dates = data ? read_list(gguf, KEY_TASK_DATES, n, error) : NULL;
    if (!dates)
        return FALSE;
    for (guint t = 0; t < n; t++) {
        if (!check_name(model, t, names[t], error))
            return FALSE;
        model->tasks->items[t].name = g_strdup(names[t]);
        model->tasks->items[t].data = g_strdup(data[t]);
        model->tasks->items[t].date = g_strdup(dates[t]);
        model->tasks->n = t + 1;
    }
    return TRUE;
}

static gboolean read_inputs(const BiqaGguf *gguf, const BiqaModel *model, BiqaGating *gating,
                            GError **error)
{
    const guint n_inputs = model->graph->layers[biqa_task_pool(model->graph)].n_inputs;
    g_autofree guint64 *inputs = NULL;
    gsize n;

    if (!biqa_gguf_get_uints(gguf, KEY_GATING_INPUTS, &inputs, &n, error))
        return FALSE;
    if (n < 1 || n > n_inputs)
        return model_fail(error, BIQA_ERROR_VALUE,
                          "key '%s' has %" G_GSIZE_FORMAT " values, not 1 to the last pool's %u",
                          KEY_GATING_INPUTS, n, n_inputs);
    gating->n_parts = n;
    for (guint i = 0; i < n; i++) {
        if (inputs[i] >= n_inputs || (i && inputs[i] <= inputs[i - 1]))
            return model_fail(error, BIQA_ERROR_VALUE,
                              "key '%s' holds %" G_GUINT64_FORMAT
                              ": the last pool's inputs are 0 to %u, to be named in order",
                              KEY_GATING_INPUTS, inputs[i], n_inputs - 1);
        gating->parts[i] = inputs[i];
    }
    return TRUE;
}

static gboolean read_gating(const BiqaGguf *gguf, const BiqaModel *model, BiqaGating *gating,
                            GError **error)
{
    double temperature, least;

    if (!read_inputs(gguf, model, gating, error) ||
        !model_read_double(gguf, KEY_GATING_TEMPERATURE, G_MINFLOAT, 1e6, &temperature, error) ||
        !model_read_double(gguf, KEY_GATING_LEAST, 0, 1, &least, error))
        return FALSE;
    gating->temperature = temperature;
    gating->least_weight = least;
    return TRUE;
}

static gboolean read_centroids(const BiqaGguf *gguf, BiqaTasks *tasks, GError **error)
{
    g_autofree guint64 *counts = NULL;
    gsize n;

    if (!biqa_gguf_get_uints(gguf, KEY_TASK_CENTROIDS, &counts, &n, error))
        return FALSE;
    if (n != tasks->n)
        return model_fail(error, BIQA_ERROR_FORMAT,
                          "key '%s' has %" G_GSIZE_FORMAT " values, not %u", KEY_TASK_CENTROIDS, n,
                          tasks->n);
    for (guint t = 0; t < n; t++) {
        if (counts[t] > BIQA_MAX_CENTROIDS || (t && !counts[t]))
            return model_fail(error, BIQA_ERROR_VALUE,
                              "key '%s' holds %" G_GUINT64_FORMAT ", out of its range 1 to %d",
                              KEY_TASK_CENTROIDS, counts[t], BIQA_MAX_CENTROIDS);
        tasks->items[t].n_centroids = counts[t];
    }
    return TRUE;
}

static gboolean read_task(const BiqaGguf *gguf, guint t, BiqaTask *task, GError **error)
{
    g_autofree char *prefix = g_strdup_printf(NUMBERED, t);
    double values[N_NUMBERS];

    for (guint i = 0; i < N_NUMBERS; i++) {
        g_autofree char *key = g_strconcat(prefix, numbers[i].name, NULL);

        if (!model_read_double(gguf, key, numbers[i].low, numbers[i].high, &values[i], error))
            return FALSE;
    }
    task->srcc = values[SRCC];
    task->scale = (BiqaScale){.offset = values[OFFSET], .scale = values[SCALE]};
    task->hard_threshold = values[THRESHOLD];
    if (task->scale.scale == 0)
        return model_fail(error, BIQA_ERROR_VALUE,
                          "key '%s%s' is zero: every score would be the same", prefix,
                          numbers[SCALE].name);
    return model_read_head(gguf, prefix, &task->uncertainty, error);
}

gboolean model_read_tasks(const BiqaGguf *gguf, BiqaModel *model, GError **error)
{
    if (!biqa_gguf_has(gguf, KEY_TASKS))
        return TRUE;
    if (!check_version(gguf, error))
        return FALSE;
    if (biqa_task_pool(model->graph) == 0)
        return model_fail(error, BIQA_ERROR_GRAPH, "the graph has no pool, and so no tasks");
    model->tasks = g_new0(BiqaTasks, 1);
    if (!read_names(gguf, model, error) ||
        !read_gating(gguf, model, &model->tasks->gating, error) ||
        !read_centroids(gguf, model->tasks, error))
        return FALSE;
    for (guint t = 1; t < model->tasks->n; t++)
        if (!read_task(gguf, t, &model->tasks->items[t], error))
            return FALSE;
    return TRUE;
}

/* --- Writing --- */

static void put_names(BiqaGgufWriter *writer, const BiqaTasks *tasks)
{
    const char *names[BIQA_MAX_TASKS], *data[BIQA_MAX_TASKS], *dates[BIQA_MAX_TASKS];
    guint centroids[BIQA_MAX_TASKS];

    for (guint t = 0; t < tasks->n; t++) {
        names[t] = tasks->items[t].name;
        data[t] = tasks->items[t].data;
        dates[t] = tasks->items[t].date;
        centroids[t] = tasks->items[t].n_centroids;
    }
    biqa_gguf_put_strings(writer, KEY_TASK_NAMES, names, tasks->n);
    biqa_gguf_put_strings(writer, KEY_TASK_DATA, data, tasks->n);
    biqa_gguf_put_strings(writer, KEY_TASK_DATES, dates, tasks->n);
    biqa_gguf_put_uints(writer, KEY_TASK_CENTROIDS, centroids, tasks->n);
}

static void put_task(BiqaGgufWriter *writer, guint t, const BiqaTask *task)
{
    g_autofree char *prefix = g_strdup_printf(NUMBERED, t);
    const double values[N_NUMBERS] = {
        [SRCC] = task->srcc,
        [OFFSET] = task->scale.offset,
        [SCALE] = task->scale.scale,
        [THRESHOLD] = task->hard_threshold,
    };

    for (guint i = 0; i < N_NUMBERS; i++) {
        g_autofree char *key = g_strconcat(prefix, numbers[i].name, NULL);

        biqa_gguf_put_double(writer, key, values[i]);
    }
    model_put_head(writer, prefix, &task->uncertainty);
}

void model_put_tasks(BiqaGgufWriter *writer, const BiqaModel *model)
{
    const BiqaTasks *tasks = model->tasks;

    if (!tasks)
        return;
    biqa_gguf_put_uint(writer, KEY_TASKS, MODEL_TASKS_VERSION);
    put_names(writer, tasks);
    biqa_gguf_put_uints(writer, KEY_GATING_INPUTS, tasks->gating.parts, tasks->gating.n_parts);
    biqa_gguf_put_float(writer, KEY_GATING_TEMPERATURE, tasks->gating.temperature);
    biqa_gguf_put_float(writer, KEY_GATING_LEAST, tasks->gating.least_weight);
    for (guint t = 1; t < tasks->n; t++)
        put_task(writer, t, &tasks->items[t]);
}
