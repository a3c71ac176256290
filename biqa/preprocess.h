/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a frame to the crops a model asks for. The trainer calls this very definition; the shader is
 * checked against it. */
#pragma once

#include "frame.h"

#define BIQA_MAX_CROPS 16 /* of a frame, at all spots together */

/* Where a crop is taken: pictures are reduced by averaging reduce x reduce pixels; (x, y) is the
 * share of the free room left of and above the crop, .5 and .5 the centre. */
typedef struct {
    guint reduce; /* 1..16; less is used where the picture is too small */
    float x, y;   /* 0..1 */
} BiqaCrop;

/* A point of a large picture at which all crops are taken, in place of their own x and y. */
typedef struct {
    float x, y; /* 0..1, as a crop's */
} BiqaSpot;

/* The part of a model file that says how its input is made. */
typedef struct {
    guint size; /* crops are size x size */
    guint n_crops;
    BiqaCrop crops[BIQA_MAX_CROPS];
    guint n_spots; /* n_spots * n_crops <= BIQA_MAX_CROPS; 0: crops lie where they say */
    BiqaSpot spots[BIQA_MAX_CROPS];
    float mean[3], deviation[3]; /* network input = (rgb - mean) / deviation, rgb in 0..255 */
} BiqaInput;

/* A crop on a picture of known size: its first pixel (negative where the picture is smaller than
 * the crop) and the reduction in force. */
typedef struct {
    gint x, y;
    guint reduce;
} BiqaPlace;

/* reduce = clamp(min(width, height) / size, 1, crop->reduce);
 * x = floor((width - reduce * size) * crop->x), y alike. */
BiqaPlace biqa_crop_place(const BiqaCrop *crop, guint size, guint width, guint height);

/* At how many spots a picture is looked at: n_spots, but once where there are none or where the
 * crops at one spot cover half of the picture or more, so that others would show it over again. */
guint biqa_input_spots(const BiqaInput *input, guint width, guint height);

/* Crop number crop of the model at a spot below biqa_input_spots(): where the picture has but one,
 * the crop's own place. */
BiqaPlace biqa_input_place(const BiqaInput *input, guint crop, guint spot, guint width,
                           guint height);

/* Index i outside 0..n-1 mirrored back (edge pixel repeated: -1 is 0, n is n-1), as often as
 * needed. */
guint biqa_mirror(gint i, guint n);

/* One crop, (3, size, size) floats: value (v, u) is the mean over reduce x reduce pixels, from
 * (place.x + u * reduce, place.y + v * reduce) on, mirrored at the borders; then normalised. */
void biqa_preprocess_crop(const BiqaInput *input, const BiqaFrame *frame, BiqaPlace place,
                          guint size, float *output);

/* All crops of the model at one spot, (n_crops, 3, size, size) floats. */
void biqa_preprocess(const BiqaInput *input, const BiqaFrame *frame, guint spot, float *output);
