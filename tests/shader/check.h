/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model run by a backend, compared layer by layer with the reference. */
#pragma once

#include "cpu.h"
#include "network.h"

/* A way to run a model: a plan on the Vulkan device, or one of the CPU's vectors. */
typedef struct {
    const char *name;
    BiqaVkPlanChoice plan;
    const char *lanes; /* NULL: Vulkan */
} CheckWay;

/* Those that this machine has, one after the other from index 0 on; NULL: no more. */
const CheckWay *check_way(guint index);

/* What is run, for messages. */
typedef struct {
    const char *name;
    guint64 seed;
    const CheckWay *way;
    guint spot; /* the one that is looked at */
} CheckCase;

/* Opens model that way, with the validation layer on. (transfer full) */
BiqaBackend *check_open(const BiqaModel *model, const CheckCase *what);

/* Runs each spot of frame on backend, and fails the test at the first layer, in order of execution,
 * whose output leaves its error bound; a layer's reference is computed from the inputs that the
 * device computed, so that errors do not add up. Then the branches' raw scores, and that nothing
 * was written outside the layers' outputs. */
void check_frame(BiqaBackend *backend, const BiqaModel *model, const BiqaFrame *frame,
                 const CheckCase *what);

/* The same of a model with tasks on a Vulkan backend that weighs them, for the first spot: that the
 * weights are those of the features that were computed, the raw scores of each task that has any
 * those of the reference, the frame's the tasks' blended; and the layers of the model itself and of
 * the last such task, whose maps no other task overwrites. Returns the weights in result. */
void check_tasks(BiqaBackend *backend, const BiqaModel *model, const BiqaFrame *frame,
                 const CheckCase *what, BiqaResult *result);

/* A frame of that format filled with noise; free its bytes with g_free(frame.planes[0]). */
BiqaFrame noise_frame(const BiqaFrameFormat *format, const gsize strides[BIQA_MAX_PLANES],
                      guint64 seed);

/* Largest error of a preprocessed value: a sum over reduce x reduce pixels of four products each,
 * clamped, divided and normalised. */
double preprocess_bound(const BiqaInput *input, const BiqaFrameFormat *format, guint channel,
                        guint reduce);
