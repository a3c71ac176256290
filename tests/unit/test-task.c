/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tasks of a model: their file, their weights for a frame, and the scores that are blended. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "reference.h"
#include "support.h"
#include "task-backend.h"

#define N_SEEDS 3

/* --- The file --- */

static void assert_same_task(const BiqaModel *model, const BiqaTask *a, const BiqaTask *b)
{
    const gsize features = biqa_gating_length(&model->tasks->gating, model->graph);

    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpstr(a->data, ==, b->data);
    g_assert_cmpstr(a->date, ==, b->date);
    g_assert_cmpmem(&a->scale, sizeof a->scale, &b->scale, sizeof b->scale);
    g_assert_cmpfloat(a->srcc, ==, b->srcc);
    g_assert_cmpfloat(a->hard_threshold, ==, b->hard_threshold);
    g_assert_cmpuint(a->uncertainty.n_terms, ==, b->uncertainty.n_terms);
    g_assert_cmpfloat(a->uncertainty.quantile, ==, b->uncertainty.quantile);
    g_assert_cmpmem(a->centroids, a->n_centroids * features * sizeof(float), b->centroids,
                    b->n_centroids * features * sizeof(float));
}

static void test_round_trip(void)
{
    for (guint64 seed = 1; seed <= N_SEEDS; seed++) {
        g_autoptr(BiqaModel) model = tiny_model_new(seed), again = NULL;

        tiny_tasks_add(model, seed % 2, seed);
        again = model_reload(model);
        g_assert_cmpuint(biqa_model_n_tasks(again), ==, 3);
        g_assert_cmpmem(&model->tasks->gating, sizeof(BiqaGating), &again->tasks->gating,
                        sizeof(BiqaGating));
        for (guint t = 0; t < 3; t++) {
            const BiqaTask *a = &model->tasks->items[t], *b = &again->tasks->items[t];

            assert_same_task(model, a, b);
            for (guint i = 0; t && i < BIQA_N_BRANCHES; i++)
                g_assert_cmpmem(a->params[i], model->graph->n_params * sizeof(float), b->params[i],
                                model->graph->n_params * sizeof(float));
        }
    }
}

/* What a task adds to the file is far from another network; what it leaves behind is nothing. */
static void test_file_without_tasks(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autoptr(GBytes) before = model_bytes(model), with = NULL, after = NULL;
    g_autofree char *corpus =
        g_test_build_filename(G_TEST_DIST, "tests", "fuzz", "corpus", "valid-mini.gguf", NULL);
    g_autofree char *kept = NULL;
    gsize size;

    g_assert_true(g_file_get_contents(corpus, &kept, &size, NULL));
    g_assert_cmpmem(kept, size, g_bytes_get_data(before, NULL), g_bytes_get_size(before));
    tiny_tasks_add(model, TRUE, 1);
    with = model_bytes(model);
    g_assert_cmpuint(g_bytes_get_size(with), >, g_bytes_get_size(before));
    biqa_model_remove_task(model, 1);
    g_assert_cmpstr(biqa_model_task_name(model, 1), ==, "second");
    biqa_model_remove_task(model, 1);
    after = model_bytes(model);
    g_assert_true(g_bytes_equal(before, after));
}

/* --- What tasks share --- */

static gboolean is_own(const BiqaGraph *graph, gsize at)
{
    for (guint i = 0; i < graph->n_layers; i++)
        for (guint p = 0; p < BIQA_MAX_PARAMS; p++)
            if (at - graph->layers[i].offset[p] < graph->layers[i].count[p])
                return biqa_task_owns(graph, i);
    return FALSE;
}

static void test_shares_convolutions(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(1);
    const BiqaGraph *graph = model->graph;
    guint own = 0;

    tiny_tasks_add(model, FALSE, 1);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        for (gsize i = 0; i < graph->n_params; i++) {
            const float a = model->params[b][i], c = model->tasks->items[1].params[b][i];

            own += is_own(graph, i) && a != c;
            if (!is_own(graph, i) && a != c)
                g_error("branch %u, index %" G_GSIZE_FORMAT ": expected %.9g, got %.9g", b, i, a,
                        c);
        }
    g_assert_cmpuint(own, >, 0);
}

