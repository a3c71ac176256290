/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train train */
#include "command.h"
#include "trainer.h"

#include <stdio.h>

static char *data, *output;
static gboolean resume;
static int threads, stop_after;

static const GOptionEntry entries[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Folder of the run: log, checkpoint, model",
     "DIR"},
    {"data", 'd', 0, G_OPTION_ARG_FILENAME, &data,
     "Where the recipe's relative paths start (its own folder)", "DIR"},
    {"resume", 'r', 0, G_OPTION_ARG_NONE, &resume, "Go on from the run's checkpoint", NULL},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads,
     "Threads (one a processor); the weights do not depend on it", "N"},
    {"stop-after", 0, 0, G_OPTION_ARG_INT, &stop_after, "Stop after N steps, as Ctrl-C would", "N"},
    {0},
};

static int run(int argc, char **argv, GError **error)
{
    if (!train_command_check(argc, 1, 1, "one recipe", error))
        return 2;
    const TrainRunParams params = {
        .recipe = argv[0],
        .data = data,
        .output = output ? output : "run",
        .resume = resume,
        .threads = (guint)MAX(threads, 0),
        .stop_after = (guint)MAX(stop_after, 0),
    };
    switch (train_run(&params, error)) {
    case TRAIN_RUN_DONE:
        printf("%s/model.gguf\n", params.output);
        return 0;
    case TRAIN_RUN_INTERRUPTED:
        fprintf(stderr, "stopped; go on with --resume\n");
        return 130;
    default:
        return 1;
    }
}

const TrainCommand train_command_train = {
    .name = "train",
    .summary = "Train a model by a recipe",
    .arguments = "RECIPE",
    .description = "Writes DIR/model.gguf, DIR/log.jsonl and DIR/checkpoint.gguf. Ctrl-C stops "
                   "after the step in "
                   "progress and leaves a good checkpoint (exit status 130). Where DIR holds the "
                   "finished run of "
                   "this recipe, nothing is done.",
    .entries = entries,
    .run = run,
};
