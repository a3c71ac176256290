/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Agreement with a rated list: figures, how sure they are, who differs from whom. */
#include "eval-candidates.h"

#include "csv.h"
#include "eval-hard.h"
#include "model-parts.h"
#include "splits.h"
#include <math.h>
#include <stdio.h>

#define LEVEL .95
#define HALVINGS 10
#define SPLIT_SHARE .2

/* Moves the rows of those images to the front for which parts (ratings->n) says wanted; returns
 * their number. What is moved back has been looked at. */
static guint move_to_front(TrainRatings *ratings, const guint *parts, guint wanted)
{
    guint n = 0;
    for (guint i = 0; i < ratings->n; i++) {
        if (parts[i] == wanted)
            train_ratings_swap(ratings, n++, i);
    }
    return n;
}

/* To which part the recipe in the first model deals each image. (transfer full) */
static guint *deal_by_recipe(const TrainEval *eval, const TrainRatings *ratings, GError **error)
{
    const TrainEvalModel *model = &eval->models[0];
    g_autofree TrainPart *dealt = train_model_parts(model->model, model->name, ratings, error);
    guint *parts = dealt ? g_new(guint, ratings->n) : NULL;

    if (!dealt)
        g_prefix_error(error, "--part %s: ", eval->part);
    for (guint i = 0; dealt && i < ratings->n; i++)
        parts[i] = dealt[i];
    return parts;
}

static guint *deal_by_hash(const TrainRatings *ratings, guint modulus)
{
    guint *parts = g_new(guint, ratings->n);
    for (guint i = 0; i < ratings->n; i++)
        parts[i] = train_ratings_part_of(ratings, i, modulus);
    return parts;
}

/* Moves the rows of the wanted part to the front; n receives their number. */
static gboolean select_part(const TrainEval *eval, TrainRatings *ratings, guint *n, GError **error)
{
    TrainPart part = 0;
    guint wanted = 0, modulus = 1;
    const gboolean named = eval->part && train_part_find(eval->part, &part);
    if (named)
        wanted = part;
    if (eval->part && !named &&
        (sscanf(eval->part, "%u/%u", &wanted, &modulus) != 2 || wanted >= modulus)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "--part \"%s\": write R/M with R below M, as 0/5, or training, validation or "
                    "held-out",
                    eval->part);
        return FALSE;
    }
    g_autofree guint *parts =
        named ? deal_by_recipe(eval, ratings, error) : deal_by_hash(ratings, modulus);
    *n = parts ? move_to_front(ratings, parts, wanted) : 0;
    return parts != NULL;
}

/* The four figures in the order of the tables. */
typedef struct {
    const char *name, *title;
    double value;
    TrainInterval interval;
} Figure;

#define FIGURES 4

static void list_figures(const TrainAgreement *a, const TrainAgreementIntervals *i,
                         Figure figures[FIGURES])
{
    const Figure all[FIGURES] = {{"srcc", "SRCC", a->srcc, i->srcc},
                                 {"plcc", "PLCC", a->plcc, i->plcc},
                                 {"krcc", "KRCC", a->krcc, i->krcc},
                                 {"rmse", "RMSE", a->rmse, i->rmse}};
    for (guint f = 0; f < FIGURES; f++)
        figures[f] = all[f];
}

static void print_head(const char *title, int width, const char *interval)
{
    static const char *const names[FIGURES] = {"SRCC", "PLCC", "KRCC", "RMSE"};
    printf("%-*s %6s", width, title, "images");
    for (guint f = 0; f < FIGURES; f++)
        printf("  %s %-15s", names[f], interval);
    printf("\n");
}

static void print_figures(const char *name, int width, guint images, const Figure *figures)
{
    printf("%-*s %6u", width, name, images);
    for (guint f = 0; f < FIGURES; f++)
        printf("  %7.4f [%.3f %.3f]%s", figures[f].value, figures[f].interval.low,
               figures[f].interval.high, f + 1 < FIGURES ? "" : "\n");
}

static void add_figures(JsonBuilder *json, const Figure *figures)
{
    for (guint f = 0; f < FIGURES; f++) {
        biqa_json_begin_object(json, figures[f].name);
        biqa_json_add_number(json, "value", figures[f].value);
        biqa_json_add_number(json, "low", figures[f].interval.low);
        biqa_json_add_number(json, "high", figures[f].interval.high);
        json_builder_end_object(json);
    }
}

static void begin_array(JsonBuilder *json, const char *name)
{
    if (!json)
        return;
    biqa_json_begin_array(json, name);
}

