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

/* What the pairs of a loss share. */
typedef struct {
    const TrainLabels *labels;
    const float *y;   /* what gets slopes */
    const float *s;   /* learned standard deviations; NULL: 1 each */
    double parameter; /* margin or sigma */
} Pairs;

/* One pair's part of a loss and of its slope in y_i - y_j; FALSE if the two are no pair. */
typedef gboolean (*Pair)(const Pairs *pairs, guint i, guint j, double *loss, double *slope);

/* Mean of pair over all i < j of one group. The slopes are divided by the number of pairs, which is
 * known after the first of the two rounds. */
static double over_pairs(const Pairs *pairs, Pair pair, double weight, float *dy)
{
    const TrainLabels *labels = pairs->labels;
    g_autofree double *slopes = g_new0(double, labels->n);
    double total = 0.;
    gsize n_pairs = 0;

    for (guint i = 0; i < labels->n; i++) {
        for (guint j = i + 1; j < labels->n; j++) {
            double loss, slope;
            if (labels->group[i] != labels->group[j] || !pair(pairs, i, j, &loss, &slope))
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

static double difference(const float *values, guint i, guint j)
{
    return (double)values[i] - values[j];
}

static gboolean hinge_pair(const Pairs *pairs, double order, double y, double *loss, double *slope)
{
    const double sign = order > 0. ? 1. : -1., gap = pairs->parameter - sign * y;
    *loss = gap <= 0. ? 0. : gap; /* a NaN stays one */
    *slope = gap > 0. ? -sign : 0.;
    return order != 0.;
}

static gboolean quality_pair(const Pairs *pairs, guint i, guint j, double *loss, double *slope)
{
    return hinge_pair(pairs, difference(pairs->labels->quality, i, j), difference(pairs->y, i, j),
                      loss, slope);
}

double train_loss_hinge(const TrainLabels *labels, const float *y, double margin, double weight,
                        float *dy)
{
    const Pairs pairs = {.labels = labels, .y = y, .parameter = margin};
    return over_pairs(&pairs, quality_pair, weight, dy);
}

static gboolean spread_pair(const Pairs *pairs, guint i, guint j, double *loss, double *slope)
{
    return hinge_pair(pairs, difference(pairs->labels->spread, i, j), difference(pairs->y, i, j),
                      loss, slope);
}

double train_loss_spread(const TrainLabels *labels, const float *s, double margin, double weight,
                         float *ds)
{
    const Pairs pairs = {.labels = labels, .y = s, .parameter = margin};
    return over_pairs(&pairs, spread_pair, weight, ds);
}

/* The probability that i is the better one, as people say; FALSE: they don't. */
static gboolean truth(const Pairs *pairs, guint i, guint j, double *g)
{
    const double quality = difference(pairs->labels->quality, i, j);
    const float *spread = pairs->s ? pairs->labels->spread : NULL;
    const double width = spread ? hypot(spread[i], spread[j]) : G_SQRT2 * pairs->parameter;
    *g = width > 0. ? normal_cdf(quality / width) : quality > 0.;
    return width > 0. || quality != 0.;
}

static gboolean fidelity_pair(const Pairs *pairs, guint i, guint j, double *loss, double *slope)
{
    const double epsilon = 1e-8, y = difference(pairs->y, i, j);
    const float *s = pairs->s;
    const double width =
        s ? sqrt((double)s[i] * s[i] + (double)s[j] * s[j] + epsilon) : (double)G_SQRT2;
    double g;
    if (!truth(pairs, i, j, &g))
        return FALSE;
    const double p = normal_cdf(y / width), q = normal_cdf(-y / width);
    const double agree = sqrt(p * g + epsilon), differ = sqrt(q * (1. - g) + epsilon);
    *loss = 1. - agree - differ;
    *slope = normal_density(y / width) / width * 0.5 * ((1. - g) / differ - g / agree);
    return TRUE;
}

double train_loss_fidelity(const TrainLabels *labels, const float *y, double sigma, double weight,
                           float *dy)
{
    const Pairs pairs = {.labels = labels, .y = y, .parameter = sigma};
    return over_pairs(&pairs, fidelity_pair, weight, dy);
}

double train_loss_fidelity_learned(const TrainLabels *labels, const float *y, const float *s,
                                   double sigma, double weight, float *dy)
{
    const Pairs pairs = {.labels = labels, .y = y, .s = s, .parameter = sigma};
    return over_pairs(&pairs, fidelity_pair, weight, dy);
}

void train_softplus(const float *t, guint n, float *s)
{
    for (guint i = 0; i < n; i++)
        s[i] = (float)(MAX(t[i], 0.) + log1p(exp(-fabs(t[i]))));
}

void train_softplus_back(const float *t, const float *ds, guint n, float *dt)
{
    for (guint i = 0; i < n; i++)
        dt[i] += (float)(ds[i] / (1. + exp(-(double)t[i])));
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
