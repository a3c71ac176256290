/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train score */
#include "command.h"
#include "score.h"

#include <stdio.h>

static const GOptionEntry entries[] = {{0}};

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
    printf("file,score,competitor-score,disagreement,hard\n");
    for (guint i = 0; i < n; i++)
        printf("%s,%.4f,%.4f,%.4f,%s\n", argv[i + 1], verdicts[i].score,
               verdicts[i].competitor_score, verdicts[i].disagreement,
               verdicts[i].hard ? "true" : "false");
    return 0;
}

const TrainCommand train_command_score = {
    .name = "score",
    .summary = "Score pictures, or first frames of videos, as the element would",
    .arguments = "MODEL PICTURE...",
    .description = "Prints CSV: file,score,competitor-score,disagreement,hard.",
    .entries = entries,
    .run = run,
};
