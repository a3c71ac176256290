/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Before and after. */
#include "change.h"

#include "crew.h"
#include <math.h>
#include <stdio.h>

static double *score_files(const char *file, char *const *paths, guint n, TrainWorkers *workers,
                           GError **error)
{
    g_autoptr(BiqaModel) model = biqa_model_load(file, error);
    if (!model)
        return NULL;
    g_autoptr(TrainScorer) scorer = train_scorer_new(model);
    g_autofree BiqaVerdict *verdicts = g_new0(BiqaVerdict, n + 1);
    if (!train_scorer_files(scorer, paths, n, workers, verdicts, error))
        return NULL;
    double *scores = g_new(double, n + 1);
    for (guint i = 0; i < n; i++)
        scores[i] = verdicts[i].score;
    return scores;
}

gboolean train_change_scores(const TrainChange *change, char *const *paths,
                             double *scores[TRAIN_N_TIMES], GError **error)
{
    const guint n = g_strv_length((char **)paths);
    for (guint t = 0; t < TRAIN_N_TIMES; t++)
        scores[t] = NULL;
    for (guint t = 0; t < TRAIN_N_TIMES; t++) {
        scores[t] = score_files(change->files[t], paths, n, change->workers, error);
        if (scores[t])
            continue;
        g_clear_pointer(&scores[TRAIN_BEFORE], g_free);
        return FALSE;
    }
    return TRUE;
}

gboolean train_change_test(const TrainChange *change, const char *name, char *const *paths,
                           const double *rated, TrainTestRow *row, GError **error)
{
    const guint n = g_strv_length((char **)paths);
    double *scores[TRAIN_N_TIMES];
    if (!train_change_scores(change, paths, scores, error))
        return FALSE;
    row->name = g_strdup(name);
    for (guint t = 0; t < TRAIN_N_TIMES; t++) {
        double sum = 0;
        for (guint i = 0; i < n; i++)
            sum += (scores[t][i] - rated[i]) * (scores[t][i] - rated[i]);
        row->agreement[t] = train_agreement(scores[t], rated, n);
        row->error[t] = sqrt(sum / n);
        g_free(scores[t]);
    }
    return TRUE;
}

void train_change_print_head(void)
{
    printf("%-20s %6s %8s %8s %8s %8s %8s\n", "test", "images", "model", "srcc", "plcc", "rmse",
           "error");
}

void train_change_print(const TrainTestRow *row)
{
    static const char *const times[] = {[TRAIN_BEFORE] = "before", [TRAIN_AFTER] = "after"};
    for (guint t = 0; t < TRAIN_N_TIMES; t++)
        printf("%-20s %6u %8s %8.3f %8.3f %8.2f %8.2f\n", row->name, row->agreement[t].n, times[t],
               row->agreement[t].srcc, row->agreement[t].plcc, row->agreement[t].rmse,
               row->error[t]);
}

TrainReplay *train_change_replay(const TrainChange *change, const TrainRatings *rated,
                                 TrainPairs **pairs, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(rated->list);
    g_autofree char *list = g_build_filename(folder, "pairs.csv", NULL);
    g_autofree char *name = train_crew_file_name(change->files[TRAIN_BEFORE]);
    double *scores[TRAIN_N_TIMES];
    *pairs = NULL;
    if (!g_file_test(list, G_FILE_TEST_EXISTS))
        return NULL;
    g_autoptr(TrainPairs) found = train_pairs_load(folder, error);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; found && i < found->images->len; i++)
        g_ptr_array_add(paths, g_build_filename(folder, train_pairs_image(found, i)->file, NULL));
    g_ptr_array_add(paths, NULL);
    if (!found || !train_change_scores(change, (char *const *)paths->pdata, scores, error))
        return NULL;
    const TrainReplayParams params = {.pairs = found,
                                      .rated = rated,
                                      .model = name,
                                      .seen = {scores[TRAIN_BEFORE], scores[TRAIN_AFTER]}};
    g_autoptr(TrainReplay) replay = train_replay_new(&params);
    g_free(scores[TRAIN_BEFORE]);
    g_free(scores[TRAIN_AFTER]);
    *pairs = g_steal_pointer(&found);
    return g_steal_pointer(&replay);
}
