/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers and the memory type each of them gets. */

#include "memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#define HOST_FLAGS (VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT)

/* What a place must have, and what it would like to have besides. */
static const struct {
    VkMemoryPropertyFlags must, like;
} places[BIQA_VK_N_MEMORIES] = {
    [BIQA_VK_DEVICE_MEMORY] = {0, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT},
    [BIQA_VK_UPLOAD_MEMORY] = {HOST_FLAGS, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT},
    [BIQA_VK_READBACK_MEMORY] = {HOST_FLAGS, VK_MEMORY_PROPERTY_HOST_CACHED_BIT},
};

/* The first type with every wanted flag, or G_MAXUINT32: drivers list the better ones first. */
static uint32_t find_type(const BiqaVkDevice *device, uint32_t allowed, VkMemoryPropertyFlags want)
{
    for (uint32_t i = 0; i < device->memory.memoryTypeCount; i++)
        if ((allowed >> i & 1) && (device->memory.memoryTypes[i].propertyFlags & want) == want)
            return i;
    return G_MAXUINT32;
}

static uint32_t choose_type(const BiqaVkDevice *device, uint32_t allowed, BiqaVkMemory place)
{
    const uint32_t type = find_type(device, allowed, places[place].must | places[place].like);

    return type != G_MAXUINT32 ? type : find_type(device, allowed, places[place].must);
}

static gboolean allocate(BiqaVkBuffer *buffer, const BiqaVkDevice *device, BiqaVkMemory place,
                         GError **error)
{
    VkMemoryRequirements need;
    uint32_t type;

    vkGetBufferMemoryRequirements(device->handle, buffer->handle, &need);
    type = choose_type(device, need.memoryTypeBits, place);
    g_assert(type != G_MAXUINT32); /* Vulkan promises a host-visible coherent type */
    VK_TRY(
        device, AllocateMemory, device->handle,
        &(VkMemoryAllocateInfo){
            .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
            .pNext =
                device->address
                    ? &(VkMemoryAllocateFlagsInfo){.sType =
                                                       VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                                   .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT}
                    : NULL,
            .allocationSize = need.size,
            .memoryTypeIndex = type,
        },
        NULL, &buffer->memory);
    VK_TRY(device, BindBufferMemory, device->handle, buffer->handle, buffer->memory, 0);
    if ((device->memory.memoryTypes[type].propertyFlags & HOST_FLAGS) == HOST_FLAGS)
        VK_TRY(device, MapMemory, device->handle, buffer->memory, 0, VK_WHOLE_SIZE, 0,
               &buffer->mapped);
    return TRUE;
error:
    return FALSE;
}

gboolean biqa_vk_buffer_init(BiqaVkBuffer *buffer, const BiqaVkDevice *device, VkDeviceSize size,
                             BiqaVkMemory place, GError **error)
{
    *buffer = (BiqaVkBuffer){.size = size};
    VK_TRY(device, CreateBuffer, device->handle,
           &(VkBufferCreateInfo){
               .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
               .size = size,
               .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                        VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT |
                        VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT |
                        VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
                        (device->address ? VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT : 0),
           },
           NULL, &buffer->handle);
    if (!allocate(buffer, device, place, error))
        goto error;
    if (device->address)
        buffer->address = vkGetBufferDeviceAddress(
            device->handle,
            &(VkBufferDeviceAddressInfo){.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO,
                                         .buffer = buffer->handle});
    return TRUE;
error:
    biqa_vk_buffer_clear(buffer, device);
    return FALSE;
}

void biqa_vk_buffer_clear(BiqaVkBuffer *buffer, const BiqaVkDevice *device)
{
    if (buffer->handle)
        vkDestroyBuffer(device->handle, buffer->handle, NULL);
    if (buffer->memory)
        vkFreeMemory(device->handle, buffer->memory, NULL);
    *buffer = (BiqaVkBuffer){0};
}

VkBufferView biqa_vk_buffer_texels(const BiqaVkBuffer *buffer, const BiqaVkDevice *device,
                                   VkFormat format, GError **error)
{
    VkBufferView view = VK_NULL_HANDLE;

    VK_TRY(device, CreateBufferView, device->handle,
           &(VkBufferViewCreateInfo){
               .sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO,
               .buffer = buffer->handle,
               .format = format,
               .range = VK_WHOLE_SIZE,
           },
           NULL, &view);
error:
    return view;
}

void biqa_vk_heap_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
