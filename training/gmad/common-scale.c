/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges on one scale. */
#include "common-scale.h"

#include "least-squares.h"
#include "metrics.h"
#include <math.h>
#include <stdlib.h>

enum { WORST, BEST, MIDDLE, WIDTH, PARAMS };

/* The sign of the width does not count, so that the fit cannot leave what is allowed. */
static double share(const double *b, double x)
{
    return 1 / (1 + exp(-(x - b[MIDDLE]) / fabs(b[WIDTH])));
}

static double value(const double *b, double x)
{
    return b[WORST] + (b[BEST] - b[WORST]) * share(b, x);
}

static void gradient(const double *b, double x, double *g)
{
    const double s = share(b, x), slope = (b[BEST] - b[WORST]) * s * (1 - s);
    g[WORST] = 1 - s;
    g[BEST] = s;
    g[MIDDLE] = -slope / fabs(b[WIDTH]);
    g[WIDTH] = -slope * (x - b[MIDDLE]) / (fabs(b[WIDTH]) * b[WIDTH]);
}

static const TrainCurve curve = {PARAMS, value, gradient};

gboolean train_logistic_fit(const double *x, const double *y, guint n, TrainLogistic *logistic)
{
    const double median = train_quantile(x, n, .5);
    const double spread = train_quantile(x, n, .84) - train_quantile(x, n, .16);
    double b[PARAMS] = {train_quantile(y, n, 0), train_quantile(y, n, 1), 0, .5};
    if (n < TRAIN_LOGISTIC_LEAST || !(spread > 0))
        return FALSE;
    g_autofree double *z = g_new(double, n); /* about one wide, so that steps are of one size */
    for (guint i = 0; i < n; i++)
        z[i] = (x[i] - median) / spread;
    train_curve_fit(&curve, b, z, y, n);
    *logistic =
        (TrainLogistic){b[WORST], b[BEST], median + spread * b[MIDDLE], spread * fabs(b[WIDTH])};
    return b[BEST] > b[WORST] && logistic->width > 0;
}

double train_logistic_value(const TrainLogistic *logistic, double x)
{
    const double b[PARAMS] = {logistic->worst, logistic->best, logistic->middle, logistic->width};
    return value(b, x);
}

typedef struct {
    double score;
    guint index;
} Ranked;

static int compare(const void *a, const void *b)
{
    const double x = ((const Ranked *)a)->score, y = ((const Ranked *)b)->score;
    return (x > y) - (x < y);
}

static Ranked *sort(const double *scores, guint n, guint *known)
{
    Ranked *order = g_new(Ranked, n);
    *known = 0;
    for (guint i = 0; i < n; i++) {
        if (!isnan(scores[i]))
            order[(*known)++] = (Ranked){scores[i], i};
    }
    qsort(order, *known, sizeof *order, compare);
    return order;
}

void train_scale_ranks(double *scores, guint n)
{
    guint known;
    g_autofree Ranked *order = sort(scores, n, &known);
    for (guint i = 0, j; i < known; i = j) {
        for (j = i + 1; j < known && order[j].score == order[i].score; j++)
            ;
        for (guint k = i; k < j; k++)
            scores[order[k].index] = known > 1 ? 50. * (i + j - 1) / (known - 1) : 50;
    }
}

void train_scale_alike(double *scores, const double *like, guint n)
{
    guint known;
    g_autofree Ranked *order = sort(like, n, &known);
    train_scale_ranks(scores, n);
    for (guint i = 0; known && i < n; i++) {
        const double at = scores[i] / 100 * (known - 1);
        if (isnan(at))
            continue;
        const guint below = (guint)floor(at), above = MIN(below + 1, known - 1);
        scores[i] = order[below].score + (at - below) * (order[above].score - order[below].score);
    }
}
