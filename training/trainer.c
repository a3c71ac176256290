/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The run: everything around a stage's step. */
#include "trainer.h"

#include "checkpoint.h"
#include "export.h"
#include "journal.h"
#include "seed.h"
#include "stage.h"
#include "start.h"
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#define WARM_UP .1        /* of a stage's steps */
#define LAST_RATE .02     /* of the peak */
#define AVERAGE_WARM_UP 9 /* steps: the average forgets where it began as it goes */
#define STATISTICS_MOMENTUM .1
#define START_PICTURES 64 /* to measure a backbone's normalisation on */
#define LOG_EVERY 10      /* steps */

typedef struct {
    const TrainRunParams *params;
    TrainRecipe *recipe;
    TrainWorkers *workers;
    TrainWeights *weights;
    TrainDataset *dataset;
    TrainJournal *journal;
    char *checkpoint, *model;
    char *data; /* digest of the dataset */
    TrainPlace place;
    guint steps; /* in this call */
    gboolean interrupted;
} Run;

/* A stage in progress. */
typedef struct {
    const TrainStage *stage;
    const TrainStageRecipe *recipe;
    TrainStep step;
    float *scale; /* n_params: factor of the rate */
    guint period; /* steps between masks; 0: the first one stays */
    guint images; /* in a step */
    guint64 seed;
} Stage;

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

/* Linear warm-up, then a cosine down to LAST_RATE. */
static double rate_at(const TrainStageRecipe *recipe, guint step)
{
    const double warm = MAX(1., WARM_UP * recipe->steps), at = step + 1;
    if (at < warm)
        return recipe->rate * at / warm;
    const double done = (at - warm) / MAX(1., recipe->steps - warm);
    return recipe->rate * (LAST_RATE + (1 - LAST_RATE) * .5 * (1 + cos(G_PI * MIN(done, 1.))));
}

/* The first layer behind the last pool: the head. */
static guint head_layer(const BiqaGraph *graph)
{
    guint head = 0;
    for (guint i = 0; i < graph->n_layers; i++) {
        if (graph->layers[i].kind == BIQA_LAYER_POOL)
            head = i + 1;
    }
    return head;
}

static float *make_scale(const BiqaGraph *graph, const TrainStageRecipe *recipe, guint first_layer)
{
    float *scale = g_new0(float, graph->n_params);
    for (guint i = first_layer; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        const BiqaLayerInfo *info = biqa_layer_info(layer->kind);
        for (guint p = 0; p < info->n_params; p++) {
            if (info->params[p].role == BIQA_PARAM_STATISTIC)
                continue;
            for (gsize j = layer->offset[p]; j < layer->offset[p] + layer->count[p]; j++)
                scale[j] = layer->kind == BIQA_LAYER_LINEAR ? (float)recipe->head_rate : 1.f;
        }
    }
    return scale;
}

/* Steps between two masks. An epoch sees every rated image, or every ranked group, once. */
static guint mask_period(const Run *run, const TrainStageRecipe *recipe)
{
    if (g_str_equal(recipe->mask_refresh, "never"))
        return 0;
    if (!g_str_equal(recipe->mask_refresh, "epoch"))
        return (guint)g_ascii_strtoull(recipe->mask_refresh, NULL, 10);
    if (recipe->rated)
        return MAX(1, run->dataset->parts[TRAIN_PART_TRAIN]->len / recipe->rated);
    const TrainPool *pool = run->dataset->pool;
    return MAX(1, train_pool_n_contents(pool) * train_pool_n_types(pool) / recipe->groups);
}

static Stage stage_begin(const Run *run, guint index)
{
    const TrainStageRecipe *recipe = &run->recipe->stages[index];
    const BiqaGraph *graph = run->weights->graph;
    Stage stage = {
        .stage = train_stage_find(recipe->kind),
        .recipe = recipe,
        .seed = train_seed(run->recipe->seed, 1, index),
        .images = recipe->groups * (TRAIN_LEVELS + 1) + recipe->rated,
        .period = mask_period(run, recipe),
    };
    const gboolean paired = stage.stage->paired;
    stage.step = (TrainStep){
        .recipe = recipe,
        .weights = run->weights,
        .norm = run->recipe->batch_norm ? TRAIN_NORM_BATCH : TRAIN_NORM_FROZEN,
        .first_layer = recipe->head_only ? head_layer(graph) : 0,
    };
    if (recipe->groups)
        stage.step.ranked =
            train_batch_new(graph, run->recipe->rank_size, recipe->groups * (TRAIN_LEVELS + 1),
                            paired, run->workers);
    if (recipe->rated)
        stage.step.rated =
            train_batch_new(graph, run->recipe->input.size, recipe->rated, paired, run->workers);
    stage.scale = make_scale(graph, recipe, stage.step.first_layer);
    return stage;
}

static void stage_end(Stage *stage)
{
    train_batch_free(stage->step.ranked);
    train_batch_free(stage->step.rated);
    g_free(stage->scale);
}

