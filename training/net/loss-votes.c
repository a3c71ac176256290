/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The likelihood of pairs that several annotators order, each as reliable as it turns out to be. */
#include "loss.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define FIXED_VARIANCE 2.
#define VARIANCE_FLOOR 1e-4

/* Sums over pairs, before they are divided by their number. */
typedef struct {
    double *dy, *ds;     /* n */
    double *reliability; /* (2, n_annotators) */
} Sums;

static double sigmoid(double x)
{
    return 1. / (1. + exp(-x));
}

/* log of the sigmoid. */
static double log_sigmoid(double x)
{
    return MIN(x, 0.) - log1p(exp(-fabs(x)));
}

/* log Phi(x), and its slope. Far out on the left Phi(x) is no number any more, and the slope
 * tends to -x (Mills' ratio). */
static double log_normal_cdf(double x, double *slope)
{
    if (x < -30.) {
        *slope = -x;
        return -.5 * x * x - log(-x) - .5 * log(2. * G_PI);
    }
    const double p = .5 * erfc(-x * G_SQRT2 / 2.);
    *slope = exp(-.5 * x * x) / sqrt(2. * G_PI) / p;
    return log(p);
}

/* 1: i is better, 0: j is, -1: no vote. */
static int vote(const TrainVotes *votes, guint k, guint i, guint j)
{
    const float *quality = votes->quality + (gsize)k * votes->n;
    return quality[i] > quality[j] ? 1 : quality[i] < quality[j] ? 0 : -1;
}

/* log A and log B; returns K. */
static guint log_odds(const TrainVotes *votes, const float *reliability, guint i, guint j,
                      double odds[2])
{
    const guint n = votes->n_annotators;
    guint n_votes = 0;
    odds[0] = odds[1] = 0.;
    for (guint k = 0; k < n; k++) {
        const int g = vote(votes, k, i, j);
        if (g < 0)
            continue;
        odds[0] += log_sigmoid(g ? reliability[k] : -reliability[k]);
        odds[1] += log_sigmoid(g ? -reliability[n + k] : reliability[n + k]);
        n_votes++;
    }
    return n_votes;
}

/* posterior: of i being the better one. */
static void learn_reliability(const TrainVotes *votes, const float *reliability, guint i, guint j,
                              double posterior, double share, double *sums)
{
    const guint n = votes->n_annotators;
    for (guint k = 0; k < n; k++) {
        const int g = vote(votes, k, i, j);
        if (g < 0)
            continue;
        sums[k] -= share * posterior * (g - sigmoid(reliability[k]));
        sums[n + k] -= share * (1. - posterior) * (1 - g - sigmoid(reliability[n + k]));
    }
}

/* The loss of a pair on which annotators vote; 0 and FALSE without a vote. */
static gboolean add_pair(const TrainVotes *votes, const float *y, const float *s,
                         const float *reliability, guint i, guint j, double *loss, Sums *sums)
{
    const double variance =
        s ? (double)s[i] * s[i] + (double)s[j] * s[j] + VARIANCE_FLOOR : FIXED_VARIANCE;
    const double x = ((double)y[i] - y[j]) / sqrt(variance);
    double odds[2], slopes[2];
    const guint n_votes = log_odds(votes, reliability, i, j, odds);
    if (!n_votes)
        return FALSE;
    const double better = odds[0] + log_normal_cdf(x, &slopes[0]);
    const double worse = odds[1] + log_normal_cdf(-x, &slopes[1]);
    const double posterior = sigmoid(better - worse), share = 1. / n_votes;
    const double slope = -share * (posterior * slopes[0] - (1. - posterior) * slopes[1]);

    *loss += -share * (MAX(better, worse) + log1p(exp(-fabs(better - worse))));
    sums->dy[i] += slope / sqrt(variance);
    sums->dy[j] -= slope / sqrt(variance);
    if (s) {
        sums->ds[i] -= slope * x * s[i] / variance;
        sums->ds[j] -= slope * x * s[j] / variance;
    }
    learn_reliability(votes, reliability, i, j, posterior, share, sums->reliability);
    return TRUE;
}

static void add(const double *sums, guint n, double factor, float *slopes)
{
    for (guint i = 0; slopes && i < n; i++)
        slopes[i] += (float)(factor * sums[i]);
}

double train_loss_votes(const TrainVotes *votes, const float *y, const float *s,
                        const float *reliability, double weight, const TrainVotesSlopes *slopes)
{
    const guint n = votes->n;
    g_autofree double *buffer = g_new0(double, 2 * (n + votes->n_annotators));
    Sums sums = {buffer, buffer + n, buffer + 2 * n};
    double loss = 0.;
    gsize n_pairs = 0;

    for (guint i = 0; i < n; i++) {
        for (guint j = i + 1; j < n; j++) {
            const gboolean in_order = (i + j) % 2;
            if (votes->group[i] == votes->group[j])
                n_pairs += add_pair(votes, y, s, reliability, in_order ? i : j, in_order ? j : i,
                                    &loss, &sums);
        }
    }
    if (!n_pairs)
        return 0.;
    add(sums.dy, n, weight / n_pairs, slopes->dy);
    add(sums.ds, n, weight / n_pairs, slopes->ds);
    add(sums.reliability, 2 * votes->n_annotators, weight / n_pairs, slopes->dreliability);
    return loss / n_pairs;
}
