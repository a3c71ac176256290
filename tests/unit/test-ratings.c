/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rated images: every published layout on a fixture of its own, scales, bad lists. */
#include "ratings.h"
#include "removal.h"
#include "support.h"

#include <glib/gstdio.h>
#include <math.h>
#include <matio.h>
#include <stdio.h>
#include <string.h>

/* Scores are computed by one multiplication more or less than here: a few units in the last place
 * of numbers up to 100. */
#define EPSILON 1e-9

static char *make_folder(void)
{
    char *folder = g_dir_make_tmp("biqa-ratings-XXXXXX", NULL);
    g_assert_nonnull(folder);
    return folder;
}

/* Writes text as folder/name, making folders between. */
static void put(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
    g_unlink(path); /* a file cut short is synced, as those of g_file_set_contents() are */
    FILE *file = fopen(path, "wb");
    g_assert_nonnull(file);
    fputs(text, file);
    g_assert_cmpint(fclose(file), ==, 0);
}

/* Leaves the first size bytes of folder/name. */
static void cut(const char *folder, const char *name, gsize size)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    g_assert_cmpuint(length, >, size);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
}

static TrainRatings *load(const char *folder)
{
    g_autoptr(GError) error = NULL;
    TrainRatings *ratings = train_ratings_load(folder, &error);
    g_assert_no_error(error);
    g_assert_nonnull(ratings);
    return ratings;
}

static void refuse(const char *path, BiqaErrorCode code, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(train_ratings_load(path, &error));
    assert_refused(error, code, word);
}

/* Row i is folder/name with that score and std; std below 0: not known. */
static void check_row(const TrainRatings *ratings, guint i, const char *name, double score,
                      double std)
{
    g_assert_cmpuint(i, <, ratings->n);
    if (!g_str_has_suffix(ratings->paths[i], name))
        g_error("row %u is \"%s\", not \"%s\"", i, ratings->paths[i], name);
    g_assert_cmpfloat_with_epsilon(ratings->scores[i], score, EPSILON);
    if (std >= 0)
        g_assert_cmpfloat_with_epsilon(ratings->spread[i], std, EPSILON);
    else
        g_assert_true(!ratings->spread || isnan(ratings->spread[i]));
}

static mat_t *mat_new(const char *folder, const char *name, enum mat_ft version)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_mkdir_with_parents(parent, 0755);
    mat_t *file = Mat_CreateVer(path, NULL, version);
    g_assert_nonnull(file);
    return file;
}

static void mat_put(mat_t *file, matvar_t *variable)
{
    g_assert_nonnull(variable);
    g_assert_cmpint(Mat_VarWrite(file, variable, MAT_COMPRESSION_NONE), ==, 0);
    Mat_VarFree(variable);
}

static void mat_put_numbers(mat_t *file, const char *name, double *values, gsize n)
{
    gsize dims[] = {1, n};
    mat_put(file, Mat_VarCreate(name, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, values, 0));
}

static void mat_put_flags(mat_t *file, const char *name, guint8 *values, gsize n)
{
    gsize dims[] = {1, n};
    mat_put(file, Mat_VarCreate(name, MAT_C_UINT8, MAT_T_UINT8, 2, dims, values, MAT_F_LOGICAL));
}

static void mat_put_strings(mat_t *file, const char *name, char **strings, gsize n, gboolean tall)
{
    gsize dims[] = {tall ? n : 1, tall ? 1 : n};
    matvar_t *cells = Mat_VarCreate(name, MAT_C_CELL, MAT_T_CELL, 2, dims, NULL, 0);
    g_assert_nonnull(cells);
    for (gsize i = 0; i < n; i++) {
        gsize size[] = {1, strlen(strings[i])};
        Mat_VarSetCell(cells, (int)i,
                       Mat_VarCreate(NULL, MAT_C_CHAR, MAT_T_UINT8, 2, size, strings[i], 0));
    }
    mat_put(file, cells);
}

/* LIVE: 982 entries, of which every seventh is a copy of its reference. */
#define LIVE 982

typedef struct {
    double dmos[LIVE], std[LIVE];
    guint8 orgs[LIVE];
    char *references[LIVE];
} LiveFixture;

static void live_fill(LiveFixture *live)
{
    static const char *const names[] = {"bikes.bmp", "caps.bmp", "house.bmp"};
    for (guint i = 0; i < LIVE; i++) {
        live->orgs[i] = i % 7 == 0;
        live->dmos[i] = live->orgs[i] ? 0 : 20 + i % 50;
        live->std[i] = 5;
        live->references[i] = (char *)names[i % 3];
    }
}

