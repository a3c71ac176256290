/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counting who was right. */
#include "tally.h"

#include "replay.h"
#include <math.h>

/* The row of a pair's match, which is the last one unless the match is new. */
static TrainTally *row_of(GArray *tallies, const TrainPair *pair)
{
    TrainTally *last = tallies->len ? &g_array_index(tallies, TrainTally, tallies->len - 1) : NULL;
    if (last && g_str_equal(last->defender, pair->defender) &&
        g_str_equal(last->attacker, pair->attacker))
        return last;
    const TrainTally row = {.defender = pair->defender, .attacker = pair->attacker};
    g_array_append_val(tallies, row);
    return &g_array_index(tallies, TrainTally, tallies->len - 1);
}

GArray *train_tally_new(const TrainPairs *pairs, const double *ratings)
{
    GArray *tallies = g_array_new(FALSE, FALSE, sizeof(TrainTally));
    for (guint i = 0; i < pairs->pairs->len; i++) {
        const TrainPair *pair = train_pairs_at(pairs, i);
        const double gap = ratings[pair->images[0]] - ratings[pair->images[1]];
        TrainTally *row = row_of(tallies, pair);
        if (isnan(gap))
            continue;
        row->rated++;
        row->falsified += gap >= TRAIN_REPLAY_VISIBLE;
        row->upheld += fabs(gap) < TRAIN_REPLAY_VISIBLE;
        row->reversed += gap <= -TRAIN_REPLAY_VISIBLE;
    }
    return tallies;
}
