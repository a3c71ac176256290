/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Depthwise convolution of one channel, forward and transposed. */
#include "strips.h"

#include "hot.h"
#include <string.h>

#define MAX_TAPS (31 * 31)

static guint phases(const BiqaWindow *window)
{
    return MIN(window->stride, window->kernel_h);
}

static guint rows(const BiqaWindow *window)
{
    return window->out_h + (window->kernel_h - 1) / window->stride;
}

static gboolean flat(const BiqaWindow *window)
{
    return window->stride == 1 && window->out_w == window->w;
}

static gsize data_size(const BiqaWindow *window)
{
    return (gsize)window->kernel_w * phases(window) * rows(window) * window->out_w;
}

gsize biqa_strips_size(const BiqaWindow *window)
{
    return data_size(window) + (flat(window) ? (gsize)window->kernel_w * window->h * window->w : 0);
}

void biqa_strips_init(BiqaStrips *strips, const BiqaWindow *window, float *memory)
{
    *strips = (BiqaStrips){.window = *window,
                           .phases = phases(window),
                           .rows = rows(window),
                           .flat = flat(window),
                           .data = memory,
                           .keep = memory + data_size(window)};
    memset(memory, 0, sizeof(float) * data_size(window));
    if (!strips->flat)
        return;
    for (guint j = 0; j < window->kernel_w; j++) {
        const BiqaRange inside = biqa_range_inside((gint)j - window->left, 1, window->w, window->w);
        float *keep = strips->keep + (gsize)j * window->h * window->w;
        for (guint u = 0; u < window->w; u++)
            keep[u] = u >= inside.first && u < inside.end;
        for (guint v = 1; v < window->h; v++)
            memcpy(keep + (gsize)v * window->w, keep, sizeof(float) * window->w);
    }
}

/* The rows of strip phase that hold rows of the map; others stay zero for ever. */
static BiqaRange filled_rows(const BiqaStrips *strips, guint phase)
{
    const BiqaWindow *window = &strips->window;
    return biqa_range_inside((gint)phase - window->top, window->stride, window->h, strips->rows);
}

BIQA_HOT static void copy_kept(const float *restrict x, const float *restrict keep, gsize n,
                               float *restrict out)
{
#pragma omp simd
    for (gsize i = 0; i < n; i++) {
        const float value = x[i];
        out[i] = keep[i] != 0.f ? value : 0.f;
    }
}

/* A stride of one and equal widths: the strip is the map, moved by shift and cleared where that
 * crossed a border. */
static void fill_flat(BiqaStrips *strips, guint j, const float *x)
{
    const BiqaWindow *window = &strips->window;
    const BiqaRange filled = filled_rows(strips, 0);
    const gint shift = (gint)j - window->left;
    const gsize skipped = (gsize)((gint)filled.first - window->top) * window->w;
    const gsize n = (gsize)(filled.end - filled.first) * window->w, move = ABS(shift);
    const float *keep = strips->keep + (gsize)j * window->h * window->w;
    float *out = biqa_strips_tap(strips, 0, j) + (gsize)filled.first * window->w;

    if (move >= window->w)
        return;
    /* The first (last) floats lie beyond the map's own border and are zero already. */
    const gsize from = shift < 0 ? move : 0;
    copy_kept(x + skipped + from + shift, keep + from, n - move, out + from);
}

static void fill_rows(BiqaStrips *strips, guint phase, guint j, const float *x)
{
    const BiqaWindow *window = &strips->window;
    const BiqaRange filled = filled_rows(strips, phase);
    const gint left = (gint)j - window->left;
    const BiqaRange inside = biqa_range_inside(left, window->stride, window->w, window->out_w);
    const gint v = (gint)(filled.first * window->stride + phase) - window->top;
    const gint u = (gint)(inside.first * window->stride) + left;

    if (filled.first < filled.end && inside.first < inside.end)
        biqa_pick_strided(
            filled.end - filled.first, inside.end - inside.first,
            x + (gsize)v * window->w + (gsize)u, (gsize)window->stride * window->w, window->stride,
            biqa_strips_tap(strips, phase, j) + (gsize)filled.first * window->out_w + inside.first,
            window->out_w);
}

