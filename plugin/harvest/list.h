/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of kept frames: CSV, a header and a line a picture, only ever appended to. */
#pragma once

#include "error.h"

/* A line. Numbers have a point whatever the locale; what is not known is an empty cell. */
typedef struct {
    const char *file;        /* beside the list */
    const char *source;      /* where the frame came from */
    double time;             /* seconds; NAN: not known */
    double score;            /* 0..100 */
    double competitor_score; /* 0..100 */
    double disagreement;     /* points */
    double uncertainty;      /* points; NAN: not known */
    guint64 likeness;        /* likeness.h; 16 hexadecimal digits */
} BiqaHarvestRow;

/* Opens or begins a list and reads what is in it: found receives the likeness and the score of
 * each line, and nothing else of it. A last line that was cut off when it was written is dropped.
 * Returns a file descriptor, -1 with error: BIQA_ERROR_FILE, or BIQA_ERROR_FORMAT where the list
 * has other columns. */
int biqa_harvest_list_open(const char *path, GArray *found /* of BiqaHarvestRow */, GError **error);

/* Appends a line, or where that fails (BIQA_ERROR_FILE) leaves the list as it was. Several elements
 * may append to one list. */
gboolean biqa_harvest_list_append(int fd, const BiqaHarvestRow *row, GError **error);

/* Writes all of it, or fails: BIQA_ERROR_FILE, the reason as text. */
gboolean biqa_harvest_write(int fd, const void *bytes, gsize size, GError **error);
