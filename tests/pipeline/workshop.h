/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A temporary folder with all that biqa-train needs to make a tiny model in seconds: the working
 * folder of the process until it is left, so that paths are short. */
#pragma once

#include <glib.h>

#define WORKSHOP_PICTURES 6 /* pictures/p0.png and on, rated 20, 32, ... in ratings.csv */

/* "recipe.ini": stages rank, tune and ohem, of 12, 8 and 12 steps. */
extern const char workshop_recipe[];

char *workshop_enter(void); /* the folder (transfer full) */
void workshop_leave(const char *folder);

void workshop_write(const char *name, const char *text);
GBytes *workshop_read(const char *name);
void workshop_assert_same(const char *a, const char *b); /* two files, byte for byte */

/* Runs biqa-train with the words of line; returns its exit status, 128 and more for a signal. out,
 * err: (transfer full) what it printed, or NULL. */
int workshop_run(const char *line, char **out, char **err);
/* The same where it must succeed. */
void workshop_run_well(const char *line, char **out);
/* The same where it must be stopped before its end, as by --stop-after. */
void workshop_run_stopped(const char *line);
/* The same where it must be refused, by its exit status and with that word. */
void workshop_refuse(const char *line, const char *word);

/* The element, by that backend, against `score`, on a picture and a model. */
void workshop_compare_picture(const char *model, const char *picture, const char *backend);

/* The same on all pictures and the model of a run. */
void workshop_compare(const char *run, const char *backend);
