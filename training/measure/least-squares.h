/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fitting a curve of a few parameters to points (Levenberg-Marquardt). */
#pragma once

#include <glib.h>

#define TRAIN_CURVE_MOST 5 /* parameters */

typedef struct {
    guint n; /* parameters, at most TRAIN_CURVE_MOST */
    double (*value)(const double *b, double x);
    void (*gradient)(const double *b, double x, double *g); /* dvalue/db, n of them */
} TrainCurve;

/* The sum of (y - value)^2 over n points; infinite where one is no number. */
double train_curve_squares(const TrainCurve *curve, const double *b, const double *x,
                           const double *y, guint n);

/* Moves b from where it starts to a (local) minimum of that sum. */
void train_curve_fit(const TrainCurve *curve, double *b, const double *x, const double *y, guint n);
