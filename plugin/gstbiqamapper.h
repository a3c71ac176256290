/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes maps: runs a model on windows of a frame, with a backend of its own that is opened when the
 * first map is asked for. */
#pragma once

#include "gstbiqabackend.h"
#include "map.h"

typedef struct GstBiqaMapper GstBiqaMapper;

/* A mapper that runs on what backend runs on; setup is what that was opened with. All are borrowed
 * and must outlive the mapper. */
GstBiqaMapper *gst_biqa_mapper_new(const GstBiqaSetup *setup, const BiqaModel *model,
                                   const BiqaBackend *backend);
void gst_biqa_mapper_free(GstBiqaMapper *mapper); /* NULL is fine */

/* Blocking, as a backend's run; ends soon once setup->stop is cancelled. Errors: those of opening
 * and running a backend. */
gboolean gst_biqa_mapper_run(GstBiqaMapper *mapper, const BiqaFrame *frame, BiqaMap *map,
                             GError **error);
