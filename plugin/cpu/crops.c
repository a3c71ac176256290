/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of pixels to rows of a crop. */
#include "crops.h"

#include "hot.h"
#include <string.h>

#define MAX_REDUCE 16

typedef struct {
    const BiqaInput *input;
    const BiqaFrame *frame;
    BiqaPlace place;
    guint wide; /* pixels of a row that a crop covers */
    /* scratch: */
    float *rgb;     /* (3, wide) */
    float *samples; /* wide + 1 */
    float *sums;    /* (3, size) */
} Call;

gsize biqa_cpu_crop_scratch(const BiqaInput *input)
{
    gsize most = 3 * (gsize)input->size * input->size;
    const gsize wide = MAX_REDUCE * (gsize)input->size;

    return MAX(most, 4 * wide + 1 + 3 * (gsize)input->size);
}

/* Indices are gsize throughout: those of 32 bits may wrap, and loops over them do not vectorise. */

/* n samples that lie step bytes apart, which is a constant wherever this is inlined. */
static inline __attribute__((always_inline)) void read_bytes(const guint8 *from, gsize step,
                                                             gsize n, float *restrict to)
{
    for (gsize i = 0; i < n; i++)
        to[i] = from[i * step];
}

static inline __attribute__((always_inline)) void
read_words(const guint8 *from, gsize step, guint shift, gsize n, float *restrict to)
{
    for (gsize i = 0; i < n; i++)
        to[i] = (float)((guint)(from[i * step] | from[i * step + 1] << 8) >> shift);
}

/* The distances there are between samples: planes, pairs, packed in three or four. */
BIQA_HOT static void read_samples(const guint8 *from, gsize step, guint bytes, guint shift, gsize n,
                                  float *to)
{
    if (bytes == 2 && step == 2)
        read_words(from, 2, shift, n, to);
    else if (bytes == 2)
        read_words(from, step, shift, n, to);
    else if (step == 1)
        read_bytes(from, 1, n, to);
    else if (step == 2)
        read_bytes(from, 2, n, to);
    else if (step == 3)
        read_bytes(from, 3, n, to);
    else if (step == 4)
        read_bytes(from, 4, n, to);
    else
        read_bytes(from, step, n, to);
}

BIQA_HOT static void double_samples(const float *restrict from, gsize n, float *restrict to)
{
    for (gsize i = 0; i < n / 2; i++)
        to[2 * i] = to[2 * i + 1] = from[i];
    if (n % 2)
        to[n - 1] = from[n / 2];
}

/* Component j of the row's pixels, each repeated as often as it is subsampled. */
static void read_component(const Call *call, guint j, guint y, float *to)
{
    const BiqaFrame *frame = call->frame;
    const BiqaComponent *c = &frame->format->components[j];
    const guint x = (guint)call->place.x, first = x >> c->shift_x;
    const guint n = ((x + call->wide - 1) >> c->shift_x) - first + 1;
    const guint8 *from = frame->planes[c->plane] + c->offset +
                         (y >> c->shift_y) * frame->strides[c->plane] + first * c->step;

    if (c->shift_x == 0) {
        read_samples(from, c->step, frame->format->bytes, frame->format->shift, n, to);
        return;
    }
    read_samples(from, c->step, frame->format->bytes, frame->format->shift, n, call->samples);
    if (c->shift_x == 1 && x % 2 == 0)
        double_samples(call->samples, call->wide, to);
    else
        for (guint i = 0; i < call->wide; i++)
            to[i] = call->samples[((x + i) >> c->shift_x) - first];
}

/* Samples to R, G, B, in place. */
BIQA_HOT static void convert(const float matrix[3][4], gsize n, float *restrict a,
                             float *restrict b, float *restrict c)
{
#pragma omp simd
    for (gsize i = 0; i < n; i++) {
        const float s0 = a[i], s1 = b[i], s2 = c[i];
        float rgb[3];

        for (guint j = 0; j < 3; j++) {
            const float value =
                matrix[j][0] * s0 + matrix[j][1] * s1 + matrix[j][2] * s2 + matrix[j][3];
            const float raised = value > 0.f ? value : 0.f;
            rgb[j] = raised < 255.f ? raised : 255.f;
        }
        a[i] = rgb[0];
        b[i] = rgb[1];
        c[i] = rgb[2];
    }
}

/* Adds n * reduce values up into n sums; reduce is a constant wherever this is inlined. */
static inline __attribute__((always_inline)) void add_reduced(const float *restrict values, gsize n,
                                                              gsize reduce, float *restrict sums)
{
    for (gsize i = 0; i < n; i++) {
        float sum = values[i * reduce];
        for (gsize k = 1; k < reduce; k++)
            sum += values[i * reduce + k];
        sums[i] += sum;
    }
}

BIQA_HOT static void add_row(const float *values, gsize n, guint reduce, float *sums)
{
    if (reduce == 1)
        add_reduced(values, n, 1, sums);
    else if (reduce == 2)
        add_reduced(values, n, 2, sums);
    else if (reduce == 4)
        add_reduced(values, n, 4, sums);
    else
        add_reduced(values, n, reduce, sums);
}

BIQA_HOT static void normalise(const float *restrict sums, gsize n, float gain, float offset,
                               float *restrict out)
{
    for (gsize i = 0; i < n; i++)
        out[i] = sums[i] * gain + offset;
}

static void make_row(const Call *call, guint v, float *output, gsize pitch)
{
    const BiqaInput *input = call->input;
    const guint size = input->size, reduce = call->place.reduce;
    float *rgb = call->rgb;

    memset(call->sums, 0, sizeof(float) * 3 * size);
    for (guint k = 0; k < reduce; k++) {
        const guint y = (guint)call->place.y + v * reduce + k;

        for (guint j = 0; j < 3; j++)
            read_component(call, j, y, rgb + j * call->wide);
        convert(call->frame->format->matrix, call->wide, rgb, rgb + call->wide,
                rgb + 2 * call->wide);
        add_row(rgb, 3 * size, reduce, call->sums);
    }
    for (guint c = 0; c < 3; c++) {
        const float gain = 1.f / ((float)(reduce * reduce) * input->deviation[c]);

        normalise(call->sums + c * size, size, gain, -input->mean[c] / input->deviation[c],
                  output + c * pitch + (gsize)v * size);
    }
}

/* A crop that reaches over the border is made by the definition itself. */
static void make_mirrored(const Call *call, float *scratch, float *output, gsize pitch)
{
    const guint size = call->input->size;
    const gsize plane = (gsize)size * size;

    biqa_preprocess_crop(call->input, call->frame, call->place, size, scratch);
    for (guint c = 0; c < 3; c++)
        memcpy(output + c * pitch, scratch + c * plane, sizeof(float) * plane);
}

void biqa_cpu_crop(const BiqaInput *input, const BiqaFrame *frame, BiqaPlace place, float *scratch,
                   float *output, gsize pitch)
{
    const BiqaFrameFormat *format = frame->format;
    const guint wide = input->size * place.reduce;
    const Call call = {
        .input = input,
        .frame = frame,
        .place = place,
        .wide = wide,
        .rgb = scratch,
        .samples = scratch + 3 * (gsize)wide,
        .sums = scratch + 4 * (gsize)wide + 1,
    };

    if (place.x < 0 || place.y < 0 || (guint)place.x + wide > format->width ||
        (guint)place.y + wide > format->height) {
        make_mirrored(&call, scratch, output, pitch);
        return;
    }
    for (guint v = 0; v < input->size; v++)
        make_row(&call, v, output, pitch);
}
