/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model's twin that looks at windows. */
#include "gstbiqamapper.h"

struct GstBiqaMapper {
    const GstBiqaSetup *setup; /* borrowed, as model and first */
    const BiqaModel *model;
    const BiqaBackend *first;
    BiqaModel twin; /* the model for windows; owns nothing */

    GMutex lock;
    gboolean stopped;     /* under lock */
    BiqaBackend *backend; /* of the twin; NULL: not opened yet. Set by run(), under lock */
};

GstBiqaMapper *gst_biqa_mapper_new(const GstBiqaSetup *setup, const BiqaModel *model,
                                   const BiqaBackend *backend)
{
    GstBiqaMapper *self = g_new0(GstBiqaMapper, 1);

    self->setup = setup;
    self->model = model;
    self->first = backend;
    self->twin = biqa_map_model(model);
    g_mutex_init(&self->lock);
    return self;
}

void gst_biqa_mapper_free(GstBiqaMapper *self)
{
    if (!self)
        return;
    biqa_backend_free(self->backend);
    g_mutex_clear(&self->lock);
    g_free(self);
}

static gboolean open_twin(GstBiqaMapper *self, GError **error)
{
    BiqaBackend *backend = gst_biqa_backend_open_like(self->first, self->setup, &self->twin, error);

    if (!backend)
        return FALSE;
    g_mutex_lock(&self->lock);
    self->backend = backend;
    if (self->stopped)
        biqa_backend_stop(backend);
    g_mutex_unlock(&self->lock);
    return TRUE;
}

gboolean gst_biqa_mapper_run(GstBiqaMapper *self, const BiqaFrame *frame, BiqaMap *map,
                             GError **error)
{
    if (!self->backend && !open_twin(self, error))
        return FALSE;
    return biqa_map_run(map, self->model, self->backend, frame, error);
}

void gst_biqa_mapper_stop(GstBiqaMapper *self)
{
    g_mutex_lock(&self->lock);
    self->stopped = TRUE;
    if (self->backend)
        biqa_backend_stop(self->backend);
    g_mutex_unlock(&self->lock);
}
