/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preprocessing of every layout of frames at odd sizes, run every way. */
#include "check.h"
#include "support.h"

#include <string.h>

/* Layouts as GStreamer names them. */
static const struct {
    const char *name;
    guint n_planes, bytes, shift;
    guint plane_shift_y[BIQA_MAX_PLANES];
    BiqaComponent components[3]; /* plane, offset, step, shift_x, shift_y */
} layouts[] = {
    {"I420", 3, 1, 0, {0, 1, 1}, {{0, 0, 1, 0, 0}, {1, 0, 1, 1, 1}, {2, 0, 1, 1, 1}}},
    {"Y42B", 3, 1, 0, {0, 0, 0}, {{0, 0, 1, 0, 0}, {1, 0, 1, 1, 0}, {2, 0, 1, 1, 0}}},
    {"Y41B", 3, 1, 0, {0, 0, 0}, {{0, 0, 1, 0, 0}, {1, 0, 1, 2, 0}, {2, 0, 1, 2, 0}}},
    {"Y444", 3, 1, 0, {0, 0, 0}, {{0, 0, 1, 0, 0}, {1, 0, 1, 0, 0}, {2, 0, 1, 0, 0}}},
    {"NV12", 2, 1, 0, {0, 1}, {{0, 0, 1, 0, 0}, {1, 0, 2, 1, 1}, {1, 1, 2, 1, 1}}},
    {"NV21", 2, 1, 0, {0, 1}, {{0, 0, 1, 0, 0}, {1, 1, 2, 1, 1}, {1, 0, 2, 1, 1}}},
    {"YUY2", 1, 1, 0, {0}, {{0, 0, 2, 0, 0}, {0, 1, 4, 1, 0}, {0, 3, 4, 1, 0}}},
    {"UYVY", 1, 1, 0, {0}, {{0, 1, 2, 0, 0}, {0, 0, 4, 1, 0}, {0, 2, 4, 1, 0}}},
    {"RGB", 1, 1, 0, {0}, {{0, 0, 3, 0, 0}, {0, 1, 3, 0, 0}, {0, 2, 3, 0, 0}}},
    {"BGRx", 1, 1, 0, {0}, {{0, 2, 4, 0, 0}, {0, 1, 4, 0, 0}, {0, 0, 4, 0, 0}}},
    {"xRGB", 1, 1, 0, {0}, {{0, 1, 4, 0, 0}, {0, 2, 4, 0, 0}, {0, 3, 4, 0, 0}}},
    {"GBR", 3, 1, 0, {0, 0, 0}, {{2, 0, 1, 0, 0}, {0, 0, 1, 0, 0}, {1, 0, 1, 0, 0}}},
    {"GRAY8", 1, 1, 0, {0}, {{0, 0, 1, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, 0, 0}}},
    {"P010_10LE", 2, 2, 6, {0, 1}, {{0, 0, 2, 0, 0}, {1, 0, 4, 1, 1}, {1, 2, 4, 1, 1}}},
    {"I422_10LE", 3, 2, 0, {0, 0, 0}, {{0, 0, 2, 0, 0}, {1, 0, 2, 1, 0}, {2, 0, 2, 1, 0}}},
};

static const guint sizes[][2] = {{16, 16}, {17, 31}, {50, 37}, {333, 65}};

/* What the crops of a model are like. */
static const struct {
    const char *name;
    guint size, n_crops;
    BiqaCrop crops[3];
    guint n_spots;
    BiqaSpot spots[2];
    gboolean all; /* layouts, not a third of them */
} placings[] = {
    {"one crop", 16, 1, {{1, .5f, .5f}}, .all = TRUE},
    {"whole cells", 7, 2, {{4, 0, 0}, {2, 0, 0}}, .all = TRUE},
    {"equal reductions", 13, 3, {{2, 0, 0}, {2, 1, 1}, {2, .3f, .7f}}},
    {"larger than the picture", 48, 2, {{1, .5f, .5f}, {3, .9f, .1f}}},
    {"mixed reductions", 9, 3, {{1, 0, 1}, {5, .5f, .5f}, {16, 0, 0}}},
    {"large reduction", 3, 2, {{16, 0, 0}, {16, 1, 1}}},
    {"spots", 5, 2, {{1, .5f, .5f}, {3, .5f, .5f}}, 2, {{.3f, 1}, {.9f, 0}}},
};

