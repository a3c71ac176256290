/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is told of a run: gathered here, put on a page by report-html.c. */
#pragma once

#include "levels.h"
#include "ratings.h"
#include "run-log.h"
#include "significance.h"

typedef struct {
    const char *run;  /* folder with model.gguf and log.jsonl */
    const char *data; /* where the recipe's relative paths start; NULL: tell what the run's folder
                         knows alone */
    TrainWorkers *workers;
    gboolean (*progress)(guint done, guint total, gpointer data); /* of distorting; see pool.h */
    gpointer progress_data;
} TrainReportParams;

typedef struct {
    BiqaModel *model;
    TrainRecipe *recipe;
    TrainRunLog *log;

    /* The validation part; n is 0 where there is none or no data was given. */
    guint n;
    char **paths;
    double *rated;
    BiqaVerdict *verdicts;
    TrainAgreement agreement[BIQA_N_BRANCHES];
    TrainAgreementIntervals intervals[BIQA_N_BRANCHES];

    /* Distorted pictures; NULL where the recipe has none or no data was given. */
    TrainLevels *levels;
    GPtrArray *types;         /* of const TrainDistortion *, as in levels */
    gboolean levels_held_out; /* contents are the recipe's hold-out, never trained on */
} TrainReport;

/* Errors name the file. (transfer full) */
TrainReport *train_report_new(const TrainReportParams *params, GError **error);
void train_report_free(TrainReport *report);

/* The page, one self-contained HTML file that is well-formed XML too. (transfer full) Errors name
 * the picture that cannot be read. */
char *train_report_html(const TrainReport *report, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainReport, train_report_free)
