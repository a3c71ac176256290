/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of ops.c that have files of their own, and what they share. */
#pragma once

#include "ops.h"

void train_step_back_conv(const TrainStep *step);
void train_step_back_norm(const TrainStep *step);

/* Clears d_output where output lies at a bound: the step back through a clamp to [lo, hi]. */
void train_step_mask(const TrainStep *step, float lo, float hi);

/* Hands d_output on as d_inputs[k], of the same shape. */
void train_step_deliver(const TrainStep *step, guint k);