static void test_view(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(1);
    BiqaModel view;

    tiny_tasks_add(model, FALSE, 1);
    view = biqa_model_task(model, 2);
    g_assert_null(view.tasks);
    g_assert_true(view.graph == model->graph);
    g_assert_true(view.params[BIQA_COMPETITOR] == model->tasks->items[2].params[BIQA_COMPETITOR]);
    g_assert_cmpfloat(view.scale.offset, ==, 50);
    g_assert_cmpfloat(view.hard_threshold, ==, 4);
    view = biqa_model_task(model, 0);
    g_assert_true(view.params[BIQA_FULL] == model->params[BIQA_FULL]);
    g_assert_cmpint(biqa_model_find_task(model, "second"), ==, 2);
    g_assert_cmpint(biqa_model_find_task(model, "third"), ==, -1);
}

static void refuse(BiqaModel *model, const char *name, BiqaErrorCode code, const char *word)
{
    const BiqaGating gating = biqa_gating_default(model->graph);
    BiqaTask task = {.name = (char *)name};
    g_autoptr(GError) error = NULL;
    const guint before = biqa_model_n_tasks(model);

    g_assert_false(biqa_model_add_task(model, &gating, &task, &error));
    assert_refused(error, code, word);
    g_assert_cmpuint(biqa_model_n_tasks(model), ==, before);
}

static void test_refuses(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autofree char *long_name = g_strnfill(BIQA_MAX_TASK_NAME + 1, 'a');

    refuse(model, BIQA_TASK_BASE, BIQA_ERROR_VALUE, "already");
    tiny_tasks_add(model, FALSE, 1);
    refuse(model, "first", BIQA_ERROR_VALUE, "already");
    refuse(model, "auto", BIQA_ERROR_VALUE, "no name");
    refuse(model, "", BIQA_ERROR_VALUE, "no name");
    refuse(model, "a/b", BIQA_ERROR_VALUE, "no name");
    refuse(model, long_name, BIQA_ERROR_VALUE, "no name");
}

/* --- Weights --- */

/* Softmax over distances to the nearest centroid, by the formula and in another order. */
static void expect_weights(const BiqaModel *model, const float *features, double *weights)
{
    const BiqaGating *gating = &model->tasks->gating;
    const BiqaLayer *pool = &model->graph->layers[biqa_task_pool(model->graph)];
    const guint length = biqa_gating_length(gating, model->graph);
    double near[2][3] = {{INFINITY, INFINITY, INFINITY}, {INFINITY, INFINITY, INFINITY}};

    for (guint t = 0; t < 3; t++)
        for (guint k = 0; k < model->tasks->items[t].n_centroids; k++)
            for (guint p = 0, at = 0; p < 2; p++) {
                const guint n = model->graph->layers[pool->inputs[gating->parts[p]]].shape.c;
                double squares = 0;

                for (guint i = at; i < at + n; i++)
                    squares += pow(
                        (double)features[i] - model->tasks->items[t].centroids[k * length + i], 2);
                near[p][t] = MIN(near[p][t], sqrt(squares));
                at += n;
            }
    for (guint t = 0; t < 3; t++) {
        weights[t] = 0;
        for (guint p = 0; p < 2; p++) {
            double sum = 0;

            for (guint other = 0; other < 3; other++)
                sum += exp(gating->temperature * (near[p][t] - near[p][other]));
            weights[t] += isinf(near[p][t]) ? 0 : .5 / sum;
        }
    }
}

static void test_weigh(void)
{
    for (guint64 seed = 1; seed <= 20; seed++) {
        g_autoptr(BiqaModel) model = mini_model_new(seed);
        g_autofree float *features = NULL;
        float weights[BIQA_MAX_TASKS];
        double expected[3], sum = 0, kept = 0;

        tiny_tasks_add(model, seed % 2, seed);
        model->tasks->gating.temperature = 3;
        model->tasks->gating.least_weight = .2f;
        features = g_new(float, biqa_gating_length(&model->tasks->gating, model->graph));
        for (guint i = 0; i < biqa_gating_length(&model->tasks->gating, model->graph); i++)
            features[i] = (float)((i * 7 + seed * 3) % 11) / 11;
        biqa_model_weigh(model, features, weights);
        expect_weights(model, features, expected);
        for (guint t = 0; t < 3; t++)
            kept += expected[t] >= .2 ? expected[t] : 0;
        for (guint t = 0; t < 3; t++) {
            const double want = expected[t] >= .2 ? expected[t] / kept : 0;

            if (fabs(weights[t] - want) > 1e-6)
                g_error("seed %" G_GUINT64_FORMAT ", task %u: expected %g, got %g", seed, t, want,
                        weights[t]);
            sum += weights[t];
        }
        g_assert_cmpfloat_with_epsilon(sum, 1, 1e-6);
    }
}

