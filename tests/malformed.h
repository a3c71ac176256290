/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that must be refused, each with what is to be said about it. The unit tests read them, and
 * so does the fuzzer, from its corpus. */
#pragma once

#include "error.h"

typedef struct {
    const char *name; /* unique among both lists */
    BiqaErrorCode code;
    const char *word; /* the error message contains it */
    GBytes *bytes;
} Malformed;

/* Broken as GGUF, and sound GGUF that is no model. (transfer full) arrays of Malformed;
 * g_array_unref() */
GArray *malformed_ggufs(void);
GArray *malformed_models(void);

GArray *malformed_list_new(void); /* an empty one, to fill */
