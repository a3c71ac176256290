/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The four types that RankIQA makes its LIVE-like ranked sets with, at its levels. */
#include "distort-private.h"

const TrainDistortion train_distort_live[] = {
    {
        .name = "blur",
        .family = "live",
        .title = "Gaussian blur",
        .unit = "pixels of kernel, six standard deviations",
        .levels = {7, 15, 39, 91, 199},
        .apply = train_distort_blur,
    },
    {
        .name = "noise",
        .family = "live",
        .title = "white noise",
        .unit = "variance on 0..1",
        .levels = {0.0009765625, 0.005524271728019903, 0.022097086912079608, 0.08838834764831845,
                   1},
        .random = TRUE,
        .apply = train_distort_noise,
    },
    {
        .name = "jpeg",
        .family = "live",
        .title = "JPEG",
        .unit = "quality",
        .levels = {43, 12, 7, 4, 0},
        .apply = train_distort_jpeg,
    },
    {
        .name = "jpeg2000",
        .family = "live",
        .title = "JPEG 2000",
        .unit = "times smaller than 24 bits a pixel",
        .levels = {52, 150, 343, 600, 1200},
        .apply = train_distort_jpeg2000,
    },
    {0},
};
