/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa/preprocess.h's crops, made in loops that vectorise. */
#pragma once

#include "preprocess.h"

/* Floats of scratch that biqa_cpu_crop() takes for crops of a model. */
gsize biqa_cpu_crop_scratch(const BiqaInput *input);

/* One crop of a frame: channel c to output + c * pitch, (size, size) floats. Differs from
 * biqa_preprocess_crop() by rounding alone. */
void biqa_cpu_crop(const BiqaInput *input, const BiqaFrame *frame, BiqaPlace place, float *scratch,
                   float *output, gsize pitch);
