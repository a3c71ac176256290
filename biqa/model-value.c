/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed values and their bounds. */
#include "model-value.h"

#include <stdarg.h>

gboolean model_fail(GError **error, BiqaErrorCode code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (error)
        *error = g_error_new_valist(BIQA_ERROR, code, format, args);
    va_end(args);
    return FALSE;
}

gboolean model_read_uint(const BiqaGguf *gguf, const char *key, guint max, guint *value,
                         GError **error)
{
    guint64 wide;

    if (!biqa_gguf_get_uint(gguf, key, &wide, error))
        return FALSE;
    if (wide < 1 || wide > max)
        return model_fail(error, BIQA_ERROR_VALUE,
                          "key '%s' is %" G_GUINT64_FORMAT ", out of its range 1 to %u", key, wide,
                          max);
    *value = wide;
    return TRUE;
}

gboolean model_read_double(const BiqaGguf *gguf, const char *key, double lo, double hi,
                           double *value, GError **error)
{
    if (!biqa_gguf_get_double(gguf, key, value, error))
        return FALSE;
    if (!(*value >= lo && *value <= hi))
        return model_fail(error, BIQA_ERROR_VALUE, "key '%s' is %g, out of its range %g to %g", key,
                          *value, lo, hi);
    return TRUE;
}

gboolean model_read_floats(const BiqaGguf *gguf, const char *key, double lo, double hi, guint n,
                           float *values, GError **error)
{
    g_autofree double *wide = NULL;
    gsize found;

    if (!biqa_gguf_get_doubles(gguf, key, &wide, &found, error))
        return FALSE;
    if (found != n)
        return model_fail(error, BIQA_ERROR_FORMAT,
                          "key '%s' has %" G_GSIZE_FORMAT " values, not %u", key, found, n);
    for (guint i = 0; i < n; i++) {
        if (!(wide[i] >= lo && wide[i] <= hi))
            return model_fail(error, BIQA_ERROR_VALUE,
                              "key '%s' holds %g, out of its range %g to %g", key, wide[i], lo, hi);
        values[i] = wide[i];
    }
    return TRUE;
}

gboolean model_read_constant(const BiqaGguf *gguf, const char *key, const char *wanted,
                             GError **error)
{
    const char *value;

    if (!biqa_gguf_get_string(gguf, key, &value, error))
        return FALSE;
    return g_str_equal(value, wanted) ||
           model_fail(error, BIQA_ERROR_SUPPORT, "key '%s' is '%s'; only '%s' is supported", key,
                      value, wanted);
}

gboolean model_read_text(const BiqaGguf *gguf, const char *key, char **text, GError **error)
{
    const char *value;

    if (!biqa_gguf_has(gguf, key))
        return TRUE;
    if (!biqa_gguf_get_string(gguf, key, &value, error))
        return FALSE;
    *text = g_strdup(value);
    return TRUE;
}
