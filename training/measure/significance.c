/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bootstrap and Meng's z. */
#include "significance.h"

#include "seed.h"
#include <math.h>

#define NEARLY_ONE .999999 /* Fisher's z of 1 is infinite */

/* The indices of resample i, with replacement. */
static void draw(const TrainBootstrap *bootstrap, guint i, guint n, guint *indices)
{
    guint64 state = train_seed(bootstrap->seed, 11, i);
    for (guint k = 0; k < n; k++)
        indices[k] = train_draw(&state, n);
}

static void gather(const double *from, const guint *indices, guint n, double *to)
{
    for (guint k = 0; k < n; k++)
        to[k] = from[indices[k]];
}

static TrainInterval middle(const TrainBootstrap *bootstrap, const double *values)
{
    const double outside = (1 - bootstrap->level) / 2;
    return (TrainInterval){train_quantile(values, bootstrap->resamples, outside),
                           train_quantile(values, bootstrap->resamples, 1 - outside)};
}

static double root_mean_square(const double *a, const double *b, guint n)
{
    double sum = 0;
    for (guint k = 0; k < n; k++)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sqrt(sum / n);
}

typedef struct {
    const TrainBootstrap *bootstrap;
    const double *x, *fitted, *y;
    guint n;
    double *srcc, *krcc, *plcc, *rmse; /* one a resample */
} Agreement;

static void resample_agreement(guint i, gpointer data)
{
    const Agreement *task = data;
    const guint n = task->n;
    g_autofree guint *indices = g_new(guint, n);
    g_autofree double *x = g_new(double, n);
    g_autofree double *fitted = g_new(double, n);
    g_autofree double *y = g_new(double, n);

    draw(task->bootstrap, i, n, indices);
    gather(task->x, indices, n, x);
    gather(task->fitted, indices, n, fitted);
    gather(task->y, indices, n, y);
    task->srcc[i] = train_srcc(x, y, n);
    task->krcc[i] = train_krcc(x, y, n);
    task->plcc[i] = train_pearson(fitted, y, n);
    task->rmse[i] = root_mean_square(fitted, y, n);
}

TrainAgreementIntervals train_bootstrap_agreement(const TrainBootstrap *bootstrap, const double *x,
                                                  const double *y, guint n)
{
    const guint resamples = bootstrap->resamples;
    g_return_val_if_fail(n && resamples, (TrainAgreementIntervals){0});
    g_autofree double *fitted = g_new(double, n);
    g_autofree double *figures = g_new(double, (gsize)4 * resamples);
    Agreement task = {.bootstrap = bootstrap,
                      .x = x,
                      .fitted = fitted,
                      .y = y,
                      .n = n,
                      .srcc = figures,
                      .krcc = figures + resamples,
                      .plcc = figures + (gsize)2 * resamples,
                      .rmse = figures + (gsize)3 * resamples};
    train_logistic_map(x, y, n, fitted);
    train_workers_run(bootstrap->workers, resamples, resample_agreement, &task);
    return (TrainAgreementIntervals){.srcc = middle(bootstrap, task.srcc),
                                     .krcc = middle(bootstrap, task.krcc),
                                     .plcc = middle(bootstrap, task.plcc),
                                     .rmse = middle(bootstrap, task.rmse)};
}

typedef struct {
    const TrainBootstrap *bootstrap;
    const double *a, *b, *y;
    guint n;
    double *difference; /* one a resample */
} Difference;

static void resample_difference(guint i, gpointer data)
{
    const Difference *task = data;
    const guint n = task->n;
    g_autofree guint *indices = g_new(guint, n);
    g_autofree double *judged = g_new(double, n);
    g_autofree double *y = g_new(double, n);

    draw(task->bootstrap, i, n, indices);
    gather(task->y, indices, n, y);
    gather(task->a, indices, n, judged);
    task->difference[i] = train_srcc(judged, y, n);
    gather(task->b, indices, n, judged);
    task->difference[i] -= train_srcc(judged, y, n);
}

TrainComparison train_compare_srcc(const TrainBootstrap *bootstrap, const double *a,
                                   const double *b, const double *y, guint n)
{
    g_return_val_if_fail(n && bootstrap->resamples, (TrainComparison){0});
    g_autofree double *differences = g_new(double, bootstrap->resamples);
    Difference task = {bootstrap, a, b, y, n, differences};
    const TrainMeng meng = {.r1 = train_srcc(a, y, n),
                            .r2 = train_srcc(b, y, n),
                            .r12 = train_srcc(a, b, n),
                            .n = n,
                            .variance = TRAIN_SPEARMAN_VARIANCE};
    train_workers_run(bootstrap->workers, bootstrap->resamples, resample_difference, &task);
    const double z = train_meng_z(&meng);
    return (TrainComparison){meng.r1 - meng.r2, middle(bootstrap, differences), z,
                             train_normal_p(z)};
}

double train_meng_z(const TrainMeng *meng)
{
    const double r1 = CLAMP(meng->r1, -NEARLY_ONE, NEARLY_ONE),
                 r2 = CLAMP(meng->r2, -NEARLY_ONE, NEARLY_ONE);
    if (meng->n < 4 || meng->r12 > NEARLY_ONE)
        return 0;
    const double square = (r1 * r1 + r2 * r2) / 2;
    const double f = MIN(1, (1 - meng->r12) / (2 * (1 - square)));
    const double h = (1 - f * square) / (1 - square);
    return (atanh(r1) - atanh(r2)) *
           sqrt((meng->n - 3) / meng->variance / (2 * (1 - meng->r12) * h));
}

double train_normal_p(double z)
{
    return erfc(fabs(z) / G_SQRT2);
}
