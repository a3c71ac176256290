/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Something that runs a model on frames. Opened by a function of its own (biqa_reference_open(),
 * biqa_vk_backend_open()), used through this struct. Not thread-safe: one user at a time. */
#pragma once

#include "frame.h"
#include "model.h"

typedef struct BiqaBackend BiqaBackend;

/* What a step of a frame was and took, where a backend measures that. */
typedef struct {
    const char *kernel; /* "dense" */
    BiqaBranch branch;
    guint layer; /* of the folded graph */
    guint64 ns;
} BiqaStepTime;

typedef struct {
    const char *name; /* "vulkan", "cpu", "reference" */
    gboolean images;  /* takes frames whose planes lie on its device */
    gboolean tasks; /* weighs the tasks of a model by itself; else it runs the model's own alone */
    /* Both branches on the crops at one spot of a frame, blocking; fills n_crops and crops, of a
     * model whose tasks it weighs n_tasks and the first weights as well. The frame's format may
     * change between calls. */
    gboolean (*run)(BiqaBackend *backend, const BiqaFrame *frame, guint spot, BiqaResult *result,
                    GError **error);
    /* The same in two halves, for a backend whose device works while its user does something else:
     * begin returns before that, end waits for the frame that was begun first. Format and bytes of
     * a frame (not the struct) stay as they are until its end: where the device was lost they are
     * read again. Up to in_flight may be begun and not ended; none of them lies in images, and none
     * is run meanwhile. A frame whose begin fails was not begun, one whose end fails is ended.
     * NULL: there is only run. */
    guint in_flight;
    gboolean (*begin)(BiqaBackend *backend, const BiqaFrame *frame, guint spot, GError **error);
    gboolean (*end)(BiqaBackend *backend, BiqaResult *result, GError **error);
    /* After run, or end: the output of layer (of the folded graph) for crop, (C, H, W) floats;
     * layer 0 is the preprocessed crop. output has room for the layer's shape. */
    gboolean (*tap)(BiqaBackend *backend, BiqaBranch branch, guint crop, guint layer, float *output,
                    GError **error);
    /* Which device does the work, for people: "llvmpipe (LLVM 15.0.6, 256 bits)". (borrowed) */
    const char *(*device_name)(BiqaBackend *backend);
    /* After run, or end: nanoseconds the device worked on it. NULL, or 0: it cannot say. */
    guint64 (*device_ns)(BiqaBackend *backend);
    /* How often its device was lost and opened again. NULL: never. From any thread. */
    guint (*recoveries)(BiqaBackend *backend);
    void (*free)(BiqaBackend *backend);
} BiqaBackendClass;

/* First member of every implementation. */
struct BiqaBackend {
    const BiqaBackendClass *klass;
    const BiqaInput *input; /* of the model it runs */
};

/* The plain C backend; model is borrowed and must outlive it. */
BiqaBackend *biqa_reference_open(const BiqaModel *model);

/* What the model says of a frame: its crops at all spots. Errors: the backend's; BIQA_ERROR_SUPPORT
 * for a frame in images that it does not take, BIQA_ERROR_VALUE where a crop gives no finite
 * number. */
gboolean biqa_backend_run(BiqaBackend *backend, const BiqaFrame *frame, BiqaResult *result,
                          GError **error);

/* The same for the crops at one spot, below biqa_input_spots(), into their part of result, which is
 * given the shape for all of them; other parts are left as they are. */
gboolean biqa_backend_run_spot(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                               BiqaResult *result, GError **error);

/* The same in two halves, where a backend has them for a frame; end is told which spot it is of how
 * many. */
static inline gboolean biqa_backend_can_begin(const BiqaBackend *backend, const BiqaFrame *frame)
{
    return backend->klass->begin && !frame->images;
}

gboolean biqa_backend_begin_spot(BiqaBackend *backend, const BiqaFrame *frame, guint spot,
                                 GError **error);

typedef struct {
    guint n, index;
} BiqaSpotOf;

gboolean biqa_backend_end_spot(BiqaBackend *backend, BiqaSpotOf spot, BiqaResult *result,
                               GError **error);

static inline gboolean biqa_backend_tap(BiqaBackend *backend, BiqaBranch branch, guint crop,
                                        guint layer, float *output, GError **error)
{
    return backend->klass->tap(backend, branch, crop, layer, output, error);
}

static inline const char *biqa_backend_device_name(BiqaBackend *backend)
{
    return backend->klass->device_name(backend);
}

static inline guint64 biqa_backend_device_ns(BiqaBackend *backend)
{
    return backend->klass->device_ns ? backend->klass->device_ns(backend) : 0;
}

static inline guint biqa_backend_recoveries(BiqaBackend *backend)
{
    return backend->klass->recoveries ? backend->klass->recoveries(backend) : 0;
}

static inline void biqa_backend_free(BiqaBackend *backend)
{
    if (backend)
        backend->klass->free(backend);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaBackend, biqa_backend_free)