static void live_put_images(const char *folder, const LiveFixture *live)
{
    static const guint counts[] = {227, 233, 174, 174, 174};
    static const char *const folders[] = {"jp2k", "jpeg", "wn", "gblur", "fastfading"};
    for (guint f = 0, at = 0; f < G_N_ELEMENTS(counts); f++) {
        for (guint i = 1; i <= counts[f]; i++, at++) {
            g_autofree char *name = g_strdup_printf("%s/img%u.bmp", folders[f], i);
            if (!live->orgs[at])
                put(folder, name, "");
        }
    }
}

static void live_put_lists(const char *folder, LiveFixture *live, enum mat_ft version)
{
    mat_t *file = mat_new(folder, "dmos_realigned.mat", version);
    mat_put_numbers(file, "dmos_new", live->dmos, LIVE);
    mat_put_numbers(file, "dmos_std", live->std, LIVE);
    mat_put_flags(file, "orgs", live->orgs, LIVE);
    Mat_Close(file);
    file = mat_new(folder, "refnames_all.mat", version);
    mat_put_strings(file, "refnames_all", live->references, LIVE, FALSE);
    Mat_Close(file);
}

static void test_live(gconstpointer version)
{
    g_autofree LiveFixture *live = g_new0(LiveFixture, 1);
    g_autofree char *folder = make_folder();
    live_fill(live);
    live_put_images(folder, live);
    live_put_lists(folder, live, (enum mat_ft)GPOINTER_TO_INT(version));
    put(folder, "jpeg/info.txt", "house.bmp img1.bmp 0.85\nbikes.bmp img2.bmp 0\n\n");

    g_autoptr(TrainRatings) ratings = load(folder);
    g_assert_cmpstr(ratings->layout, ==, "LIVE release 2");
    g_assert_cmpuint(ratings->n, ==, LIVE - (LIVE + 6) / 7);
    g_assert_cmpuint(train_ratings_n_contents(ratings), ==, 3);
    check_row(ratings, 0, "/jp2k/img2.bmp", 100. * (112 - 21) / 115, 500. / 115);
    g_assert_cmpstr(ratings->contents[0], ==, "caps.bmp");
    /* entry 980 of 0..981 */
    check_row(ratings, ratings->n - 1, "/fastfading/img174.bmp", 100. * (112 - 51) / 115,
              500. / 115);

    put(folder, "jpeg/info.txt", "caps.bmp img1.bmp 0.85\n");
    refuse(folder, BIQA_ERROR_VALUE, "info.txt");
    put(folder, "jpeg/info.txt", "");

    /* upside down: references worse than what was made of them */
    for (guint i = 0; i < LIVE; i++)
        live->dmos[i] = 100 - live->dmos[i];
    live_put_lists(folder, live, (enum mat_ft)GPOINTER_TO_INT(version));
    refuse(folder, BIQA_ERROR_VALUE, "direction");
    tree_remove(folder);
}

static void test_live_bad(void)
{
    g_autofree LiveFixture *live = g_new0(LiveFixture, 1);
    g_autofree char *folder = make_folder();
    live_fill(live);
    live_put_lists(folder, live, MAT_FT_MAT5);
    mat_t *file = mat_new(folder, "refnames_all.mat", MAT_FT_MAT5);
    mat_put_strings(file, "refnames_all", live->references, 10, FALSE);
    Mat_Close(file);
    refuse(folder, BIQA_ERROR_FORMAT, "10 names");
    file = mat_new(folder, "refnames_all.mat", MAT_FT_MAT5);
    mat_put_numbers(file, "refnames_all", live->dmos, LIVE);
    Mat_Close(file);
    refuse(folder, BIQA_ERROR_FORMAT, "cell array");
    file = mat_new(folder, "dmos_realigned.mat", MAT_FT_MAT5);
    mat_put_numbers(file, "dmos", live->dmos, LIVE);
    Mat_Close(file);
    refuse(folder, BIQA_ERROR_FORMAT, "dmos_new");
    put(folder, "dmos_realigned.mat", "no MATLAB file");
    refuse(folder, BIQA_ERROR_FORMAT, "no MATLAB file");
    put(folder, "dmos_realigned.mat", "");
    refuse(folder, BIQA_ERROR_FORMAT, "dmos_new");
    live_put_lists(folder, live, MAT_FT_MAT5);
    cut(folder, "dmos_realigned.mat", 5000); /* within dmos_new, which has 7856 bytes */
    refuse(folder, BIQA_ERROR_FORMAT, "dmos_realigned.mat");
    tree_remove(folder);
}

