/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train tune */
#include "command.h"
#include "dataset.h"
#include "retune.h"
#include "score.h"
#include "trainer.h"

#include <stdio.h>

static char *output, *ratings_path;
static char **added_paths;
static int steps = 300, rated = 24, threads;
static double rate = 1e-4;
static gboolean resume;
static TrainScaleOptions scale;

static const GOptionEntry entries[] = {
    {"ratings", 0, 0, G_OPTION_ARG_FILENAME, &ratings_path,
     "What the model was tuned on: a list, or a data set's folder", "PATH"},
    TRAIN_SCALE_ENTRIES(scale),
    {"add", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &added_paths,
     "New ratings, on 0 to 100 (repeatable; a later list counts before an earlier one)",
     "LIST.csv"},
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Folder of the run", "DIR"},
    {"steps", 0, 0, G_OPTION_ARG_INT, &steps, "Steps of tuning; a third as many of ohem (300)",
     "N"},
    {"rated", 0, 0, G_OPTION_ARG_INT, &rated, "Rated crops in a step (24)", "N"},
    {"rate", 0, 0, G_OPTION_ARG_DOUBLE, &rate, "Learning rate (0.0001)", "R"},
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
                            : NULL;
    if (wrong)
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE, wrong);
    return !wrong;
}

static GPtrArray *load_added(GError **error)
{
    g_autoptr(GPtrArray) added = g_ptr_array_new_with_free_func((GDestroyNotify)train_ratings_free);
    for (char **path = added_paths; *path; path++) {
        TrainRatings *ratings = train_ratings_load(*path, error);
        if (!ratings)
            return NULL;
        g_ptr_array_add(added, ratings);
    }
    return g_steal_pointer(&added);
}

/* -- before and after ---------------------------------------------------------------------- */

/* Images of a list that the recipe holds out, and their ratings. */
typedef struct {
    GPtrArray *paths; /* NULL-terminated */
    GArray *scores;   /* double */
} HeldOut;

static gboolean find_held_out(const char *recipe_path, HeldOut *held, GError **error)
{
    g_autoptr(TrainRecipe) recipe = train_recipe_load(recipe_path, NULL, error);
    g_autoptr(TrainRatings) ratings = recipe ? train_dataset_ratings(recipe, error) : NULL;
    g_autofree TrainPart *parts = ratings ? train_dataset_parts(recipe, ratings, error) : NULL;
    if (!parts)
        return FALSE;
    held->paths = g_ptr_array_new_with_free_func(g_free);
    held->scores = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < ratings->n; i++) {
        if (parts[i] != TRAIN_PART_HELD_OUT)
            continue;
        g_ptr_array_add(held->paths, g_strdup(ratings->paths[i]));
        g_array_append_val(held->scores, ratings->scores[i]);
    }
    g_ptr_array_add(held->paths, NULL);
    return TRUE;
}

static gboolean print_agreement(const char *what, const char *path, const HeldOut *held,
                                GError **error)
{
    const guint n = held->scores->len;
    g_autoptr(BiqaModel) model = biqa_model_load(path, error);
    if (!model)
        return FALSE;
    g_autoptr(TrainScorer) scorer = train_scorer_new(model);
    g_autofree BiqaVerdict *verdicts = g_new0(BiqaVerdict, n + 1);
    g_autofree double *scores = g_new0(double, n + 1);
    TrainWorkers *workers = train_workers_new((guint)MAX(threads, 0));
    const gboolean ok =
        train_scorer_files(scorer, (char *const *)held->paths->pdata, n, workers, verdicts, error);
    train_workers_free(workers);
    if (!ok)
        return FALSE;
    for (guint i = 0; i < n; i++)
        scores[i] = verdicts[i].score;
    const TrainAgreement agreement = train_agreement(scores, (double *)held->scores->data, n);
    printf("%-8s %6u %8.3f %8.3f %8.2f\n", what, n, agreement.srcc, agreement.plcc, agreement.rmse);
    return TRUE;
}

static gboolean print_change(const char *before, GError **error)
{
    g_autofree char *recipe = g_build_filename(output, "recipe.ini", NULL);
    g_autofree char *after = g_build_filename(output, "model.gguf", NULL);
    HeldOut held = {NULL, NULL};
    if (!find_held_out(recipe, &held, error))
        return FALSE;
    if (held.scores->len < 2)
        printf("The recipe holds too little out to compare by.\n");
    printf("%-8s %6s %8s %8s %8s\n", "held out", "images", "srcc", "plcc", "rmse");
    const gboolean ok = print_agreement("before", before, &held, error) &&
                        print_agreement("after", after, &held, error);
    g_ptr_array_unref(held.paths);
    g_array_unref(held.scores);
    if (ok)
        printf("%s\n", after);
    return ok;
}

/* -- the command --------------------------------------------------------------------------- */

static int train(const char *model, GError **error)
{
    g_autofree char *recipe = g_build_filename(output, "recipe.ini", NULL);
    const TrainRunParams params = {
        .recipe = recipe, .output = output, .resume = resume, .threads = (guint)MAX(threads, 0)};
    switch (train_run(&params, error)) {
    case TRAIN_RUN_DONE:
        return print_change(model, error) ? 0 : 1;
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
    g_autoptr(GPtrArray) added = old ? load_added(error) : NULL;
    if (!added)
        return 1;
    const TrainRetune retune = {
        .model = argv[0],
        .old = old,
        .added = added,
        .steps = (guint)steps,
        .rated = (guint)rated,
        .rate = rate,
        .folder = output,
    };
    if (!train_retune_write(&retune, &n, error))
        return 1;
    printf("%u rated images in %s/ratings.csv\n", n, output);
    return train(argv[0], error);
}

const TrainCommand train_command_tune = {
    .name = "tune",
    .summary = "Go on with a model on old and new ratings together",
    .arguments = "MODEL",
    .description =
        "Writes DIR/ratings.csv, DIR/recipe.ini (the model's own, going on from it) and the run "
        "that "
        "comes of\nthem, and says how model and result agree with what the recipe holds out.",
    .entries = entries,
    .run = run,
};
