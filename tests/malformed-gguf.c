/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GGUF files put together byte by byte, each with one thing wrong. */
#include "malformed.h"

#include <math.h>
#include <string.h>

#define UINT32 4
#define BOOL 7
#define STRING 8
#define ARRAY 9
#define N_TYPES 13

#define FLOAT16 1

static void u32(GByteArray *file, guint32 value)
{
    g_byte_array_append(file, (const guint8 *)&value, sizeof(value));
}

static void u64(GByteArray *file, guint64 value)
{
    g_byte_array_append(file, (const guint8 *)&value, sizeof(value));
}

static void bytes(GByteArray *file, const char *data, gsize size)
{
    u64(file, size);
    g_byte_array_append(file, (const guint8 *)data, size);
}

static void text(GByteArray *file, const char *data)
{
    bytes(file, data, strlen(data));
}

static void head(GByteArray *file, guint32 version, guint64 n_tensors, guint64 n_values)
{
    g_byte_array_append(file, (const guint8 *)"GGUF", 4);
    u32(file, version);
    u64(file, n_tensors);
    u64(file, n_values);
}

/* A head, a key and its type: the value is to follow. */
static void key(GByteArray *file, const char *name, guint32 type)
{
    head(file, 3, 0, 1);
    text(file, name);
    u32(file, type);
}

static void zeros(GByteArray *file, gsize n)
{
    for (gsize i = 0; i < n; i++)
        g_byte_array_append(file, (const guint8 *)"", 1);
}

static void tensor(GByteArray *file, const char *name, guint64 dim, guint32 type, guint64 offset)
{
    text(file, name);
    u32(file, 1);
    u64(file, dim);
    u32(file, type);
    u64(file, offset);
}

/* The padding, then n floats. */
static void data(GByteArray *file, gsize n, float first)
{
    zeros(file, -file->len & 31);
    g_byte_array_append(file, (const guint8 *)&first, sizeof(first));
    zeros(file, (n - 1) * sizeof(float));
}

static void empty(GByteArray *file)
{
}

static void wrong_magic(GByteArray *file)
{
    head(file, 3, 0, 0);
    file->data[3] = 'X';
}

static void version_1(GByteArray *file)
{
    head(file, 1, 0, 0);
}

static void version_2(GByteArray *file)
{
    head(file, 2, 0, 0);
}

static void version_0(GByteArray *file)
{
    head(file, 0, 0, 0);
}

static void big_endian(GByteArray *file)
{
    head(file, GUINT32_SWAP_LE_BE(3), 0, 0);
}

static void absurd_tensors(GByteArray *file)
{
    head(file, 3, G_MAXUINT64, 0);
}

static void absurd_keys(GByteArray *file)
{
    head(file, 3, 0, G_MAXUINT64 / 2);
}

static void key_empty(GByteArray *file)
{
    key(file, "", UINT32);
    u32(file, 1);
}

static void key_long(GByteArray *file)
{
    g_autofree char *name = g_strnfill(65536, 'k');

    key(file, name, UINT32);
    u32(file, 1);
}

static void key_nul(GByteArray *file)
{
    head(file, 3, 0, 1);
    bytes(file, "a\0b", 3);
    u32(file, UINT32);
    u32(file, 1);
}

static void key_not_utf8(GByteArray *file)
{
    key(file, "k\xff", UINT32);
    u32(file, 1);
}

static void key_absurd_length(GByteArray *file)
{
    head(file, 3, 0, 1);
    u64(file, G_MAXUINT64);
    zeros(file, 16);
}

static void key_twice(GByteArray *file)
{
    head(file, 3, 0, 2);
    for (guint i = 0; i < 2; i++) {
        text(file, "again");
        u32(file, UINT32);
        u32(file, i);
    }
}

static void value_nul(GByteArray *file)
{
    key(file, "k", STRING);
    bytes(file, "a\0b", 3);
}

static void value_not_utf8(GByteArray *file)
{
    key(file, "k", STRING);
    text(file, "\xc3(");
}

static void value_unknown_type(GByteArray *file)
{
    key(file, "k", N_TYPES);
    u64(file, 1);
}

static void value_no_bool(GByteArray *file)
{
    key(file, "k", BOOL);
    g_byte_array_append(file, (const guint8 *)"\2", 1);
}

static void array_unknown_type(GByteArray *file)
{
    key(file, "k", ARRAY);
    u32(file, G_MAXUINT32);
    u64(file, 1);
    u64(file, 1);
}

static void array_nested(GByteArray *file)
{
    key(file, "k", ARRAY);
    u32(file, ARRAY);
    u64(file, 1);
    u32(file, UINT32);
    u64(file, 0);
}