static void end_array(JsonBuilder *json)
{
    if (json)
        json_builder_end_array(json);
}

typedef struct {
    const TrainEval *eval;
    const TrainCandidates *candidates;
    const double *ratings;
    TrainBootstrap bootstrap;
    int width; /* of the names' column */
} Table;

/* A row of either table: a line, or an object of the array. */
static void show_row(const Table *table, const TrainCandidate *candidate, guint images,
                     const Figure *figures)
{
    JsonBuilder *json = table->eval->json;
    if (!json) {
        print_figures(candidate->name, table->width, images, figures);
        return;
    }
    json_builder_begin_object(json);
    biqa_json_add_text(json, "name", candidate->name);
    if (candidate->verdicts)
        biqa_json_add_text(json, "model", table->eval->models[candidate->model].name);
    if (candidate->verdicts)
        biqa_json_add_text(json, "branch", candidate->branch == BIQA_FULL ? "full" : "competitor");
    biqa_json_add_number(json, "images", images);
    add_figures(json, figures);
    json_builder_end_object(json);
}

static void show_agreement(const Table *table)
{
    const guint n = table->candidates->n_images;
    if (!table->eval->json)
        print_head("agreement", table->width, "[95 %]");
    begin_array(table->eval->json, "agreement");
    for (guint c = 0; c < table->candidates->n; c++) {
        const TrainCandidate *candidate = &table->candidates->all[c];
        const TrainAgreement agreement = train_agreement(candidate->scores, table->ratings, n);
        const TrainAgreementIntervals intervals =
            train_bootstrap_agreement(&table->bootstrap, candidate->scores, table->ratings, n);
        Figure figures[FIGURES];
        list_figures(&agreement, &intervals, figures);
        show_row(table, candidate, n, figures);
    }
    end_array(table->eval->json);
}

static void show_splits(const Table *table)
{
    const TrainSplits splits = {table->eval->splits, SPLIT_SHARE, table->eval->seed,
                                table->eval->workers};
    if (!table->eval->json) {
        printf("\nmedian of %u random test parts of %g %% (seed %" G_GUINT64_FORMAT
               "); nobody was trained anew: it shows the spread alone\n",
               splits.n, 100 * splits.share, splits.seed);
        print_head("", table->width, "[quartiles]");
    }
    begin_array(table->eval->json, "splits");
    for (guint c = 0; c < table->candidates->n; c++) {
        const TrainCandidate *candidate = &table->candidates->all[c];
        const TrainSplitFigures split = train_splits_agreement(
            &splits, candidate->scores, table->ratings, table->candidates->n_images);
        Figure figures[FIGURES];
        list_figures(&split.median, &split.middle_half, figures);
        show_row(table, candidate, split.images, figures);
    }
    end_array(table->eval->json);
}

static void show_pair(const Table *table, const TrainCandidate *a, const TrainCandidate *b)
{
    JsonBuilder *json = table->eval->json;
    const TrainComparison c = train_compare_srcc(&table->bootstrap, a->scores, b->scores,
                                                 table->ratings, table->candidates->n_images);
    if (!json) {
        printf("%-*s - %-*s  %7.4f [%.3f %.3f]  %6.2f  %.2g\n", table->width, a->name, table->width,
               b->name, c.difference, c.interval.low, c.interval.high, c.z, c.p);
        return;
    }
    json_builder_begin_object(json);
    biqa_json_add_text(json, "first", a->name);
    biqa_json_add_text(json, "second", b->name);
    biqa_json_add_number(json, "difference", c.difference);
    biqa_json_add_number(json, "low", c.interval.low);
    biqa_json_add_number(json, "high", c.interval.high);
    biqa_json_add_number(json, "z", c.z);
    biqa_json_add_number(json, "p", c.p);
    json_builder_end_object(json);
}

static void show_pairs(const Table *table)
{
    const TrainCandidates *candidates = table->candidates;
    if (!table->eval->json)
        printf("\n%-*s    SRCC [95 %%]        Meng's z  p\n", 2 * table->width + 3, "difference");
    begin_array(table->eval->json, "differences");
    for (guint i = 0; i < candidates->n; i++) {
        for (guint j = i + 1; j < candidates->n; j++) {
            if (train_candidates_meet(&candidates->all[i], &candidates->all[j]))
                show_pair(table, &candidates->all[i], &candidates->all[j]);
        }
    }
    end_array(table->eval->json);
}

