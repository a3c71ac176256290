/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of functions, and what comes back from them. */
#include "call.h"

#include <string.h>

static const char *const result_text[] = {
    [-VK_ERROR_OUT_OF_HOST_MEMORY] = "out of memory",
    [-VK_ERROR_OUT_OF_DEVICE_MEMORY] = "out of device memory",
    [-VK_ERROR_INITIALIZATION_FAILED] = "the driver could not be initialised",
    [-VK_ERROR_DEVICE_LOST] = "the device was lost (reset, unplugged, or hung)",
    [-VK_ERROR_LAYER_NOT_PRESENT] = "a layer is not installed (vulkan-validationlayers)",
    [-VK_ERROR_EXTENSION_NOT_PRESENT] = "an extension is missing",
    [-VK_ERROR_FEATURE_NOT_PRESENT] = "a feature is missing",
    [-VK_ERROR_INCOMPATIBLE_DRIVER] = "no Vulkan driver is installed: " BIQA_VK_INSTALL_HINT,
};

void biqa_vk_set_error(GError **error, VkResult result, const char *what)
{
    const gboolean known =
        result < 0 && -result < (int)G_N_ELEMENTS(result_text) && result_text[-result];

    if (known)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE, "Vulkan: %s (%s)", result_text[-result],
                    what);
    else
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE, "Vulkan: %s returned %d", what, result);
}

static const char *const names[BIQA_VK_N_CALLS] = {
#define ROW(name) [BIQA_VK_CALL_##name] = #name,
    BIQA_VK_CALLS(ROW)
#undef ROW
};

static const struct {
    const char *name;
    VkResult result;
} results[] = {
    {"device-lost", VK_ERROR_DEVICE_LOST},
    {"out-of-memory", VK_ERROR_OUT_OF_DEVICE_MEMORY},
    {"timeout", VK_TIMEOUT},
};

static gboolean parse_number(const char *text, guint *number)
{
    guint64 value;

    if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT, &value, NULL))
        return FALSE;
    *number = (guint)value;
    return TRUE;
}

static gboolean parse_fields(char **fields, BiqaVkFault *fault)
{
    const guint n = g_strv_length(fields);
    guint call = 0, result = 0;

    if (n < 3 || n > 4)
        return FALSE;
    while (call < BIQA_VK_N_CALLS && strcmp(names[call], fields[0]) != 0)
        call++;
    while (result < G_N_ELEMENTS(results) && strcmp(results[result].name, fields[2]) != 0)
        result++;
    if (call == BIQA_VK_N_CALLS || result == G_N_ELEMENTS(results))
        return FALSE;
    *fault = (BiqaVkFault){.call = call, .times = 1, .result = results[result].result};
    return parse_number(fields[1], &fault->first) &&
           (n < 4 || parse_number(fields[3], &fault->times));
}

BiqaVkFault *biqa_vk_fault_parse(const char *text, GError **error)
{
    g_auto(GStrv) fields = g_strsplit(text, ":", -1);
    BiqaVkFault fault;

    if (parse_fields(fields, &fault))
        return g_atomic_rc_box_dup(sizeof fault, &fault);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "\"%s\" is no fault; one is \"QueueSubmit:3:device-lost\"", text);
    return NULL;
}

void biqa_vk_calls_init(BiqaVkCalls *calls, VkDevice device, BiqaVkFault *fault)
{
    *calls = (BiqaVkCalls){
#define ROW(name) .name = (PFN_vk##name)vkGetDeviceProcAddr(device, "vk" #name),
        BIQA_VK_CALLS(ROW)
#undef ROW
    };
    if (fault)
        calls->fault = g_atomic_rc_box_acquire(fault);
}

void biqa_vk_calls_clear(BiqaVkCalls *calls)
{
    g_clear_pointer(&calls->fault, g_atomic_rc_box_release);
}

VkResult biqa_vk_calls_enter(BiqaVkCalls *calls, BiqaVkCall call)
{
    BiqaVkFault *fault = calls->fault;
    guint number;

    g_atomic_int_inc(&calls->counts[call]);
    if (!fault || fault->call != call)
        return VK_SUCCESS;
    number = 1 + (guint)g_atomic_int_add(&fault->seen, 1);
    return number >= fault->first && number - fault->first < fault->times ? fault->result
                                                                          : VK_SUCCESS;
}

VkResult biqa_vk_calls_leave(BiqaVkCalls *calls, VkResult result)
{
    if (result == VK_ERROR_DEVICE_LOST)
        g_atomic_int_set(&calls->lost, TRUE);
    return result;
}
