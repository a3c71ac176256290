/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pictures of a competition: as they are, or originals with everything that is done to them.
 * None of them is kept: a picture is made when it is looked at, so that memory grows by paths and
 * numbers alone. */
#pragma once

#include "distort.h"

/* A file, or a moment of a video: what entries are made of. */
typedef struct {
    char *path, *content; /* content: what lists of ratings call it */
    double time;          /* seconds into a video */
    gboolean original;    /* distorted, and the reference of what comes of it */
    guint first, n;       /* its entries */
    guint file;           /* the first view of the same file, which is read for all of them */
    char *digest;         /* SHA-256 (hex) of the file; NULL until it was read */
    gboolean reading;     /* somebody is at it */
    char *problem;        /* why it is left out; NULL: it is not */
} TrainView;

typedef struct {
    guint view;
    gint16 type;  /* index into types; -1: as it is */
    guint8 level; /* 1..TRAIN_LEVELS; 0: as it is */
} TrainEntry;

typedef struct {
    GArray *views;    /* TrainView, by path and time */
    GArray *entries;  /* TrainEntry, view by view */
    GPtrArray *types; /* of const TrainDistortion *, of originals */
    guint side; /* pictures are side x side at most, see train_entries_look(); 0: as they are */
    guint64 seed;
    GMutex lock; /* guards digests of views, and reading */
    GCond read;
} TrainEntries;

typedef struct {
    char *const *paths;       /* files, folders and CSV lists of pictures as they are; or NULL */
    char *const *originals;   /* files and folders to be distorted; or NULL */
    const char *const *types; /* of distortions and families; NULL: all */
    double every;             /* seconds between the frames of a video; 0: its first one only */
    guint side;
    guint64 seed;
} TrainEntriesParams;

/* A folder stands for the files in it, or, where it holds hard-frames.csv, for those of that list.
 * A list has a column image (or path, file), relative to the list, and perhaps content (or
 * reference, source). Errors: a path that does not exist, a list without that column, no pictures
 * at all. Whether files are pictures shows when they are looked at, but for videos: one that cannot
 * be opened has a problem. */
TrainEntries *train_entries_new(const TrainEntriesParams *params, GError **error);
void train_entries_free(TrainEntries *entries);

static inline TrainView *train_entries_view(const TrainEntries *entries, guint view)
{
    return &g_array_index(entries->views, TrainView, view);
}

static inline TrainEntry *train_entries_at(const TrainEntries *entries, guint i)
{
    return &g_array_index(entries->entries, TrainEntry, i);
}

/* What lists call an entry: PATH, PATH@SECONDS, or as `biqa-train distort` does,
 * PATH.TYPE.LEVEL.png. (transfer full) */
char *train_entries_name(const TrainEntries *entries, guint i);

/* Reads the digest of a view's file where it is not known yet. */
gboolean train_view_digest(TrainView *view, GError **error);
/* The same for any view of entries, by any thread: a file is read once, however many of its moments
 * compete. */
gboolean train_entries_digest(TrainEntries *entries, guint view, GError **error);
/* What decides every pixel of an entry, in words; its view's digest is known. (transfer full) */
char *train_entries_identity(const TrainEntries *entries, guint i);

/* What a view shows: where entries have a side, reduced by the largest whole number that leaves
 * both sides as long as that, and cut to its middle. (transfer full) */
TrainImage *train_entries_look(const TrainEntries *entries, guint view, GError **error);
/* An entry of the view that shows image; its digest is known. (transfer full) */
TrainImage *train_entries_distort(const TrainEntries *entries, guint i, const TrainImage *image,
                                  GError **error);
/* Both in one. */
TrainImage *train_entries_image(TrainEntries *entries, guint i, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainEntries, train_entries_free)
