/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pipelines and their cache. */
#include "kernel.h"

#include <string.h>

typedef struct {
    BiqaVkKernel kernel;
    uint32_t constants[BIQA_N_CONSTANTS];
    VkPipeline handle;
} Pipeline;

static const struct {
    VkDescriptorType type;
    gboolean texels; /* only where the plan reads texels */
} bindings[] = {
    [BIQA_BIND_ARENA] = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER},
    [BIQA_BIND_ARENA_TEXELS] = {VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, TRUE},
    [BIQA_BIND_WEIGHTS] = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER},
    [BIQA_BIND_WEIGHTS_TEXELS] = {VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, TRUE},
    [BIQA_BIND_FRAME] = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER},
    [BIQA_BIND_FRAME_TEXELS] = {VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, TRUE},
    [BIQA_BIND_PICTURE] = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER},
};
G_STATIC_ASSERT(G_N_ELEMENTS(bindings) == BIQA_N_BINDINGS);

gboolean biqa_vk_binding_type(BiqaVkPlan plan, guint binding, VkDescriptorType *type)
{
    *type = bindings[binding].type;
    return plan == BIQA_VK_UNROLLED || !bindings[binding].texels;
}

static gboolean create_layout(BiqaVkKernels *kernels, GError **error)
{
    VkDescriptorSetLayoutBinding list[BIQA_N_BINDINGS];
    guint n = 0;

    for (guint i = 0; i < BIQA_N_BINDINGS; i++) {
        VkDescriptorType type;

        if (biqa_vk_binding_type(kernels->plan, i, &type))
            list[n++] = (VkDescriptorSetLayoutBinding){
                .binding = i,
                .descriptorType = type,
                .descriptorCount = 1,
                .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
            };
    }
    VK_TRY(vkCreateDescriptorSetLayout(
        kernels->device->handle,
        &(VkDescriptorSetLayoutCreateInfo){
            .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
            .bindingCount = n,
            .pBindings = list,
        },
        NULL, &kernels->set_layout));
    VK_TRY(vkCreatePipelineLayout(
        kernels->device->handle,
        &(VkPipelineLayoutCreateInfo){
            .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
            .setLayoutCount = 1,
            .pSetLayouts = &kernels->set_layout,
            .pushConstantRangeCount = 1,
            .pPushConstantRanges = &(VkPushConstantRange){.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
                                                          .size = BIQA_MAX_PUSH},
        },
        NULL, &kernels->layout));
    return TRUE;
error:
    return FALSE;
}

static gboolean create_module(BiqaVkKernels *kernels, BiqaVkKernel kernel, GError **error)
{
    const BiqaVkSpirv spirv = biqa_vk_spirv(kernels->plan, kernel);

    VK_TRY(vkCreateShaderModule(kernels->device->handle,
                                &(VkShaderModuleCreateInfo){
                                    .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                    .codeSize = spirv.size,
                                    .pCode = spirv.words,
                                },
                                NULL, &kernels->modules[kernel]));
    return TRUE;
error:
    return FALSE;
}

gboolean biqa_vk_kernels_init(BiqaVkKernels *kernels, const BiqaVkDevice *device, BiqaVkPlan plan,
                              GError **error)
{
    *kernels = (BiqaVkKernels){
        .device = device,
        .plan = plan,
        .pipelines = g_array_new(FALSE, FALSE, sizeof(Pipeline)),
    };
    if (!create_layout(kernels, error))
        return FALSE;
    for (guint i = 0; i < BIQA_VK_N_KERNELS; i++)
        if (!create_module(kernels, i, error))
            return FALSE;
    return TRUE;
}

void biqa_vk_kernels_clear(BiqaVkKernels *kernels)
{
    const VkDevice device = kernels->device ? kernels->device->handle : VK_NULL_HANDLE;

    if (!device)
        return;
    for (guint i = 0; i < kernels->pipelines->len; i++)
        vkDestroyPipeline(device, g_array_index(kernels->pipelines, Pipeline, i).handle, NULL);
    g_array_unref(kernels->pipelines);
    for (guint i = 0; i < BIQA_VK_N_KERNELS; i++)
        vkDestroyShaderModule(device, kernels->modules[i], NULL);
    vkDestroyPipelineLayout(device, kernels->layout, NULL);
    vkDestroyDescriptorSetLayout(device, kernels->set_layout, NULL);
    *kernels = (BiqaVkKernels){0};
}

static VkPipeline find_pipeline(const BiqaVkKernels *kernels, const Pipeline *wanted)
{
    for (guint i = 0; i < kernels->pipelines->len; i++) {
        const Pipeline *row = &g_array_index(kernels->pipelines, Pipeline, i);

        if (row->kernel == wanted->kernel &&
            memcmp(row->constants, wanted->constants, sizeof row->constants) == 0)
            return row->handle;
    }
    return VK_NULL_HANDLE;
}

static gboolean create_pipeline(BiqaVkKernels *kernels, Pipeline *row, GError **error)
{
    VkSpecializationMapEntry entries[BIQA_N_CONSTANTS];
    const VkSpecializationInfo specialization = {
        .mapEntryCount = BIQA_N_CONSTANTS,
        .pMapEntries = entries,
        .dataSize = sizeof row->constants,
        .pData = row->constants,
    };

    for (guint i = 0; i < BIQA_N_CONSTANTS; i++)
        entries[i] = (VkSpecializationMapEntry){
            .constantID = i, .offset = i * sizeof(uint32_t), .size = sizeof(uint32_t)};
    VK_TRY(vkCreateComputePipelines(
        kernels->device->handle, VK_NULL_HANDLE, 1,
        &(VkComputePipelineCreateInfo){
            .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
            .stage =
                {
                    .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                    .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                    .module = kernels->modules[row->kernel],
                    .pName = "main",
                    .pSpecializationInfo = &specialization,
                },
            .layout = kernels->layout,
        },
        NULL, &row->handle));
    return TRUE;
error:
    return FALSE;
}

VkPipeline biqa_vk_kernels_pipeline(BiqaVkKernels *kernels, BiqaVkKernel kernel,
                                    const uint32_t constants[BIQA_N_CONSTANTS], GError **error)
{
    Pipeline row = {.kernel = kernel};

    memcpy(row.constants, constants, sizeof row.constants);
    row.handle = find_pipeline(kernels, &row);
    if (row.handle)
        return row.handle;
    if (!create_pipeline(kernels, &row, error))
        return VK_NULL_HANDLE;
    g_array_append_val(kernels->pipelines, row);
    return row.handle;
}
