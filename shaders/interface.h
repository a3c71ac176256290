/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What C and the shaders agree on: included by both compilers. */
#ifndef BIQA_SHADERS_INTERFACE_H
#define BIQA_SHADERS_INTERFACE_H

#ifdef GL_core_profile
#define biqa_float4 vec4
#define biqa_uint2 uvec2
#define biqa_int4 ivec4
#else
#include <stdint.h>
#include <sys/types.h> /* uint */
typedef float biqa_float4[4];
typedef uint32_t biqa_uint2[2];
typedef int32_t biqa_int4[4];
typedef struct biqa_view biqa_view;
typedef struct biqa_conv_push biqa_conv_push;
typedef struct biqa_winograd_push biqa_winograd_push;
typedef struct biqa_add_push biqa_add_push;
typedef struct biqa_pool_push biqa_pool_push;
typedef struct biqa_merge_push biqa_merge_push;
typedef struct biqa_linear_push biqa_linear_push;
typedef struct biqa_preprocess_push biqa_preprocess_push;
typedef struct biqa_gate_features_push biqa_gate_features_push;
typedef struct biqa_gate_distances_push biqa_gate_distances_push;
typedef struct biqa_gate_weights_push biqa_gate_weights_push;
typedef struct biqa_component biqa_component;
typedef struct biqa_picture biqa_picture;
#endif

/* Activations lie in one arena of texels, a texel being four channels of one pixel; a map of C
 * channels is ceil(C / 4) planes of rows of texels. Around a plane lies a halo of zeros as wide as
 * its readers' padding, so that nobody tests for borders. The weights are one array of vec4. */

/* Bindings of the only descriptor set. The arena and the weights are there twice, as storage and
 * as texels: the plan decides which of them its shaders read. */
#define BIQA_BIND_ARENA 0
#define BIQA_BIND_ARENA_TEXELS 1
#define BIQA_BIND_WEIGHTS 2
#define BIQA_BIND_WEIGHTS_TEXELS 3
#define BIQA_BIND_FRAME 4
#define BIQA_BIND_FRAME_TEXELS 5
#define BIQA_BIND_PICTURE 6
#define BIQA_N_BINDINGS 7

/* Invocations of a workgroup: x * y where lanes are pixels of a map, LINE where they are a list. */
#define BIQA_TILE 8
#define BIQA_LINE 64

/* Workgroups on an axis that every device takes. */
#define BIQA_MAX_GROUPS 65535

/* Pixels of an invocation of the unrolled depthwise kernel (at most, and exactly), and how many
 * rows and columns that lets it read beyond its map. */
#define BIQA_MAX_BLOCK_W 8
#define BIQA_BLOCK_H 2
#define BIQA_MAX_OVERREAD 64

/* Weights of an address in the unrolled dense kernel: 32 vec4s are 512 bytes, which an x86
 * instruction reaches by an offset of one signed byte, in units of four. */
#define BIQA_SPAN 32u

/* Blocks of outputs of a dispatch of that kernel: what two digits can count; and how many products
 * of a Winograd layer three can. */
#define BIQA_DIGITS 4
#define BIQA_MAX_BLOCKS (BIQA_DIGITS * BIQA_DIGITS)
#define BIQA_MAX_COMPONENTS (BIQA_DIGITS * BIQA_DIGITS * BIQA_DIGITS)

/* Winograd's F(4x4, 3x3): a tile of 4 x 4 outputs of a 3x3 CONV as 6 x 6 products. Polynomials of
 * degree 5 are told by their values at 0, these two, their opposites and infinity. With 3/4 and 3/2
 * all constants are exact, and errors are a quarter of those of the usual 1 and 2. */
#define BIQA_WINOGRAD_TILE 4
#define BIQA_WINOGRAD_SIDE 6
#define BIQA_WINOGRAD_COMPONENTS (BIQA_WINOGRAD_SIDE * BIQA_WINOGRAD_SIDE)
#define BIQA_WINOGRAD_NEAR .75
#define BIQA_WINOGRAD_FAR 1.5

