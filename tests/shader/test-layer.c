/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every kind of layer at awkward shapes, run every way. */
#include "check.h"
#include "support.h"
#include "winograd.h"

/* A map of channels x size x (size - narrow) to try layers on: the input through a first
 * convolution. */
typedef struct {
    guint size, narrow, channels;
} Source;

static const Source sources[] = {
    {1, 0, 1},  {1, 0, 127}, {13, 6, 3}, {13, 6, 24},
    {7, 0, 16}, {29, 2, 5},  {28, 0, 8}, {14, 13, 6},
};

typedef struct {
    guint kernel_h, kernel_w, stride, pad;
    gboolean same;
} Window;

static const Window windows[] = {
    {1, 1, 1, 0, FALSE}, {1, 1, 2, 0, FALSE}, {3, 3, 1, 1, FALSE}, {3, 3, 2, 0, TRUE},
    {3, 3, 2, 1, FALSE}, {3, 3, 3, 0, TRUE},  {5, 3, 1, 2, FALSE}, {2, 4, 2, 0, TRUE},
    {7, 7, 2, 3, FALSE}, {1, 9, 1, 0, TRUE},  {9, 9, 1, 0, TRUE},
};

static const guint outputs[] = {1, 3, 16, 24, 127};

static guint add_layer(BiqaGraph *graph, BiqaLayer layer, guint input)
{
    layer.n_inputs = MAX(layer.n_inputs, 1);
    layer.inputs[0] = input;
    return biqa_graph_add(graph, &layer);
}

static BiqaLayer conv(const Window *window, guint channels, guint groups)
{
    BiqaLayer layer = biqa_layer(BIQA_LAYER_CONV);

    layer.kernel_h = window->kernel_h;
    layer.kernel_w = window->kernel_w;
    layer.stride = window->stride;
    layer.pad = window->pad;
    layer.same = window->same;
    layer.channels = channels;
    layer.groups = groups;
    layer.bias = TRUE;
    return layer;
}

static BiqaGraph *graph_new(const Source *source, guint *map)
{
    BiqaGraph *graph = biqa_graph_new();
    BiqaLayer input = biqa_layer(BIQA_LAYER_INPUT);
    const Window first = {1, source->narrow + 1, 1, 0, FALSE};

    input.channels = 3;
    *map = add_layer(graph, conv(&first, source->channels, 1), biqa_graph_add(graph, &input));
    /* INPUT reads nothing. */
    graph->layers[0].n_inputs = 0;
    return graph;
}

/* Whether the kernel fits into the padded map. */
static gboolean fits(const Source *source, const Window *window)
{
    return window->same || (window->kernel_h <= source->size + 2 * window->pad &&
                            window->kernel_w <= source->size - source->narrow + 2 * window->pad);
}

/* Closes the graph by a head over the last layer, as a model must end in a vector. */
static void close_graph(BiqaGraph *graph)
{
    g_autoptr(GError) error = NULL;
    BiqaLayer linear = biqa_layer(BIQA_LAYER_LINEAR);

    linear.channels = 5;
    add_layer(graph, linear, add_layer(graph, biqa_layer(BIQA_LAYER_POOL), graph->n_layers - 1));
    biqa_graph_infer(graph, graph->size, &error);
    g_assert_no_error(error);
}

/* Closes the graph and runs it. graph (transfer full) */
static void check_graph(BiqaGraph *graph, const char *name, guint64 seed)
{
    g_autoptr(BiqaModel) model = biqa_model_new();
    BiqaFrameFormat format;

    close_graph(graph);
    model->graph = graph;
    model->input.size = graph->size;
    model->input.n_crops = 2;
    for (guint i = 0; i < 2; i++)
        model->input.crops[i] = (BiqaCrop){1, (float)i, .5f};
    for (guint i = 0; i < 3; i++) {
        model->input.mean[i] = 128;
        model->input.deviation[i] = 64;
    }
    /* Competitors of fewer weights and of fewer channels in turn. */
    model->pruning = (BiqaPruneRule){seed % BIQA_N_PRUNE_STRUCTURES, .5};
    model->params[BIQA_FULL] = g_new(float, graph->n_params);
    tiny_params_fill(graph, model->params[BIQA_FULL], seed);
    biqa_model_prune(model);

    biqa_frame_format_rgb(&format, graph->size + 3, graph->size);
    BiqaFrame frame = noise_frame(&format, (gsize[BIQA_MAX_PLANES]){3 * format.width + 1}, seed);
    for (guint w = 0; check_way(w); w++) {
        const CheckCase what = {name, seed, check_way(w)};
        g_autoptr(BiqaBackend) backend = check_open(model, &what);

        check_frame(backend, model, &frame, &what);
    }
    g_free((guint8 *)frame.planes[0]);
}

/* Side by side on one map: every window that fits, made by make(). */
static void check_windows(const char *name, guint64 seed,
                          void (*make)(BiqaGraph *, const Source *, const Window *, guint map))
{
    for (guint s = 0; s < G_N_ELEMENTS(sources); s++) {
        guint map;
        BiqaGraph *graph = graph_new(&sources[s], &map);

        graph->size = sources[s].size;
        for (guint w = 0; w < G_N_ELEMENTS(windows); w++)
            if (fits(&sources[s], &windows[w]))
                make(graph, &sources[s], &windows[w], map);
        check_graph(graph, name, seed + s);
    }
}

static void make_dense(BiqaGraph *graph, const Source *source, const Window *window, guint map)
{
    const guint index = graph->n_layers % G_N_ELEMENTS(outputs);

    add_layer(graph, conv(window, outputs[index], 1), map);
    /* Every width, where it is cheap to compile. */
    for (guint i = 0; window->kernel_h * window->kernel_w == 1 && i < G_N_ELEMENTS(outputs); i++)
        add_layer(graph, conv(window, outputs[i], 1), map);
    add_layer(graph, biqa_layer(BIQA_LAYER_RELU6), graph->n_layers - 1);
}

