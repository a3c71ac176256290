/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Motion from one picture: cameras that pan and zoom. */
#pragma once

#include "image.h"

/* A camera's way from the picture to where another moment's frame is taken. */
typedef struct {
    double right, down; /* pixels, any fraction */
    double zoom;        /* above 1 the frame shows less of the picture, about its centre */
} TrainMove;

/* The frame of width x height at move from image, by Keys' cubic interpolation; the picture goes on
 * mirrored beyond its borders. Where move is nothing, image itself, grown to that size. */
TrainImage *train_image_moved(const TrainImage *image, TrainMove move, guint width, guint height);

/* n frames of a camera that makes move between each two and ends on the picture itself. (element
 * type TrainImage) (transfer full) */
GPtrArray *train_moving_clip(const TrainImage *image, TrainMove move, guint n, guint width,
                             guint height);
