/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maximum likelihood with a ridge, by Newton's method; folds; the conformal quantile. */
#include "calibrate.h"

#include "metrics.h"
#include "seed.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOLDS 10
#define INNER_FOLDS 5
#define N_PARAMS (BIQA_N_FIGURES + 1) /* weights, then the bias */
#define LEAST_ERROR .01               /* points; a likelihood of no error at all has no maximum */
#define REACH 3.                      /* as in the head */

/* Of the ridge; the last all but makes uncertainty a constant. With n images the data weigh n. */
static const double ridges[] = {3, 10, 30, 100, 300, 1000};

static TrainErrors *errors_alloc(guint n)
{
    TrainErrors *errors = g_new0(TrainErrors, 1);

    errors->n = n;
    errors->figures = g_malloc0_n(n, sizeof *errors->figures);
    errors->scores = g_new(double, n);
    errors->errors = g_new(double, n);
    return errors;
}

TrainErrors *train_errors_new(const BiqaModel *model, const BiqaResult *results,
                              const double *ratings, guint n)
{
    TrainErrors *errors = errors_alloc(n);

    for (guint i = 0; i < n; i++) {
        biqa_figures(&model->scale, &results[i], errors->figures[i]);
        errors->scores[i] = errors->figures[i][BIQA_FIGURE_SCORE];
        errors->errors[i] = fabs(errors->scores[i] - ratings[i]);
    }
    return errors;
}

void train_errors_append(TrainErrors *errors, const TrainErrors *more)
{
    const guint n = errors->n + more->n;

    errors->figures = g_realloc_n(errors->figures, n, sizeof *errors->figures);
    errors->scores = g_renew(double, errors->scores, n);
    errors->errors = g_renew(double, errors->errors, n);
    for (guint i = 0; i < more->n; i++) {
        memcpy(errors->figures[errors->n + i], more->figures[i], sizeof *errors->figures);
        errors->scores[errors->n + i] = more->scores[i];
        errors->errors[errors->n + i] = more->errors[i];
    }
    errors->n = n;
}

TrainErrors *train_errors_take(const TrainErrors *errors, const guint *rows, guint n)
{
    TrainErrors *taken = errors_alloc(n);

    for (guint i = 0; i < n; i++) {
        memcpy(taken->figures[i], errors->figures[rows[i]], sizeof *taken->figures);
        taken->scores[i] = errors->scores[rows[i]];
        taken->errors[i] = errors->errors[rows[i]];
    }
    return taken;
}

void train_errors_free(TrainErrors *errors)
{
    if (!errors)
        return;
    g_free(errors->figures);
    g_free(errors->scores);
    g_free(errors->errors);
    g_free(errors);
}

/* --- What a head looks at --- */

TrainCalibration train_calibration_default(void)
{
    return (TrainCalibration){
        .n_figures = 4,
        .figures = {BIQA_FIGURE_SCORE, BIQA_FIGURE_SCORE_SQUARED, BIQA_FIGURE_CROP_DISAGREEMENT,
                    BIQA_FIGURE_SPREAD},
        .hard_share = .1,
        .seed = 1,
    };
}

gboolean train_calibration_parse(const char *const *names, TrainCalibration *calibration,
                                 GError **error)
{
    if (!names)
        return TRUE;
    calibration->n_figures = 0;
    for (guint k = 0; names[k]; k++) {
        BiqaFigure figure;
        if (!biqa_figure_find(names[k], &figure)) {
            g_autoptr(GString) known = g_string_new(biqa_figure_name(0));
            for (guint f = 1; f < BIQA_N_FIGURES; f++)
                g_string_append_printf(known, ", %s", biqa_figure_name(f));
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "there is no figure \"%s\"; there are %s", names[k], known->str);
            return FALSE;
        }
        if (g_strv_contains(names + k + 1, names[k])) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "the figure \"%s\" is named twice",
                        names[k]);
            return FALSE;
        }
        calibration->figures[calibration->n_figures++] = figure;
    }
    if (calibration->n_figures == 0)
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE, "no figure is named");
    return calibration->n_figures > 0;
}

