/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which rated images the next batch is made of, where a stage samples by disagreement: images on
 * which full model and competitor differed come back more often. */
#pragma once

#include <glib.h>

/* What is known of an image that was not seen yet. */
#define TRAIN_MINING_UNSEEN -1.f

/* Takes a new |full - competitor| into an image's figure: the mean of it and what was there. */
void train_mining_learn(float *disagreement, double seen);

/* Draws n of the images that part lists (guint), none twice before all have come: image i with a
 * probability proportional to d_i + mean(d), d_i its figure in disagreement (by image), so that
 * half of all draws are uniform. Unseen images count as the mean. seed decides all. */
void train_mining_draw(const float *disagreement, const GArray *part, guint64 seed, guint n,
                       guint *images);
