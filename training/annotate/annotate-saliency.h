/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where people look, by three priors. */
#pragma once

#include "annotate-map.h"

/* SDSP (Zhang, Gu, Li, ICIP 2013) with VSI's parameters: at 256 x 256, what a log-Gabor band of
 * L*a*b* lets through, times nearness to the centre, times warmth of colour; then at the size of
 * the picture and stretched to 0..1. A picture of one colour has no place to look at: all 0.
 * (transfer full) */
TrainMap *train_saliency(const TrainImage *image);
