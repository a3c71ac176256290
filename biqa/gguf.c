/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GGUF reader: one pass over the head of the file with a cursor that cannot leave it, then a
 * look at where the tensors lie. */
#include "gguf.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "gguf-value.h"

/* The least bytes an entry can take: what a count is checked against before memory is made. */
#define MIN_KEY_VALUE (8 + 1 + 4 + 1)
#define MIN_TENSOR (8 + 1 + 4 + 8 + 4 + 8)
#define MAX_ALIGNMENT (1u << 20)

struct BiqaGguf {
    GBytes *bytes;
    GStringChunk *strings; /* every name, key and string, NUL-terminated */
    GHashTable *values;    /* key -> GgufValue */
    GHashTable *tensors;   /* name -> BiqaGgufTensor in list */
    BiqaGgufTensor *list;
    guint n_tensors;
};

/* Reads forward. Once something is wrong error is set and nothing moves any more. */
typedef struct {
    const guint8 *data;
    gsize size, pos;
    const char *name; /* of the file */
    GError **error;
} Cursor;

static gboolean G_GNUC_PRINTF(3, 4)
    fail(const Cursor *cursor, BiqaErrorCode code, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(cursor->error, BIQA_ERROR, code, "%s: %s", cursor->name, text);
    return FALSE;
}

static gsize left(const Cursor *cursor)
{
    return cursor->size - cursor->pos;
}

static const guint8 *take(Cursor *cursor, guint64 size, const char *what)
{
    const guint8 *p;

    if (size > left(cursor)) {
        fail(cursor, BIQA_ERROR_FORMAT,
             "the file ends inside %s (%" G_GUINT64_FORMAT " bytes wanted at byte %" G_GSIZE_FORMAT
             ", %" G_GSIZE_FORMAT " left): truncated or damaged",
             what, size, cursor->pos, left(cursor));
        return NULL;
    }
    p = cursor->data + cursor->pos;
    cursor->pos += size;
    return p;
}

static gboolean take_u32(Cursor *cursor, const char *what, guint32 *value)
{
    const guint8 *p = take(cursor, sizeof(*value), what);

    if (p)
        memcpy(value, p, sizeof(*value));
    return p != NULL;
}

static gboolean take_u64(Cursor *cursor, const char *what, guint64 *value)
{
    const guint8 *p = take(cursor, sizeof(*value), what);

    if (p)
        memcpy(value, p, sizeof(*value));
    return p != NULL;
}

static const char *take_string(Cursor *cursor, GStringChunk *strings, const char *what)
{
    const char *p;
    guint64 length;

    if (!take_u64(cursor, what, &length))
        return NULL;
    p = (const char *)take(cursor, length, what);
    if (!p)
        return NULL;
    if (!g_utf8_validate_len(p, length, NULL)) {
        fail(cursor, BIQA_ERROR_FORMAT, "%s is not UTF-8 text (byte %" G_GSIZE_FORMAT ")", what,
             cursor->pos - (gsize)length);
        return NULL;
    }
    return g_string_chunk_insert_len(strings, p, length);
}

/* A key or the name of a tensor: a string of a bounded length. */
static const char *take_name(Cursor *cursor, GStringChunk *strings, const char *what, gsize max)
{
    const char *name = take_string(cursor, strings, what);
    gsize length = name ? strlen(name) : 0;

    if (name && (length == 0 || length > max)) {
        fail(cursor, BIQA_ERROR_FORMAT,
             "%s has a length of %" G_GSIZE_FORMAT ", not 1 to %" G_GSIZE_FORMAT, what, length,
             max);
        return NULL;
    }
    return name;
}

/* --- Metadata --- */

static void value_free(gpointer data)
{
    GgufValue *value = data;

    g_free(value->strings);
    g_free(value);
}

static gboolean take_strings(Cursor *cursor, GStringChunk *strings, GgufValue *value)
{
    value->strings = g_new0(const char *, value->n + 1);
    for (gsize i = 0; i < value->n; i++) {
        value->strings[i] = take_string(cursor, strings, "a string");
        if (!value->strings[i])
            return FALSE;
    }
    return TRUE;
}

