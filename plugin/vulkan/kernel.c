/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pipelines and their cache. */
#include "kernel.h"

#include <string.h>

typedef struct {
    BiqaVkVariant variant;
    VkPipeline handle;
} Pipeline;

/* Pipelines that are made at a time, on several threads. */
typedef struct {
    const BiqaVkKernels *kernels;
    GCancellable *stop;
    GArray *jobs;
} Work;

typedef struct {
    BiqaVkVariant variant;
    VkPipeline handle; /* NULL: error says why */
    GError *error;
} Job;

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
    VK_TRY(kernels->device, CreateDescriptorSetLayout, kernels->device->handle,
           &(VkDescriptorSetLayoutCreateInfo){
               .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
               .bindingCount = n,
               .pBindings = list,
           },
           NULL, &kernels->set_layout);
    VK_TRY(
        kernels->device, CreatePipelineLayout, kernels->device->handle,
        &(VkPipelineLayoutCreateInfo){
            .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
            .setLayoutCount = 1,
            .pSetLayouts = &kernels->set_layout,
            .pushConstantRangeCount = 1,
            .pPushConstantRanges = &(VkPushConstantRange){.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
                                                          .size = BIQA_MAX_PUSH},
        },
        NULL, &kernels->layout);
    return TRUE;
error:
    return FALSE;
}

static gboolean create_module(BiqaVkKernels *kernels, BiqaVkKernel kernel, GError **error)
{
    const BiqaVkSpirv spirv = biqa_vk_spirv(kernels->plan, kernel);

    VK_TRY(kernels->device, CreateShaderModule, kernels->device->handle,
           &(VkShaderModuleCreateInfo){
               .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
               .codeSize = spirv.size,
               .pCode = spirv.words,
           },
           NULL, &kernels->modules[kernel]);
    return TRUE;
error:
    return FALSE;
}

gboolean biqa_vk_kernels_init(BiqaVkKernels *kernels, BiqaVkDevice *device, BiqaVkPlan plan,
                              GError **error)
{
    *kernels = (BiqaVkKernels){
        .device = device,
        .plan = plan,
        .pipelines = g_array_new(FALSE, FALSE, sizeof(Pipeline)),
    };
    g_mutex_init(&kernels->lock);
    if (!create_layout(kernels, error) ||
        !biqa_vk_cache_init(&kernels->cache, device, plan, NULL, error))
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
    biqa_vk_cache_clear(&kernels->cache);
    g_mutex_clear(&kernels->lock);
    for (guint i = 0; i < BIQA_VK_N_KERNELS; i++)
        vkDestroyShaderModule(device, kernels->modules[i], NULL);
    vkDestroyPipelineLayout(device, kernels->layout, NULL);
    vkDestroyDescriptorSetLayout(device, kernels->set_layout, NULL);
    *kernels = (BiqaVkKernels){0};
}

static VkPipeline find_pipeline(const BiqaVkKernels *kernels, const BiqaVkVariant *wanted)
{
    for (guint i = 0; i < kernels->pipelines->len; i++) {
        const Pipeline *row = &g_array_index(kernels->pipelines, Pipeline, i);

        if (memcmp(&row->variant, wanted, sizeof *wanted) == 0)
            return row->handle;
    }
    return VK_NULL_HANDLE;
}

static VkPipeline create_pipeline(const BiqaVkKernels *kernels, const BiqaVkVariant *variant,
                                  GError **error)
{
    VkPipeline handle = VK_NULL_HANDLE;
    VkSpecializationMapEntry entries[BIQA_N_CONSTANTS];
    const VkSpecializationInfo specialization = {
        .mapEntryCount = BIQA_N_CONSTANTS,
        .pMapEntries = entries,
        .dataSize = sizeof variant->constants,
        .pData = variant->constants,
    };

    for (guint i = 0; i < BIQA_N_CONSTANTS; i++)
        entries[i] = (VkSpecializationMapEntry){
            .constantID = i, .offset = i * sizeof(uint32_t), .size = sizeof(uint32_t)};
    VK_TRY(kernels->device, CreateComputePipelines, kernels->device->handle, kernels->cache.handle,
           1,
           &(VkComputePipelineCreateInfo){
               .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
               .stage =
                   {
                       .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                       .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                       .module = kernels->modules[variant->kernel],
                       .pName = "main",
                       .pSpecializationInfo = &specialization,
                   },
               .layout = kernels->layout,
           },
           NULL, &handle);
error:
    return handle;
}

