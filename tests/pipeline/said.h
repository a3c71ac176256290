/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element against `biqa-train score`. */
#pragma once

/* Runs the element on the picture at path, by a backend and a model file, and holds what it says to
 * row, a line of what `biqa-train score` prints. */
void compare_picture(const char *backend, const char *model, const char *path, const char *row);