static gboolean take_elements(Cursor *cursor, GStringChunk *strings, const char *key, guint64 n,
                              GgufValue *value)
{
    gsize size = biqa_gguf_type_size(value->type);

    if (n > left(cursor) / size)
        return fail(cursor, BIQA_ERROR_FORMAT,
                    "key '%s' announces %" G_GUINT64_FORMAT
                    " values, more than the file has room for: truncated or damaged",
                    key, n);
    value->n = n;
    if (value->type == GGUF_STRING)
        return take_strings(cursor, strings, value);
    value->raw = take(cursor, n * size, key);
    for (gsize i = 0; value->type == GGUF_BOOL && i < value->n; i++)
        if (value->raw[i] > 1)
            return fail(cursor, BIQA_ERROR_FORMAT, "key '%s' holds a bool that is neither 0 nor 1",
                        key);
    return TRUE;
}

static gboolean take_value(Cursor *cursor, GStringChunk *strings, const char *key, GgufValue *value)
{
    guint32 type;
    guint64 n = 1;

    if (!take_u32(cursor, key, &type))
        return FALSE;
    value->is_array = type == GGUF_ARRAY;
    if (value->is_array && (!take_u32(cursor, key, &type) || !take_u64(cursor, key, &n)))
        return FALSE;
    if (type >= GGUF_N_TYPES)
        return fail(cursor, BIQA_ERROR_FORMAT, "key '%s' has the unknown value type %u", key, type);
    if (type == GGUF_ARRAY)
        return fail(cursor, BIQA_ERROR_SUPPORT,
                    "key '%s' is a nested array, an array of arrays, which is not supported", key);
    value->type = type;
    return take_elements(cursor, strings, key, n, value);
}

static gboolean take_values(Cursor *cursor, BiqaGguf *gguf, guint64 n)
{
    for (guint64 i = 0; i < n; i++) {
        const char *key = take_name(cursor, gguf->strings, "a key", GGUF_MAX_KEY);
        GgufValue *value;

        if (!key)
            return FALSE;
        value = g_new0(GgufValue, 1);
        if (!g_hash_table_insert(gguf->values, (gpointer)key, value))
            return fail(cursor, BIQA_ERROR_FORMAT, "duplicate key '%s'", key);
        if (!take_value(cursor, gguf->strings, key, value))
            return FALSE;
    }
    return TRUE;
}

/* --- Tensors --- */

/* Reads the dimensions; their product is bounded by the size of the file. */
static gboolean take_dims(Cursor *cursor, BiqaGgufTensor *tensor)
{
    const gsize max = cursor->size / sizeof(float);

    if (!take_u32(cursor, tensor->name, &tensor->n_dims))
        return FALSE;
    if (tensor->n_dims < 1 || tensor->n_dims > GGUF_MAX_DIMS)
        return fail(cursor, BIQA_ERROR_FORMAT, "tensor '%s' has %u dimensions, not 1 to %d",
                    tensor->name, tensor->n_dims, GGUF_MAX_DIMS);
    tensor->count = 1;
    for (guint i = 0; i < tensor->n_dims; i++) {
        if (!take_u64(cursor, tensor->name, &tensor->dims[i]))
            return FALSE;
        if (tensor->dims[i] == 0 || tensor->dims[i] > max / tensor->count)
            return fail(cursor, BIQA_ERROR_FORMAT,
                        "tensor '%s' has a dimension of %" G_GUINT64_FORMAT
                        ": zero, or more values than the file has room for",
                        tensor->name, tensor->dims[i]);
        tensor->count *= tensor->dims[i];
    }
    return TRUE;
}

static gboolean take_tensor(Cursor *cursor, BiqaGguf *gguf, BiqaGgufTensor *tensor, guint64 *offset)
{
    guint32 type;

    tensor->name = take_name(cursor, gguf->strings, "a tensor's name", GGUF_MAX_TENSOR_NAME);
    if (!tensor->name)
        return FALSE;
    if (!g_hash_table_insert(gguf->tensors, (gpointer)tensor->name, tensor))
        return fail(cursor, BIQA_ERROR_FORMAT, "duplicate tensor '%s'", tensor->name);
    if (!take_dims(cursor, tensor) || !take_u32(cursor, tensor->name, &type) ||
        !take_u64(cursor, tensor->name, offset))
        return FALSE;
    if (type != GGUF_TENSOR_F32)
        return fail(cursor, BIQA_ERROR_SUPPORT,
                    "tensor '%s' is of type %u; only float32 (0) is supported: convert the file",
                    tensor->name, type);
    return TRUE;
}

