/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train eval */
#include "command.h"
#include "eval.h"

#include <stdio.h>
#include <string.h>

#define RESAMPLES 2000

static char *ratings_path, *pictures, *part, *cache, *csv, *judge;
static TrainScaleOptions scale;
static char **only, **types, **scores, **distances;
static int threads, splits, resamples = RESAMPLES, seed = 1;
static double margin = 5;
static gboolean json;

static const GOptionEntry entries[] = {
    {"ratings", 'r', 0, G_OPTION_ARG_FILENAME, &ratings_path,
     "Rated list to agree with: CSV with image, mos, or a data set's folder", "PATH"},
    TRAIN_SCALE_ENTRIES(scale),
    {"part", 'p', 0, G_OPTION_ARG_STRING, &part,
     "Only images whose file name has SHA-256 = R modulo M, or the part that the (first) model's "
     "recipe deals them to: training, validation, held-out",
     "PART"},
    {"scores", 's', 0, G_OPTION_ARG_STRING_ARRAY, &scores,
     "Compare with these scores too: CSV with image, score (repeatable)", "NAME=CSV"},
    {"distances", 0, 0, G_OPTION_ARG_STRING_ARRAY, &distances,
     "The same for figures of which lower is better (repeatable)", "NAME=CSV"},
    {"splits", 0, 0, G_OPTION_ARG_INT, &splits,
     "Medians over N random test parts of a fifth of the list", "N"},
    {"resamples", 0, 0, G_OPTION_ARG_INT, &resamples, "Bootstrap resamples (2000)", "N"},
    {"seed", 0, 0, G_OPTION_ARG_INT, &seed, "Seed of resamples and splits (1)", "N"},
    {"csv", 0, 0, G_OPTION_ARG_FILENAME, &csv, "Write the scores of each rated image", "FILE"},
    {"json", 'j', 0, G_OPTION_ARG_NONE, &json, "Print the figures as JSON", NULL},
    {"pictures", 'l', 0, G_OPTION_ARG_FILENAME, &pictures,
     "Pristine pictures to distort: correlation with level", "DIR"},
    {"only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &only,
     "Of the pictures, only this file name (repeatable)", "NAME"},
    {"types", 'y', 0, G_OPTION_ARG_STRING_ARRAY, &types,
     "Of the distortions, only this type or family (repeatable; all)", "NAME"},
    {"cache", 0, 0, G_OPTION_ARG_FILENAME, &cache,
     "Folder to keep distorted pictures in (a temporary one)", "DIR"},
    {"judge", 0, 0, G_OPTION_ARG_FILENAME, &judge,
     "Of the pictures, count pairs ordered as this full-reference judge orders them", "FILE"},
    {"margin", 0, 0, G_OPTION_ARG_DOUBLE, &margin,
     "Points that the judge must see between the two of a pair (5)", "POINTS"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {0},
};

/* "models/a.gguf" is called "a", or by its path where another of the files is called so too. */
static char *model_name(char **files, int n, int at)
{
    g_autofree char *name = g_path_get_basename(files[at]);
    for (int i = 0; i < n; i++) {
        g_autofree char *other = g_path_get_basename(files[i]);
        if (i != at && strcmp(name, other) == 0)
            return g_strdup(files[at]);
    }
    if (g_str_has_suffix(name, ".gguf"))
        name[strlen(name) - strlen(".gguf")] = 0;
    return g_steal_pointer(&name);
}

static gboolean load_models(char **files, int n, TrainEval *eval, GError **error)
{
    eval->models = g_new0(TrainEvalModel, (gsize)n);
    for (; eval->n_models < (guint)n; eval->n_models++) {
        TrainEvalModel *model = &eval->models[eval->n_models];
        model->model = biqa_model_load(files[eval->n_models], error);
        if (!model->model)
            return FALSE;
        model->name = model_name(files, n, (int)eval->n_models);
        model->scorer = train_scorer_new(model->model);
    }
    return TRUE;
}

static void free_models(TrainEval *eval)
{
    for (guint m = 0; m < eval->n_models; m++) {
        g_free(eval->models[m].name);
        train_scorer_free(eval->models[m].scorer);
        biqa_model_free(eval->models[m].model);
    }
    g_free(eval->models);
}

static void print_json(JsonBuilder *builder)
{
    g_autofree char *text = biqa_json_finish(builder, TRUE);
    printf("%s\n", text);
}

static gboolean eval_all(TrainEval *eval, GError **error)
{
    g_autoptr(JsonBuilder) builder = json ? biqa_json_new() : NULL;
    eval->json = builder;
    if ((eval->ratings && !train_eval_ratings(eval, error)) ||
        (eval->pictures && !train_eval_levels(eval, error)))
        return FALSE;
    if (builder)
        print_json(builder);
    return TRUE;
}

static gboolean check_options(GError **error)
{
    const char *why = NULL;
    if (!ratings_path && !pictures)
        why = "nothing to judge by: give --ratings or --pictures";
    else if (!ratings_path &&
             (scores || distances || csv || splits || part || scale.ends || scale.direction))
        why = "--scores, --distances, --csv, --splits, --part, --scale and --direction need "
              "--ratings";
    else if (!pictures && judge)
        why = "--judge needs --pictures";
    else if (!(margin >= 0))
        why = "--margin is at least 0";
    else if (resamples < 1 || splits < 0)
        why = "--resamples is at least 1, --splits at least 0";
    if (why)
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE, why);
    return !why;
}

static int run(int argc, char **argv, GError **error)
{
    TrainRatingsParams params = {0};
    if (!train_command_check(argc, 1, G_MAXINT, "models", error) || !check_options(error) ||
        !train_scale_options_parse(&scale, &params, error))
        return 2;
    TrainEval eval = {.ratings = ratings_path,
                      .scale = params.scale,
                      .part = part,
                      .scores = scores,
                      .distances = distances,
                      .csv = csv,
                      .splits = (guint)splits,
                      .resamples = (guint)resamples,
                      .seed = (guint64)seed,
                      .pictures = pictures,
                      .only = only,
                      .types = types,
                      .cache = cache,
                      .judge = judge,
                      .margin = margin};
    eval.workers = train_workers_new((guint)MAX(threads, 0));
    const gboolean ok = load_models(argv, argc, &eval, error) && eval_all(&eval, error);
    free_models(&eval);
    train_workers_free(eval.workers);
    return ok ? 0 : 1;
}

const TrainCommand train_command_eval = {
    .name = "eval",
    .summary = "Judge models, side by side, on rated images and on distortion levels",
    .arguments = "MODEL...",
    .description =
        "PLCC and RMSE are taken after the usual five-parameter logistic. Intervals are of a "
        "seeded bootstrap, 95 %; docs/training.md says how.",
    .entries = entries,
    .run = run,
};
