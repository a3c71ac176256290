/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GGUF version 3, little-endian: typed key-values and aligned float32 tensors in one file. Every
 * count, length, offset, dimension and type is checked before use. Knows nothing of models. */
#pragma once

#include "error.h"

typedef struct BiqaGguf BiqaGguf;

typedef struct {
    const char *name;
    guint n_dims;
    guint64 dims[4];   /* innermost first, as GGUF stores them: an OIHW weight is (W, H, I, O) */
    gsize count;       /* values */
    const float *data; /* borrowed from the file's memory */
} BiqaGgufTensor;

/* Maps and checks a file / checks memory that outlives the result (bytes are referenced).
 * Errors: BIQA_ERROR_FILE, BIQA_ERROR_FORMAT, BIQA_ERROR_VALUE (a tensor with NaN or infinity),
 * BIQA_ERROR_SUPPORT (a version, byte order or type this reader has no use for); messages begin
 * with the path / name. */
BiqaGguf *biqa_gguf_open(const char *path, GError **error);
BiqaGguf *biqa_gguf_parse(GBytes *bytes, const char *name, GError **error);
void biqa_gguf_free(BiqaGguf *gguf);

guint biqa_gguf_n_tensors(const BiqaGguf *gguf);
const BiqaGgufTensor *biqa_gguf_tensor_at(const BiqaGguf *gguf, guint index);
const BiqaGgufTensor *biqa_gguf_tensor(const BiqaGguf *gguf, const char *name); /* NULL: none */

gboolean biqa_gguf_has(const BiqaGguf *gguf, const char *key);

/* Values by key. A missing key or one of another type is an error that names key and type.
 * get_uint takes any unsigned or non-negative signed integer type, get_double any float type. */
gboolean biqa_gguf_get_string(const BiqaGguf *gguf, const char *key, const char **value,
                              GError **error);
gboolean biqa_gguf_get_uint(const BiqaGguf *gguf, const char *key, guint64 *value, GError **error);
gboolean biqa_gguf_get_double(const BiqaGguf *gguf, const char *key, double *value, GError **error);
gboolean biqa_gguf_get_bool(const BiqaGguf *gguf, const char *key, gboolean *value, GError **error);
/* (borrowed) NULL-terminated */
gboolean biqa_gguf_get_strings(const BiqaGguf *gguf, const char *key, const char *const **values,
                               gsize *n, GError **error);
/* (transfer full) g_free() */
gboolean biqa_gguf_get_uints(const BiqaGguf *gguf, const char *key, guint64 **values, gsize *n,
                             GError **error);
gboolean biqa_gguf_get_doubles(const BiqaGguf *gguf, const char *key, double **values, gsize *n,
                               GError **error);

/* The writer: add everything, then save (beside the path, then renamed). A key or name put twice
 * is a bug; text that is not UTF-8 is mended. */
typedef struct BiqaGgufWriter BiqaGgufWriter;

BiqaGgufWriter *biqa_gguf_writer_new(void);
void biqa_gguf_writer_free(BiqaGgufWriter *writer);
void biqa_gguf_put_string(BiqaGgufWriter *writer, const char *key, const char *value);
void biqa_gguf_put_uint(BiqaGgufWriter *writer, const char *key,
                        guint64 value); /* UINT32 if it fits */
void biqa_gguf_put_float(BiqaGgufWriter *writer, const char *key, float value);
void biqa_gguf_put_double(BiqaGgufWriter *writer, const char *key, double value);
void biqa_gguf_put_bool(BiqaGgufWriter *writer, const char *key, gboolean value);
void biqa_gguf_put_strings(BiqaGgufWriter *writer, const char *key, const char *const *values,
                           gsize n);
void biqa_gguf_put_uints(BiqaGgufWriter *writer, const char *key, const guint *values, gsize n);
void biqa_gguf_put_floats(BiqaGgufWriter *writer, const char *key, const float *values, gsize n);
/* dims innermost first; data is copied */
void biqa_gguf_put_tensor(BiqaGgufWriter *writer, const char *name, const guint64 *dims,
                          guint n_dims, const float *data);
GBytes *biqa_gguf_writer_bytes(const BiqaGgufWriter *writer); /* (transfer full) */
gboolean biqa_gguf_writer_save(const BiqaGgufWriter *writer, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaGguf, biqa_gguf_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaGgufWriter, biqa_gguf_writer_free)
