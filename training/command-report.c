/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train report */
#include "command.h"
#include "journal.h"
#include "report.h"

#include <stdio.h>

static char *data, *output;
static int threads;

static const GOptionEntry entries[] = {
    {"data", 'd', 0, G_OPTION_ARG_FILENAME, &data,
     "Where the recipe's relative paths start; without it nothing is shown that needs pictures",
     "DIR"},
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &output, "The page (RUN/report.html)", "FILE"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads (one a processor)", "N"},
    {0},
};

static gboolean show(guint done, guint total, gpointer progress)
{
    ((TrainProgress *)progress)->total = total;
    train_progress_show(progress, done, 0, NULL);
    return TRUE;
}

static gboolean write_page(const TrainReportParams *params, GError **error)
{
    g_autoptr(TrainReport) report = train_report_new(params, error);
    g_autofree char *page = report ? train_report_html(report, error) : NULL;
    g_autofree char *path =
        output ? g_strdup(output) : g_build_filename(params->run, "report.html", NULL);
    if (!page || !g_file_set_contents(path, page, -1, error))
        return FALSE;
    printf("%s\n", path);
    return TRUE;
}

static int run(int argc, char **argv, GError **error)
{
    if (!train_command_check(argc, 1, 1, "the folder of one run", error))
        return 2;
    TrainProgress progress = train_progress("distort", 0, 0);
    const TrainReportParams params = {.run = argv[0],
                                      .data = data,
                                      .workers = train_workers_new((guint)MAX(threads, 0)),
                                      .progress = show,
                                      .progress_data = &progress};
    const gboolean ok = write_page(&params, error);
    train_progress_leave(&progress);
    train_workers_free(params.workers);
    return ok ? 0 : 1;
}

const TrainCommand train_command_report = {
    .name = "report",
    .summary = "Put what there is to say of a run on one HTML page",
    .arguments = "RUN",
    .description = "The page needs no network and no other file. Distorted pictures are kept in "
                   "RUN/cache.",
    .entries = entries,
    .run = run,
};
