/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Straight-line code pays on CPUs, whose compiler makes the weights operands of instructions; a GPU
 * wants few dispatches of many lanes. */
#include "plan.h"

/* Whether all that fits into a storage buffer can be read as texels, too: of a frame's words, the
 * smallest texels there are, most fit into it. */
static gboolean reads_texels(const BiqaVkDevice *device)
{
    const VkPhysicalDeviceLimits *limits = &device->properties.limits;

    return limits->maxTexelBufferElements >= limits->maxStorageBufferRange / sizeof(guint32);
}

gboolean biqa_vk_plan_choose(const BiqaVkDevice *device, BiqaVkPlanChoice choice, BiqaVkPlan *plan,
                             GError **error)
{
    const gboolean cpu = device->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;

    if (choice == BIQA_VK_PLAN_UNROLLED && !device->address) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE,
                    "%s lacks bufferDeviceAddress, which the unrolled plan needs",
                    device->properties.deviceName);
        return FALSE;
    }
    *plan = choice == BIQA_VK_PLAN_UNROLLED ||
                    (choice == BIQA_VK_PLAN_AUTO && cpu && device->address && reads_texels(device))
                ? BIQA_VK_UNROLLED
                : BIQA_VK_COMPACT;
    return TRUE;
}
