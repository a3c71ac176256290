/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a frame looks like from afar, in 64 bits: frames that look alike differ in few of them. */
#pragma once

#include "frame.h"

/* Out of 64: what two frames of one shot differ in at most, as a rule. */
#define BIQA_LIKENESS_NEAR 8

/* The frame is cut into 9 x 8 cells; a bit says whether a cell is brighter than the one right of
 * it (a "difference hash"). Moving, scaling and compressing the picture a little changes few. */
guint64 biqa_likeness(const BiqaFrame *frame);

/* In how many bits two differ, 0..64. */
guint biqa_likeness_distance(guint64 a, guint64 b);
