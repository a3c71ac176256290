/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train tune */
#include "change.h"
#include "command.h"
#include "crew.h"
#include "dataset.h"
#include "retune.h"
#include "trainer.h"

#include <stdio.h>

static char *output, *ratings_path;
static char **added_paths, **test_paths;
static int steps = 300, rated = 24, seed = -1, threads;
static double rate = 1e-4, share = .3;
static gboolean resume;
static TrainScaleOptions scale;

static const GOptionEntry entries[] = {
    {"ratings", 0, 0, G_OPTION_ARG_FILENAME, &ratings_path,
     "What the model was tuned on: a list, or a data set's folder", "PATH"},
    TRAIN_SCALE_ENTRIES(scale),
    {"add", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &added_paths,
     "New ratings, on 0 to 100 (repeatable; a later list counts before an earlier one)",
     "LIST.csv"},
    {"test", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &test_paths,
     "Rated list or data set to look at before and after (repeatable)", "PATH"},
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Folder of the run", "DIR"},
    {"steps", 0, 0, G_OPTION_ARG_INT, &steps, "Steps of tuning; a third as many of ohem (300)",
     "N"},
    {"rated", 0, 0, G_OPTION_ARG_INT, &rated, "Rated crops in a step (24)", "N"},
    {"rate", 0, 0, G_OPTION_ARG_DOUBLE, &rate, "Learning rate (0.0001)", "R"},
    {"share", 0, 0, G_OPTION_ARG_DOUBLE, &share,
     "Share of a step's crops that are of new images (0.3)", "X"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Seed of the training (its recipe's)", "N"},
    {"resume", 'r', 0, G_OPTION_ARG_NONE, &resume, "Go on from the run's checkpoint", NULL},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {0},
};

static gboolean check_options(GError **error)
{
    const char *wrong = !output         ? "--out: say where the run goes"
                        : !ratings_path ? "--ratings: say what the model was tuned on"
                        : !added_paths  ? "--add: there are no new ratings"
                        : steps < 1 || rated < 2 || !(rate > 0 && rate <= 10)
                            ? "--steps is at least 1, --rated 2, --rate above 0 and at most 10"
                        : !(share > 0 && share < 1) ? "--share is above 0 and below 1"
                                                    : NULL;
    if (wrong)
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE, wrong);
    return !wrong;
}

typedef struct {
    GPtrArray *added, *tests; /* of TrainRatings * */
} Lists;

static GPtrArray *load_lists(char **paths, GError **error)
{
    g_autoptr(GPtrArray) lists = g_ptr_array_new_with_free_func((GDestroyNotify)train_ratings_free);
    for (char **path = paths; path && *path; path++) {
        TrainRatings *ratings = train_ratings_load(*path, error);
        if (!ratings)
            return NULL;
        g_ptr_array_add(lists, ratings);
    }
    return g_steal_pointer(&lists);
}

/* -- before and after ---------------------------------------------------------------------- */

static gboolean print_test(const TrainChange *change, const char *name, char *const *paths,
                           const double *rated, GError **error)
{
    TrainTestRow row;
    if (!train_change_test(change, name, paths, rated, &row, error))
        return FALSE;
    train_change_print(&row);
    g_free(row.name);
    return TRUE;
}

/* What the recipe of the run holds out, of old and new. */
static gboolean print_held_out(const TrainChange *change, const char *recipe_path, GError **error)
{
    g_autoptr(TrainRecipe) recipe = train_recipe_load(recipe_path, NULL, error);
    g_autoptr(TrainRatings) ratings = recipe ? train_dataset_ratings(recipe, error) : NULL;
    g_autofree TrainPart *parts = ratings ? train_dataset_parts(recipe, ratings, error) : NULL;
    if (!parts)
        return FALSE;
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    g_autofree double *rated = g_new(double, ratings->n);
    for (guint i = 0; i < ratings->n; i++) {
        if (parts[i] != TRAIN_PART_HELD_OUT)
            continue;
        rated[paths->len] = ratings->scores[i];
        g_ptr_array_add(paths, ratings->paths[i]);
    }
    if (paths->len < 2) {
        printf("The recipe holds too little out to compare by.\n");
        return TRUE;
    }
    g_ptr_array_add(paths, NULL);
    return print_test(change, "held out", (char *const *)paths->pdata, rated, error);
}

static gboolean print_tests(const TrainChange *change, const GPtrArray *tests, GError **error)
{
    for (guint k = 0; k < tests->len; k++) {
        const TrainRatings *test = g_ptr_array_index(tests, k);
        g_autofree char *name = train_crew_file_name(test->list);
        if (!print_test(change, name, test->paths, test->scores, error))
            return FALSE;
    }
    return TRUE;
}

/* The pairs that gmad found, for each of the new lists that stands beside some. */
static gboolean replay_pairs(const TrainChange *change, const GPtrArray *added, GError **error)
{
    for (guint k = 0; k < added->len; k++) {
        const TrainRatings *list = g_ptr_array_index(added, k);
        g_autofree char *name = g_strdup_printf("replay-%u.csv", k + 1);
        g_autofree char *path = g_build_filename(output, name, NULL);
        g_autoptr(TrainPairs) pairs = NULL;
        GError *failed = NULL;
        g_autoptr(TrainReplay) replay = train_change_replay(change, list, &pairs, &failed);
        if (failed) {
            g_propagate_error(error, failed);
            return FALSE;
        }
        if (!replay)
            continue;
        printf(replay->rows->len ? "pairs beside %s\n"
                                 : "pairs beside %s: the model is none of their judges\n",
               list->list);
        train_replay_print(replay);
        if (!train_replay_save(replay, pairs, path, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean print_change(const Lists *lists, const char *before, GError **error)
{
    g_autofree char *recipe = g_build_filename(output, "recipe.ini", NULL);
    g_autofree char *after = g_build_filename(output, "model.gguf", NULL);
    TrainWorkers *workers = train_workers_new((guint)MAX(threads, 0));
    const TrainChange change = {{before, after}, workers};
    train_change_print_head();
    const gboolean ok = print_held_out(&change, recipe, error) &&
                        print_tests(&change, lists->tests, error) &&
                        replay_pairs(&change, lists->added, error);
    train_workers_free(workers);
    if (ok)
        printf("%s\n", after);
    return ok;
}

/* -- the command --------------------------------------------------------------------------- */

static int train(const Lists *lists, const char *model, GError **error)
{
    g_autofree char *recipe = g_build_filename(output, "recipe.ini", NULL);
    const TrainRunParams params = {
        .recipe = recipe, .output = output, .resume = resume, .threads = (guint)MAX(threads, 0)};
    switch (train_run(&params, error)) {
    case TRAIN_RUN_DONE:
        return print_change(lists, model, error) ? 0 : 1;
    case TRAIN_RUN_INTERRUPTED:
        fprintf(stderr, "stopped; go on with --resume\n");
        return 130;
    default:
        return 1;
    }
}

static int run(int argc, char **argv, GError **error)
{
    TrainRatingsParams params = {0};
    guint n = 0;
    if (!train_command_check(argc, 1, 1, "one model", error) || !check_options(error) ||
        !train_scale_options_parse(&scale, &params, error))
        return 2;
    g_autoptr(TrainRatings) old = train_ratings_open(ratings_path, &params, error);
    g_autoptr(GPtrArray) added = old ? load_lists(added_paths, error) : NULL;
    g_autoptr(GPtrArray) tests = added ? load_lists(test_paths, error) : NULL;
    if (!tests)
        return 1;
    const Lists lists = {added, tests};
    const TrainRetune retune = {
        .model = argv[0],
        .old = old,
        .added = added,
        .steps = (guint)steps,
        .rated = (guint)rated,
        .rate = rate,
        .share = share,
        .seed = seed,
        .folder = output,
    };
    if (!train_retune_write(&retune, &n, error))
        return 1;
    printf("%u rated images in %s/ratings.csv\n", n, output);
    return train(&lists, argv[0], error);
}

const TrainCommand train_command_tune = {
    .name = "tune",
    .summary = "Go on with a model on old and new ratings together",
    .arguments = "MODEL",
    .description =
        "Writes DIR/ratings.csv, DIR/recipe.ini (the model's own, going on from it) and the run "
        "that "
        "comes of\nthem, and says how model and result agree with what the recipe holds out and "
        "with the tests. Where\npairs.csv stands beside a new list, those pairs are replayed: who "
        "was right, and who is now.",
    .entries = entries,
    .run = run,
};
