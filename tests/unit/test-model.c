/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Model files: a model comes back as it was saved, and a wrong one is refused with its reason. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "gguf.h"
#include "malformed.h"
#include "prune.h"
#include "reference.h"
#include "support.h"

#define N_SEEDS 4

static void assert_same_graph(const BiqaGraph *a, const BiqaGraph *b)
{
    g_assert_cmpuint(a->n_layers, ==, b->n_layers);
    g_assert_cmpuint(a->n_params, ==, b->n_params);
    g_assert_cmpuint(a->size, ==, b->size);
    for (guint i = 0; i < a->n_layers; i++) {
        g_test_message("layer %u", i);
        g_assert_cmpmem(&a->layers[i], sizeof(BiqaLayer), &b->layers[i], sizeof(BiqaLayer));
    }
}

static void assert_same_params(const BiqaModel *a, const BiqaModel *b, BiqaBranch branch)
{
    for (gsize i = 0; i < a->graph->n_params; i++)
        if (a->params[branch][i] != b->params[branch][i])
            g_error("seed %" G_GUINT64_FORMAT ", branch %d, index %" G_GSIZE_FORMAT
                    ": expected %.9g, got %.9g",
                    a->seed, branch, i, a->params[branch][i], b->params[branch][i]);
}

static void assert_same_head(const BiqaUncertainty *a, const BiqaUncertainty *b)
{
    g_assert_cmpmem(a->terms, a->n_terms * sizeof *a->terms, b->terms,
                    b->n_terms * sizeof *b->terms);
    g_assert_cmpfloat(a->bias, ==, b->bias);
    g_assert_cmpfloat(a->hard_threshold, ==, b->hard_threshold);
    g_assert_cmpfloat(a->coverage, ==, b->coverage);
    g_assert_cmpfloat(a->quantile, ==, b->quantile);
    g_assert_cmpuint(a->n_images, ==, b->n_images);
}

static void assert_same_numbers(const BiqaModel *a, const BiqaModel *b)
{
    g_assert_cmpuint(a->seed, ==, b->seed);
    g_assert_cmpfloat(a->validation_srcc, ==, b->validation_srcc);
    g_assert_cmpfloat(a->validation_plcc, ==, b->validation_plcc);
    g_assert_cmpfloat(a->hard_threshold, ==, b->hard_threshold);
    g_assert_cmpint(a->pruning.structure, ==, b->pruning.structure);
    g_assert_cmpfloat(a->pruning.ratio, ==, b->pruning.ratio);
    g_assert_cmpint(a->competitor_norm, ==, b->competitor_norm);
    assert_same_head(&a->uncertainty, &b->uncertainty);
    g_assert_cmpmem(&a->scale, sizeof(a->scale), &b->scale, sizeof(b->scale));
    g_assert_cmpmem(&a->input, sizeof(a->input), &b->input, sizeof(b->input));
}

static void assert_same_model(const BiqaModel *a, const BiqaModel *b)
{
    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpstr(a->license, ==, b->license);
    g_assert_cmpstr(a->description, ==, b->description);
    g_assert_cmpstr(a->recipe, ==, b->recipe);
    g_assert_cmpint(a->datasets != NULL, ==, b->datasets != NULL);
    if (a->datasets)
        g_assert_cmpstrv(a->datasets, b->datasets);
    assert_same_numbers(a, b);
    assert_same_graph(a->graph, b->graph);
    for (guint branch = 0; branch < BIQA_N_BRANCHES; branch++)
        assert_same_params(a, b, branch);
}

static void test_round_trip(void)
{
    for (guint64 seed = 1; seed <= N_SEEDS; seed++) {
        g_autoptr(BiqaModel) model = tiny_model_new(seed << (8 * seed));
        g_autoptr(BiqaModel) again = model_reload(model);

        assert_same_model(model, again);
    }
}

/* Dimensions are written innermost first: layer 14 is a depthwise 5x3 (height x width)
 * convolution, layer 11 one of 12 channels that sees 4 of 8. */
