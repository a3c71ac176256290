/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame's own copy, for whoever looks at it after the stream went on. */
#pragma once

#include "frame.h"

/* Zeroed is empty. Memory is kept from one frame to the next. */
typedef struct {
    BiqaFrameFormat format;
    BiqaFrame frame; /* of the copy; format and planes point into this struct */
    guint8 *bytes;
    gsize size; /* of bytes */
} BiqaStill;

/* Copies what the components of frame read, without the padding of its rows. The still must not
 * move in memory while its frame is in use. */
void biqa_still_set(BiqaStill *still, const BiqaFrame *frame);
void biqa_still_clear(BiqaStill *still);
