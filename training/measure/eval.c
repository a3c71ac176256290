/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eval.h"

char *train_eval_branch_name(const TrainEval *eval, guint model, BiqaBranch branch)
{
    const char *name = eval->models[model].name;
    if (eval->n_models == 1)
        return g_strdup(branch == BIQA_FULL ? "full model" : "competitor");
    return branch == BIQA_FULL ? g_strdup(name) : g_strdup_printf("%s, competitor", name);
}
