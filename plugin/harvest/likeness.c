/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The difference hash, from a sample of each cell's pixels. */
#include "likeness.h"

enum { COLUMNS = 9, ROWS = 8, SAMPLES = 8 }; /* SAMPLES: on each side of a cell */

/* Pixel of sample i of n spread over length pixels. */
static guint spread(guint i, guint n, guint length)
{
    return (guint)((2 * (guint64)i + 1) * length / (2 * (guint64)n));
}

/* Adds a row of samples to the sums of the cells it crosses. */
static void add_row(const float *rgb, float sums[COLUMNS])
{
    const float *red = rgb, *green = red + COLUMNS * SAMPLES, *blue = green + COLUMNS * SAMPLES;

    for (guint i = 0; i < COLUMNS * SAMPLES; i++)
        sums[i / SAMPLES] += .299f * red[i] + .587f * green[i] + .114f * blue[i];
}

guint64 biqa_likeness(const BiqaFrame *frame)
{
    guint columns[COLUMNS * SAMPLES];
    float rgb[3 * COLUMNS * SAMPLES];
    guint64 bits = 0;

    for (guint i = 0; i < COLUMNS * SAMPLES; i++)
        columns[i] = spread(i, COLUMNS * SAMPLES, frame->format->width);
    for (guint row = 0; row < ROWS; row++) {
        float sums[COLUMNS] = {0};

        for (guint k = 0; k < SAMPLES; k++) {
            const guint y = spread(row * SAMPLES + k, ROWS * SAMPLES, frame->format->height);

            biqa_frame_row(frame, y, columns, COLUMNS * SAMPLES, rgb);
            add_row(rgb, sums);
        }
        for (guint i = 0; i + 1 < COLUMNS; i++)
            bits = bits << 1 | (sums[i] > sums[i + 1]);
    }
    return bits;
}

guint biqa_likeness_distance(guint64 a, guint64 b)
{
    guint n = 0;

    for (guint64 rest = a ^ b; rest; rest &= rest - 1)
        n++;
    return n;
}
