/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ring.h"
#include <string.h>

struct MonitorRing {
    gsize size;
    guint capacity, length, next;
    GDestroyNotify clear;
    char *items;
};

MonitorRing *monitor_ring_new(guint capacity, gsize size, GDestroyNotify clear)
{
    MonitorRing *ring = g_new0(MonitorRing, 1);

    g_return_val_if_fail(capacity > 0 && size > 0, NULL);
    ring->capacity = capacity;
    ring->size = size;
    ring->clear = clear;
    ring->items = g_malloc0_n(capacity, size);
    return ring;
}

void monitor_ring_free(MonitorRing *ring)
{
    if (!ring)
        return;
    for (guint i = 0; ring->clear && i < ring->length; i++)
        ring->clear(monitor_ring_at(ring, i));
    g_free(ring->items);
    g_free(ring);
}

gpointer monitor_ring_push(MonitorRing *ring)
{
    char *item = ring->items + ring->next * ring->size;

    if (ring->length < ring->capacity)
        ring->length++;
    else if (ring->clear)
        ring->clear(item);
    ring->next = (ring->next + 1) % ring->capacity;
    return memset(item, 0, ring->size);
}

guint monitor_ring_length(const MonitorRing *ring)
{
    return ring->length;
}

gpointer monitor_ring_at(const MonitorRing *ring, guint back)
{
    g_return_val_if_fail(back < ring->length, NULL);
    return ring->items + (ring->next + ring->capacity - 1 - back) % ring->capacity * ring->size;
}
