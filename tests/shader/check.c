/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comparison of a backend with the reference. */
#include "check.h"

#include "lanes.h"
#include "preprocess.h"
#include "reference.h"
#include "task.h"
#include <math.h>

/* Rounding of one operation, 2^-24. */
#define UNIT 5.9604645e-8

/* Each of the K terms of a sum is rounded as a product and in the sum; a division or root may be
 * off by 3 units in the last place (Vulkan, "Precision and Operation of SPIR-V Instructions").
 * 4 K u sum|w x| covers all of it. */
#define ROUNDINGS 4

static const CheckWay ways[] = {
    {"compact plan", BIQA_VK_PLAN_COMPACT}, {"unrolled plan", BIQA_VK_PLAN_UNROLLED},
    {"plain vectors", .lanes = "plain"},    {"AVX2", .lanes = "AVX2"},
    {"AVX-512", .lanes = "AVX-512"},
};
static const char *const branch_names[BIQA_N_BRANCHES] = {"full", "competitor"};

const CheckWay *check_way(guint index)
{
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++)
        if ((!ways[i].lanes || biqa_cpu_lanes(ways[i].lanes)) && index-- == 0)
            return &ways[i];
    return NULL;
}

BiqaBackend *check_open(const BiqaModel *model, const CheckCase *what)
{
    const BiqaVkParams vulkan = {.plan = what->way->plan, .validate = TRUE};
    const BiqaCpuParams cpu = {.lanes = what->way->lanes};
    g_autoptr(GError) error = NULL;
    BiqaBackend *backend = cpu.lanes ? biqa_cpu_backend_new(&cpu, model, &error)
                                     : biqa_vk_backend_new(&vulkan, model, &error);

    g_assert_no_error(error);
    return backend;
}

static void compare(const CheckCase *what, BiqaBranch branch, guint crop, guint layer,
                    const BiqaLayer *info, gsize index, double expected, double got, double bound)
{
    const gsize plane = (gsize)info->shape.h * info->shape.w;

    if (fabs(got - expected) <= bound)
        return;
    g_error("%s, seed %" G_GUINT64_FORMAT ", %s, %s branch, crop %u: layer %u (%s, kernel "
            "%ux%u, stride %u, %u groups, output %u x %u x %u) at channel %zu, row %zu, column "
            "%zu: expected %.9g, got %.9g, bound %.3g",
            what->name, what->seed, what->way->name, branch_names[branch], crop, layer,
            biqa_layer_info(info->kind)->name, info->kernel_h, info->kernel_w, info->stride,
            info->groups, info->shape.c, info->shape.h, info->shape.w, index / plane,
            index % plane / info->shape.w, index % info->shape.w, expected, got, bound);
}

static void check_layer(const CheckCase *what, const BiqaNet *net, BiqaBranch branch, guint crop,
                        guint i, float **outputs)
{
    const BiqaLayer *layer = &net->graph->layers[i];
    const gsize size = biqa_shape_size(layer->shape);
    const double factor = ROUNDINGS * UNIT * biqa_reference_terms(net->graph, i);
    g_autofree float *expected = g_new(float, size);
    g_autofree double *magnitude = g_new(double, size);
    const float *inputs[BIQA_MAX_INPUTS];

    for (guint k = 0; k < layer->n_inputs; k++)
        inputs[k] = outputs[layer->inputs[k]];
    biqa_reference_layer(net->graph, i, net->params, inputs, expected, magnitude);
    for (gsize k = 0; k < size; k++)
        compare(what, branch, crop, i, layer, k, expected[k], outputs[i][k], factor * magnitude[k]);
}

double preprocess_bound(const BiqaInput *input, const BiqaFrameFormat *format, guint channel,
                        guint reduce)
{
    const double largest = (format->bytes == 2 ? 65535 >> format->shift : 255);
    double magnitude = fabs(format->matrix[channel][3]) + fabs(input->mean[channel]);

    for (guint j = 0; j < 3; j++)
        magnitude += fabs(format->matrix[channel][j]) * largest;
    return ROUNDINGS * UNIT * (4 + reduce * reduce + 2) * magnitude / input->deviation[channel];
}

