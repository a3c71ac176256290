/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who was right in a competition's matches, once people have rated its pictures. */
#pragma once

#include "pairs.h"

/* Of one match, pairs whose two pictures are rated. Names live as long as the TrainPairs. */
typedef struct {
    const char *defender, *attacker;
    guint rated;
    guint falsified; /* people see what the attacker sees: the defender, who calls it equal, errs */
    guint upheld;    /* people see no difference: the attacker errs */
    guint reversed;  /* people see the opposite: both err */
} TrainTally;

/* A row a match, in the pairs' order. ratings: by picture of the pairs, in points (NAN: none); a
 * difference is seen from TRAIN_REPLAY_VISIBLE on. (transfer full) (element type TrainTally) */
GArray *train_tally_new(const TrainPairs *pairs, const double *ratings);
