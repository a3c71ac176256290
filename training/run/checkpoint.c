/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checkpoints: GGUF files of architecture "biqa-checkpoint". */
#include "checkpoint.h"

#include "gguf.h"
#include <string.h>

static const char *const branch_names[] = {[BIQA_FULL] = "full", [BIQA_COMPETITOR] = "competitor"};
G_STATIC_ASSERT(G_N_ELEMENTS(branch_names) == BIQA_N_BRANCHES);

static void put_branch(BiqaGgufWriter *writer, TrainWeights *weights, BiqaBranch branch)
{
    const char *name = branch_names[branch];
    g_autofree char *values = g_strdup_printf("values.%s", name);
    g_autofree char *moments = g_strdup_printf("moments.%s", name);
    g_autofree char *steps = g_strdup_printf("biqa.checkpoint.optimiser_steps.%s", name);
    const guint64 n = weights->graph->n_params;
    gsize count = 0;
    const float *state = train_optim_moments(weights->optim[branch], &count);
    const guint64 n_state = count;

    biqa_gguf_put_tensor(writer, values, &n, 1, weights->values[branch]);
    biqa_gguf_put_tensor(writer, moments, &n_state, 1, state);
    biqa_gguf_put_uint(writer, steps, train_optim_steps(weights->optim[branch]));
    if (weights->averaged) {
        g_autofree char *average = g_strdup_printf("average.%s", name);
        biqa_gguf_put_tensor(writer, average, &n, 1, weights->average[branch]);
    }
}

static void put_mask(BiqaGgufWriter *writer, const TrainWeights *weights)
{
    const guint64 n = weights->graph->n_params;
    g_autofree float *mask = g_new(float, n);
    for (guint64 j = 0; j < n; j++)
        mask[j] = weights->mask[j];
    biqa_gguf_put_tensor(writer, "mask", &n, 1, mask);
}

static void put_reliability(BiqaGgufWriter *writer, const TrainReliability *reliability)
{
    const guint64 n = train_reliability_state_size(reliability);
    g_autofree float *state = g_new(float, n);
    biqa_gguf_put_uint(writer, "biqa.checkpoint.reliability_steps",
                       train_reliability_save(reliability, state));
    biqa_gguf_put_tensor(writer, "reliability", &n, 1, state);
}

/* What decided the weights at a place. */
static char *key_at(const TrainRecipe *recipe, guint stage, guint step)
{
    return train_recipe_digest(recipe, stage + (step > 0));
}

gboolean train_checkpoint_save(const char *path, const TrainOrigin *origin, TrainWeights *weights,
                               TrainPlace place, GError **error)
{
    g_autoptr(BiqaGgufWriter) writer = biqa_gguf_writer_new();
    g_auto(GStrv) lines = biqa_graph_format(weights->graph);
    g_autofree char *key = key_at(origin->recipe, place.stage, place.step);

    biqa_gguf_put_string(writer, "general.architecture", "biqa-checkpoint");
    biqa_gguf_put_strings(writer, "biqa.graph", (const char *const *)lines, g_strv_length(lines));
    biqa_gguf_put_string(writer, "biqa.recipe", origin->recipe->text);
    biqa_gguf_put_string(writer, "biqa.checkpoint.key", key);
    biqa_gguf_put_string(writer, "biqa.checkpoint.data", origin->data);
    biqa_gguf_put_uint(writer, "biqa.checkpoint.stage", place.stage);
    biqa_gguf_put_uint(writer, "biqa.checkpoint.step", place.step);
    biqa_gguf_put_bool(writer, "biqa.checkpoint.paired", weights->paired);
    biqa_gguf_put_bool(writer, "biqa.checkpoint.averaged", weights->averaged);
    put_branch(writer, weights, BIQA_FULL);
    if (weights->paired) {
        put_branch(writer, weights, BIQA_COMPETITOR);
        put_mask(writer, weights);
    }
    if (weights->disagreement->len) {
        const guint64 n = weights->disagreement->len;
        biqa_gguf_put_tensor(writer, "disagreement", &n, 1, (float *)weights->disagreement->data);
    }
    if (weights->reliability)
        put_reliability(writer, weights->reliability);
    return biqa_gguf_writer_save(writer, path, error);
}

