/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The run: everything around a stage's step. */
#include "trainer.h"

#include "checkpoint.h"
#include "export.h"
#include "journal.h"
#include "seed.h"
#include "stage-run.h"
#include "start.h"
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define LOG_EVERY 10 /* steps */

typedef struct {
    const TrainRunParams *params;
    TrainRecipe *recipe;
    TrainWorkers *workers;
    TrainWeights *weights;
    TrainTeachers *teachers;
    TrainDataset *dataset;
    TrainJournal *journal;
    char *checkpoint, *model;
    char *data; /* digest of the dataset */
    TrainPlace place;
    guint steps; /* in this call */
    gboolean interrupted;
} Run;

static gboolean interrupt(gpointer data)
{
    ((Run *)data)->interrupted = TRUE;
    return G_SOURCE_CONTINUE;
}

/* Whether the user asked to stop. Signals reach the default context, which nobody else runs. */
static gboolean is_interrupted(const Run *run)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
    return run->interrupted;
}

static gboolean save_checkpoint(const Run *run, GError **error)
{
    const TrainOrigin origin = {run->recipe, run->data};
    return train_checkpoint_save(run->checkpoint, &origin, run->weights, run->place, error);
}

/* What is known of the annotators by now, for the log. */
static gboolean log_reliability(const Run *run, const TrainStageRun *stage, guint step,
                                GError **error)
{
    const TrainReliability *reliability = run->weights->reliability;
    g_autoptr(GArray) figures = g_array_new(FALSE, FALSE, sizeof(TrainFigure));
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const TrainFigure at = {"step", step};

    g_array_append_val(figures, at);
    for (guint k = 0; k < train_reliability_n(reliability); k++) {
        const char *name = run->recipe->annotators[k];
        const TrainFigure both[] = {
            {g_strconcat(name, "_sensitivity", NULL),
             train_reliability_sensitivity(reliability, k)},
            {g_strconcat(name, "_specificity", NULL),
             train_reliability_specificity(reliability, k)},
        };
        g_ptr_array_add(names, (gpointer)both[0].name);
        g_ptr_array_add(names, (gpointer)both[1].name);
        g_array_append_vals(figures, both, G_N_ELEMENTS(both));
    }
    return train_journal_write_list(run->journal, error, "reliability", stage->recipe->name,
                                    (const TrainFigure *)(void *)figures->data, figures->len);
}

/* The same at the end, for people. */
static void tell_reliability(const Run *run)
{
    const TrainReliability *reliability = run->weights->reliability;
    if (reliability)
        fprintf(stderr, "%-12s  sensitivity  specificity\n", "annotator");
    for (guint k = 0; reliability && k < train_reliability_n(reliability); k++)
        fprintf(stderr, "%-12s  %11.3f  %11.3f\n", run->recipe->annotators[k],
                train_reliability_sensitivity(reliability, k),
                train_reliability_specificity(reliability, k));
}

/* Says what a step gave, to people and to programs. */
static gboolean report(const Run *run, TrainStageRun *stage, TrainProgress *progress, double loss,
                       GError **error)
{
    const guint done = run->place.step, step = done - 1;
    char note[32];

    g_snprintf(note, sizeof note, "loss %.4f", loss);
    train_progress_show(progress, done, stage->images, note);
    if (step % LOG_EVERY && done < stage->recipe->steps)
        return TRUE;
    return train_journal_write(run->journal, error, "step", stage->recipe->name, "step",
                               (double)step, "loss", loss, "rate",
                               train_stage_run_rate(stage, step), "images_per_second",
                               train_progress_rate(progress, done, stage->images), NULL) &&
           (!(stage->recipe->votes_weight > 0) || log_reliability(run, stage, step, error));
}

/* Where the validation part stands in the middle of a stage, for the curves of the report. */
static gboolean watch(const Run *run, const TrainStageRun *stage, GError **error)
{
    const guint every = run->recipe->validate_every, step = run->place.step;
    TrainAgreement agreement[BIQA_N_BRANCHES];
    if (!every || step % every || step == stage->recipe->steps)
        return TRUE;
    g_autoptr(BiqaModel) model =
        train_export(run->recipe, run->weights, run->dataset, run->workers, agreement, error);
    return model && (!agreement[BIQA_FULL].n ||
                     train_journal_write(run->journal, error, "validation", stage->recipe->name,
                                         "step", (double)step, "srcc", agreement[BIQA_FULL].srcc,
                                         "plcc", agreement[BIQA_FULL].plcc, "competitor_srcc",
                                         agreement[BIQA_COMPETITOR].srcc, NULL));
}

