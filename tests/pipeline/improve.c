/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* examples/improve.sh on a tiny model: pipelines keep hard frames, the pairs of them that matter
 * are rated in the gallery's format, and a running pipeline takes up what learned from them. */
#include "csv.h"
#include "pairs.h"
#include "play.h"
#include "ratings.h"
#include "workshop.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

#define JUDGE "ms-ssim"

/* Photographs as large as the pan asks for: textures that no frame sieve takes for a test card, and
 * so different that their frames are not alike. */
static const char *const photos[][2] = {
    {"rings", "circular"},
    {"waves", "zone-plate kx2=3 ky2=2"},
    {"stripes", "zone-plate kx=40 ky=9 kx2=1"},
};

static void make_photo(const char *name, const char *pattern)
{
    g_autofree char *line = g_strdup_printf(
        "videotestsrc num-buffers=1 pattern=%s ! video/x-raw,format=I420,width=1300,height=728 ! "
        "jpegenc ! filesink location=%s.jpg",
        pattern, name);
    play_line(line);
}

/* Another judge, to whom all frames look the same: whatever the model says, there are pairs. */
static void make_list(void)
{
    g_autoptr(GString) same = g_string_new("image,score\n");
    for (guint i = 1; i < 10; i++)
        g_string_append_printf(same, "hard-00000%u.png,50\n", i);
    workshop_write("same.csv", same->str);
}

/* What the script printed. */
static char *improve(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) environment = g_get_environ();
    char *argv[] = {(char *)g_getenv("IMPROVE"), "out", NULL}, *out = NULL;
    static const char *const set[][2] = {
        {"MODEL", "tiny/model.gguf"},
        {"PHOTOS", "rings.jpg waves.jpg stripes.jpg"},
        {"JUDGE", JUDGE},
        {"FRAMES", "2"},
        {"KBITS", "2000 100"},
        {"FILTER", "hard-threshold=0 hard-frames-interval=0"},
        {"PAIRS", "--scores same=same.csv --levels 1 --top 2 --tolerance 100"},
        {"STEPS", "2"},
    };
    int status = 0;
    for (guint i = 0; i < G_N_ELEMENTS(set); i++)
        environment = g_environ_setenv(environment, set[i][0], set[i][1], TRUE);
    g_spawn_sync(NULL, argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status, &error);
    g_assert_no_error(error);
    if (!g_spawn_check_wait_status(status, &error))
        g_error("%s: %s: %s", argv[0], error->message, out);
    return out;
}

/* Each picture of the pairs has a grade under the number of a pair that it is in. */
static void check_grades(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainPairs) pairs = train_pairs_load("out/gmad", &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) bytes = workshop_read("out/ratings-" JUDGE ".csv");
    g_autofree char *text = g_strdup(g_bytes_get_data(bytes, NULL));
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    g_assert_cmpuint(pairs->images->len, >=, 2);
    g_assert_cmpuint(g_strv_length(lines), ==, 1 + pairs->images->len);
    for (guint i = 1; lines[i]; i++) {
        g_auto(GStrv) cells = train_csv_split(lines[i]);
        const guint number = (guint)g_ascii_strtoull(cells[3], NULL, 10);
        g_assert_cmpuint(number, >=, 1);
        g_assert_cmpuint(number, <=, pairs->pairs->len);
        const TrainPair *pair = train_pairs_at(pairs, number - 1);
        g_assert_true(g_str_equal(cells[4], train_pairs_image(pairs, pair->images[0])->file) ||
                      g_str_equal(cells[4], train_pairs_image(pairs, pair->images[1])->file));
        g_assert_nonnull(strstr(cells[5], ".mp4")); /* where the pipeline had it from */
    }
}

static double rating_of(const TrainRatings *ratings, const char *name)
{
    for (guint i = 0; i < ratings->n; i++) {
        if (g_str_has_suffix(ratings->paths[i], name))
            return ratings->scores[i];
    }
    g_error("\"%s\" is not rated", name);
}

/* Old and new pictures are learned from together, and the stand-in has eyes. */
static void check_ratings(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainRatings) added = train_ratings_load("out/gmad/mos.csv", &error);
    g_assert_no_error(error);
    g_autoptr(TrainRatings) joined = train_ratings_load("out/tuned/ratings.csv", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(joined->n, ==, added->n + 5 * G_N_ELEMENTS(photos));
    g_assert_cmpfloat(rating_of(joined, "old/rings.png.jpeg.1.png"), >,
                      rating_of(joined, "old/rings.png.jpeg.5.png"));
}

/* Scores of the old model, the element's word, scores of the new one, in one pipeline. */
static void check_swap(const char *out)
{
    static const char old[] = "/tiny/model.gguf\", \"frame\"";
    g_auto(GStrv) parts = g_strsplit(out, "{\"takes_over\": \"", -1);
    g_assert_cmpuint(g_strv_length(parts), ==, 2);
    g_assert_nonnull(strstr(parts[0], old));
    g_assert_null(strstr(parts[1], old));
    g_assert_nonnull(strstr(parts[1], "/out/tuned/model.gguf\", \"frame\""));
}

static void test_improve(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(photos); i++)
        make_photo(photos[i][0], photos[i][1]);
    make_list();
    g_autofree char *out = improve();
    check_grades();
    check_ratings();
    check_swap(out);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_autofree char *folder = workshop_enter();
    workshop_run_well("train recipe.ini --out tiny", NULL);
    g_test_add_func("/improve/all", test_improve);
    const int status = g_test_run();
    workshop_leave(folder);
    return status;
}
