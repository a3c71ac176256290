/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arithmetic on unbroken runs of floats: what layers do besides products. */
#pragma once

#include <glib.h>

/* y = clamp(x + bias, lo, hi); y may be x. */
void biqa_run_clamp(const float *x, gsize n, float bias, float lo, float hi, float *y);

/* y = clamp(a + b, lo, hi) */
void biqa_run_add(const float *a, const float *b, gsize n, float lo, float hi, float *y);

/* Mean, and, where deviation is not NULL, sqrt(variance + BIQA_POOL_EPSILON). */
void biqa_run_pool(const float *x, gsize n, float *mean, float *deviation);
