/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the self-competitor lacks: small weights anywhere (OHEM's rule), or whole channels. */
#include "prune.h"

#include "channels.h"

#include <math.h>
#include <string.h>

static guint32 float_bits(float value)
{
    guint32 bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Of the values whose bits from shift + 16 on are those of known: the sixteen bits from shift on of
 * the one that is *rank-th (from 0), and its rank among those that share them. */
static guint32 select_digit(const GArray *values, guint shift, guint64 known, gsize *rank)
{
    g_autofree gsize *counts = g_new0(gsize, 1 << 16);
    guint32 digit = 0;

    for (gsize i = 0; i < values->len; i++) {
        const guint32 bits = float_bits(g_array_index(values, float, i));
        if ((guint64)bits >> (shift + 16) == known >> (shift + 16))
            counts[bits >> shift & 0xffff]++;
    }
    for (; *rank >= counts[digit]; digit++)
        *rank -= counts[digit];
    return digit << shift;
}

/* The rank-th smallest (from 0) of values that are not negative: their bits have the same order as
 * they. Sorting them all would take most of the time that loading a model does. */
static float select_value(const GArray *values, gsize rank)
{
    const guint32 high = select_digit(values, 16, 0, &rank);
    const guint32 bits = high | select_digit(values, 0, high, &rank);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Magnitudes of all convolution weights, in the order of the arena. */
static GArray *conv_magnitudes(const BiqaGraph *graph, const float *params)
{
    GArray *magnitudes = g_array_new(FALSE, FALSE, sizeof(float));
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        if (layer->kind != BIQA_LAYER_CONV)
            continue;
        for (gsize j = 0; j < layer->count[0]; j++) {
            const float magnitude = fabsf(params[layer->offset[0] + j]);
            g_array_append_val(magnitudes, magnitude);
        }
    }
    return magnitudes;
}

static void mask_weights(const BiqaGraph *graph, const float *params, double ratio, guint8 *mask)
{
    g_autoptr(GArray) magnitudes = conv_magnitudes(graph, params);
    if (!magnitudes->len)
        return;
    const gsize k = (gsize)ceil(ratio * magnitudes->len);
    const float threshold = select_value(magnitudes, MIN(k, magnitudes->len - 1));

    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        if (layer->kind != BIQA_LAYER_CONV)
            continue;
        for (gsize j = layer->offset[0]; j < layer->offset[0] + layer->count[0]; j++)
            mask[j] = fabsf(params[j]) >= threshold;
    }
}

/* A channel and how much it weighs. */
typedef struct {
    guint c;
    double squares;
} Rank;

static int compare_ranks(gconstpointer a, gconstpointer b)
{
    const Rank *first = a, *second = b;

    if (first->squares != second->squares)
        return first->squares < second->squares ? -1 : 1;
    return first->c < second->c ? -1 : 1;
}

static double sum_squares(const float *params, const GArray *runs)
{
    double sum = 0.;

    for (guint r = 0; r < runs->len; r++) {
        const BiqaParamRun *run = &g_array_index(runs, BiqaParamRun, r);
        for (gsize j = run->first; run->weights && j < run->first + run->n; j++)
            sum += (double)params[j] * params[j];
    }
    return sum;
}

/* Of one set. */
static void mask_set(const BiqaChannels *channels, guint set, const float *params, double ratio,
                     guint8 *mask)
{
    const guint n = channels->graph->layers[set].shape.c, gone = (guint)floor(ratio * n);
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(BiqaParamRun));
    g_autofree Rank *ranks = g_new(Rank, n);

    for (guint c = 0; c < n; c++) {
        biqa_channels_runs(channels, set, c, runs);
        ranks[c] = (Rank){c, sum_squares(params, runs)};
    }
    qsort(ranks, n, sizeof *ranks, compare_ranks);
    for (guint k = 0; k < gone; k++) {
        biqa_channels_runs(channels, set, ranks[k].c, runs);
        for (guint r = 0; r < runs->len; r++) {
            const BiqaParamRun *run = &g_array_index(runs, BiqaParamRun, r);
            memset(mask + run->first, 0, run->n);
        }
    }
}

static void mask_channels(const BiqaGraph *graph, const float *params, double ratio, guint8 *mask)
{
    g_autoptr(BiqaChannels) channels = biqa_channels_new(graph);

    for (guint i = 0; i < graph->n_layers; i++)
        if (channels->set[i] == i && !channels->kept[i])
            mask_set(channels, i, params, ratio, mask);
}

typedef struct {
    const char *name;
    void (*mask)(const BiqaGraph *graph, const float *params, double ratio, guint8 *mask);
} Structure;

static const Structure structures[] = {
    [BIQA_PRUNE_WEIGHTS] = {"weights", mask_weights},
    [BIQA_PRUNE_CHANNELS] = {"channels", mask_channels},
};
G_STATIC_ASSERT(G_N_ELEMENTS(structures) == BIQA_N_PRUNE_STRUCTURES);

void biqa_prune_mask(const BiqaGraph *graph, const float *params, const BiqaPruneRule *rule,
                     guint8 *mask)
{
    g_return_if_fail(rule->structure < BIQA_N_PRUNE_STRUCTURES);
    g_return_if_fail(rule->ratio >= 0. && rule->ratio < 1.);
    memset(mask, 1, graph->n_params);
    structures[rule->structure].mask(graph, params, rule->ratio, mask);
}

void biqa_prune_apply(const BiqaGraph *graph, const float *params, const guint8 *mask, float *out)
{
    for (gsize j = 0; j < graph->n_params; j++)
        out[j] = mask[j] ? params[j] : 0.f;
}

const char *biqa_prune_structure_name(BiqaPruneStructure structure)
{
    g_return_val_if_fail(structure < BIQA_N_PRUNE_STRUCTURES, NULL);
    return structures[structure].name;
}

gboolean biqa_prune_structure_find(const char *name, BiqaPruneStructure *structure)
{
    for (guint i = 0; i < BIQA_N_PRUNE_STRUCTURES; i++)
        if (g_str_equal(structures[i].name, name)) {
            *structure = (BiqaPruneStructure)i;
            return TRUE;
        }
    return FALSE;
}
