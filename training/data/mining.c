/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sampling by disagreement. */
#include "mining.h"

#include "seed.h"

#define SMOOTHING .5

void train_mining_learn(float *disagreement, double seen)
{
    const double share = *disagreement < 0.f ? 1. : SMOOTHING;
    *disagreement = (float)((1. - share) * *disagreement + share * seen);
}

/* Unnormalised probabilities of the part's images; returns their sum. */
static double fill_weights(const float *disagreement, const GArray *part, double *weights)
{
    double sum = 0., total = 0.;
    guint seen = 0;
    for (guint k = 0; k < part->len; k++) {
        const float d = disagreement[g_array_index(part, guint, k)];
        sum += MAX(d, 0.f);
        seen += d >= 0.f;
    }
    /* Where nothing differs, or nothing was seen, all are alike. */
    const double mean = sum > 0. ? sum / seen : 1.;
    for (guint k = 0; k < part->len; k++) {
        const float d = disagreement[g_array_index(part, guint, k)];
        weights[k] = (d >= 0.f && sum > 0. ? d : mean) + mean;
        total += weights[k];
    }
    return total;
}

/* The entry at which the running sum passes at. */
static guint find(const double *weights, guint n, double at)
{
    guint last = 0;
    for (guint k = 0; k < n; k++) {
        if (weights[k] <= 0.)
            continue;
        last = k;
        at -= weights[k];
        if (at < 0.)
            break;
    }
    return last;
}

void train_mining_draw(const float *disagreement, const GArray *part, guint64 seed, guint n,
                       guint *images)
{
    g_autofree double *weights = g_new(double, part->len);
    double total = 0.;
    for (guint i = 0; i < n; i++) {
        if (i % part->len == 0)
            total = fill_weights(disagreement, part, weights);
        const double share = (train_seed(seed, i, 8) >> 11) * 0x1p-53;
        const guint k = find(weights, part->len, share * total);
        images[i] = g_array_index(part, guint, k);
        total -= weights[k];
        weights[k] = 0.;
    }
}
