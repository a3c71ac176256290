/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mini model's file with one value, layer line or tensor replaced, added or left out. */
#include "malformed.h"

#include <math.h>
#include <string.h>

#include "gguf.h"
#include "support.h"

typedef enum { MISSING, TEXT, TEXTS, UINT, UINTS, REAL, REALS, BOOL, LINE } EditType;

#define MAX_VALUES 17

/* What a key holds instead; LINE replaces one line of biqa.graph. */
typedef struct {
    const char *key;
    EditType type;
    const char *text;
    guint64 number; /* the line, of LINE */
    double real;
    guint n;
    guint uints[MAX_VALUES];
    float reals[MAX_VALUES];
} Edit;

typedef enum { TENSOR_AS_IS, TENSOR_MISSING, TENSOR_ADDED, TENSOR_RESHAPED, TENSOR_SET } TensorType;

/* What becomes of a tensor; TENSOR_SET writes value at index 1. */
typedef struct {
    const char *name;
    TensorType type;
    float value;
    guint n_dims;
    guint64 dims[4];
} TensorEdit;

typedef struct {
    const char *name;
    BiqaErrorCode code;
    const char *word;
    Edit edits[2];
    TensorEdit tensor;
} Case;

static const char *const keys[] = {
    "general.architecture",
    "general.name",
    "general.license",
    "general.description",
    "general.datasets",
    "biqa.version",
    "biqa.graph",
    "biqa.input.size",
    "biqa.input.crop_reduce",
    "biqa.input.crop_x",
    "biqa.input.crop_y",
    "biqa.input.spot_x",
    "biqa.input.spot_y",
    "biqa.input.mean",
    "biqa.input.deviation",
    "biqa.score.offset",
    "biqa.score.scale",
    "biqa.score.direction",
    "biqa.competitor.structure", /* which the mini model does not have */
    "biqa.competitor.ratio",
    "biqa.competitor.norm",
    "biqa.hard_threshold",
    "biqa.validation.srcc",
    "biqa.validation.plcc",
    "biqa.recipe",
    "biqa.seed",
    "biqa.uncertainty.version",
    "biqa.uncertainty.figures",
    "biqa.uncertainty.mean",
    "biqa.uncertainty.deviation",
    "biqa.uncertainty.weight",
    "biqa.uncertainty.bias",
    "biqa.uncertainty.hard_threshold",
    "biqa.conformal.coverage",
    "biqa.conformal.quantile",
    "biqa.conformal.images",
};

/* Of the cases "task-...", whose file has two tasks; what a task has by itself is task 1's and 2's
 * alike. */
static const char *const task_keys[] = {
    "biqa.tasks.version",     "biqa.tasks.names",        "biqa.tasks.data",
    "biqa.tasks.dates",       "biqa.tasks.centroids",    "biqa.tasks.inputs",
    "biqa.tasks.temperature", "biqa.tasks.least_weight",
};
static const char *const numbered_keys[] = {
    "srcc",
    "score.offset",
    "score.scale",
    "hard_threshold",
    "uncertainty.version",
    "uncertainty.figures",
    "uncertainty.mean",
    "uncertainty.deviation",
    "uncertainty.weight",
    "uncertainty.bias",
    "uncertainty.hard_threshold",
};

#define NO_KEY(k) .edits = {{.key = k}}
#define PUT_TEXT(k, t) .edits = {{.key = k, .type = TEXT, .text = t}}
#define PUT_TEXTS(k, t) .edits = {{.key = k, .type = TEXTS, .text = t}}
#define PUT_UINT(k, u) .edits = {{.key = k, .type = UINT, .number = u}}
#define PUT_REAL(k, r) .edits = {{.key = k, .type = REAL, .real = r}}
#define PUT_UINTS(k, count, ...)                                                                   \
    .edits = {{.key = k, .type = UINTS, .n = count, .uints = {__VA_ARGS__}}}
#define PUT_REALS(k, count, ...)                                                                   \
    .edits = {{.key = k, .type = REALS, .n = count, .reals = {__VA_ARGS__}}}
