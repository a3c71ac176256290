/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train gmad */
#include "command.h"
#include "competition.h"
#include "journal.h"

#include <math.h>
#include <stdio.h>

#define NAMED 5 /* pictures left out that are named */

static char *output, *cache_path, *ratings_path;
static char **against, **lists, **distances, **originals, **types;
static int levels = 5, top = 10, side, seed = 1, threads;
static double tolerance = 2, every = 10;
static TrainScaleOptions scale;

static const GOptionEntry entries[] = {
    {"against", 'a', 0, G_OPTION_ARG_STRING_ARRAY, &against,
     "Judge to compete with: a model, \"self\" (the model's pruned twin), \"competitor:MODEL\", a "
     "fused judge, or an annotator as ms-ssim (repeatable)",
     "JUDGE"},
    {"scores", 0, 0, G_OPTION_ARG_STRING_ARRAY, &lists,
     "Another judge's scores, higher is better: CSV of image, score (repeatable)", "NAME=FILE"},
    {"distances", 0, 0, G_OPTION_ARG_STRING_ARRAY, &distances, "The same, lower is better",
     "NAME=FILE"},
    {"originals", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &originals,
     "Picture, video or folder of them to be distorted: the reference of what comes of it "
     "(repeatable)",
     "PATH"},
    {"types", 'y', 0, G_OPTION_ARG_STRING_ARRAY, &types,
     "Type or family of distortions of the originals (repeatable; all)", "NAME"},
    {"every", 0, 0, G_OPTION_ARG_DOUBLE, &every,
     "Seconds between frames taken from a video; 0: the first alone (10)", "SECONDS"},
    {"side", 0, 0, G_OPTION_ARG_INT, &side,
     "Reduce pictures and cut their middle, at most N pixels wide and high (as they are)", "N"},
    {"ratings", 0, 0, G_OPTION_ARG_FILENAME, &ratings_path,
     "Rated list that maps all judges to one scale (ranks)", "PATH"},
    TRAIN_SCALE_ENTRIES(scale),
    {"levels", 0, 0, G_OPTION_ARG_INT, &levels, "Quality levels of a defender (5)", "N"},
    {"tolerance", 0, 0, G_OPTION_ARG_DOUBLE, &tolerance,
     "Points by which a defender may tell a pair apart (2)", "POINTS"},
    {"top", 0, 0, G_OPTION_ARG_INT, &top, "Pairs of a level, at most (10)", "N"},
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Folder for pairs and pictures", "DIR"},
    {"cache", 0, 0, G_OPTION_ARG_FILENAME, &cache_path, "File that keeps scores (DIR/scores.cache)",
     "FILE"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Seed of distortions that are random (1)", "N"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {0},
};

static gboolean check_options(GError **error)
{
    const char *wrong = NULL;
    if (!output)
        wrong = "--out: say where the pairs go";
    else if (!against && !lists && !distances)
        wrong = "--against: a competition takes another judge";
    else if (levels < 1 || top < 1 || !(tolerance >= 0) || !isfinite(tolerance))
        wrong = "--levels and --top are at least 1, --tolerance at least 0";
    else if (side < 0 || !(every >= 0) || !isfinite(every))
        wrong = "--side and --every are at least 0";
    else if (types && !originals)
        wrong = "--types: there are no --originals to distort";
    if (wrong)
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE, wrong);
    return !wrong;
}

static TrainCrew *make_crew(const char *model, GError **error)
{
    static char *none[] = {NULL};
    g_autoptr(TrainCrew) crew = train_crew_new();
    if (!train_crew_add(crew, model, error))
        return NULL;
    for (char **what = against ? against : none; *what; what++) {
        if (!train_crew_add(crew, *what, error))
            return NULL;
    }
    for (char **what = lists ? lists : none; *what; what++) {
        if (!train_crew_add_list(crew, *what, FALSE, error))
            return NULL;
    }
    for (char **what = distances ? distances : none; *what; what++) {
        if (!train_crew_add_list(crew, *what, TRUE, error))
            return NULL;
    }
    return g_steal_pointer(&crew);
}

static void show(guint done, guint total, gpointer data)
{
    TrainProgress *progress = data;
    progress->total = total;
    train_progress_show(progress, done, 0, NULL);
}

