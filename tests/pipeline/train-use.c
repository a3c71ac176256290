/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done with a model once it is trained: the element gives the scores that biqa-train gives,
 * eval judges it, calibrate fits its uncertainty. */
#include "drawing.h"
#include "metrics.h"
#include "model.h"
#include "workshop.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define RATED 40 /* enough to calibrate on and to halve */

/* What eval prints is what follows from the scores that score prints. */
static void test_eval(void)
{
    g_autofree char *scores = NULL;
    g_autofree char *out = NULL;
    double score[WORKSHOP_PICTURES], rating[WORKSHOP_PICTURES], srcc = 0, levels = 0;

    workshop_run_well("score whole/model.gguf pictures/p0.png pictures/p1.png pictures/p2.png "
                      "pictures/p3.png pictures/p4.png pictures/p5.png",
                      &scores);
    g_auto(GStrv) lines = g_strsplit(scores, "\n", -1);
    for (guint i = 0; i < WORKSHOP_PICTURES; i++) {
        score[i] = g_ascii_strtod(strchr(lines[i + 1], ',') + 1, NULL);
        rating[i] = 20 + 12 * i;
    }
    workshop_run_well(
        "eval whole/model.gguf --ratings ratings.csv --pictures pictures --only p0.png "
        "--types blur --types h264",
        &out);
    g_assert_cmpint(sscanf(strstr(out, "full model"), "full model 6 %lf", &srcc), ==, 1);
    g_assert_cmpfloat_with_epsilon(srcc, train_srcc(score, rating, WORKSHOP_PICTURES),
                                   5e-5); /* printed */
    g_assert_cmpint(sscanf(strstr(out, "full model: mean"), "full model: mean %lf", &levels), ==,
                    1);
    g_assert_cmpfloat(fabs(levels), <=, 1);
    g_assert_nonnull(strstr(out, "competitor: mean"));
    g_assert_nonnull(strstr(out, "\nh264 "));
}

static double number_at(JsonObject *object, const char *name)
{
    return json_object_get_double_member(object, name);
}

/* Two models and a list of scores, as JSON: everybody stands in it, the list of the rating itself
 * agrees wholly, the same model twice does not differ, and the CSV holds what was compared. */
static void test_eval_side_by_side(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL;
    g_autofree char *csv = NULL;
    workshop_write("upside-down.csv", "image,score\npictures/p0.png,9\np1.png,8\np2.png,7\n"
                                      "p3.png,6\np4.png,5\np5.png,4\nother.png,x\n");
    workshop_run_well(
        "eval whole/model.gguf one/model.gguf --ratings ratings.csv --scores "
        "rated=ratings.csv --distances down=upside-down.csv --splits 4 --resamples 50 --json "
        "--csv eval.csv",
        &out);
    g_autoptr(JsonNode) root = json_from_string(out, &error);
    g_assert_no_error(error);
    JsonObject *object = json_node_get_object(root);
    JsonArray *agreement = json_object_get_array_member(object, "agreement"),
              *differences = json_object_get_array_member(object, "differences");
    g_assert_cmpuint(json_array_get_length(agreement), ==, 6);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "splits")), ==, 6);
    for (guint i = 0; i < 2; i++) { /* the lists stand first */
        JsonObject *list = json_array_get_object_element(agreement, i);
        JsonObject *srcc = json_object_get_object_member(list, "srcc");
        g_assert_cmpfloat_with_epsilon(number_at(srcc, "value"), 1, 1e-12);
        g_assert_cmpfloat(number_at(list, "images"), ==, WORKSHOP_PICTURES);
    }
    /* 4 of them meet each other, and each full model its competitor. */
    g_assert_cmpuint(json_array_get_length(differences), ==, 6 + 2);
    JsonObject *twins = NULL;
    for (guint i = 0; i < json_array_get_length(differences); i++) {
        JsonObject *pair = json_array_get_object_element(differences, i);
        if (g_str_equal(json_object_get_string_member(pair, "first"), "whole/model.gguf") &&
            g_str_equal(json_object_get_string_member(pair, "second"), "one/model.gguf"))
            twins = pair;
    }
    g_assert_nonnull(twins);
    g_assert_cmpfloat(number_at(twins, "difference"), ==, 0);
    g_assert_cmpfloat(number_at(twins, "p"), ==, 1);
    g_file_get_contents("eval.csv", &csv, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 1 + 2 * WORKSHOP_PICTURES + 1);
    g_assert_true(g_str_has_prefix(lines[0], "model,image,rating,score,competitor-score,"));
    g_assert_nonnull(strstr(lines[1], "p0.png,20.0000,"));
    workshop_refuse("eval whole/model.gguf --ratings ratings.csv --scores x", "NAME=FILE");
    workshop_refuse("eval whole/model.gguf --ratings ratings.csv --scores x=recipe.ini",
                    "recipe.ini");
    workshop_refuse("eval whole/model.gguf --pictures pictures --splits 3", "--ratings");
}