#define PUT_LINE(line, t) .edits = {{.key = "biqa.graph", .type = LINE, .number = line, .text = t}}

#define PUT_LINES(line, t, other_line, other_t)                                                    \
    .edits = {{.key = "biqa.graph", .type = LINE, .number = line, .text = t},                      \
              {.key = "biqa.graph", .type = LINE, .number = other_line, .text = other_t}}

#define FORMAT BIQA_ERROR_FORMAT
#define GRAPH BIQA_ERROR_GRAPH
#define VALUE BIQA_ERROR_VALUE
#define SUPPORT BIQA_ERROR_SUPPORT

static const Case cases[] = {
    {"architecture-missing", FORMAT, "general.architecture", NO_KEY("general.architecture")},
    {"architecture-other", SUPPORT, "llama", PUT_TEXT("general.architecture", "llama")},
    {"architecture-uint", FORMAT, "uint32", PUT_UINT("general.architecture", 1)},
    {"name-uint", FORMAT, "general.name", PUT_UINT("general.name", 1)},
    {"license-array", FORMAT, "general.license", PUT_UINTS("general.license", 1, 1)},
    {"description-real", FORMAT, "general.description", PUT_REAL("general.description", 1)},
    {"datasets-text", FORMAT, "general.datasets", PUT_TEXT("general.datasets", "noise")},
    {"version-missing", FORMAT, "biqa.version", NO_KEY("biqa.version")},
    {"version-zero", VALUE, "biqa.version", PUT_UINT("biqa.version", 0)},
    {"version-newer", SUPPORT, "update", PUT_UINT("biqa.version", 3)},
    {"version-text", FORMAT, "biqa.version", PUT_TEXT("biqa.version", "1")},

    {"graph-missing", FORMAT, "biqa.graph", NO_KEY("biqa.graph")},
    {"graph-text", FORMAT, "string array", PUT_TEXT("biqa.graph", "input channels=3")},
    {"graph-empty", GRAPH, "layers", .edits = {{.key = "biqa.graph", .type = TEXTS}}},
    {"line-empty", GRAPH, "layer 3", PUT_LINE(3, "")},
    {"line-unknown-kind", GRAPH, "softmax", PUT_LINE(3, "softmax inputs=2")},
    {"line-unknown-key", GRAPH, "colour", PUT_LINE(3, "relu6 inputs=2 colour=3")},
    {"line-key-twice", GRAPH, "twice", PUT_LINE(3, "relu6 inputs=2 inputs=2")},
    {"line-no-value", GRAPH, "inputs", PUT_LINE(3, "relu6 inputs")},
    {"line-bad-number", GRAPH, "1e3", PUT_LINE(9, "linear inputs=8 channels=1e3")},
    {"line-no-inputs", GRAPH, "number of inputs", PUT_LINE(3, "relu6")},
    {"line-too-many-inputs", GRAPH, "number of inputs", PUT_LINE(6, "add inputs=3,5,3")},
    {"line-reads-later", GRAPH, "before it", PUT_LINE(3, "relu6 inputs=4")},
    {"line-reads-itself", GRAPH, "before it", PUT_LINE(3, "relu6 inputs=3")},
    {"line-second-input", GRAPH, "out of place", PUT_LINE(3, "input channels=3")},
    {"line-no-input", GRAPH, "layer 0", PUT_LINE(0, "relu inputs=0")},
    {"line-four-channels", GRAPH, "4 channels", PUT_LINE(0, "input channels=4")},
    {"line-shapes-differ", GRAPH, "differ in shape", PUT_LINE(6, "add inputs=0,5")},
    {"line-epsilon-zero", GRAPH, "epsilon", PUT_LINE(2, "norm inputs=1 epsilon=0")},
    {"line-clip-nan", GRAPH, "nan", PUT_LINE(5, "clip inputs=4 lo=nan hi=1")},
    {"line-clip-reversed", GRAPH, "lo", PUT_LINE(5, "clip inputs=4 lo=2 hi=1")},
    {"line-kernel-zero", GRAPH, "kernel", PUT_LINE(1, "conv inputs=0 channels=4 kernel=0x3")},
    {"line-kernel-large", GRAPH, "larger than its input",
     PUT_LINE(1, "conv inputs=0 channels=4 kernel=9x9 padding=0")},
    {"line-groups", GRAPH, "groups", PUT_LINE(1, "conv inputs=0 channels=4 kernel=3x3 groups=2")},
    {"line-stride-zero", GRAPH, "stride",
     PUT_LINE(1, "conv inputs=0 channels=4 kernel=3x3 stride=0")},
    {"line-channels-absurd", GRAPH, "channels",
     PUT_LINE(1, "conv inputs=0 channels=99999 kernel=3x3")},
    {"line-linear-on-map", GRAPH, "vector", PUT_LINE(8, "linear inputs=7 channels=16")},
    {"line-no-vector", GRAPH, "vector", PUT_LINE(9, "relu inputs=7")},
    {"graph-too-large", GRAPH, "too large",
     .edits = {{.key = "biqa.input.size", .type = UINT, .number = 4096},
               {.key = "biqa.graph",
                .type = LINE,
                .number = 7,
                .text = "conv inputs=6 channels=64 kernel=1x1"}}},
    {"line-pool-wide", GRAPH, "too many channels",
     PUT_LINES(1, "conv inputs=0 channels=16384 kernel=1x1", 2,
               "pool inputs=1,1,1,1,1,1,1,1 statistics=mean+deviation")},

    {"size-missing", FORMAT, "biqa.input.size", NO_KEY("biqa.input.size")},
    {"size-zero", VALUE, "biqa.input.size", PUT_UINT("biqa.input.size", 0)},
    {"size-large", VALUE, "biqa.input.size", PUT_UINT("biqa.input.size", 4097)},
    {"size-huge", VALUE, "biqa.input.size", PUT_UINT("biqa.input.size", G_MAXUINT64)},
    {"size-real", FORMAT, "biqa.input.size", PUT_REAL("biqa.input.size", 8)},
    {"crops-none", VALUE, "crop_reduce", PUT_UINTS("biqa.input.crop_reduce", 0)},
    {"crops-many", VALUE, "crop_reduce", PUT_UINTS("biqa.input.crop_reduce", 17)},
    {"crops-scalar", FORMAT, "crop_reduce", PUT_UINT("biqa.input.crop_reduce", 1)},
    {"crops-reduce-zero", VALUE, "crop_reduce", PUT_UINTS("biqa.input.crop_reduce", 2, 1, 0)},
    {"crops-reduce-large", VALUE, "crop_reduce", PUT_UINTS("biqa.input.crop_reduce", 2, 17, 1)},
    {"crops-x-short", FORMAT, "crop_x", PUT_REALS("biqa.input.crop_x", 1, .5f)},
    {"crops-x-outside", VALUE, "crop_x", PUT_REALS("biqa.input.crop_x", 2, .5f, 1.5f)},
    {"crops-x-nan", VALUE, "crop_x", PUT_REALS("biqa.input.crop_x", 2, NAN, .5f)},
    {"crops-y-missing", FORMAT, "crop_y", NO_KEY("biqa.input.crop_y")},
    {"crops-y-negative", VALUE, "crop_y", PUT_REALS("biqa.input.crop_y", 2, -.5f, .5f)},
    {"spots-x-missing", FORMAT, "spot_x", NO_KEY("biqa.input.spot_x")},
    {"spots-y-missing", FORMAT, "spot_y", NO_KEY("biqa.input.spot_y")},
    {"spots-y-short", FORMAT, "spot_y", PUT_REALS("biqa.input.spot_y", 1, .5f)},
    {"spots-none", VALUE, "spot_x", PUT_REALS("biqa.input.spot_x", 0)},
    {"spots-one", VALUE, "not 2 to 8 spots", PUT_REALS("biqa.input.spot_x", 1, .5f)},
    {"spots-many", VALUE, "spot_x", PUT_REALS("biqa.input.spot_x", 9)},
    {"spots-outside", VALUE, "spot_x", PUT_REALS("biqa.input.spot_x", 2, .5f, 1.5f)},
    {"spots-nan", VALUE, "spot_x", PUT_REALS("biqa.input.spot_x", 2, NAN, .5f)},
    {"spots-text", FORMAT, "spot_x", PUT_TEXT("biqa.input.spot_x", "centre")},
    {"mean-short", FORMAT, "biqa.input.mean", PUT_REALS("biqa.input.mean", 2, 1, 1)},
    {"mean-long", FORMAT, "4 values, not 3", PUT_REALS("biqa.input.mean", 4, 1, 1, 1, 1)},
    {"mean-infinite", VALUE, "biqa.input.mean", PUT_REALS("biqa.input.mean", 3, 1, 1, INFINITY)},
    {"deviation-zero", VALUE, "deviation", PUT_REALS("biqa.input.deviation", 3, 1, 0, 1)},
    {"deviation-negative", VALUE, "deviation", PUT_REALS("biqa.input.deviation", 3, 1, 1, -1)},
    {"deviation-nan", VALUE, "deviation", PUT_REALS("biqa.input.deviation", 3, NAN, 1, 1)},

    {"offset-nan", VALUE, "biqa.score.offset", PUT_REAL("biqa.score.offset", NAN)},
    {"offset-huge", VALUE, "biqa.score.offset", PUT_REAL("biqa.score.offset", 1e300)},
    {"scale-zero", VALUE, "biqa.score.scale", PUT_REAL("biqa.score.scale", 0)},
    {"scale-underflow", VALUE, "biqa.score.scale", PUT_REAL("biqa.score.scale", 1e-300)},
    {"scale-text", FORMAT, "biqa.score.scale", PUT_TEXT("biqa.score.scale", "20")},
    {"direction-lower", SUPPORT, "direction", PUT_TEXT("biqa.score.direction", "lower-is-better")},
    {"direction-missing", FORMAT, "direction", NO_KEY("biqa.score.direction")},
    {"threshold-negative", VALUE, "hard_threshold", PUT_REAL("biqa.hard_threshold", -1)},
    {"threshold-nan", VALUE, "hard_threshold", PUT_REAL("biqa.hard_threshold", NAN)},
    {"head-version-zero", VALUE, "uncertainty.version", PUT_UINT("biqa.uncertainty.version", 0)},
    {"head-version-newer", SUPPORT, "update", PUT_UINT("biqa.uncertainty.version", 2)},
    {"head-figures-missing", FORMAT, "figures", NO_KEY("biqa.uncertainty.figures")},
    {"head-figures-text", FORMAT, "string array", PUT_TEXT("biqa.uncertainty.figures", "score")},
    {"head-figures-empty", VALUE, "0 values",
     .edits = {{.key = "biqa.uncertainty.figures", .type = TEXTS}}},
    {"head-mean-short", FORMAT, "3 values, not 4", PUT_REALS("biqa.uncertainty.mean", 3, 1, 1, 1)},
    {"head-mean-nan", VALUE, "uncertainty.mean",
     PUT_REALS("biqa.uncertainty.mean", 4, 1, NAN, 1, 1)},
    {"head-deviation-zero", VALUE, "uncertainty.deviation",
     PUT_REALS("biqa.uncertainty.deviation", 4, 1, 1, 0, 1)},
    {"head-weight-infinite", VALUE, "uncertainty.weight",
     PUT_REALS("biqa.uncertainty.weight", 4, 1, 1, 1, INFINITY)},
    {"head-bias-missing", FORMAT, "uncertainty.bias", NO_KEY("biqa.uncertainty.bias")},
    {"head-bias-nan", VALUE, "uncertainty.bias", PUT_REAL("biqa.uncertainty.bias", NAN)},
    {"head-threshold-negative", VALUE, "uncertainty.hard_threshold",
     PUT_REAL("biqa.uncertainty.hard_threshold", -1)},
    {"quantile-negative", VALUE, "conformal.quantile", PUT_REAL("biqa.conformal.quantile", -1)},
    {"quantile-infinite", VALUE, "conformal.quantile",
     PUT_REAL("biqa.conformal.quantile", INFINITY)},
    {"coverage-missing", FORMAT, "conformal.coverage", NO_KEY("biqa.conformal.coverage")},
    {"coverage-large", VALUE, "conformal.coverage", PUT_REAL("biqa.conformal.coverage", 1.5)},
    {"calibrated-none", VALUE, "conformal.images", PUT_UINT("biqa.conformal.images", 0)},
    {"structure-unknown", SUPPORT, "'lace', which this build does not know",
     PUT_TEXT("biqa.competitor.structure", "lace")},
    {"structure-uint", FORMAT, "biqa.competitor.structure",
     PUT_UINT("biqa.competitor.structure", 1)},
    {"ratio-one", VALUE, "biqa.competitor.ratio", PUT_REAL("biqa.competitor.ratio", 1)},
    {"ratio-negative", VALUE, "biqa.competitor.ratio", PUT_REAL("biqa.competitor.ratio", -.1)},
    {"ratio-nan", VALUE, "biqa.competitor.ratio", PUT_REAL("biqa.competitor.ratio", NAN)},
    {"norm-missing", FORMAT, "biqa.competitor.norm", NO_KEY("biqa.competitor.norm")},
    {"norm-uint", FORMAT, "biqa.competitor.norm", PUT_UINT("biqa.competitor.norm", 1)},
    {"norm-false", FORMAT, "'competitor.layer.2.scale' belongs to no layer",
     .edits = {{.key = "biqa.competitor.norm", .type = BOOL}}},
    {"srcc-large", VALUE, "biqa.validation.srcc", PUT_REAL("biqa.validation.srcc", 1.5)},
    {"plcc-text", FORMAT, "biqa.validation.plcc", PUT_TEXT("biqa.validation.plcc", "high")},
    {"recipe-uint", FORMAT, "biqa.recipe", PUT_UINT("biqa.recipe", 1)},
    {"seed-text", FORMAT, "biqa.seed", PUT_TEXT("biqa.seed", "1")},

    {"weight-missing", FORMAT, "'layer.1.weight' is missing",
     .tensor = {"layer.1.weight", TENSOR_MISSING}},
    {"weight-transposed", FORMAT, "(4, 3, 3, 3), not (3, 3, 3, 4)",
     .tensor = {"layer.1.weight", TENSOR_RESHAPED, 0, 4, {4, 3, 3, 3}}},
    {"weight-flat", FORMAT, "'layer.1.weight' has the shape (108)",
     .tensor = {"layer.1.weight", TENSOR_RESHAPED, 0, 1, {108}}},
    {"weight-short", FORMAT, "'layer.9.weight' has the shape (15, 1)",
     .tensor = {"layer.9.weight", TENSOR_RESHAPED, 0, 2, {15, 1}}},
    {"weight-nan", VALUE, "'layer.4.weight' holds a NaN",
     .tensor = {"layer.4.weight", TENSOR_SET, NAN}},
    {"weight-extra", FORMAT, "'layer.3.weight' belongs to no layer",
     .tensor = {"layer.3.weight", TENSOR_ADDED, 0, 1, {4}}},
    {"bias-missing", FORMAT, "'layer.9.bias' is missing",
     .tensor = {"layer.9.bias", TENSOR_MISSING}},
    {"variance-negative", VALUE, "'layer.2.variance' holds a negative variance",
     .tensor = {"layer.2.variance", TENSOR_SET, -1}},
    {"competitor-missing", FORMAT, "'competitor.layer.2.shift' is missing",
     .tensor = {"competitor.layer.2.shift", TENSOR_MISSING}},
    {"competitor-shape", FORMAT, "'competitor.layer.2.mean' has the shape (2)",
     .tensor = {"competitor.layer.2.mean", TENSOR_RESHAPED, 0, 1, {2}}},
    {"competitor-variance-negative", VALUE, "'competitor.layer.2.variance' holds a negative",
     .tensor = {"competitor.layer.2.variance", TENSOR_SET, -1}},
    {"competitor-weight", FORMAT, "'competitor.layer.1.weight' belongs to no layer",
     .tensor = {"competitor.layer.1.weight", TENSOR_ADDED, 0, 1, {4}}},

    {"task-version-newer", SUPPORT, "update", PUT_UINT("biqa.tasks.version", 2)},
    {"task-names-missing", FORMAT, "tasks.names", NO_KEY("biqa.tasks.names")},
    {"task-names-one", VALUE, "1 values, not 2", PUT_TEXTS("biqa.tasks.names", "base")},
    {"task-names-many", VALUE, "17 values",
     PUT_TEXTS("biqa.tasks.names", "base;1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16")},
    {"task-names-twice", VALUE, "twice", PUT_TEXTS("biqa.tasks.names", "base;same;same")},
    {"task-names-first", VALUE, "no name for task 0", PUT_TEXTS("biqa.tasks.names", "a;b;c")},
    {"task-names-base", VALUE, "no name for task 2", PUT_TEXTS("biqa.tasks.names", "base;b;base")},
    {"task-names-auto", VALUE, "no name for task 1", PUT_TEXTS("biqa.tasks.names", "base;auto;c")},
    {"task-names-space", VALUE, "no name for task 1", PUT_TEXTS("biqa.tasks.names", "base;a b;c")},
    {"task-data-short", FORMAT, "2 values, not 3", PUT_TEXTS("biqa.tasks.data", "a;b")},
    {"task-dates-missing", FORMAT, "tasks.dates", NO_KEY("biqa.tasks.dates")},
    {"task-centroids-short", FORMAT, "2 values, not 3", PUT_UINTS("biqa.tasks.centroids", 2, 3, 3)},
    {"task-centroids-none", VALUE, "range 1 to 1024",
     PUT_UINTS("biqa.tasks.centroids", 3, 3, 0, 3)},
    {"task-centroids-absurd", VALUE, "range 1 to 1024",
     PUT_UINTS("biqa.tasks.centroids", 3, 3, 3, 4000000000u)},
    {"task-centroids-more", FORMAT, "'task.1.centroids' has the shape (8, 3), not (8, 4)",
     PUT_UINTS("biqa.tasks.centroids", 3, 3, 4, 3)},
    {"task-centroids-added", FORMAT, "'task.0.centroids' belongs to no",
     PUT_UINTS("biqa.tasks.centroids", 3, 0, 3, 3)},
    {"task-inputs-none", VALUE, "0 values", PUT_UINTS("biqa.tasks.inputs", 0, 0)},
    {"task-inputs-outside", VALUE, "holds 2", PUT_UINTS("biqa.tasks.inputs", 2, 0, 2)},
    {"task-inputs-order", VALUE, "in order", PUT_UINTS("biqa.tasks.inputs", 2, 1, 0)},
    {"task-temperature-zero", VALUE, "temperature", PUT_REAL("biqa.tasks.temperature", 0)},
    {"task-temperature-nan", VALUE, "temperature", PUT_REAL("biqa.tasks.temperature", NAN)},
    {"task-least-large", VALUE, "least_weight", PUT_REAL("biqa.tasks.least_weight", 1.5)},
    {"task-srcc-large", VALUE, "biqa.task.1.srcc", PUT_REAL("biqa.task.1.srcc", 2)},
    {"task-scale-zero", VALUE, "'biqa.task.1.score.scale' is zero",
     PUT_REAL("biqa.task.1.score.scale", 0)},
    {"task-threshold-negative", VALUE, "biqa.task.2.hard_threshold",
     PUT_REAL("biqa.task.2.hard_threshold", -1)},
    {"task-head-bias", FORMAT, "biqa.task.2.uncertainty.bias",
     NO_KEY("biqa.task.2.uncertainty.bias")},
    {"task-norm-missing", FORMAT, "'task.1.layer.2.scale' is missing",
     .tensor = {"task.1.layer.2.scale", TENSOR_MISSING}},
    {"task-competitor-missing", FORMAT, "'task.2.competitor.layer.2.mean' is missing",
     .tensor = {"task.2.competitor.layer.2.mean", TENSOR_MISSING}},
    {"task-variance-negative", VALUE, "'task.2.layer.2.variance' holds a negative",
     .tensor = {"task.2.layer.2.variance", TENSOR_SET, -1}},
    {"task-conv", FORMAT, "'task.1.layer.1.weight' belongs to no",
     .tensor = {"task.1.layer.1.weight", TENSOR_ADDED, 0, 1, {4}}},
};