/* offset is counted from the start of the data section, where the cursor stands. */
static gboolean place_tensor(Cursor *cursor, BiqaGgufTensor *tensor, guint64 offset,
                             guint64 alignment)
{
    if (offset % alignment)
        return fail(cursor, BIQA_ERROR_FORMAT,
                    "tensor '%s' is misaligned: offset %" G_GUINT64_FORMAT
                    " is no multiple of %" G_GUINT64_FORMAT,
                    tensor->name, offset, alignment);
    if (offset > left(cursor) || tensor->count > (left(cursor) - offset) / sizeof(float))
        return fail(cursor, BIQA_ERROR_FORMAT,
                    "tensor '%s' reaches beyond the end of the file: truncated or damaged",
                    tensor->name);
    tensor->data = (const float *)(cursor->data + cursor->pos + offset);
    return TRUE;
}

static gboolean check_values(Cursor *cursor, const BiqaGgufTensor *tensor)
{
    for (gsize i = 0; i < tensor->count; i++)
        if (!isfinite(tensor->data[i]))
            return fail(cursor, BIQA_ERROR_VALUE,
                        "tensor '%s' holds a NaN or an infinity at index %" G_GSIZE_FORMAT,
                        tensor->name, i);
    return TRUE;
}

static gint compare_data(gconstpointer a, gconstpointer b)
{
    const float *x = (*(const BiqaGgufTensor *const *)a)->data;
    const float *y = (*(const BiqaGgufTensor *const *)b)->data;

    return (x > y) - (x < y);
}

static gboolean check_overlap(Cursor *cursor, const BiqaGguf *gguf)
{
    g_autoptr(GPtrArray) order = g_ptr_array_sized_new(gguf->n_tensors);

    for (guint i = 0; i < gguf->n_tensors; i++)
        g_ptr_array_add(order, &gguf->list[i]);
    g_ptr_array_sort(order, compare_data);
    for (guint i = 1; i < order->len; i++) {
        const BiqaGgufTensor *before = order->pdata[i - 1], *tensor = order->pdata[i];

        if (before->data + before->count > tensor->data)
            return fail(cursor, BIQA_ERROR_FORMAT, "tensors '%s' and '%s' overlap", before->name,
                        tensor->name);
    }
    return TRUE;
}

static gboolean get_alignment(Cursor *cursor, const BiqaGguf *gguf, guint64 *alignment)
{
    g_autoptr(GError) local = NULL;

    *alignment = GGUF_DEFAULT_ALIGNMENT;
    if (!biqa_gguf_has(gguf, GGUF_KEY_ALIGNMENT))
        return TRUE;
    if (!biqa_gguf_get_uint(gguf, GGUF_KEY_ALIGNMENT, alignment, &local))
        return fail(cursor, BIQA_ERROR_FORMAT, "%s", local->message);
    if (*alignment < 8 || *alignment > MAX_ALIGNMENT || (*alignment & (*alignment - 1)))
        return fail(cursor, BIQA_ERROR_FORMAT,
                    GGUF_KEY_ALIGNMENT " is %" G_GUINT64_FORMAT ", not a power of two from 8 to %u",
                    *alignment, MAX_ALIGNMENT);
    return TRUE;
}

static gboolean take_tensors(Cursor *cursor, BiqaGguf *gguf, guint64 n)
{
    g_autofree guint64 *offsets = g_new0(guint64, n);
    guint64 alignment;

    gguf->list = g_new0(BiqaGgufTensor, n);
    for (guint64 i = 0; i < n; i++)
        if (!take_tensor(cursor, gguf, &gguf->list[i], &offsets[i]))
            return FALSE;
    gguf->n_tensors = n;
    if (!get_alignment(cursor, gguf, &alignment))
        return FALSE;
    if (n && !take(cursor, -cursor->pos & (alignment - 1), "the padding before the tensors"))
        return FALSE;
    for (guint64 i = 0; i < n; i++)
        if (!place_tensor(cursor, &gguf->list[i], offsets[i], alignment))
            return FALSE;
    if (!check_overlap(cursor, gguf))
        return FALSE;
    /* Only now: no value is read twice, however many tensors a file claims. */
    for (guint64 i = 0; i < n; i++)
        if (!check_values(cursor, &gguf->list[i]))
            return FALSE;
    return TRUE;
}

/* --- The file --- */

