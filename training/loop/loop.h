/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rounds of finding pictures, rating them and learning from them, without a person. */
#pragma once

#include "entries.h"
#include "stand-in.h"
#include "trainer.h"

typedef struct {
    const char *model;        /* file that the first round starts from */
    const TrainRatings *old;  /* what it was tuned on */
    GPtrArray *tests;         /* of TrainRatings *: lists that are looked at before and after */
    TrainSitting sitting;     /* who rates */
    TrainEntries *candidates; /* originals and what is done to them */
    TrainEntries *held_out;   /* contents that nobody rates; NULL: none */
    char *const *against;     /* judges, as crew.h has them; NULL-terminated */
    guint levels, top;        /* see match.h */
    double tolerance;
    const char *like;   /* folder of another loop: as many random pictures as it took, and no
                           matches; NULL: matches */
    guint steps, rated; /* see retune.h */
    double rate, share;
    gboolean from_first; /* each round learns from model, not from what the last one made, and in
                            round n in n times the steps, as the others have had by then */
    guint rounds;
    const char *folder; /* created */
    const char *cache;  /* file of scores */
    guint64 seed;
    guint threads; /* 0: one a processor */
} TrainLoop;

/* Round n has the folder FOLDER/round-n: the outcome of the competition, ratings-stand-in.csv as a
 * gallery exports it, mos.csv of it, the run tuned/ that learns from it and from all before it,
 * and of what changed pictures.csv, replay.csv, tests.csv, survey.csv and report.html. Its model is
 * the one that competes in the next. A picture is rated in one round only.
 *
 * Whatever stopped it, the same loop goes on where it was and ends in the same files; with more
 * rounds, a finished one too. FOLDER/loop.ini says what it is a loop of. Errors: a folder of
 * another loop, and those of all steps. Interrupted: as with train_run(). */
TrainRunResult train_loop_run(const TrainLoop *loop, GError **error);
