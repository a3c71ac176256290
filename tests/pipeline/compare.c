/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train compare: what it prints is what the judges say of the files, and what it refuses. */
#include "annotator.h"
#include "command.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <stdio.h>
#include <string.h>

static const char *const files[] = {"a.png", "b.png", "c.png"};

/* b.png is a.png but for every seventh component; c.png is one pixel wider. */
static TrainImage *draw(guint i)
{
    TrainImage *image = train_image_new(i == 2 ? 34 : 33, 21);
    for (guint k = 0; k < 3 * image->width * image->height; k++)
        image->rgb[k] = (guint8)(k * k / 7 + (i == 1 && k % 7 == 0 ? 20 : 0));
    return image;
}

/* biqa-train compare with these words, in the folder; its exit status. */
static int run(const char *folder, const char *words, char **out, char **err)
{
    g_autofree char *line = g_strconcat("compare ", words, NULL);
    return command_run(folder, line, out, err);
}

/* A line's cells after the file's name are the values of b.png in six digits. */
static void assert_line(const char *line, const char *file, const TrainImage *a,
                        const TrainImage *b)
{
    guint n;
    const TrainAnnotator *all = train_annotators(&n);
    g_auto(GStrv) cells = g_strsplit(line, ",", -1);
    g_assert_cmpuint(g_strv_length(cells), ==, n + 1);
    g_assert_cmpstr(cells[0], ==, file);
    for (guint i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon(g_ascii_strtod(cells[i + 1], NULL), all[i].measure(a, b),
                                       5.1e-7);
}

static void test_table(gconstpointer folder)
{
    g_autoptr(TrainImage) a = draw(0), b = draw(1);
    g_autofree char *out = NULL, *err = NULL, *one = NULL, *one_err = NULL;
    g_assert_cmpint(run(folder, "a.png a.png b.png", &out, &err), ==, 0);
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 4); /* the last is empty */
    g_assert_true(g_str_has_prefix(lines[0], "file,psnr,psnr-colour,ssim,"));
    assert_line(lines[1], "a.png", a, a);
    assert_line(lines[2], "b.png", a, b);

    g_assert_cmpint(run(folder, "a.png b.png --with gmsd -w psnr", &one, &one_err), ==, 0);
    g_autofree char *expected = g_strdup_printf("file,gmsd,psnr\nb.png,%.6f,%.6f\n",
                                                train_annotator_find("gmsd")->measure(a, b),
                                                train_annotator_find("psnr")->measure(a, b));
    g_assert_cmpstr(one, ==, expected);
}

static void test_refusals(gconstpointer folder)
{
    static const char *const lines[][3] = {
        {"a.png c.png", "33 x 21", "34 x 21"},
        {"a.png none.png", "none.png", "no such file"},
        {"none.png a.png", "none.png", "no such file"},
        {"a.png", "too few", "reference"},
        {"a.png b.png --with vmaf", "\"vmaf\"", "ms-ssim"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *out = NULL, *err = NULL;
        const int status = run(folder, lines[i][0], &out, &err);
        g_assert_true(status == 1 || status == 2);
        g_assert_nonnull(strstr(err, lines[i][1]));
        g_assert_nonnull(strstr(err, lines[i][2]));
    }
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_autofree char *folder = g_dir_make_tmp("biqa-compare-XXXXXX", NULL);
    char *paths[G_N_ELEMENTS(files)];
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(TrainImage) image = draw(i);
        paths[i] = g_build_filename(folder, files[i], NULL);
        train_image_save(image, paths[i], &error);
        g_assert_no_error(error);
    }
    g_test_add_data_func("/pipeline/compare/table", folder, test_table);
    g_test_add_data_func("/pipeline/compare/refusals", folder, test_refusals);
    const int status = g_test_run();
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_unlink(paths[i]);
        g_free(paths[i]);
    }
    g_rmdir(folder);
    return status;
}
