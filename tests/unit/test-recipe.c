/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recipes and lists of ratings: what is read, and what is refused in which words. */
#include "nearest.h"
#include "ratings.h"
#include "recipe.h"
#include "support.h"

#include <glib/gstdio.h>
#include <string.h>

#define STAGE "[stage one]\nkind=rank\ngroups=2\n"
#define NETWORK "[network]\ngraph=input channels=3;pool inputs=0;linear inputs=1 channels=1\n"
#define RANKED "[ranked]\nimages=pictures;/elsewhere\n"

static char *write_file(const char *folder, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(folder, name, NULL);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    return path;
}

static char *make_folder(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("biqa-recipe-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

static TrainRecipe *load(const char *text, GError **error)
{
    g_autofree char *folder = make_folder();
    g_autofree char *path = write_file(folder, "recipe.ini", text);
    TrainRecipe *recipe = train_recipe_load(path, "/data", error);
    g_unlink(path);
    g_rmdir(folder);
    return recipe;
}

static void test_values(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainRecipe) recipe = load(
        "[run]\nseed=18446744073709551615\n" NETWORK RANKED
        "[input]\nsize=64\ncrop-reduce=1;2\ncrop-x=0.5;0\ncrop-y=0.5;1\n"
        "spot-x=0;0.5;1\nspot-y=0.5;0.75;0\nmean=1;2;3\n"
        "[competitor]\nratio=0.65\nstructure=channels\n[optimiser]\nkind=sgd\nmomentum=0.8\n" STAGE
        "rate=0.01\n[stage two]\nkind=ohem\ngroups=1\nmask-refresh=25\n"
        "own-norm-rate=20\n",
        &error);
    g_assert_no_error(error);
    g_assert_cmpuint(recipe->seed, ==, G_MAXUINT64);
    g_assert_cmpstr(recipe->images[0], ==, "/data/pictures");
    g_assert_cmpstr(recipe->images[1], ==, "/elsewhere");
    g_assert_cmpuint(recipe->input.n_crops, ==, 2);
    g_assert_cmpuint(recipe->input.crops[1].reduce, ==, 2);
    g_assert_cmpfloat(recipe->input.crops[1].y, ==, 1);
    g_assert_cmpuint(recipe->input.n_spots, ==, 3);
    g_assert_cmpfloat(recipe->input.spots[2].x, ==, 1);
    g_assert_cmpfloat(recipe->input.spots[1].y, ==, .75f);
    g_assert_cmpfloat(recipe->input.mean[2], ==, 3);
    g_assert_cmpfloat(recipe->pruning.ratio, ==, .65);
    g_assert_cmpint(recipe->pruning.structure, ==, BIQA_PRUNE_CHANNELS);
    g_assert_cmpint(recipe->optim.kind, ==, TRAIN_SGD);
    g_assert_cmpuint(recipe->n_stages, ==, 2);
    g_assert_cmpstr(recipe->stages[0].name, ==, "one");
    g_assert_cmpfloat(recipe->stages[0].rate, ==, .01);
    g_assert_cmpstr(recipe->stages[1].mask_refresh, ==, "25");
    g_assert_cmpfloat(recipe->stages[0].own_norm_rate, ==, 1);
    g_assert_cmpfloat(recipe->stages[1].own_norm_rate, ==, 20);
    g_assert_cmpfloat(recipe->stages[1].rate, ==, 1e-3); /* each stage has its own defaults */
}

/* Every recipe that ships reads, and names a judge that is there. */
static void test_shipped(void)
{
    g_autofree char *folder = g_test_build_filename(G_TEST_DIST, "training", "recipes", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint judged = 0;
    g_assert_nonnull(dir);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(TrainRecipe) recipe = train_recipe_load(path, "/nowhere", &error);
        g_assert_no_error(error);
        if (!recipe->judge)
            continue;
        judged++;
        g_test_message("%s: %s", name, recipe->judge);
        g_assert_true(g_file_test(recipe->judge, G_FILE_TEST_IS_REGULAR));
    }
    g_assert_cmpuint(judged, >, 0);
}

static void test_refused_recipes(void)
{
    const struct {
        const char *text, *word;
    } cases[] = {
        {"[run]\nsed=1\n" NETWORK RANKED STAGE,
         "\"sed\": no such key in [run]; did you mean \"seed\"?"},
        {NETWORK RANKED STAGE "margn=1\n",
         "\"margn\": no such key in [stage one]; did you mean \"margin\"?"},
        {NETWORK RANKED "[input]\ncorp-x=1\n" STAGE, "did you mean \"crop-x\"?"},
        {NETWORK RANKED "[optimiser]\nknd=adam\n" STAGE, "did you mean \"kind\"?"},
        {NETWORK RANKED STAGE "ratio=.5\n", "it belongs to [competitor]"},
        {NETWORK RANKED STAGE "flavour=sweet\n", "no such key in [stage one]; see docs"},
        {NETWORK RANKED STAGE "[optimizer]\nclip=1\n", "did you mean [optimiser]?"},
        {NETWORK RANKED STAGE "[stage]\nsteps=1\n", "did you mean [stage NAME]?"},
        {"[train]\nseed=1\n" NETWORK RANKED STAGE, "[train]: no such group"},
        {"[run]\nseed=-1\n" NETWORK RANKED STAGE, "seed"},
        {NETWORK RANKED STAGE "rate=fast\n", "rate"},
        {NETWORK RANKED STAGE "steps=2.5\n", "steps"},
        {NETWORK RANKED STAGE "margin=-1\n", "margin"},
        {NETWORK RANKED "[stage one]\nkind=sleep\n", "kind"},
        {NETWORK RANKED STAGE "mask-refresh=often\n", "mask-refresh"},
        {NETWORK RANKED STAGE "rank-loss=cross-entropy\n", "rank-loss"},
        {NETWORK RANKED STAGE "rank-pairs=some\n", "rank-pairs"},
        {NETWORK RANKED STAGE "[rated]\nhold-out-modulus=5\nhold-out-remainder=5\n",
         "hold-out-remainder"},
        {NETWORK RANKED STAGE "[uncertainty]\nfigures=score;scare\n", "scare"},
        {NETWORK RANKED STAGE "[rated]\nvalidation-modulus=2\nvalidation-remainder=3\n",
         "validation-remainder"},
        {NETWORK RANKED "types=\n" STAGE, "types"},
        {NETWORK RANKED "annotators=ms-ssim;gsmd\n" STAGE, "did you mean \"gmsd\"?"},
        {NETWORK RANKED "annotators=oracle\n" STAGE, "there are psnr, psnr-colour"},
        {NETWORK RANKED "annotators=\n" STAGE, "annotators"},
        {NETWORK RANKED "annotators=vif;gmsd;vif\n" STAGE, "\"vif\" would vote twice"},
        {NETWORK RANKED STAGE "votes-weight=1\n", "[ranked] annotators"},
        {NETWORK RANKED "annotators=vif\n" STAGE, "no stage asks them"},
        {NETWORK RANKED STAGE "teacher-weight=1\n", "[network] teachers"},
        {NETWORK "teachers=\n" RANKED STAGE "teacher-weight=1\n", "names none"},
        {NETWORK "teachers=a.gguf;b.gguf\n" RANKED STAGE, "no stage asks them"},
        {NETWORK RANKED STAGE "votes-wait=1\n", "did you mean \"votes-weight\"?"},
        {NETWORK RANKED "annotators=vif\n" STAGE "variance=learned\n", "votes teach"},
        {NETWORK RANKED STAGE "rated=4\n", "tune"},
        {NETWORK RANKED STAGE "mining=disagreement\n", "kind=ohem"},
        {NETWORK RANKED STAGE "views=third\n", "views"},
        {NETWORK RANKED, "stage"},
        {NETWORK STAGE, "images"},
        {RANKED STAGE, "graph"},
        {"[network]\nbackbone=b.gguf\n" RANKED STAGE, "pooled"},
        {NETWORK RANKED "[stage one]\nkind=tune\nrated=4\n", "ratings"},
        {NETWORK RANKED STAGE "[input]\ncrop-reduce=1;2\ncrop-x=0.5\ncrop-y=0.5;0.5\n", "crop-x"},
        {NETWORK RANKED STAGE "[input]\ncrop-reduce=0\ncrop-x=0\ncrop-y=0\n", "crop-reduce"},
        {NETWORK RANKED STAGE "[input]\nspot-x=0.5\nspot-y=0.5\n", "two or more"},
        {NETWORK RANKED STAGE "[input]\nspot-x=0.5;0\n", "spot-y"},
        {NETWORK RANKED STAGE "[input]\nspot-x=0.5;0\nspot-y=0;1.5\n", "spot-x"},
        {NETWORK RANKED STAGE "[input]\nspot-y=0.5;0\n", "spot-x"},
        {NETWORK RANKED STAGE "[input]\ndeviation=1;0;1\n", "deviation"},
        {NETWORK RANKED STAGE "[competitor]\nratio=1\n", "ratio"},
        {NETWORK RANKED STAGE "[competitor]\nstructure=blocks\n", "weights or channels"},
        {NETWORK RANKED STAGE "[optimiser]\nkind=magic\n", "kind"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(TrainRecipe) recipe = load(cases[i].text, &error);
        g_assert_null(recipe);
        assert_refused(error, BIQA_ERROR_VALUE, cases[i].word);
        g_assert_nonnull(strstr(error->message, "recipe.ini"));
    }
}

static void test_nearest(void)
{
    static const char *const words[] = {"margin", "rate", "rated", "head-rate"};
    g_assert_cmpuint(train_edit_distance("", "abc"), ==, 3);
    g_assert_cmpuint(train_edit_distance("kitten", "sitting"), ==, 3);
    g_assert_cmpuint(train_edit_distance("ab", "ba"), ==, 1);
    g_assert_cmpuint(train_edit_distance("ca", "abc"), ==, 3); /* no letter is moved twice */
    g_assert_cmpstr(train_nearest("rat", words, 4), ==, "rate");
    g_assert_cmpstr(train_nearest("mragin", words, 4), ==, "margin");
    g_assert_null(train_nearest("groups", words, 4));
}

static void test_ratings(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = make_folder();
    g_autofree char *image = write_file(folder, "a.png", "x");
    g_autofree char *other = write_file(folder, "b.png", "x");
    g_autofree char *list =
        write_file(folder, "list.csv", "mos,std,image\r\n12.5,1,a.png\n\n99 ,2, b.png\n");
    g_autoptr(TrainRatings) ratings = train_ratings_load(list, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(ratings->n, ==, 2);
    g_assert_cmpfloat(ratings->scores[0], ==, 12.5);
    g_assert_cmpstr(ratings->paths[1], ==, other);
    g_assert_cmpfloat(ratings->spread[0], ==, 1);
    g_assert_cmpfloat(ratings->spread[1], ==, 2);

    const struct {
        const char *text, *word;
    } cases[] = {
        {"", "empty"},
        {"picture,mos\na.png,1\n", "image"},
        {"image,quality\na.png,1\n", "mos"},
        {"image,mos\n", "no image"},
        {"image,mos\na.png,good\n", "line 2"},
        {"image,mos\na.png,101\n", "101"},
        {"image,mos\na.png,nan\n", "line 2"},
        {"image,mos\na.png,1\nc.png,2\n", "c.png"},
        {"image,mos\na.png,1\na.png,2\n", "twice"},
        {"image,mos\na.png\n", "columns"},
        {"image,mos,std\na.png,1\n", "columns"},
        {"image,mos,std\na.png,1,-1\n", "std"},
        {"image,mos,std\na.png,1,nan\n", "leave it empty"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *bad = write_file(folder, "bad.csv", cases[i].text);
        g_assert_null(train_ratings_load(bad, &error));
        assert_refused(error, BIQA_ERROR_VALUE, cases[i].word);
        g_clear_error(&error);
        g_unlink(bad);
    }
    g_unlink(image);
    g_unlink(other);
    g_unlink(list);
    g_rmdir(folder);
}

/* The remainders of sha256sum's figures, by bc. */
static void test_parts(void)
{
    g_assert_cmpuint(train_ratings_part("anywhere/100.jpg", 5), ==,
                     train_ratings_part("100.jpg", 5));
    g_assert_cmpuint(train_ratings_part("100.jpg", 1), ==, 0);
    g_assert_cmpuint(train_ratings_part("100.jpg", 1000), ==, 303);
    g_assert_cmpuint(train_ratings_part("101.jpg", 5), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recipe/values", test_values);
    g_test_add_func("/recipe/shipped", test_shipped);
    g_test_add_func("/recipe/refused", test_refused_recipes);
    g_test_add_func("/ratings/lists", test_ratings);
    g_test_add_func("/ratings/parts", test_parts);
    g_test_add_func("/recipe/nearest", test_nearest);
    return g_test_run();
}
