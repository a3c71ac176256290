/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train continual */
#include "command.h"
#include "continual.h"

#include <stdio.h>
#include <string.h>

static char *base, *recipe, *others, *page, *shares, *keep;
static int threads;

static const GOptionEntry entries[] = {
    {"base", 'b', 0, G_OPTION_ARG_FILENAME, &base, "The model that learns; it is not written",
     "MODEL"},
    {"recipe", 'r', 0, G_OPTION_ARG_FILENAME, &recipe, "As of adapt", "FILE"},
    {"others", 0, 0, G_OPTION_ARG_FILENAME, &others,
     "In its place for the ways that train convolutions", "FILE"},
    {"shares", 0, 0, G_OPTION_ARG_STRING, &shares,
     "Of each list, by content: training, validation, test (70;10;20)", "A;B;C"},
    {"keep", 'k', 0, G_OPTION_ARG_FILENAME, &keep,
     "Folder for what is learned: a second call, or another order, goes on from there", "DIR"},
    {"page", 'p', 0, G_OPTION_ARG_FILENAME, &page, "Also a page with tables and a plot", "FILE"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {0},
};

/* NAME=RATINGS into the two lists. */
static gboolean parse_tasks(int argc, char **argv, char **names, char **ratings, GError **error)
{
    for (int i = 0; i < argc; i++) {
        char *equals = strchr(argv[i], '=');

        if (!equals || equals == argv[i]) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "task \"%s\": write NAME=RATINGS, as cartoons=cartoons.csv", argv[i]);
            return FALSE;
        }
        names[i] = g_strndup(argv[i], (gsize)(equals - argv[i]));
        ratings[i] = g_strdup(equals + 1);
    }
    return TRUE;
}

static void print(const TrainContinual *result)
{
    printf("%-36s %9s %10s %9s %10s\n", "", "mean SRCC", "plasticity", "stability", "forgetting");
    for (guint m = 0; m < TRAIN_N_CONTINUAL; m++) {
        const TrainContinualFigures figures = train_continual_figures(result, m);

        printf("%-36s %9.4f %10.4f %9.4f %10.4f\n", train_continual_name(m), figures.mean,
               figures.plasticity, figures.stability, figures.forgetting);
    }
}

static gboolean write_page(const TrainContinualParams *params, const TrainContinual *result,
                           GError **error)
{
    g_autofree char *text = page ? train_continual_page(params, result) : NULL;

    return !page || g_file_set_contents(page, text, -1, error);
}

static int run(int argc, char **argv, GError **error)
{
    char *names[TRAIN_CONTINUAL_MOST + 1] = {NULL}, *ratings[TRAIN_CONTINUAL_MOST + 1] = {NULL};
    TrainContinual *result = g_new0(TrainContinual, 1);
    int status = 2;

    if (!base)
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                            "say which model is to learn: --base");
    else if (train_command_check(argc, 2, TRAIN_CONTINUAL_MOST, "2 to 15 tasks", error) &&
             parse_tasks(argc, argv, names, ratings, error)) {
        const TrainContinualParams params = {
            .base = base,
            .recipe = recipe,
            .others = others,
            .shares = shares ? shares : "70;10;20",
            .keep = keep,
            .names = names,
            .ratings = ratings,
            .n = (guint)argc,
        };
        TrainWorkers *workers = train_workers_new((guint)MAX(threads, 0));
        status =
            train_continual(&params, workers, result, error) && write_page(&params, result, error)
                ? 0
                : 1;
        train_workers_free(workers);
    }
    if (status == 0)
        print(result);
    for (guint i = 0; i < TRAIN_CONTINUAL_MOST; i++) {
        g_free(names[i]);
        g_free(ratings[i]);
    }
    g_free(result);
    return status;
}

const TrainCommand train_command_continual = {
    .name = "continual",
    .summary = "Learn tasks one after the other in several ways, and compare",
    .arguments = "NAME=RATINGS NAME=RATINGS...",
    .description =
        "The ways: heads and normalisation of each task's own, their scores weighed, or the right\n"
        "one taken, or the last; one head trained on, without or with keeping to its former\n"
        "scores; a head a task with all else trained on; all tasks at once. Mean SRCC, plasticity "
        "and stability are those of Zhang et al.",
    .entries = entries,
    .run = run,
};
