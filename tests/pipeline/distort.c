/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train distort at parameters of the user's own. */
#include "distort.h"
#include "command.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

/* What stands in the file is what the type makes at that parameter. */
static void test_parameter(gconstpointer folder)
{
    g_autofree char *out = NULL, *err = NULL;
    g_autofree char *source = g_build_filename(folder, "a.png", NULL);
    g_autofree char *path = g_build_filename(folder, "a.png.blur.p9.png", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(command_run(folder, "distort -y blur -p 9 a.png", &out, &err), ==, 0);
    g_autoptr(TrainImage) image = train_image_load(source, &error);
    g_autoptr(TrainImage) written = train_image_load(path, &error);
    g_assert_no_error(error);
    g_autoptr(TrainImage) expected = train_distortion_find("blur")->apply(image, 9, 1, &error);
    const gsize bytes = 3 * (gsize)image->width * image->height;
    g_assert_cmpmem(written->rgb, bytes, expected->rgb, bytes);
    g_unlink(path);
}

static void test_refusals(gconstpointer folder)
{
    static const char *const lines[][2] = {
        {"distort -y blur -p 200 a.png", "3.5 to 199"},
        {"distort -y blur -p 9x a.png", "9x"},
        {"distort -y live -p 9 a.png", "--type of one distortion"},
        {"distort -p 9 a.png", "--type of one distortion"},
        {"distort -y blur -l 1 -p 9 a.png", "without --level"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *out = NULL, *err = NULL;
        g_assert_cmpint(command_run(folder, lines[i][0], &out, &err), ==, 2);
        if (!strstr(err, lines[i][1]))
            g_error("%s: \"%s\" is not said in: %s", lines[i][0], lines[i][1], err);
    }
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_autofree char *folder = g_dir_make_tmp("biqa-distort-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "a.png", NULL);
    g_autoptr(TrainImage) image = train_image_new(33, 21);
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < 3 * 33 * 21; i++)
        image->rgb[i] = (guint8)(i * i / 7);
    train_image_save(image, path, &error);
    g_assert_no_error(error);
    g_test_add_data_func("/pipeline/distort/parameter", folder, test_parameter);
    g_test_add_data_func("/pipeline/distort/refusals", folder, test_refusals);
    const int status = g_test_run();
    g_unlink(path);
    g_rmdir(folder);
    return status;
}
