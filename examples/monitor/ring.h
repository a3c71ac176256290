/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The latest of something: what keeps memory bounded for months. */
#pragma once

#include <glib.h>

typedef struct MonitorRing MonitorRing;

/* At most capacity items of size bytes each. clear (may be NULL) is called with an item that goes.
 */
MonitorRing *monitor_ring_new(guint capacity, gsize size, GDestroyNotify clear);
void monitor_ring_free(MonitorRing *ring);

/* A new item, all zero; the oldest goes where the ring is full. Valid until it goes. */
gpointer monitor_ring_push(MonitorRing *ring);

guint monitor_ring_length(const MonitorRing *ring);

/* The item pushed back pushes before the latest, which is 0; back is less than the length. */
gpointer monitor_ring_at(const MonitorRing *ring, guint back);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MonitorRing, monitor_ring_free)
