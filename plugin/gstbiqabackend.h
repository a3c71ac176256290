/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the property `backend` to something that runs the networks. */
#pragma once

#include "backend.h"
#include "gstbiqasettings.h"

/* model is borrowed and must outlive the backend. Errors: BIQA_ERROR_DEVICE, BIQA_ERROR_SUPPORT.
 * (transfer full) */
BiqaBackend *gst_biqa_backend_open(const GstBiqaSetup *setup, const BiqaModel *model,
                                   GError **error);
