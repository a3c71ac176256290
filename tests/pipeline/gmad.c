/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train gmad on a tiny model: all kinds of judges meet, the outcome does not change, and what
 * was judged once is not judged again. */
#include "pairs.h"
#include "workshop.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

#define COMPETE                                                                                    \
    "gmad tiny/model.gguf --against self --against ms-ssim --originals pictures --types blur "     \
    "--types noise --side 64 --levels 2 --top 2 "

/* Every match is there in both roles, gaps are what the rules say, pictures exist. */
static void check_pairs(const char *folder, double tolerance, const char *const *judges)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainPairs) pairs = train_pairs_load(folder, &error);
    g_assert_no_error(error);
    for (; *judges; judges++) {
        guint defended = 0, attacked = 0;
        for (guint i = 0; i < pairs->pairs->len; i++) {
            const TrainPair *pair = train_pairs_at(pairs, i);
            defended += g_str_equal(pair->defender, *judges);
            attacked += g_str_equal(pair->attacker, *judges);
        }
        g_assert_cmpuint(defended, >, 0);
        g_assert_cmpuint(attacked, >, 0);
    }
    for (guint i = 0; i < pairs->pairs->len; i++) {
        const TrainPair *pair = train_pairs_at(pairs, i);
        g_assert_cmpfloat(ABS(pair->defended[0] - pair->defended[1]), <=,
                          tolerance + 2e-4); /* printed */
        g_assert_cmpfloat(pair->attacked[0], >, pair->attacked[1]);
    }
    for (guint i = 0; i < pairs->images->len; i++) {
        g_autofree char *path = g_build_filename(folder, train_pairs_image(pairs, i)->file, NULL);
        g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
    }
}

static void test_judges(void)
{
    g_autofree char *out = NULL;
    workshop_run_well(COMPETE "--out first --threads 2", &out);
    g_assert_nonnull(strstr(out, "pairs of"));
    check_pairs("first", 2, (const char *const[]){"model", "competitor", "ms-ssim", NULL});
    workshop_run_well(COMPETE "--out second --threads 1", NULL);
    workshop_assert_same("first/pairs.csv", "second/pairs.csv");
    workshop_assert_same("first/images.csv", "second/images.csv");
}

/* The scores that are kept count, wherever they come from: twisted ones change the outcome. */
static void test_resume(void)
{
    g_autofree char *text = NULL;
    workshop_run_well(COMPETE "--out third --cache first/scores.cache", NULL);
    workshop_assert_same("first/pairs.csv", "third/pairs.csv");
    g_autoptr(GBytes) kept = workshop_read("first/scores.cache");
    g_auto(GStrv) lines = g_strsplit(g_bytes_get_data(kept, NULL), "\n", -1);
    /* 6 originals, with 2 types at 5 levels each, before 3 judges: none was judged twice. */
    g_assert_cmpuint(g_strv_length(lines) - 1, ==, 6 * 11 * 3);
    for (guint i = 0; i < 30; i++)
        memcpy(strchr(lines[i], ' '), " 99", 4);
    text = g_strjoinv("\n", lines);
    workshop_write("twisted.cache", text);
    workshop_run_well(COMPETE "--out twisted --cache twisted.cache", NULL);
    g_autoptr(GBytes) before = workshop_read("first/pairs.csv");
    g_autoptr(GBytes) after = workshop_read("twisted/pairs.csv");
    g_assert_false(g_bytes_equal(before, after));
}

