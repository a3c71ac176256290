/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gradients against central differences, tensor by tensor: of L = sum of d[s] score[s], along a
 * random direction v of signs and along single parameters,
 *   D(h) = (L(p + h v) - L(p - h v)) / 2h = g v + O(h^2).
 * The difference allowed is |D(h) - D(2h)|, three times the truncation error of D(h), and the
 * rounding of L over h: 2^-24 of the largest value, once a layer and sample, independently of each
 * other, four deviations of that. To be a test at all it must stay below a fiftieth of the norm of
 * the tensor's gradient, unless that is lost in rounding (a bias in front of a NORM has no effect
 * on anything). h is halved until no value is carried over the bend of a clamp.
 *
 * The first layer of every graph is a convolution: its weights' gradient is right only if what the
 * layers behind it hand back is. */
#include "grad.h"
#include "support.h"
#include <math.h>
#include <string.h>

#define SEED 31337u
#define SAMPLES 3 /* where a case does not say */
#define MOST_SAMPLES 11
#define LONGEST_STEP 0x1p-7f
#define SHORTEST_STEP 0x1p-14f
#define FIRST                                                                                      \
    "input channels=3", "conv inputs=0 channels=4 kernel=1x1 stride=1 groups=1 padding=0 bias=yes"
#define LAST(n) "pool inputs=" n " statistics=mean+deviation"

typedef struct {
    const char *name;
    guint size;
    const char *layers[12]; /* NULL-terminated; a LINEAR to one score is put behind */
    guint samples;
} Case;

#define ONE(layer)                                                                                 \
    {                                                                                              \
        FIRST, layer, LAST("2")                                                                    \
    }

