/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables on the hard flag. */
#include "eval-hard.h"

#include "metrics.h"
#include "seed.h"
#include <math.h>
#include <stdio.h>

static double *plain_disagreement(const TrainErrors *errors)
{
    double *figure = g_new(double, errors->n);

    for (guint i = 0; i < errors->n; i++)
        figure[i] = fabs(errors->figures[i][BIQA_FIGURE_DIFFERENCE]);
    return figure;
}

static double *head_uncertainty(const BiqaUncertainty *head, const TrainErrors *errors)
{
    double *figure = g_new(double, errors->n);

    for (guint i = 0; i < errors->n; i++)
        figure[i] = biqa_uncertainty(head, errors->figures[i]);
    return figure;
}

/* Share of the ratings within a head's interval, and its mean width after clipping to 0..100. */
static void judge_interval(const BiqaUncertainty *head, const TrainErrors *errors, double *coverage,
                           double *width)
{
    *coverage = *width = 0;
    for (guint i = 0; i < errors->n; i++) {
        const double margin = head->quantile * biqa_uncertainty(head, errors->figures[i]);
        const double low = MAX(errors->scores[i] - margin, 0);
        const double high = MIN(errors->scores[i] + margin, 100);
        *coverage += errors->errors[i] <= margin ? 1. / errors->n : 0;
        *width += (high - low) / errors->n;
    }
}

static TrainHardRow judge_row(const TrainEvalHard *eval, const char *name, const double *figure)
{
    return (TrainHardRow){
        .name = name,
        .hardness = train_hardness(figure, eval->errors->errors, eval->errors->n, eval->resamples,
                                   eval->seed),
        .coverage = NAN,
        .width = NAN,
    };
}

static TrainHardRow judge_head_row(const TrainEvalHard *eval, const char *name,
                                   const BiqaUncertainty *head)
{
    g_autofree double *figure = head_uncertainty(head, eval->errors);
    TrainHardRow row = judge_row(eval, name, figure);

    if (head->n_images > 0)
        judge_interval(head, eval->errors, &row.coverage, &row.width);
    return row;
}

guint train_eval_hard_rows(const TrainEvalHard *eval, const BiqaUncertainty *rest,
                           TrainHardRow rows[TRAIN_HARD_ROWS])
{
    g_autofree double *plain = plain_disagreement(eval->errors);
    guint n = 0;

    rows[n++] = judge_row(eval, "disagreement", plain);
    if (eval->model->uncertainty.n_terms > 0)
        rows[n++] = judge_head_row(eval, "uncertainty", &eval->model->uncertainty);
    if (rest)
        rows[n++] = judge_head_row(eval, "without the competitor", rest);
    return n;
}

static void print_row(const TrainHardRow *row)
{
    const TrainHardness *h = &row->hardness;

    printf("%-24s %6.3f [%6.3f %6.3f] %6.3f [%6.3f %6.3f]", row->name, h->auroc.value, h->auroc.low,
           h->auroc.high, h->srcc.value, h->srcc.low, h->srcc.high);
    if (!isnan(row->coverage))
        printf("   %5.1f %%  %5.1f", 100 * row->coverage, row->width);
    printf("\n");
}

static double mean_error(const TrainErrors *errors)
{
    double sum = 0;

    for (guint i = 0; i < errors->n; i++)
        sum += errors->errors[i];
    return sum / errors->n;
}

void train_eval_hard_print(const TrainEvalHard *eval, const BiqaUncertainty *rest)
{
    TrainHardRow rows[TRAIN_HARD_ROWS];
    const guint n = train_eval_hard_rows(eval, rest, rows);

    printf("what foretells the error, %u images, mean error %.2f\n%-24s %-22s %-22s   %s\n",
           eval->errors->n, mean_error(eval->errors), "figure [95 %]", "AUROC, worst fifth",
           "Spearman with error", "interval holds, width");
    for (guint i = 0; i < n; i++)
        print_row(&rows[i]);
}

