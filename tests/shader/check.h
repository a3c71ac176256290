/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model run on a device, compared layer by layer with the reference. */
#pragma once

#include "model.h"
#include "network.h"

/* What is run, for messages. */
typedef struct {
    const char *name;
    guint64 seed;
    BiqaVkPlanChoice plan;
} CheckCase;

/* Opens model in that plan, with the validation layer on. (transfer full) */
BiqaBackend *check_open(const BiqaModel *model, const CheckCase *what);

/* Runs frame on backend, and fails the test at the first layer, in order of execution, whose
 * output leaves its error bound; a layer's reference is computed from the inputs that the device
 * computed, so that errors do not add up. Then the branches' raw scores, and that nothing was
 * written outside the layers' outputs. */
void check_frame(BiqaBackend *backend, const BiqaModel *model, const BiqaFrame *frame,
                 const CheckCase *what);

/* A frame of that format filled with noise; free its bytes with g_free(frame.planes[0]). */
BiqaFrame noise_frame(const BiqaFrameFormat *format, const gsize strides[BIQA_MAX_PLANES],
                      guint64 seed);

/* Largest error of a preprocessed value: a sum over reduce x reduce pixels of four products each,
 * clamped, divided and normalised. */
double preprocess_bound(const BiqaInput *input, const BiqaFrameFormat *format, guint channel,
                        guint reduce);