static void test_clive(gconstpointer data)
{
    const enum mat_ft version = (enum mat_ft)GPOINTER_TO_INT(data);
    g_autofree char *folder = make_folder();
    char *names[] = {"t1.bmp", "t2.bmp", "t3.bmp", "t4.bmp", "t5.bmp",
                     "t6.bmp", "t7.bmp", "3.bmp",  "4.JPG",  "5.bmp"};
    double mos[] = {1, 2, 3, 4, 5, 6, 7, 63.25, 50, 20}, std[] = {1, 1, 1, 1, 1, 1, 1, 18, 20, 21};
    mat_t *file = mat_new(folder, "Data/AllImages_release.mat", version);
    mat_put_strings(file, "AllImages_release", names, G_N_ELEMENTS(names), TRUE);
    Mat_Close(file);
    file = mat_new(folder, "Data/AllMOS_release.mat", version);
    mat_put_numbers(file, "AllMOS_release", mos, G_N_ELEMENTS(mos));
    Mat_Close(file);
    file = mat_new(folder, "Data/AllStdDev_release.mat", version);
    mat_put_numbers(file, "AllStdDev_release", std, G_N_ELEMENTS(std));
    Mat_Close(file);
    put(folder, "Images/3.bmp", "x");
    put(folder, "Images/4.JPG", "x");
    refuse(folder, BIQA_ERROR_VALUE, "entry 10"); /* 5.bmp */
    put(folder, "Images/5.bmp", "x");

    g_autoptr(TrainRatings) ratings = load(folder);
    g_assert_cmpstr(ratings->layout, ==, "LIVE In the Wild Challenge");
    g_assert_cmpuint(ratings->n, ==, 3);
    g_assert_null(ratings->contents);
    check_row(ratings, 0, "/Images/3.bmp", 63.25, 18);
    check_row(ratings, 2, "/Images/5.bmp", 20, 21);

    file = mat_new(folder, "Data/AllStdDev_release.mat", version);
    mat_put_numbers(file, "AllStdDev_release", std, 4);
    Mat_Close(file);
    refuse(folder, BIQA_ERROR_FORMAT, "4 numbers");
    tree_remove(folder);
}

static void test_csiq(void)
{
    static const char *const images[] = {"awgn/1600.AWGN.1.png", "blur/1600.BLUR.5.png",
                                         "jpeg2000/lake.jpeg2000.2.png", "jpeg/lake.JPEG.3.png"};
    g_autofree char *folder = make_folder();
    put(folder, "csiq.DMOS.xlsx", "x");
    refuse(folder, BIQA_ERROR_FILE, "all_by_image");
    put(folder, "csiq.DMOS.csv",
        "\xef\xbb\xbf,,,,,,,,\r\n,\"CSIQ, all\",,,,,,,\r\n,,,,,,,,\r\n"
        ",,,image,dst_idx,dst_type,dst_lev,dmos_std,dmos\r\n"
        ",,,1600,1,noise,1,0.061,0.062\r\n,,,1600,5,blur,5,0.1,0.75\r\n"
        ",,,lake,3,jpeg 2000,2,0.2,0.25\r\n,,,lake,2,jpeg,3,,0.5\r\n,,,,,,,,\r\n");
    refuse(folder, BIQA_ERROR_FILE, "dst_imgs");
    for (guint i = 0; i < G_N_ELEMENTS(images); i++) {
        g_autofree char *name = g_build_filename("dst_imgs", images[i], NULL);
        put(folder, name, "x");
    }
    g_autoptr(TrainRatings) ratings = load(folder);
    g_assert_cmpstr(ratings->layout, ==, "CSIQ");
    g_assert_cmpuint(ratings->n, ==, 4);
    g_assert_cmpuint(train_ratings_n_contents(ratings), ==, 2);
    check_row(ratings, 0, images[0], 93.8, 6.1);
    check_row(ratings, 2, images[2], 75, 20);
    check_row(ratings, 3, images[3], 50, -1);
    g_assert_cmpstr(ratings->contents[3], ==, "lake");
    put(folder, "csiq.DMOS.csv", "image,dst_type,dst_lev,dmos\n1600,fog,1,0.5\n");
    refuse(folder, BIQA_ERROR_VALUE, "fog");
    tree_remove(folder);
}