static void run_job(gpointer data, gpointer user_data)
{
    const Work *work = user_data;
    Job *job = data;

    if (!g_cancellable_set_error_if_cancelled(work->stop, &job->error))
        job->handle = create_pipeline(work->kernels, &job->variant, &job->error);
}

/* The variants that have no pipeline yet, each once. */
static GArray *list_jobs(const BiqaVkKernels *kernels, const BiqaVkVariant *variants, guint n)
{
    GArray *jobs = g_array_new(FALSE, TRUE, sizeof(Job));

    for (guint i = 0; i < n; i++) {
        gboolean known = find_pipeline(kernels, &variants[i]) != VK_NULL_HANDLE;

        for (guint k = 0; k < jobs->len && !known; k++)
            known =
                memcmp(&g_array_index(jobs, Job, k).variant, &variants[i], sizeof variants[i]) == 0;
        if (!known)
            g_array_append_val(jobs, ((Job){.variant = variants[i]}));
    }
    return jobs;
}

static void run_jobs(Work *work)
{
    GThreadPool *pool;

    if (work->jobs->len == 0)
        return;
    pool = g_thread_pool_new(run_job, work, (gint)g_get_num_processors(), FALSE, NULL);
    for (guint i = 0; i < work->jobs->len; i++)
        g_thread_pool_push(pool, &g_array_index(work->jobs, Job, i), NULL);
    g_thread_pool_free(pool, FALSE, TRUE);
}

/* Under lock: adds a pipeline, unless somebody else made the same meanwhile. */
static void add_pipeline(BiqaVkKernels *kernels, const Pipeline *made)
{
    if (find_pipeline(kernels, &made->variant))
        vkDestroyPipeline(kernels->device->handle, made->handle, NULL);
    else
        g_array_append_val(kernels->pipelines, *made);
}

/* Under lock: takes over what the jobs made; FALSE with the first error if one failed. */
static gboolean collect_jobs(BiqaVkKernels *kernels, GArray *jobs, GError **error)
{
    gboolean ok = TRUE;

    for (guint i = 0; i < jobs->len; i++) {
        Job *job = &g_array_index(jobs, Job, i);

        if (job->handle)
            add_pipeline(kernels, &(Pipeline){job->variant, job->handle});
        else if (ok)
            g_propagate_error(error, g_steal_pointer(&job->error));
        ok = ok && job->handle;
        g_clear_error(&job->error);
    }
    return ok;
}

gboolean biqa_vk_kernels_prepare(BiqaVkKernels *kernels, const BiqaVkVariant *variants, guint n,
                                 GCancellable *stop, GError **error)
{
    g_autoptr(GArray) jobs = NULL;
    gboolean ok;

    g_mutex_lock(&kernels->lock);
    jobs = list_jobs(kernels, variants, n);
    g_mutex_unlock(&kernels->lock);
    run_jobs(&(Work){kernels, stop, jobs});
    g_mutex_lock(&kernels->lock);
    ok = collect_jobs(kernels, jobs, error);
    if (jobs->len > 0)
        biqa_vk_cache_save(&kernels->cache);
    g_mutex_unlock(&kernels->lock);
    return ok;
}

VkPipeline biqa_vk_kernels_pipeline(BiqaVkKernels *kernels, const BiqaVkVariant *variant,
                                    GError **error)
{
    VkPipeline handle;

    if (!biqa_vk_kernels_prepare(kernels, variant, 1, NULL, error))
        return VK_NULL_HANDLE;
    g_mutex_lock(&kernels->lock);
    handle = find_pipeline(kernels, variant);
    g_mutex_unlock(&kernels->lock);
    return handle;
}
