/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which plan suits a device. */
#pragma once

#include "device.h"
#include "shaders.h"

typedef enum { BIQA_VK_PLAN_AUTO, BIQA_VK_PLAN_COMPACT, BIQA_VK_PLAN_UNROLLED } BiqaVkPlanChoice;

/* Chosen by type, enabled features and limits of a device that is open, never by its maker. Any
 * Vulkan 1.1 device can run the compact plan. BIQA_ERROR_DEVICE where it cannot run the plan that
 * was asked for. */
gboolean biqa_vk_plan_choose(const BiqaVkDevice *device, BiqaVkPlanChoice choice, BiqaVkPlan *plan,
                             GError **error);