static void test_tid(void)
{
    g_autofree char *folder = make_folder();
    put(folder, "mos_with_names.txt",
        "5.51429 I01_01_1.bmp\r\n4.5 i01_01_5.bmp\r\n6.3 I25_24_1.bmp\r\n");
    put(folder, "mos_std.txt", "0.09\n0.18\n0.27\n");
    put(folder, "distorted_images/I01_01_1.BMP", "x"); /* cases are mixed */
    put(folder, "distorted_images/I01_01_5.bmp", "x");
    put(folder, "distorted_images/i25_24_1.bmp", "x");
    g_autoptr(TrainRatings) ratings = load(folder);
    g_assert_cmpstr(ratings->layout, ==, "TID2013");
    check_row(ratings, 0, "/I01_01_1.BMP", 551.429 / 9, 1);
    check_row(ratings, 1, "/I01_01_5.bmp", 50, 2);
    check_row(ratings, 2, "/i25_24_1.bmp", 70, 3);
    g_assert_cmpstr(ratings->contents[1], ==, "I01");
    g_assert_cmpstr(ratings->contents[2], ==, "I25");
    put(folder, "mos_std.txt", "0.09\n0.18\n");
    refuse(folder, BIQA_ERROR_VALUE, "mos_std.txt");
    put(folder, "mos_std.txt", "0.09\n0.18\nmany\n");
    refuse(folder, BIQA_ERROR_VALUE, "line 3");
    put(folder, "mos_with_names.txt", "3 I01_01_1.bmp\n4.5 i01_01_5.bmp\n5 I25_24_1.bmp\n");
    put(folder, "mos_std.txt", "1\n1\n1\n");
    refuse(folder, BIQA_ERROR_VALUE, "direction");
    put(folder, "mos_with_names.txt", "I01_01_1.bmp 3\n");
    refuse(folder, BIQA_ERROR_VALUE, "line 1");
    tree_remove(folder);
}

static void test_kadid(void)
{
    g_autofree char *folder = make_folder();
    put(folder, "dmos.csv",
        "dist_img,ref_img,dmos,var\nI01_01_01.png,I01.png,4.57,0.49\n"
        "I01_01_05.png,I01.png,1.0,0\nI81_25_01.png,I81.png,3.0,1.0\n");
    put(folder, "images/I01_01_01.png", "x");
    put(folder, "images/I01_01_05.png", "x");
    put(folder, "images/I81_25_01.png", "x");
    g_autoptr(TrainRatings) ratings = load(folder);
    g_assert_cmpstr(ratings->layout, ==, "KADID-10k");
    check_row(ratings, 0, "/images/I01_01_01.png", 89.25, 17.5);
    check_row(ratings, 1, "/images/I01_01_05.png", 0, 0);
    check_row(ratings, 2, "/images/I81_25_01.png", 50, 25);
    g_assert_cmpuint(train_ratings_n_contents(ratings), ==, 2);
    put(folder, "dmos.csv", "dist_img,ref_img,dmos,var\nI01_01_01.png,I01.png,0.5,0.49\n");
    refuse(folder, BIQA_ERROR_VALUE, "between 1 and 5");
    tree_remove(folder);
}

static void test_koniq(void)
{
    g_autofree char *folder = make_folder();
    put(folder, "koniq10k_scores_and_distributions.csv",
        "\"image_name\",\"c1\",\"c2\",\"c3\",\"c4\",\"c5\",\"c_total\",\"MOS\",\"SD\",\"MOS_"
        "zscore\"\n"
        "\"10004473376.jpg\",0,0,25,73,7,105,3.8,0.5,70.9\n\"1.jpg\",1,0,0,0,0,1,2,0.8,20\n");
    put(folder, "1024x768/10004473376.jpg", "x");
    put(folder, "1024x768/1.jpg", "x");
    g_autoptr(TrainRatings) ratings = load(folder);
    g_assert_cmpstr(ratings->layout, ==, "KonIQ-10k");
    check_row(ratings, 0, "/1024x768/10004473376.jpg", 70, 12.5);
    check_row(ratings, 1, "/1024x768/1.jpg", 25, 20);
    g_assert_null(ratings->contents);
    tree_remove(folder);
}