/* --- Halves --- */

enum { PLAIN, HEAD, REST, N_ROWS };
enum { AUROC, SRCC, COVERAGE, WIDTH, N_COLUMNS };

typedef struct {
    double *cells[N_ROWS][N_COLUMNS]; /* one value a split */
} Splits;

static void judge_figure(const TrainErrors *test, const double *figure, double *auroc, double *srcc)
{
    const TrainHardness h = train_hardness(figure, test->errors, test->n, 0, 0);

    *auroc = h.auroc.value;
    *srcc = h.srcc.value;
}

static void judge_head(const TrainErrors *half, const TrainErrors *test,
                       const TrainCalibration *calibration, double *row[N_COLUMNS], guint at)
{
    BiqaUncertainty head;

    if (!train_calibrate(half, calibration, &head, NULL))
        g_assert_not_reached(); /* the caller has counted */
    g_autofree double *figure = head_uncertainty(&head, test);
    judge_figure(test, figure, &row[AUROC][at], &row[SRCC][at]);
    judge_interval(&head, test, &row[COVERAGE][at], &row[WIDTH][at]);
}

static void judge_split(const TrainEvalHard *eval, Splits *splits, guint at)
{
    const guint n = eval->errors->n, half = n / 2;
    const TrainCalibration rest = train_calibration_without_competitor(eval->calibration);
    g_autofree guint *rows = g_new(guint, n);
    guint64 state = train_seed(eval->seed, at, n);

    for (guint i = 0; i < n; i++)
        rows[i] = i;
    for (guint i = n; i > 1; i--) {
        const guint k = train_draw(&state, i), swap = rows[i - 1];
        rows[i - 1] = rows[k];
        rows[k] = swap;
    }
    g_autoptr(TrainErrors) fitted = train_errors_take(eval->errors, rows, half);
    g_autoptr(TrainErrors) test = train_errors_take(eval->errors, rows + half, n - half);
    g_autofree double *plain = plain_disagreement(test);
    judge_figure(test, plain, &splits->cells[PLAIN][AUROC][at], &splits->cells[PLAIN][SRCC][at]);
    judge_head(fitted, test, eval->calibration, splits->cells[HEAD], at);
    judge_head(fitted, test, &rest, splits->cells[REST], at);
}

void train_eval_hard_print_splits(const TrainEvalHard *eval, guint n_splits)
{
    static const char *const names[N_ROWS] = {"disagreement", "head", "head without competitor"};
    Splits splits;

    for (guint r = 0; r < N_ROWS; r++)
        for (guint c = 0; c < N_COLUMNS; c++)
            splits.cells[r][c] = g_new0(double, n_splits);
    for (guint s = 0; s < n_splits; s++)
        judge_split(eval, &splits, s);
    printf("median [lowest highest] of %u halvings of %u images, heads fitted to one half and "
           "judged on "
           "the other\n%-24s %-22s %-22s %s\n",
           n_splits, eval->errors->n, "figure", "AUROC, worst fifth", "Spearman with error",
           "interval holds, width");
    for (guint r = 0; r < N_ROWS; r++) {
        printf("%-24s", names[r]);
        for (guint c = 0; c < COVERAGE; c++)
            printf(" %6.3f [%6.3f %6.3f]", train_quantile(splits.cells[r][c], n_splits, .5),
                   train_quantile(splits.cells[r][c], n_splits, 0),
                   train_quantile(splits.cells[r][c], n_splits, 1));
        if (r != PLAIN)
            printf("   %5.1f %%  %5.1f",
                   100 * train_quantile(splits.cells[r][COVERAGE], n_splits, .5),
                   train_quantile(splits.cells[r][WIDTH], n_splits, .5));
        printf("\n");
        for (guint c = 0; c < N_COLUMNS; c++)
            g_free(splits.cells[r][c]);
    }
}
