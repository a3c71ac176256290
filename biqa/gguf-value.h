/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A metadata value of a GGUF file as its reader keeps it. */
#pragma once

#include "gguf-type.h"
#include "gguf.h"

/* A value or an array of them; a single value is kept as an array of one. */
typedef struct {
    GgufType type; /* of an element */
    gboolean is_array;
    gsize n;
    const guint8 *raw;    /* the elements, little-endian, where they lie in the file */
    const char **strings; /* GGUF_STRING: copies, NULL-terminated */
} GgufValue;

/* Bytes an element takes in the file; of a string the least: its length's. */
gsize biqa_gguf_type_size(GgufType type);

/* (borrowed) the value of key; NULL: none. In gguf.c. */
const GgufValue *biqa_gguf_value(const BiqaGguf *gguf, const char *key);