static void make_depthwise(BiqaGraph *graph, const Source *source, const Window *window, guint map)
{
    add_layer(graph, conv(window, source->channels, source->channels), map);
}

/* Groups of several sizes, with as many, fewer and more outputs than inputs. */
static void make_grouped(BiqaGraph *graph, const Source *source, const Window *window, guint map)
{
    for (guint groups = 2; groups <= 3; groups++)
        if (source->channels % groups == 0) {
            add_layer(graph, conv(window, source->channels, groups), map);
            add_layer(graph, conv(window, 5 * groups, groups), map);
        }
    add_layer(graph, conv(window, 2 * source->channels, source->channels), map);
}

static void test_dense(void)
{
    check_windows("dense", 100, make_dense);
}

static void test_depthwise(void)
{
    check_windows("depthwise", 200, make_depthwise);
}

static void test_grouped(void)
{
    check_windows("grouped", 300, make_grouped);
}

/* ADD, CLIP, POOL and LINEAR on every map. */
static void test_others(void)
{
    for (guint s = 0; s < G_N_ELEMENTS(sources); s++) {
        const Window same = {3, 3, 1, 0, TRUE};
        BiqaLayer add = biqa_layer(BIQA_LAYER_ADD), clip = biqa_layer(BIQA_LAYER_CLIP),
                  pool = biqa_layer(BIQA_LAYER_POOL), linear = biqa_layer(BIQA_LAYER_LINEAR);
        guint map, other, sum;
        BiqaGraph *graph = graph_new(&sources[s], &map);

        graph->size = sources[s].size;
        other = add_layer(graph, conv(&same, sources[s].channels, 1), map);
        add.n_inputs = 2;
        add.inputs[1] = other;
        sum = add_layer(graph, add, map);
        clip.lo = -.25f;
        clip.hi = .5f;
        add_layer(graph, clip, sum); /* a layer of its own, as the pool reads the sum, too */
        pool.n_inputs = 4;
        pool.inputs[1] = sum;
        pool.inputs[2] = sum + 1;
        pool.inputs[3] = other;
        pool.deviation = TRUE;
        linear.channels = 7;
        linear.n_inputs = 1;
        add_layer(graph, linear, add_layer(graph, pool, map));
        check_graph(graph, "others", 400 + s);
    }
}

/* The first layer of a network: few channels, rows of many vectors. */
static void test_few(void)
{
    const Source large[] = {{101, 0, 3}, {70, 3, 4}};

    for (guint s = 0; s < G_N_ELEMENTS(large); s++) {
        guint map;
        BiqaGraph *graph = graph_new(&large[s], &map);

        graph->size = large[s].size;
        for (guint w = 2; w < 5; w++)
            add_layer(graph, conv(&windows[w], outputs[w - 1], 1), map);
        check_graph(graph, "few", 600 + s);
    }
}

/* How many layers run by Winograd's components, in tiles (winograd.h). */
static guint count_tiled(const BiqaGraph *graph)
{
    g_autoptr(BiqaGraph) closed = biqa_graph_copy(graph);
    guint n = 0;

    close_graph(closed);
    for (guint i = 1; i < closed->n_layers; i++)
        n += biqa_vk_winograd_suits(closed, i);
    return n;
}

/* Tiles that stick out, with borders of none, one and two; several chunks of inputs, and outputs
 * that are no whole block; more tiles than scratch takes at a time, so that some that run together
 * are of two samples. */
static void test_tiles(void)
{
    const Source some[] = {{11, 2, 66}, {65, 2, 34}};
    const guint channels[] = {47, 21};

    for (guint s = 0; s < G_N_ELEMENTS(some); s++) {
        guint map;
        BiqaGraph *graph = graph_new(&some[s], &map);

        graph->size = some[s].size;
        for (guint pad = 0; pad < 3; pad++) {
            add_layer(graph, conv(&(Window){3, 3, 1, pad, FALSE}, channels[s], 1), map);
            add_layer(graph, biqa_layer(BIQA_LAYER_RELU6), graph->n_layers - 1);
        }
        g_assert_cmpuint(count_tiled(graph), ==, 3);
        check_graph(graph, "tiles", 700 + s);
    }
}

/* More input channels than a chunk takes, and more output channels than a dispatch. */
static void test_chunks(void)
{
    const Source wide[] = {{36, 0, 150}, {5, 0, 261}};
    const guint wider[] = {70, 760};
    const Window one = {1, 1, 1, 0, FALSE}, three = {3, 3, 1, 1, FALSE};

    for (guint s = 0; s < G_N_ELEMENTS(wide); s++) {
        guint map;
        BiqaGraph *graph = graph_new(&wide[s], &map);

        graph->size = wide[s].size;
        add_layer(graph, conv(&one, wider[s], 1), map);
        add_layer(graph, biqa_layer(BIQA_LAYER_RELU), graph->n_layers - 1);
        add_layer(graph, conv(&three, 10, 1), map);
        check_graph(graph, "chunks", 500 + s);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shader/layer/dense", test_dense);
    g_test_add_func("/shader/layer/depthwise", test_depthwise);
    g_test_add_func("/shader/layer/grouped", test_grouped);
    g_test_add_func("/shader/layer/others", test_others);
    g_test_add_func("/shader/layer/few", test_few);
    g_test_add_func("/shader/layer/tiles", test_tiles);
    g_test_add_func("/shader/layer/chunks", test_chunks);
    return g_test_run();
}
