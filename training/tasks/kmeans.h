/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* K-means: the centres of clouds of points. */
#pragma once

#include <glib.h>

/* k centres of n points of dims numbers each, point i from points + i * stride on;
 * centres lie stride apart, too. Begins several times with k-means++ (Arthur and Vassilvitskii) and
 * keeps the best. Deterministic by seed. 1 <= k <= n; a centre is always the mean of the points
 * nearest to it, or a point. */
typedef struct {
    const float *points;
    guint n, dims, stride;
    guint k;
    guint64 seed;
} TrainKmeans;

/* Returns the mean squared distance of a point to its centre. */
double train_kmeans(const TrainKmeans *params, float *centres);
