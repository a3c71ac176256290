/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers of GGUF that its reader and its writer share. */
#pragma once

#include <glib.h>

/* Tensors are used where they lie in the file. */
#if G_BYTE_ORDER != G_LITTLE_ENDIAN
#error "model files are little-endian and so must the host be"
#endif

#define GGUF_MAGIC "GGUF"
#define GGUF_VERSION 3
#define GGUF_KEY_ALIGNMENT "general.alignment"
#define GGUF_DEFAULT_ALIGNMENT 32
#define GGUF_MAX_DIMS 4
#define GGUF_MAX_TENSOR_NAME 64
#define GGUF_MAX_KEY 65535
#define GGUF_TENSOR_F32 0

typedef enum {
    GGUF_UINT8,
    GGUF_INT8,
    GGUF_UINT16,
    GGUF_INT16,
    GGUF_UINT32,
    GGUF_INT32,
    GGUF_FLOAT32,
    GGUF_BOOL,
    GGUF_STRING,
    GGUF_ARRAY,
    GGUF_UINT64,
    GGUF_INT64,
    GGUF_FLOAT64,
    GGUF_N_TYPES
} GgufType;
