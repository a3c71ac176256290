/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model with tasks: the element, on every backend, says of pictures what `biqa-train score` says.
 */
#include "drawing.h"
#include "image.h"
#include "support.h"
#include "workshop.h"

#include <gst/gst.h>

#define PICTURES 3

static void make_world(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(41);
    g_autoptr(GError) error = NULL;

    tiny_tasks_add(model, TRUE, 41);
    model->tasks->gating.temperature = 2; /* so that all have a share */
    biqa_model_save(model, "all.gguf", &error);
    g_assert_no_error(error);
    model->tasks->gating.temperature = 1000; /* and one alone, mostly */
    biqa_model_save(model, "one.gguf", &error);
    g_assert_no_error(error);
    for (guint i = 0; i < PICTURES; i++) {
        g_autoptr(TrainImage) image = drawing_new(300 + i);
        g_autofree char *name = g_strdup_printf("drawing%u.png", i);

        train_image_save(image, name, &error);
        g_assert_no_error(error);
    }
}

static void compare_all(const char *model)
{
    static const char *const backends[] = {"reference", "cpu", "vulkan"};

    for (guint b = 0; b < G_N_ELEMENTS(backends); b++)
        for (guint i = 0; i < PICTURES; i++) {
            g_autofree char *picture = g_strdup_printf("drawing%u.png", i);

            workshop_compare_picture(model, picture, backends[b]);
        }
}

static void test_all(void)
{
    compare_all("all.gguf");
}

static void test_one(void)
{
    compare_all("one.gguf");
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gated/all", test_all);
    g_test_add_func("/gated/one", test_one);
    g_autofree char *folder = workshop_enter();
    make_world();
    const int status = g_test_run();
    workshop_leave(folder);
    return status;
}
