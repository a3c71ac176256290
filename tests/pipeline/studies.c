/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the studies are made with, as a user runs it: biqa-train judge rebuild and map,
 * and drawings. */
#include "command.h"
#include "image.h"
#include "support.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <string.h>

enum { WIDTH = 520, HEIGHT = 390 };

typedef struct {
    char *folder, *model;
} Place;

static void save_picture(const char *folder, const char *name, guint width, guint height)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) image = train_image_new(width, height);
    for (guint i = 0; i < 3 * width * height; i++)
        image->rgb[i] = (guint8)(128 + 60 * sin(.01 * i));
    train_image_save(image, path, &error);
    g_assert_no_error(error);
}

/* Ratings of type t and level l are t / 10 + l, whatever the reference. */
static void save_table(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "tid.txt", NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 25 * 24 * 5; i++)
        g_string_append_printf(text, "%.2f I%02u_%02u_%u.bmp\n", (i / 5 % 24 + 1) / 10. + i % 5 + 1,
                               i / 120 + 1, i / 5 % 24 + 1, i % 5 + 1);
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
}

/* Noise on one photograph: five pictures of TID2013's size, of its names, rated as in the table. */
static void test_rebuild(gconstpointer data)
{
    const Place *place = data;
    g_autofree char *out = NULL, *err = NULL, *list = NULL;
    g_assert_cmpint(
        command_run(place->folder, "judge rebuild -t tid.txt -y 1 -o set kodim07.png", &out, &err),
        ==, 0);
    g_assert_cmpstr(out, ==, "5 pictures and ratings.csv in set\n");
    g_autofree char *path = g_build_filename(place->folder, "set", "ratings.csv", NULL);
    g_assert_true(g_file_get_contents(path, &list, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(list, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 7); /* the last is empty */
    g_assert_cmpstr(lines[0], ==, "image,mos,content");
    for (guint l = 1; l <= 5; l++) {
        /* (1 / 10 + l) / 9 of 100 points */
        g_autofree char *line =
            g_strdup_printf("i07_01_%u.png,%.3f,kodim07", l, 100 * (.1 + l) / 9);
        g_autofree char *name = g_strdup_printf("i07_01_%u.png", l);
        g_autofree char *file = g_build_filename(place->folder, "set", name, NULL);
        g_autoptr(TrainImage) image = train_image_load(file, NULL);
        g_assert_cmpstr(lines[l], ==, line);
        g_assert_nonnull(image);
        g_assert_cmpuint(image->width, ==, 512);
        g_assert_cmpuint(image->height, ==, 384);
        g_unlink(file);
    }
    g_unlink(path);
}

/* Two windows of 24 x 24 at native size, one at half; a window's score does not depend on what
 * else is asked for. */
static void test_map(gconstpointer data)
{
    const Place *place = data;
    g_autofree char *out = NULL, *err = NULL, *alone = NULL, *more = NULL;
    g_autofree char *line = g_strdup_printf("map %s small.png -r 1 -r 2", place->model);
    g_autofree char *half = g_strdup_printf("map %s small.png --reduce 2", place->model);
    g_assert_cmpint(command_run(place->folder, line, &out, &err), ==, 0);
    g_assert_cmpint(command_run(place->folder, half, &alone, &more), ==, 0);
    g_auto(GStrv) lines = g_strsplit(out, "\n", -1);
    g_auto(GStrv) single = g_strsplit(alone, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 1 + 6 + 2 + 1);
    g_assert_cmpstr(lines[0], ==, "file,reduce,x,y,side,score");
    g_assert_true(g_str_has_prefix(lines[1], "small.png,1,0,0,24,"));
    g_assert_true(g_str_has_prefix(lines[6], "small.png,1,36,24,24,"));
    g_assert_true(g_str_has_prefix(lines[7], "small.png,2,0,0,48,"));
    g_assert_cmpuint(g_strv_length(single), ==, 1 + 2 + 1);
    g_assert_cmpstr(single[1], ==, lines[7]);
    g_assert_cmpstr(single[2], ==, lines[8]);
}

static void test_refusals(gconstpointer data)
{
    const Place *place = data;
    static const char *const cases[][2] = {
        {"judge rebuild kodim07.png", "--tid"},
        {"judge rebuild -t tid.txt -o set", "photographs"},
        {"judge rebuild -t tid.txt -o set small.png", "no reference of TID2013"},
        {"judge rebuild -t tid.txt -o set kodim25.png", "no reference of TID2013"},
        {"judge rebuild -t tid.txt -o set kodim03.png", "60 x 48"},
        {"judge rebuild -t tid.txt -o set -y 15 kodim07.png", "type 15"},
        {"map model.gguf", "too few"},
        {"map none.gguf small.png", "none.gguf"},
        {"map none.gguf small.png --reduce 0", "--reduce 0"},
        {"map none.gguf small.png --reduce 17", "1 to 16"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *out = NULL, *err = NULL;
        const int status = command_run(place->folder, cases[i][0], &out, &err);
        g_test_message("%s: %d, %s", cases[i][0], status, err);
        g_assert_true(status == 1 || status == 2);
        g_assert_nonnull(strstr(err, cases[i][1]));
    }
}

static void remove_all(Place *place)
{
    static const char *const names[] = {
        "small.png", "kodim03.png", "kodim07.png", "kodim25.png", "tid.txt", "set", "."};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(place->folder, names[i], NULL);
        g_remove(path);
    }
    g_rmdir(place->folder);
    g_unlink(place->model);
    g_free(place->folder);
    g_free(place->model);
}

/* training/studies/drawings.awk by that seed. (transfer full) */
static char *draw(const char *seed)
{
    g_autofree char *set = g_strconcat("seed=", seed, NULL);
    char *argv[] = {
        (char *)"awk", (char *)"-v", set, (char *)"-f", (char *)g_getenv("BIQA_DRAWINGS"), NULL};
    char *svg = NULL;
    int status = 1;

    g_assert_nonnull(argv[4]);
    g_assert_true(
        g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &svg, NULL, &status, NULL));
    g_assert_true(g_spawn_check_wait_status(status, NULL));
    return svg;
}

/* A seed is a drawing, which the trainer reads as any picture. */
static void test_drawings(gconstpointer data)
{
    const Place *place = data;
    g_autofree char *one = draw("1"), *same = draw("1"), *two = draw("2"),
                    *path = g_build_filename(place->folder, "drawing.svg", NULL);
    g_autoptr(GError) error = NULL;
    guint8 low = 255, high = 0;

    g_assert_cmpstr(one, ==, same);
    g_assert_cmpstr(one, !=, two);
    g_assert_true(g_file_set_contents(path, one, -1, NULL));
    g_autoptr(TrainImage) image = train_image_load(path, &error);
    g_unlink(path);
    g_assert_no_error(error);
    g_assert_cmpuint(image->width, ==, 640);
    g_assert_cmpuint(image->height, ==, 480);
    for (gsize i = 0; i < 3 * (gsize)640 * 480; i++) {
        low = MIN(low, image->rgb[i]);
        high = MAX(high, image->rgb[i]);
    }
    g_assert_cmpuint(high - low, >, 200);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_autoptr(BiqaModel) model = tiny_model_new(3);
    Place place = {g_dir_make_tmp("biqa-studies-XXXXXX", NULL), tiny_model_save(model)};
    save_picture(place.folder, "small.png", 60, 48);
    save_picture(place.folder, "kodim03.png", 60, 48);
    save_picture(place.folder, "kodim25.png", WIDTH, HEIGHT);
    save_picture(place.folder, "kodim07.png", WIDTH, HEIGHT);
    save_table(place.folder);
    g_test_add_data_func("/pipeline/studies/rebuild", &place, test_rebuild);
    g_test_add_data_func("/pipeline/studies/map", &place, test_map);
    g_test_add_data_func("/pipeline/studies/refusals", &place, test_refusals);
    g_test_add_data_func("/pipeline/studies/drawings", &place, test_drawings);
    const int status = g_test_run();
    remove_all(&place);
    return status;
}
