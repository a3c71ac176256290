/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of layer kinds: every other part iterates over it, none describes a layer again. */
#pragma once

#include "error.h"

typedef enum {
    BIQA_LAYER_INPUT, /* the preprocessed crop; always layer 0 and nowhere else */
    BIQA_LAYER_CONV,  /* 2-D convolution (cross-correlation), any groups */
    BIQA_LAYER_NORM,  /* batch normalisation, y = scale * (x - mean) / sqrt(variance + epsilon) +
                         shift */
    BIQA_LAYER_RELU,
    BIQA_LAYER_RELU6,
    BIQA_LAYER_CLIP,   /* min(max(x, lo), hi) */
    BIQA_LAYER_ADD,    /* sum of two equal shapes */
    BIQA_LAYER_POOL,   /* global mean, or mean then standard deviation, of one or several maps */
    BIQA_LAYER_LINEAR, /* fully connected, on a (C, 1, 1) vector */
    BIQA_N_LAYER_KINDS
} BiqaLayerKind;

#define BIQA_MAX_INPUTS 8
#define BIQA_MAX_PARAMS 4

/* Added under the root of POOL's standard deviation: sqrt(var + epsilon). */
#define BIQA_POOL_EPSILON 1e-5f

/* Shape of one sample, channels first: (C, H, W). */
typedef struct {
    guint c, h, w;
} BiqaShape;

/* One layer of a graph. Fields a kind does not use are zero, lo and hi -inf and +inf.
 * CONV and ADD end by clamping to [lo, hi]; only fold sets that, files say it by RELU, RELU6, CLIP.
 */
typedef struct {
    BiqaLayerKind kind;
    guint n_inputs;
    guint inputs[BIQA_MAX_INPUTS];            /* earlier layers of the graph */
    guint channels;                           /* INPUT, CONV, LINEAR: output channels */
    guint kernel_h, kernel_w, stride, groups; /* CONV */
    guint pad;                                /* CONV: rows and columns of zeros on every side */
    gboolean same; /* CONV: TensorFlow's padding instead of pad; the odd row and column go bottom
                      right */
    gboolean bias; /* CONV; LINEAR always has one */
    float epsilon; /* NORM */
    float lo, hi;  /* CLIP; CONV and ADD after fold */
    gboolean deviation; /* POOL: mean and standard deviation instead of the mean alone */

    /* Set by biqa_graph_infer(): */
    BiqaShape shape;               /* of the output */
    gsize offset[BIQA_MAX_PARAMS]; /* of each parameter tensor in the parameter arena, in floats */
    gsize count[BIQA_MAX_PARAMS];  /* its length in floats; 0: the layer has no such tensor */
} BiqaLayer;

/* What a parameter tensor is to the trainer and to pruning. */
typedef enum {
    BIQA_PARAM_WEIGHT,    /* trained, decays, prunable where the layer is a CONV */
    BIQA_PARAM_BIAS,      /* trained */
    BIQA_PARAM_STATISTIC, /* measured, not trained: NORM's mean and variance */
} BiqaParamRole;

typedef struct {
    const char
        *name; /* as in the model file: "weight", "bias", "scale", "shift", "mean", "variance" */
    BiqaParamRole role;
} BiqaParamInfo;

typedef struct {
    const char *name; /* as in the model file */
    guint min_inputs, max_inputs;
    guint n_params;
    BiqaParamInfo params[BIQA_MAX_PARAMS];
    /* Fills shape and count from the inputs' shapes; FALSE and error where they do not meet. */
    gboolean (*infer)(BiqaLayer *layer, const BiqaShape *inputs, GError **error);
    /* Multiply-accumulates of one sample (shapes known); NULL: none counted. */
    guint64 (*macs)(const BiqaLayer *layer, const BiqaShape *inputs);
} BiqaLayerInfo;

/* The row of a kind, or NULL when kind is out of range. */
const BiqaLayerInfo *biqa_layer_info(BiqaLayerKind kind);

/* The kind called name; FALSE if there is none. */
gboolean biqa_layer_kind_from_name(const char *name, BiqaLayerKind *kind);

/* A layer of that kind with neutral fields (stride, groups 1; lo, hi infinite; epsilon 1e-3). */
BiqaLayer biqa_layer(BiqaLayerKind kind);

/* The clamp a RELU, RELU6 or CLIP layer applies; FALSE for the other kinds. */
gboolean biqa_layer_clamp(const BiqaLayer *layer, float *lo, float *hi);

/* Rows (columns) of zeros a CONV puts before its input of in rows, kernel and stride as given. */
guint biqa_layer_pad_before(const BiqaLayer *layer, guint in, guint kernel);

static inline gsize biqa_shape_size(BiqaShape shape)
{
    return (gsize)shape.c * shape.h * shape.w;
}
