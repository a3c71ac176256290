/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading pixels of any described layout: what the preprocessing shader is checked against. */
#include "frame.h"

static inline float clamp_byte(float value)
{
    value = value > 0 ? value : 0;
    return value < 255 ? value : 255;
}

static void read_bytes(const guint8 *row, const BiqaComponent *component, const guint *columns,
                       guint n, float *samples)
{
    for (guint i = 0; i < n; i++)
        samples[i] = row[(columns[i] >> component->shift_x) * component->step];
}

static void read_words(const guint8 *row, const BiqaComponent *component, guint shift,
                       const guint *columns, guint n, float *samples)
{
    for (guint i = 0; i < n; i++) {
        const guint8 *p = row + (columns[i] >> component->shift_x) * component->step;
        samples[i] = (float)((p[0] | (guint)p[1] << 8) >> shift);
    }
}

/* In place, from samples to R, G, B. */
static void convert(const float matrix[3][4], guint n, float *restrict a, float *restrict b,
                    float *restrict c)
{
    for (guint i = 0; i < n; i++) {
        float s0 = a[i], s1 = b[i], s2 = c[i];
        a[i] = clamp_byte(matrix[0][0] * s0 + matrix[0][1] * s1 + matrix[0][2] * s2 + matrix[0][3]);
        b[i] = clamp_byte(matrix[1][0] * s0 + matrix[1][1] * s1 + matrix[1][2] * s2 + matrix[1][3]);
        c[i] = clamp_byte(matrix[2][0] * s0 + matrix[2][1] * s1 + matrix[2][2] * s2 + matrix[2][3]);
    }
}

void biqa_frame_row(const BiqaFrame *frame, guint y, const guint *columns, guint n, float *rgb)
{
    const BiqaFrameFormat *format = frame->format;
    for (guint j = 0; j < 3; j++) {
        const BiqaComponent *c = &format->components[j];
        const guint8 *row =
            frame->planes[c->plane] + c->offset + (y >> c->shift_y) * frame->strides[c->plane];
        if (format->bytes == 1)
            read_bytes(row, c, columns, n, rgb + j * n);
        else
            read_words(row, c, format->shift, columns, n, rgb + j * n);
    }
    convert(format->matrix, n, rgb, rgb + n, rgb + 2 * n);
}

void biqa_frame_pixel(const BiqaFrame *frame, guint x, guint y, float rgb[3])
{
    biqa_frame_row(frame, y, &x, 1, rgb);
}

void biqa_frame_format_pick(BiqaFrameFormat *rows, const BiqaFrameFormat *format, guint n)
{
    *rows = *format;
    rows->height = n;
    for (guint i = 0; i < format->n_planes; i++)
        rows->plane_height[i] = n;
    for (guint i = 0; i < 3; i++)
        rows->components[i].shift_y = 0;
}

void biqa_frame_format_rgb(BiqaFrameFormat *format, guint width, guint height)
{
    *format = (BiqaFrameFormat){
        .width = width,
        .height = height,
        .n_planes = 1,
        .plane_height = {height},
        .bytes = 1,
        .components = {{.offset = 0, .step = 3},
                       {.offset = 1, .step = 3},
                       {.offset = 2, .step = 3}},
        .matrix = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}},
    };
}

void biqa_frame_format_rows(const BiqaFrameFormat *format, gsize rows[BIQA_MAX_PLANES])
{
    for (guint i = 0; i < BIQA_MAX_PLANES; i++)
        rows[i] = 0;
    for (guint i = 0; i < 3; i++) {
        const BiqaComponent *part = &format->components[i];
        const gsize last = (format->width - 1) >> part->shift_x;

        rows[part->plane] =
            MAX(rows[part->plane], part->offset + last * part->step + format->bytes);
    }
}
