/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend for processors without a GPU: both branches, of the model itself and of those of its
 * tasks that have weight, on one core, in vectors as wide as it has. It starts no thread and leaves
 * the process's state alone. */
#pragma once

#include "backend.h"

/* model is borrowed and must outlive the backend. BIQA_CPU_LANES=AVX-512, AVX2 or plain in the
 * environment overrides the choice of vectors. Errors: BIQA_ERROR_DEVICE where the processor lacks
 * them. */
BiqaBackend *biqa_cpu_backend_open(const BiqaModel *model, GError **error);

typedef struct {
    const char *lanes; /* NULL: the widest there are */
    double density;    /* see biqa_cpu_product_init(); 0 means BIQA_CPU_DENSITY, -1 never prunes */
    gboolean profile;  /* a clock around every layer */
} BiqaCpuParams;

/* The same, for tests and benchmarks. params may be NULL. */
BiqaBackend *biqa_cpu_backend_new(const BiqaCpuParams *params, const BiqaModel *model,
                                  GError **error);

/* The steps of the last frame, in order: number, and what each of them was and took (only with
 * params.profile). */
guint biqa_cpu_backend_n_steps(BiqaBackend *backend);
BiqaStepTime biqa_cpu_backend_step_time(BiqaBackend *backend, guint step);
