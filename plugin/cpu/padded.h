/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One channel's plane with the zeros around it that a convolution reads, its columns sorted by
 * their place within a stride: each tap of the kernel then reads one unbroken run a row of the
 * output. */
#pragma once

#include "window.h"

typedef struct {
    BiqaWindow window;
    guint phase; /* columns of each place within a stride, one behind the other */
    gsize pitch; /* floats from row to row */
    guint *taps; /* where each tap of output (0, 0) lies; owned */
    float *data; /* borrowed */
} BiqaCpuPadded;

/* Floats biqa_cpu_padded_init() needs for that window; a vector may be read beyond any tap. */
gsize biqa_cpu_padded_size(const BiqaWindow *window);

/* memory is borrowed. */
void biqa_cpu_padded_init(BiqaCpuPadded *padded, const BiqaWindow *window, float *memory);
void biqa_cpu_padded_clear(BiqaCpuPadded *padded);

/* Loads a plane x (h, w). */
void biqa_cpu_padded_fill(BiqaCpuPadded *padded, const float *x);
