/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures drawn at random: what those that a competition finds are measured against. */
#pragma once

#include "album.h"

typedef struct {
    TrainEntries *entries;
    GHashTable *leave_out; /* names of entries that are not drawn; NULL: none */
    guint n;               /* pictures; fewer where there are no more */
    guint64 seed;
    const char *folder; /* for images.csv and images/, and pairs.csv without a pair; created */
} TrainLottery;

/* Each entry has the same chance and is drawn once at most. (transfer full) Errors: pictures that
 * cannot be read or written. */
TrainPairs *train_lottery_run(const TrainLottery *lottery, TrainWorkers *workers, GError **error);
