/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train loop */
#include "command.h"
#include "loop.h"

#include <math.h>
#include <stdio.h>

static char *output, *cache_path, *ratings_path, *rater, *like;
static char **against, **originals, **held_out, **types, **held_out_types, **test_paths;
static int rounds = 1, raters = 5, levels = 5, top = 1, side, steps = 300, rated = 24, seed = 1,
           threads;
static gboolean from_first;
static double tolerance = 2, noise = .5, rate = 1e-4, share = .3;
static TrainScaleOptions scale;

static const GOptionEntry entries[] = {
    {"ratings", 0, 0, G_OPTION_ARG_FILENAME, &ratings_path,
     "What the model was tuned on: a list, or a data set's folder", "PATH"},
    TRAIN_SCALE_ENTRIES(scale),
    {"originals", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &originals,
     "Picture or folder of them to be distorted: the candidates (repeatable)", "PATH"},
    {"types", 'y', 0, G_OPTION_ARG_STRING_ARRAY, &types,
     "Type or family of distortions (repeatable; all)", "NAME"},
    {"side", 0, 0, G_OPTION_ARG_INT, &side,
     "Reduce originals and cut their middle, at most N pixels wide and high (as they are)", "N"},
    {"against", 'a', 0, G_OPTION_ARG_STRING_ARRAY, &against,
     "Judge to compete with, as `biqa-train gmad` has it (repeatable; self)", "JUDGE"},
    {"levels", 0, 0, G_OPTION_ARG_INT, &levels, "Quality levels of a defender (5)", "N"},
    {"tolerance", 0, 0, G_OPTION_ARG_DOUBLE, &tolerance,
     "Points by which a defender may tell a pair apart (2)", "POINTS"},
    {"top", 0, 0, G_OPTION_ARG_INT, &top, "Pairs of a level, at most (1)", "N"},
    {"random-like", 0, 0, G_OPTION_ARG_FILENAME, &like,
     "Instead of competing, draw as many pictures as the loop in DIR took", "DIR"},
    {"rater", 0, 0, G_OPTION_ARG_STRING, &rater,
     "Who rates: the file of a fused judge, or an annotator as vsi, on the scale of the ratings",
     "JUDGE"},
    {"raters", 0, 0, G_OPTION_ARG_INT, &raters, "People that it stands for (5)", "N"},
    {"noise", 0, 0, G_OPTION_ARG_DOUBLE, &noise,
     "Standard deviation of their opinions, in categories (0.5)", "X"},
    {"held-out", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &held_out,
     "Originals that nobody rates, to measure on (repeatable)", "PATH"},
    {"held-out-types", 0, 0, G_OPTION_ARG_STRING_ARRAY, &held_out_types,
     "What is done to those, where it is less than --types (repeatable)", "NAME"},
    {"test", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &test_paths,
     "Rated list or data set to look at before and after (repeatable)", "PATH"},
    {"rounds", 'n', 0, G_OPTION_ARG_INT, &rounds, "Rounds (1)", "N"},
    {"steps", 0, 0, G_OPTION_ARG_INT, &steps, "Steps of tuning; a third as many of ohem (300)",
     "N"},
    {"rated", 0, 0, G_OPTION_ARG_INT, &rated, "Rated crops in a step (24)", "N"},
    {"rate", 0, 0, G_OPTION_ARG_DOUBLE, &rate, "Learning rate (0.0001)", "R"},
    {"share", 0, 0, G_OPTION_ARG_DOUBLE, &share,
     "Share of a step's crops that are of rated images (0.3)", "X"},
    {"from-first", 0, 0, G_OPTION_ARG_NONE, &from_first,
     "Each round goes on from MODEL, not from what the round before made of it; round N has N "
     "times the steps",
     NULL},
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Folder of the rounds", "DIR"},
    {"cache", 0, 0, G_OPTION_ARG_FILENAME, &cache_path, "File that keeps scores (DIR/scores.cache)",
     "FILE"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Seed of every draw (1)", "N"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {0},
};

static char *self[] = {"self", NULL};

/* However its file is called. */
static gboolean rater_competes(void)
{
    g_autofree char *own = g_canonicalize_filename(rater, NULL);
    for (char **judge = against ? against : self; *judge; judge++) {
        g_autofree char *other = g_canonicalize_filename(*judge, NULL);
        if (g_str_equal(own, other))
            return TRUE;
    }
    return FALSE;
}

static gboolean check_options(GError **error)
{
    const char *wrong = NULL;
    if (!output)
        wrong = "--out: say where the rounds go";
    else if (!ratings_path)
        wrong = "--ratings: say what the model was tuned on";
    else if (!originals)
        wrong = "--originals: whoever rates in people's place needs the originals of pictures";
    else if (!rater)
        wrong = "--rater: say who rates in people's place";
    else if (like && against)
        wrong = "--random-like takes no judges: leave out --against";
    else if (rater_competes())
        wrong = "--rater: who rates cannot compete, see --against";
    else if (rounds < 1 || raters < 1 || levels < 1 || top < 1)
        wrong = "--rounds, --raters, --levels and --top are at least 1";
    else if (side < 0 || !(tolerance >= 0 && isfinite(tolerance)) ||
             !(noise >= 0 && isfinite(noise)))
        wrong = "--side, --tolerance and --noise are at least 0";
    else if (steps < 1 || rated < 2 || !(rate > 0 && rate <= 10))
        wrong = "--steps is at least 1, --rated 2, --rate above 0 and at most 10";
    else if (!(share > 0 && share < 1))
        wrong = "--share is above 0 and below 1";
    if (wrong)
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE, wrong);
    return !wrong;
}