static gboolean refuse(const char *why, GError **error)
{
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_VALUE, why);
    return FALSE;
}

/* Tensor name into n floats. */
static gboolean get_floats(const BiqaGguf *gguf, const char *name, float *values, gsize n,
                           GError **error)
{
    const BiqaGgufTensor *tensor = biqa_gguf_tensor(gguf, name);
    if (!tensor || tensor->count != n)
        return refuse("the checkpoint is of another network", error);
    memcpy(values, tensor->data, n * sizeof *values);
    return TRUE;
}

static gboolean get_branch(const BiqaGguf *gguf, TrainWeights *weights, BiqaBranch branch,
                           GError **error)
{
    const char *name = branch_names[branch];
    g_autofree char *values = g_strdup_printf("values.%s", name);
    g_autofree char *moments = g_strdup_printf("moments.%s", name);
    g_autofree char *key = g_strdup_printf("biqa.checkpoint.optimiser_steps.%s", name);
    gsize count = 0;
    guint64 steps = 0;
    float *state = train_optim_moments(weights->optim[branch], &count);

    if (!get_floats(gguf, values, weights->values[branch], weights->graph->n_params, error) ||
        !get_floats(gguf, moments, state, count, error) ||
        !biqa_gguf_get_uint(gguf, key, &steps, error))
        return FALSE;
    train_optim_set_steps(weights->optim[branch], steps);
    return TRUE;
}

