/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a convolution's kernel falls on its input: the geometry shared by forward and backward. */
#pragma once

#include "graph.h"

/* Tap (i, j) of output (y, x) reads input (y * stride + i - top, x * stride + j - left), which is
 * zero outside h x w. */
typedef struct {
    guint h, w, out_h, out_w;
    guint kernel_h, kernel_w, stride;
    gint top, left;
} BiqaWindow;

/* first..end-1 */
typedef struct {
    guint first, end;
} BiqaRange;

/* The window of a CONV of an inferred graph. */
BiqaWindow biqa_window(const BiqaGraph *graph, guint layer);

/* Those x of 0..n-1 for which x * stride + offset lies in 0..extent-1. */
BiqaRange biqa_range_inside(gint offset, guint stride, guint extent, guint n);

/* x (channels, h, w) to columns (channels * kernel_h * kernel_w, out_h * out_w), each of whose rows
 * starts pitch floats after the one before: the matrix that turns the convolution into a product
 * (im2col). */
void biqa_window_columns(const BiqaWindow *window, guint channels, const float *x, float *columns,
                         gsize pitch);

/* The transpose: adds columns onto x. */
void biqa_window_add_columns(const BiqaWindow *window, guint channels, const float *columns,
                             float *x);

/* rows x n floats: out[i][j] = x[i][j * stride]. Pitches are floats from row to row. */
void biqa_pick_strided(guint rows, guint n, const float *x, gsize x_pitch, guint stride, float *out,
                       gsize out_pitch);

/* The way back: x[i][j * stride] = out[i][j], added where add is set. */
void biqa_put_strided(guint rows, guint n, const float *out, gsize out_pitch, gboolean add,
                      float *x, gsize x_pitch, guint stride);

/* A CONV that is one matrix product on the map itself. */
gboolean biqa_conv_is_pointwise(const BiqaLayer *layer);

/* A CONV with one input and one output channel per group. */
gboolean biqa_conv_is_depthwise(const BiqaLayer *layer);