static void test_element_vulkan(void)
{
    workshop_compare("whole", "vulkan");
}

static void test_element_reference(void)
{
    workshop_compare("whole", "reference");
}

/* Drawings beside and below each other: a picture that is looked at spot by spot. */
static void make_wide(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) wide = train_image_new(320, 180);
    for (guint tile = 0; tile < 6; tile++) {
        g_autoptr(TrainImage) image = drawing_new(300 + tile);
        const guint x = tile % 3 * 110, y = tile / 3 * 90;
        const guint width = MIN(image->width, wide->width - x);
        for (guint row = 0; row < 90; row++)
            memcpy(wide->rgb + 3 * ((gsize)(y + row) * wide->width + x),
                   image->rgb + 3 * (gsize)row * image->width, 3 * (gsize)width);
    }
    train_image_save(wide, name, &error);
    g_assert_no_error(error);
}

/* Spots change what is said of large pictures alone, and element and trainer say the same. */
static void test_spots(void)
{
    g_autofree char *bare = NULL, *spotted = NULL, *small = NULL, *same = NULL, *info = NULL;
    make_wide("wide.png");
    workshop_run_well("spots whole/model.gguf --out spotted.gguf .1,.2 .9,.8 .6,0", NULL);
    workshop_run_well("score whole/model.gguf wide.png", &bare);
    workshop_run_well("score spotted.gguf wide.png", &spotted);
    g_assert_cmpstr(bare, !=, spotted);
    workshop_run_well("score whole/model.gguf pictures/p1.png", &small);
    workshop_run_well("score spotted.gguf pictures/p1.png", &same);
    g_assert_cmpstr(small, ==, same);
    workshop_compare_picture("spotted.gguf", "wide.png", "reference");
    workshop_compare_picture("spotted.gguf", "wide.png", "cpu");
    workshop_compare_picture("spotted.gguf", "wide.png", "vulkan");
    workshop_run_well("info spotted.gguf", &info);
    g_assert_nonnull(strstr(info, "at 0.9, 0.8 of"));
    workshop_run_well("spots spotted.gguf --out bare.gguf", NULL);
    workshop_assert_same("bare.gguf", "whole/model.gguf");
    workshop_refuse("spots whole/model.gguf .1,.2 .3,.4", "--out");
    workshop_refuse("spots whole/model.gguf --out x.gguf .1,.2", "2 to 8");
    workshop_refuse("spots whole/model.gguf --out x.gguf .1,.2 .1,1.2", ".1,1.2");
    workshop_refuse("spots whole/model.gguf --out x.gguf .1,.2 .1,nan", ".1,nan");
    workshop_refuse("spots whole/model.gguf --out x.gguf .1,.2 .1", "\".1\"");
}

static double rating_of(guint i)
{
    return 30 + 17 * i % 41;
}

/* Rated pictures that nothing was trained on. */
static void make_rated(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) list = g_string_new("image,mos\n");
    for (guint i = 0; i < RATED; i++) {
        g_autoptr(TrainImage) image = drawing_new(100 + i);
        g_autofree char *name = g_strdup_printf("q%u.png", i);
        train_image_save(image, name, &error);
        g_assert_no_error(error);
        g_string_append_printf(list, "%s,%g\n", name, rating_of(i));
    }
    workshop_write("more.csv", list->str);
}

