/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libFuzzer driver: any bytes give a model that can be used, or one error. */
#include "fuzz-model.h"

#include "model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaModel) model = biqa_model_parse(data, size, "input", &error);

    g_assert((model == NULL) == (error != NULL));
    for (guint branch = 0; model && branch < BIQA_N_BRANCHES; branch++)
        biqa_net_free(biqa_model_fold(model, branch, NULL));
    if (model)
        biqa_model_flop(model);
    return 0;
}
