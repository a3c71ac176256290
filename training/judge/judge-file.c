/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The judge's file. All of it is checked before any of it is used.
 *
 *   general.architecture      "biqa-judge"
 *   general.license, .description
 *   judge.features            names, in the order of the networks' inputs
 *   judge.types               names of the distortions that the table rates
 *   judge.nets                number of networks
 *   judge.hidden              sizes of the two hidden layers
 *   mean, deviation           (features)
 *   table                     (types, levels) points
 *   net.N.M.weight, .bias     (out, in), (out): layer M of network N */
#include "judge-private.h"

#include <string.h>

#define ARCHITECTURE "biqa-judge"

static void put_vector(BiqaGgufWriter *writer, const char *name, const double *values,
                       const guint64 *dims, guint n_dims)
{
    const gsize n = dims[0] * (n_dims > 1 ? dims[1] : 1);
    g_autofree float *floats = g_new(float, n);
    for (gsize i = 0; i < n; i++)
        floats[i] = (float)values[i];
    biqa_gguf_put_tensor(writer, name, dims, n_dims, floats);
}

static char *part_name(guint net, guint layer, const char *what)
{
    return g_strdup_printf("net.%u.%u.%s", net, layer, what);
}

static void put_net(BiqaGgufWriter *writer, const TrainMlp *mlp, guint net)
{
    for (guint l = 0; l < TRAIN_MLP_LAYERS; l++) {
        const guint64 dims[] = {mlp->sizes[l], mlp->sizes[l + 1]};
        const double *weights = mlp->weights + train_mlp_offset(mlp, l);
        g_autofree char *weight = part_name(net, l, "weight"), *bias = part_name(net, l, "bias");
        put_vector(writer, weight, weights, dims, 2);
        put_vector(writer, bias, weights + dims[0] * dims[1], dims + 1, 1);
    }
}

static void put_texts(BiqaGgufWriter *writer, const TrainJudge *judge)
{
    const char *names[TRAIN_JUDGE_MAX_FEATURES];
    for (guint f = 0; f < judge->n_features; f++)
        names[f] = train_judge_feature_name(judge->features[f]);
    biqa_gguf_put_string(writer, "general.architecture", ARCHITECTURE);
    biqa_gguf_put_string(writer, "general.license", judge->license ? judge->license : "");
    biqa_gguf_put_string(writer, "general.description",
                         judge->description ? judge->description : "");
    biqa_gguf_put_strings(writer, "judge.features", names, judge->n_features);
    biqa_gguf_put_strings(writer, "judge.types", (const char *const *)judge->types, judge->n_types);
}

gboolean train_judge_save(const TrainJudge *judge, const char *path, GError **error)
{
    g_autoptr(BiqaGgufWriter) writer = biqa_gguf_writer_new();
    const guint64 features = judge->n_features;
    g_return_val_if_fail(judge->n_nets > 0, FALSE);

    put_texts(writer, judge);
    biqa_gguf_put_uint(writer, "judge.nets", judge->n_nets);
    biqa_gguf_put_uints(writer, "judge.hidden", judge->nets[0]->sizes + 1, 2);
    put_vector(writer, "mean", judge->mean, &features, 1);
    put_vector(writer, "deviation", judge->deviation, &features, 1);
    if (judge->n_types) {
        const guint64 dims[] = {TRAIN_LEVELS, judge->n_types};
        put_vector(writer, "table", judge->table, dims, 2);
    }
    for (guint net = 0; net < judge->n_nets; net++)
        put_net(writer, judge->nets[net], net);
    return biqa_gguf_writer_save(writer, path, error);
}

/* Copies a tensor of that very shape; dims as GGUF has them, innermost first. */
static gboolean get_vector(const BiqaGguf *gguf, const char *name, const guint64 *dims,
                           guint n_dims, double *values, GError **error)
{
    const BiqaGgufTensor *tensor = biqa_gguf_tensor(gguf, name);
    gboolean fits = tensor && tensor->n_dims == n_dims;
    for (guint d = 0; fits && d < n_dims; d++)
        fits = tensor->dims[d] == dims[d];
    if (!fits) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "tensor '%s' %s", name,
                    tensor ? "has another shape than the judge" : "is missing");
        return FALSE;
    }
    for (gsize i = 0; i < tensor->count; i++)
        values[i] = tensor->data[i];
    return TRUE;
}

static gboolean check_architecture(const BiqaGguf *gguf, GError **error)
{
    const char *architecture;
    if (!biqa_gguf_get_string(gguf, "general.architecture", &architecture, error))
        return FALSE;
    if (g_str_equal(architecture, ARCHITECTURE))
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT,
                "is a file of architecture '%s', not a judge ('" ARCHITECTURE
                "', which `biqa-train judge fit` makes)",
                architecture);
    return FALSE;
}

