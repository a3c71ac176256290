/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A match of maximum differentiation: a defender, who calls pairs of pictures equally good, and an
 * attacker, who calls them as different as can be. Where people see a difference, the defender is
 * wrong, and where they see none, the attacker is (Ma et al., "Group maximum differentiation
 * competition", TPAMI 42(4), 2020). */
#pragma once

#include <glib.h>

typedef struct {
    guint n;                           /* pictures */
    const double *defender, *attacker; /* scores on one scale, higher is better; NAN: none */
    const guint *content;              /* what each shows; pictures of one share a number */
    guint levels;                      /* the defender's range is cut into so many, of one width */
    double tolerance; /* by how much the defender may tell the two of a pair apart */
    guint top;        /* pairs of a level, at most */
} TrainMatch;

typedef struct {
    guint better, worse; /* pictures, as the attacker sees them */
    guint level;         /* of the defender's, 0 the lowest */
    double gap;          /* what the attacker sees between them, on the scale */
} TrainMatchPair;

/* Level by level, from the lowest, the pairs with the widest gaps, widest first. A content is in
 * one pair of a match at most (in both pictures of it, perhaps), and the attacker always sees more
 * than the defender. Equal gaps go to the pictures that come first: nothing is drawn.
 * O(levels top n). (transfer full) (element type TrainMatchPair) */
GArray *train_match_play(const TrainMatch *match);
