/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures through real encoders, by GStreamer. */
#pragma once

#include "moving.h"
#include <gst/gst.h>

typedef struct {
    const char *launch; /* elements from raw video to raw video, as gst-launch-1.0 takes them */
    guint frames;       /* of the clip that ends on the picture; the last is the one judged */
    guint block;        /* encoders are never shown an edge that does not fill their blocks */
    TrainMove move;     /* from a frame to the next */
    /* What a channel makes of the coded frame that the element called "coder" gives: another buffer
     * or the same, or NULL where nothing arrives. index counts from 0. NULL: a perfect channel.
     * (transfer full) both ways */
    GstBuffer *(*channel)(GstBuffer *coded, guint index, gpointer data);
    gpointer data;
} TrainCodec;

/* The last frame that comes out, cut to the size of image: not the one of the picture itself where
 * a channel loses that. Errors: an element that is missing or fails, or no frame at all.
 * (transfer full) */
TrainImage *train_codec_apply(const TrainCodec *codec, const TrainImage *image, GError **error);

/* A camera that drifts and closes in slowly, as the clips of encoders have it. */
#define TRAIN_CODEC_MOVE ((TrainMove){1.7, 0.6, 1.004})