static void check_input(const CheckCase *what, const BiqaModel *model, const BiqaNet *net,
                        const BiqaFrame *frame, BiqaBranch branch, guint crop, const float *got)
{
    const BiqaLayer *layer = &net->graph->layers[0];
    const gsize plane = (gsize)layer->shape.h * layer->shape.w;
    g_autofree float *expected = g_new(float, biqa_shape_size(layer->shape));
    const BiqaPlace place = biqa_input_place(&model->input, crop, what->spot, frame->format->width,
                                             frame->format->height);

    biqa_preprocess_crop(&model->input, frame, place, model->input.size, expected);
    for (gsize k = 0; k < 3 * plane; k++)
        compare(what, branch, crop, 0, layer, k, expected[k], got[k],
                preprocess_bound(&model->input, frame->format, k / plane, place.reduce));
}

/* Every layer of one branch on one crop; returns the raw score. */
static double check_crop(BiqaBackend *backend, const BiqaModel *model, const BiqaNet *net,
                         const BiqaFrame *frame, BiqaBranch branch, guint crop,
                         const CheckCase *what)
{
    float **outputs = biqa_reference_outputs_new(net->graph);
    g_autoptr(GError) error = NULL;
    double raw;

    for (guint i = 0; i < net->graph->n_layers; i++) {
        biqa_backend_tap(backend, branch, crop, i, outputs[i], &error);
        g_assert_no_error(error);
        if (i == 0)
            check_input(what, model, net, frame, branch, crop, outputs[0]);
        else
            check_layer(what, net, branch, crop, i, outputs);
    }
    raw = outputs[net->graph->n_layers - 1][0];
    biqa_reference_outputs_free(outputs);
    return raw;
}

static void check_arena(BiqaBackend *backend, const CheckCase *what)
{
    const gint64 texel = what->way->lanes ? -1 : biqa_vk_backend_check_arena(backend);

    if (texel >= 0)
        g_error("%s, seed %" G_GUINT64_FORMAT ", %s: texel %" G_GINT64_FORMAT
                " of the arena was written, which belongs to no layer",
                what->name, what->seed, what->way->name, texel);
}

static void check_spot(BiqaBackend *backend, const BiqaModel *model, const BiqaFrame *frame,
                       const CheckCase *what)
{
    const guint n = model->input.n_crops;
    g_autoptr(GError) error = NULL;
    BiqaResult result;

    biqa_backend_run_spot(backend, frame, what->spot, &result, &error);
    g_assert_no_error(error);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        g_autoptr(BiqaNet) net = biqa_model_fold(model, b, NULL);

        for (guint i = 0; i < n; i++)
            g_assert_cmpfloat(result.crops[b][what->spot * n + i], ==,
                              check_crop(backend, model, net, frame, b, i, what));
    }
    check_arena(backend, what);
}

void check_frame(BiqaBackend *backend, const BiqaModel *model, const BiqaFrame *frame,
                 const CheckCase *what)
{
    CheckCase at = *what;
    const guint spots =
        biqa_input_spots(&model->input, frame->format->width, frame->format->height);

    /* Backwards: each spot is aimed at anew, the first included. */
    for (at.spot = spots; at.spot-- > 0;)
        check_spot(backend, model, frame, &at);
}

/* By the definition, of the features that task 0's last pool has now. */
static void expect_weights(BiqaBackend *backend, const BiqaModel *model, float *weights)
{
    const BiqaGating *gating = &model->tasks->gating;
    const guint channels = model->graph->layers[biqa_task_pool(model->graph)].shape.c;
    g_autoptr(BiqaNet) net = biqa_model_fold(model, BIQA_FULL, NULL);
    g_autofree float *pooled = g_new(float, (gsize)model->input.n_crops *channels);
    g_autofree float *features = g_new(float, biqa_gating_length(gating, model->graph));

    for (guint crop = 0; crop < model->input.n_crops; crop++)
        biqa_backend_tap(backend, BIQA_FULL, crop, biqa_task_pool(net->graph),
                         pooled + (gsize)crop * channels, NULL);
    biqa_gating_features(gating, model->graph, pooled, model->input.n_crops, features);
    biqa_model_weigh(model, features, weights);
}