/* A head fitted afterwards: the same scores, and element and trainer tell the same uncertainty. */
static void test_calibrate(void)
{
    g_autofree char *out = NULL, *judged = NULL, *json = NULL;
    g_assert_cmpint(g_mkdir("calibrated", 0777), ==, 0);
    workshop_run_well(
        "calibrate whole/model.gguf --ratings more.csv --out calibrated/model.gguf --splits 2",
        &out);
    g_assert_nonnull(strstr(out, "halvings of 40"));
    workshop_compare("calibrated", "vulkan");
    workshop_compare("calibrated", "reference");
    workshop_run_well("calibrate whole/model.gguf --ratings more.csv --out again.gguf --threads 1",
                      NULL);
    workshop_assert_same("calibrated/model.gguf", "again.gguf");
    workshop_run_well("eval calibrated/model.gguf --ratings more.csv", &judged);
    g_assert_nonnull(strstr(judged, "\nuncertainty "));
    workshop_run_well("eval calibrated/model.gguf --ratings more.csv --json --resamples 9", &json);
    g_assert_nonnull(strstr(json, "\"auroc\""));
    workshop_refuse("calibrate whole/model.gguf --ratings ratings.csv", "too few");
    workshop_refuse("calibrate whole/model.gguf --ratings more.csv --part 3/2", "3/2");
    workshop_refuse("calibrate whole/model.gguf", "--ratings");
}

/* The same ratings as marks from 1 (best) to 5: what is printed is the same. */
static void test_calibrate_scale(void)
{
    g_autofree char *plain = NULL, *marks = NULL;
    g_autoptr(GString) list = g_string_new("image,mos\n");
    for (guint i = 0; i < RATED; i++)
        g_string_append_printf(list, "q%u.png,%g\n", i, (100 - rating_of(i)) / 25. + 1);
    workshop_write("marks.csv", list->str);
    workshop_run_well("calibrate whole/model.gguf --ratings more.csv", &plain);
    workshop_run_well(
        "calibrate whole/model.gguf --ratings marks.csv --scale 1,5 --direction lower", &marks);
    g_assert_cmpstr(plain, ==, marks);
    workshop_refuse("calibrate whole/model.gguf --ratings marks.csv --scale 1,3", "marks.csv");
    workshop_refuse("calibrate whole/model.gguf --ratings marks.csv --direction up", "up");
}

/* A run fits its head to the validation part: 22 of the 40 names have an odd SHA-256. */
static void test_head_of_run(void)
{
    g_autoptr(GString) text = g_string_new(workshop_recipe);
    g_string_replace(text, "ratings.csv", "more.csv", 1);
    g_string_replace(text, "validation-modulus=1000", "validation-modulus=2", 1);
    workshop_write("head.ini", text->str);
    workshop_run_well("train head.ini --out head", NULL);
    g_autoptr(BiqaModel) model = biqa_model_load("head/model.gguf", NULL);
    g_assert_cmpuint(model->uncertainty.n_images, ==, 22);
    g_assert_cmpuint(model->uncertainty.n_terms, ==, 4);
}

/* Another model is asked about the images that it validated on, the 22 odd names, less those that
 * are calibrated on or judged by: here about nine, thrice. */
