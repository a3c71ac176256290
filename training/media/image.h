/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures in memory. Everything GStreamer can decode can be read. */
#pragma once

#include "error.h"
#include "frame.h"

/* Packed 8-bit RGB, rows without padding. */
typedef struct {
    guint width, height;
    guint8 *rgb; /* (H, W, 3) */
} TrainImage;

TrainImage *train_image_new(guint width, guint height);
TrainImage *train_image_copy(const TrainImage *image);
void train_image_free(TrainImage *image);

/* The image as a frame for biqa_preprocess(); format is filled and borrowed by the result. */
BiqaFrame train_image_frame(const TrainImage *image, BiqaFrameFormat *format);

/* The part (x, y, width, height), which must lie inside. */
TrainImage *train_image_cut(const TrainImage *image, guint x, guint y, guint width, guint height);

/* The picture moved left by pan pixels and grown to width x height, mirrored at its borders. */
TrainImage *train_image_grow(const TrainImage *image, guint pan, guint width, guint height);

/* Mean over factor x factor pixels; what is left over at the right and bottom is dropped. */
TrainImage *train_image_reduce(const TrainImage *image, guint factor);

/* A decoded picture (or first frame of a video) in the decoder's own pixel format, so that its
 * score is the element's. */
typedef struct TrainPicture TrainPicture;

/* Errors name the file: missing, unreadable, not an image (BIQA_ERROR_FILE). */
TrainPicture *train_picture_load(const char *path, GError **error);
/* The frame of a video that is shown at that time. Errors: the same, and a time behind the end. */
TrainPicture *train_picture_load_at(const char *path, double seconds, GError **error);
/* How long a video is; 0 for a picture, and where nobody knows. Errors: as above. */
gboolean train_picture_duration(const char *path, double *seconds, GError **error);
void train_picture_free(TrainPicture *picture);
const BiqaFrame *train_picture_frame(const TrainPicture *picture);
TrainImage *
train_picture_image(const TrainPicture *picture); /* (transfer full), rounded to 8 bits */

/* train_picture_load() and train_picture_image() in one. */
TrainImage *train_image_load(const char *path, GError **error);

/* The picture as JPEG of that quality (1..100), for pages. (transfer full) */
GBytes *train_image_jpeg(const TrainImage *image, guint quality, GError **error);

/* Writes a PNG file. Errors name it. */
gboolean train_image_save(const TrainImage *image, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainImage, train_image_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainPicture, train_picture_free)