static gboolean take_header(Cursor *cursor, guint64 *n_tensors, guint64 *n_values)
{
    const guint8 *magic = take(cursor, strlen(GGUF_MAGIC), "the magic number");
    guint32 version;

    if (!magic)
        return FALSE;
    if (memcmp(magic, GGUF_MAGIC, strlen(GGUF_MAGIC)) != 0)
        return fail(cursor, BIQA_ERROR_FORMAT, "not a GGUF file (wrong magic number)");
    if (!take_u32(cursor, "the version", &version))
        return FALSE;
    if (version != 0 && (version & 0xffff) == 0)
        return fail(cursor, BIQA_ERROR_SUPPORT,
                    "a big-endian GGUF file; convert it to little-endian");
    if (version != GGUF_VERSION)
        return fail(cursor, BIQA_ERROR_SUPPORT, "GGUF version %u; only version %d is supported",
                    version, GGUF_VERSION);
    if (!take_u64(cursor, "the number of tensors", n_tensors) ||
        !take_u64(cursor, "the number of keys", n_values))
        return FALSE;
    if (*n_tensors > MIN(left(cursor) / MIN_TENSOR, G_MAXUINT) ||
        *n_values > left(cursor) / MIN_KEY_VALUE)
        return fail(cursor, BIQA_ERROR_FORMAT,
                    "%" G_GUINT64_FORMAT " tensors and %" G_GUINT64_FORMAT
                    " keys announced, more than the file has room for: truncated or damaged",
                    *n_tensors, *n_values);
    return TRUE;
}

/* Tensors are read as floats where they lie, so memory must begin on a float's boundary. */
static GBytes *bytes_ref_aligned(GBytes *bytes)
{
    gsize size;
    gconstpointer data = g_bytes_get_data(bytes, &size);

    return (guintptr)data % G_ALIGNOF(float) ? g_bytes_new(data, size) : g_bytes_ref(bytes);
}

BiqaGguf *biqa_gguf_parse(GBytes *bytes, const char *name, GError **error)
{
    g_autoptr(BiqaGguf) gguf = g_new0(BiqaGguf, 1);
    Cursor cursor = {.name = name, .error = error};
    guint64 n_tensors, n_values;

    gguf->bytes = bytes_ref_aligned(bytes);
    gguf->strings = g_string_chunk_new(4096);
    gguf->values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, value_free);
    gguf->tensors = g_hash_table_new(g_str_hash, g_str_equal);
    cursor.data = g_bytes_get_data(gguf->bytes, &cursor.size);
    if (!take_header(&cursor, &n_tensors, &n_values) || !take_values(&cursor, gguf, n_values) ||
        !take_tensors(&cursor, gguf, n_tensors))
        return NULL;
    return g_steal_pointer(&gguf);
}

BiqaGguf *biqa_gguf_open(const char *path, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(GMappedFile) file = NULL;
    g_autoptr(GBytes) bytes = NULL;

    /* Opening a pipe would block, and a device has no size to map. */
    if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "%s: not a regular file", path);
        return NULL;
    }
    file = g_mapped_file_new(path, FALSE, &local);
    if (!file) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "%s: %s", path, local->message);
        return NULL;
    }
    bytes = g_mapped_file_get_bytes(file);
    return biqa_gguf_parse(bytes, path, error);
}

void biqa_gguf_free(BiqaGguf *gguf)
{
    if (!gguf)
        return;
    g_free(gguf->list);
    g_hash_table_unref(gguf->tensors);
    g_hash_table_unref(gguf->values);
    g_string_chunk_free(gguf->strings);
    g_bytes_unref(gguf->bytes);
    g_free(gguf);
}

guint biqa_gguf_n_tensors(const BiqaGguf *gguf)
{
    return gguf->n_tensors;
}

const BiqaGgufTensor *biqa_gguf_tensor_at(const BiqaGguf *gguf, guint index)
{
    g_return_val_if_fail(index < gguf->n_tensors, NULL);

    return &gguf->list[index];
}

const BiqaGgufTensor *biqa_gguf_tensor(const BiqaGguf *gguf, const char *name)
{
    return g_hash_table_lookup(gguf->tensors, name);
}

gboolean biqa_gguf_has(const BiqaGguf *gguf, const char *key)
{
    return biqa_gguf_value(gguf, key) != NULL;
}

const GgufValue *biqa_gguf_value(const BiqaGguf *gguf, const char *key)
{
    return g_hash_table_lookup(gguf->values, key);
}