static TrainEntries *find_entries(char **paths, char **names, GError **error)
{
    const TrainEntriesParams params = {
        .originals = paths,
        .types = (const char *const *)names,
        .side = (guint)side,
        .seed = (guint64)seed,
    };
    return train_entries_new(&params, error);
}

static GPtrArray *load_tests(GError **error)
{
    const TrainRatingsParams params = {.skip_missing = TRUE};
    g_autoptr(GPtrArray) tests = g_ptr_array_new_with_free_func((GDestroyNotify)train_ratings_free);
    for (char **path = test_paths; path && *path; path++) {
        TrainRatings *test = train_ratings_open(*path, &params, error);
        if (!test)
            return NULL;
        g_ptr_array_add(tests, test);
    }
    return g_steal_pointer(&tests);
}

static TrainStandIn *make_stand_in(const TrainRatings *old, GError **error)
{
    TrainWorkers *workers = train_workers_new((guint)MAX(threads, 0));
    TrainStandIn *stand_in = train_stand_in_new(rater, old, workers, error);
    train_workers_free(workers);
    return stand_in;
}

static int go(TrainLoop *loop, GError **error)
{
    g_autofree char *cache =
        cache_path ? g_strdup(cache_path) : g_build_filename(output, "scores.cache", NULL);
    loop->cache = cache;
    switch (train_loop_run(loop, error)) {
    case TRAIN_RUN_DONE:
        return 0;
    case TRAIN_RUN_INTERRUPTED:
        fprintf(stderr, "stopped; the same command goes on\n");
        return 130;
    default:
        return 1;
    }
}

static int run(int argc, char **argv, GError **error)
{
    TrainRatingsParams params = {0};
    if (!train_command_check(argc, 1, 1, "one model", error) || !check_options(error) ||
        !train_scale_options_parse(&scale, &params, error))
        return 2;
    g_autoptr(TrainRatings) old = train_ratings_open(ratings_path, &params, error);
    g_autoptr(GPtrArray) tests = old ? load_tests(error) : NULL;
    g_autoptr(TrainEntries) candidates = tests ? find_entries(originals, types, error) : NULL;
    g_autoptr(TrainEntries) unrated = NULL;
    if (!candidates)
        return 1;
    char **asked = held_out_types ? held_out_types : types;
    if (held_out && !(unrated = find_entries(held_out, asked, error)))
        return 1;
    g_autoptr(TrainStandIn) stand_in = make_stand_in(old, error);
    if (!stand_in)
        return 1;
    TrainLoop loop = {
        .model = argv[0],
        .old = old,
        .tests = tests,
        .sitting = {stand_in, (guint)raters, noise, (guint64)seed},
        .candidates = candidates,
        .held_out = unrated,
        .against = against ? against : self,
        .levels = (guint)levels,
        .top = (guint)top,
        .tolerance = tolerance,
        .like = like,
        .steps = (guint)steps,
        .rated = (guint)rated,
        .rate = rate,
        .share = share,
        .from_first = from_first,
        .rounds = (guint)rounds,
        .folder = output,
        .seed = (guint64)seed,
        .threads = (guint)MAX(threads, 0),
    };
    return go(&loop, error);
}

const TrainCommand train_command_loop = {
    .name = "loop",
    .summary = "Find pictures, have them rated by a stand-in and learn from them, in rounds",
    .arguments = "MODEL",
    .description =
        "For trying a recipe of rounds without people: a full-reference judge that training has "
        "not seen rates\nin their place. A round is gmad, the gallery's CSV, ratings and tune, and "
        "a report of it:\nDIR/round-N/report.html. The same command goes on where it was stopped. "
        "docs/gmad.md goes through it.",
    .entries = entries,
    .run = run,
};
