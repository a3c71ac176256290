/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The definition of a model's input: place, mirror, average, normalise. */
#include "preprocess.h"
#include <math.h>

static gint place_axis(guint length, guint covered, float share)
{
    return (gint)floor(((double)length - (double)covered) * (double)share);
}

BiqaPlace biqa_crop_place(const BiqaCrop *crop, guint size, guint width, guint height)
{
    guint fits = MIN(width, height) / size;
    guint reduce = CLAMP(fits, 1, crop->reduce);
    return (BiqaPlace){
        .x = place_axis(width, reduce * size, crop->x),
        .y = place_axis(height, reduce * size, crop->y),
        .reduce = reduce,
    };
}

/* Pixels of the picture that the crops at one spot cover, those that two show counted twice. */
static guint64 covered(const BiqaInput *input, guint width, guint height)
{
    guint64 sum = 0;

    for (guint i = 0; i < input->n_crops; i++) {
        const BiqaPlace place = biqa_crop_place(&input->crops[i], input->size, width, height);
        const guint64 side = (guint64)place.reduce * input->size;

        sum += side * side;
    }
    return sum;
}

guint biqa_input_spots(const BiqaInput *input, guint width, guint height)
{
    if (input->n_spots == 0 || 2 * covered(input, width, height) >= (guint64)width * height)
        return 1;
    return input->n_spots;
}

BiqaPlace biqa_input_place(const BiqaInput *input, guint crop, guint spot, guint width,
                           guint height)
{
    BiqaCrop at = input->crops[crop];

    if (biqa_input_spots(input, width, height) > 1) {
        at.x = input->spots[spot].x;
        at.y = input->spots[spot].y;
    }
    return biqa_crop_place(&at, input->size, width, height);
}

guint biqa_mirror(gint i, guint n)
{
    gint64 period = 2 * (gint64)n;
    gint64 k = i % period;
    if (k < 0)
        k += period;
    return (guint)(k < (gint64)n ? k : period - 1 - k);
}

/* Adds n * reduce values up into n sums of reduce values. */
static void add_row(const float *values, guint n, guint reduce, float *sums)
{
    for (guint i = 0; i < n; i++) {
        float sum = 0;
        for (guint k = 0; k < reduce; k++)
            sum += *values++;
        sums[i] += sum;
    }
}

void biqa_preprocess_crop(const BiqaInput *input, const BiqaFrame *frame, BiqaPlace place,
                          guint size, float *output)
{
    guint wide = size * place.reduce;
    g_autofree guint *columns = g_new(guint, wide);
    g_autofree float *row = g_new(float, 3 * (gsize)wide);  /* (3, wide) */
    g_autofree float *sums = g_new(float, 3 * (gsize)size); /* (3, size) */
    for (guint u = 0; u < wide; u++)
        columns[u] = biqa_mirror(place.x + (gint)u, frame->format->width);

    float area = (float)(place.reduce * place.reduce);
    for (guint v = 0; v < size; v++) {
        for (guint i = 0; i < 3 * size; i++)
            sums[i] = 0;
        for (guint k = 0; k < place.reduce; k++) {
            gint y = place.y + (gint)(v * place.reduce + k);
            biqa_frame_row(frame, biqa_mirror(y, frame->format->height), columns, wide, row);
            add_row(row, 3 * size, place.reduce, sums);
        }
        for (guint c = 0; c < 3; c++) {
            float *out = output + ((gsize)c * size + v) * size;
            for (guint u = 0; u < size; u++)
                out[u] = (sums[c * size + u] / area - input->mean[c]) / input->deviation[c];
        }
    }
}

void biqa_preprocess(const BiqaInput *input, const BiqaFrame *frame, guint spot, float *output)
{
    gsize count = 3 * (gsize)input->size * input->size;
    for (guint i = 0; i < input->n_crops; i++) {
        BiqaPlace place =
            biqa_input_place(input, i, spot, frame->format->width, frame->format->height);
        biqa_preprocess_crop(input, frame, place, input->size, output + i * count);
    }
}