static const Case cases[] = {
    {"conv-3x3", 7,
     ONE("conv inputs=1 channels=5 kernel=3x3 stride=1 groups=1 padding=same bias=yes")},
    {"conv-odd-stride", 9,
     ONE("conv inputs=1 channels=5 kernel=3x3 stride=2 groups=1 padding=same bias=no")},
    {"conv-even-stride", 8,
     ONE("conv inputs=1 channels=5 kernel=3x3 stride=2 groups=1 padding=same bias=no")},
    {"conv-symmetric", 8,
     ONE("conv inputs=1 channels=3 kernel=3x3 stride=2 groups=1 padding=1 bias=yes")},
    {"conv-5x3", 9, ONE("conv inputs=1 channels=3 kernel=5x3 stride=3 groups=1 padding=2 bias=no")},
    {"conv-1x1", 5,
     ONE("conv inputs=1 channels=9 kernel=1x1 stride=1 groups=1 padding=0 bias=yes")},
    {"conv-1x1-stride", 7,
     ONE("conv inputs=1 channels=5 kernel=1x1 stride=2 groups=1 padding=same bias=no")},
    {"groups", 7, ONE("conv inputs=1 channels=6 kernel=3x3 stride=1 groups=2 padding=1 bias=yes")},
    {"groups-1x1", 5,
     ONE("conv inputs=1 channels=6 kernel=1x1 stride=1 groups=2 padding=0 bias=no")},
    {"groups-multiplied", 7,
     ONE("conv inputs=1 channels=8 kernel=3x3 stride=2 groups=4 padding=same bias=no")},
    {"depthwise", 7,
     ONE("conv inputs=1 channels=4 kernel=3x3 stride=1 groups=4 padding=1 bias=yes")},
    {"depthwise-wide", 19,
     ONE("conv inputs=1 channels=4 kernel=3x3 stride=1 groups=4 padding=same bias=no")},
    {"depthwise-stride", 8,
     ONE("conv inputs=1 channels=4 kernel=3x3 stride=2 groups=4 padding=same bias=no")},
    {"depthwise-odd-stride", 9,
     ONE("conv inputs=1 channels=4 kernel=3x3 stride=2 groups=4 padding=same bias=no")},
    {"depthwise-symmetric", 10,
     ONE("conv inputs=1 channels=4 kernel=3x3 stride=2 groups=4 padding=1 bias=no")},
    {"depthwise-unpadded", 9,
     ONE("conv inputs=1 channels=4 kernel=3x3 stride=1 groups=4 padding=0 bias=no")},
    {"depthwise-overpadded", 5,
     ONE("conv inputs=1 channels=4 kernel=3x3 stride=1 groups=4 padding=3 bias=no")},
    {"depthwise-5x5", 8,
     ONE("conv inputs=1 channels=4 kernel=5x5 stride=1 groups=4 padding=same bias=no")},
    {"depthwise-5x5-stride", 9,
     ONE("conv inputs=1 channels=4 kernel=5x5 stride=2 groups=4 padding=2 bias=no")},
    {"depthwise-2x4", 7,
     ONE("conv inputs=1 channels=4 kernel=2x4 stride=1 groups=4 padding=same bias=no")},
    {"depthwise-stride-beyond-kernel", 10,
     ONE("conv inputs=1 channels=4 kernel=2x2 stride=3 groups=4 padding=1 bias=no")},
    {"norm", 5, ONE("norm inputs=1 epsilon=0.001")},
    {"norm-vector",
     1,
     {FIRST, "norm inputs=1 epsilon=0.001", "relu inputs=2", "norm inputs=3 epsilon=0.01",
      "linear inputs=4 channels=3"}},
    {"relu", 7, ONE("relu inputs=1")},
    {"clip", 7, ONE("clip inputs=1 lo=-0.7 hi=0.9")},
    {"norm-relu6", 7, {FIRST, "norm inputs=1 epsilon=0.001", "relu6 inputs=2", LAST("3")}},
    {"norm-clip",
     7,
     {FIRST, "norm inputs=1 epsilon=0.001", "clip inputs=2 lo=-0.5 hi=0.75", LAST("3")}},
    /* a clamp that cannot share memory with its input, and one upon another */
    {"clamps",
     7,
     {FIRST, "relu6 inputs=1", "clip inputs=2 lo=0.1 hi=1.5", "clip inputs=1 lo=-0.5 hi=0.5",
      LAST("2,3,4")}},
    {"norm-shared",
     5,
     {FIRST, "norm inputs=1 epsilon=0.001", "norm inputs=1 epsilon=0.1", "add inputs=2,3",
      LAST("1,4")}},
    {"add",
     5,
     {FIRST, "conv inputs=1 channels=4 kernel=3x3 stride=1 groups=1 padding=1 bias=no",
      "conv inputs=1 channels=4 kernel=3x3 stride=1 groups=4 padding=1 bias=no", "add inputs=2,3",
      "relu inputs=4", LAST("5")}},
    {"add-twice", 5, {FIRST, "relu inputs=1", "add inputs=2,2", LAST("3")}},
    {"residual",
     6,
     {FIRST, "relu inputs=1",
      "conv inputs=2 channels=4 kernel=3x3 stride=1 groups=4 padding=1 bias=no",
      "norm inputs=3 epsilon=0.001", "add inputs=2,4",
      "conv inputs=5 channels=4 kernel=3x3 stride=1 groups=1 padding=1 bias=yes", "add inputs=5,6",
      "clip inputs=7 lo=-3 hi=3", LAST("8")}},
    /* every kind of convolution adding to a slope that somebody has written before */
    {"shared",
     7,
     {FIRST, "relu inputs=1",
      "conv inputs=2 channels=4 kernel=3x3 stride=1 groups=4 padding=1 bias=no",
      "conv inputs=2 channels=4 kernel=3x3 stride=2 groups=4 padding=1 bias=no",
      "conv inputs=2 channels=3 kernel=1x1 stride=1 groups=1 padding=0 bias=no",
      "conv inputs=2 channels=3 kernel=3x3 stride=2 groups=1 padding=same bias=no",
      LAST("2,3,4,5,6")}},
    {"pool-mean",
     6,
     {FIRST, "conv inputs=1 channels=5 kernel=3x3 stride=2 groups=1 padding=1 bias=no",
      "pool inputs=1,2 statistics=mean"}},
    {"pool-stages",
     6,
     {FIRST, "conv inputs=1 channels=5 kernel=3x3 stride=2 groups=1 padding=1 bias=no",
      LAST("1,2")}},
    {"linear",
     3,
     {FIRST, LAST("1"), "linear inputs=2 channels=7", "relu inputs=3",
      "linear inputs=4 channels=5"}},
    /* pools and linears adding to a slope */
    {"pools",
     4,
     {FIRST, "pool inputs=1 statistics=mean", "linear inputs=2 channels=8",
      "pool inputs=1 statistics=mean+deviation", "add inputs=3,4"}},
    {"linears",
     3,
     {FIRST, LAST("1"), "linear inputs=2 channels=5", "linear inputs=2 channels=5",
      "add inputs=3,4"}},
    /* slices of more than one sample */
    {"many-samples",
     4,
     {FIRST, "norm inputs=1 epsilon=0.001",
      "conv inputs=2 channels=4 kernel=3x3 stride=1 groups=4 padding=1 bias=no",
      "norm inputs=3 epsilon=0.001", "add inputs=2,4", LAST("5")},
     .samples = MOST_SAMPLES},
    {"unread",
     5,
     {FIRST, "conv inputs=1 channels=4 kernel=1x1 stride=1 groups=1 padding=0 bias=no",
      "relu inputs=2", LAST("1")}},
};

