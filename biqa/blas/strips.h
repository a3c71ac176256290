/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One channel's map laid out for depthwise convolution: for every kernel column a copy of the rows,
 * already shifted, strided and bordered with zeros. Each tap of the kernel then reads one unbroken
 * run of out_h * out_w floats, which vectorises whatever the map's width. */
#pragma once

#include "window.h"

typedef struct {
    BiqaWindow window;
    guint phases;  /* rows y * stride + p make strip p: so many are read */
    guint rows;    /* of a strip, of out_w floats each */
    gboolean flat; /* the map is as wide as the output: rows need not be copied one by one */
    float *data;   /* (kernel_w, phases, rows, out_w), borrowed */
    float *keep;   /* (kernel_w, h, w), flat only: 0 where the neighbour lies across the border */
} BiqaStrips;

/* Floats biqa_strips_init() needs for that window. */
gsize biqa_strips_size(const BiqaWindow *window);

/* memory is borrowed. */
void biqa_strips_init(BiqaStrips *strips, const BiqaWindow *window, float *memory);

/* Loads a map x (h, w). */
void biqa_strips_fill(BiqaStrips *strips, const float *x);

/* The run that tap (i, j) reads. */
static inline float *biqa_strips_tap(const BiqaStrips *strips, guint i, guint j)
{
    const BiqaWindow *window = &strips->window;
    const gsize strip = (gsize)strips->rows * window->out_w;
    return strips->data + (j * strips->phases + i % window->stride) * strip +
           (gsize)(i / window->stride) * window->out_w;
}

/* y[i] = start + sum over taps of weight * tap[i]; weights (kernel_h, kernel_w), y (out_h, out_w).
 */
void biqa_strips_convolve(const BiqaStrips *strips, const float *weights, float start, float *y);

/* weights += sum over i of y[i] * tap[i]: the gradient of the weights. */
void biqa_strips_correlate(const BiqaStrips *strips, const float *y, float *weights);