static gboolean get_averages(const BiqaGguf *gguf, TrainWeights *weights, GError **error)
{
    static const char key[] = "biqa.checkpoint.averaged";
    gboolean averaged = FALSE;
    if (biqa_gguf_has(gguf, key) && !biqa_gguf_get_bool(gguf, key, &averaged, error))
        return FALSE;
    if (!averaged)
        return TRUE;
    train_weights_average(weights, 0.);
    for (guint b = 0; b < (weights->paired ? BIQA_N_BRANCHES : 1); b++) {
        g_autofree char *name = g_strdup_printf("average.%s", branch_names[b]);
        if (!get_floats(gguf, name, weights->average[b], weights->graph->n_params, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean get_mask(const BiqaGguf *gguf, TrainWeights *weights, GError **error)
{
    const gsize n = weights->graph->n_params;
    g_autofree float *mask = g_new(float, n);
    if (!get_floats(gguf, "mask", mask, n, error))
        return FALSE;
    for (gsize j = 0; j < n; j++)
        weights->mask[j] = mask[j] != 0.f;
    return TRUE;
}

static void get_disagreement(const BiqaGguf *gguf, TrainWeights *weights)
{
    const BiqaGgufTensor *tensor = biqa_gguf_tensor(gguf, "disagreement");
    g_array_set_size(weights->disagreement, 0);
    if (tensor)
        g_array_append_vals(weights->disagreement, tensor->data, (guint)tensor->count);
}

static gboolean get_reliability(const BiqaGguf *gguf, TrainReliability *reliability, GError **error)
{
    const gsize n = train_reliability_state_size(reliability);
    const BiqaGgufTensor *tensor = biqa_gguf_tensor(gguf, "reliability");
    guint64 steps = 0;
    if (!tensor || tensor->count != n)
        return refuse("the checkpoint is of other annotators", error);
    if (!biqa_gguf_get_uint(gguf, "biqa.checkpoint.reliability_steps", &steps, error))
        return FALSE;
    train_reliability_restore(reliability, tensor->data, steps);
    return TRUE;
}

static gboolean is_key_same(const BiqaGguf *gguf, const TrainRecipe *recipe)
{
    guint64 stage = 0, step = 0;
    const char *stored;
    if (!biqa_gguf_get_uint(gguf, "biqa.checkpoint.stage", &stage, NULL) ||
        !biqa_gguf_get_uint(gguf, "biqa.checkpoint.step", &step, NULL) ||
        !biqa_gguf_get_string(gguf, "biqa.checkpoint.key", &stored, NULL) ||
        stage + (step > 0) > recipe->n_stages)
        return FALSE;
    g_autofree char *key = key_at(recipe, (guint)stage, (guint)step);
    return g_str_equal(stored, key);
}

static gboolean check_origin(const BiqaGguf *gguf, const TrainOrigin *origin,
                             const TrainWeights *weights, GError **error)
{
    g_auto(GStrv) lines = biqa_graph_format(weights->graph);
    const char *architecture, *recipe, *data, *const *stored;
    gsize n;
    if (!biqa_gguf_get_string(gguf, "general.architecture", &architecture, error))
        return FALSE;
    if (!g_str_equal(architecture, "biqa-checkpoint"))
        return refuse("not a checkpoint", error);
    if (!biqa_gguf_get_strings(gguf, "biqa.graph", &stored, &n, error) ||
        !biqa_gguf_get_string(gguf, "biqa.recipe", &recipe, error) ||
        !biqa_gguf_get_string(gguf, "biqa.checkpoint.data", &data, error))
        return FALSE;
    if (!g_strv_equal((const char *const *)lines, stored))
        return refuse("the checkpoint is of another network", error);
    if (!g_str_equal(recipe, origin->recipe->text) && !is_key_same(gguf, origin->recipe))
        return refuse(
            "the recipe has changed in what this run has done since the checkpoint, and no "
            "stage of it is left as it was; train into a new folder (--out)",
            error);
    if (!g_str_equal(data, origin->data))
        return refuse("pictures or ratings have changed since the checkpoint; train into a new "
                      "folder (--out)",
                      error);
    return TRUE;
}

static gboolean get_place(const BiqaGguf *gguf, const TrainRecipe *recipe, TrainPlace *place,
                          GError **error)
{
    guint64 stage = 0, step = 0;
    if (!biqa_gguf_get_uint(gguf, "biqa.checkpoint.stage", &stage, error) ||
        !biqa_gguf_get_uint(gguf, "biqa.checkpoint.step", &step, error))
        return FALSE;
    if (stage > recipe->n_stages ||
        (stage < recipe->n_stages && step > recipe->stages[stage].steps))
        return refuse("the checkpoint stands beyond the recipe's end", error);
    *place = (TrainPlace){(guint)stage, (guint)step};
    return TRUE;
}

gboolean train_checkpoint_load(const char *path, const TrainOrigin *origin, TrainWeights *weights,
                               TrainPlace *place, GError **error)
{
    g_autoptr(BiqaGguf) gguf = biqa_gguf_open(path, error);
    gboolean paired = FALSE;
    if (!gguf)
        return FALSE;
    if (check_origin(gguf, origin, weights, error) &&
        get_place(gguf, origin->recipe, place, error) &&
        biqa_gguf_get_bool(gguf, "biqa.checkpoint.paired", &paired, error) &&
        get_branch(gguf, weights, BIQA_FULL, error) &&
        (!paired ||
         (get_branch(gguf, weights, BIQA_COMPETITOR, error) && get_mask(gguf, weights, error)))) {
        weights->paired = paired;
        get_disagreement(gguf, weights);
        if (get_averages(gguf, weights, error) &&
            (!weights->reliability || get_reliability(gguf, weights->reliability, error)))
            return TRUE;
    }
    g_prefix_error(error, "checkpoint \"%s\": ", path);
    return FALSE;
}

gboolean train_checkpoint_is_finished(const char *path, const TrainRecipe *recipe)
{
    g_autoptr(BiqaGguf) gguf = biqa_gguf_open(path, NULL);
    guint64 stage = 0;
    return gguf && biqa_gguf_get_uint(gguf, "biqa.checkpoint.stage", &stage, NULL) &&
           stage == recipe->n_stages && is_key_same(gguf, recipe);
}
