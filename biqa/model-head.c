/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of an uncertainty head, read and written. */
#include "model-file.h"
#include "model-value.h"

enum {
    HEAD_VERSION,
    HEAD_FIGURES,
    HEAD_MEAN,
    HEAD_DEVIATION,
    HEAD_WEIGHT,
    HEAD_BIAS,
    HEAD_THRESHOLD,
    HEAD_QUANTILE,
    HEAD_COVERAGE,
    HEAD_CALIBRATED,
    N_HEAD_KEYS
};

/* (transfer full) */
static char **head_keys(const char *prefix)
{
    static const char *const names[N_HEAD_KEYS] = {
        [HEAD_VERSION] = "uncertainty.version",
        [HEAD_FIGURES] = "uncertainty.figures",
        [HEAD_MEAN] = "uncertainty.mean",
        [HEAD_DEVIATION] = "uncertainty.deviation",
        [HEAD_WEIGHT] = "uncertainty.weight",
        [HEAD_BIAS] = "uncertainty.bias",
        [HEAD_THRESHOLD] = "uncertainty.hard_threshold",
        [HEAD_QUANTILE] = "conformal.quantile",
        [HEAD_COVERAGE] = "conformal.coverage",
        [HEAD_CALIBRATED] = "conformal.images",
    };
    char **keys = g_new0(char *, N_HEAD_KEYS + 1);

    for (guint i = 0; i < N_HEAD_KEYS; i++)
        keys[i] = g_strconcat(prefix, names[i], NULL);
    return keys;
}

static gboolean read_figures(const BiqaGguf *gguf, char *const *keys, BiqaUncertainty *head,
                             GError **error)
{
    const char *const *names;
    gsize n;

    if (!biqa_gguf_get_strings(gguf, keys[HEAD_FIGURES], &names, &n, error))
        return FALSE;
    if (n < 1 || n > BIQA_N_FIGURES)
        return model_fail(error, BIQA_ERROR_VALUE,
                          "key '%s' has %" G_GSIZE_FORMAT " values, not 1 to %d figures",
                          keys[HEAD_FIGURES], n, BIQA_N_FIGURES);
    head->n_terms = n;
    for (guint i = 0; i < n; i++) {
        if (!biqa_figure_find(names[i], &head->terms[i].figure))
            return model_fail(
                error, BIQA_ERROR_SUPPORT,
                "key '%s' holds '%s', a figure this build does not know: update biqafilter",
                keys[HEAD_FIGURES], names[i]);
    }
    return TRUE;
}

static gboolean read_terms(const BiqaGguf *gguf, char *const *keys, BiqaUncertainty *head,
                           GError **error)
{
    float mean[BIQA_N_FIGURES], deviation[BIQA_N_FIGURES], weight[BIQA_N_FIGURES];
    double bias;

    if (!read_figures(gguf, keys, head, error) ||
        !model_read_floats(gguf, keys[HEAD_MEAN], -G_MAXFLOAT, G_MAXFLOAT, head->n_terms, mean,
                           error) ||
        !model_read_floats(gguf, keys[HEAD_DEVIATION], G_MINFLOAT, G_MAXFLOAT, head->n_terms,
                           deviation, error) ||
        !model_read_floats(gguf, keys[HEAD_WEIGHT], -G_MAXFLOAT, G_MAXFLOAT, head->n_terms, weight,
                           error) ||
        !model_read_double(gguf, keys[HEAD_BIAS], -G_MAXFLOAT, G_MAXFLOAT, &bias, error))
        return FALSE;
    head->bias = bias;
    for (guint i = 0; i < head->n_terms; i++)
        head->terms[i] = (BiqaTerm){.figure = head->terms[i].figure,
                                    .mean = mean[i],
                                    .deviation = deviation[i],
                                    .weight = weight[i]};
    return TRUE;
}

static gboolean read_interval(const BiqaGguf *gguf, char *const *keys, BiqaUncertainty *head,
                              GError **error)
{
    if (!biqa_gguf_has(gguf, keys[HEAD_QUANTILE]))
        return TRUE;
    return model_read_double(gguf, keys[HEAD_QUANTILE], 0, G_MAXFLOAT, &head->quantile, error) &&
           model_read_double(gguf, keys[HEAD_COVERAGE], 0, 1, &head->coverage, error) &&
           model_read_uint(gguf, keys[HEAD_CALIBRATED], G_MAXUINT, &head->n_images, error);
}

gboolean model_read_head(const BiqaGguf *gguf, const char *prefix, BiqaUncertainty *head,
                         GError **error)
{
    g_auto(GStrv) keys = head_keys(prefix);
    guint version;

    if (!biqa_gguf_has(gguf, keys[HEAD_VERSION]))
        return TRUE;
    if (!model_read_uint(gguf, keys[HEAD_VERSION], G_MAXUINT, &version, error))
        return FALSE;
    if (version > MODEL_HEAD_VERSION)
        return model_fail(error, BIQA_ERROR_SUPPORT,
                          "key '%s' is %u, newer than the %d this build knows: update biqafilter",
                          keys[HEAD_VERSION], version, MODEL_HEAD_VERSION);
    return read_terms(gguf, keys, head, error) &&
           model_read_double(gguf, keys[HEAD_THRESHOLD], 0, G_MAXFLOAT, &head->hard_threshold,
                             error) &&
           read_interval(gguf, keys, head, error);
}

void model_put_head(BiqaGgufWriter *writer, const char *prefix, const BiqaUncertainty *head)
{
    g_auto(GStrv) keys = head_keys(prefix);
    const char *names[BIQA_N_FIGURES];
    float mean[BIQA_N_FIGURES], deviation[BIQA_N_FIGURES], weight[BIQA_N_FIGURES];

    if (head->n_terms == 0)
        return;
    for (guint i = 0; i < head->n_terms; i++) {
        names[i] = biqa_figure_name(head->terms[i].figure);
        mean[i] = head->terms[i].mean;
        deviation[i] = head->terms[i].deviation;
        weight[i] = head->terms[i].weight;
    }
    biqa_gguf_put_uint(writer, keys[HEAD_VERSION], MODEL_HEAD_VERSION);
    biqa_gguf_put_strings(writer, keys[HEAD_FIGURES], names, head->n_terms);
    biqa_gguf_put_floats(writer, keys[HEAD_MEAN], mean, head->n_terms);
    biqa_gguf_put_floats(writer, keys[HEAD_DEVIATION], deviation, head->n_terms);
    biqa_gguf_put_floats(writer, keys[HEAD_WEIGHT], weight, head->n_terms);
    biqa_gguf_put_float(writer, keys[HEAD_BIAS], head->bias);
    biqa_gguf_put_double(writer, keys[HEAD_THRESHOLD], head->hard_threshold);
    if (head->n_images == 0)
        return;
    biqa_gguf_put_double(writer, keys[HEAD_COVERAGE], head->coverage);
    biqa_gguf_put_double(writer, keys[HEAD_QUANTILE], head->quantile);
    biqa_gguf_put_uint(writer, keys[HEAD_CALIBRATED], head->n_images);
}