/* Keeps the batch that gave no number and the weights it met, and says where. */
static void tell_bad_batch(const Run *run, const TrainStageRun *stage, GError **error)
{
    g_autofree char *folder = g_build_filename(run->params->output, "bad-batch", NULL);
    g_autofree char *before = g_build_filename(folder, "checkpoint.gguf", NULL);
    g_autoptr(GError) why = NULL;
    const TrainOrigin origin = {run->recipe, run->data};
    const gboolean kept = train_stage_run_keep_batch(stage, folder, &why) &&
                          train_checkpoint_save(before, &origin, run->weights, run->place, &why);
    g_set_error(
        error, BIQA_ERROR, BIQA_ERROR_VALUE,
        "stage \"%s\", step %u: the loss or its gradient is no finite number; lower the rate "
        "or look at the batch: %s%s (\"%s\" is intact)",
        stage->recipe->name, run->place.step,
        kept ? "its crops, their origin and the weights are in " : "it could not be kept, ",
        kept ? folder : why->message, run->checkpoint);
}

/* One step, and a checkpoint where one is due. DONE means that the stage may go on. */
static TrainRunResult advance(Run *run, TrainStageRun *stage, TrainProgress *progress,
                              GError **error)
{
    const double loss = train_stage_run_step(stage, run->place.step);
    if (!isfinite(loss)) {
        tell_bad_batch(run, stage, error);
        return TRAIN_RUN_FAILED;
    }
    run->place.step++;
    run->steps++;
    if (!report(run, stage, progress, loss, error) || !watch(run, stage, error))
        return TRAIN_RUN_FAILED;
    const gboolean stop =
        is_interrupted(run) || (run->params->stop_after && run->steps >= run->params->stop_after);
    const gboolean due = run->place.step % run->recipe->checkpoint_every == 0;
    if ((stop || due) && !save_checkpoint(run, error))
        return TRAIN_RUN_FAILED;
    return stop ? TRAIN_RUN_INTERRUPTED : TRAIN_RUN_DONE;
}

/* Steps until the stage is done. INTERRUPTED and FAILED leave a checkpoint of a good step. */
static TrainRunResult loop(Run *run, TrainStageRun *stage, GError **error)
{
    const guint total = stage->recipe->steps;
    TrainProgress progress = train_progress(stage->recipe->name, run->place.step, total);
    TrainRunResult result = TRAIN_RUN_DONE;

    while (result == TRAIN_RUN_DONE && run->place.step < total)
        result = advance(run, stage, &progress, error);
    train_progress_leave(&progress);
    return result;
}

static gboolean write_model(const Run *run, const char *stage, GError **error)
{
    TrainAgreement agreement[BIQA_N_BRANCHES];
    g_autoptr(BiqaModel) model =
        train_export(run->recipe, run->weights, run->dataset, run->workers, agreement, error);
    return model && biqa_model_save(model, run->model, error) &&
           train_journal_write(run->journal, error, "model", stage, "validation_srcc",
                               model->validation_srcc, "validation_plcc", model->validation_plcc,
                               "competitor_srcc", agreement[BIQA_COMPETITOR].srcc,
                               "validation_images", (double)agreement[BIQA_FULL].n,
                               "hard_threshold", model->hard_threshold, NULL);
}

/* Where the weights after the first n_stages are kept: named by all that decided them. */
static char *kept_path(const Run *run, guint n_stages)
{
    g_autofree char *recipe = train_recipe_digest(run->recipe, n_stages);
    g_autofree char *both = g_strconcat(recipe, run->data, NULL);
    g_autofree char *key = g_compute_checksum_for_string(G_CHECKSUM_SHA256, both, -1);
    g_autofree char *name = g_strdup_printf("%.16s.gguf", key);
    return g_build_filename(run->params->output, "stages", name, NULL);
}

