/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Losses on raw scores. Pairs are few beside the network: plain double loops. */
#include "loss.h"

#include <math.h>

static double normal_cdf(double x)
{
    return 0.5 * erfc(-x * G_SQRT2 / 2.);
}

static double normal_density(double x)
{
    return exp(-0.5 * x * x) / sqrt(2. * G_PI);
}

/* One pair's part of a loss and of its slope in y_i - y_j; FALSE if the two are no pair. */
typedef gboolean (*Pair)(double quality_difference, double y_difference, double parameter,
                         double *loss, double *slope);

/* Mean of pair over all i < j of one group. The slopes are divided by the number of pairs, which is
 * known after the first of the two rounds. */
static double over_pairs(const TrainLabels *labels, const float *y, Pair pair, double parameter,
                         double weight, float *dy)
{
    g_autofree double *slopes = g_new0(double, labels->n);
    double total = 0.;
    gsize n_pairs = 0;

    for (guint i = 0; i < labels->n; i++) {
        for (guint j = i + 1; j < labels->n; j++) {
            double loss, slope;
            if (labels->group[i] != labels->group[j] ||
                !pair((double)labels->quality[i] - labels->quality[j], (double)y[i] - y[j],
                      parameter, &loss, &slope))
                continue;
            total += loss;
            slopes[i] += slope;
            slopes[j] -= slope;
            n_pairs++;
        }
    }
    if (!n_pairs)
        return 0.;
    for (guint i = 0; i < labels->n; i++)
        dy[i] += (float)(weight * slopes[i] / n_pairs);
    return total / n_pairs;
}

static gboolean hinge_pair(double quality, double y, double margin, double *loss, double *slope)
{
    const double sign = quality > 0. ? 1. : -1., gap = margin - sign * y;
    *loss = gap <= 0. ? 0. : gap; /* a NaN stays one */
    *slope = gap > 0. ? -sign : 0.;
    return quality != 0.;
}

double train_loss_hinge(const TrainLabels *labels, const float *y, double margin, double weight,
                        float *dy)
{
    return over_pairs(labels, y, hinge_pair, margin, weight, dy);
}

static gboolean fidelity_pair(double quality, double y, double sigma, double *loss, double *slope)
{
    const double epsilon = 1e-8;
    const double g = sigma > 0. ? normal_cdf(quality / (G_SQRT2 * sigma)) : quality > 0.;
    const double p = normal_cdf(y / G_SQRT2), q = normal_cdf(-y / G_SQRT2);
    const double agree = sqrt(p * g + epsilon), differ = sqrt(q * (1. - g) + epsilon);
    *loss = 1. - agree - differ;
    *slope = normal_density(y / G_SQRT2) / G_SQRT2 * 0.5 * ((1. - g) / differ - g / agree);
    return sigma > 0. || quality != 0.;
}

double train_loss_fidelity(const TrainLabels *labels, const float *y, double sigma, double weight,
                           float *dy)
{
    return over_pairs(labels, y, fidelity_pair, sigma, weight, dy);
}

double train_loss_squared(const float *target, const float *y, guint n, double weight, float *dy)
{
    double total = 0.;
    for (guint i = 0; i < n; i++) {
        const double d = (double)y[i] - target[i];
        total += d * d;
        dy[i] += (float)(weight * 2. * d / n);
    }
    return n ? total / n : 0.;
}

double train_loss_consistency(const float *a, const float *b, guint n, double weight, float *da,
                              float *db)
{
    double total = 0.;
    for (guint i = 0; i < n; i++) {
        const double d = (double)a[i] - b[i], slope = weight * 2. * d / n;
        total += d * d;
        da[i] += (float)slope;
        db[i] -= (float)slope;
    }
    return n ? total / n : 0.;
}