static void array_absurd(GByteArray *file)
{
    key(file, "k", ARRAY);
    u32(file, UINT32);
    u64(file, G_MAXUINT64 / 4 + 2);
    zeros(file, 16);
}

static void array_absurd_strings(GByteArray *file)
{
    key(file, "k", ARRAY);
    u32(file, STRING);
    u64(file, G_GUINT64_CONSTANT(1) << 61);
    zeros(file, 16);
}

static void alignment(GByteArray *file, guint32 value)
{
    key(file, "general.alignment", UINT32);
    u32(file, value);
}

static void alignment_zero(GByteArray *file)
{
    alignment(file, 0);
}

static void alignment_odd(GByteArray *file)
{
    alignment(file, 24);
}

static void alignment_small(GByteArray *file)
{
    alignment(file, 4);
}

static void alignment_large(GByteArray *file)
{
    alignment(file, 1u << 31);
}

static void alignment_text(GByteArray *file)
{
    key(file, "general.alignment", STRING);
    text(file, "32");
}

static void tensor_unnamed(GByteArray *file)
{
    head(file, 3, 1, 0);
    tensor(file, "", 1, 0, 0);
    data(file, 1, 0);
}

static void tensor_name_long(GByteArray *file)
{
    g_autofree char *name = g_strnfill(65, 't');

    head(file, 3, 1, 0);
    tensor(file, name, 1, 0, 0);
    data(file, 1, 0);
}

static void tensor_twice(GByteArray *file)
{
    head(file, 3, 2, 0);
    tensor(file, "again", 1, 0, 0);
    tensor(file, "again", 1, 0, 32);
    data(file, 16, 0);
}

/* n_dims dimensions of dim. */
static void tensor_dims(GByteArray *file, guint32 n_dims, guint64 dim)
{
    head(file, 3, 1, 0);
    text(file, "t");
    u32(file, n_dims);
    for (guint i = 0; i < n_dims; i++)
        u64(file, dim);
    u32(file, 0);
    u64(file, 0);
    data(file, 64, 0);
}

static void tensor_no_dims(GByteArray *file)
{
    tensor_dims(file, 0, 1);
}

static void tensor_five_dims(GByteArray *file)
{
    tensor_dims(file, 5, 1);
}

static void tensor_zero_dim(GByteArray *file)
{
    tensor_dims(file, 2, 0);
}

/* The product wraps around to zero. */
static void tensor_wrapping_dims(GByteArray *file)
{
    tensor_dims(file, 4, 65536);
}

static void tensor_float16(GByteArray *file)
{
    head(file, 3, 1, 0);
    tensor(file, "t", 1, FLOAT16, 0);
    data(file, 1, 0);
}

static void tensor_misaligned(GByteArray *file)
{
    head(file, 3, 1, 0);
    tensor(file, "t", 1, 0, 16);
    data(file, 16, 0);
}

static void tensor_outside(GByteArray *file)
{
    head(file, 3, 1, 0);
    tensor(file, "t", 8, 0, 32);
    data(file, 15, 0);
}

static void tensor_far_outside(GByteArray *file)
{
    head(file, 3, 1, 0);
    tensor(file, "t", 1, 0, -G_GUINT64_CONSTANT(32));
    data(file, 16, 0);
}

static void tensor_no_data(GByteArray *file)
{
    head(file, 3, 1, 0);
    tensor(file, "t", 1, 0, 0);
}

static void tensors_overlap(GByteArray *file)
{
    head(file, 3, 2, 0);
    tensor(file, "second", 8, 0, 32);
    tensor(file, "first", 9, 0, 0);
    data(file, 16, 0);
}

static void tensors_same_place(GByteArray *file)
{
    head(file, 3, 2, 0);
    tensor(file, "first", 8, 0, 0);
    tensor(file, "second", 8, 0, 0);
    data(file, 16, 0);
}

static void tensor_nan(GByteArray *file)
{
    head(file, 3, 1, 0);
    tensor(file, "t", 4, 0, 0);
    data(file, 4, NAN);
}

static void tensor_infinite(GByteArray *file)
{
    head(file, 3, 1, 0);
    tensor(file, "t", 4, 0, 0);
    data(file, 4, -INFINITY);
}

