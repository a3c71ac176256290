/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Metadata of a GGUF file, by key and checked for its type. */
#include "gguf-value.h"

#include <string.h>

typedef enum { CLASS_UNSIGNED, CLASS_SIGNED, CLASS_FLOAT, CLASS_BOOL, CLASS_STRING } Class;

static const struct {
    const char *name;
    gsize size; /* bytes of a value, of a string its length's */
    Class class;
} types[GGUF_N_TYPES] = {
    [GGUF_UINT8] = {"uint8", 1, CLASS_UNSIGNED},   [GGUF_INT8] = {"int8", 1, CLASS_SIGNED},
    [GGUF_UINT16] = {"uint16", 2, CLASS_UNSIGNED}, [GGUF_INT16] = {"int16", 2, CLASS_SIGNED},
    [GGUF_UINT32] = {"uint32", 4, CLASS_UNSIGNED}, [GGUF_INT32] = {"int32", 4, CLASS_SIGNED},
    [GGUF_UINT64] = {"uint64", 8, CLASS_UNSIGNED}, [GGUF_INT64] = {"int64", 8, CLASS_SIGNED},
    [GGUF_FLOAT32] = {"float32", 4, CLASS_FLOAT},  [GGUF_FLOAT64] = {"float64", 8, CLASS_FLOAT},
    [GGUF_BOOL] = {"bool", 1, CLASS_BOOL},         [GGUF_STRING] = {"string", 8, CLASS_STRING},
};

gsize biqa_gguf_type_size(GgufType type)
{
    return types[type].size;
}

/* The value of key if it is there and is what is wanted; integer of either sign is one class. */
static const GgufValue *find(const BiqaGguf *gguf, const char *key, const char *wanted, Class class,
                             gboolean is_array, GError **error)
{
    const GgufValue *value = biqa_gguf_value(gguf, key);
    Class found;

    if (!value) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "key '%s' is missing", key);
        return NULL;
    }
    found = types[value->type].class;
    if (found == CLASS_SIGNED)
        found = CLASS_UNSIGNED;
    if (found != class || value->is_array != is_array) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "key '%s' is of type %s%s, not %s%s", key,
                    types[value->type].name, value->is_array ? " array" : "", wanted,
                    is_array ? " array" : "");
        return NULL;
    }
    return value;
}

static gboolean uint_at(const GgufValue *value, const char *key, gsize i, guint64 *out,
                        GError **error)
{
    gsize size = types[value->type].size;

    *out = 0;
    memcpy(out, value->raw + i * size, size);
    if (types[value->type].class == CLASS_SIGNED && *out >> (8 * size - 1)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "key '%s' holds a negative number", key);
        return FALSE;
    }
    return TRUE;
}

static double double_at(const GgufValue *value, gsize i)
{
    double wide;
    float narrow;

    if (value->type == GGUF_FLOAT32) {
        memcpy(&narrow, value->raw + i * sizeof(narrow), sizeof(narrow));
        return narrow;
    }
    memcpy(&wide, value->raw + i * sizeof(wide), sizeof(wide));
    return wide;
}

gboolean biqa_gguf_get_string(const BiqaGguf *gguf, const char *key, const char **value,
                              GError **error)
{
    const GgufValue *found = find(gguf, key, "string", CLASS_STRING, FALSE, error);

    if (found)
        *value = found->strings[0];
    return found != NULL;
}

gboolean biqa_gguf_get_uint(const BiqaGguf *gguf, const char *key, guint64 *value, GError **error)
{
    const GgufValue *found = find(gguf, key, "an integer", CLASS_UNSIGNED, FALSE, error);

    return found && uint_at(found, key, 0, value, error);
}

gboolean biqa_gguf_get_double(const BiqaGguf *gguf, const char *key, double *value, GError **error)
{
    const GgufValue *found = find(gguf, key, "a float", CLASS_FLOAT, FALSE, error);

    if (found)
        *value = double_at(found, 0);
    return found != NULL;
}

gboolean biqa_gguf_get_bool(const BiqaGguf *gguf, const char *key, gboolean *value, GError **error)
{
    const GgufValue *found = find(gguf, key, "bool", CLASS_BOOL, FALSE, error);

    if (found)
        *value = found->raw[0];
    return found != NULL;
}

gboolean biqa_gguf_get_strings(const BiqaGguf *gguf, const char *key, const char *const **values,
                               gsize *n, GError **error)
{
    const GgufValue *found = find(gguf, key, "string", CLASS_STRING, TRUE, error);

    if (!found)
        return FALSE;
    *values = found->strings;
    *n = found->n;
    return TRUE;
}

gboolean biqa_gguf_get_uints(const BiqaGguf *gguf, const char *key, guint64 **values, gsize *n,
                             GError **error)
{
    const GgufValue *found = find(gguf, key, "integer", CLASS_UNSIGNED, TRUE, error);
    g_autofree guint64 *out = NULL;

    if (!found)
        return FALSE;
    out = g_new(guint64, found->n);
    for (gsize i = 0; i < found->n; i++)
        if (!uint_at(found, key, i, &out[i], error))
            return FALSE;
    *values = g_steal_pointer(&out);
    *n = found->n;
    return TRUE;
}

gboolean biqa_gguf_get_doubles(const BiqaGguf *gguf, const char *key, double **values, gsize *n,
                               GError **error)
{
    const GgufValue *found = find(gguf, key, "float", CLASS_FLOAT, TRUE, error);

    if (!found)
        return FALSE;
    *values = g_new(double, found->n);
    for (gsize i = 0; i < found->n; i++)
        (*values)[i] = double_at(found, i);
    *n = found->n;
    return TRUE;
}