static void test_shapes_in_file(void)
{
    static const struct {
        const char *name;
        guint n_dims;
        guint64 dims[4];
    } cases[] = {
        {"layer.14.weight", 4, {3, 5, 1, 12}},
        {"layer.11.weight", 4, {3, 3, 4, 12}},
        {"layer.14.bias", 1, {12}},
        {"layer.18.weight", 2, {36, 6}},
        {"layer.18.bias", 1, {6}},
        {"competitor.layer.12.variance", 1, {12}},
    };
    g_autoptr(BiqaModel) model = tiny_model_new(1);
    g_autoptr(GBytes) bytes = model_bytes(model);
    g_autoptr(BiqaGguf) gguf = biqa_gguf_parse(bytes, "shapes", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const BiqaGgufTensor *tensor = biqa_gguf_tensor(gguf, cases[i].name);

        g_test_message("%s", cases[i].name);
        g_assert_nonnull(tensor);
        g_assert_cmpuint(tensor->n_dims, ==, cases[i].n_dims);
        g_assert_cmpmem(tensor->dims, sizeof(tensor->dims), cases[i].dims, sizeof(cases[i].dims));
    }
    g_assert_null(biqa_gguf_tensor(gguf, "layer.11.bias"));
    g_assert_null(biqa_gguf_tensor(gguf, "competitor.layer.11.weight"));
}

/* Without what is optional, and with numbers that float32 does not hold. */
static void test_round_trip_bare(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autoptr(BiqaModel) again = NULL;

    g_clear_pointer(&model->name, g_free);
    g_clear_pointer(&model->license, g_free);
    g_clear_pointer(&model->description, g_free);
    g_clear_pointer(&model->recipe, g_free);
    g_clear_pointer(&model->datasets, g_strfreev);
    model->validation_srcc = model->validation_plcc = 0;
    model->pruning.ratio = .3;
    model->competitor_norm = FALSE;
    model->hard_threshold = .1;
    model->uncertainty = (BiqaUncertainty){0};
    biqa_model_prune(model);
    again = model_reload(model);
    assert_same_model(model, again);
}

/* A competitor of fewer channels, with normalisation of its own and without. */
static void test_round_trip_channels(void)
{
    for (guint own = 0; own < 2; own++) {
        g_autoptr(BiqaModel) model = tiny_model_new(1);
        g_autoptr(BiqaModel) again = NULL;

        model->pruning = (BiqaPruneRule){BIQA_PRUNE_CHANNELS, .5};
        model->competitor_norm = own;
        biqa_model_prune(model);
        again = model_reload(model);
        assert_same_model(model, again);
        g_autoptr(BiqaNet) full = biqa_model_fold(again, BIQA_FULL, NULL);
        g_autoptr(BiqaNet) competitor = biqa_model_fold(again, BIQA_COMPETITOR, NULL);
        g_assert_cmpuint(competitor->graph->n_params, <, full->graph->n_params);
    }
}

/* A head without an interval, and one with more figures. */
static void test_round_trip_head(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autoptr(BiqaModel) narrow = NULL, wide = NULL;

    model->uncertainty.n_images = 0;
    model->uncertainty.quantile = model->uncertainty.coverage = 0;
    narrow = model_reload(model);
    assert_same_model(model, narrow);
    model->uncertainty.n_terms = BIQA_N_FIGURES;
    for (guint i = 0; i < BIQA_N_FIGURES; i++)
        model->uncertainty.terms[i] = (BiqaTerm){BIQA_N_FIGURES - 1 - i, -1.f / (1 + i), .1f, .3f};
    wide = model_reload(model);
    assert_same_model(model, wide);
}

static void test_load_names_the_file(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autofree char *path = tiny_model_save(model);
    g_autoptr(GError) error = NULL, wrong = NULL, absent = NULL;
    g_autoptr(BiqaModel) again = biqa_model_load(path, &error);

    g_assert_no_error(error);
    assert_same_model(model, again);
    g_assert_true(g_file_set_contents(path, "GGUF", -1, NULL));
    g_assert_null(biqa_model_load(path, &wrong));
    assert_refused(wrong, BIQA_ERROR_FORMAT, path);
    g_unlink(path);
    g_assert_null(biqa_model_load(path, &absent));
    assert_refused(absent, BIQA_ERROR_FILE, path);
}