TrainCalibration train_calibration_without_competitor(const TrainCalibration *calibration)
{
    TrainCalibration rest = *calibration;

    rest.n_figures = 0;
    for (guint k = 0; k < calibration->n_figures; k++)
        if (!biqa_figure_is_competitors(calibration->figures[k]))
            rest.figures[rest.n_figures++] = calibration->figures[k];
    return rest;
}

/* --- One fit --- */

/* Mean and deviation of each figure over the rows, as float32, for so the file holds them. */
static BiqaUncertainty standardise(const TrainErrors *errors, const guint *rows, guint n,
                                   const TrainCalibration *calibration)
{
    BiqaUncertainty head = {.n_terms = calibration->n_figures};

    for (guint k = 0; k < head.n_terms; k++) {
        const BiqaFigure figure = calibration->figures[k];
        double mean = 0, variance = 0;
        for (guint i = 0; i < n; i++)
            mean += errors->figures[rows[i]][figure] / n;
        for (guint i = 0; i < n; i++)
            variance += pow(errors->figures[rows[i]][figure] - mean, 2) / n;
        /* A figure that never changes stays at z = 0 whatever it is divided by. */
        head.terms[k] = (BiqaTerm){.figure = figure,
                                   .mean = (float)mean,
                                   .deviation = variance > 1e-12 ? (float)sqrt(variance) : 1};
    }
    return head;
}

/* z of the head's terms, then 1 for the bias. */
static void inputs(const BiqaUncertainty *head, const double *figures, double *x)
{
    for (guint k = 0; k < head->n_terms; k++) {
        const BiqaTerm *term = &head->terms[k];
        const double z = (figures[term->figure] - term->mean) / term->deviation;
        x[k] = CLAMP(z, -REACH, REACH);
    }
    x[head->n_terms] = 1;
}

typedef struct {
    guint n, n_params;
    double (*x)[N_PARAMS];
    double *errors;
    double ridge;
} Problem;

static double linear(const Problem *p, guint i, const double *w)
{
    double sum = 0;

    for (guint k = 0; k < p->n_params; k++)
        sum += w[k] * p->x[i][k];
    return sum;
}

static double objective(const Problem *p, const double *w)
{
    double sum = 0;

    for (guint i = 0; i < p->n; i++) {
        const double eta = linear(p, i, w);
        sum += eta + p->errors[i] * exp(-eta);
    }
    for (guint k = 0; k + 1 < p->n_params; k++)
        sum += p->ridge / 2 * w[k] * w[k];
    return sum;
}

