/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame as the bytes of a PNG file. */
#pragma once

#include "frame.h"

/* Replaces the content of png. Pixels are R, G, B as biqa_frame_row() gives them to the model,
 * rounded to 8 bits whatever the frame has; nothing else is lost.
 * Errors: BIQA_ERROR_SUPPORT, a frame of more than half a thousand million pixels, or of more than
 * a million on a side, which libpng refuses. */
gboolean biqa_png_encode(const BiqaFrame *frame, GByteArray *png, GError **error);
