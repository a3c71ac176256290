/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model of plain 3x3 convolutions with made-up weights, to measure the other family of networks.
 */
#pragma once

#include "model.h"

/* Nine convolutions of 16 to 96 channels on one 224x224 crop, 0.36 GFLOP a branch; seven tenths of
 * the weights pruned. (transfer full) */
BiqaModel *plain_model_new(guint64 seed);
