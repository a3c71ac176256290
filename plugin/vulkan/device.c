/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing and opening a Vulkan device. */

#include "device.h"

#include <stdlib.h>
#include <string.h>

static VKAPI_ATTR VkBool32 VKAPI_CALL report_message(
    VkDebugUtilsMessageSeverityFlagBitsEXT severity, VkDebugUtilsMessageTypeFlagsEXT types,
    const VkDebugUtilsMessengerCallbackDataEXT *data, void *user_data)
{
    g_warning("Vulkan validation: %s", data->pMessage);
    return VK_FALSE;
}

static const VkDebugUtilsMessengerCreateInfoEXT messenger_info = {
    .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
    .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
    .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
    .pfnUserCallback = report_message,
};

static const VkValidationFeatureEnableEXT checks[] = {
    VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};

static const VkValidationFeaturesEXT validation_info = {
    .sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
    .enabledValidationFeatureCount = G_N_ELEMENTS(checks),
    .pEnabledValidationFeatures = checks,
};

static gboolean create_instance(BiqaVkDevice *device, gboolean validate, GError **error)
{
    const char *layer = "VK_LAYER_KHRONOS_validation";
    static const char *const extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME,
                                             VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME};
    uint32_t version = VK_API_VERSION_1_1;
    PFN_vkCreateDebugUtilsMessengerEXT create_messenger;

    VK_TRY_RESULT(vkEnumerateInstanceVersion(&version), "vkEnumerateInstanceVersion");
    VK_TRY_RESULT(vkCreateInstance(
                      &(VkInstanceCreateInfo){
                          .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                          .pNext = validate ? &validation_info : NULL,
                          .pApplicationInfo =
                              &(VkApplicationInfo){
                                  .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                  .pApplicationName = "biqafilter",
                                  .apiVersion = MIN(version, VK_API_VERSION_1_2),
                              },
                          .enabledLayerCount = validate ? 1 : 0,
                          .ppEnabledLayerNames = &layer,
                          .enabledExtensionCount = validate ? G_N_ELEMENTS(extensions) : 0,
                          .ppEnabledExtensionNames = extensions,
                      },
                      NULL, &device->instance),
                  "vkCreateInstance");
    if (!validate)
        return TRUE;
    create_messenger = (PFN_vkCreateDebugUtilsMessengerEXT)vkGetInstanceProcAddr(
        device->instance, "vkCreateDebugUtilsMessengerEXT");
    g_assert(create_messenger);
    VK_TRY_RESULT(create_messenger(device->instance, &messenger_info, NULL, &device->messenger),
                  "vkCreateDebugUtilsMessengerEXT");
    return TRUE;
error:
    return FALSE;
}

/* Lower is preferred. */
static guint type_rank(VkPhysicalDeviceType type)
{
    static const VkPhysicalDeviceType order[] = {
        VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU, VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU,
        VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU, VK_PHYSICAL_DEVICE_TYPE_OTHER};
    guint rank = 0;

    while (rank < G_N_ELEMENTS(order) && order[rank] != type)
        rank++;
    return rank;
}

static gboolean name_matches(const char *wanted, const char *name)
{
    g_autofree char *needle = g_utf8_strdown(wanted, -1);
    g_autofree char *hay = g_utf8_strdown(name, -1);

    return strstr(hay, needle) != NULL;
}

static gboolean is_usable(const VkPhysicalDeviceProperties *properties)
{
    return properties->apiVersion >= VK_API_VERSION_1_1;
}

/* The index of the device that name means, or -1. */
static gint find_device(const VkPhysicalDeviceProperties *devices, guint n, const char *name)
{
    guint64 index;
    gint best = -1;

    /* A number beyond the list may still be part of a name: "4090". */
    if (name && g_ascii_string_to_unsigned(name, 10, 0, G_MAXUINT, &index, NULL) && index < n)
        return is_usable(&devices[index]) ? (gint)index : -1;
    for (guint i = 0; i < n; i++) {
        if (!is_usable(&devices[i]))
            continue;
        if (name && g_strcmp0(name, "auto") != 0 && !name_matches(name, devices[i].deviceName))
            continue;
        if (best < 0 || type_rank(devices[i].deviceType) < type_rank(devices[best].deviceType))
            best = (gint)i;
    }
    return best;
}