static void fill(const Run *run, const Stage *stage, guint step)
{
    const BiqaInput *input = &run->recipe->input;
    if (stage->step.ranked)
        train_batch_fill_ranked(stage->step.ranked, run->dataset, input,
                                train_seed(stage->seed, 4, step), run->workers);
    if (stage->step.rated)
        train_batch_fill_rated(stage->step.rated, run->dataset, input,
                               (guint64)step * stage->recipe->rated, stage->seed, run->workers);
}

/* The batches of a stage as a list. */
static guint list_batches(const Stage *stage, TrainBatch *batches[2])
{
    guint n = 0;
    if (stage->step.rated)
        batches[n++] = stage->step.rated;
    if (stage->step.ranked)
        batches[n++] = stage->step.ranked;
    return n;
}

/* Pruning shifts every map's mean and variance; the competitor's own are measured on this step's
 * batches. */
static void calibrate_competitor(const Run *run, const Stage *stage)
{
    TrainBatch *batches[2];
    float *values = run->weights->values[BIQA_COMPETITOR];
    const guint n = list_batches(stage, batches);
    for (guint k = 0; k < n; k++) {
        train_batch_share_input(batches[k]);
        train_net_forward(batches[k]->nets[BIQA_COMPETITOR], batches[k]->n, values,
                          TRAIN_NORM_BATCH, batches[k]->scores[BIQA_COMPETITOR]);
        train_net_update_statistics(batches[k]->nets[BIQA_COMPETITOR], 1. / (k + 1), values);
    }
}

/* A competitor of the present weights. */
static void renew_competitor(const Run *run, const Stage *stage)
{
    train_weights_prune(run->weights, run->recipe->ratio);
    if (run->weights->own_norm && stage->step.norm == TRAIN_NORM_FROZEN)
        calibrate_competitor(run, stage);
}

static gboolean is_mask_due(const Stage *stage, guint step)
{
    return stage->stage->paired && (!step || (stage->period && step % stage->period == 0));
}

/* The average of the step before and what this one gave: first the values alone, then more and more
 * of the past. */
static void average(const Run *run, guint step)
{
    if (run->recipe->average > 0)
        train_weights_average(run->weights,
                              MIN(run->recipe->average, (double)step / (step + AVERAGE_WARM_UP)));
}

/* A model file holds the rule that makes the mask, not the mask: the competitor that ships is the
 * one of the final weights, averaged where they are, and its normalisation is measured on it. */
static void finish_competitor(const Run *run, const Stage *stage)
{
    train_weights_settle(run->weights);
    if (!stage->stage->paired)
        return;
    fill(run, stage, stage->recipe->steps);
    renew_competitor(run, stage);
}

/* With batch statistics, the stored ones follow: the full model's from its net, the competitor's
 * from its own, or where both share them from both in turn. */
static void update_statistics(const Run *run, const Stage *stage)
{
    TrainBatch *batches[2];
    TrainWeights *weights = run->weights;
    const guint n = list_batches(stage, batches);
    for (guint k = 0; k < n; k++) {
        train_net_update_statistics(batches[k]->nets[BIQA_FULL], STATISTICS_MOMENTUM,
                                    weights->values[BIQA_FULL]);
        if (stage->stage->paired)
            train_net_update_statistics(
                batches[k]->nets[BIQA_COMPETITOR], STATISTICS_MOMENTUM,
                weights->values[weights->own_norm ? BIQA_COMPETITOR : BIQA_FULL]);
    }
}

/* Returns the loss; where it or its gradient is no finite number, NaN, and weights are left alone.
 */
static double take_step(const Run *run, const Stage *stage, guint step)
{
    fill(run, stage, step);
    if (is_mask_due(stage, step))
        renew_competitor(run, stage);
    train_weights_zero_gradients(run->weights);
    const double loss = stage->stage->step(&stage->step);
    if (!isfinite(loss))
        return NAN;
    if (stage->step.norm == TRAIN_NORM_BATCH)
        update_statistics(run, stage);
    const double norm = train_weights_step(run->weights, rate_at(stage->recipe, step), stage->scale,
                                           run->recipe->clip);
    if (!isfinite(norm))
        return NAN;
    average(run, step);
    return loss;
}

static gboolean save_checkpoint(const Run *run, GError **error)
{
    const TrainOrigin origin = {run->recipe, run->data};
    return train_checkpoint_save(run->checkpoint, &origin, run->weights, run->place, error);
}

/* Says what a step gave, to people and to programs. */
static gboolean report(const Run *run, const Stage *stage, TrainProgress *progress, double loss,
                       GError **error)
{
    const guint done = run->place.step, step = done - 1;
    char note[32];

    g_snprintf(note, sizeof note, "loss %.4f", loss);
    train_progress_show(progress, done, stage->images, note);
    if (step % LOG_EVERY && done < stage->recipe->steps)
        return TRUE;
    return train_journal_write(run->journal, error, "step", stage->recipe->name, "step",
                               (double)step, "loss", loss, "rate", rate_at(stage->recipe, step),
                               "images_per_second",
                               train_progress_rate(progress, done, stage->images), NULL);
}