static void test_spaq(void)
{
    g_autofree char *folder = make_folder();
    put(folder, "Annotations/MOS and Image attribute scores.xlsx", "x");
    refuse(folder, BIQA_ERROR_FILE, "attribute scores.csv");
    put(folder, "Annotations/MOS and Image attribute scores.csv",
        "Image name,MOS,Brightness,Colorfulness,Contrast,Noisiness,Sharpness\n"
        "00001.jpg,14.33,24.33,28.17,26.83,22.17,16\n00002.jpg,60,1,2,3,4,5\n");
    put(folder, "TestImage/00001.jpg", "x");
    put(folder, "TestImage/00002.jpg", "x");
    g_autoptr(TrainRatings) ratings = load(folder);
    g_assert_cmpstr(ratings->layout, ==, "SPAQ");
    check_row(ratings, 0, "/TestImage/00001.jpg", 14.33, -1);
    check_row(ratings, 1, "/TestImage/00002.jpg", 60, -1);
    tree_remove(folder);
}

static void test_bid(void)
{
    g_autofree char *folder = make_folder();
    put(folder, "DatabaseGrades.csv",
        "Image Number,Average Subjective Grade,Class,Grades,,\n"
        "7,4,1,3,4,5\n586,2.5,2,2,,3\n12,1,3,,1,\n");
    put(folder, "ImageDatabase/DatabaseImage0007.JPG", "x");
    put(folder, "ImageDatabase/DatabaseImage0586.JPG", "x");
    put(folder, "ImageDatabase/DatabaseImage0012.jpg", "x");
    g_autoptr(TrainRatings) ratings = load(folder);
    g_assert_cmpstr(ratings->layout, ==, "BID");
    check_row(ratings, 0, "/DatabaseImage0007.JPG", 80, 20); /* grades 3, 4, 5: one of 5 */
    check_row(ratings, 1, "/DatabaseImage0586.JPG", 50, 20 * sqrt(.5));
    check_row(ratings, 2, "/DatabaseImage0012.jpg", 20, -1); /* one grade alone */
    put(folder, "DatabaseGrades.csv", "Image Number,Average Subjective Grade\n7.5,4\n");
    refuse(folder, BIQA_ERROR_VALUE, "7.5");
    tree_remove(folder);
}

