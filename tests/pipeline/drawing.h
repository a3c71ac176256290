/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures to train on. */
#pragma once

#include "image.h"

/* A picture with edges and texture: overlapping discs on a gradient. (transfer full) */
TrainImage *drawing_new(guint seed);