/* Every layer of a task, whose maps are still there. */
static void check_layers(BiqaBackend *backend, const BiqaModel *model, guint task,
                         const BiqaFrame *frame, const CheckCase *what)
{
    const BiqaModel view = biqa_model_task(model, task);

    biqa_vk_backend_tap_task(backend, task);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        g_autoptr(BiqaNet) net = biqa_model_fold(&view, b, NULL);

        for (guint i = 0; i < view.input.n_crops; i++)
            check_crop(backend, &view, net, frame, b, i, what);
    }
}

/* The raw scores that the device has of the task tapped. */
static void read_task(BiqaBackend *backend, const BiqaModel *view, BiqaResult *result)
{
    result->n_crops = view->input.n_crops;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        g_autoptr(BiqaNet) net = biqa_model_fold(view, b, NULL);
        const guint last = net->graph->n_layers - 1;
        g_autofree float *output = g_new(float, biqa_shape_size(net->graph->layers[last].shape));

        for (guint i = 0; i < result->n_crops; i++) {
            biqa_backend_tap(backend, b, i, last, output, NULL);
            result->crops[b][i] = output[0];
        }
    }
}

/* They are those of the reference, up to what errors of layers add up to in a small network. */
static void check_raw(const BiqaModel *view, const BiqaFrame *frame, const BiqaResult *result)
{
    g_autoptr(BiqaBackend) reference = biqa_reference_open(view);
    BiqaResult expected;

    g_assert_true(biqa_backend_run_spot(reference, frame, 0, &expected, NULL));
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        for (guint i = 0; i < view->input.n_crops; i++)
            g_assert_cmpfloat_with_epsilon(result->crops[b][i], expected.crops[b][i],
                                           1e-4 * (1 + fabs(expected.crops[b][i])));
}

/* Each task that has weight, by itself; returns the last of them. */
static guint check_each(BiqaBackend *backend, const BiqaModel *model, const BiqaFrame *frame,
                        const float *weights, BiqaResult *results)
{
    guint last = 0;

    for (guint t = 0; t < biqa_model_n_tasks(model); t++) {
        const BiqaModel view = biqa_model_task(model, t);

        if (!(weights[t] > 0))
            continue;
        biqa_vk_backend_tap_task(backend, t);
        read_task(backend, &view, &results[t]);
        check_raw(&view, frame, &results[t]);
        last = t;
    }
    return last;
}

void check_tasks(BiqaBackend *backend, const BiqaModel *model, const BiqaFrame *frame,
                 const CheckCase *what, BiqaResult *result)
{
    BiqaResult results[BIQA_MAX_TASKS], blended;
    float weights[BIQA_MAX_TASKS];
    g_autoptr(GError) error = NULL;
    guint last;

    biqa_backend_run_spot(backend, frame, 0, result, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(result->n_tasks, ==, biqa_model_n_tasks(model));
    expect_weights(backend, model, weights);
    /* What single precision loses of distances up to a few, times the temperature. */
    for (guint t = 0; t < result->n_tasks; t++)
        g_assert_cmpfloat_with_epsilon(result->weights[0][t], weights[t], 1e-4);
    last = check_each(backend, model, frame, result->weights[0], results);
    biqa_model_blend(model, result->weights[0], results, &blended);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++)
        for (guint i = 0; i < blended.n_crops; i++)
            g_assert_cmpfloat(result->crops[b][i], ==, blended.crops[b][i]);
    check_layers(backend, model, last, frame, what);
    check_layers(backend, model, 0, frame, what);
    check_arena(backend, what);
}

BiqaFrame noise_frame(const BiqaFrameFormat *format, const gsize strides[BIQA_MAX_PLANES],
                      guint64 seed)
{
    BiqaFrame frame = {.format = format};
    GRand *rand = g_rand_new_with_seed((guint32)seed);
    gsize size = 0;
    guint8 *bytes;

    for (guint i = 0; i < format->n_planes; i++) {
        frame.strides[i] = strides[i];
        size += strides[i] * format->plane_height[i];
    }
    bytes = g_malloc(size);
    for (gsize i = 0; i < size; i++)
        bytes[i] = (guint8)g_rand_int(rand);
    for (guint i = 0; i < format->n_planes; i++) {
        frame.planes[i] = bytes;
        bytes += strides[i] * format->plane_height[i];
    }
    g_rand_free(rand);
    return frame;
}
