/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model of the family that ships, with made-up weights: MobileNetV1 of half width, batch
 * normalisation, mean and deviation of four stages pooled, a linear head. */
#pragma once

#include "model.h"

/* Input size x size, n_crops crops; channels are divided by divisor (1: the real widths); half the
 * weights pruned. (transfer full) */
BiqaModel *mobilenet_model_new(guint size, guint n_crops, guint divisor, guint64 seed);
