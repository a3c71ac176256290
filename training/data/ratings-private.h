/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the readers of rated images share: rows go in one by one, each is checked, a list comes out.
 */
#pragma once

#include "ratings.h"

typedef struct _TrainRatingsReader TrainRatingsReader;

typedef struct {
    const char *name; /* of the image, relative to the reader's folder, or absolute */
    double score;     /* on the list's scale */
    double std;       /* NaN: not known */
    guint times;      /* 0: not said */
    const char *content;
    guint level;       /* of its distortion, 1 is the weakest; 0: not known */
    gboolean pristine; /* what it shows is not distorted */
    gboolean drop;     /* counts for the direction only */
} TrainRatingsRow;

typedef struct {
    const char *layout;     /* static */
    const char *list;       /* what errors call the list */
    const char *unit;       /* what they count in it: "line"; static */
    const char *folder;     /* where images are */
    const char *references; /* where their references would be; NULL: nowhere */
    TrainRatingScale scale;
    gboolean skip_missing;
} TrainRatingsReaderParams;

TrainRatingsReader *train_ratings_reader_new(const TrainRatingsReaderParams *params);
void train_ratings_reader_free(TrainRatingsReader *reader);

/* Checks a row and takes it; at: its line. */
gboolean train_ratings_reader_add(TrainRatingsReader *reader, guint at, const TrainRatingsRow *row,
                                  GError **error);

/* Checks the whole. */
TrainRatings *train_ratings_reader_finish(TrainRatingsReader *reader, GError **error);

/* Sets error to why, with list and line before it; at 0: of the whole list. Returns FALSE. */
gboolean train_ratings_reader_fail(const TrainRatingsReader *reader, guint at, GError **error,
                                   const char *format, ...) G_GNUC_PRINTF(4, 5);

/* The number that text is; empty text is an error that calls it what. */
gboolean train_ratings_reader_number(const TrainRatingsReader *reader, guint at, const char *what,
                                     const char *text, double *value, GError **error);
/* The same of a standard deviation, from 0 up; NaN where text is NULL or empty. */
gboolean train_ratings_reader_std(const TrainRatingsReader *reader, guint at, const char *text,
                                  double *std, GError **error);

/* How often an image comes; 0 where text is NULL or empty. */
gboolean train_ratings_reader_times(const TrainRatingsReader *reader, guint at, const char *text,
                                    guint *times, GError **error);

/* Tables of comma-separated values. */
typedef enum {
    TRAIN_COLUMN_IMAGE,
    TRAIN_COLUMN_SCORE, /* these two are needed */
    TRAIN_COLUMN_STD,
    TRAIN_COLUMN_VARIANCE,
    TRAIN_COLUMN_TIMES,
    TRAIN_COLUMN_CONTENT,
    TRAIN_COLUMN_TYPE,
    TRAIN_COLUMN_LEVEL,
    TRAIN_N_COLUMNS
} TrainColumn;

typedef struct {
    const char *cell[TRAIN_N_COLUMNS]; /* NULL: no such column */
    char **cells;                      /* all of the line */
    guint line;
} TrainTableRow;

typedef struct {
    const char *names[TRAIN_N_COLUMNS][4]; /* what each may be called; ends in NULL */
    guint skip;                            /* lines that may stand above the header */
    gboolean (*row)(TrainRatingsReader *reader, const TrainTableRow *row, GError **error);
} TrainTable;

/* Feeds a CSV file to reader, row by row. */
gboolean train_ratings_read_table(TrainRatingsReader *reader, const TrainTable *table,
                                  const char *path, GError **error);
/* A row that says image, score, and std, variance, times or content where there are such columns.
 */
gboolean train_ratings_plain_row(TrainRatingsReader *reader, const TrainTableRow *row,
                                 GError **error);

/* Published layouts, by the files that they are known by: a data set's name, or NULL. */
typedef struct {
    const char *path, *list, *images; /* the folder, its list, the folder with the images */
} TrainLayoutFiles;

gboolean train_ratings_read_live(TrainRatingsReader *reader, const TrainLayoutFiles *files,
                                 GError **error);
gboolean train_ratings_read_clive(TrainRatingsReader *reader, const TrainLayoutFiles *files,
                                  GError **error);

/* A data set in a folder. */
TrainRatings *train_ratings_load_folder(const char *path, gboolean skip_missing, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainRatingsReader, train_ratings_reader_free)
