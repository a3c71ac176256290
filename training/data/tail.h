/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Long-tailed ranked pictures, as OHEM's authors train on KADID-10k: distortion types are dealt to
 * a head, a middle and a tail; of a content all five levels are kept of a type in the head, three
 * of one in the middle, one in the tail. References are always there. */
#pragma once

#include "distort.h"

typedef enum { TRAIN_HEAD, TRAIN_MIDDLE, TRAIN_TAIL, TRAIN_N_TAIL_PARTS } TrainTailPart;

typedef struct {
    guint n_types;
    TrainTailPart *parts; /* (n_types) */
    guint total;          /* kept levels of a content, over all types */
    guint64 seed;
} TrainTail;

/* "8/8/9": how many types go to head, middle and tail, by seed. Errors: no such three numbers, or
 * not n_types together. */
TrainTail *train_tail_new(const char *text, guint n_types, guint64 seed, GError **error);
void train_tail_free(TrainTail *tail);

const char *train_tail_part_name(TrainTailPart part); /* "head", "middle", "tail" */

/* A type for a draw of 0..total-1: as often as it has levels. */
guint train_tail_type(const TrainTail *tail, guint draw);

/* The level that stands in a ranked group's place 1..TRAIN_LEVELS (0, the reference, stays): the
 * kept ones mildest first, then again from the first. Which are kept depends on content and type.
 */
guint train_tail_level(const TrainTail *tail, guint content, guint type, guint place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainTail, train_tail_free)