/* Pictures as they are, a file that is none, somebody else's scores. */
static void test_as_they_are(void)
{
    g_autofree char *err = NULL;
    g_autoptr(GString) scores = g_string_new("image,score\n");
    workshop_write("pictures/broken.png", "no picture");
    for (guint i = 0; i < WORKSHOP_PICTURES; i++)
        g_string_append_printf(scores, "pictures/p%u.png,%u\n", i, 7 * i * i % 11);
    workshop_write("theirs.csv", scores->str);
    g_assert_cmpint(workshop_run("gmad tiny/model.gguf pictures --scores theirs=theirs.csv "
                                 "--levels 1 --tolerance 40 --out plain",
                                 NULL, &err),
                    ==, 0);
    g_assert_nonnull(strstr(err, "left out: "));
    g_assert_nonnull(strstr(err, "broken.png"));
    check_pairs("plain", 40, (const char *const[]){"model", "theirs", NULL});
    g_assert_cmpint(g_unlink("pictures/broken.png"), ==, 0);
}

/* Old and new ratings together: a new one takes an old one's place, parts and input are the model's
 * own, and what comes of it is another model. */
static void test_tune(void)
{
    static const char tune[] = "tune tiny/model.gguf --ratings ratings.csv --add new/list.csv "
                               "--steps 6 --rated 4 --share 0.9 --seed 11 --out tuned";
    g_autofree char *out = NULL;
    g_autoptr(GString) list = g_string_new("image,mos,content\n../pictures/p1.png,77,p1.png\n");
    g_assert_cmpint(g_mkdir("new", 0777), ==, 0);
    workshop_run_well("distort --out new --type blur pictures/p0.png", NULL);
    for (guint level = 1; level <= 5; level++)
        g_string_append_printf(list, "p0.png.blur.%u.png,%u,p0.png\n", level, 60 - 10 * level);
    workshop_write("new/list.csv", list->str);
    workshop_run_well(tune, &out);
    g_assert_nonnull(strstr(out, "11 rated images"));
    g_assert_nonnull(strstr(out, " before "));
    g_assert_nonnull(strstr(out, " after "));
    g_assert_null(strstr(out, "pairs beside"));
    g_autoptr(GBytes) joined = workshop_read("tuned/ratings.csv");
    g_auto(GStrv) parts = g_strsplit(g_bytes_get_data(joined, NULL), "pictures/p1.png,", -1);
    g_assert_cmpuint(g_strv_length(parts), ==, 2);
    /* 9 times the crops of six old images, from six new ones; an old image comes once. */
    g_assert_true(g_str_has_prefix(parts[1], "77,,9,"));
    g_assert_nonnull(strstr(g_bytes_get_data(joined, NULL), "pictures/p2.png,44,,1,"));
    g_autoptr(GBytes) before = workshop_read("tiny/model.gguf");
    g_autoptr(GBytes) after = workshop_read("tuned/model.gguf");
    g_assert_false(g_bytes_equal(before, after));
    g_clear_pointer(&out, g_free);
    workshop_run_well("info --recipe tuned/model.gguf", &out);
    g_assert_nonnull(strstr(out, "hold-out-modulus=2"));
    g_assert_nonnull(strstr(out, "crop-reduce=1;2"));
    g_assert_null(strstr(out, "graph="));
    g_assert_nonnull(strstr(out, "\nseed=11\n"));
    g_assert_nonnull(strstr(out, "\n[stage ohem]\nmask-refresh=4\nkind=ohem\nsteps=2\n"));
    workshop_refuse("tune tiny/model.gguf --ratings ratings.csv --out again", "--add");
    workshop_refuse("tune tiny/model.gguf --add new/list.csv --out again", "--ratings");
    workshop_refuse("tune tiny/model.gguf --ratings ratings.csv --add nowhere.csv --out again",
                    "nowhere.csv");
    workshop_refuse("tune tiny/model.gguf --ratings ratings.csv --add new/list.csv --share 1 "
                    "--out again",
                    "--share");
}

