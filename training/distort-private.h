/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the rows of the table of distortions do; see TrainDistortion's apply. */
#pragma once

#include "distort.h"

TrainImage *train_distort_blur(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_scale(const TrainImage *image, double level, guint64 seed,
                                GError **error);
TrainImage *train_distort_noise(const TrainImage *image, double level, guint64 seed,
                                GError **error);
TrainImage *train_distort_jpeg(const TrainImage *image, double level, guint64 seed, GError **error);
TrainImage *train_distort_jpeg2000(const TrainImage *image, double level, guint64 seed,
                                   GError **error);
TrainImage *train_distort_h264(const TrainImage *image, double level, guint64 seed, GError **error);
