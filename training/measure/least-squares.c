/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Levenberg-Marquardt. */
#include "least-squares.h"

#include <math.h>
#include <string.h>

#define MOST TRAIN_CURVE_MOST
#define ROUNDS 500

double train_curve_squares(const TrainCurve *curve, const double *b, const double *x,
                           const double *y, guint n)
{
    double sum = 0;
    for (guint i = 0; i < n; i++) {
        const double r = y[i] - curve->value(b, x[i]);
        sum += r * r;
    }
    return isnan(sum) ? INFINITY : sum;
}

/* a (n x n) step = r by Gaussian elimination with pivots; FALSE where singular. */
static gboolean solve(guint n, double a[MOST][MOST], double r[MOST])
{
    for (guint c = 0; c < n; c++) {
        guint pivot = c;
        for (guint i = c + 1; i < n; i++)
            pivot = fabs(a[i][c]) > fabs(a[pivot][c]) ? i : pivot;
        if (fabs(a[pivot][c]) < 1e-300)
            return FALSE;
        for (guint j = 0; j < n; j++) {
            const double swap = a[c][j];
            a[c][j] = a[pivot][j];
            a[pivot][j] = swap;
        }
        const double swap = r[c];
        r[c] = r[pivot];
        r[pivot] = swap;
        for (guint i = c + 1; i < n; i++) {
            const double f = a[i][c] / a[c][c];
            for (guint j = c; j < n; j++)
                a[i][j] -= f * a[c][j];
            r[i] -= f * r[c];
        }
    }
    for (guint c = n; c-- > 0;) {
        for (guint j = c + 1; j < n; j++)
            r[c] -= a[c][j] * r[j];
        r[c] /= a[c][c];
    }
    return TRUE;
}

/* One Levenberg-Marquardt step from b with that damping; FALSE if it does not help. */
static gboolean improve(const TrainCurve *curve, double *b, const double *x, const double *y,
                        guint n, double damping)
{
    double a[MOST][MOST] = {{0}}, r[MOST] = {0}, g[MOST], next[MOST];
    for (guint i = 0; i < n; i++) {
        const double residual = y[i] - curve->value(b, x[i]);
        curve->gradient(b, x[i], g);
        for (guint j = 0; j < curve->n; j++) {
            r[j] += g[j] * residual;
            for (guint k = 0; k < curve->n; k++)
                a[j][k] += g[j] * g[k];
        }
    }
    for (guint j = 0; j < curve->n; j++)
        a[j][j] += damping * (a[j][j] + 1e-12);
    if (!solve(curve->n, a, r))
        return FALSE;
    for (guint j = 0; j < curve->n; j++)
        next[j] = b[j] + r[j];
    if (!(train_curve_squares(curve, next, x, y, n) < train_curve_squares(curve, b, x, y, n)))
        return FALSE;
    memcpy(b, next, curve->n * sizeof *b);
    return TRUE;
}

void train_curve_fit(const TrainCurve *curve, double *b, const double *x, const double *y, guint n)
{
    double damping = 1e-2;
    for (guint i = 0; i < ROUNDS && damping < 1e12; i++)
        damping *= improve(curve, b, x, y, n, damping) ? .3 : 4;
}
