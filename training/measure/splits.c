/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random test parts. */
#include "splits.h"

#include "seed.h"
#include <math.h>

typedef struct {
    const TrainSplits *splits;
    const double *x, *y;
    guint n, images;
    double *srcc, *krcc, *plcc, *rmse; /* one a part */
} Task;

static void measure(guint s, gpointer data)
{
    const Task *task = data;
    g_autofree guint *order = g_new(guint, task->n);
    g_autofree double *x = g_new(double, task->images);
    g_autofree double *y = g_new(double, task->images);
    guint64 state = train_seed(task->splits->seed, 12, s);

    for (guint i = 0; i < task->n; i++)
        order[i] = i;
    for (guint i = 0; i < task->images; i++) { /* as many steps of a Fisher-Yates shuffle */
        const guint j = i + train_draw(&state, task->n - i), chosen = order[j];
        order[j] = order[i];
        order[i] = chosen;
        x[i] = task->x[chosen];
        y[i] = task->y[chosen];
    }
    const TrainAgreement a = train_agreement(x, y, task->images);
    task->srcc[s] = a.srcc;
    task->krcc[s] = a.krcc;
    task->plcc[s] = a.plcc;
    task->rmse[s] = a.rmse;
}

static TrainInterval quartiles(const double *values, guint n)
{
    return (TrainInterval){train_quantile(values, n, .25), train_quantile(values, n, .75)};
}

TrainSplitFigures train_splits_agreement(const TrainSplits *splits, const double *x,
                                         const double *y, guint n)
{
    g_return_val_if_fail(n >= 3 && splits->n, (TrainSplitFigures){0});
    const guint count = splits->n;
    g_autofree double *figures = g_new(double, (gsize)4 * count);
    Task task = {.splits = splits,
                 .x = x,
                 .y = y,
                 .n = n,
                 .images = CLAMP((guint)lround(splits->share * n), 3, n),
                 .srcc = figures,
                 .krcc = figures + count,
                 .plcc = figures + (gsize)2 * count,
                 .rmse = figures + (gsize)3 * count};
    train_workers_run(splits->workers, count, measure, &task);
    return (TrainSplitFigures){
        .images = task.images,
        .median = {task.images, train_quantile(task.srcc, count, .5),
                   train_quantile(task.krcc, count, .5), train_quantile(task.plcc, count, .5),
                   train_quantile(task.rmse, count, .5)},
        .middle_half = {.srcc = quartiles(task.srcc, count),
                        .krcc = quartiles(task.krcc, count),
                        .plcc = quartiles(task.plcc, count),
                        .rmse = quartiles(task.rmse, count)},
    };
}
