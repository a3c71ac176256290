/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compute pipelines, made when first asked for, and the one layout they share. */
#pragma once

#include "device.h"
#include "interface.h"
#include "shaders.h"

typedef struct {
    const BiqaVkDevice *device; /* borrowed */
    BiqaVkPlan plan;
    VkDescriptorSetLayout set_layout;
    VkPipelineLayout layout;
    VkShaderModule modules[BIQA_VK_N_KERNELS];
    GArray *pipelines; /* kernel, constants, VkPipeline */
} BiqaVkKernels;

/* Errors: BIQA_ERROR_DEVICE. A zeroed struct may be cleared. */
gboolean biqa_vk_kernels_init(BiqaVkKernels *kernels, const BiqaVkDevice *device, BiqaVkPlan plan,
                              GError **error);
void biqa_vk_kernels_clear(BiqaVkKernels *kernels);

/* The type of a binding (BIQA_BIND_...) in this plan; FALSE if the plan does without it. */
gboolean biqa_vk_binding_type(BiqaVkPlan plan, guint binding, VkDescriptorType *type);

/* The pipeline of a kernel with these values of its specialisation constants (by their
 * BIQA_ID_...); owned by kernels. NULL and BIQA_ERROR_DEVICE if it cannot be made. */
VkPipeline biqa_vk_kernels_pipeline(BiqaVkKernels *kernels, BiqaVkKernel kernel,
                                    const uint32_t constants[BIQA_N_CONSTANTS], GError **error);
