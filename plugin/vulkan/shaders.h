/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The compute kernels there are, and their SPIR-V, embedded in the program. */
#pragma once

#include <glib.h>

/* How a network is run. */
typedef enum {
    BIQA_VK_COMPACT,  /* loops over storage buffers: any Vulkan 1.1 device */
    BIQA_VK_UNROLLED, /* straight-line chunks, texel reads, weights by address: CPUs */
    BIQA_VK_N_PLANS
} BiqaVkPlan;

typedef enum {
    BIQA_VK_DENSE,     /* CONV of one group */
    BIQA_VK_DEPTHWISE, /* CONV with as many groups as channels */
    BIQA_VK_CONV,      /* CONV of any groups, and of kernels too large to unroll */
    BIQA_VK_ADD,       /* ADD and CLIP */
    BIQA_VK_POOL_PART,
    BIQA_VK_POOL_MERGE,
    BIQA_VK_LINEAR,
    BIQA_VK_PREPROCESS,
    BIQA_VK_GATE_FEATURES, /* which tasks run on a frame */
    BIQA_VK_GATE_DISTANCES,
    BIQA_VK_GATE_WEIGHTS,
    BIQA_VK_WINOGRAD_IN, /* before and after the products of a 3x3 CONV (winograd.h) */
    BIQA_VK_WINOGRAD_OUT,
    BIQA_VK_N_KERNELS
} BiqaVkKernel;

typedef struct {
    const guint32 *words;
    gsize size; /* bytes */
} BiqaVkSpirv;

BiqaVkSpirv biqa_vk_spirv(BiqaVkPlan plan, BiqaVkKernel kernel);

/* "dense", for people. */
const char *biqa_vk_kernel_name(BiqaVkKernel kernel);