/* A model that learned from a teacher is tuned without it. */
static void test_tune_taught(void)
{
    g_autoptr(GString) recipe = g_string_new(workshop_recipe);
    g_autofree char *before = NULL, *after = NULL, *out = NULL;
    g_string_replace(recipe, "[network]\n", "[network]\nteachers=tiny/model.gguf\n", 1);
    g_string_replace(recipe, "kind=tune\n", "kind=tune\nteacher-weight=1\n", 1);
    workshop_write("taught.ini", recipe->str);
    workshop_run_well("train taught.ini --out taught", NULL);
    workshop_run_well("score tiny/model.gguf pictures/p1.png", &before);
    workshop_run_well("score taught/model.gguf pictures/p1.png", &after);
    g_assert_cmpstr(before, !=, after);
    workshop_run_well("tune taught/model.gguf --ratings ratings.csv --add new/list.csv --steps 2 "
                      "--rated 4 --out taught-tuned",
                      NULL);
    workshop_run_well("info --recipe taught-tuned/model.gguf", &out);
    g_assert_null(strstr(out, "teacher"));
}

/* Ratings beside the pairs of a competition: they are replayed, each pair in which the model was,
 * and the tests are looked at. */
static void test_replay(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL;
    g_autoptr(TrainPairs) pairs = train_pairs_load("first", &error);
    g_assert_no_error(error);
    g_autoptr(GString) list = g_string_new("image,mos\n");
    for (guint i = 0; i < pairs->images->len; i++)
        g_string_append_printf(list, "%s,%u\n", train_pairs_image(pairs, i)->file, 20 + 7 * i % 60);
    workshop_write("first/mos.csv", list->str);
    workshop_run_well("tune tiny/model.gguf --ratings ratings.csv --add first/mos.csv --test "
                      "ratings.csv --steps 2 --rated 4 --out replayed",
                      &out);
    g_assert_nonnull(strstr(out, "\nratings "));
    g_assert_nonnull(strstr(out, "\ndefender "));
    g_assert_nonnull(strstr(out, "\nattacker "));
    g_autoptr(GBytes) replay = workshop_read("replayed/replay-1.csv");
    g_auto(GStrv) lines = g_strsplit(g_bytes_get_data(replay, NULL), "\n", -1);
    g_assert_cmpuint(g_strv_length(lines) - 1, ==, pairs->pairs->len + 1); /* and the head */
    workshop_refuse("tune tiny/model.gguf --ratings ratings.csv --add first/mos.csv --test "
                    "nowhere.csv --out again",
                    "nowhere.csv");
}

static void test_refusals(void)
{
    workshop_refuse("gmad tiny/model.gguf pictures --against self", "--out");
    workshop_refuse("gmad tiny/model.gguf pictures --out x", "--against");
    workshop_refuse("gmad tiny/model.gguf pictures --out x --against nobody", "nobody");
    workshop_refuse("gmad tiny/model.gguf pictures --out x --against tiny/model.gguf",
                    "two judges");
    workshop_refuse("gmad tiny/model.gguf pictures --out x --against self --types blur",
                    "--originals");
    workshop_refuse("gmad tiny/model.gguf nowhere --out x --against self", "nowhere");
    workshop_refuse("gmad tiny/model.gguf pictures --out x --against self --ratings ratings.csv",
                    "takes 8 images");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_autofree char *folder = workshop_enter();
    g_auto(GStrv) halves = g_strsplit(workshop_recipe, "hold-out-modulus=1000", 2);
    g_autofree char *recipe = g_strjoinv("hold-out-modulus=2", halves);
    workshop_write("half.ini", recipe);
    workshop_run_well("train half.ini --out tiny", NULL);
    g_test_add_func("/gmad/judges", test_judges);
    g_test_add_func("/gmad/resume", test_resume);
    g_test_add_func("/gmad/as-they-are", test_as_they_are);
    g_test_add_func("/gmad/tune", test_tune);
    g_test_add_func("/gmad/tune-taught", test_tune_taught);
    g_test_add_func("/gmad/replay", test_replay);
    g_test_add_func("/gmad/refusals", test_refusals);
    const int status = g_test_run();
    workshop_leave(folder);
    return status;
}