static void add_estimate(JsonBuilder *json, const char *name, const TrainEstimate *estimate)
{
    biqa_json_begin_object(json, name);
    biqa_json_add_number(json, "value", estimate->value);
    biqa_json_add_number(json, "low", estimate->low);
    biqa_json_add_number(json, "high", estimate->high);
    json_builder_end_object(json);
}

static void add_hard(JsonBuilder *json, const char *model, const TrainEvalHard *hard)
{
    TrainHardRow rows[TRAIN_HARD_ROWS];
    const guint n = train_eval_hard_rows(hard, NULL, rows);
    for (guint i = 0; i < n; i++) {
        json_builder_begin_object(json);
        biqa_json_add_text(json, "model", model);
        biqa_json_add_text(json, "figure", rows[i].name);
        biqa_json_add_number(json, "images", hard->errors->n);
        add_estimate(json, "auroc", &rows[i].hardness.auroc);
        add_estimate(json, "srcc", &rows[i].hardness.srcc);
        biqa_json_add_number(json, "coverage", rows[i].coverage);
        biqa_json_add_number(json, "width", rows[i].width);
        json_builder_end_object(json);
    }
}

static void print_hard(const char *model, const TrainEvalHard *hard)
{
    printf("\n%s: ", model);
    train_eval_hard_print(hard, NULL);
    if (hard->errors->n < 2 * TRAIN_CALIBRATE_LEAST)
        return;
    printf("\n%s: ", model);
    train_eval_hard_print_splits(hard, HALVINGS);
}

/* What is said of a score's error, model by model. */
static void show_hard(const Table *table)
{
    const TrainCalibration calibration = train_calibration_default();
    begin_array(table->eval->json, "hard");
    for (guint m = 0; m < table->eval->n_models; m++) {
        const TrainEvalModel *model = &table->eval->models[m];
        const TrainEvalHard hard = {model->model, table->candidates->errors[m], &calibration,
                                    table->eval->resamples, table->eval->seed};
        if (table->eval->json)
            add_hard(table->eval->json, model->name, &hard);
        else
            print_hard(model->name, &hard);
    }
    end_array(table->eval->json);
}

static void append_number(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_c(text, ',');
    if (isnan(value)) /* what the model does not tell */
        return;
    if (isfinite(value)) /* nothing where the model does not tell */
        g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.4f", value));
}

static gboolean write_csv(const Table *table, const TrainRatings *ratings, GError **error)
{
    g_autoptr(GString) text =
        g_string_new("model,image,rating,score,competitor-score,disagreement,hard,uncertainty,"
                     "score-low,score-high\n");
    for (guint m = 0; m < table->eval->n_models; m++) {
        for (guint i = 0; i < table->candidates->n_images; i++) {
            const BiqaVerdict *verdict = &table->candidates->verdicts[m][i];
            train_csv_append(text, table->eval->models[m].name);
            g_string_append_c(text, ',');
            train_csv_append(text, ratings->paths[i]);
            append_number(text, ratings->scores[i]);
            append_number(text, verdict->score);
            append_number(text, verdict->competitor_score);
            append_number(text, verdict->disagreement);
            g_string_append(text, verdict->hard ? ",true" : ",false");
            append_number(text, verdict->uncertainty);
            append_number(text, verdict->score_low);
            append_number(text, verdict->score_high);
            g_string_append_c(text, '\n');
        }
    }
    return g_file_set_contents(table->eval->csv, text->str, (gssize)text->len, error);
}

static int name_width(const TrainCandidates *candidates)
{
    glong width = 12;
    for (guint c = 0; c < candidates->n; c++)
        width = MAX(width, g_utf8_strlen(candidates->all[c].name, -1));
    return (int)width;
}

gboolean train_eval_ratings(const TrainEval *eval, GError **error)
{
    guint n;
    const TrainRatingsParams params = {.scale = eval->scale};
    g_autoptr(TrainRatings) ratings = train_ratings_open(eval->ratings, &params, error);
    if (!ratings || !select_part(eval, ratings, &n, error))
        return FALSE;
    if (n < 3) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "%u images to agree on are too few", n);
        return FALSE;
    }
    g_autoptr(TrainCandidates) candidates = train_candidates_new(eval, ratings, n, error);
    if (!candidates)
        return FALSE;
    const Table table = {eval,
                         candidates,
                         ratings->scores,
                         {eval->resamples, eval->seed, LEVEL, eval->workers},
                         name_width(candidates)};
    show_agreement(&table);
    if (eval->splits)
        show_splits(&table);
    show_pairs(&table);
    show_hard(&table);
    return !eval->csv || write_csv(&table, ratings, error);
}