/* With a bar above every weight the heaviest stays. */
static void test_weigh_keeps_one(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    float features[8] = {0}, weights[BIQA_MAX_TASKS];
    guint n = 0;

    tiny_tasks_add(model, TRUE, 1);
    g_assert_cmpuint(biqa_gating_length(&model->tasks->gating, model->graph), ==, 8);
    model->tasks->gating.temperature = .5f;
    model->tasks->gating.least_weight = 1;
    biqa_model_weigh(model, features, weights);
    for (guint t = 0; t < 3; t++)
        n += weights[t] == 1;
    g_assert_cmpuint(n, ==, 1);
}

/* Features that are not finite weigh nothing, and what nothing weighs is no score. */
static void test_not_finite(void)
{
    static const float broken[] = {NAN, INFINITY};
    g_autoptr(BiqaModel) model = tiny_model_new(1);
    guint length;

    tiny_tasks_add(model, TRUE, 1);
    length = biqa_gating_length(&model->tasks->gating, model->graph);
    for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autofree float *features = g_new0(float, length);
        BiqaResult results[3] = {0}, result = {0};
        float weights[3] = {1, 1, 1};

        features[length - 1] = broken[i];
        biqa_model_weigh(model, features, weights);
        for (guint t = 0; t < 3; t++)
            g_assert_cmpfloat(weights[t], ==, 0);
        biqa_model_blend(model, weights, results, &result);
        g_assert_cmpuint(result.n_crops, ==, model->input.n_crops);
        g_assert_true(isnan(result.crops[BIQA_FULL][0]));
    }
}

/* The mini graph pools layers 3 and 7 of 4 channels: means and deviations of one, then those of the
 * other. */
static void test_features(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    const BiqaGating gating = biqa_gating_default(model->graph);
    const float pooled[2][16] = {{1, 2, 0, 0, 9, 9, 9, 9, 0, 0, 7, 0, 9, 9, 9, 9},
                                 {5, 6, 0, 0, 9, 9, 9, 9, 0, 0, 9, 0, 9, 9, 9, 9}};
    const float expected[8] = {.6f, .8f, 0, 0, 0, 0, 1, 0};
    float features[8];

    biqa_gating_features(&gating, model->graph, pooled[0], 2, features);
    for (guint i = 0; i < 8; i++)
        g_assert_cmpfloat_with_epsilon(features[i], expected[i], 1e-6);
}

/* The same of what the reference's pool gives of a picture, beside means taken here. */
static void test_features_are_means(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(4);
    const BiqaGating gating = biqa_gating_default(model->graph);
    g_autoptr(BiqaNet) net = biqa_model_fold(model, BIQA_FULL, NULL);
    const BiqaLayer *last = &net->graph->layers[biqa_task_pool(net->graph)];
    float **outputs = biqa_reference_outputs_new(net->graph);
    float features[8], means[8];

    for (gsize i = 0; i < biqa_shape_size(net->graph->layers[0].shape); i++)
        outputs[0][i] = (float)(i * 2654435761u % 1000) / 500 - 1;
    biqa_reference_run(net, outputs);
    biqa_gating_features(&gating, model->graph, outputs[biqa_task_pool(net->graph)], 1, features);
    for (guint k = 0; k < 2; k++) {
        const BiqaShape shape = net->graph->layers[last->inputs[k]].shape;
        double squares = 0;

        for (guint c = 0; c < 4; c++) {
            const gsize plane = (gsize)shape.h * shape.w;
            double sum = 0;

            for (gsize i = 0; i < plane; i++)
                sum += outputs[last->inputs[k]][c * plane + i];
            means[4 * k + c] = (float)(sum / plane);
            squares += means[4 * k + c] * means[4 * k + c];
        }
        for (guint c = 0; c < 4; c++)
            g_assert_cmpfloat_with_epsilon(features[4 * k + c], means[4 * k + c] / sqrt(squares),
                                           1e-5);
    }
    g_assert_true(last->deviation);
    biqa_reference_outputs_free(outputs);
}

/* --- Scores --- */

static BiqaBackend *open_reference(gpointer user, const BiqaModel *view, const BiqaBackend *first,
                                   GError **error)
{
    guint *opened = user;

    *opened += 1;
    return biqa_reference_open(view);
}

typedef struct {
    BiqaFrameFormat format;
    guint8 bytes[3 * 40 * 30];
    BiqaFrame frame;
} Picture;