static void set_not_found(GError **error, const VkPhysicalDeviceProperties *devices, guint n,
                          const char *name)
{
    g_autoptr(GString) list = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        g_string_append_printf(list, "%s%u: %s%s", i ? ", " : "", i, devices[i].deviceName,
                               is_usable(&devices[i]) ? "" : " (older than Vulkan 1.1)");
    if (n == 0)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE,
                    "Vulkan finds no device: " BIQA_VK_INSTALL_HINT);
    else
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE,
                    "no Vulkan 1.1 device is called \"%s\"; there is %s", name ? name : "auto",
                    list->str);
}

static void describe(BiqaVkDevice *device, VkPhysicalDevice physical)
{
    VkPhysicalDeviceIDProperties id = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
    VkPhysicalDeviceProperties2 properties = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &id};

    vkGetPhysicalDeviceProperties2(physical, &properties);
    vkGetPhysicalDeviceMemoryProperties(physical, &device->memory);
    device->physical = physical;
    device->properties = properties.properties;
    memcpy(device->uuid, id.deviceUUID, sizeof device->uuid);
}

static gboolean choose_physical(BiqaVkDevice *device, const char *name, GError **error)
{
    g_autofree VkPhysicalDevice *list = NULL;
    g_autofree VkPhysicalDeviceProperties *properties = NULL;
    uint32_t n = 0;
    gint chosen;

    VK_TRY_RESULT(vkEnumeratePhysicalDevices(device->instance, &n, NULL),
                  "vkEnumeratePhysicalDevices");
    list = g_new0(VkPhysicalDevice, n);
    properties = g_new0(VkPhysicalDeviceProperties, n);
    VK_TRY_RESULT(vkEnumeratePhysicalDevices(device->instance, &n, list),
                  "vkEnumeratePhysicalDevices");
    for (uint32_t i = 0; i < n; i++)
        vkGetPhysicalDeviceProperties(list[i], &properties[i]);
    chosen = find_device(properties, n, name);
    if (chosen < 0) {
        set_not_found(error, properties, n, name);
        goto error;
    }
    describe(device, list[chosen]);
    return TRUE;
error:
    return FALSE;
}

/* The queue families of a device. (transfer full) */
static VkQueueFamilyProperties *list_families(VkPhysicalDevice physical, uint32_t *n)
{
    VkQueueFamilyProperties *families;

    vkGetPhysicalDeviceQueueFamilyProperties(physical, n, NULL);
    families = g_new0(VkQueueFamilyProperties, *n);
    vkGetPhysicalDeviceQueueFamilyProperties(physical, n, families);
    return families;
}

static void set_family(BiqaVkDevice *device, uint32_t family,
                       const VkQueueFamilyProperties *properties)
{
    device->family = family;
    if (properties->timestampValidBits > 0) {
        device->tick = device->properties.limits.timestampPeriod;
        device->tick_mask = G_MAXUINT64 >> (64 - properties->timestampValidBits);
    }
}

/* A queue family that computes; one without graphics where there is one, as it is less busy. */
static gboolean choose_family(BiqaVkDevice *device, GError **error)
{
    uint32_t n = 0;
    gint chosen = -1;
    g_autofree VkQueueFamilyProperties *families = list_families(device->physical, &n);

    for (uint32_t i = 0; i < n; i++) {
        const VkQueueFlags flags = families[i].queueFlags;

        if ((flags & VK_QUEUE_COMPUTE_BIT) && (chosen < 0 || !(flags & VK_QUEUE_GRAPHICS_BIT)))
            chosen = (gint)i;
    }
    if (chosen < 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE, "%s has no compute queue",
                    device->properties.deviceName);
        return FALSE;
    }
    set_family(device, (uint32_t)chosen, &families[chosen]);
    return TRUE;
}

static gboolean create_device(BiqaVkDevice *device, GError **error)
{
    VkPhysicalDeviceBufferDeviceAddressFeatures address = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES};
    VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                          .pNext = &address};
    uint32_t version = VK_API_VERSION_1_1;

    VK_TRY_RESULT(vkEnumerateInstanceVersion(&version), "vkEnumerateInstanceVersion");
    if (MIN(version, device->properties.apiVersion) >= VK_API_VERSION_1_2)
        vkGetPhysicalDeviceFeatures2(device->physical, &features);
    device->address = address.bufferDeviceAddress;
    address.bufferDeviceAddressCaptureReplay = VK_FALSE;
    address.bufferDeviceAddressMultiDevice = VK_FALSE;
    VK_TRY_RESULT(vkCreateDevice(device->physical,
                                 &(VkDeviceCreateInfo){
                                     .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                     .pNext = device->address ? &address : NULL,
                                     .queueCreateInfoCount = 1,
                                     .pQueueCreateInfos =
                                         &(VkDeviceQueueCreateInfo){
                                             .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                             .queueFamilyIndex = device->family,
                                             .queueCount = 1,
                                             .pQueuePriorities = &(float){1},
                                         },
                                 },
                                 NULL, &device->handle),
                  "vkCreateDevice");
    vkGetDeviceQueue(device->handle, device->family, 0, &device->queue);
    return TRUE;