static void test_calibrate_others(void)
{
#define OTHER " --errors-of head/model.gguf"
    g_autofree char *out = NULL;
    workshop_run_well(
        "calibrate whole/model.gguf --ratings more.csv --part 0/3,1/3" OTHER OTHER OTHER
        " --out others.gguf",
        &out);
    g_assert_nonnull(strstr(out, "images       27\n"));
    g_assert_nonnull(strstr(out, "others       27 errors"));
    g_autoptr(BiqaModel) model = biqa_model_load("others.gguf", NULL);
    g_assert_cmpuint(model->uncertainty.n_terms, ==, 4);
    workshop_refuse("calibrate whole/model.gguf --ratings more.csv --part 0/3,1/3" OTHER,
                    "9 errors");
    workshop_refuse(
        "calibrate whole/model.gguf --ratings more.csv --part 0/3,1/3 --judge 2/3" OTHER,
        "head/model.gguf");
    workshop_refuse("calibrate whole/model.gguf --ratings more.csv" OTHER, "head/model.gguf");
    workshop_refuse("calibrate whole/model.gguf --ratings more.csv --errors-of none.gguf",
                    "none.gguf");
    /* head.ini deals them by odd and even names, and holds nothing out. */
    g_autofree char *named = NULL, *paired = NULL;
    workshop_run_well("calibrate head/model.gguf --ratings more.csv --part validation", &named);
    workshop_run_well("calibrate head/model.gguf --ratings more.csv --part 1/2", &paired);
    g_assert_cmpstr(named, ==, paired);
    workshop_refuse("calibrate head/model.gguf --ratings more.csv --part held-out", "too few");
}

/* Parts by name are those of the recipe in the model: the held-out fifth of 40 contents dealt by
 * seed, and what a modulus holds out. */
static void test_eval_parts(void)
{
    static const struct {
        const char *model, *part, *n;
    } cases[] = {
        {"dealt/model.gguf", "held-out", "\"images\" : 8.0,"},
        {"dealt/model.gguf", "validation", "\"images\" : 4.0,"},
        {"dealt/model.gguf", "training", "\"images\" : 28.0,"},
        {"dealt/model.gguf", "0/1", "\"images\" : 40.0,"},
    };
    g_autoptr(GString) text = g_string_new(workshop_recipe);
    g_autofree char *first = NULL, *second = NULL;
    g_string_replace(text, "ratings.csv\nhold-out-modulus=1000\nvalidation-modulus=1000",
                     "more.csv\nsplit-shares=70;10;20\nsplit-seed=4", 1);
    workshop_write("dealt.ini", text->str);
    workshop_run_well("train dealt.ini --out dealt", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *json = NULL;
        g_autofree char *line =
            g_strdup_printf("eval %s --ratings more.csv --json --resamples 2 --part %s",
                            cases[i].model, cases[i].part);
        workshop_run_well(line, &json);
        g_test_message("%s: %s", cases[i].part, json);
        g_assert_nonnull(strstr(json, cases[i].n));
    }
    workshop_refuse("eval whole/model.gguf --ratings more.csv --part held", "held-out");
    workshop_refuse("eval dealt/model.gguf --ratings more.csv --part 5/5", "5/5");
}

/* Runs the study of splits on splits.ini, dealing names modulo folds (NULL: by seed), in a folder;
 * out: what it printed (transfer full). */
static void run_splits(const char *splits, const char *folds, const char *folder, char **out)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *err = NULL;
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "SPLITS", splits, TRUE);
    environment = g_environ_setenv(environment, "STEPS", "3", TRUE);
    environment = g_environ_setenv(environment, "FOLDS", folds ? folds : "", TRUE);
    char *argv[] = {(char *)g_getenv("BIQA_SPLITS"),
                    (char *)g_getenv("BIQA_TRAIN"),
                    (char *)"splits.ini",
                    (char *)".",
                    (char *)folder,
                    NULL};
    int status = 0;
    g_spawn_sync(NULL, argv, environment, G_SPAWN_DEFAULT, NULL, NULL, out, &err, &status, &error);
    g_assert_no_error(error);
    g_test_message("%s%s", *out, err);
    g_assert_cmpint(status, ==, 0);
}

/* The workshop's recipe on the forty, with so many of their names' SHA-256 modulo held out. */
static void write_splits(const char *hold_out)
{
    g_autoptr(GString) text = g_string_new(workshop_recipe);
    g_string_replace(text, "ratings.csv", "more.csv", 1);
    g_string_replace(text, "hold-out-modulus=1000", hold_out, 1);
    workshop_write("splits.ini", text->str);
}

