/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For those who have decoded a picture themselves. */
#pragma once

#include "image.h"
#include <gst/gst.h>

/* The raw video formats a TrainPicture can have. After a videoconvert, a decoder's own format
 * passes through untouched where it is one of them. */
#define TRAIN_PICTURE_CAPS "\"video/x-raw,format=" BIQA_GST_FORMATS "\""

TrainPicture *train_picture_new(GstSample *sample, GError **error);
