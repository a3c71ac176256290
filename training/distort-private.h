/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Families of distortions, and what their rows do; see TrainDistortion's apply. */
#pragma once

#include "distort.h"

/* Each ends with a row without a name. */
extern const TrainDistortion train_distort_live[];  /* RankIQA's four for LIVE */
extern const TrainDistortion train_distort_video[]; /* what encoders and scalers do */

TrainImage *train_distort_blur(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_scale(const TrainImage *image, double level, guint64 seed,
                                GError **error);
TrainImage *train_distort_noise(const TrainImage *image, double level, guint64 seed,
                                GError **error);
TrainImage *train_distort_jpeg(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_jpeg2000(const TrainImage *image, double level, guint64 seed,
                                   GError **error);
TrainImage *train_distort_h264(const TrainImage *image, double level, guint64 seed, GError **error);