/* Identifiers of specialisation constants. */
#define BIQA_ID_KERNEL_H 0
#define BIQA_ID_KERNEL_W 1
#define BIQA_ID_STRIDE 2
#define BIQA_ID_INPUTS 3     /* dense: input channels of the chunk; add, pool-merge: maps */
#define BIQA_ID_OUTPUTS 4    /* dense: texels (fours) of output channels of a block */
#define BIQA_ID_ACCUMULATE 5 /* dense: push.accumulate counts; 0: add to the bias */
#define BIQA_ID_BLOCK_W 6    /* depthwise: pixels of an invocation */
#define BIQA_ID_BLOCK_H 7
#define BIQA_ID_LINE 8 /* dense: invocations of a workgroup */
#define BIQA_N_CONSTANTS 9
/* Those of preprocess, instead. */
#define BIQA_ID_WIDE 0   /* samples are of two bytes */
#define BIQA_ID_MIRROR 1 /* some crop reaches over the border */
#define BIQA_ID_REDUCE 2 /* the reduction of the crops; 0: it is large */
#define BIQA_ID_WORDS 3  /* read per pixel: 2, 1 if the last two, all components share one */
#define BIQA_ID_CELL_W 4 /* pixels that share the last two components, where crops and */
#define BIQA_ID_CELL_H 5 /* reductions are multiples of them; else 1 */

/* The largest reduction that preprocess unrolls. */
#define BIQA_MAX_UNROLLED_REDUCE 4

/* Up to here pixel.glsl's division is exact: a surplus of .5 / b outdoes the rounding of three
 * operations, 3 * 2^-24 * a / b. */
#define BIQA_MAX_QUOTIENT 2000000u

/* Largest number of parts a map is cut into by the first half of POOL. */
#define BIQA_POOL_PARTS 16

/* Maps that POOL reads: BIQA_MAX_INPUTS. */
#define BIQA_MAX_POOLED 8

/* Tasks of a model: BIQA_MAX_TASKS. */
#define BIQA_GATE_TASKS 16

/* A map in the arena, in texels: pixel (x, y) of channels 4c..4c+3 of a sample is
 * origin + sample * sample_stride + c * plane + y * row + x. */
struct biqa_view {
    uint origin, row, plane, sample_stride;
};

/* Push constants of every convolution. */
struct biqa_conv_push {
    biqa_view source, target; /* source starts at the first pixel of the top left kernel */
    biqa_uint2 address;       /* of weights and bias, where the device has addresses */
    uint weights, bias;       /* first vec4 in the weights buffer */
    uint weights_row;         /* vec4s from one four of output channels to the next */
    uint width, height, samples;
    uint inputs, outputs, groups; /* channels */
    uint kernel_h, kernel_w, stride;
    float lo, hi;
    float inverse_width, inverse_pixels; /* 1 / width, 1 / (width * height) */
    uint span;                           /* BIQA_SPAN */
    uint accumulate;                     /* add to what is there, instead of to the bias */
    uint digits[BIQA_DIGITS];            /* 0, 1, ... */
};

/* Both transforms of a Winograd layer, for some of its tiles. Tiles are counted along x, y,
 * samples; a component of theirs is a sample of one row, a texel a tile. */
struct biqa_winograd_push {
    biqa_view map;        /* first transform: from the first pixel of the first kernel on */
    biqa_view components; /* of the tiles of this dispatch */
    uint width, height;   /* of what the layer gives */
    uint planes;          /* of the map that is read or written, of one sample */
    uint wide, high;      /* tiles of a sample */
    uint first, tiles;    /* of this dispatch */
    float inverse_wide, inverse_high, inverse_tiles;
    uint bias; /* second transform: first vec4 */
    float lo, hi;
};

/* CLIP (one source) and ADD. */
struct biqa_add_push {
    biqa_view source[2];
    biqa_view target;
    uint width, height, planes; /* planes: of one sample */
    float lo, hi;
};

/* First half of POOL, for one of its inputs: writes mean and sum of squared deviations of each
 * part, two texels, from scratch on. */