static void refuse_all(GArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        const Malformed *item = &g_array_index(list, Malformed, i);
        g_autoptr(GError) error = NULL;
        gsize size;
        const void *data = g_bytes_get_data(item->bytes, &size);

        g_test_message("%s", item->name);
        g_assert_null(biqa_model_parse(data, size, "x.gguf", &error));
        assert_refused(error, item->code, item->word);
        g_assert_true(g_str_has_prefix(error->message, "x.gguf: "));
        g_assert_null(strstr(error->message + 1, "x.gguf: "));
    }
}

static void test_malformed(void)
{
    g_autoptr(GArray) ggufs = malformed_ggufs(), models = malformed_models();

    refuse_all(ggufs);
    refuse_all(models);
}

static void test_truncated(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autoptr(GBytes) bytes = model_bytes(model);
    const gsize size = g_bytes_get_size(bytes);
    const gsize last = 4 * sizeof(float); /* competitor.layer.2.variance */

    for (gsize cut = 0; cut < size; cut++) {
        g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(bytes, NULL), cut);
        g_autoptr(GError) error = NULL;
        g_autoptr(BiqaModel) part = biqa_model_parse(copy, cut, "part", &error);

        g_test_message("cut to %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, cut, size);
        if (cut < size - (-last & 31)) {
            g_assert_null(part);
            assert_refused(error, BIQA_ERROR_FORMAT, "truncated");
        } else {
            g_assert_nonnull(part);
        }
    }
}

/* A byte changed anywhere gives a model or an error, never both nor neither. */
static void test_flipped_bytes(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autoptr(GBytes) bytes = model_bytes(model);
    const gsize size = g_bytes_get_size(bytes);
    g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(bytes, NULL), size);
    static const guint8 flips[] = {0x01, 0x80, 0xff};

    for (gsize i = 0; i < size * G_N_ELEMENTS(flips); i++) {
        guint8 *byte = &copy[i / G_N_ELEMENTS(flips)], old = *byte;
        g_autoptr(GError) error = NULL;
        g_autoptr(BiqaModel) changed = NULL;

        *byte ^= flips[i % G_N_ELEMENTS(flips)];
        changed = biqa_model_parse(copy, size, "flipped", &error);
        g_test_message("byte %" G_GSIZE_FORMAT " ^ %u", i / G_N_ELEMENTS(flips),
                       flips[i % G_N_ELEMENTS(flips)]);
        g_assert_true((changed == NULL) == (error != NULL));
        *byte = old;
    }
}

/* A network that training drove to NaN does not replace the file of one that works. */
static void test_save_refuses_nan(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autofree char *path = tiny_model_save(model);
    g_autoptr(BiqaModel) old = NULL;
    g_autoptr(GError) error = NULL;

    model->params[BIQA_FULL][model->graph->layers[4].offset[0]] = NAN;
    g_assert_false(biqa_model_save(model, path, &error));
    assert_refused(error, BIQA_ERROR_VALUE, "'layer.4.weight' holds a NaN");
    old = biqa_model_load(path, NULL);
    g_assert_nonnull(old);
    g_unlink(path);
}

/* The competitor's convolution weights are the full model's or zero, about the ratio of them zero;
 * its normalisation is its own; all else is the full model's. */
static void test_prune(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(1), other = tiny_model_new(2);
    const BiqaGraph *graph = model->graph;
    const float *full = model->params[BIQA_FULL];
    g_autofree guint8 *mask = g_malloc(graph->n_params);

    memcpy(model->params[BIQA_COMPETITOR], other->params[BIQA_FULL],
           graph->n_params * sizeof(float));
    model->pruning.ratio = .75;
    biqa_model_prune(model);
    biqa_prune_mask(graph, full, &model->pruning, mask);
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];
        const gsize count = layer->count[0] + layer->count[1] + layer->count[2] + layer->count[3];

        for (gsize k = 0; k < count; k++) {
            const gsize j = layer->offset[0] + k;
            const float expected = layer->kind == BIQA_LAYER_NORM ? other->params[BIQA_FULL][j]
                                   : mask[j]                      ? full[j]
                                                                  : 0;

            g_test_message("layer %u, index %" G_GSIZE_FORMAT, i, k);
            g_assert_cmpfloat(model->params[BIQA_COMPETITOR][j], ==, expected);
        }
    }
}

