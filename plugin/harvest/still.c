/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copying the planes of a frame. */
#include "still.h"

#include <string.h>

void biqa_still_set(BiqaStill *still, const BiqaFrame *frame)
{
    const BiqaFrameFormat *format = frame->format;
    gsize row[BIQA_MAX_PLANES], size = 0;
    guint8 *to;

    biqa_frame_format_rows(format, row);
    for (guint i = 0; i < format->n_planes; i++)
        size += row[i] * format->plane_height[i];
    if (size > still->size) {
        g_free(still->bytes);
        still->bytes = g_malloc(size);
        still->size = size;
    }
    still->format = *format;
    still->frame = (BiqaFrame){.format = &still->format};
    to = still->bytes;
    for (guint i = 0; i < format->n_planes; i++) {
        still->frame.planes[i] = to;
        still->frame.strides[i] = row[i];
        for (guint y = 0; y < format->plane_height[i]; y++, to += row[i])
            memcpy(to, frame->planes[i] + y * frame->strides[i], row[i]);
    }
}

void biqa_still_clear(BiqaStill *still)
{
    g_free(still->bytes);
    *still = (BiqaStill){0};
}
