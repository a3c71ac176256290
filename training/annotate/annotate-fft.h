/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filters in the frequency domain. */
#pragma once

#include <glib.h>

#define TRAIN_FFT_SIDE 256

/* re + i im, (side, side), becomes what the filter leaves of it. response, (side, side), is real,
 * its columns and rows cycles per side, 0 first; it must not change when both are swapped or
 * negated. */
void train_fft_filter(float *re, float *im, const float *response);
