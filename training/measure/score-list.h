/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a judge of somebody else's said of rated images: a CSV file with columns image (or path,
 * file) and score (or mos), any scale; rows of other images are ignored. */
#pragma once

#include "error.h"

/* One score for each of the n images at paths, in their order. A row belongs to the image of its
 * path (taken from the list's folder), else to the one of that file name, where only one has it.
 * Errors name the list and what is wrong: no such column, no finite number, an image judged twice,
 * an image without a score, a name that several images have. (transfer full) */
double *train_score_list_load(const char *path, char *const *paths, guint n, GError **error);

/* The same where images may be without a score: NAN. */
double *train_score_list_load_some(const char *path, char *const *paths, guint n, GError **error);