static void picture_init(Picture *picture, guint seed)
{
    for (guint i = 0; i < sizeof picture->bytes; i++)
        picture->bytes[i] = (guint8)((i * (seed + 3) * 2654435761u) >> 24);
    biqa_frame_format_rgb(&picture->format, 40, 30);
    picture->frame =
        (BiqaFrame){&picture->format, {picture->bytes}, {3 * (gsize)picture->format.width}};
}

/* A task's own score of a picture, before it is clamped. */
static double points_of(const BiqaModel *model, guint task, const BiqaFrame *frame)
{
    const BiqaModel view = biqa_model_task(model, task);
    g_autoptr(BiqaBackend) backend = biqa_reference_open(&view);
    BiqaResult result;

    g_assert_true(biqa_backend_run(backend, frame, &result, NULL));
    return view.scale.offset +
           (double)view.scale.scale * (double)biqa_result_raw(&result, BIQA_FULL);
}

static void test_blend(void)
{
    for (guint seed = 1; seed <= N_SEEDS; seed++) {
        g_autoptr(BiqaModel) model = tiny_model_new(seed);
        g_autoptr(BiqaBackend) backend = NULL;
        guint opened = 0;
        const BiqaTaskOpener opener = {open_reference, &opened};
        double expected = 0, sum = 0;
        BiqaResult result;
        BiqaVerdict verdict;
        Picture picture;

        picture_init(&picture, seed);
        tiny_tasks_add(model, TRUE, seed);
        model->tasks->gating.temperature = 1;
        backend = biqa_task_backend_open(model, -1, &opener, NULL);
        g_assert_cmpuint(opened, ==, 3);
        g_assert_cmpstr(backend->klass->name, ==, "reference");
        g_assert_true(biqa_backend_run(backend, &picture.frame, &result, NULL));
        g_assert_cmpuint(result.n_tasks, ==, 3);
        verdict = biqa_model_verdict(model, &result, -1);
        for (guint t = 0; t < 3; t++) {
            g_assert_cmpfloat(biqa_result_weight(&result, t), >, 0);
            g_assert_cmpstr(verdict.tasks[t].name, ==, biqa_model_task_name(model, t));
            expected += biqa_result_weight(&result, t) * points_of(model, t, &picture.frame);
            sum += biqa_result_weight(&result, t);
        }
        g_assert_cmpfloat_with_epsilon(sum, 1, 1e-6);
        g_assert_cmpfloat_with_epsilon(verdict.score, CLAMP(expected, 0., 100.), 1e-3);
    }
}

/* By name only that task runs, and its score is the one it gives alone. */
static void test_only(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(2);
    Picture picture;

    picture_init(&picture, 5);
    tiny_tasks_add(model, FALSE, 2);
    for (int t = 0; t < 3; t++) {
        guint opened = 0;
        const BiqaTaskOpener opener = {open_reference, &opened};
        g_autoptr(BiqaBackend) backend = biqa_task_backend_open(model, t, &opener, NULL);
        BiqaResult result;
        BiqaVerdict verdict;

        g_assert_cmpuint(opened, ==, 1);
        g_assert_true(biqa_backend_run(backend, &picture.frame, &result, NULL));
        verdict = biqa_model_verdict(model, &result, -1);
        g_assert_cmpfloat(verdict.tasks[t].weight, ==, 1);
        g_assert_cmpfloat_with_epsilon(
            verdict.score, CLAMP(points_of(model, (guint)t, &picture.frame), 0., 100.), 1e-3);
    }
}

