/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A video frame as plain memory: any packed, planar or semi-planar layout, described by numbers. */
#pragma once

#include <glib.h>

#define BIQA_MAX_PLANES 3

/* Where one of the three colour components of a pixel lies: sample (x, y) starts at byte
 * offset + (y >> shift_y) * stride(plane) + (x >> shift_x) * step. */
typedef struct {
    guint plane, offset, step;
    guint shift_x, shift_y;
} BiqaComponent;

/* Everything about a frame that does not change from frame to frame. */
typedef struct {
    guint width, height; /* pixels, at least 1 */
    guint n_planes;
    guint plane_height[BIQA_MAX_PLANES]; /* rows of each plane */
    guint bytes;                         /* of a sample: 1, or 2 little-endian */
    guint shift;                         /* a sample is shifted right by this (P010: 6) */
    BiqaComponent components[3];         /* R, G, B or Y, Cb, Cr; GRAY8 names Y three times */
    /* Shifted samples to R, G, B in 0..255: rgb[i] = sum_j matrix[i][j] * s[j] + matrix[i][3].
     * Matrix, range and depth are all in here. */
    float matrix[3][4];
} BiqaFrameFormat;

/* Planes in the memory of a device; what that is, the device's backend says. */
typedef struct BiqaImages BiqaImages;

typedef struct {
    const BiqaFrameFormat *format;
    const guint8 *planes[BIQA_MAX_PLANES]; /* borrowed */
    gsize strides[BIQA_MAX_PLANES];        /* bytes */
    const BiqaImages *images; /* borrowed; read before planes, which may be NULL; NULL: none */
} BiqaFrame;

/* R, G, B of pixel (x, y), clamped to 0..255; chroma is taken from the sample that covers the
 * pixel (no interpolation). */
void biqa_frame_pixel(const BiqaFrame *frame, guint x, guint y, float rgb[3]);

/* The same for the pixels (columns[i], y), i < n; rgb is (3, n) floats. */
void biqa_frame_row(const BiqaFrame *frame, guint y, const guint *columns, guint n, float *rgb);

/* The format of n rows of a frame, laid out as a frame of n rows of which each has samples of its
 * own in every plane, however many rows shared them. */
void biqa_frame_format_pick(BiqaFrameFormat *rows, const BiqaFrameFormat *format, guint n);

/* The format of packed 8-bit RGB. */
void biqa_frame_format_rgb(BiqaFrameFormat *format, guint width, guint height);

/* Bytes of a row of each plane up to the last that some component reads; 0 for planes that none
 * does. */
void biqa_frame_format_rows(const BiqaFrameFormat *format, gsize rows[BIQA_MAX_PLANES]);