static void print_left_out(const TrainEntries *all)
{
    guint n = 0;
    for (guint v = 0; v < all->views->len; v++) {
        const TrainView *view = train_entries_view(all, v);
        if (view->problem && n++ < NAMED)
            fprintf(stderr, "left out: %s\n", view->problem);
    }
    if (n > NAMED)
        fprintf(stderr, "left out: %u more\n", n - NAMED);
}

/* How many pairs each match gave, and how wide their gaps are. */
static void print_outcome(const TrainPairs *pairs)
{
    printf("%-20s %-20s %6s %9s\n", "defender", "attacker", "pairs", "mean gap");
    for (guint i = 0, end; i < pairs->pairs->len; i = end) {
        const TrainPair *first = train_pairs_at(pairs, i);
        double gap = 0;
        for (end = i; end < pairs->pairs->len; end++) {
            const TrainPair *pair = train_pairs_at(pairs, end);
            if (!g_str_equal(pair->defender, first->defender) ||
                !g_str_equal(pair->attacker, first->attacker))
                break;
            gap += pair->attacked[0] - pair->attacked[1];
        }
        printf("%-20s %-20s %6u %9.2f\n", first->defender, first->attacker, end - i,
               gap / (end - i));
    }
    printf("%u pairs of %u pictures in %s\n", pairs->pairs->len, pairs->images->len, pairs->folder);
}

static gboolean compete(const TrainCrew *crew, TrainEntries *all, const TrainRatings *ratings,
                        GError **error)
{
    g_autofree char *kept =
        cache_path ? g_strdup(cache_path) : g_build_filename(output, "scores.cache", NULL);
    g_autoptr(TrainScoreCache) cache = train_score_cache_open(kept, error);
    if (!cache)
        return FALSE;
    TrainProgress progress = train_progress("judge", 0, all->entries->len);
    const TrainCrewParams scoring = {.cache = cache,
                                     .workers = train_workers_new((guint)MAX(threads, 0)),
                                     .progress = show,
                                     .data = &progress};
    const TrainCompetition competition = {
        .crew = crew,
        .entries = all,
        .ratings = ratings,
        .scoring = &scoring,
        .levels = (guint)levels,
        .top = (guint)top,
        .tolerance = tolerance,
        .folder = output,
    };
    g_autoptr(TrainPairs) pairs = train_competition_run(&competition, error);
    train_progress_leave(&progress);
    train_workers_free(scoring.workers);
    print_left_out(all);
    if (pairs)
        print_outcome(pairs);
    return pairs != NULL;
}

static int run(int argc, char **argv, GError **error)
{
    TrainRatingsParams params = {.skip_missing = TRUE};
    if (!train_command_check(argc, 1, G_MAXINT, "a model and pictures", error) ||
        !check_options(error) || !train_scale_options_parse(&scale, &params, error))
        return 2;
    const TrainEntriesParams finding = {
        .paths = argv + 1,
        .originals = originals,
        .types = (const char *const *)types,
        .every = every,
        .side = (guint)side,
        .seed = (guint64)seed,
    };
    g_autoptr(TrainCrew) crew = make_crew(argv[0], error);
    g_autoptr(TrainEntries) all = crew ? train_entries_new(&finding, error) : NULL;
    g_autoptr(TrainRatings) ratings = NULL;
    if (!all || (ratings_path && !(ratings = train_ratings_open(ratings_path, &params, error))))
        return 1;
    return compete(crew, all, ratings, error) ? 0 : 1;
}

const TrainCommand train_command_gmad = {
    .name = "gmad",
    .summary = "Find the pictures on which a model and other judges differ most",
    .arguments = "MODEL [PICTURE|VIDEO|FOLDER|LIST.csv...]",
    .description =
        "Maximum differentiation: pairs that one judge (the defender) calls equally good and "
        "another\n(the attacker) far apart show who is wrong, once a person has looked. MODEL "
        "meets "
        "each judge in\nboth roles. A folder with hard-frames.csv stands for that list. Writes "
        "DIR/pairs.csv,\nDIR/images.csv and DIR/images/; scores are kept, so that the same command "
        "goes on where it was\nstopped. docs/gmad.md goes through it.",
    .entries = entries,
    .run = run,
};