/* One step, and a checkpoint where one is due. DONE means that the stage may go on. */
static TrainRunResult advance(Run *run, const Stage *stage, TrainProgress *progress, GError **error)
{
    const double loss = take_step(run, stage, run->place.step);
    if (!isfinite(loss)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "stage \"%s\", step %u: the loss or its gradient is no finite number; lower "
                    "the rate (the checkpoint before it is intact)",
                    stage->recipe->name, run->place.step);
        return TRAIN_RUN_FAILED;
    }
    run->place.step++;
    run->steps++;
    if (!report(run, stage, progress, loss, error))
        return TRAIN_RUN_FAILED;
    const gboolean stop =
        is_interrupted(run) || (run->params->stop_after && run->steps >= run->params->stop_after);
    const gboolean due = run->place.step % run->recipe->checkpoint_every == 0;
    if ((stop || due) && !save_checkpoint(run, error))
        return TRAIN_RUN_FAILED;
    return stop ? TRAIN_RUN_INTERRUPTED : TRAIN_RUN_DONE;
}

/* Steps until the stage is done. INTERRUPTED and FAILED leave a checkpoint of a good step. */
static TrainRunResult loop(Run *run, const Stage *stage, GError **error)
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
    g_autoptr(BiqaModel) model =
        train_export(run->recipe, run->weights, run->dataset, run->workers, error);
    return model && biqa_model_save(model, run->model, error) &&
           train_journal_write(run->journal, error, "model", stage, "validation_srcc",
                               model->validation_srcc, "validation_plcc", model->validation_plcc,
                               "hard_threshold", model->hard_threshold, NULL);
}

static TrainRunResult run_stages(Run *run, GError **error)
{
    while (run->place.stage < run->recipe->n_stages) {
        Stage stage = stage_begin(run, run->place.stage);
        const TrainRunResult result = loop(run, &stage, error);
        if (result == TRAIN_RUN_DONE)
            finish_competitor(run, &stage);
        stage_end(&stage);
        if (result != TRAIN_RUN_DONE)
            return result;
        /* The model first: a checkpoint of a finished stage promises that it is there. */
        const char *name = run->recipe->stages[run->place.stage].name;
        run->place = (TrainPlace){run->place.stage + 1, 0};
        if (!write_model(run, name, error) || !save_checkpoint(run, error))
            return TRAIN_RUN_FAILED;
    }
    /* Somebody may have moved the model of a finished run away. */
    if (!g_file_test(run->model, G_FILE_TEST_EXISTS) && !write_model(run, "end", error))
        return TRAIN_RUN_FAILED;
    return TRAIN_RUN_DONE;
}

/* A folded backbone needs real pictures to measure its normalisation on: the rated ones, else
 * ranked. */
static void measure_start(Run *run)
{
    const BiqaGraph *graph = run->weights->graph;
    TrainBatch *batch = train_batch_new(graph, run->recipe->input.size,
                                        START_PICTURES - START_PICTURES % 6, FALSE, run->workers);
    const guint64 seed = train_seed(run->recipe->seed, 5, 0);
    if (run->dataset->ratings)
        train_batch_fill_rated(batch, run->dataset, &run->recipe->input, 0, seed, run->workers);
    else
        train_batch_fill_ranked(batch, run->dataset, &run->recipe->input, seed, run->workers);
    const gsize size = biqa_shape_size(graph->layers[0].shape);
    g_autofree float *pictures = g_new(float, batch->n *size);
    for (guint i = 0; i < batch->n; i++)
        memcpy(pictures + i * size, train_net_input(batch->nets[BIQA_FULL], i),
               size * sizeof(float));
    train_start_measure(run->weights, pictures, batch->n, run->workers);
    train_batch_free(batch);
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

static gboolean load_data(Run *run, GError **error)
{
    g_autofree char *cache = g_build_filename(run->params->output, "cache", NULL);
    Preparation preparation = {run, train_progress("distort", 0, 0)};
    const TrainDatasetParams params = {cache, show_preparation, &preparation};
    run->dataset = train_dataset_load(run->recipe, &params, run->workers, error);
    if (run->dataset)
        run->data = train_dataset_digest(run->dataset);
    return run->dataset != NULL;
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
    if (!run->params->resume && g_file_test(run->checkpoint, G_FILE_TEST_EXISTS)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE,
                    "\"%s\" holds a run already: go on with --resume or choose another folder",
                    output);
        return FALSE;
    }
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
    run->weights = train_weights_new(graph, &run->recipe->optim, run->recipe->own_norm);
    return TRUE;
}

static gboolean prepare_values(Run *run, GError **error)
{
    const TrainOrigin origin = {run->recipe, run->data};
    if (run->params->resume && g_file_test(run->checkpoint, G_FILE_TEST_EXISTS))
        return train_checkpoint_load(run->checkpoint, &origin, run->weights, &run->place, error);
    if (!train_start_values(run->recipe, run->weights, error))
        return FALSE;
    if (run->recipe->backbone)
        measure_start(run);
    return save_checkpoint(run, error);
}

static void run_clear(Run *run)
{
    train_journal_close(run->journal);
    train_dataset_free(run->dataset);
    train_weights_free(run->weights);
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
