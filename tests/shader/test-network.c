/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole networks, layer by layer, run every way. */
#include "check.h"
#include "mobilenet.h"
#include "support.h"

static void check_view(const BiqaModel *model, CheckCase what)
{
    static const guint sizes[][2] = {{31, 50}, {241, 300}, {16, 16}};

    for (guint w = 0; check_way(w); w++) {
        what.way = check_way(w);
        g_autoptr(BiqaBackend) backend = check_open(model, &what);

        /* The format changes from frame to frame, and back. */
        for (guint i = 0; i < G_N_ELEMENTS(sizes) + 1; i++) {
            const guint *size = sizes[i % G_N_ELEMENTS(sizes)];
            BiqaFrameFormat format;

            biqa_frame_format_rgb(&format, size[0], size[1]);
            BiqaFrame frame =
                noise_frame(&format, (gsize[BIQA_MAX_PLANES]){3 * size[0]}, what.seed + i);
            check_frame(backend, model, &frame, &what);
            g_free((guint8 *)frame.planes[0]);
        }
    }
}

/* model (transfer full) */
static void check_model(BiqaModel *model, CheckCase what)
{
    check_view(model, what);
    biqa_model_free(model);
}

/* Each task of a model is a network like any other; test-gate.c runs them together. */
static void test_tasks(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(8);

    tiny_tasks_add(model, FALSE, 8);
    for (guint t = 0; t < biqa_model_n_tasks(model); t++) {
        const BiqaModel view = biqa_model_task(model, t);

        check_view(&view, (CheckCase){.name = biqa_model_task_name(model, t), .seed = 8 + t});
    }
}

static void test_tiny(void)
{
    check_model(tiny_model_new(7), (CheckCase){.name = "every kind", .seed = 7});
}

static void test_mobilenet(void)
{
    check_model(mobilenet_model_new(65, 3, 4, 5), (CheckCase){.name = "mobilenet", .seed = 5});
}

/* The real widths, so that input channels are cut into chunks. */
static void test_wide(void)
{
    check_model(mobilenet_model_new(32, 2, 1, 6), (CheckCase){.name = "wide", .seed = 6});
}

/* Two backends on the same frame, and one on the same frame twice. */
static void test_repeat(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(3);
    const CheckCase what = {.name = "repeat", .seed = 3, .way = check_way(0)};
    g_autoptr(BiqaBackend) one = check_open(model, &what);
    g_autoptr(BiqaBackend) other = check_open(model, &what);
    g_autoptr(GError) error = NULL;
    BiqaFrameFormat format;
    BiqaResult results[3];

    biqa_frame_format_rgb(&format, 64, 48);
    BiqaFrame frame = noise_frame(&format, (gsize[BIQA_MAX_PLANES]){200}, 3);
    biqa_backend_run(one, &frame, &results[0], &error);
    biqa_backend_run(one, &frame, &results[1], &error);
    biqa_backend_run(other, &frame, &results[2], &error);
    g_assert_no_error(error);
    for (guint i = 1; i < 3; i++)
        for (guint b = 0; b < BIQA_N_BRANCHES; b++)
            g_assert_cmpmem(results[i].crops[b], results[i].n_crops * sizeof(float),
                            results[0].crops[b], results[0].n_crops * sizeof(float));
    g_assert_cmpfloat(results[0].crops[BIQA_FULL][0], !=, results[0].crops[BIQA_COMPETITOR][0]);
    g_assert_cmpfloat(results[0].crops[BIQA_FULL][0], !=, results[0].crops[BIQA_FULL][1]);
    g_free((guint8 *)frame.planes[0]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shader/network/every-kind", test_tiny);
    g_test_add_func("/shader/network/tasks", test_tasks);
    g_test_add_func("/shader/network/mobilenet", test_mobilenet);
    g_test_add_func("/shader/network/wide", test_wide);
    g_test_add_func("/shader/network/repeat", test_repeat);
    return g_test_run();
}