void biqa_strips_fill(BiqaStrips *strips, const float *x)
{
    for (guint j = 0; j < strips->window.kernel_w; j++) {
        if (strips->flat) {
            fill_flat(strips, j, x);
            continue;
        }
        for (guint phase = 0; phase < strips->phases; phase++)
            fill_rows(strips, phase, j, x);
    }
}

/* y = (add ? y : start) + sum of n_taps products; n_taps is a constant wherever this is inlined. */
static inline __attribute__((always_inline)) void add_taps(const float *const *taps,
                                                           const float *weights, guint n_taps,
                                                           gsize n, gboolean add, float start,
                                                           float *restrict y)
{
    const float *x[9];
    float w[9];
    for (guint t = 0; t < n_taps; t++) {
        x[t] = taps[t];
        w[t] = weights[t];
    }
#pragma omp simd
    for (gsize i = 0; i < n; i++) {
        float sum = add ? y[i] : start;
        for (guint t = 0; t < n_taps; t++)
            sum += w[t] * x[t][i];
        y[i] = sum;
    }
}

BIQA_HOT static void add_nine(const float *const *taps, const float *weights, gsize n, gboolean add,
                              float start, float *y)
{
    if (add)
        add_taps(taps, weights, 9, n, TRUE, start, y);
    else
        add_taps(taps, weights, 9, n, FALSE, start, y);
}

BIQA_HOT static void add_one(const float *const *taps, const float *weights, gsize n, gboolean add,
                             float start, float *y)
{
    add_taps(taps, weights, 1, n, add, start, y);
}

static guint list_taps(const BiqaStrips *strips, const float *taps[MAX_TAPS])
{
    guint n = 0;
    for (guint i = 0; i < strips->window.kernel_h; i++) {
        for (guint j = 0; j < strips->window.kernel_w; j++)
            taps[n++] = biqa_strips_tap(strips, i, j);
    }
    return n;
}

void biqa_strips_convolve(const BiqaStrips *strips, const float *weights, float start, float *y)
{
    const gsize n = (gsize)strips->window.out_h * strips->window.out_w;
    const float *taps[MAX_TAPS];
    const guint n_taps = list_taps(strips, taps);

    for (guint t = 0, step; t < n_taps; t += step) {
        step = n_taps - t >= 9 ? 9 : 1;
        (step == 9 ? add_nine : add_one)(taps + t, weights + t, n, t > 0, start, y);
    }
}

/* Three at a time: enough chains of additions to keep the units busy. */
BIQA_HOT static void dot_three(const float *const *taps, const float *restrict y, gsize n,
                               float *restrict sums)
{
    const float *restrict x0 = taps[0], *restrict x1 = taps[1], *restrict x2 = taps[2];
    float s0 = 0.f, s1 = 0.f, s2 = 0.f;
#pragma omp simd reduction(+ : s0, s1, s2)
    for (gsize i = 0; i < n; i++) {
        s0 += y[i] * x0[i];
        s1 += y[i] * x1[i];
        s2 += y[i] * x2[i];
    }
    sums[0] += s0;
    sums[1] += s1;
    sums[2] += s2;
}

BIQA_HOT static void dot_one(const float *restrict x, const float *restrict y, gsize n,
                             float *restrict total)
{
    float sum = 0.f;
#pragma omp simd reduction(+ : sum)
    for (gsize i = 0; i < n; i++)
        sum += y[i] * x[i];
    *total += sum;
}

void biqa_strips_correlate(const BiqaStrips *strips, const float *y, float *weights)
{
    const gsize n = (gsize)strips->window.out_h * strips->window.out_w;
    const float *taps[MAX_TAPS];
    const guint n_taps = list_taps(strips, taps);
    guint t = 0;

    for (; t + 3 <= n_taps; t += 3)
        dot_three(taps + t, y, n, weights + t);
    for (; t < n_taps; t++)
        dot_one(taps[t], y, n, weights + t);
}
