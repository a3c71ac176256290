/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model's twin that looks at windows. */
#include "gstbiqamapper.h"

struct GstBiqaMapper {
    const GstBiqaSetup *setup; /* borrowed, as model and first */
    const BiqaModel *model;
    const BiqaBackend *first;
    BiqaModel twin;       /* the model for windows; owns nothing */
    BiqaBackend *backend; /* of the twin; NULL: not opened yet */
};

GstBiqaMapper *gst_biqa_mapper_new(const GstBiqaSetup *setup, const BiqaModel *model,
                                   const BiqaBackend *backend)
{
    GstBiqaMapper *self = g_new0(GstBiqaMapper, 1);

    self->setup = setup;
    self->model = model;
    self->first = backend;
    self->twin = biqa_map_model(model);
    return self;
}

void gst_biqa_mapper_free(GstBiqaMapper *self)
{
    if (!self)
        return;
    biqa_backend_free(self->backend);
    g_free(self);
}

gboolean gst_biqa_mapper_run(GstBiqaMapper *self, const BiqaFrame *frame, BiqaMap *map,
                             GError **error)
{
    if (!self->backend)
        self->backend = gst_biqa_backend_open_like(self->first, self->setup, &self->twin, error);
    return self->backend && biqa_map_run(map, self->model, self->backend, frame, error);
}
