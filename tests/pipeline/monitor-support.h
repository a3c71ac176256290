/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of biqa-monitor share: a folder with a model and clips that come and go. */
#pragma once

#include <gio/gio.h>

typedef struct {
    char *folder; /* for temporary files */
    char *model;  /* a file in it: a model so small that the reference runs it */
    char *clip;   /* where a clip is to be; not there at first */
} Stage;

Stage *stage_new(void);
void stage_free(Stage *stage); /* with its files */

/* Makes a clip of so many frames of noise, 64 x 48, ten a second, and puts it there at once. */
void stage_show_clip(Stage *stage, guint frames);
void stage_hide_clip(Stage *stage);

/* The same of a sound, with no picture. */
void stage_show_sound(Stage *stage);

/* Arguments for biqa-monitor that choose the model and retry without much ado. (transfer full) */
char *stage_arguments(const Stage *stage);

/* A program that ends when this one does, even by an abort(). launcher says what is done with its
 * output; argv ends in NULL. (transfer full) */
GSubprocess *stage_spawn(GSubprocessLauncher *launcher, const char *const *argv);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stage, stage_free)
