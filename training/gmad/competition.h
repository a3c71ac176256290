/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole competition: the first judge of a crew against each of the others, in both roles. */
#pragma once

#include "crew.h"
#include "pairs.h"
#include "ratings.h"

typedef struct {
    const TrainCrew *crew; /* its first judge is the one that is looked into */
    TrainEntries *entries;
    const TrainRatings *ratings; /* what scores are mapped by; NULL: ranks */
    const TrainCrewParams *scoring;
    guint levels, top; /* see match.h */
    double tolerance;
    GHashTable *leave_out; /* names of entries that are in no match; NULL: none */
    const char *folder;    /* for the outcome; created */
} TrainCompetition;

/* Scores everything, plays the matches, and writes pictures (PNG; those that are there already
 * stay) and lists. With ratings every judge that can score them goes by its logistic fit, and the
 * first has to; the others get the distribution of the first judge's mapped scores. Without, each
 * of a match goes by its ranks among what both have scored. (transfer full) Errors: those of
 * scoring, a first judge that falls where ratings rise, files that cannot be written. */
TrainPairs *train_competition_run(const TrainCompetition *competition, GError **error);
