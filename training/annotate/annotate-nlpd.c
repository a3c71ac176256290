/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Normalised Laplacian pyramid distance. */
#include "annotate-map.h"
#include "annotate.h"

#include <math.h>

#define LEVELS 6

/* The authors' divisive normalisation of each level, learned from photographs: a constant and the
 * weights of the neighbours' magnitudes, by where the neighbour lies. */
typedef struct {
    double sigma, above, below, left, right, left_of_left;
} Normaliser;

static const Normaliser normalisers[LEVELS] = {
    {.0248, .1015, .1011, .1460, .1493, .0072},
    {.0185, .0837, .0757, .1846, .1986, 0},
    {.0179, .0467, .0477, .2243, .2138, 0},
    {.0191, 0, 0, .2616, .2503, 0},
    {.0220, 0, 0, .2552, .2598, 0},
    {.2782, 0, 0, .0717, .2215, 0},
};

/* Burt and Adelson's window. */
static const TrainKernel smooth = {5, {.05, .25, .4, .25, .05}};

/* The magnitude at (x, y), 0 outside. */
static double magnitude(const TrainMap *map, gint x, gint y)
{
    if (x < 0 || y < 0 || x >= (gint)map->width || y >= (gint)map->height)
        return 0;
    return fabs(map->values[(gsize)y * map->width + (gsize)x]);
}

/* z / (sigma + sum of w |z| around) at (x, y) */
static double normalised(const TrainMap *in, gint x, gint y, const Normaliser *n)
{
    const double around = n->above * magnitude(in, x, y - 1) + n->below * magnitude(in, x, y + 1) +
                          n->left * magnitude(in, x - 1, y) + n->right * magnitude(in, x + 1, y) +
                          n->left_of_left * magnitude(in, x - 2, y);
    return in->values[(gsize)y * in->width + (gsize)x] / (n->sigma + around);
}

/* Pixel i of a row or column twice as long, less one if that is odd: zeros put between, smoothed,
 * times 2. here is pixel i / 2 of the short one, before and after are its neighbours. */
static double between(guint i, double before, double here, double after)
{
    return i % 2 ? .5 * (here + after) : .8 * here + .1 * (before + after);
}

/* level - next at twice its size, edges repeated */
static void subtract_expanded(TrainMap *level, const TrainMap *next)
{
    const guint width = next->width;
    g_autofree double *line = g_new(double, width);
    double *to = level->values;
    for (guint y = 0; y < level->height; y++) {
        const double *here = next->values + (gsize)(y / 2) * width;
        const double *before = y > 1 ? here - width : here;
        const double *after = y / 2 + 1 < next->height ? here + width : here;
        for (guint x = 0; x < width; x++)
            line[x] = between(y, before[x], here[x], after[x]);
        for (guint x = 0; x < level->width; x++) {
            const guint at = x / 2;
            *to++ -= between(x, line[at ? at - 1 : 0], line[at], line[MIN(at + 1, width - 1)]);
        }
    }
}

/* Takes what the next level can tell out of a level, and returns the next level. */
static TrainMap *split(TrainMap *level)
{
    TrainMap *next = train_map_filter(level, &(TrainFilter){&smooth, TRAIN_BORDER_MIRROR, 2});
    subtract_expanded(level, next);
    return next;
}

/* Root mean square difference of a normalised level. */
static double difference(const TrainMap *a, const TrainMap *b, const Normaliser *normaliser)
{
    double sum = 0;
    for (gint y = 0; y < (gint)a->height; y++) {
        for (gint x = 0; x < (gint)a->width; x++) {
            const double d = normalised(a, x, y, normaliser) - normalised(b, x, y, normaliser);
            sum += d * d;
        }
    }
    return sqrt(sum / ((double)a->width * a->height));
}

static TrainMap *luma(const TrainImage *image)
{
    return train_map_mix(image, (const double[3]){.299 / 255, .587 / 255, .114 / 255});
}

double train_annotate_nlpd(const TrainImage *reference, const TrainImage *distorted)
{
    g_autoptr(TrainMap) x = luma(reference), y = luma(distorted);
    double sum = 0;
    guint levels = 1;
    for (guint side = MIN(x->width, x->height); side > 1 && levels < LEVELS; side /= 2)
        levels++;
    for (guint level = 0; level + 1 < levels; level++) {
        g_autoptr(TrainMap) next_x = split(x), next_y = split(y);
        sum += difference(x, y, &normalisers[level]);
        TrainMap *old_x = x, *old_y = y;
        x = g_steal_pointer(&next_x);
        y = g_steal_pointer(&next_y);
        train_map_free(old_x);
        train_map_free(old_y);
    }
    return (sum + difference(x, y, &normalisers[LEVELS - 1])) / levels;
}
