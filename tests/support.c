/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Models small enough to look at, built in code: what every suite tests with. */
#include "support.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define TINY_SIZE 24
#define MINI_SIZE 8

static const char *const tiny_layers[] = {
    /*  0 */ "input channels=3",
    /*  1 */ "conv inputs=0 channels=8 kernel=3x3 stride=2 groups=1 padding=same bias=no",
    /*  2 */ "norm inputs=1 epsilon=0.001",
    /*  3 */ "relu6 inputs=2",
    /*  4 */ "conv inputs=3 channels=8 kernel=3x3 stride=1 groups=8 padding=1 bias=no",
    /*  5 */ "norm inputs=4 epsilon=0.001",
    /*  6 */ "relu inputs=5",
    /*  7 */ "conv inputs=6 channels=8 kernel=1x1 stride=1 groups=1 padding=0 bias=yes",
    /*  8 */ "clip inputs=7 lo=-1 hi=1.5",
    /*  9 */ "add inputs=3,8",
    /* 10 */ "norm inputs=9 epsilon=0.001",
    /* 11 */ "conv inputs=10 channels=12 kernel=3x3 stride=2 groups=2 padding=1 bias=no",
    /* 12 */ "norm inputs=11 epsilon=0.00001",
    /* 13 */ "relu6 inputs=12",
    /* 14 */ "conv inputs=13 channels=12 kernel=5x3 stride=2 groups=12 padding=same bias=yes",
    /* 15 */ "conv inputs=14 channels=10 kernel=1x1 stride=1 groups=1 padding=0 bias=no",
    /* 16 */ "relu inputs=15",
    /* 17 */ "pool inputs=10,16 statistics=mean+deviation",
    /* 18 */ "linear inputs=17 channels=6",
    /* 19 */ "relu inputs=18",
    /* 20 */ "linear inputs=19 channels=1",
    NULL,
};

static const char *const mini_layers[] = {
    /* 0 */ "input channels=3",
    /* 1 */ "conv inputs=0 channels=4 kernel=3x3 stride=2 groups=1 padding=same bias=no",
    /* 2 */ "norm inputs=1 epsilon=0.001",
    /* 3 */ "relu6 inputs=2",
    /* 4 */ "conv inputs=3 channels=4 kernel=3x3 stride=1 groups=4 padding=1 bias=yes",
    /* 5 */ "clip inputs=4 lo=-1 hi=1",
    /* 6 */ "add inputs=3,5",
    /* 7 */ "relu inputs=6",
    /* 8 */ "pool inputs=3,7 statistics=mean+deviation",
    /* 9 */ "linear inputs=8 channels=1",
    NULL,
};

static GRand *rand_new(guint64 seed)
{
    const guint32 words[] = {seed & G_MAXUINT32, seed >> 32};

    return g_rand_new_with_seed_array(words, G_N_ELEMENTS(words));
}

BiqaGraph *inferred_graph_new(const char *const *lines, guint size)
{
    g_autoptr(GError) error = NULL;
    BiqaGraph *graph = biqa_graph_parse(lines, g_strv_length((char **)lines), &error);

    g_assert_no_error(error);
    biqa_graph_infer(graph, size, &error);
    g_assert_no_error(error);
    return graph;
}

BiqaGraph *tiny_graph_new(void)
{
    return inferred_graph_new(tiny_layers, TINY_SIZE);
}

/* The interval a parameter's values are drawn from. */
static void param_range(const BiqaLayer *layer, guint param, double *lo, double *hi)
{
    const BiqaParamInfo *info = &biqa_layer_info(layer->kind)->params[param];

    *hi = .2;
    *lo = -.2;
    if (info->role == BIQA_PARAM_WEIGHT && layer->channels) {
        *hi = sqrt(6. * layer->channels / layer->count[param]);
        *lo = -*hi;
    } else if (g_str_equal(info->name, "scale") || g_str_equal(info->name, "variance")) {
        *hi = 1.5;
        *lo = .5;
    }
}

void tiny_params_fill(const BiqaGraph *graph, float *params, guint64 seed)
{
    GRand *rand = rand_new(seed);

    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];

        for (guint p = 0; p < biqa_layer_info(layer->kind)->n_params; p++) {
            double lo, hi;

            if (!layer->count[p])
                continue;
            param_range(layer, p, &lo, &hi);
            for (gsize k = 0; k < layer->count[p]; k++)
                params[layer->offset[p] + k] = g_rand_double_range(rand, lo, hi);
        }
    }
    g_rand_free(rand);
}