typedef struct {
    const char *name;
    const BiqaGraph *graph;
    TrainNet *net;
    TrainNorm norm;
    guint samples;
    float *params, *moved, *direction, *gradient;
    guint8 *sides;     /* of the bends of a clamp that values lie on at params */
    gboolean switched; /* a value has changed sides since this was set to FALSE */
    float d_scores[MOST_SAMPLES], scores[MOST_SAMPLES];
} Check;

/* Looks where the values of the last forward pass lie: notes it or compares it with the notes. */
static void look_at_sides(Check *check, gboolean note)
{
    guint8 *side = check->sides;
    for (guint i = 0; i < check->graph->n_layers; i++) {
        const gsize n = biqa_shape_size(check->graph->layers[i].shape);
        float lo, hi;
        if (!biqa_layer_clamp(&check->graph->layers[i], &lo, &hi))
            continue;
        for (gsize o = 0; o < check->samples * n; o++, side++) {
            const float y = train_net_output(check->net, (guint)(o / n), i)[o % n];
            const guint8 now = y <= lo ? 1 : y >= hi ? 2 : 0;
            check->switched |= now != *side;
            *side = note ? now : *side;
        }
    }
}

/* L at params + by * direction of the floats first..first+n-1. */
static double loss_at(Check *check, gsize first, gsize n, float by)
{
    double loss = 0.;
    memcpy(check->moved, check->params, sizeof(float) * check->graph->n_params);
    for (gsize i = first; i < first + n; i++)
        check->moved[i] += by * check->direction[i];
    train_net_forward(check->net, check->samples, check->moved, check->norm, check->scores);
    for (guint s = 0; s < check->samples; s++)
        loss += (double)check->d_scores[s] * check->scores[s];
    look_at_sides(check, FALSE);
    return loss;
}

static double slope_at(Check *check, gsize first, gsize n, float by)
{
    return (loss_at(check, first, n, by) - loss_at(check, first, n, -by)) / (2. * by);
}

/* What rounding may do to L. */
static double loss_noise(const Check *check)
{
    double largest = 1.;
    for (guint s = 0; s < check->samples; s++) {
        for (guint i = 0; i < check->graph->n_layers; i++) {
            const float *output = train_net_output(check->net, s, i);
            for (gsize o = 0; o < biqa_shape_size(check->graph->layers[i].shape); o++)
                largest = MAX(largest, fabs((double)output[o]));
        }
    }
    return ldexp(4. * largest * sqrt(check->graph->n_layers * check->samples), -24);
}

/* The floats first..first+n-1 of a tensor, moved along direction. */
static void compare(Check *check, gsize first, gsize n, guint layer, guint param, double norm)
{
    g_autofree char *name = biqa_graph_param_name(check->graph, layer, param);
    float step = 2.f * LONGEST_STEP;
    double near, far;
    do {
        step /= 2.f;
        check->switched = FALSE;
        near = slope_at(check, first, n, step);
        far = slope_at(check, first, n, 2.f * step);
    } while (check->switched && step > SHORTEST_STEP);
    const double rounding = loss_noise(check) / step, allowed = fabs(near - far) + rounding;
    double got = 0.;

    for (gsize i = first; i < first + n; i++)
        got += (double)check->gradient[i] * check->direction[i];
    if (!(allowed <= MAX(norm / 50., 2. * rounding)))
        g_error("%s: %s is no test: allowed difference %.3g, gradient's norm %.3g", check->name,
                name, allowed, norm);
    if (!(fabs(got - near) <= allowed))
        g_error("%s, norm %d, seed %u, %s (shape %u x %u x %u), index %" G_GSIZE_FORMAT
                ": expected %.9g, got %.9g, allowed difference %.3g",
                check->name, check->norm, SEED, name, check->graph->layers[layer].shape.c,
                check->graph->layers[layer].shape.h, check->graph->layers[layer].shape.w, first,
                near, got, allowed);
}

