/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copying planes into their padding. */
#include "padded.h"

#include "maps.h"
#include <string.h>

static guint phase_columns(const BiqaWindow *window)
{
    return window->out_w + (window->kernel_w - 1) / window->stride;
}

static guint padded_rows(const BiqaWindow *window)
{
    return (window->out_h - 1) * window->stride + window->kernel_h;
}

/* Places within a stride that a kernel reads. */
static guint phases(const BiqaWindow *window)
{
    return MIN(window->stride, window->kernel_w);
}

gsize biqa_cpu_padded_size(const BiqaWindow *window)
{
    return (gsize)padded_rows(window) * phases(window) * phase_columns(window) + 2 * BIQA_CPU_ALIGN;
}

void biqa_cpu_padded_init(BiqaCpuPadded *padded, const BiqaWindow *window, float *memory)
{
    *padded = (BiqaCpuPadded){
        .window = *window,
        .phase = phase_columns(window),
        .taps = g_new(guint, window->kernel_h * window->kernel_w),
        .data = memory,
    };
    padded->pitch = (gsize)phases(window) * padded->phase;
    memset(memory, 0, sizeof(float) * biqa_cpu_padded_size(window));
    for (guint i = 0; i < window->kernel_h; i++)
        for (guint j = 0; j < window->kernel_w; j++)
            padded->taps[i * window->kernel_w + j] = (guint)(i * padded->pitch) +
                                                     j % window->stride * padded->phase +
                                                     j / window->stride;
}

void biqa_cpu_padded_clear(BiqaCpuPadded *padded)
{
    g_free(padded->taps);
}

void biqa_cpu_padded_fill(BiqaCpuPadded *padded, const float *x)
{
    const BiqaWindow *window = &padded->window;
    const BiqaRange rows = biqa_range_inside(-window->top, 1, window->h, padded_rows(window));

    for (guint p = 0; p < phases(window); p++) {
        const gint left = (gint)p - window->left;
        const BiqaRange columns = biqa_range_inside(left, window->stride, window->w, padded->phase);
        const gint u = (gint)(columns.first * window->stride) + left;

        if (rows.first < rows.end && columns.first < columns.end)
            biqa_pick_strided(rows.end - rows.first, columns.end - columns.first,
                              x + ((gint)rows.first - window->top) * (gsize)window->w + u,
                              window->w, window->stride,
                              padded->data + rows.first * padded->pitch + p * padded->phase +
                                  columns.first,
                              padded->pitch);
    }
}