static void copy_numbers(BiqaGgufWriter *writer, const BiqaGguf *gguf, const char *key)
{
    g_autofree guint64 *uints = NULL;
    g_autofree double *reals = NULL;
    guint narrow_uints[MAX_VALUES];
    float narrow_reals[MAX_VALUES];
    gsize n;

    if (biqa_gguf_get_uints(gguf, key, &uints, &n, NULL)) {
        for (gsize i = 0; i < n; i++)
            narrow_uints[i] = uints[i];
        biqa_gguf_put_uints(writer, key, narrow_uints, n);
    } else if (biqa_gguf_get_doubles(gguf, key, &reals, &n, NULL)) {
        for (gsize i = 0; i < n; i++)
            narrow_reals[i] = reals[i];
        biqa_gguf_put_floats(writer, key, narrow_reals, n);
    } else {
        g_error("key %s is not in the file, or of no type expected there", key);
    }
}

static void copy_key(BiqaGgufWriter *writer, const BiqaGguf *gguf, const char *key)
{
    const char *text;
    const char *const *texts;
    guint64 number;
    double real;
    gboolean truth;
    gsize n;

    if (biqa_gguf_get_string(gguf, key, &text, NULL))
        biqa_gguf_put_string(writer, key, text);
    else if (biqa_gguf_get_strings(gguf, key, &texts, &n, NULL))
        biqa_gguf_put_strings(writer, key, texts, n);
    else if (biqa_gguf_get_uint(gguf, key, &number, NULL))
        biqa_gguf_put_uint(writer, key, number);
    else if (biqa_gguf_get_double(gguf, key, &real, NULL))
        biqa_gguf_put_double(writer, key, real);
    else if (biqa_gguf_get_bool(gguf, key, &truth, NULL))
        biqa_gguf_put_bool(writer, key, truth);
    else
        copy_numbers(writer, gguf, key);
}

