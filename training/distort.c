/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of distortions. Blur, noise, JPEG and JPEG 2000 have the levels that RankIQA makes its
 * LIVE-like ranked sets with. */
#include "distort-private.h"
#include <string.h>

static const TrainDistortion distortions[] = {
    {
        .name = "blur",
        .title = "Gaussian blur",
        .unit = "pixels of kernel, six standard deviations",
        .levels = {7, 15, 39, 91, 199},
        .apply = train_distort_blur,
    },
    {
        .name = "noise",
        .title = "white noise",
        .unit = "variance on 0..1",
        .levels = {0.0009765625, 0.005524271728019903, 0.022097086912079608, 0.08838834764831845,
                   1},
        .apply = train_distort_noise,
    },
    {
        .name = "jpeg",
        .title = "JPEG",
        .unit = "quality",
        .levels = {43, 12, 7, 4, 0},
        .apply = train_distort_jpeg,
    },
    {
        .name = "jpeg2000",
        .title = "JPEG 2000",
        .unit = "times smaller than 24 bits a pixel",
        .levels = {52, 150, 343, 600, 1200},
        .apply = train_distort_jpeg2000,
    },
    {
        .name = "h264",
        .title = "H.264",
        .unit = "quantiser",
        .levels = {28, 34, 39, 44, 50},
        .apply = train_distort_h264,
    },
    {
        .name = "scale",
        .title = "down and up again",
        .unit = "times smaller",
        .levels = {1.5, 2, 3, 4, 6},
        .apply = train_distort_scale,
    },
};

const TrainDistortion *train_distortions(guint *n)
{
    *n = G_N_ELEMENTS(distortions);
    return distortions;
}

const TrainDistortion *train_distortion_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(distortions); i++) {
        if (strcmp(distortions[i].name, name) == 0)
            return &distortions[i];
    }
    return NULL;
}
