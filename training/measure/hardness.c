/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AUROC, and its interval. */
#include "hardness.h"

#include "metrics.h"
#include "seed.h"
#include <stdlib.h>

typedef struct {
    double figure;
    gboolean positive;
} Ranked;

static int compare_ranked(const void *a, const void *b)
{
    const double x = ((const Ranked *)a)->figure, y = ((const Ranked *)b)->figure;
    return (x > y) - (x < y);
}

/* Mann and Whitney: pairs won, ties half, by walking up the figures. */
double train_auroc(const double *figure, const gboolean *positive, guint n)
{
    g_autofree Ranked *order = g_new(Ranked, n);
    double won = 0, below = 0, positives = 0;

    for (guint i = 0; i < n; i++)
        order[i] = (Ranked){figure[i], positive[i]};
    if (n > 0)
        qsort(order, n, sizeof *order, compare_ranked);
    for (guint i = 0, j; i < n; i = j) {
        double tied[2] = {0, 0};
        for (j = i; j < n && order[j].figure == order[i].figure; j++)
            tied[order[j].positive != FALSE]++;
        won += tied[1] * (below + tied[0] / 2);
        below += tied[0];
        positives += tied[1];
    }
    return positives > 0 && below > 0 ? won / (positives * below) : .5;
}

void train_mark_worst(const double *errors, guint n, gboolean *worst)
{
    const double bar = train_quantile(errors, n, .8);

    for (guint i = 0; i < n; i++)
        worst[i] = errors[i] >= bar;
}

static double auroc_of_worst(const double *figure, const double *errors, guint n)
{
    g_autofree gboolean *worst = g_new(gboolean, n);

    train_mark_worst(errors, n, worst);
    return train_auroc(figure, worst, n);
}

static TrainEstimate estimate(double value, const double *draws, guint n)
{
    if (n == 0)
        return (TrainEstimate){value, value, value};
    return (TrainEstimate){value, train_quantile(draws, n, .025), train_quantile(draws, n, .975)};
}

TrainHardness train_hardness(const double *figure, const double *errors, guint n, guint resamples,
                             guint64 seed)
{
    g_autofree double *f = g_new(double, n), *e = g_new(double, n);
    g_autofree double *auroc = g_new(double, resamples), *srcc = g_new(double, resamples);

    for (guint r = 0; r < resamples; r++) {
        guint64 state = train_seed(seed, r, 0);
        for (guint i = 0; i < n; i++) {
            const guint k = train_draw(&state, n);
            f[i] = figure[k];
            e[i] = errors[k];
        }
        auroc[r] = auroc_of_worst(f, e, n);
        srcc[r] = train_srcc(f, e, n);
    }
    return (TrainHardness){
        .auroc = estimate(auroc_of_worst(figure, errors, n), auroc, resamples),
        .srcc = estimate(train_srcc(figure, errors, n), srcc, resamples),
    };
}
