/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SRCC, KRCC, PLCC after the 5-parameter logistic, RMSE. */
#include "metrics.h"

#include "least-squares.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS 5

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct {
    double value;
    guint index;
} Ranked;

/* Ranks from 1, ties share their mean. (transfer full) */
static double *ranks(const double *values, guint n)
{
    Ranked *order = g_new(Ranked, n);
    double *rank = g_new(double, n);
    for (guint i = 0; i < n; i++)
        order[i] = (Ranked){values[i], i};
    qsort(order, n, sizeof *order, compare_doubles);
    for (guint i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && order[j].value == order[i].value; j++)
            ;
        for (guint k = i; k < j; k++)
            rank[order[k].index] = (i + 1 + j) / 2.;
    }
    g_free(order);
    return rank;
}

double train_pearson(const double *a, const double *b, guint n)
{
    double mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
    for (guint i = 0; i < n; i++) {
        mean_a += a[i] / n;
        mean_b += b[i] / n;
    }
    for (guint i = 0; i < n; i++) {
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
        ab += (a[i] - mean_a) * (b[i] - mean_b);
    }
    /* Rounding may lead a hair past one. */
    return aa > 0 && bb > 0 ? CLAMP(ab / sqrt(aa * bb), -1, 1) : 0;
}

double train_srcc(const double *a, const double *b, guint n)
{
    g_autofree double *rank_a = ranks(a, n);
    g_autofree double *rank_b = ranks(b, n);
    return train_pearson(rank_a, rank_b, n);
}

typedef struct {
    double a, b;
} Point;

static int compare_points(const void *p, const void *q)
{
    const Point *s = p, *t = q;
    const int order = compare_doubles(&s->a, &t->a);
    return order ? order : compare_doubles(&s->b, &t->b);
}

/* Sorts values by merging; returns how many pairs stood in the wrong order. */
static gint64 sort_counting(double *values, double *scratch, guint n)
{
    if (n < 2)
        return 0;
    const guint half = n / 2;
    gint64 swaps =
        sort_counting(values, scratch, half) + sort_counting(values + half, scratch, n - half);
    guint i = 0, j = half;
    for (guint k = 0; k < n; k++) {
        const gboolean right = i == half || (j < n && values[j] < values[i]);
        swaps += right ? half - i : 0;
        scratch[k] = right ? values[j++] : values[i++];
    }
    memcpy(values, scratch, n * sizeof *values);
    return swaps;
}

/* Pairs of equal neighbours, neighbours being what stands in one run of equals. */
static gint64 count_ties(const Point *points, guint n, gboolean both)
{
    gint64 ties = 0, run = 0;
    for (guint i = 1; i < n; i++) {
        const gboolean same =
            points[i].a == points[i - 1].a && (!both || points[i].b == points[i - 1].b);
        run = same ? run + 1 : 0;
        ties += run;
    }
    return ties;
}

static gint64 count_sorted_ties(const double *values, guint n)
{
    gint64 ties = 0, run = 0;
    for (guint i = 1; i < n; i++) {
        run = values[i] == values[i - 1] ? run + 1 : 0;
        ties += run;
    }
    return ties;
}

/* W. R. Knight, JASA 61 (1966): sorted by a, the pairs that disagree are the exchanges that sorting
 * by b takes. */
double train_krcc(const double *a, const double *b, guint n)
{
    if (n < 2)
        return 0;
    g_autofree Point *points = g_new(Point, n);
    g_autofree double *values = g_new(double, n);
    g_autofree double *scratch = g_new(double, n);
    for (guint i = 0; i < n; i++)
        points[i] = (Point){a[i], b[i]};
    qsort(points, n, sizeof *points, compare_points);
    for (guint i = 0; i < n; i++)
        values[i] = points[i].b;
    const gint64 pairs = (gint64)n * (n - 1) / 2, ties_a = count_ties(points, n, FALSE),
                 ties_both = count_ties(points, n, TRUE),
                 disagree = sort_counting(values, scratch, n),
                 ties_b = count_sorted_ties(values, n);
    const gint64 agree = pairs - ties_a - ties_b + ties_both - disagree;
    return pairs > ties_a && pairs > ties_b
               ? (agree - disagree) / sqrt((double)(pairs - ties_a) * (pairs - ties_b))
               : 0;
}

static double logistic(const double *b, double x)
{
    return b[0] * (.5 - 1 / (1 + exp(b[1] * (x - b[2])))) + b[3] * x + b[4];
}

static void logistic_gradient(const double *b, double x, double *g)
{
    const double s = 1 / (1 + exp(b[1] * (x - b[2]))), slope = b[0] * s * (1 - s);
    g[0] = .5 - s;
    g[1] = slope * (x - b[2]);
    g[2] = -slope * b[1];
    g[3] = x;
    g[4] = 1;
}

static const TrainCurve curve = {PARAMS, logistic, logistic_gradient};

/* Least squares of the logistic on standardised x, from the line that fits best. */
static void fit(double b[PARAMS], const double *x, const double *y, guint n)
{
    double mean = 0, low = y[0], high = y[0], xy = 0;
    for (guint i = 0; i < n; i++) {
        mean += y[i] / n;
        low = MIN(low, y[i]);
        high = MAX(high, y[i]);
        xy += x[i] * y[i] / n; /* x has mean 0 and variance 1 */
    }
    const double start[PARAMS] = {(high - low) / 10, 1, 0, xy, mean};
    memcpy(b, start, sizeof start);
    train_curve_fit(&curve, b, x, y, n);
}

static double *standardised(const double *x, guint n)
{
    double *z = g_new(double, n), mean = 0, variance = 0;
    for (guint i = 0; i < n; i++)
        mean += x[i] / n;
    for (guint i = 0; i < n; i++)
        variance += (x[i] - mean) * (x[i] - mean) / n;
    for (guint i = 0; i < n; i++)
        z[i] = variance > 0 ? (x[i] - mean) / sqrt(variance) : 0;
    return z;
}

static void map(const double b[PARAMS], const double *z, guint n, double *fitted)
{
    for (guint i = 0; i < n; i++)
        fitted[i] = logistic(b, z[i]);
}

void train_logistic_map(const double *x, const double *y, guint n, double *fitted)
{
    g_return_if_fail(n);
    g_autofree double *z = standardised(x, n);
    double b[PARAMS];
    fit(b, z, y, n);
    map(b, z, n, fitted);
}

TrainAgreement train_agreement(const double *x, const double *y, guint n)
{
    TrainAgreement agreement = {.n = n};
    if (!n)
        return agreement;
    g_autofree double *z = standardised(x, n);
    g_autofree double *fitted = g_new(double, n);
    double b[PARAMS];
    fit(b, z, y, n);
    map(b, z, n, fitted);
    agreement.srcc = train_srcc(x, y, n);
    agreement.krcc = train_krcc(x, y, n);
    agreement.plcc = train_pearson(fitted, y, n);
    agreement.rmse = sqrt(train_curve_squares(&curve, b, z, y, n) / n);
    return agreement;
}

double train_quantile(const double *values, guint n, double share)
{
    if (!n)
        return 0;
    g_autofree double *sorted = g_memdup2(values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, compare_doubles);
    const double at = share * (n - 1);
    const guint below = (guint)floor(at), above = MIN(below + 1, n - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
