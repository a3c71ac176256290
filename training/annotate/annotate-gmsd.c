/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gradient magnitude similarity deviation. */
#include "annotate-map.h"
#include "annotate.h"

#include <math.h>

static TrainMap *gradient(const TrainImage *image)
{
    g_autoptr(TrainMap) luma = train_map_luma(image);
    g_autoptr(TrainMap) half = train_map_reduce(luma, 2);
    return train_map_gradient(half, 1 / 3., 1 / 3.);
}

/* Eq. 4: GMS = (2 m_r m_d + c) / (m_r^2 + m_d^2 + c); eq. 6: its standard deviation. */
double train_annotate_gmsd(const TrainImage *reference, const TrainImage *distorted)
{
    g_autoptr(TrainMap) x = gradient(reference), y = gradient(distorted);
    const gsize n = (gsize)x->width * x->height;
    double mean = 0, squares = 0;
    for (gsize i = 0; i < n; i++)
        mean += x->values[i] = train_similarity(x->values[i], y->values[i], 170);
    mean /= (double)n;
    for (gsize i = 0; i < n; i++)
        squares += (x->values[i] - mean) * (x->values[i] - mean);
    return sqrt(squares / (double)n);
}
