/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train score */
#include "command.h"
#include "score.h"

#include <math.h>
#include <stdio.h>

static const GOptionEntry entries[] = {{0}};

#define COLUMNS "file,score,competitor-score,disagreement,hard,uncertainty,score-low,score-high"

/* Nothing where the model does not tell. */
static void print_cell(double value)
{
    if (isnan(value))
        printf(",");
    else
        printf(",%.4f", value);
}

static void print_row(const char *file, const BiqaVerdict *verdict)
{
    printf("%s,%.4f,%.4f,%.4f,%s", file, verdict->score, verdict->competitor_score,
           verdict->disagreement, verdict->hard ? "true" : "false");
    print_cell(verdict->uncertainty);
    print_cell(verdict->score_low);
    print_cell(verdict->score_high);
    printf("\n");
}

static int run(int argc, char **argv, GError **error)
{
    if (!train_command_check(argc, 2, G_MAXINT, "a model and pictures", error))
        return 2;
    g_autoptr(BiqaModel) model = biqa_model_load(argv[0], error);
    if (!model)
        return 1;
    const guint n = (guint)argc - 1;
    g_autoptr(TrainScorer) scorer = train_scorer_new(model);
    g_autofree BiqaVerdict *verdicts = g_new0(BiqaVerdict, n);
    TrainWorkers *workers = train_workers_new(0);
    const gboolean ok = train_scorer_files(scorer, argv + 1, n, workers, verdicts, error);
    train_workers_free(workers);
    if (!ok)
        return 1;
    printf(COLUMNS "\n");
    for (guint i = 0; i < n; i++)
        print_row(argv[i + 1], &verdicts[i]);
    return 0;
}

const TrainCommand train_command_score = {
    .name = "score",
    .summary = "Score pictures, or first frames of videos, as the element would",
    .arguments = "MODEL PICTURE...",
    .description = "Prints CSV: " COLUMNS ".\nThe last three are empty where the model does "
                   "not tell them.",
    .entries = entries,
    .run = run,
};
