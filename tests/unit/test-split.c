/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts by content, and the words of a recipe's [rated]. */
#include "dataset.h"
#include "support.h"

#include <string.h>

#define CONTENTS 20
#define VERSIONS 4

/* Contents in any order get the same parts; none lies in two; counts are those asked for. */
static void test_split(void)
{
    g_autoptr(GError) error = NULL;
    char *contents[CONTENTS * VERSIONS], *turned[CONTENTS * VERSIONS];
    char names[CONTENTS][8];
    TrainPart parts[CONTENTS * VERSIONS], again[CONTENTS * VERSIONS];
    const guint n = CONTENTS * VERSIONS;
    gboolean differs = FALSE;

    for (guint i = 0; i < n; i++) {
        g_snprintf(names[i % CONTENTS], sizeof names[0], "c%u", i % CONTENTS);
        contents[i] = names[i % CONTENTS];
        turned[n - 1 - i] = contents[i];
    }
    for (guint64 seed = 1; seed <= 10; seed++) {
        const TrainSplit split = {seed, {70, 10, 20}};
        guint counts[TRAIN_N_PARTS] = {0};
        g_assert_true(train_split_deal(&split, contents, n, parts, &error));
        g_assert_true(train_split_deal(&split, turned, n, again, &error));
        g_assert_no_error(error);
        for (guint i = 0; i < n; i++) {
            counts[parts[i]]++;
            g_assert_cmpuint(parts[i], ==, parts[i % CONTENTS]);
            g_assert_cmpuint(parts[i], ==, again[n - 1 - i]);
        }
        g_assert_cmpuint(counts[TRAIN_PART_TRAIN], ==, 14 * VERSIONS);
        g_assert_cmpuint(counts[TRAIN_PART_VALIDATION], ==, 2 * VERSIONS);
        g_assert_cmpuint(counts[TRAIN_PART_HELD_OUT], ==, 4 * VERSIONS);
        const TrainSplit next = {seed + 1, {70, 10, 20}};
        g_assert_true(train_split_deal(&next, contents, n, again, &error));
        differs |= memcmp(parts, again, sizeof parts) != 0;
    }
    g_assert_true(differs);

    const TrainSplit few = {1, {70, 10, 20}}, none = {1, {0, 0, 0}}, two = {1, {50, 0, 50}};
    g_assert_false(train_split_deal(&few, contents, 4, parts, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "validation part would be empty");
    g_clear_error(&error);
    g_assert_false(train_split_deal(&none, contents, n, parts, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "not all 0");
    g_clear_error(&error);
    g_assert_true(train_split_deal(&two, contents, 2, parts, &error));
    g_assert_true(parts[0] != parts[1] && parts[0] != TRAIN_PART_VALIDATION &&
                  parts[1] != TRAIN_PART_VALIDATION);
}

#define NETWORK "[network]\ngraph=input 3 8 8;pool;linear 1\n[stage one]\nkind=tune\nrated=4\n"
#define RATED NETWORK "[rated]\nratings=list.csv\n"

/* A recipe deals its list by content: 10 contents of 3 images, 7, 1 and 2 of them. */
static void check_parts(TrainRecipe *recipe)
{
    char *paths[30], *contents[30];
    char names[10][4];
    guint counts[TRAIN_N_PARTS] = {0};
    g_autoptr(GError) error = NULL;
    TrainRatings ratings = {.n = 30, .paths = paths, .contents = contents, .list = "list.csv"};
    for (guint i = 0; i < ratings.n; i++) {
        g_snprintf(names[i / 3], sizeof names[0], "c%u", i / 3);
        paths[i] = g_strdup_printf("%u.png", i);
        contents[i] = names[i / 3];
    }
    g_autofree TrainPart *parts = train_dataset_parts(recipe, &ratings, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < ratings.n; i++) {
        g_assert_cmpuint(parts[i], ==, parts[i / 3 * 3]);
        counts[parts[i]]++;
    }
    g_assert_cmpuint(counts[TRAIN_PART_TRAIN], ==, 21);
    g_assert_cmpuint(counts[TRAIN_PART_VALIDATION], ==, 3);
    g_assert_cmpuint(counts[TRAIN_PART_HELD_OUT], ==, 6);
    ratings.n = 9;
    g_assert_null(train_dataset_parts(recipe, &ratings, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "list.csv");
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++)
        g_free(paths[i]);
}

static void test_recipe(void)
{
    static const struct {
        const char *text, *word;
    } bad[] = {
        {RATED "scale=5;1\n", "scale"},
        {RATED "direction=up\n", "\"up\""},
        {RATED "split-shares=70;10\n", "split-shares"},
        {RATED "split-shares=-1;1;1\n", "split-shares"},
        {RATED "split-seed=3\n", "split-shares"},
        {RATED "split-shares=70;10;20\nhold-out-modulus=5\n", "hold-out-modulus"},
    };
    const char *const folders[] = {".", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainRecipe) recipe = train_recipe_parse(
        RATED "scale=1;5\ndirection=lower\nsplit-seed=7\nsplit-shares=70;10;20\n", "r", folders,
        &error);
    g_assert_no_error(error);
    g_assert_true(recipe->rated.has_scale && recipe->rated.is_split);
    g_assert_cmpfloat(recipe->rated.scale.worst, ==, 5);
    g_assert_cmpfloat(recipe->rated.scale.best, ==, 1);
    g_assert_cmpuint(recipe->rated.split.seed, ==, 7);
    g_assert_cmpfloat(recipe->rated.split.shares[TRAIN_PART_HELD_OUT], ==, 20);
    check_parts(recipe);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_null(train_recipe_parse(bad[i].text, "r", folders, &error));
        assert_refused(error, BIQA_ERROR_VALUE, bad[i].word);
        g_clear_error(&error);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/split/deal", test_split);
    g_test_add_func("/split/recipe", test_recipe);
    return g_test_run();
}
