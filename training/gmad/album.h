/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pictures that are taken from a competition's entries: each is in the outcome once, and a file
 * of its own. */
#pragma once

#include "entries.h"
#include "pairs.h"
#include "workers.h"

typedef struct TrainAlbum TrainAlbum;

/* Both are borrowed; pairs gets the pictures. */
TrainAlbum *train_album_new(TrainEntries *entries, TrainPairs *pairs);
void train_album_free(TrainAlbum *album);

/* The number in pairs->images of that entry, which is added where it is new. Its view has a
 * digest. */
guint train_album_take(TrainAlbum *album, guint entry);

/* Writes images/ of the pairs' folder as PNG; files that are there already stay. */
gboolean train_album_print(const TrainAlbum *album, TrainWorkers *workers, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainAlbum, train_album_free)