/* graph (transfer full) */
static BiqaModel *model_new(const char *name, BiqaGraph *graph, guint64 seed)
{
    static const char *const datasets[] = {"noise", "more noise", NULL};
    BiqaModel *model = biqa_model_new();

    *model = (BiqaModel){
        .name = g_strdup(name),
        .license = g_strdup("CC0-1.0"),
        .description = g_strdup("random weights, for tests"),
        .datasets = g_strdupv((char **)datasets),
        .recipe = g_strdup("[stage]\nname=none\n"),
        .seed = seed,
        .validation_srcc = .5,
        .validation_plcc = .25,
        .graph = graph,
        .input = {.size = graph->size,
                  .n_crops = 2,
                  .crops = {{.reduce = 1, .x = .5f, .y = .5f}, {.reduce = 4, .x = 0.f, .y = 1.f}},
                  .mean = {123.675f, 116.28f, 103.53f},
                  .deviation = {58.395f, 57.12f, 57.375f}},
        .scale = {.offset = 50, .scale = 20},
        .hard_threshold = 5,
        .pruning.ratio = .5,
        .competitor_norm = TRUE,
    };
    for (guint branch = 0; branch < BIQA_N_BRANCHES; branch++) {
        model->params[branch] = g_new0(float, graph->n_params);
        tiny_params_fill(graph, model->params[branch], seed + branch);
    }
    biqa_model_prune(model);
    return model;
}

BiqaModel *tiny_model_new(guint64 seed)
{
    return model_new("tiny", tiny_graph_new(), seed);
}

BiqaUncertainty tiny_head(void)
{
    return (BiqaUncertainty){
        .n_terms = 4,
        .terms = {{BIQA_FIGURE_SCORE, 50, 25, -.25f},
                  {BIQA_FIGURE_SCORE_SQUARED, .5f, .5f, .125f},
                  {BIQA_FIGURE_CROP_DISAGREEMENT, 2, 1, .5f},
                  {BIQA_FIGURE_SPREAD, 1, 1, .25f}},
        .bias = 2,
        .hard_threshold = 7,
        .coverage = .9,
        .quantile = 1.75,
        .n_images = 40,
    };
}

BiqaModel *mini_model_new(guint64 seed)
{
    BiqaModel *model = model_new("mini", inferred_graph_new(mini_layers, MINI_SIZE), seed);

    model->input.n_spots = 2;
    model->input.spots[0] = (BiqaSpot){.25f, .75f};
    model->input.spots[1] = (BiqaSpot){1, 0};
    model->uncertainty = tiny_head();
    return model;
}

#define TINY_CENTROIDS 3

/* (transfer full) TINY_CENTROIDS of them, between 0 and 1. */
static float *tiny_centroids(const BiqaModel *model, const BiqaGating *gating, guint64 seed)
{
    const gsize n = (gsize)TINY_CENTROIDS * biqa_gating_length(gating, model->graph);
    float *centroids = g_new(float, n);
    GRand *rand = rand_new(seed);

    for (gsize i = 0; i < n; i++)
        centroids[i] = (float)g_rand_double(rand);
    g_rand_free(rand);
    return centroids;
}

void tiny_tasks_add(BiqaModel *model, gboolean of_base, guint64 seed)
{
    static const char *const names[] = {"first", "second"};
    const BiqaGating gating = biqa_gating_default(model->graph);
    g_autoptr(GError) error = NULL;

    for (guint t = 0; t < G_N_ELEMENTS(names); t++) {
        BiqaTask task = {
            .name = g_strdup(names[t]),
            .data = g_strdup("noise"),
            .date = g_strdup("2026-11-22"),
            .n_centroids = TINY_CENTROIDS,
            .centroids = tiny_centroids(model, &gating, seed + t),
            .scale = {.offset = 40 + 10.f * t, .scale = 15},
            .srcc = .25,
            .hard_threshold = 3 + t,
            .uncertainty = tiny_head(),
        };

        for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
            task.params[b] = g_new0(float, model->graph->n_params);
            tiny_params_fill(model->graph, task.params[b], seed + 10 * (t + 1) + b);
        }
        biqa_model_add_task(model, &gating, &task, &error);
        g_assert_no_error(error);
    }
    if (of_base) {
        model->tasks->items[0].n_centroids = TINY_CENTROIDS;
        model->tasks->items[0].centroids = tiny_centroids(model, &gating, seed + 2);
    }
}

char *tiny_model_save(const BiqaModel *model)
{
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("tiny-XXXXXX.gguf", &path, &error);

    g_assert_no_error(error);
    close(fd);
    biqa_model_save(model, path, &error);
    g_assert_no_error(error);
    return path;
}

GBytes *model_bytes(const BiqaModel *model)
{
    g_autofree char *path = tiny_model_save(model);
    g_autoptr(GError) error = NULL;
    char *data;
    gsize size;

    g_file_get_contents(path, &data, &size, &error);
    g_assert_no_error(error);
    g_unlink(path);
    return g_bytes_new_take(data, size);
}

BiqaModel *model_reload(const BiqaModel *model)
{
    g_autoptr(GBytes) bytes = model_bytes(model);
    g_autoptr(GError) error = NULL;
    BiqaModel *again =
        biqa_model_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "again", &error);

    g_assert_no_error(error);
    return again;
}

void assert_refused(const GError *error, BiqaErrorCode code, const char *word)
{
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    g_assert_error(error, BIQA_ERROR, (int)code);
    if (!strstr(error->message, word))
        g_error("\"%s\" does not say \"%s\"", error->message, word);
}
