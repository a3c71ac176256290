/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution geometry, and maps as matrices of columns. */
#include "window.h"

#include <string.h>

BiqaWindow biqa_window(const BiqaGraph *graph, guint i)
{
    const BiqaLayer *layer = &graph->layers[i];
    const BiqaShape in = graph->layers[layer->inputs[0]].shape;
    return (BiqaWindow){
        .h = in.h,
        .w = in.w,
        .out_h = layer->shape.h,
        .out_w = layer->shape.w,
        .kernel_h = layer->kernel_h,
        .kernel_w = layer->kernel_w,
        .stride = layer->stride,
        .top = (gint)biqa_layer_pad_before(layer, in.h, layer->kernel_h),
        .left = (gint)biqa_layer_pad_before(layer, in.w, layer->kernel_w),
    };
}

BiqaRange biqa_range_inside(gint offset, guint stride, guint extent, guint n)
{
    const guint first = offset < 0 ? ((guint)-offset + stride - 1) / stride : 0;
    const guint end = offset < (gint)extent ? (guint)((gint)extent - 1 - offset) / stride + 1 : 0;
    return (BiqaRange){MIN(first, MIN(end, n)), MIN(end, n)};
}

/* One tap of one channel: x (h, w) to column (out_h, out_w). */
static void fill_column(const BiqaWindow *window, guint i, guint j, const float *x, float *column)
{
    const gint offset = (gint)j - window->left;
    const BiqaRange rows =
        biqa_range_inside((gint)i - window->top, window->stride, window->h, window->out_h);
    const BiqaRange inside = biqa_range_inside(offset, window->stride, window->w, window->out_w);
    const gsize pitch = window->out_w;

    memset(column, 0, sizeof(float) * rows.first * pitch);
    for (guint y = rows.first; y < rows.end; y++) {
        const float *row = x + (gsize)((gint)(y * window->stride + i) - window->top) * window->w;
        float *out = column + y * pitch;
        for (guint u = 0; u < inside.first; u++)
            out[u] = 0.f;
        for (guint u = inside.first; u < inside.end; u++)
            out[u] = row[(gint)(u * window->stride) + offset];
        for (guint u = inside.end; u < window->out_w; u++)
            out[u] = 0.f;
    }
    memset(column + rows.end * pitch, 0, sizeof(float) * (window->out_h - rows.end) * pitch);
}

static void add_column(const BiqaWindow *window, guint i, guint j, const float *column, float *x)
{
    const gint offset = (gint)j - window->left;
    const BiqaRange rows =
        biqa_range_inside((gint)i - window->top, window->stride, window->h, window->out_h);
    const BiqaRange inside = biqa_range_inside(offset, window->stride, window->w, window->out_w);

    for (guint y = rows.first; y < rows.end; y++) {
        float *row = x + (gsize)((gint)(y * window->stride + i) - window->top) * window->w;
        const float *in = column + (gsize)y * window->out_w;
        for (guint u = inside.first; u < inside.end; u++)
            row[(gint)(u * window->stride) + offset] += in[u];
    }
}

void biqa_window_columns(const BiqaWindow *window, guint channels, const float *x, float *columns)
{
    for (guint c = 0; c < channels; c++, x += (gsize)window->h * window->w) {
        for (guint i = 0; i < window->kernel_h; i++) {
            for (guint j = 0; j < window->kernel_w; j++) {
                fill_column(window, i, j, x, columns);
                columns += (gsize)window->out_h * window->out_w;
            }
        }
    }
}

void biqa_window_add_columns(const BiqaWindow *window, guint channels, const float *columns,
                             float *x)
{
    for (guint c = 0; c < channels; c++, x += (gsize)window->h * window->w) {
        for (guint i = 0; i < window->kernel_h; i++) {
            for (guint j = 0; j < window->kernel_w; j++) {
                add_column(window, i, j, columns, x);
                columns += (gsize)window->out_h * window->out_w;
            }
        }
    }
}
