/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend=auto: a GPU by Vulkan where there is one, else whichever of the processor's vectors and
 * Vulkan on the processor is faster here. */
#pragma once

#include "backend.h"
#include <gio/gio.h>

typedef struct {
    const char *backend; /* "vulkan", "cpu" */
    const char *reason;  /* "device": one was named; "gpu"; "measured"; "remembered": measured once,
                          * and kept in the user's cache directory; "only": Vulkan does not work */
    double cpu_ms, vulkan_ms; /* of the measurement: a probe (probe.h); NAN where there was none */
} BiqaChoice;

/* Opens the one to use. device: as biqa_vk_backend_open(); a name other than "auto" means Vulkan.
 * What the first start measures takes a part of a second (more where Vulkan has to compile) and is
 * remembered by device, driver, processor and network. stop: as biqa_vk_backend_open(), for what
 * is opened here, too. Errors: BIQA_ERROR_DEVICE, BIQA_ERROR_SUPPORT, G_IO_ERROR_CANCELLED.
 * (transfer full) */
BiqaBackend *biqa_choice_open(const char *device, const BiqaModel *model, GCancellable *stop,
                              BiqaChoice *choice, GError **error);
