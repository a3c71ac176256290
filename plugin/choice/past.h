/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choices of the past, in the user's cache directory: a file each, so that writers never meet but
 * to write the same. */
#pragma once

#include "choice.h"

typedef struct {
    char name[24]; /* of the file */
} BiqaPastKey;

/* For a text that says everything a choice depends on. */
BiqaPastKey biqa_past_key(const char *text);

/* Sets choice's backend and times to what was remembered; FALSE, and choice left alone, where
 * nothing was, or what is there makes no sense. */
gboolean biqa_past_recall(const BiqaPastKey *key, BiqaChoice *choice);

/* Failure is no error: the next start measures again. */
void biqa_past_remember(const BiqaPastKey *key, const BiqaChoice *choice);

/* (transfer full) */
char *biqa_past_path(const BiqaPastKey *key);
