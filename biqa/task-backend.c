/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backend made of backends. */
#include "task-backend.h"

typedef struct {
    BiqaBackend base;
    BiqaBackendClass klass; /* the name and abilities of those that do the work */
    const BiqaModel *model; /* borrowed */
    int only;               /* a task, or -1 */
    guint pool;             /* the folded graph's layer that gives the features */
    float *pooled;          /* (crops, its channels) */
    float *features;
    guint64 device_ns;
    BiqaModel views[BIQA_MAX_TASKS];
    BiqaBackend *backends[BIQA_MAX_TASKS]; /* NULL: never asked */
} TaskBackend;

static guint pool_channels(const TaskBackend *self)
{
    return self->model->graph->layers[biqa_task_pool(self->model->graph)].shape.c;
}

/* Reads what the last pool of task 0 gave on each crop of the frame that just ran. */
static gboolean read_pooled(TaskBackend *self, guint n_crops, GError **error)
{
    for (guint crop = 0; crop < n_crops; crop++)
        if (!biqa_backend_tap(self->backends[0], BIQA_FULL, crop, self->pool,
                              self->pooled + (gsize)crop * pool_channels(self), error))
            return FALSE;
    return TRUE;
}

/* A frame at one of its spots. */
typedef struct {
    const BiqaFrame *frame;
    guint spot;
} Sight;

static gboolean run_one(TaskBackend *self, guint task, const Sight *sight, BiqaResult *result,
                        GError **error)
{
    BiqaBackend *backend = self->backends[task];

    if (!backend->klass->run(backend, sight->frame, sight->spot, result, error))
        return FALSE;
    self->device_ns += biqa_backend_device_ns(backend);
    return TRUE;
}

/* Runs what is needed to know the weights: task 0, or nothing where there is but one. */
static gboolean weigh(TaskBackend *self, const Sight *sight, BiqaResult *first, float *weights,
                      GError **error)
{
    const BiqaModel *model = self->model;

    if (self->only >= 0) {
        weights[self->only] = 1;
        return TRUE;
    }
    if (!run_one(self, 0, sight, first, error) || !read_pooled(self, first->n_crops, error))
        return FALSE;
    biqa_gating_features(&model->tasks->gating, model->graph, self->pooled, first->n_crops,
                         self->features);
    biqa_model_weigh(model, self->features, weights);
    return TRUE;
}

static gboolean task_run(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                         BiqaResult *result, GError **error)
{
    TaskBackend *self = (TaskBackend *)backend;
    const Sight sight = {frame, spot};
    BiqaResult results[BIQA_MAX_TASKS];
    float weights[BIQA_MAX_TASKS] = {0};

    self->device_ns = 0;
    if (!weigh(self, &sight, &results[0], weights, error))
        return FALSE;
    for (guint t = self->only < 0 ? 1 : 0; t < biqa_model_n_tasks(self->model); t++)
        if (weights[t] > 0 && !run_one(self, t, &sight, &results[t], error))
            return FALSE;
    biqa_model_blend(self->model, weights, results, result);
    return TRUE;
}

static BiqaBackend *first_backend(const TaskBackend *self)
{
    return self->backends[MAX(self->only, 0)];
}

static gboolean task_tap(BiqaBackend *backend, BiqaBranch branch, guint crop, guint layer,
                         float *output, GError **error)
{
    return biqa_backend_tap(first_backend((TaskBackend *)backend), branch, crop, layer, output,
                            error);
}

static const char *task_device_name(BiqaBackend *backend)
{
    return biqa_backend_device_name(first_backend((TaskBackend *)backend));
}

static guint64 task_device_ns(BiqaBackend *backend)
{
    return ((TaskBackend *)backend)->device_ns;
}

static guint task_recoveries(BiqaBackend *backend)
{
    const TaskBackend *self = (const TaskBackend *)backend;
    guint sum = 0;

    for (guint t = 0; t < BIQA_MAX_TASKS; t++)
        sum += self->backends[t] ? biqa_backend_recoveries(self->backends[t]) : 0;
    return sum;
}

static void task_free(BiqaBackend *backend)
{
    TaskBackend *self = (TaskBackend *)backend;

    for (guint t = 0; t < BIQA_MAX_TASKS; t++)
        biqa_backend_free(self->backends[t]);
    g_free(self->pooled);
    g_free(self->features);
    g_free(self);
}

/* The last pool of the folded graph, where it has another number. */
static guint folded_pool(const BiqaModel *model)
{
    g_autoptr(BiqaNet) net = biqa_model_fold(model, BIQA_FULL, NULL);

    return biqa_task_pool(net->graph);
}

/* Opens what is not open yet: the one task asked for, or all. */
static gboolean open_all(TaskBackend *self, const BiqaTaskOpener *opener, GError **error)
{
    for (guint t = 0; t < biqa_model_n_tasks(self->model); t++) {
        if (self->backends[t] || (self->only >= 0 && t != (guint)self->only))
            continue;
        self->views[t] = biqa_model_task(self->model, t);
        self->backends[t] = opener->open(opener->user, &self->views[t], self->backends[0], error);
        if (!self->backends[t])
            return FALSE;
    }
    return TRUE;
}

/* first (transfer full): runs task 0, or NULL. */
static TaskBackend *task_backend_new(const BiqaModel *model, int only, BiqaBackend *first)
{
    TaskBackend *self = g_new0(TaskBackend, 1);

    self->base = (BiqaBackend){&self->klass, &model->input};
    self->model = model;
    self->only = only;
    self->pool = folded_pool(model);
    self->pooled = g_new(float, (gsize)BIQA_MAX_CROPS *pool_channels(self));
    self->features = g_new(float, biqa_gating_length(&model->tasks->gating, model->graph));
    self->backends[0] = first;
    return self;
}

static BiqaBackend *task_backend_open(const BiqaModel *model, int only, BiqaBackend *first,
                                      const BiqaTaskOpener *opener, GError **error)
{
    TaskBackend *self = task_backend_new(model, only, first);

    if (!open_all(self, opener, error)) {
        task_free(&self->base);
        return NULL;
    }
    self->klass = (BiqaBackendClass){
        .name = first_backend(self)->klass->name,
        .images = first_backend(self)->klass->images,
        .tasks = TRUE,
        .run = task_run,
        .tap = task_tap,
        .device_name = task_device_name,
        .device_ns = task_device_ns,
        .recoveries = task_recoveries,
        .free = task_free,
    };
    return &self->base;
}

BiqaBackend *biqa_task_backend_open(const BiqaModel *model, int task, const BiqaTaskOpener *opener,
                                    GError **error)
{
    BiqaBackend *whole;

    g_return_val_if_fail(task < (int)biqa_model_n_tasks(model), NULL);
    if (task >= 0 && model->tasks)
        return task_backend_open(model, task, NULL, opener, error);
    whole = opener->open(opener->user, model, NULL, error);
    if (!whole || !model->tasks || whole->klass->tasks)
        return whole;
    return task_backend_open(model, task, whole, opener, error);
}
