/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of a model file in their range: what the parts of the reader share. Errors name the key.
 */
#pragma once

#include "gguf.h"

/* Sets error; always FALSE. */
gboolean model_fail(GError **error, BiqaErrorCode code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* 1 to max. */
gboolean model_read_uint(const BiqaGguf *gguf, const char *key, guint max, guint *value,
                         GError **error);

gboolean model_read_double(const BiqaGguf *gguf, const char *key, double lo, double hi,
                           double *value, GError **error);

/* Exactly n floats, each in lo to hi. */
gboolean model_read_floats(const BiqaGguf *gguf, const char *key, double lo, double hi, guint n,
                           float *values, GError **error);

gboolean model_read_constant(const BiqaGguf *gguf, const char *key, const char *wanted,
                             GError **error);

/* Left NULL where the file has no such key, else (transfer full). */
gboolean model_read_text(const BiqaGguf *gguf, const char *key, char **text, GError **error);
