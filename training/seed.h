/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Seeds by place instead of by history: what a draw gives depends on which draw it is, not on how
 * many went before, so a run resumed anywhere goes on as if never interrupted. */
#pragma once

#include <glib.h>

/* Steele, Lea and Flood's SplitMix64 over (seed, a, b). */
static inline guint64 train_seed(guint64 seed, guint64 a, guint64 b)
{
    guint64 z = seed + a * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) +
                b * G_GUINT64_CONSTANT(0xd1342543de82ef95);
    z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* The next of a sequence of draws; uniform in 0..n-1. */
static inline guint train_draw(guint64 *state, guint n)
{
    *state = train_seed(*state, 1, 1);
    return (guint)((*state >> 32) * n >> 32);
}
