/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of several families of distortions do with pictures. */
#pragma once

#include "distort.h"

/* The picture with a type of distortion at one of its levels, from 1. (transfer full) */
TrainImage *distort_at_level(const char *name, const TrainImage *image, guint level, guint64 seed);

/* Peak signal to noise, dB, of two pictures of a size, over all channels. */
double distort_psnr(const TrainImage *a, const TrainImage *b);