/* A line of the study's table: "NAME IMAGES" where there are images, and the figures that a model
 * without an uncertainty head has. */
static void read_figures(const char *line, const char *format, double figures[5])
{
    char none[8];

    g_test_message("%s", line);
    g_assert_cmpint(
        sscanf(line, format, &figures[0], &figures[1], &figures[2], &figures[3], &figures[4], none),
        ==, 6);
    g_assert_cmpstr(none, ==, "-");
}

/* A fold is judged on the odd names: 22 of the 40, for which its model has a head, and where a
 * fifth is held out on the 19 that are left. */
static void test_folds(void)
{
    g_autofree char *table = NULL, *held = NULL;
    double figures[7];
    write_splits("hold-out-modulus=1000");
    run_splits("1", "2", "folds", &table);
    g_auto(GStrv) lines = g_strsplit(table, "\n", -1);
    g_assert_cmpint(sscanf(lines[2], "1 22 %lf %lf %lf %lf %lf %lf %lf", &figures[0], &figures[1],
                           &figures[2], &figures[3], &figures[4], &figures[5], &figures[6]),
                    ==, 7);
    for (guint f = 4; f < 7; f++) /* shares */
        g_assert_true(figures[f] >= 0 && figures[f] <= 1);
    write_splits("hold-out-modulus=5");
    run_splits("1", "2", "held", &held);
    g_assert_nonnull(strstr(held, "\n1               19 "));
    g_autoptr(BiqaModel) model = biqa_model_load("held/1/model.gguf", NULL);
    g_assert_nonnull(strstr(model->recipe, "hold-out-modulus=5\n"));
}

/* Two splits of 40 rated images: each is judged on the eight that it holds out, the middle of two
 * is their mean, and what is done is not done again. */
static void test_splits(void)
{
    g_autofree char *table = NULL, *again = NULL;
    double one[5], other[5], median[5];
    write_splits("hold-out-modulus=1000");
    run_splits("3 8", NULL, "splits", &table);
    g_auto(GStrv) lines = g_strsplit(table, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 8);
    read_figures(lines[2], "3 8 %lf %lf %lf %lf %lf %7s", one);
    read_figures(lines[3], "8 8 %lf %lf %lf %lf %lf %7s", other);
    read_figures(lines[4], "median 8 %lf %lf %lf %lf %lf %7s", median);
    for (guint f = 0; f < 5; f++) /* each is rounded to three digits */
        g_assert_cmpfloat_with_epsilon(median[f], (one[f] + other[f]) / 2, .0011);
    g_autoptr(GBytes) first = workshop_read("splits/3/model.gguf");
    g_autoptr(GBytes) second = workshop_read("splits/8/model.gguf");
    g_assert_false(g_bytes_equal(first, second));
    g_unlink("splits/8/held-out.csv");
    run_splits("3 8", NULL, "splits", &again);
    g_assert_cmpstr(table, ==, again);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_autofree char *folder = workshop_enter();
    make_rated();
    workshop_run_well("train recipe.ini --out whole", NULL);
    workshop_run_well("train recipe.ini --out one", NULL);
    g_test_add_func("/pipeline/eval", test_eval);
    g_test_add_func("/pipeline/eval-parts", test_eval_parts);
    g_test_add_func("/pipeline/eval-side-by-side", test_eval_side_by_side);
    g_test_add_func("/pipeline/element-vulkan", test_element_vulkan);
    g_test_add_func("/pipeline/element-reference", test_element_reference);
    g_test_add_func("/pipeline/spots", test_spots);
    g_test_add_func("/pipeline/calibrate", test_calibrate);
    g_test_add_func("/pipeline/calibrate-scale", test_calibrate_scale);
    g_test_add_func("/pipeline/head-of-run", test_head_of_run);
    g_test_add_func("/pipeline/calibrate-others", test_calibrate_others);
    g_test_add_func("/pipeline/splits", test_splits);
    g_test_add_func("/pipeline/folds", test_folds);
    const int status = g_test_run();
    workshop_leave(folder);
    return status;
}