static const struct {
    const char *name;
    void (*build)(GByteArray *file);
    BiqaErrorCode code;
    const char *word;
} cases[] = {
    {"empty", empty, BIQA_ERROR_FORMAT, "truncated"},
    {"wrong-magic", wrong_magic, BIQA_ERROR_FORMAT, "not a GGUF file"},
    {"version-0", version_0, BIQA_ERROR_SUPPORT, "version 0"},
    {"version-1", version_1, BIQA_ERROR_SUPPORT, "version 1"},
    {"version-2", version_2, BIQA_ERROR_SUPPORT, "version 2"},
    {"big-endian", big_endian, BIQA_ERROR_SUPPORT, "big-endian"},
    {"absurd-tensors", absurd_tensors, BIQA_ERROR_FORMAT, "more than the file has room for"},
    {"absurd-keys", absurd_keys, BIQA_ERROR_FORMAT, "more than the file has room for"},
    {"key-empty", key_empty, BIQA_ERROR_FORMAT, "a key has a length of 0"},
    {"key-long", key_long, BIQA_ERROR_FORMAT, "a key has a length of 65536"},
    {"key-nul", key_nul, BIQA_ERROR_FORMAT, "a key is not UTF-8"},
    {"key-not-utf8", key_not_utf8, BIQA_ERROR_FORMAT, "a key is not UTF-8"},
    {"key-absurd-length", key_absurd_length, BIQA_ERROR_FORMAT, "truncated"},
    {"key-twice", key_twice, BIQA_ERROR_FORMAT, "duplicate key 'again'"},
    {"value-nul", value_nul, BIQA_ERROR_FORMAT, "not UTF-8"},
    {"value-not-utf8", value_not_utf8, BIQA_ERROR_FORMAT, "not UTF-8"},
    {"value-unknown-type", value_unknown_type, BIQA_ERROR_FORMAT, "unknown value type 13"},
    {"value-no-bool", value_no_bool, BIQA_ERROR_FORMAT, "bool"},
    {"array-unknown-type", array_unknown_type, BIQA_ERROR_FORMAT, "unknown value type"},
    {"array-nested", array_nested, BIQA_ERROR_SUPPORT, "nested array"},
    {"array-absurd", array_absurd, BIQA_ERROR_FORMAT, "more than the file has room for"},
    {"array-absurd-strings", array_absurd_strings, BIQA_ERROR_FORMAT,
     "more than the file has room for"},
    {"alignment-zero", alignment_zero, BIQA_ERROR_FORMAT, "power of two"},
    {"alignment-odd", alignment_odd, BIQA_ERROR_FORMAT, "power of two"},
    {"alignment-small", alignment_small, BIQA_ERROR_FORMAT, "power of two"},
    {"alignment-large", alignment_large, BIQA_ERROR_FORMAT, "power of two"},
    {"alignment-text", alignment_text, BIQA_ERROR_FORMAT, "'general.alignment' is of type string"},
    {"tensor-unnamed", tensor_unnamed, BIQA_ERROR_FORMAT, "a tensor's name has a length of 0"},
    {"tensor-name-long", tensor_name_long, BIQA_ERROR_FORMAT, "has a length of 65"},
    {"tensor-twice", tensor_twice, BIQA_ERROR_FORMAT, "duplicate tensor 'again'"},
    {"tensor-no-dims", tensor_no_dims, BIQA_ERROR_FORMAT, "0 dimensions"},
    {"tensor-five-dims", tensor_five_dims, BIQA_ERROR_FORMAT, "5 dimensions"},
    {"tensor-zero-dim", tensor_zero_dim, BIQA_ERROR_FORMAT, "dimension of 0"},
    {"tensor-wrapping-dims", tensor_wrapping_dims, BIQA_ERROR_FORMAT, "dimension of 65536"},
    {"tensor-float16", tensor_float16, BIQA_ERROR_SUPPORT, "only float32"},
    {"tensor-misaligned", tensor_misaligned, BIQA_ERROR_FORMAT, "misaligned"},
    {"tensor-outside", tensor_outside, BIQA_ERROR_FORMAT, "beyond the end"},
    {"tensor-far-outside", tensor_far_outside, BIQA_ERROR_FORMAT, "beyond the end"},
    {"tensor-no-data", tensor_no_data, BIQA_ERROR_FORMAT, "truncated"},
    {"tensors-overlap", tensors_overlap, BIQA_ERROR_FORMAT, "'first' and 'second' overlap"},
    {"tensors-same-place", tensors_same_place, BIQA_ERROR_FORMAT, "overlap"},
    {"tensor-nan", tensor_nan, BIQA_ERROR_VALUE, "NaN"},
    {"tensor-infinite", tensor_infinite, BIQA_ERROR_VALUE, "infinity"},
};

static void malformed_clear(gpointer item)
{
    g_bytes_unref(((Malformed *)item)->bytes);
}

GArray *malformed_list_new(void)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(Malformed));

    g_array_set_clear_func(list, malformed_clear);
    return list;
}

GArray *malformed_ggufs(void)
{
    GArray *list = malformed_list_new();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        GByteArray *file = g_byte_array_new();
        Malformed item = {cases[i].name, cases[i].code, cases[i].word, NULL};

        cases[i].build(file);
        item.bytes = g_byte_array_free_to_bytes(file);
        g_array_append_val(list, item);
    }
    return list;
}