error:
    return FALSE;
}

BiqaVkDevice *biqa_vk_device_find(const char *name, gboolean validate, GError **error)
{
    g_autoptr(BiqaVkDevice) device = g_new0(BiqaVkDevice, 1);

    g_mutex_init(&device->queue_lock);
    if (!create_instance(device, validate, error) || !choose_physical(device, name, error) ||
        !choose_family(device, error))
        return NULL;
    return g_steal_pointer(&device);
}

gboolean biqa_vk_device_open(BiqaVkDevice *device, BiqaVkFault *fault, GError **error)
{
    if (!create_device(device, error))
        return FALSE;
    device->calls = g_new0(BiqaVkCalls, 1);
    biqa_vk_calls_init(device->calls, device->handle, fault);
    return TRUE;
}

BiqaVkDevice *biqa_vk_device_adopt(const BiqaVkForeign *foreign, GError **error)
{
    g_autoptr(BiqaVkDevice) device = g_new0(BiqaVkDevice, 1);
    g_autofree VkQueueFamilyProperties *families = NULL;
    uint32_t n = 0;

    g_mutex_init(&device->queue_lock);
    describe(device, foreign->physical);
    families = list_families(foreign->physical, &n);
    if (!is_usable(&device->properties) || foreign->family >= n ||
        !(families[foreign->family].queueFlags & VK_QUEUE_COMPUTE_BIT)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_DEVICE,
                    "the stream's Vulkan device, %s, is older than Vulkan 1.1 or does not compute",
                    device->properties.deviceName);
        return NULL;
    }
    set_family(device, foreign->family, &families[foreign->family]);
    device->foreign = *foreign;
    device->foreign.owner = foreign->ref(foreign->owner);
    device->instance = foreign->instance;
    device->handle = foreign->handle;
    device->queue = foreign->queue;
    device->calls = g_new0(BiqaVkCalls, 1);
    biqa_vk_calls_init(device->calls, device->handle, NULL);
    return g_steal_pointer(&device);
}

gboolean biqa_vk_device_serves(const BiqaVkDevice *device, const BiqaVkForeign *foreign)
{
    const BiqaVkForeign *own = &device->foreign;

    if (!foreign || !own->owner)
        return !foreign && !own->owner;
    return own->handle == foreign->handle && own->queue == foreign->queue &&
           own->owner == foreign->owner;
}

/* Ends what biqa_vk_device_find() and _open() began. */
static void destroy_own(BiqaVkDevice *device)
{
    if (device->handle)
        vkDestroyDevice(device->handle, NULL);
    if (device->messenger) {
        PFN_vkDestroyDebugUtilsMessengerEXT destroy =
            (PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr(
                device->instance, "vkDestroyDebugUtilsMessengerEXT");
        destroy(device->instance, device->messenger, NULL);
    }
    if (device->instance)
        vkDestroyInstance(device->instance, NULL);
}

void biqa_vk_device_free(BiqaVkDevice *device)
{
    if (!device)
        return;
    if (device->foreign.owner)
        device->foreign.unref(device->foreign.owner);
    else
        destroy_own(device);
    if (device->calls)
        biqa_vk_calls_clear(device->calls);
    g_free(device->calls);
    g_mutex_clear(&device->queue_lock);
    g_free(device);
}

void biqa_vk_device_lock(BiqaVkDevice *device)
{
    if (device->foreign.owner)
        device->foreign.lock(device->foreign.owner);
    else
        g_mutex_lock(&device->queue_lock);
}

void biqa_vk_device_unlock(BiqaVkDevice *device)
{
    if (device->foreign.owner)
        device->foreign.unlock(device->foreign.owner);
    else
        g_mutex_unlock(&device->queue_lock);
}