/* The graph with every line that c replaces. */
static void put_lines(BiqaGgufWriter *writer, const BiqaGguf *gguf, const Case *c)
{
    const char *const *lines;
    gsize n;
    g_autofree const char **edited = NULL;

    biqa_gguf_get_strings(gguf, "biqa.graph", &lines, &n, NULL);
    edited = g_memdup2(lines, n * sizeof(*lines));
    for (guint i = 0; i < G_N_ELEMENTS(c->edits); i++)
        if (c->edits[i].type == LINE)
            edited[c->edits[i].number] = c->edits[i].text;
    biqa_gguf_put_strings(writer, "biqa.graph", edited, n);
}

static void put_edit(BiqaGgufWriter *writer, const BiqaGguf *gguf, const Case *c, const Edit *edit)
{
    switch (edit->type) {
    case MISSING:
        break;
    case TEXT:
        biqa_gguf_put_string(writer, edit->key, edit->text);
        break;
    case TEXTS: {
        g_auto(GStrv) texts = g_strsplit(edit->text ? edit->text : "", ";", -1);

        biqa_gguf_put_strings(writer, edit->key, (const char *const *)texts, g_strv_length(texts));
        break;
    }
    case UINT:
        biqa_gguf_put_uint(writer, edit->key, edit->number);
        break;
    case UINTS:
        biqa_gguf_put_uints(writer, edit->key, edit->uints, edit->n);
        break;
    case REAL:
        biqa_gguf_put_double(writer, edit->key, edit->real);
        break;
    case REALS:
        biqa_gguf_put_floats(writer, edit->key, edit->reals, edit->n);
        break;
    case BOOL:
        biqa_gguf_put_bool(writer, edit->key, edit->number != 0);
        break;
    case LINE:
        put_lines(writer, gguf, c);
        break;
    }
}