static BiqaFrameFormat format_new(guint layout, const guint size[2])
{
    /* A conversion with every term, so that exchanged components are noticed. */
    const float unit = layouts[layout].bytes == 2 ? 255.f / 1023.f : 1.f;
    BiqaFrameFormat format = {
        .width = size[0],
        .height = size[1],
        .n_planes = layouts[layout].n_planes,
        .bytes = layouts[layout].bytes,
        .shift = layouts[layout].shift,
        .matrix = {{1.16f * unit, .03f * unit, 1.79f * unit, -248.1f},
                   {1.15f * unit, -.21f * unit, -.53f * unit, 76.9f},
                   {1.14f * unit, 2.11f * unit, .07f * unit, -289.f}},
    };

    memcpy(format.components, layouts[layout].components, sizeof format.components);
    for (guint i = 0; i < format.n_planes; i++) {
        const guint shift = layouts[layout].plane_shift_y[i];

        format.plane_height[i] = (size[1] + (1u << shift) - 1) >> shift;
    }
    return format;
}

/* A head on the crop itself: only the crop is of interest. */
static BiqaModel *model_new(guint placing)
{
    static const char *const lines[] = {"input channels=3", "pool inputs=0 statistics=mean",
                                        "linear inputs=1 channels=1"};
    BiqaModel *model = biqa_model_new();
    g_autoptr(GError) error = NULL;

    model->graph = biqa_graph_parse(lines, G_N_ELEMENTS(lines), &error);
    g_assert_no_error(error);
    biqa_graph_infer(model->graph, placings[placing].size, &error);
    g_assert_no_error(error);
    model->input = (BiqaInput){
        .size = placings[placing].size,
        .n_crops = placings[placing].n_crops,
        .n_spots = placings[placing].n_spots,
        .mean = {123.7f, 116.3f, 103.5f},
        .deviation = {58.4f, 57.1f, 57.4f},
    };
    memcpy(model->input.crops, placings[placing].crops, sizeof placings[placing].crops);
    memcpy(model->input.spots, placings[placing].spots, sizeof placings[placing].spots);
    model->params[BIQA_FULL] = g_new(float, model->graph->n_params);
    tiny_params_fill(model->graph, model->params[BIQA_FULL], 1);
    biqa_model_prune(model);
    return model;
}

static void check_format(BiqaBackend *backend, const BiqaModel *model, guint layout, guint size,
                         CheckCase what)
{
    const BiqaFrameFormat format = format_new(layout, sizes[size]);
    g_autofree char *name = g_strdup_printf("%s, %s %ux%u", what.name, layouts[layout].name,
                                            format.width, format.height);
    /* Some rows as short as can be, some padded to what GStreamer pads to. */
    gsize strides[BIQA_MAX_PLANES] = {0};

    for (guint i = 0; i < 3; i++) {
        const BiqaComponent *part = &format.components[i];
        const gsize end =
            part->offset + ((format.width - 1) >> part->shift_x) * part->step + format.bytes;

        strides[part->plane] = MAX(strides[part->plane], end);
    }
    for (guint i = 0; i < 3 && size % 2; i++)
        strides[i] = (strides[i] + 3) / 4 * 4;
    what.name = name;
    BiqaFrame frame = noise_frame(&format, strides, what.seed);
    check_frame(backend, model, &frame, &what);
    g_free((guint8 *)frame.planes[0]);
}

static void test_placing(gconstpointer data)
{
    const guint placing = GPOINTER_TO_UINT(data);
    g_autoptr(BiqaModel) model = model_new(placing);

    for (guint w = 0; check_way(w); w++) {
        CheckCase what = {placings[placing].name, 0, check_way(w)};
        g_autoptr(BiqaBackend) backend = check_open(model, &what);

        for (guint layout = placings[placing].all ? 0 : placing % 3; layout < G_N_ELEMENTS(layouts);
             layout += placings[placing].all ? 1 : 3)
            for (guint size = 0; size < G_N_ELEMENTS(sizes); size++) {
                what.seed = 1000 + 10 * layout + size;
                check_format(backend, model, layout, size, what);
            }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(placings); i++) {
        g_autofree char *path = g_strdup_printf("/shader/preprocess/%s", placings[i].name);

        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_placing);
    }
    return g_test_run();
}
