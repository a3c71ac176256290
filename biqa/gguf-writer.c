/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GGUF writer: three growing parts, put one after the other at the end. */
#include "gguf-type.h"
#include "gguf.h"

#include <string.h>

struct BiqaGgufWriter {
    GByteArray *values, *tensors, *data; /* as they will lie in the file */
    guint64 n_values, n_tensors;
    GHashTable *keys, *names; /* what was put already; both own their strings */
};

static void append(GByteArray *array, gconstpointer data, gsize size)
{
    g_assert(size <= G_MAXUINT - array->len);
    g_byte_array_append(array, data, size);
}

static void append_u32(GByteArray *array, guint32 value)
{
    append(array, &value, sizeof(value));
}

static void append_u64(GByteArray *array, guint64 value)
{
    append(array, &value, sizeof(value));
}

/* Readers refuse what is not UTF-8, and text comes from recipes and file names: mend it here. */
static void append_string(GByteArray *array, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    append_u64(array, strlen(valid));
    append(array, valid, strlen(valid));
}

static void append_padding(GByteArray *array)
{
    static const guint8 zeros[GGUF_DEFAULT_ALIGNMENT];

    append(array, zeros, -array->len & (GGUF_DEFAULT_ALIGNMENT - 1));
}

BiqaGgufWriter *biqa_gguf_writer_new(void)
{
    BiqaGgufWriter *writer = g_new0(BiqaGgufWriter, 1);

    writer->values = g_byte_array_new();
    writer->tensors = g_byte_array_new();
    writer->data = g_byte_array_new();
    writer->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    writer->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    biqa_gguf_put_uint(writer, GGUF_KEY_ALIGNMENT, GGUF_DEFAULT_ALIGNMENT);
    return writer;
}

void biqa_gguf_writer_free(BiqaGgufWriter *writer)
{
    if (!writer)
        return;
    g_hash_table_unref(writer->names);
    g_hash_table_unref(writer->keys);
    g_byte_array_unref(writer->data);
    g_byte_array_unref(writer->tensors);
    g_byte_array_unref(writer->values);
    g_free(writer);
}

static void put_key(BiqaGgufWriter *writer, const char *key, GgufType type)
{
    gboolean is_new = g_hash_table_add(writer->keys, g_strdup(key));

    g_assert(is_new);
    append_string(writer->values, key);
    append_u32(writer->values, type);
    writer->n_values++;
}

static void put_array(BiqaGgufWriter *writer, const char *key, GgufType type, gsize n)
{
    put_key(writer, key, GGUF_ARRAY);
    append_u32(writer->values, type);
    append_u64(writer->values, n);
}

void biqa_gguf_put_string(BiqaGgufWriter *writer, const char *key, const char *value)
{
    put_key(writer, key, GGUF_STRING);
    append_string(writer->values, value);
}

void biqa_gguf_put_uint(BiqaGgufWriter *writer, const char *key, guint64 value)
{
    if (value <= G_MAXUINT32) {
        put_key(writer, key, GGUF_UINT32);
        append_u32(writer->values, value);
    } else {
        put_key(writer, key, GGUF_UINT64);
        append_u64(writer->values, value);
    }
}

void biqa_gguf_put_float(BiqaGgufWriter *writer, const char *key, float value)
{
    put_key(writer, key, GGUF_FLOAT32);
    append(writer->values, &value, sizeof(value));
}

void biqa_gguf_put_double(BiqaGgufWriter *writer, const char *key, double value)
{
    put_key(writer, key, GGUF_FLOAT64);
    append(writer->values, &value, sizeof(value));
}

void biqa_gguf_put_bool(BiqaGgufWriter *writer, const char *key, gboolean value)
{
    const guint8 byte = value != FALSE;

    put_key(writer, key, GGUF_BOOL);
    append(writer->values, &byte, sizeof(byte));
}

void biqa_gguf_put_strings(BiqaGgufWriter *writer, const char *key, const char *const *values,
                           gsize n)
{
    put_array(writer, key, GGUF_STRING, n);
    for (gsize i = 0; i < n; i++)
        append_string(writer->values, values[i]);
}

void biqa_gguf_put_uints(BiqaGgufWriter *writer, const char *key, const guint *values, gsize n)
{
    put_array(writer, key, GGUF_UINT32, n);
    append(writer->values, values, n * sizeof(*values));
}

void biqa_gguf_put_floats(BiqaGgufWriter *writer, const char *key, const float *values, gsize n)
{
    put_array(writer, key, GGUF_FLOAT32, n);
    append(writer->values, values, n * sizeof(*values));
}

void biqa_gguf_put_tensor(BiqaGgufWriter *writer, const char *name, const guint64 *dims,
                          guint n_dims, const float *data)
{
    gboolean is_new = g_hash_table_add(writer->names, g_strdup(name));
    gsize count = 1;

    g_assert(is_new && n_dims >= 1 && n_dims <= GGUF_MAX_DIMS);
    append_string(writer->tensors, name);
    append_u32(writer->tensors, n_dims);
    for (guint i = 0; i < n_dims; i++) {
        append_u64(writer->tensors, dims[i]);
        count *= dims[i];
    }
    append_u32(writer->tensors, GGUF_TENSOR_F32);
    append_u64(writer->tensors, writer->data->len);
    append(writer->data, data, count * sizeof(*data));
    append_padding(writer->data);
    writer->n_tensors++;
}

GBytes *biqa_gguf_writer_bytes(const BiqaGgufWriter *writer)
{
    GByteArray *file = g_byte_array_new();

    append(file, GGUF_MAGIC, strlen(GGUF_MAGIC));
    append_u32(file, GGUF_VERSION);
    append_u64(file, writer->n_tensors);
    append_u64(file, writer->n_values);
    append(file, writer->values->data, writer->values->len);
    append(file, writer->tensors->data, writer->tensors->len);
    append_padding(file);
    append(file, writer->data->data, writer->data->len);
    return g_byte_array_free_to_bytes(file);
}

gboolean biqa_gguf_writer_save(const BiqaGgufWriter *writer, const char *path, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(GBytes) bytes = biqa_gguf_writer_bytes(writer);
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);

    /* Beside, synced, renamed: a full disk or a power cut leaves the old file or the new one. */
    if (!g_file_set_contents_full(path, data, size,
                                  G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                  0666, &local)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "%s: cannot be written: %s", path,
                    local->message);
        return FALSE;
    }
    return TRUE;
}
