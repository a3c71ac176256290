/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What video goes through: encoders and scalers. */
#include "distort-private.h"

const TrainDistortion train_distort_video[] = {
    {
        .name = "h264",
        .family = "video",
        .title = "H.264",
        .unit = "quantiser",
        .levels = {28, 34, 39, 44, 50},
        .apply = train_distort_h264,
    },
    {
        .name = "scale",
        .family = "video",
        .title = "down and up again",
        .unit = "times smaller",
        .levels = {1.5, 2, 3, 4, 6},
        .apply = train_distort_scale,
    },
    {0},
};
