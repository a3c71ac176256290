/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compute pipelines, made when first asked for, and the one layout they share. */
#pragma once

#include "cache.h"
#include "interface.h"
#include "shaders.h"
#include <gio/gio.h>

/* A kernel with values of its specialisation constants, by their BIQA_ID_... */
typedef struct {
    BiqaVkKernel kernel;
    uint32_t constants[BIQA_N_CONSTANTS];
} BiqaVkVariant;

typedef struct {
    BiqaVkDevice *device; /* borrowed */
    BiqaVkPlan plan;
    VkDescriptorSetLayout set_layout;
    VkPipelineLayout layout;
    VkShaderModule modules[BIQA_VK_N_KERNELS];
    BiqaVkCache cache;
    GMutex lock;       /* of pipelines, and of saving the cache; not held while compiling */
    GArray *pipelines; /* variant, VkPipeline */
} BiqaVkKernels;

/* Errors: BIQA_ERROR_DEVICE. A zeroed struct may be cleared. */
gboolean biqa_vk_kernels_init(BiqaVkKernels *kernels, BiqaVkDevice *device, BiqaVkPlan plan,
                              GError **error);
void biqa_vk_kernels_clear(BiqaVkKernels *kernels);

/* The type of a binding (BIQA_BIND_...) in this plan; FALSE if the plan does without it. */
gboolean biqa_vk_binding_type(BiqaVkPlan plan, guint binding, VkDescriptorType *type);

/* Makes the pipelines of n variants that are not there yet, on all processors: compiling them is
 * most of what a start takes. Once stop (may be NULL) is cancelled no other is begun; those that
 * were made stay. Errors: BIQA_ERROR_DEVICE, G_IO_ERROR_CANCELLED. From any thread. */
gboolean biqa_vk_kernels_prepare(BiqaVkKernels *kernels, const BiqaVkVariant *variants, guint n,
                                 GCancellable *stop, GError **error);

/* The pipeline of a variant, made if it is not there; owned by kernels. NULL and BIQA_ERROR_DEVICE
 * if it cannot be made. From any thread. */
VkPipeline biqa_vk_kernels_pipeline(BiqaVkKernels *kernels, const BiqaVkVariant *variant,
                                    GError **error);
