/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution geometry, and maps as matrices of columns. */
#include "window.h"

#include "hot.h"
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

/* Strides of one and two are written out so that they vectorise. */
BIQA_HOT void biqa_pick_strided(guint rows, guint n, const float *restrict x, gsize x_pitch,
                                guint stride, float *restrict out, gsize out_pitch)
{
    for (guint i = 0; i < rows; i++, x += x_pitch, out += out_pitch) {
        if (stride == 1) {
            for (guint j = 0; j < n; j++)
                out[j] = x[j];
        } else if (stride == 2) {
            for (guint j = 0; j < n; j++)
                out[j] = x[2 * (gsize)j];
        } else {
            for (guint j = 0; j < n; j++)
                out[j] = x[(gsize)j * stride];
        }
    }
}

BIQA_HOT static void add_strided(guint rows, guint n, const float *restrict out, gsize out_pitch,
                                 float *restrict x, gsize x_pitch, guint stride)
{
    for (guint i = 0; i < rows; i++, x += x_pitch, out += out_pitch) {
        if (stride == 1) {
            for (guint j = 0; j < n; j++)
                x[j] += out[j];
        } else {
            for (guint j = 0; j < n; j++)
                x[(gsize)j * stride] += out[j];
        }
    }
}

BIQA_HOT static void set_strided(guint rows, guint n, const float *restrict out, gsize out_pitch,
                                 float *restrict x, gsize x_pitch, guint stride)
{
    for (guint i = 0; i < rows; i++, x += x_pitch, out += out_pitch) {
        for (guint j = 0; j < n; j++)
            x[(gsize)j * stride] = out[j];
    }
}

void biqa_put_strided(guint rows, guint n, const float *out, gsize out_pitch, gboolean add,
                      float *x, gsize x_pitch, guint stride)
{
    (add ? add_strided : set_strided)(rows, n, out, out_pitch, x, x_pitch, stride);
}

/* Where one tap meets the map: outputs rows x columns are fed, from the float at offset on. */
typedef struct {
    BiqaRange rows, columns;
    gsize offset;
} Meeting;

static Meeting tap_meeting(const BiqaWindow *window, guint i, guint j)
{
    const gint top = (gint)i - window->top, left = (gint)j - window->left;
    Meeting meeting = {biqa_range_inside(top, window->stride, window->h, window->out_h),
                       biqa_range_inside(left, window->stride, window->w, window->out_w), 0};
    const gint v = (gint)(meeting.rows.first * window->stride) + top;
    const gint u = (gint)(meeting.columns.first * window->stride) + left;
    if (meeting.rows.first < meeting.rows.end && meeting.columns.first < meeting.columns.end)
        meeting.offset = (gsize)v * window->w + (gsize)u;
    else
        meeting.rows.end = meeting.rows.first;
    return meeting;
}

static void clear_columns(float *out, BiqaRange rows, BiqaRange columns, gsize pitch)
{
    for (gsize y = rows.first; y < rows.end; y++) {
        for (gsize u = columns.first; u < columns.end; u++)
            out[y * pitch + u] = 0.f;
    }
}

/* One tap of one channel: x (h, w) to column (out_h, out_w). */
static void fill_column(const BiqaWindow *window, guint i, guint j, const float *x, float *column)
{
    const Meeting meeting = tap_meeting(window, i, j);
    const BiqaRange rows = meeting.rows, columns = meeting.columns;
    const gsize pitch = window->out_w;

    memset(column, 0, sizeof(float) * rows.first * pitch);
    memset(column + rows.end * pitch, 0, sizeof(float) * (window->out_h - rows.end) * pitch);
    clear_columns(column, rows, (BiqaRange){0, columns.first}, pitch);
    clear_columns(column, rows, (BiqaRange){columns.end, window->out_w}, pitch);
    biqa_pick_strided(rows.end - rows.first, columns.end - columns.first, x + meeting.offset,
                      (gsize)window->stride * window->w, window->stride,
                      column + rows.first * pitch + columns.first, pitch);
}

static void add_column(const BiqaWindow *window, guint i, guint j, const float *column, float *x)
{
    const Meeting meeting = tap_meeting(window, i, j);
    const BiqaRange rows = meeting.rows, columns = meeting.columns;
    const gsize pitch = window->out_w;

    biqa_put_strided(rows.end - rows.first, columns.end - columns.first,
                     column + rows.first * pitch + columns.first, pitch, TRUE, x + meeting.offset,
                     (gsize)window->stride * window->w, window->stride);
}

void biqa_window_columns(const BiqaWindow *window, guint channels, const float *x, float *columns,
                         gsize pitch)
{
    for (guint c = 0; c < channels; c++, x += (gsize)window->h * window->w) {
        for (guint i = 0; i < window->kernel_h; i++) {
            for (guint j = 0; j < window->kernel_w; j++) {
                fill_column(window, i, j, x, columns);
                columns += pitch;
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

gboolean biqa_conv_is_pointwise(const BiqaLayer *layer)
{
    return layer->kernel_h == 1 && layer->kernel_w == 1 && layer->stride == 1 &&
           layer->groups == 1 && (layer->same || !layer->pad);
}

gboolean biqa_conv_is_depthwise(const BiqaLayer *layer)
{
    return layer->groups > 1 && layer->groups == layer->channels &&
           layer->count[0] == (gsize)layer->channels * layer->kernel_h * layer->kernel_w;
}
