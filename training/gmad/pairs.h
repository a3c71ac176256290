/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The outcome of a competition as a folder: pairs.csv, images.csv and images/. */
#pragma once

#include "error.h"

/* A picture of the outcome. Strings live as long as the TrainPairs. */
typedef struct {
    char *file;    /* relative to the folder */
    char *content; /* what it shows */
    char *origin;  /* the entry's name */
} TrainPairImage;

typedef struct {
    char *defender, *attacker;       /* names of judges */
    guint level;                     /* of the defender's, 1 the lowest */
    guint images[2];                 /* the better one in the attacker's eyes first */
    double defended[2], attacked[2]; /* their scores of the two, on the common scale */
} TrainPair;

typedef struct {
    char *folder;
    GArray *images; /* TrainPairImage */
    GArray *pairs;  /* TrainPair */
} TrainPairs;

TrainPairs *train_pairs_new(const char *folder);
void train_pairs_free(TrainPairs *pairs);

static inline TrainPair *train_pairs_at(const TrainPairs *pairs, guint i)
{
    return &g_array_index(pairs->pairs, TrainPair, i);
}

static inline TrainPairImage *train_pairs_image(const TrainPairs *pairs, guint i)
{
    return &g_array_index(pairs->images, TrainPairImage, i);
}

/* Takes the strings. Returns the image's number. */
guint train_pairs_add_image(TrainPairs *pairs, const TrainPairImage *image);
/* Copies the names. */
void train_pairs_add(TrainPairs *pairs, const TrainPair *pair);

/* FOLDER/pairs.csv and FOLDER/images.csv, each whole or not at all. */
gboolean train_pairs_save(const TrainPairs *pairs, GError **error);
/* Reads them back. Errors name file and line. */
TrainPairs *train_pairs_load(const char *folder, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainPairs, train_pairs_free)
