/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody who mistyped a word may have meant. */
#pragma once

#include <glib.h>

/* Letters to insert, leave out, change or exchange with their neighbour until a is b (optimal
 * string alignment). */
guint train_edit_distance(const char *a, const char *b);

/* The word nearest to what was typed, the first of equals; NULL where none is near: more than a
 * third of the letters, and more than one, would have to change. (borrowed from words, which n
 * counts) */
const char *train_nearest(const char *typed, const char *const *words, guint n);