static gboolean keep_stage(const Run *run, GError **error)
{
    const TrainOrigin origin = {run->recipe, run->data};
    g_autofree char *path = kept_path(run, run->place.stage);
    g_autofree char *folder = g_path_get_dirname(path);
    g_mkdir_with_parents(folder, 0777); /* where that fails, saving says so */
    return train_checkpoint_save(path, &origin, run->weights, run->place, error);
}

/* Somebody may have moved the model of a finished run away, or changed what no weight depends on.
 */
static gboolean is_model_current(const Run *run)
{
    g_autoptr(BiqaModel) model = biqa_model_load(run->model, NULL);
    return model && g_strcmp0(model->recipe, run->recipe->text) == 0;
}

static TrainRunResult run_stages(Run *run, GError **error)
{
    const TrainContext context = {run->recipe, run->workers, run->weights, run->dataset,
                                  run->teachers};
    const gboolean was_finished = run->place.stage == run->recipe->n_stages;
    while (run->place.stage < run->recipe->n_stages) {
        g_autoptr(TrainStageRun) stage = train_stage_run_new(&context, run->place.stage);
        const TrainRunResult result = loop(run, stage, error);
        if (result != TRAIN_RUN_DONE)
            return result;
        train_stage_run_finish(stage);
        /* The model first: a checkpoint of a finished stage promises that it is there. */
        const char *name = run->recipe->stages[run->place.stage].name;
        run->place = (TrainPlace){run->place.stage + 1, 0};
        if (!write_model(run, name, error) || !save_checkpoint(run, error) ||
            !keep_stage(run, error))
            return TRAIN_RUN_FAILED;
    }
    tell_reliability(run);
    if (!is_model_current(run))
        return write_model(run, "end", error) && save_checkpoint(run, error) ? TRAIN_RUN_DONE
                                                                             : TRAIN_RUN_FAILED;
    if (was_finished)
        fprintf(stderr, "nothing to do: recipe and data are those that \"%s\" was made of\n",
                run->model);
    return TRAIN_RUN_DONE;
}

typedef struct {
    const Run *run;
    TrainProgress progress;
} Preparation;

static gboolean show_preparation(guint done, guint total, gpointer data)
{
    Preparation *preparation = data;
    preparation->progress.total = total;
    train_progress_show(&preparation->progress, done, 0, NULL);
    return !is_interrupted(preparation->run);
}

/* Which types are rare is drawn: evaluation needs to know. */
static void tell_tail(const Run *run)
{
    const TrainTail *tail = run->dataset->tail;
    g_autoptr(GPtrArray) types =
        train_distortions_ranked((const char *const *)run->recipe->types, NULL);
    for (guint part = 0; tail && types && part < TRAIN_N_TAIL_PARTS; part++) {
        fprintf(stderr, "%s:", train_tail_part_name(part));
        for (guint t = 0; t < types->len; t++) {
            if (tail->parts[t] == part)
                fprintf(stderr, " %s", ((const TrainDistortion *)types->pdata[t])->name);
        }
        fprintf(stderr, "\n");
    }
}

static gboolean load_data(Run *run, GError **error)
{
    g_autofree char *cache = g_build_filename(run->params->output, "cache", NULL);
    Preparation preparation = {run, train_progress("distort", 0, 0)};
    const TrainDatasetParams params = {cache, show_preparation, &preparation};
    run->dataset = train_dataset_load(run->recipe, &params, run->workers, error);
    if (run->dataset) {
        run->data = train_dataset_digest(run->dataset);
        tell_tail(run);
    }
    return run->dataset != NULL;
}

/* A finished run may be asked for again, as make may; what would change another is asked for by
 * name. */
static gboolean check_claim(const Run *run, GError **error)
{
    if (run->params->resume || !g_file_test(run->checkpoint, G_FILE_TEST_EXISTS) ||
        train_checkpoint_is_finished(run->checkpoint, run->recipe))
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE,
                "\"%s\" holds a run already, unfinished or of another recipe: go on from it "
                "with --resume, or name another folder with --out",
                run->params->output);
    return FALSE;
}

