/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and numbers of eval. */
#include "eval.h"

#include <math.h>

char *train_eval_branch_name(const TrainEval *eval, guint model, BiqaBranch branch)
{
    const char *name = eval->models[model].name;
    if (eval->n_models == 1)
        return g_strdup(branch == BIQA_FULL ? "full model" : "competitor");
    return branch == BIQA_FULL ? g_strdup(name) : g_strdup_printf("%s, competitor", name);
}

void train_eval_add(JsonBuilder *json, const char *name, double value)
{
    json_builder_set_member_name(json, name);
    if (isfinite(value))
        json_builder_add_double_value(json, value);
    else
        json_builder_add_null_value(json);
}

void train_eval_add_text(JsonBuilder *json, const char *name, const char *text)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, text);
}
