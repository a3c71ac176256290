/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SRCC, KRCC, PLCC after the 5-parameter logistic, RMSE. */
#include "metrics.h"

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
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

double train_srcc(const double *a, const double *b, guint n)
{
    g_autofree double *rank_a = ranks(a, n);
    g_autofree double *rank_b = ranks(b, n);
    return train_pearson(rank_a, rank_b, n);
}

double train_krcc(const double *a, const double *b, guint n)
{
    gint64 agree = 0, pairs_a = 0, pairs_b = 0; /* pairs_x: not tied in x */
    for (guint i = 0; i < n; i++) {
        for (guint j = 0; j < i; j++) {
            const int s = compare_doubles(&a[i], &a[j]), t = compare_doubles(&b[i], &b[j]);
            agree += s * t;
            pairs_a += s != 0;
            pairs_b += t != 0;
        }
    }
    return pairs_a && pairs_b ? agree / sqrt((double)pairs_a * pairs_b) : 0;
}

static double logistic(const double b[PARAMS], double x)
{
    return b[0] * (.5 - 1 / (1 + exp(b[1] * (x - b[2])))) + b[3] * x + b[4];
}

static void logistic_gradient(const double b[PARAMS], double x, double g[PARAMS])
{
    const double s = 1 / (1 + exp(b[1] * (x - b[2]))), slope = b[0] * s * (1 - s);
    g[0] = .5 - s;
    g[1] = slope * (x - b[2]);
    g[2] = -slope * b[1];
    g[3] = x;
    g[4] = 1;
}

static double squares(const double b[PARAMS], const double *x, const double *y, guint n)
{
    double sum = 0;
    for (guint i = 0; i < n; i++) {
        const double r = y[i] - logistic(b, x[i]);
        sum += r * r;
    }
    return isnan(sum) ? INFINITY : sum;
}

/* a (PARAMS x PARAMS) step = r by Gaussian elimination with pivots; FALSE where singular. */
static gboolean solve(double a[PARAMS][PARAMS], double r[PARAMS])
{
    for (guint c = 0; c < PARAMS; c++) {
        guint pivot = c;
        for (guint i = c + 1; i < PARAMS; i++)
            pivot = fabs(a[i][c]) > fabs(a[pivot][c]) ? i : pivot;
        if (fabs(a[pivot][c]) < 1e-300)
            return FALSE;
        for (guint j = 0; j < PARAMS; j++) {
            const double swap = a[c][j];
            a[c][j] = a[pivot][j];
            a[pivot][j] = swap;
        }
        const double swap = r[c];
        r[c] = r[pivot];
        r[pivot] = swap;
        for (guint i = c + 1; i < PARAMS; i++) {
            const double f = a[i][c] / a[c][c];
            for (guint j = c; j < PARAMS; j++)
                a[i][j] -= f * a[c][j];
            r[i] -= f * r[c];
        }
    }
    for (guint c = PARAMS; c-- > 0;) {
        for (guint j = c + 1; j < PARAMS; j++)
            r[c] -= a[c][j] * r[j];
        r[c] /= a[c][c];
    }
    return TRUE;
}

/* One Levenberg-Marquardt step from b with that damping; FALSE if it does not help. */
static gboolean improve(double b[PARAMS], const double *x, const double *y, guint n, double damping)
{
    double a[PARAMS][PARAMS] = {{0}}, r[PARAMS] = {0}, g[PARAMS], next[PARAMS];
    for (guint i = 0; i < n; i++) {
        const double residual = y[i] - logistic(b, x[i]);
        logistic_gradient(b, x[i], g);
        for (guint j = 0; j < PARAMS; j++) {
            r[j] += g[j] * residual;
            for (guint k = 0; k < PARAMS; k++)
                a[j][k] += g[j] * g[k];
        }
    }
    for (guint j = 0; j < PARAMS; j++)
        a[j][j] += damping * (a[j][j] + 1e-12);
    if (!solve(a, r))
        return FALSE;
    for (guint j = 0; j < PARAMS; j++)
        next[j] = b[j] + r[j];
    if (!(squares(next, x, y, n) < squares(b, x, y, n)))
        return FALSE;
    memcpy(b, next, sizeof next);
    return TRUE;
}

/* Least squares of the logistic on standardised x, from the line that fits best. */
static void fit(double b[PARAMS], const double *x, const double *y, guint n)
{
    double mean = 0, low = y[0], high = y[0], xy = 0, damping = 1e-2;
    for (guint i = 0; i < n; i++) {
        mean += y[i] / n;
        low = MIN(low, y[i]);
        high = MAX(high, y[i]);
        xy += x[i] * y[i] / n; /* x has mean 0 and variance 1 */
    }
    const double start[PARAMS] = {(high - low) / 10, 1, 0, xy, mean};
    memcpy(b, start, sizeof start);
    for (guint i = 0; i < 500 && damping < 1e12; i++)
        damping *= improve(b, x, y, n, damping) ? .3 : 4;
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

TrainAgreement train_agreement(const double *x, const double *y, guint n)
{
    TrainAgreement agreement = {.n = n};
    if (!n)
        return agreement;
    g_autofree double *z = standardised(x, n);
    g_autofree double *fitted = g_new(double, n);
    double b[PARAMS];
    fit(b, z, y, n);
    for (guint i = 0; i < n; i++)
        fitted[i] = logistic(b, z[i]);
    agreement.srcc = train_srcc(x, y, n);
    agreement.krcc = train_krcc(x, y, n);
    agreement.plcc = train_pearson(fitted, y, n);
    agreement.rmse = sqrt(squares(b, z, y, n) / n);
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