static gboolean get_features(const BiqaGguf *gguf, TrainJudge *judge, GError **error)
{
    const char *const *names;
    gsize n;
    if (!biqa_gguf_get_strings(gguf, "judge.features", &names, &n, error))
        return FALSE;
    if (n < 1 || n > TRAIN_JUDGE_MAX_FEATURES) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "'judge.features' has %" G_GSIZE_FORMAT " names, not 1 to %d", n,
                    TRAIN_JUDGE_MAX_FEATURES);
        return FALSE;
    }
    judge->n_features = (guint)n;
    for (guint f = 0; f < n; f++) {
        judge->features[f] = train_judge_feature_find(names[f]);
        if (!judge->features[f]) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                        "this program does not measure the feature '%s'; fit the judge again",
                        names[f]);
            return FALSE;
        }
    }
    const guint64 dims[] = {n, 1};
    if (!get_vector(gguf, "mean", dims, 1, judge->mean, error) ||
        !get_vector(gguf, "deviation", dims, 1, judge->deviation, error))
        return FALSE;
    for (guint f = 0; f < n; f++) {
        if (judge->deviation[f] <= 0) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "the deviation of '%s' is %g",
                        names[f], judge->deviation[f]);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean get_table(const BiqaGguf *gguf, TrainJudge *judge, GError **error)
{
    const char *const *names;
    gsize n;
    if (!biqa_gguf_get_strings(gguf, "judge.types", &names, &n, error))
        return FALSE;
    if (!n)
        return TRUE;
    const guint64 dims[] = {TRAIN_LEVELS, n};
    const BiqaGgufTensor *tensor = biqa_gguf_tensor(gguf, "table");
    /* The tensor lies in the file: its size bounds what is allocated for it. */
    judge->table = g_new0(double, tensor ? tensor->count : 1);
    if (!get_vector(gguf, "table", dims, 2, judge->table, error))
        return FALSE;
    judge->n_types = (guint)n;
    judge->types = g_new0(char *, n);
    for (guint t = 0; t < n; t++)
        judge->types[t] = g_strdup(names[t]);
    for (guint i = 0; i < n * TRAIN_LEVELS; i++) {
        if (judge->table[i] < 0 || judge->table[i] > 100) {
            g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                        "the table rates '%s' at level %u with %g, not 0 to 100",
                        names[i / TRAIN_LEVELS], i % TRAIN_LEVELS + 1, judge->table[i]);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean get_sizes(const BiqaGguf *gguf, const TrainJudge *judge, guint64 *n_nets,
                          guint sizes[TRAIN_MLP_LAYERS + 1], GError **error)
{
    g_autofree guint64 *hidden = NULL;
    gsize n;
    if (!biqa_gguf_get_uint(gguf, "judge.nets", n_nets, error) ||
        !biqa_gguf_get_uints(gguf, "judge.hidden", &hidden, &n, error))
        return FALSE;
    gboolean fits = *n_nets >= 1 && *n_nets <= TRAIN_JUDGE_MAX_NETS && n == 2;
    for (guint i = 0; fits && i < n; i++)
        fits = hidden[i] >= 1 && hidden[i] <= TRAIN_MLP_WIDEST;
    if (!fits) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "'judge.nets' or 'judge.hidden' is out of range: 1 to %d networks of two "
                    "hidden layers, each of 1 to %d",
                    TRAIN_JUDGE_MAX_NETS, TRAIN_MLP_WIDEST);
        return FALSE;
    }
    sizes[0] = judge->n_features;
    sizes[1] = (guint)hidden[0];
    sizes[2] = (guint)hidden[1];
    sizes[3] = 1;
    return TRUE;
}

static gboolean get_net(const BiqaGguf *gguf, TrainMlp *mlp, guint net, GError **error)
{
    for (guint l = 0; l < TRAIN_MLP_LAYERS; l++) {
        const guint64 dims[] = {mlp->sizes[l], mlp->sizes[l + 1]};
        double *weights = mlp->weights + train_mlp_offset(mlp, l);
        g_autofree char *weight = part_name(net, l, "weight"), *bias = part_name(net, l, "bias");
        if (!get_vector(gguf, weight, dims, 2, weights, error) ||
            !get_vector(gguf, bias, dims + 1, 1, weights + dims[0] * dims[1], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean get_nets(const BiqaGguf *gguf, TrainJudge *judge, GError **error)
{
    guint sizes[TRAIN_MLP_LAYERS + 1];
    guint64 n;
    if (!get_sizes(gguf, judge, &n, sizes, error))
        return FALSE;
    for (guint net = 0; net < n; net++) {
        judge->nets[net] = train_mlp_new(sizes, 0);
        judge->n_nets++;
        if (!get_net(gguf, judge->nets[net], net, error))
            return FALSE;
    }
    return TRUE;
}

TrainJudge *train_judge_parse(const BiqaGguf *gguf, GError **error)
{
    g_autoptr(TrainJudge) judge = g_new0(TrainJudge, 1);
    const char *license, *description;
    if (!check_architecture(gguf, error) ||
        !biqa_gguf_get_string(gguf, "general.license", &license, error) ||
        !biqa_gguf_get_string(gguf, "general.description", &description, error))
        return NULL;
    judge->license = g_strdup(license);
    judge->description = g_strdup(description);
    if (!get_features(gguf, judge, error) || !get_table(gguf, judge, error) ||
        !get_nets(gguf, judge, error))
        return NULL;
    return g_steal_pointer(&judge);
}