static double tensor_norm(const Check *check, gsize first, gsize n)
{
    double squares = 0.;
    for (gsize i = first; i < first + n; i++)
        squares += (double)check->gradient[i] * check->gradient[i];
    return sqrt(squares);
}

static void compare_tensor(Check *check, guint layer, guint param)
{
    const gsize first = check->graph->layers[layer].offset[param];
    const gsize n = check->graph->layers[layer].count[param];
    const double norm = tensor_norm(check, first, n);

    compare(check, first, n, layer, param, norm);
    for (guint k = 0; k < 3; k++)
        compare(check, first + k * (n - 1) / 2, 1, layer, param, norm);
}

static void compare_all(Check *check)
{
    const BiqaGraph *graph = check->graph;
    train_net_forward(check->net, check->samples, check->params, check->norm, check->scores);
    look_at_sides(check, TRUE);
    train_net_backward(check->net, check->params, check->d_scores, 0, check->gradient);
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayerInfo *info = biqa_layer_info(graph->layers[i].kind);
        for (guint p = 0; p < info->n_params; p++) {
            if (graph->layers[i].count[p] && info->params[p].role != BIQA_PARAM_STATISTIC)
                compare_tensor(check, i, p);
        }
    }
}

static void check_graph(const char *name, const BiqaGraph *graph, guint samples, TrainNorm norm)
{
    TrainWorkers *workers = train_workers_new(1);
    const gsize n = graph->n_params;
    Check check = {.name = name,
                   .graph = graph,
                   .net = grad_net_new(graph, samples, workers, SEED),
                   .samples = samples,
                   .norm = norm,
                   .params = g_new(float, n),
                   .moved = g_new(float, n),
                   .direction = g_new(float, n),
                   .gradient = g_new0(float, n)};
    gsize values = 0;

    for (guint i = 0; i < graph->n_layers; i++)
        values += samples * biqa_shape_size(graph->layers[i].shape);
    check.sides = g_new0(guint8, values);

    tiny_params_fill(graph, check.params, SEED);
    grad_fill_uniform(check.d_scores, samples, -1., 1., SEED);
    grad_fill_uniform(check.direction, n, -1., 1., SEED + 1);
    for (gsize i = 0; i < n; i++)
        check.direction[i] = check.direction[i] < 0.f ? -1.f : 1.f;
    compare_all(&check);
    g_free(check.params);
    g_free(check.moved);
    g_free(check.direction);
    g_free(check.gradient);
    g_free(check.sides);
    train_net_free(check.net);
    train_workers_free(workers);
}

static BiqaGraph *case_graph_new(const Case *test)
{
    const char *lines[G_N_ELEMENTS(test->layers) + 1] = {NULL};
    const guint n = g_strv_length((char **)test->layers);
    g_autofree char *score = g_strdup_printf("linear inputs=%u channels=1", n - 1);
    memcpy(lines, test->layers, sizeof(char *) * n);
    lines[n] = score;
    return inferred_graph_new(lines, test->size);
}

static void check_frozen(gconstpointer data)
{
    const Case *test = data;
    g_autoptr(BiqaGraph) graph = case_graph_new(test);
    check_graph(test->name, graph, test->samples ? test->samples : SAMPLES, TRAIN_NORM_FROZEN);
}

static void check_batch(gconstpointer data)
{
    const Case *test = data;
    g_autoptr(BiqaGraph) graph = case_graph_new(test);
    check_graph(test->name, graph, test->samples ? test->samples : SAMPLES, TRAIN_NORM_BATCH);
}

static void check_tiny(void)
{
    g_autoptr(BiqaGraph) graph = tiny_graph_new();
    g_assert_true(biqa_graph_infer(graph, 7, NULL)); /* fewer values, fewer bends */
    check_graph("tiny graph", graph, SAMPLES, TRAIN_NORM_FROZEN);
    check_graph("tiny graph", graph, SAMPLES, TRAIN_NORM_BATCH);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *frozen = g_strconcat("/backward/frozen/", cases[i].name, NULL);
        g_autofree char *batch = g_strconcat("/backward/batch/", cases[i].name, NULL);
        g_test_add_data_func(frozen, &cases[i], check_frozen);
        g_test_add_data_func(batch, &cases[i], check_batch);
    }
    g_test_add_func("/backward/tiny", check_tiny);
    return g_test_run();
}
