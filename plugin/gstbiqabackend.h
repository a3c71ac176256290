/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the property `backend` to something that runs the networks. */
#pragma once

#include "backend.h"
#include "gstbiqasettings.h"

/* FALSE and error where the model has no task of the name that setup asks for. */
gboolean gst_biqa_backend_check_task(const GstBiqaSetup *setup, const BiqaModel *model,
                                     GError **error);

/* Opens what setup asks for, for the model's tasks where it has some, and posts from element what
 * that is: an element message "biqa-backend" with backend ("vulkan", "cpu", "reference"), device
 * (as the property device-name) and reason ("property", or those of choice.h); where two were
 * measured, cpu-ms and vulkan-ms too. model is borrowed and must outlive the backend. Once
 * setup->stop is cancelled, opening fails soon, and so do runs. Errors: BIQA_ERROR_DEVICE,
 * BIQA_ERROR_SUPPORT, BIQA_ERROR_SIZE, G_IO_ERROR_CANCELLED. (transfer full) */
BiqaBackend *gst_biqa_backend_open(GstElement *element, const GstBiqaSetup *setup,
                                   const BiqaModel *model, GError **error);

/* Posts such a message, without figures, of a device that turned out later. */
void gst_biqa_backend_post(GstElement *element, const char *backend, const char *device,
                           const char *reason);

/* Another of first's kind, which setup was opened with, for another model; says nothing. */
BiqaBackend *gst_biqa_backend_open_like(const BiqaBackend *first, const GstBiqaSetup *setup,
                                        const BiqaModel *model, GError **error);
