/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores on disk, found again by what they depend on: a file of lines "KEY SCORE" that is only ever
 * appended to. Whatever kills the process, what was written is found the next time; a line that was
 * cut off is passed over. */
#pragma once

#include "error.h"

/* Of a score: whatever changes the score changes its key. */
typedef struct {
    guint8 bytes[16];
} TrainScoreKey;

/* The first half of the SHA-256 of text. */
TrainScoreKey train_score_key(const char *text);

typedef struct TrainScoreCache TrainScoreCache;

/* Reads the file at path; it and its folder are made where they are not there. Errors:
 * BIQA_ERROR_FILE. */
TrainScoreCache *train_score_cache_open(const char *path, GError **error);
/* What was added since the last flush is lost. */
void train_score_cache_free(TrainScoreCache *cache);

guint train_score_cache_size(const TrainScoreCache *cache);

/* These three may be called by any thread at any time. */
gboolean train_score_cache_find(TrainScoreCache *cache, const TrainScoreKey *key, double *score);
/* A score that is known already stays as it is. */
void train_score_cache_add(TrainScoreCache *cache, const TrainScoreKey *key, double score);
/* Writes what was added. */
gboolean train_score_cache_flush(TrainScoreCache *cache, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainScoreCache, train_score_cache_free)