static void put_key(BiqaGgufWriter *writer, const BiqaGguf *gguf, const Case *c, const char *key)
{
    for (guint i = 0; i < G_N_ELEMENTS(c->edits); i++) {
        if (g_strcmp0(c->edits[i].key, key) == 0) {
            put_edit(writer, gguf, c, &c->edits[i]);
            return;
        }
    }
    if (biqa_gguf_has(gguf, key))
        copy_key(writer, gguf, key);
}

static void put_tensor(BiqaGgufWriter *writer, const BiqaGgufTensor *tensor, const TensorEdit *edit)
{
    g_autofree float *values = g_memdup2(tensor->data, tensor->count * sizeof(float));
    TensorType type = g_strcmp0(edit->name, tensor->name) == 0 ? edit->type : TENSOR_AS_IS;

    if (type == TENSOR_SET)
        values[1] = edit->value;
    if (type == TENSOR_RESHAPED)
        biqa_gguf_put_tensor(writer, tensor->name, edit->dims, edit->n_dims, values);
    else if (type != TENSOR_MISSING)
        biqa_gguf_put_tensor(writer, tensor->name, tensor->dims, tensor->n_dims, values);
}

static void put_task_keys(BiqaGgufWriter *writer, const BiqaGguf *gguf, const Case *c)
{
    for (guint i = 0; i < G_N_ELEMENTS(task_keys); i++)
        put_key(writer, gguf, c, task_keys[i]);
    for (guint t = 1; t <= 2; t++)
        for (guint i = 0; i < G_N_ELEMENTS(numbered_keys); i++) {
            g_autofree char *key = g_strdup_printf("biqa.task.%u.%s", t, numbered_keys[i]);

            put_key(writer, gguf, c, key);
        }
}