/* Solves a x = b for a symmetric positive definite a, in place, by Cholesky's decomposition. */
static void solve(double a[N_PARAMS][N_PARAMS], double *b, guint n)
{
    for (guint j = 0; j < n; j++) {
        for (guint k = 0; k < j; k++)
            a[j][j] -= a[j][k] * a[j][k];
        a[j][j] = sqrt(MAX(a[j][j], 1e-12));
        for (guint i = j + 1; i < n; i++) {
            for (guint k = 0; k < j; k++)
                a[i][j] -= a[i][k] * a[j][k];
            a[i][j] /= a[j][j];
        }
    }
    for (guint i = 0; i < n; i++) {
        for (guint k = 0; k < i; k++)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (guint i = n; i-- > 0;) {
        for (guint k = i + 1; k < n; k++)
            b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
}

/* Newton's direction at w. The objective is convex: its second derivative is a sum of x x' with
 * weights error / u, and the ridge. */
static void direction(const Problem *p, const double *w, double *step)
{
    double hessian[N_PARAMS][N_PARAMS] = {{0}};

    memset(step, 0, N_PARAMS * sizeof *step);
    for (guint i = 0; i < p->n; i++) {
        const double ratio = p->errors[i] * exp(-linear(p, i, w));
        for (guint j = 0; j < p->n_params; j++) {
            step[j] -= (1 - ratio) * p->x[i][j];
            for (guint k = 0; k < p->n_params; k++)
                hessian[j][k] += ratio * p->x[i][j] * p->x[i][k];
        }
    }
    for (guint k = 0; k + 1 < p->n_params; k++) {
        step[k] -= p->ridge * w[k];
        hessian[k][k] += p->ridge;
    }
    solve(hessian, step, p->n_params);
}

/* w starts at no weights and the mean error, and ends at the minimum. */
static void minimise(const Problem *p, double *w)
{
    double mean = 0, step[N_PARAMS];

    for (guint i = 0; i < p->n; i++)
        mean += p->errors[i] / p->n;
    memset(w, 0, N_PARAMS * sizeof *w);
    w[p->n_params - 1] = log(mean);
    double best = objective(p, w);
    for (guint round = 0; round < 50; round++) {
        double share = 1, size = 0;
        direction(p, w, step);
        for (guint k = 0; k < p->n_params; k++)
            size = MAX(size, fabs(step[k]));
        for (; size > 1e-10 && share > 1e-6; share /= 2) {
            double next[N_PARAMS] = {0};
            for (guint k = 0; k < p->n_params; k++)
                next[k] = w[k] + share * step[k];
            const double value = objective(p, next);
            if (value < best) {
                best = value;
                memcpy(w, next, sizeof next);
                break;
            }
        }
        if (size <= 1e-10 || share <= 1e-6)
            return;
    }
}

static BiqaUncertainty fit_ridge(const TrainErrors *errors, const guint *rows, guint n,
                                 const TrainCalibration *calibration, double ridge)
{
    BiqaUncertainty head = standardise(errors, rows, n, calibration);
    g_autofree double(*x)[N_PARAMS] = g_malloc0_n(n, sizeof *x);
    g_autofree double *values = g_new(double, n);
    const Problem problem = {n, head.n_terms + 1, x, values, ridge};
    double w[N_PARAMS];

    for (guint i = 0; i < n; i++) {
        inputs(&head, errors->figures[rows[i]], x[i]);
        values[i] = MAX(errors->errors[rows[i]], LEAST_ERROR);
    }
    minimise(&problem, w);
    for (guint k = 0; k < head.n_terms; k++)
        head.terms[k].weight = (float)w[k];
    head.bias = (float)w[head.n_terms];
    return head;
}

/* --- Folds --- */

/* Deals 0..n-1 to folds of equal size, by the seed. (transfer full) */
static guint *deal(guint n, guint folds, guint64 seed)
{
    guint *order = g_new(guint, n), *fold = g_new(guint, n);
    guint64 state = train_seed(seed, n, folds);

    for (guint i = 0; i < n; i++)
        order[i] = i;
    for (guint i = n; i > 1; i--) {
        const guint k = train_draw(&state, i), swap = order[i - 1];
        order[i - 1] = order[k];
        order[k] = swap;
    }
    for (guint i = 0; i < n; i++)
        fold[order[i]] = i % folds;
    g_free(order);
    return fold;
}

/* The rows outside of a fold (or within it); returns their number. */
static guint pick(const guint *rows, const guint *fold, guint n, guint which, gboolean within,
                  guint *picked)
{
    guint count = 0;

    for (guint i = 0; i < n; i++)
        if ((fold[i] == which) == within)
            picked[count++] = rows[i];
    return count;
}

/* What the head makes of rows: the sum of log u + error / u. */
static double deviance(const BiqaUncertainty *head, const TrainErrors *errors, const guint *rows,
                       guint n)
{
    double sum = 0;

    for (guint i = 0; i < n; i++) {
        const double u = MAX(biqa_uncertainty(head, errors->figures[rows[i]]), LEAST_ERROR);
        sum += log(u) + MAX(errors->errors[rows[i]], LEAST_ERROR) / u;
    }
    return sum;
}

static double choose_ridge(const TrainErrors *errors, const guint *rows, guint n,
                           const TrainCalibration *calibration)
{
    const guint folds = MIN(INNER_FOLDS, n);
    g_autofree guint *fold = deal(n, folds, calibration->seed);
    g_autofree guint *others = g_new(guint, n), *own = g_new(guint, n);
    double best = INFINITY, chosen = ridges[G_N_ELEMENTS(ridges) - 1];

    for (guint r = G_N_ELEMENTS(ridges); r-- > 0;) {
        double sum = 0;
        for (guint f = 0; f < folds; f++) {
            const guint n_others = pick(rows, fold, n, f, FALSE, others);
            const guint n_own = pick(rows, fold, n, f, TRUE, own);
            const BiqaUncertainty head =
                fit_ridge(errors, others, n_others, calibration, ridges[r]);
            sum += deviance(&head, errors, own, n_own);
        }
        if (sum < best) {
            best = sum;
            chosen = ridges[r];
        }
    }
    return chosen;
}

static guint *all_rows(guint n)
{
    guint *rows = g_new(guint, n);

    for (guint i = 0; i < n; i++)
        rows[i] = i;
    return rows;
}

static BiqaUncertainty fit(const TrainErrors *errors, const guint *rows, guint n,
                           const TrainCalibration *calibration)
{
    return fit_ridge(errors, rows, n, calibration, choose_ridge(errors, rows, n, calibration));
}

/* Moves the bias to where it is likeliest by the rows: there the mean of error / u is 1. */
static void level(BiqaUncertainty *head, const TrainErrors *errors, const guint *rows, guint n)
{
    double sum = 0;

    for (guint i = 0; i < n; i++)
        sum += MAX(errors->errors[rows[i]], LEAST_ERROR) /
               MAX(biqa_uncertainty(head, errors->figures[rows[i]]), LEAST_ERROR);
    head->bias += (float)log(sum / n);
}

BiqaUncertainty train_calibrate_fit(const TrainErrors *errors, const guint *rows, guint n,
                                    const TrainCalibration *calibration)
{
    const TrainErrors *others = calibration->others;

    if (!others)
        return fit(errors, rows, n, calibration);
    g_autofree guint *all = all_rows(others->n);
    BiqaUncertainty head = fit(others, all, others->n, calibration);
    level(&head, errors, rows, n);
    return head;
}

void train_calibrate_cross(const TrainErrors *errors, const TrainCalibration *calibration,
                           double *uncertainty)
{
    const guint n = errors->n, folds = MIN(FOLDS, n);
    g_autofree guint *rows = all_rows(n), *others = g_new(guint, n);
    g_autofree guint *fold = deal(n, folds, calibration->seed);

    for (guint f = 0; f < folds; f++) {
        const guint n_others = pick(rows, fold, n, f, FALSE, others);
        const BiqaUncertainty head = train_calibrate_fit(errors, others, n_others, calibration);
        for (guint i = 0; i < n; i++)
            if (fold[i] == f)
                uncertainty[i] = biqa_uncertainty(&head, errors->figures[i]);
    }
}

/* --- The whole --- */

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double train_conformal_quantile(const double *ratios, guint n)
{
    /* Less a little: .9 * 10 must not come out above 9. */
    const guint rank = (guint)ceil(TRAIN_COVERAGE * (n + 1) - 1e-9);
    g_autofree double *sorted = g_memdup2(ratios, n * sizeof *ratios);

    if (rank > n)
        return INFINITY;
    qsort(sorted, n, sizeof *sorted, compare_doubles);
    return sorted[rank - 1];
}

gboolean train_calibrate(const TrainErrors *errors, const TrainCalibration *calibration,
                         BiqaUncertainty *head, GError **error)
{
    const guint n = errors->n;
    g_autofree guint *rows = all_rows(n);
    g_autofree double *uncertainty = g_new(double, n), *ratios = g_new(double, n);

    if (n < TRAIN_CALIBRATE_LEAST) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "%u rated images are too few to calibrate on: it takes %d", n,
                    TRAIN_CALIBRATE_LEAST);
        return FALSE;
    }
    if (calibration->others && calibration->others->n < TRAIN_CALIBRATE_LEAST) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "%u errors of other models are too few to weigh figures by: it takes %d",
                    calibration->others->n, TRAIN_CALIBRATE_LEAST);
        return FALSE;
    }
    *head = train_calibrate_fit(errors, rows, n, calibration);
    for (guint i = 0; i < n; i++)
        uncertainty[i] = biqa_uncertainty(head, errors->figures[i]);
    head->hard_threshold = train_quantile(uncertainty, n, 1 - calibration->hard_share);
    /* Weights from elsewhere have not seen the images, and their bias cancels in the ratios. */
    if (!calibration->others)
        train_calibrate_cross(errors, calibration, uncertainty);
    for (guint i = 0; i < n; i++)
        ratios[i] = errors->errors[i] / MAX(uncertainty[i], LEAST_ERROR);
    head->coverage = TRAIN_COVERAGE;
    head->quantile = train_conformal_quantile(ratios, n);
    head->n_images = n;
    return TRUE;
}
