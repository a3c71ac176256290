/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What rating shares with the stand-in itself. */
#pragma once

#include "image.h"
#include "stand-in.h"

/* What it says of a picture beside its original, of one size: higher is better. */
double train_stand_in_figure(const TrainStandIn *stand_in, const TrainImage *reference,
                             const TrainImage *image);