static GBytes *build(const BiqaGguf *gguf, const Case *c)
{
    g_autoptr(BiqaGgufWriter) writer = biqa_gguf_writer_new();

    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        put_key(writer, gguf, c, keys[i]);
    if (biqa_gguf_has(gguf, task_keys[0]))
        put_task_keys(writer, gguf, c);
    for (guint i = 0; i < biqa_gguf_n_tensors(gguf); i++)
        put_tensor(writer, biqa_gguf_tensor_at(gguf, i), &c->tensor);
    if (c->tensor.type == TENSOR_ADDED)
        biqa_gguf_put_tensor(writer, c->tensor.name, c->tensor.dims, c->tensor.n_dims,
                             biqa_gguf_tensor_at(gguf, 0)->data);
    return biqa_gguf_writer_bytes(writer);
}

GArray *malformed_models(void)
{
    g_autoptr(BiqaModel) model = mini_model_new(1);
    g_autoptr(GBytes) bytes = model_bytes(model), more_bytes = NULL;
    g_autoptr(BiqaGguf) gguf = biqa_gguf_parse(bytes, "mini", NULL), more = NULL;
    GArray *list = malformed_list_new();

    tiny_tasks_add(model, TRUE, 1);
    more_bytes = model_bytes(model);
    more = biqa_gguf_parse(more_bytes, "mini with tasks", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const BiqaGguf *from = g_str_has_prefix(cases[i].name, "task-") ? more : gguf;
        Malformed item = {cases[i].name, cases[i].code, cases[i].word, build(from, &cases[i])};

        g_array_append_val(list, item);
    }
    return list;
}
