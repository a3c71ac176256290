/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train ratings: what it says of a data set's folder, and that the list it writes is the same.
 */
#include "ratings.h"
#include "command.h"
#include "image.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

/* biqa-train ratings with these words, in the folder; its exit status. */
static int run(const char *folder, const char *words, char **out, char **err)
{
    g_autofree char *line = g_strconcat("ratings ", words, NULL);
    return command_run(folder, line, out, err);
}

static void check(const char *folder, const char *words, int status, const char *const *said)
{
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    g_assert_cmpint(run(folder, words, &out, &err), ==, status);
    for (; *said; said++) {
        if (!strstr(status ? err : out, *said))
            g_error("\"%s\" is not said of \"%s\"", *said, words);
    }
}

static void put(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

#define IMAGES 12

/* Noise that grows from image to image, and scores that fall: right, and turned round. */
static void test_pixels(void)
{
    g_autofree char *folder = g_dir_make_tmp("biqa-ratings-XXXXXX", NULL);
    g_autofree char *reference = g_build_filename(folder, "r.png", NULL);
    g_autoptr(GString) list = g_string_new("image,mos,reference\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) image = train_image_new(24, 16);
    memset(image->rgb, 100, (gsize)3 * image->width * image->height);
    train_image_save(image, reference, &error);
    for (guint i = 0; i < IMAGES; i++) {
        g_autofree char *name = g_strdup_printf("%u.png", i);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        for (guint k = 0; k < 3 * image->width * image->height; k += 2)
            image->rgb[k] = (guint8)(100 + 5 * (i + 1));
        train_image_save(image, path, &error);
        g_string_append_printf(list, "%s,%u,r.png\n", name, 90 - 5 * i);
    }
    g_assert_no_error(error);
    put(folder, "list.csv", list->str);
    check(folder, "list.csv", 0, (const char *const[]){"SRCC 1.00", "of 12 images", NULL});
    check(folder, "list.csv --direction lower", 1,
          (const char *const[]){"SRCC -1.00", "direction", NULL});
    for (guint i = 0; i < IMAGES; i++) {
        g_autofree char *name = g_strdup_printf("%s/%u.png", folder, i);
        g_unlink(name);
    }
    g_unlink(reference);
    g_autofree char *path = g_build_filename(folder, "list.csv", NULL);
    g_unlink(path);
    g_rmdir(folder);
}

static void test_folder(gconstpointer data)
{
    static const char *const files[] = {"images/I01_01_01.png", "images/I01_01_05.png", "dmos.csv",
                                        "list.csv"};
    const char *folder = data;
    g_autofree char *images = g_build_filename(folder, "images", NULL);
    g_autofree char *list = g_build_filename(folder, "list.csv", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(g_mkdir(images, 0755), ==, 0);
    put(folder, files[0], "x");
    put(folder, files[1], "x");
    put(folder, files[2],
        "dist_img,ref_img,dmos,var\nI01_01_01.png,I01.png,4.57,0.496\n"
        "I01_01_05.png,I01.png,1.1,0.3\nI02_01_01.png,I02.png,3,0.1\n");
    check(folder, ". --csv list.csv", 0,
          (const char *const[]){"KADID-10k", "images       2", "contents     1", "1 (worst)",
                                "missing      1", "I02_01_01.png", NULL});
    put(folder, files[2],
        "dist_img,ref_img,dmos,var\nI01_01_01.png,I01.png,4.57,0.496\n"
        "I01_01_05.png,I01.png,1.1,0.3\n");

    /* to the last bit: what is trained from either is the same */
    g_autoptr(TrainRatings) read = train_ratings_load(folder, &error);
    g_assert_no_error(error);
    g_autoptr(TrainRatings) written = train_ratings_load(list, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(written->n, ==, read->n);
    for (guint i = 0; i < read->n; i++) {
        g_assert_cmpfloat(written->scores[i], ==, read->scores[i]);
        g_assert_cmpfloat(written->spread[i], ==, read->spread[i]);
        g_assert_cmpstr(written->contents[i], ==, read->contents[i]);
    }
    check(folder, "list.csv --direction lower", 1, (const char *const[]){"direction", NULL});
    check(folder, "list.csv --scale 5,1", 2, (const char *const[]){"5,1", NULL});
    check(folder, "dmos.txt", 1, (const char *const[]){"dmos.txt", NULL});
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(folder, files[i], NULL);
        g_unlink(path);
    }
    g_rmdir(images);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_autofree char *folder = g_dir_make_tmp("biqa-ratings-XXXXXX", NULL);
    g_test_add_data_func("/ratings/command", folder, test_folder);
    g_test_add_func("/ratings/pixels", test_pixels);
    return g_test_run();
}
