/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions of a device that can fail, in one table: called, counted, and made to fail on
 * purpose. */
#pragma once

#include "error.h"
#include <vulkan/vulkan.h>

#define BIQA_VK_CALLS(ROW)                                                                         \
    ROW(AllocateCommandBuffers)                                                                    \
    ROW(AllocateDescriptorSets)                                                                    \
    ROW(AllocateMemory)                                                                            \
    ROW(BeginCommandBuffer)                                                                        \
    ROW(BindBufferMemory)                                                                          \
    ROW(CreateBuffer)                                                                              \
    ROW(CreateBufferView)                                                                          \
    ROW(CreateCommandPool)                                                                         \
    ROW(CreateComputePipelines)                                                                    \
    ROW(CreateDescriptorPool)                                                                      \
    ROW(CreateDescriptorSetLayout)                                                                 \
    ROW(CreateFence)                                                                               \
    ROW(CreatePipelineCache)                                                                       \
    ROW(CreatePipelineLayout)                                                                      \
    ROW(CreateQueryPool)                                                                           \
    ROW(CreateShaderModule)                                                                        \
    ROW(EndCommandBuffer)                                                                          \
    ROW(GetPipelineCacheData)                                                                      \
    ROW(GetQueryPoolResults)                                                                       \
    ROW(MapMemory)                                                                                 \
    ROW(QueueSubmit)                                                                               \
    ROW(ResetFences)                                                                               \
    ROW(WaitForFences)

typedef enum {
#define BIQA_VK_ROW(name) BIQA_VK_CALL_##name,
    BIQA_VK_CALLS(BIQA_VK_ROW)
#undef BIQA_VK_ROW
        BIQA_VK_N_CALLS
} BiqaVkCall;

/* A failure on purpose: calls number first, first + 1, ... (from 1) of one function return result
 * and do nothing else. Counted over all devices that are given it, so that a device opened in place
 * of a lost one can be whole. Reference-counted: g_atomic_rc_box_...(). */
typedef struct {
    BiqaVkCall call;
    guint first, times;
    VkResult result;
    gint seen; /* calls up to now; atomic */
} BiqaVkFault;

/* "QueueSubmit:3:device-lost", or with a number of times as a fourth field; results are
 * device-lost, out-of-memory and timeout. NULL and BIQA_ERROR_VALUE for any other text.
 * (transfer full) */
BiqaVkFault *biqa_vk_fault_parse(const char *text, GError **error);

typedef struct {
#define BIQA_VK_ROW(name) PFN_vk##name name;
    BIQA_VK_CALLS(BIQA_VK_ROW)
#undef BIQA_VK_ROW
    gint counts[BIQA_VK_N_CALLS]; /* atomic */
    gint lost;                    /* a call said so; atomic */
    BiqaVkFault *fault;           /* owned; NULL: none */
} BiqaVkCalls;

/* Fills the table; fault may be NULL. */
void biqa_vk_calls_init(BiqaVkCalls *calls, VkDevice device, BiqaVkFault *fault);
void biqa_vk_calls_clear(BiqaVkCalls *calls);

/* Before a call: counts it, and returns what it is to fail with, or VK_SUCCESS. */
VkResult biqa_vk_calls_enter(BiqaVkCalls *calls, BiqaVkCall call);
/* After it: notes a lost device; returns result. */
VkResult biqa_vk_calls_leave(BiqaVkCalls *calls, VkResult result);

static inline gboolean biqa_vk_calls_lost(BiqaVkCalls *calls)
{
    return g_atomic_int_get(&calls->lost);
}

/* The cure where there is no device. */
#define BIQA_VK_INSTALL_HINT                                                                       \
    "install the Vulkan driver of your GPU, or mesa-vulkan-drivers for one that runs on the CPU"

/* BIQA_ERROR_DEVICE with words for result; what is the call that failed. */
void biqa_vk_set_error(GError **error, VkResult result, const char *what);

/* The result of vkNAME(...), by way of the table. */
#define VK_CALL(device, name, ...)                                                                 \
    biqa_vk_calls_leave((device)->calls, biqa_vk_calls_enter((device)->calls, BIQA_VK_CALL_##name) \
                                             ?: (device)->calls->name(__VA_ARGS__))

/* Jumps to the function's error: label, with error set, when vkNAME(...) does not return
 * VK_SUCCESS. */
#define VK_TRY(device, name, ...) VK_TRY_RESULT(VK_CALL(device, name, __VA_ARGS__), "vk" #name)

/* The same for a result from anywhere. */
#define VK_TRY_RESULT(call, what)                                                                  \
    do {                                                                                           \
        VkResult result_ = (call);                                                                 \
        if (result_ != VK_SUCCESS) {                                                               \
            biqa_vk_set_error(error, result_, what);                                               \
            goto error;                                                                            \
        }                                                                                          \
    } while (0)