/* Where a picture has several spots each is weighed by itself; the score is the mean over them. */
static void test_spots(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(3);
    guint opened = 0;
    const BiqaTaskOpener opener = {open_reference, &opened};
    g_autoptr(BiqaBackend) backend = NULL;
    g_autofree guint8 *bytes = g_malloc(3 * 200 * 150);
    BiqaFrameFormat format;
    BiqaResult result, alone;
    double expected = 0;

    for (guint i = 0; i < 3 * 200 * 150; i++)
        bytes[i] = (guint8)(((i / 3) % 200 + 7 * (i % 3)) ^ (i * 2654435761u >> 27));
    biqa_frame_format_rgb(&format, 200, 150);
    const BiqaFrame frame = {&format, {bytes}, {600}};
    tiny_tasks_add(model, TRUE, 3);
    model->tasks->gating.temperature = 1;
    backend = biqa_task_backend_open(model, -1, &opener, NULL);
    g_assert_true(biqa_backend_run(backend, &frame, &result, NULL));
    g_assert_cmpuint(result.n_spots, ==, 2);
    for (guint t = 0; t < 3; t++) {
        const BiqaModel view = biqa_model_task(model, t);
        g_autoptr(BiqaBackend) one = biqa_reference_open(&view);

        g_assert_true(biqa_backend_run(one, &frame, &alone, NULL));
        for (guint crop = 0; crop < result.n_crops; crop++)
            expected += result.weights[crop / 2][t] *
                        (view.scale.offset + view.scale.scale * (double)alone.crops[0][crop]) /
                        result.n_crops;
    }
    g_assert_cmpfloat(fabsf(result.weights[0][0] - result.weights[1][0]), >, 1e-6);
    g_assert_cmpfloat_with_epsilon(biqa_model_verdict(model, &result, -1).score,
                                   CLAMP(expected, 0., 100.), 1e-3);
}

static void test_without_tasks(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    guint opened = 0;
    const BiqaTaskOpener opener = {open_reference, &opened};
    g_autoptr(BiqaBackend) backend = biqa_task_backend_open(model, -1, &opener, NULL);
    BiqaResult result = {.n_tasks = 7};
    Picture picture;

    picture_init(&picture, 1);
    g_assert_true(biqa_backend_run(backend, &picture.frame, &result, NULL));
    g_assert_cmpuint(result.n_tasks, ==, 0);
    g_assert_cmpuint(biqa_model_verdict(model, &result, -1).n_tasks, ==, 0);
}

/* --- Verdicts --- */

/* Two tasks of equal weight: uncertainty, interval and threshold lie in the middle. */
static void test_verdict(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    BiqaResult result = {.n_crops = 2, .n_tasks = 3, .weights = {{0, .5f, .5f}}};
    BiqaUncertainty *heads[2];
    BiqaVerdict verdict;

    tiny_tasks_add(model, FALSE, 1);
    for (guint i = 0; i < 2; i++) {
        heads[i] = &model->tasks->items[i + 1].uncertainty;
        *heads[i] = (BiqaUncertainty){
            .n_terms = 1, .terms = {{BIQA_FIGURE_SCORE, 0, 1, 0}}, .n_images = 40, .quantile = 2};
    }
    heads[0]->bias = logf(4);
    heads[1]->bias = logf(8);
    heads[0]->hard_threshold = 5;
    heads[1]->hard_threshold = 6.5;
    verdict = biqa_model_verdict(model, &result, -1);
    g_assert_cmpfloat_with_epsilon(verdict.score, 50, 1e-6);
    g_assert_cmpfloat_with_epsilon(verdict.uncertainty, 6, 1e-5);
    g_assert_cmpfloat_with_epsilon(verdict.score_low, 38, 1e-4);
    g_assert_cmpfloat_with_epsilon(verdict.score_high, 62, 1e-4);
    g_assert_true(verdict.hard); /* 6 > 5.75 */
    heads[1]->hard_threshold = 8;
    g_assert_false(biqa_model_verdict(model, &result, -1).hard); /* 6 < 6.5 */
    g_assert_true(biqa_model_verdict(model, &result, 5.9).hard);
    heads[1]->n_images = 0;
    g_assert_true(isnan(biqa_model_verdict(model, &result, -1).score_low));
    heads[1]->n_terms = 0;
    verdict = biqa_model_verdict(model, &result, -1);
    g_assert_true(isnan(verdict.uncertainty));
    g_assert_false(verdict.hard);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/task/round-trip", test_round_trip);
    g_test_add_func("/task/file-without-tasks", test_file_without_tasks);
    g_test_add_func("/task/shares-convolutions", test_shares_convolutions);
    g_test_add_func("/task/view", test_view);
    g_test_add_func("/task/refuses", test_refuses);
    g_test_add_func("/task/weigh", test_weigh);
    g_test_add_func("/task/weigh-keeps-one", test_weigh_keeps_one);
    g_test_add_func("/task/not-finite", test_not_finite);
    g_test_add_func("/task/features", test_features);
    g_test_add_func("/task/features-are-means", test_features_are_means);
    g_test_add_func("/task/blend", test_blend);
    g_test_add_func("/task/only", test_only);
    g_test_add_func("/task/spots", test_spots);
    g_test_add_func("/task/without-tasks", test_without_tasks);
    g_test_add_func("/task/verdict", test_verdict);
    return g_test_run();
}
