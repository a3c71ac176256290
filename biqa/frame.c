/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading pixels of any described layout: what the preprocessing shader is checked against. */
#include "frame.h"

static inline float clamp_byte(float value)
{
    value = value > 0 ? value : 0;
    return value < 255 ? value : 255;
}

static inline float sample(const guint8 *p, guint bytes, guint shift)
{
    guint value = bytes == 1 ? p[0] : p[0] | (guint)p[1] << 8;
    return (float)(value >> shift);
}

/* Inlined twice with a constant number of bytes: this is the trainer's inner loop. */
static inline G_ALWAYS_INLINE void read_row(const BiqaFrame *frame, guint y, const guint *columns,
                                            guint n, guint bytes, float *rgb)
{
    const BiqaFrameFormat *format = frame->format;
    const BiqaComponent *c = format->components;
    const guint8 *rows[3];
    for (guint j = 0; j < 3; j++)
        rows[j] = frame->planes[c[j].plane] + c[j].offset +
                  (gsize)(y >> c[j].shift_y) * frame->strides[c[j].plane];

    for (guint i = 0; i < n; i++) {
        float s[3];
        for (guint j = 0; j < 3; j++)
            s[j] = sample(rows[j] + (gsize)(columns[i] >> c[j].shift_x) * c[j].step, bytes,
                          format->shift);
        for (guint k = 0; k < 3; k++) {
            const float *m = format->matrix[k];
            rgb[3 * i + k] = clamp_byte(m[0] * s[0] + m[1] * s[1] + m[2] * s[2] + m[3]);
        }
    }
}

void biqa_frame_row(const BiqaFrame *frame, guint y, const guint *columns, guint n, float *rgb)
{
    if (frame->format->bytes == 1)
        read_row(frame, y, columns, n, 1, rgb);
    else
        read_row(frame, y, columns, n, 2, rgb);
}

void biqa_frame_pixel(const BiqaFrame *frame, guint x, guint y, float rgb[3])
{
    biqa_frame_row(frame, y, &x, 1, rgb);
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
