/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plain C reference as a backend: slow, runs anywhere, and is what every other backend is
 * checked against. */
#include "backend.h"
#include "preprocess.h"
#include "reference.h"
#include <string.h>

typedef struct {
    BiqaBackend base;
    const BiqaModel *model; /* borrowed */
    BiqaNet *nets[BIQA_N_BRANCHES];
    float **outputs[BIQA_N_BRANCHES]; /* of the crop that ran last */
    float *crops;                     /* (n_crops, 3, size, size) */
} Reference;

/* Runs one branch on one crop of the frame at hand and returns its raw score. */
static float run_crop(Reference *self, BiqaBranch branch, guint crop)
{
    const BiqaNet *net = self->nets[branch];
    gsize count = biqa_shape_size(net->graph->layers[0].shape);
    float **outputs = self->outputs[branch];

    memcpy(outputs[0], self->crops + crop * count, count * sizeof(float));
    biqa_reference_run(net, outputs);
    return outputs[net->graph->n_layers - 1][0];
}

static gboolean reference_run(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                              BiqaResult *result, GError **error)
{
    Reference *self = (Reference *)backend;
    guint n_crops = self->model->input.n_crops;

    biqa_preprocess(&self->model->input, frame, spot, self->crops);
    result->n_crops = n_crops;
    for (int branch = 0; branch < BIQA_N_BRANCHES; branch++)
        for (guint crop = 0; crop < n_crops; crop++)
            result->crops[branch][crop] = run_crop(self, branch, crop);
    return TRUE;
}

/* Only the crops are kept from run(): every activation of every crop would be hundreds of
 * megabytes, so the crop asked for runs again. */
static gboolean reference_tap(BiqaBackend *backend, BiqaBranch branch, guint crop, guint layer,
                              float *output, GError **error)
{
    Reference *self = (Reference *)backend;
    const BiqaGraph *graph = self->nets[branch]->graph;

    g_return_val_if_fail(crop < self->model->input.n_crops, FALSE);
    g_return_val_if_fail(layer < graph->n_layers, FALSE);

    run_crop(self, branch, crop);
    memcpy(output, self->outputs[branch][layer],
           biqa_shape_size(graph->layers[layer].shape) * sizeof(float));
    return TRUE;
}

static const char *reference_device_name(BiqaBackend *backend)
{
    return "CPU (plain C reference)";
}

static void reference_free(BiqaBackend *backend)
{
    Reference *self = (Reference *)backend;

    for (int branch = 0; branch < BIQA_N_BRANCHES; branch++) {
        biqa_reference_outputs_free(self->outputs[branch]);
        biqa_net_free(self->nets[branch]);
    }
    g_free(self->crops);
    g_free(self);
}

static const BiqaBackendClass reference_class = {
    .name = "reference",
    .run = reference_run,
    .tap = reference_tap,
    .device_name = reference_device_name,
    .free = reference_free,
};

BiqaBackend *biqa_reference_open(const BiqaModel *model)
{
    Reference *self = g_new0(Reference, 1);
    const BiqaInput *input = &model->input;

    self->base = (BiqaBackend){&reference_class, input};
    self->model = model;
    self->crops = g_new0(float, (gsize)input->n_crops * 3 * input->size * input->size);
    for (int branch = 0; branch < BIQA_N_BRANCHES; branch++) {
        self->nets[branch] = biqa_model_fold(model, branch, NULL);
        self->outputs[branch] = biqa_reference_outputs_new(self->nets[branch]->graph);
    }
    return &self->base;
}
