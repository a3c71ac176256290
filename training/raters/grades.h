/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people said of pictures: the files that the pages of `biqa-train gallery` export. */
#pragma once

#include "error.h"

#define TRAIN_NO_IMAGE G_MAXUINT

typedef struct {
    guint rater, image; /* indices */
    guint other;        /* what image was compared with; TRAIN_NO_IMAGE: with nothing */
    guint pair;
    double grade;     /* 1..5, bad to excellent; or -3..3, image is much worse .. much better */
    guint file, line; /* where it stands */
} TrainGrade;

typedef struct {
    gboolean comparison; /* of pairs; or else absolute */
    GPtrArray *files;    /* of char *, borrowed */
    GPtrArray *raters;   /* names, in the order they come */
    GPtrArray *images, *contents;
    GArray *grades; /* TrainGrade */
} TrainGrades;

/* Reads files of one scale. A rater may have several files, of different pairs. Errors name file
 * and line: no such column, a grade outside its scale, another scale than in the lines before, a
 * picture of a pair that a rater graded before (with both lines; whether the grades agree is said),
 * a file without grades. */
TrainGrades *train_grades_load(char *const *files, GError **error);
void train_grades_free(TrainGrades *grades);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainGrades, train_grades_free)