static gboolean prepare_output(Run *run, GError **error)
{
    const char *output = run->params->output;
    if (g_mkdir_with_parents(output, 0777)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot make the folder \"%s\": %s", output,
                    g_strerror(errno));
        return FALSE;
    }
    g_autofree char *log = g_build_filename(output, "log.jsonl", NULL);
    run->checkpoint = g_build_filename(output, "checkpoint.gguf", NULL);
    run->model = g_build_filename(output, "model.gguf", NULL);
    if (!check_claim(run, error))
        return FALSE;
    run->journal = train_journal_open(log, error);
    return run->journal != NULL;
}

static gboolean prepare_weights(Run *run, GError **error)
{
    g_autoptr(BiqaGraph) graph = train_start_graph(run->recipe, error);
    if (!graph)
        return FALSE;
    g_autoptr(BiqaGraph) ranked = biqa_graph_copy(graph);
    if (run->recipe->images && !biqa_graph_infer(ranked, run->recipe->rank_size, error)) {
        g_prefix_error(error, "[input] rank-size: ");
        return FALSE;
    }
    run->teachers = train_start_teachers(run->recipe, graph, error);
    if (!run->teachers)
        return FALSE;
    run->weights = train_weights_new(graph, &run->recipe->optim, run->recipe->own_norm);
    if (run->recipe->annotators)
        run->weights->reliability = train_reliability_new(g_strv_length(run->recipe->annotators));
    return TRUE;
}

/* The most stages whose weights are kept. */
static guint count_kept(const Run *run)
{
    for (guint n = run->recipe->n_stages; n > 0; n--) {
        g_autofree char *path = kept_path(run, n);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return n;
    }
    return 0;
}

/* From the checkpoint, or where its recipe has changed from the last stage that has not. */
static gboolean resume(Run *run, GError **error)
{
    const TrainOrigin origin = {run->recipe, run->data};
    const guint kept = count_kept(run);
    g_autofree char *path = kept_path(run, kept);
    g_autoptr(GError) problem = NULL;
    gboolean ok =
        train_checkpoint_load(run->checkpoint, &origin, run->weights, &run->place, &problem);

    if (kept > (ok ? run->place.stage : 0))
        ok = train_checkpoint_load(path, &origin, run->weights, &run->place, NULL);
    for (guint s = 0; ok && s < run->place.stage; s++)
        fprintf(stderr, "stage %s: unchanged, kept\n", run->recipe->stages[s].name);
    if (!ok)
        g_propagate_error(error, g_steal_pointer(&problem));
    return ok;
}

static gboolean prepare_values(Run *run, GError **error)
{
    if (g_file_test(run->checkpoint, G_FILE_TEST_EXISTS))
        return resume(run, error);
    if (!train_start_values(run->recipe, run->weights, error))
        return FALSE;
    if (run->recipe->backbone)
        train_start_measure(run->recipe, run->dataset, run->weights, run->workers);
    return save_checkpoint(run, error);
}

static void run_clear(Run *run)
{
    train_journal_close(run->journal);
    train_dataset_free(run->dataset);
    train_weights_free(run->weights);
    train_teachers_free(run->teachers);
    train_workers_free(run->workers);
    train_recipe_free(run->recipe);
    g_free(run->checkpoint);
    g_free(run->data);
    g_free(run->model);
}

static TrainRunResult prepare_and_run(Run *run, GError **error)
{
    g_autoptr(GError) problem = NULL;

    run->workers = train_workers_new(run->params->threads);
    if (load_data(run, &problem))
        return prepare_values(run, error) ? run_stages(run, error) : TRAIN_RUN_FAILED;
    if (g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return TRAIN_RUN_INTERRUPTED;
    g_propagate_error(error, g_steal_pointer(&problem));
    return TRAIN_RUN_FAILED;
}

TrainRunResult train_run(const TrainRunParams *params, GError **error)
{
    Run run = {.params = params};
    TrainRunResult result = TRAIN_RUN_FAILED;
    const guint signals[] = {g_unix_signal_add(SIGINT, interrupt, &run),
                             g_unix_signal_add(SIGTERM, interrupt, &run)};

    run.recipe = train_recipe_load(params->recipe, params->data, error);
    if (run.recipe && prepare_output(&run, error) && prepare_weights(&run, error))
        result = prepare_and_run(&run, error);
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    run_clear(&run);
    return result;
}
