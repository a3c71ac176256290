/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train adapt */
#include "adapt.h"
#include "command.h"

#include <stdio.h>

static char *base, *name, *out, *recipe;
static char **base_images;
static TrainScaleOptions scale;
static gboolean without_base;
static int threads;

static const GOptionEntry entries[] = {
    {"base", 'b', 0, G_OPTION_ARG_FILENAME, &base, "The model that learns", "MODEL"},
    {"name", 'n', 0, G_OPTION_ARG_STRING, &name, "Of the task, not used in the model yet", "TASK"},
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out, "Write the model here (over MODEL)", "MODEL2"},
    {"base-images", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &base_images,
     "Pictures like those MODEL was made for, by which its own head is weighed; a folder or a "
     "file, also several times",
     "PATH"},
    {"without-base", 0, 0, G_OPTION_ARG_NONE, &without_base,
     "MODEL's own head is used by its name only", NULL},
    {"recipe", 'r', 0, G_OPTION_ARG_FILENAME, &recipe,
     "Stages, optimiser and [tasks] in place of the built-in ones", "FILE"},
    TRAIN_SCALE_ENTRIES(scale),
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {0},
};

static gboolean check(int argc, GError **error)
{
    if (!train_command_check(argc, 1, 1, "one rated list", error))
        return FALSE;
    if (base && name)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "say %s",
                base ? "what the task is called: --name" : "which model is to learn: --base");
    return FALSE;
}

static void print(const BiqaModel *model, const TrainAdapted *adapted)
{
    const BiqaTask *task = &model->tasks->items[model->tasks->n - 1];

    printf("task         %s\ndata         %s\ntrained on   %u images, %u centroids\n", task->name,
           task->data, adapted->n_train, task->n_centroids);
    if (adapted->agreement.n > 1)
        printf("validation   SRCC %.4f, PLCC %.4f on %u images\n", adapted->agreement.srcc,
               adapted->agreement.plcc, adapted->agreement.n);
    printf("model        %s\n", out ? out : base);
}

static int run(int argc, char **argv, GError **error)
{
    TrainRatingsParams unused;
    TrainAdapted adapted;

    /* The scale is read again with the recipe; here a wrong one is a wrong command. */
    if (!check(argc, error) || !train_scale_options_parse(&scale, &unused, error))
        return 2;
    const TrainAdaptParams params = {
        .name = name,
        .ratings = argv[0],
        .ends = scale.ends,
        .direction = scale.direction,
        .recipe = recipe,
        .base_images = base_images,
        .without_base = without_base,
    };
    g_autoptr(BiqaModel) model = biqa_model_load(base, error);
    if (!model)
        return 1;
    TrainWorkers *workers = train_workers_new((guint)MAX(threads, 0));
    const gboolean ok = train_adapt(model, base, &params, workers, &adapted, error);
    train_workers_free(workers);
    if (!ok || !biqa_model_save(model, out ? out : base, error))
        return 1;
    print(model, &adapted);
    return 0;
}

const TrainCommand train_command_adapt = {
    .name = "adapt",
    .summary = "Teach a model one more kind of pictures",
    .arguments = "RATINGS",
    .description =
        "RATINGS is a CSV (image, mos) or a data set's folder, of 20 images or more. The model\n"
        "keeps all it knew: convolutions, its own head and other tasks stay as they are. Where\n"
        "anything fails, MODEL is left alone; else it is replaced as a whole.",
    .entries = entries,
    .run = run,
};
