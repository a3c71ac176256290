/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing a device and a plan. */
#include "network.h"
#include "support.h"

#include <string.h>

static void assert_opens(const char *device)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaBackend) backend = biqa_vk_backend_open(device, model, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(backend->klass->name, ==, "vulkan");
    g_assert_cmpuint(strlen(biqa_backend_device_name(backend)), >, 0);
}

static void test_found(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autoptr(BiqaBackend) any = biqa_vk_backend_open(NULL, model, NULL, NULL);
    g_autofree char *part = NULL;

    assert_opens(NULL);
    assert_opens("auto");
    assert_opens("0");
    g_assert_nonnull(any);
    /* Any part of the name, in any case. */
    part = g_utf8_strup(biqa_backend_device_name(any) + 1, 4);
    assert_opens(part);
}

static void assert_not_opened(const char *device)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autoptr(BiqaBackend) any = biqa_vk_backend_open(NULL, model, NULL, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(biqa_vk_backend_open(device, model, NULL, &error));
    assert_refused(error, BIQA_ERROR_DEVICE, device);
    /* It lists what there is. */
    assert_refused(error, BIQA_ERROR_DEVICE, biqa_backend_device_name(any));
}

static void test_not_found(void)
{
    assert_not_opened("abacus");
    assert_not_opened("4000000000");
}

/* A loader that finds no driver. */
static void test_no_driver(void)
{
    if (g_test_subprocess()) {
        g_autoptr(BiqaModel) model = mini_model_new(1);
        g_autoptr(GError) error = NULL;

        g_setenv("VK_ICD_FILENAMES", "/nonexistent.json", TRUE);
        g_setenv("VK_DRIVER_FILES", "/nonexistent.json", TRUE);
        g_assert_null(biqa_vk_backend_open("auto", model, NULL, &error));
        assert_refused(error, BIQA_ERROR_DEVICE, "mesa-vulkan-drivers");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
}

/* The environment's word counts, and both plans give a frame's time on the device. */
static void test_plans(void)
{
    static const char *const plans[] = {"compact", "unrolled"};

    for (guint i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autoptr(BiqaModel) model = mini_model_new(1);
        g_autoptr(GError) error = NULL;
        BiqaFrameFormat format;
        guint8 bytes[3 * 8 * 8] = {0};
        BiqaResult result;

        g_setenv("BIQA_VK_PLAN", plans[i], TRUE);
        g_autoptr(BiqaBackend) backend = biqa_vk_backend_open("auto", model, NULL, &error);
        g_unsetenv("BIQA_VK_PLAN");
        g_assert_no_error(error);
        g_assert_cmpuint(biqa_vk_backend_device_ns(backend), ==, 0);
        biqa_frame_format_rgb(&format, 8, 8);
        const BiqaFrame frame = {.format = &format, .planes = {bytes}, .strides = {24}};
        biqa_backend_run(backend, &frame, &result, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(biqa_vk_backend_device_ns(backend), >, 0);
    }
}

/* By what a device is like; of made-up ones, as there is but one here. */
static void test_choice(void)
{
    const guint32 range = 1 << 27;
    const struct {
        VkPhysicalDeviceType type;
        gboolean address;
        guint32 texels;
        BiqaVkPlan plan;
    } rows[] = {
        {VK_PHYSICAL_DEVICE_TYPE_CPU, TRUE, range, BIQA_VK_UNROLLED},
        {VK_PHYSICAL_DEVICE_TYPE_CPU, TRUE, range / 4, BIQA_VK_UNROLLED},
        {VK_PHYSICAL_DEVICE_TYPE_CPU, TRUE, 1 << 16, BIQA_VK_COMPACT},
        {VK_PHYSICAL_DEVICE_TYPE_CPU, FALSE, range, BIQA_VK_COMPACT},
        {VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU, TRUE, range, BIQA_VK_COMPACT},
        {VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU, TRUE, range, BIQA_VK_COMPACT},
        {VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU, TRUE, range, BIQA_VK_COMPACT},
        {VK_PHYSICAL_DEVICE_TYPE_OTHER, FALSE, 1 << 16, BIQA_VK_COMPACT},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const BiqaVkDevice device = {
            .properties = {.deviceName = "abacus",
                           .deviceType = rows[i].type,
                           .limits = {.maxStorageBufferRange = range,
                                      .maxTexelBufferElements = rows[i].texels}},
            .address = rows[i].address,
        };
        g_autoptr(GError) error = NULL;
        BiqaVkPlan plan;

        g_assert_true(biqa_vk_plan_choose(&device, BIQA_VK_PLAN_AUTO, &plan, &error));
        g_assert_cmpint(plan, ==, rows[i].plan);
        g_assert_true(biqa_vk_plan_choose(&device, BIQA_VK_PLAN_COMPACT, &plan, &error));
        g_assert_cmpint(plan, ==, BIQA_VK_COMPACT);
        if (biqa_vk_plan_choose(&device, BIQA_VK_PLAN_UNROLLED, &plan, &error))
            g_assert_cmpint(plan, ==, BIQA_VK_UNROLLED);
        else
            assert_refused(error, BIQA_ERROR_DEVICE, "abacus lacks bufferDeviceAddress");
        g_assert_true((error == NULL) == rows[i].address);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shader/device/found", test_found);
    g_test_add_func("/shader/device/not-found", test_not_found);
    g_test_add_func("/shader/device/no-driver", test_no_driver);
    g_test_add_func("/shader/device/plans", test_plans);
    g_test_add_func("/shader/device/choice", test_choice);
    return g_test_run();
}
