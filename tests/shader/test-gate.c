/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All tasks of a model in one submission: which of them run, is decided on the device. */
#include "check.h"
#include "mobilenet.h"
#include "support.h"
#include "task.h"

#include <string.h>

#define WIDTH 50
#define HEIGHT 31

typedef struct {
    BiqaModel *model;
    BiqaFrameFormat format;
    BiqaFrame frames[2];
    CheckCase what;
} Fixture;

/* model (transfer full), which is given tasks. */
static Fixture *fixture_new(const char *name, BiqaModel *model, gboolean of_base, guint64 seed)
{
    Fixture *fixture = g_new0(Fixture, 1);

    fixture->model = model;
    fixture->what = (CheckCase){.name = name, .seed = seed};
    tiny_tasks_add(model, of_base, seed);
    model->tasks->gating.temperature = 2; /* so that all have a share */
    biqa_frame_format_rgb(&fixture->format, WIDTH, HEIGHT);
    for (guint i = 0; i < 2; i++)
        fixture->frames[i] =
            noise_frame(&fixture->format, (gsize[BIQA_MAX_PLANES]){3 * WIDTH}, seed + i);
    return fixture;
}

static void fixture_free(Fixture *fixture)
{
    for (guint i = 0; i < 2; i++)
        g_free((guint8 *)fixture->frames[i].planes[0]);
    biqa_model_free(fixture->model);
    g_free(fixture);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

/* The next plan of Vulkan from *way on; NULL: no more. (transfer full) */
static BiqaBackend *open_next(Fixture *fixture, guint *way)
{
    while ((fixture->what.way = check_way((*way)++)))
        if (!fixture->what.way->lanes)
            return check_open(fixture->model, &fixture->what);
    return NULL;
}

static gint submissions(BiqaBackend *backend)
{
    return biqa_vk_backend_calls(backend)->counts[BIQA_VK_CALL_QueueSubmit];
}

static void check_all(Fixture *fixture)
{
    guint plans = 0, way = 0;

    for (BiqaBackend *backend; (backend = open_next(fixture, &way)); plans++) {
        BiqaResult result;

        for (guint i = 0; i < 2; i++)
            check_tasks(backend, fixture->model, &fixture->frames[i], &fixture->what, &result);
        for (guint t = fixture->model->tasks->items[0].n_centroids ? 0 : 1; t < 3; t++)
            g_assert_cmpfloat(result.weights[0][t], >, 0);
        biqa_backend_free(backend);
    }
    g_assert_cmpuint(plans, ==, 2);
}

static void test_all(void)
{
    g_autoptr(Fixture) fixture = fixture_new("all", tiny_model_new(31), TRUE, 31);

    check_all(fixture);
}

/* The model's own head has no part, but its maps say what has. */
static void test_without_base(void)
{
    g_autoptr(Fixture) fixture = fixture_new("without base", tiny_model_new(32), FALSE, 32);

    check_all(fixture);
}

/* --- Which tasks run --- */

/* Features of frame i by the reference. */
static void take_features(const Fixture *fixture, guint i, float *features)
{
    const BiqaModel *model = fixture->model;
    const guint channels = model->graph->layers[biqa_task_pool(model->graph)].shape.c;
    g_autofree float *pooled = g_new(float, (gsize)model->input.n_crops *channels);
    g_autoptr(BiqaNet) net = biqa_model_fold(model, BIQA_FULL, NULL);
    g_autoptr(BiqaBackend) backend = biqa_reference_open(model);
    BiqaResult result;

    g_assert_true(biqa_backend_run(backend, &fixture->frames[i], &result, NULL));
    for (guint crop = 0; crop < model->input.n_crops; crop++)
        biqa_backend_tap(backend, BIQA_FULL, crop, biqa_task_pool(net->graph),
                         pooled + (gsize)crop * channels, NULL);
    biqa_gating_features(&model->tasks->gating, model->graph, pooled, model->input.n_crops,
                         features);
}

/* Task 1 is of the first frame and task 2 of the second: the features are its centroids. */
static void part_frames(Fixture *fixture)
{
    const BiqaModel *model = fixture->model;
    const guint n = biqa_gating_length(&model->tasks->gating, model->graph);
    g_autofree float *features = g_new(float, n);

    for (guint t = 1; t < 3; t++) {
        BiqaTask *task = &model->tasks->items[t];

        take_features(fixture, t - 1, features);
        for (guint k = 0; k < task->n_centroids; k++)
            memcpy(task->centroids + (gsize)k * n, features, n * sizeof(float));
    }
    model->tasks->gating.temperature = 1e4f;
}

/* The raw score that the device has of a task: 0 while it did not run. */
static float raw_of(BiqaBackend *backend, const BiqaModel *model, guint task)
{
    g_autoptr(BiqaNet) net = biqa_model_fold(model, BIQA_FULL, NULL);
    const guint last = net->graph->n_layers - 1;
    g_autofree float *output = g_new(float, biqa_shape_size(net->graph->layers[last].shape));

    biqa_vk_backend_tap_task(backend, task);
    g_assert_true(biqa_backend_tap(backend, BIQA_FULL, 0, last, output, NULL));
    biqa_vk_backend_tap_task(backend, 0);
    return output[0];
}

/* The same recorded commands run one task or the other, as the frame has it, in one submission. */
static void test_one(void)
{
    g_autoptr(Fixture) fixture = fixture_new("one", tiny_model_new(33), TRUE, 33);
    guint way = 0;

    part_frames(fixture);
    for (BiqaBackend *backend; (backend = open_next(fixture, &way));) {
        const gint before = submissions(backend);
        BiqaResult result;

        g_assert_true(biqa_backend_run(backend, &fixture->frames[0], &result, NULL));
        g_assert_cmpint(submissions(backend), ==, before + 1);
        g_assert_cmpfloat(raw_of(backend, fixture->model, 1), !=, 0);
        g_assert_cmpfloat(raw_of(backend, fixture->model, 2), ==, 0);
        for (guint i = 0; i < 4; i++) {
            check_tasks(backend, fixture->model, &fixture->frames[i % 2], &fixture->what, &result);
            g_assert_cmpfloat(result.weights[0][0], ==, 0);
            g_assert_cmpfloat(result.weights[0][1], ==, i % 2 ? 0 : 1);
            g_assert_cmpfloat(result.weights[0][2], ==, i % 2 ? 1 : 0);
        }
        biqa_backend_free(backend);
    }
}

/* --- What tasks share --- */

/* A task's parameters become the model's own, but for the head. */
static void keep_head_only(BiqaModel *model, guint task)
{
    const BiqaGraph *graph = model->graph;

    for (guint i = 0; i <= biqa_task_pool(graph); i++)
        for (guint p = 0; p < BIQA_MAX_PARAMS; p++)
            for (guint b = 0; b < BIQA_N_BRANCHES; b++)
                memcpy(model->tasks->items[task].params[b] + graph->layers[i].offset[p],
                       model->params[b] + graph->layers[i].offset[p],
                       graph->layers[i].count[p] * sizeof(float));
}

static guint count_steps(BiqaBackend *backend, guint layer)
{
    guint n = 0;

    for (guint i = 0; i < biqa_vk_backend_n_steps(backend); i++)
        n += biqa_vk_backend_step_time(backend, i).layer == layer;
    return n;
}

/* Layers that a task has in common with the model are run once. */
static void test_shared(void)
{
    g_autoptr(Fixture) fixture = fixture_new("shared", tiny_model_new(34), TRUE, 34);
    g_autoptr(BiqaNet) net = biqa_model_fold(fixture->model, BIQA_FULL, NULL);
    const guint head = net->graph->n_layers - 1;
    guint way = 0;

    keep_head_only(fixture->model, 1);
    for (BiqaBackend *backend; (backend = open_next(fixture, &way));) {
        const BiqaModel view = biqa_model_task(fixture->model, 0);
        g_autoptr(BiqaBackend) alone = check_open(&view, &fixture->what);
        BiqaResult result;

        check_tasks(backend, fixture->model, &fixture->frames[0], &fixture->what, &result);
        g_assert_cmpfloat(result.weights[0][1], >, 0);
        g_assert_cmpuint(count_steps(backend, 1), ==, 2 * count_steps(alone, 1));
        g_assert_cmpuint(count_steps(backend, head), ==, 3 * count_steps(alone, head));
        biqa_backend_free(backend);
    }
}

/* Models that differ in what weighs their tasks only do not share a program. */
static void test_centroids_count(void)
{
    g_autoptr(Fixture) one = fixture_new("one", tiny_model_new(35), TRUE, 35);
    g_autoptr(Fixture) other = fixture_new("other", tiny_model_new(35), TRUE, 35);
    guint way = 0, other_way = 0;
    g_autoptr(BiqaBackend) first = NULL, second = NULL;
    BiqaResult results[2];

    part_frames(other);
    first = open_next(one, &way);
    second = open_next(other, &other_way);
    g_assert_true(biqa_backend_run(first, &one->frames[0], &results[0], NULL));
    g_assert_true(biqa_backend_run(second, &one->frames[0], &results[1], NULL));
    g_assert_cmpfloat(results[0].weights[0][1], <, 1);
    g_assert_cmpfloat(results[1].weights[0][1], ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shader/gate/all", test_all);
    g_test_add_func("/shader/gate/without-base", test_without_base);
    g_test_add_func("/shader/gate/one", test_one);
    g_test_add_func("/shader/gate/shared", test_shared);
    g_test_add_func("/shader/gate/centroids-count", test_centroids_count);
    return g_test_run();
}
