/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random draws of one distortion. */
#include "distort-private.h"
#include <math.h>

void train_draws_init(TrainDraws *draws, guint64 seed)
{
    const guint32 seeds[] = {(guint32)seed, (guint32)(seed >> 32)};
    *draws = (TrainDraws){.rand = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds))};
}

void train_draws_clear(TrainDraws *draws)
{
    g_clear_pointer(&draws->rand, g_rand_free);
}

double train_draws_uniform(TrainDraws *draws)
{
    return g_rand_double(draws->rand);
}

guint train_draws_below(TrainDraws *draws, guint n)
{
    g_assert(n > 0);
    return (guint)((guint64)g_rand_int(draws->rand) * n >> 32);
}

/* Two at a time (Box and Muller). */
double train_draws_normal(TrainDraws *draws)
{
    draws->has_spare = !draws->has_spare;
    if (!draws->has_spare)
        return draws->spare;
    double radius = sqrt(-2 * log(1 - g_rand_double(draws->rand)));
    double angle = 2 * G_PI * g_rand_double(draws->rand);
    draws->spare = radius * sin(angle);
    return radius * cos(angle);
}

gboolean *train_draws_pick(guint64 seed, guint n, double share)
{
    TrainDraws draws;
    train_draws_init(&draws, seed);
    g_autofree guint *order = g_new(guint, n);
    for (guint i = 0; i < n; i++)
        order[i] = i;
    gboolean *picked = g_new0(gboolean, n);
    guint count = (guint)ceil(share * n - 1e-9);
    for (guint i = 0; i < count; i++) {
        guint at = i + train_draws_below(&draws, n - i);
        picked[order[at]] = TRUE;
        order[at] = order[i];
    }
    train_draws_clear(&draws);
    return picked;
}