/* Where the competitor has no normalisation of its own it takes the full model's. */
static void test_prune_shared_norm(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(1);
    const BiqaGraph *graph = model->graph;
    guint n_norms = 0;

    model->competitor_norm = FALSE;
    biqa_model_prune(model);
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];

        if (layer->kind != BIQA_LAYER_NORM)
            continue;
        n_norms++;
        for (guint p = 0; p < 4; p++)
            g_assert_cmpmem(
                model->params[BIQA_COMPETITOR] + layer->offset[p], layer->count[p] * sizeof(float),
                model->params[BIQA_FULL] + layer->offset[p], layer->count[p] * sizeof(float));
    }
    g_assert_cmpuint(n_norms, ==, 4);
}

/* By hand, for the mini model: 108 weights on 4 x 4, 36 on 4 x 4, 16 of the linear layer; of the
 * 144 convolution weights the competitor lacks half. Two crops, two FLOP a multiply-accumulate. */
static void test_flop(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    const guint64 full = 144 * 16 + 16, competitor = 72 * 16 + 16;

    g_assert_cmpuint(biqa_model_flop(model), ==, 2 * 2 * (full + competitor));
}

static float run(const BiqaNet *net, const float *input)
{
    float **outputs = biqa_reference_outputs_new(net->graph);
    float score;

    memcpy(outputs[0], input, biqa_shape_size(net->graph->layers[0].shape) * sizeof(float));
    biqa_reference_run(net, outputs);
    score = outputs[net->graph->n_layers - 1][0];
    biqa_reference_outputs_free(outputs);
    return score;
}

/* Each branch folds to a net of its own; the folded one is tested for equality elsewhere, here that
 * the right parameters went in: the branches differ, and folding a branch twice gives the same. */
static void test_fold(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(1);
    const gsize size = biqa_shape_size(model->graph->layers[0].shape);
    g_autofree float *input = g_new(float, size);
    g_autofree guint *origin = NULL;
    g_autoptr(BiqaNet) full = biqa_model_fold(model, BIQA_FULL, &origin);
    g_autoptr(BiqaNet) again = biqa_model_fold(model, BIQA_FULL, NULL);
    g_autoptr(BiqaNet) competitor = biqa_model_fold(model, BIQA_COMPETITOR, NULL);
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);

    for (gsize i = 0; i < size; i++)
        input[i] = g_rand_double_range(rand, -1, 1);
    g_assert_cmpuint(full->graph->n_layers, <, model->graph->n_layers);
    g_assert_cmpuint(origin[full->graph->n_layers - 1], ==, model->graph->n_layers - 1);
    g_assert_cmpfloat(run(full, input), ==, run(again, input));
    g_assert_cmpfloat(run(full, input), !=, run(competitor, input));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/round-trip", test_round_trip);
    g_test_add_func("/model/shapes-in-file", test_shapes_in_file);
    g_test_add_func("/model/round-trip-bare", test_round_trip_bare);
    g_test_add_func("/model/round-trip-channels", test_round_trip_channels);
    g_test_add_func("/model/round-trip-head", test_round_trip_head);
    g_test_add_func("/model/load-names-the-file", test_load_names_the_file);
    g_test_add_func("/model/malformed", test_malformed);
    g_test_add_func("/model/truncated", test_truncated);
    g_test_add_func("/model/flipped-bytes", test_flipped_bytes);
    g_test_add_func("/model/save-refuses-nan", test_save_refuses_nan);
    g_test_add_func("/model/prune", test_prune);
    g_test_add_func("/model/prune-shared-norm", test_prune_shared_norm);
    g_test_add_func("/model/flop", test_flop);
    g_test_add_func("/model/fold", test_fold);
    return g_test_run();
}
