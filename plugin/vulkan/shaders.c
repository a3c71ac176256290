/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only file that includes the generated headers, which do not include <stdint.h>. */
#include "shaders.h"

#include <stdint.h>

#include "add_storage.h"
#include "add_texels.h"
#include "conv_storage.h"
#include "conv_texels.h"
#include "dense_storage.h"
#include "dense_unrolled_texels.h"
#include "depthwise_storage.h"
#include "depthwise_unrolled_texels.h"
#include "gate_distances_storage.h"
#include "gate_distances_texels.h"
#include "gate_features_storage.h"
#include "gate_features_texels.h"
#include "gate_weights_storage.h"
#include "gate_weights_texels.h"
#include "linear_storage.h"
#include "linear_texels.h"
#include "pool_merge_storage.h"
#include "pool_merge_texels.h"
#include "pool_part_storage.h"
#include "pool_part_texels.h"
#include "preprocess_storage.h"
#include "preprocess_texels.h"
#include "winograd_in_storage.h"
#include "winograd_in_texels.h"
#include "winograd_out_storage.h"
#include "winograd_out_texels.h"

#define ROW(name, compact, unrolled)                                                               \
    {                                                                                              \
        name,                                                                                      \
        {                                                                                          \
            [BIQA_VK_COMPACT] = {compact, sizeof compact},                                         \
            [BIQA_VK_UNROLLED] = {unrolled, sizeof unrolled},                                      \
        }                                                                                          \
    }

static const struct {
    const char *name;
    BiqaVkSpirv spirv[BIQA_VK_N_PLANS];
} kernels[] = {
    [BIQA_VK_DENSE] = ROW("dense", dense_storage, dense_unrolled_texels),
    [BIQA_VK_DEPTHWISE] = ROW("depthwise", depthwise_storage, depthwise_unrolled_texels),
    [BIQA_VK_CONV] = ROW("conv", conv_storage, conv_texels),
    [BIQA_VK_ADD] = ROW("add", add_storage, add_texels),
    [BIQA_VK_POOL_PART] = ROW("pool-part", pool_part_storage, pool_part_texels),
    [BIQA_VK_POOL_MERGE] = ROW("pool-merge", pool_merge_storage, pool_merge_texels),
    [BIQA_VK_LINEAR] = ROW("linear", linear_storage, linear_texels),
    [BIQA_VK_PREPROCESS] = ROW("preprocess", preprocess_storage, preprocess_texels),
    [BIQA_VK_GATE_FEATURES] = ROW("gate-features", gate_features_storage, gate_features_texels),
    [BIQA_VK_GATE_DISTANCES] = ROW("gate-distances", gate_distances_storage, gate_distances_texels),
    [BIQA_VK_GATE_WEIGHTS] = ROW("gate-weights", gate_weights_storage, gate_weights_texels),
    [BIQA_VK_WINOGRAD_IN] = ROW("winograd-in", winograd_in_storage, winograd_in_texels),
    [BIQA_VK_WINOGRAD_OUT] = ROW("winograd-out", winograd_out_storage, winograd_out_texels),
};
G_STATIC_ASSERT(G_N_ELEMENTS(kernels) == BIQA_VK_N_KERNELS);

BiqaVkSpirv biqa_vk_spirv(BiqaVkPlan plan, BiqaVkKernel kernel)
{
    return kernels[kernel].spirv[plan];
}

const char *biqa_vk_kernel_name(BiqaVkKernel kernel)
{
    return kernels[kernel].name;
}