static void test_unknown(void)
{
    g_autofree char *folder = make_folder();
    refuse(folder, BIQA_ERROR_FILE, "mos_with_names.txt");
    const TrainRatingScale scale = {0, 1};
    g_autoptr(GError) error = NULL;
    g_assert_null(train_ratings_open(folder, &(TrainRatingsParams){.scale = &scale}, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "own scale");
    tree_remove(folder);
}

static void test_scale(void)
{
    const struct {
        const char *ends, *direction, *word;
        TrainRatingScale scale;
    } cases[] = {
        {NULL, NULL, NULL, {0, 100}},       {"1;5", NULL, NULL, {1, 5}},
        {" 1, 5 ", "higher", NULL, {1, 5}}, {"-1.5,2", "lower", NULL, {2, -1.5}},
        {NULL, "lower", NULL, {100, 0}},    {"5;1", NULL, "5;1", {0}},
        {"1;1", NULL, "scale", {0}},        {"1", NULL, "scale", {0}},
        {"1;5;9", NULL, "scale", {0}},      {"1;x", NULL, "scale", {0}},
        {"0;inf", NULL, "scale", {0}},      {"1;5", "down", "down", {0}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        TrainRatingScale scale;
        const gboolean ok =
            train_rating_scale_parse(cases[i].ends, cases[i].direction, &scale, &error);
        g_assert_true(ok == !cases[i].word);
        if (!ok)
            assert_refused(error, BIQA_ERROR_VALUE, cases[i].word);
        else
            g_assert_true(scale.worst == cases[i].scale.worst && scale.best == cases[i].scale.best);
    }
}

static void test_list(void)
{
    const TrainRatingScale scale = {5, 1};
    const TrainRatingsParams params = {.scale = &scale, .skip_missing = TRUE};
    g_autofree char *folder = make_folder();
    g_autofree char *list = g_build_filename(folder, "list.csv", NULL);
    g_autoptr(GError) error = NULL;
    put(folder, "a.png", "x");
    put(folder, "b, c.png", "x");
    put(folder, "ref.png", "x");
    put(folder, "list.csv",
        "image,mos,std,times,reference\na.png,2,0.4,7,ref.png\n\"b, c.png\",5,,,ref.png\n"
        "gone.png,3,,5,\nref.png,1,,1000,ref.png\n");
    g_autoptr(TrainRatings) ratings = train_ratings_open(list, &params, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(ratings->n, ==, 3);
    check_row(ratings, 0, "/a.png", 75, 10);
    check_row(ratings, 1, "/b, c.png", 0, -1);
    check_row(ratings, 2, "/ref.png", 100, -1);
    g_assert_cmpuint(ratings->times[0], ==, 7);
    g_assert_cmpuint(ratings->times[1], ==, 1);
    g_assert_cmpuint(ratings->times[2], ==, 1000);
    g_assert_cmpuint(train_ratings_n_contents(ratings), ==, 1);
    g_assert_cmpuint(g_strv_length(ratings->missing), ==, 1);
    g_assert_true(g_str_has_suffix(ratings->missing[0], "/gone.png"));

    train_ratings_swap(ratings, 0, 2);
    check_row(ratings, 0, "/ref.png", 100, -1);
    check_row(ratings, 2, "/a.png", 75, 10);
    g_assert_cmpuint(ratings->times[0], ==, 1000);
    g_assert_cmpuint(ratings->times[2], ==, 7);
    /* images of one content fall in one part, whatever they are called */
    g_assert_cmpuint(train_ratings_part_of(ratings, 0, 1000), ==,
                     train_ratings_part_of(ratings, 2, 1000));
    g_assert_cmpuint(train_ratings_part_of(ratings, 1, 1000), ==,
                     train_ratings_part("ref.png", 1000));

    /* the same list read the other way round */
    g_assert_null(train_ratings_open(list, &(TrainRatingsParams){.skip_missing = TRUE}, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "direction");
    tree_remove(folder);
}

static void test_bad_lists(void)
{
    static const struct {
        const char *text, *word;
    } cases[] = {
        {"image,mos\na.png,\n", "gap"},
        {"image,mos\na.png,10\nb.png,nan\n", "line 3"},
        {"image,mos\na.png,10\nb.png,-0.5\n", "between 0 and 100"},
        {"image,mos\na.png,10\nb.png,20\na.png,30\n", "twice, before in line 2"},
        {"image,mos\na.png,10\nc.png,20\n", "c.png"},
        {"image,mos\na.png,50\nb.png,50\n", "alike"},
        {"image,mos\n,50\n", "line 2"},
        {"image,mos\n\"a.png,50\n", "quote"},
        {"image;mos\na.png;50\n", "commas"},
        {"image,mos,times\na.png,10,0\n", "times \"0\""},
        {"image,mos,times\na.png,10,1\nb.png,20,1.5\n", "line 3"},
        {"image,mos,times\na.png,10,1001\n", "1 to 1000"},
        {"image,mos\na.png,10,inf\nb.png,1e400\n", "line 3"},
    };
    g_autofree char *folder = make_folder();
    g_autofree char *list = g_build_filename(folder, "list.csv", NULL);
    put(folder, "a.png", "x");
    put(folder, "b.png", "x");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        put(folder, "list.csv", cases[i].text);
        refuse(list, BIQA_ERROR_VALUE, cases[i].word);
        refuse(list, BIQA_ERROR_VALUE, "list.csv");
    }
    tree_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/ratings/live", GINT_TO_POINTER(MAT_FT_MAT5), test_live);
    g_test_add_func("/ratings/live/bad", test_live_bad);
    g_test_add_data_func("/ratings/live-challenge", GINT_TO_POINTER(MAT_FT_MAT5), test_clive);
    g_test_add_data_func("/ratings/live-challenge/7.3", GINT_TO_POINTER(MAT_FT_MAT73), test_clive);
    g_test_add_func("/ratings/csiq", test_csiq);
    g_test_add_func("/ratings/tid2013", test_tid);
    g_test_add_func("/ratings/kadid", test_kadid);
    g_test_add_func("/ratings/koniq", test_koniq);
    g_test_add_func("/ratings/spaq", test_spaq);
    g_test_add_func("/ratings/bid", test_bid);
    g_test_add_func("/ratings/unknown", test_unknown);
    g_test_add_func("/ratings/scale", test_scale);
    g_test_add_func("/ratings/list", test_list);
    g_test_add_func("/ratings/list/bad", test_bad_lists);
    return g_test_run();
}