struct biqa_pool_push {
    biqa_view source;
    uint scratch; /* texel */
    uint width, height, channels, samples;
    uint parts, part_pixels; /* pixels of every part but the last */
};

/* Second half, for all inputs: merges what the first wrote, input after input. */
struct biqa_merge_push {
    biqa_view target; /* an input's means, then its deviations, then the next one's */
    uint scratch;     /* texel: parts of the first input */
    uint samples;
    uint deviation; /* write the deviations, too */
    float epsilon;
    uint pixels[BIQA_MAX_POOLED], part_pixels[BIQA_MAX_POOLED], channels[BIQA_MAX_POOLED];
};

struct biqa_linear_push {
    biqa_view source, target;
    uint weights, bias; /* first vec4; a row of weights is planes long */
    uint planes;        /* of the source */
    uint outputs, samples;
};

struct biqa_preprocess_push {
    biqa_view target;
    uint size;
    uint first; /* crop */
};

/* What says which tasks of a model run on a frame (biqa/gating.c), in three kernels. The first
 * takes a part of the features, its means over the samples, from what the last POOL gives. */
struct biqa_gate_features_push {
    biqa_view source;
    uint target;          /* texel: the part, four channels each */
    uint first, channels; /* the part's, of source */
    uint samples;
};

/* From that part, brought to length 1, to every centroid of every task. */
struct biqa_gate_distances_push {
    uint features, planes; /* texels */
    uint target;           /* texel; each has one distance, in x */
    uint centroids, n; /* first vec4 of the part of the first centroid, and how many there are */
    uint row;          /* vec4s from one centroid to the next */
};

/* The tasks' weights, and the groups of their steps: none where the task has no weight. */
struct biqa_gate_weights_push {
    uint distances, parts, n; /* first texel, n of each part */
    uint tasks, n_tasks; /* first vec4, a task each: number of its first centroid, and how many */
    uint steps, n_steps; /* first vec4, a step each: groups, task */
    uint target;         /* texel: weights, four each */
    uint groups;         /* texel: of each step x, y, z as integers, and nothing */
    float temperature, least_weight;
};

/* Where a colour component lies in the frame buffer, in bytes. */
struct biqa_component {
    uint base, row, step, shift_x;
    uint shift_y, pad0, pad1, pad2;
};

#define BIQA_PICTURE_CROPS 16

/* The uniform block of preprocess: the frame's format and the crops placed on it. */
struct biqa_picture {
    biqa_component components[3];
    biqa_float4 matrix[3];
    biqa_float4 mean, deviation;
    uint width, height, shift, pad;
    biqa_int4 places[BIQA_PICTURE_CROPS]; /* x, y, reduce */
};

#ifndef GL_core_profile
/* 128 bytes of push constants are what every device has. */
#define BIQA_MAX_PUSH 128
_Static_assert(sizeof(biqa_view) == 16, "as in std430");
_Static_assert(sizeof(biqa_conv_push) == 128, "as in std430");
_Static_assert(sizeof(biqa_winograd_push) == 84, "as in std430");
_Static_assert(BIQA_WINOGRAD_COMPONENTS <= BIQA_MAX_COMPONENTS, "three digits count them");
_Static_assert(sizeof(biqa_add_push) == 68, "as in std430");
_Static_assert(sizeof(biqa_pool_push) == 44, "as in std430");
_Static_assert(sizeof(biqa_merge_push) == 128, "as in std430");
_Static_assert(sizeof(biqa_linear_push) == 52, "as in std430");
_Static_assert(sizeof(biqa_preprocess_push) == 24, "as in std430");
_Static_assert(sizeof(biqa_gate_features_push) == 32, "as in std430");
_Static_assert(sizeof(biqa_gate_distances_push) == 24, "as in std430");
_Static_assert(sizeof(biqa_gate_weights_push) == 44, "as in std430");
_Static_assert(sizeof(biqa_component) == 32, "as in std140");
_Static_assert(sizeof(biqa_picture) == 96 + 48 + 32 + 16 + 16 * BIQA_PICTURE_CROPS, "as in std140");
#endif

#endif
