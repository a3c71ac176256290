/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast the input side is, on pictures made up for it. */
#include "bench-private.h"

#include "batch.h"
#include "seed.h"
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

#define PICTURES 8
#define PICTURE_SIDE 500 /* as the rated pictures of LIVE in the Wild */
#define CONTENT_SIDE 320 /* as the contents of a pool */
#define CROPS 32

/* A gradient with some noise: neither flat nor incompressible. */
static TrainImage *picture_new(guint side, guint64 seed)
{
    TrainImage *image = train_image_new(side, side);
    for (guint y = 0; y < side; y++) {
        for (guint x = 0; x < side; x++) {
            guint8 *pixel = image->rgb + 3 * (y * side + x);
            for (guint c = 0; c < 3; c++)
                pixel[c] = (guint8)((x * 3 + y * (c + 1)) / 8 + train_draw(&seed, 24));
        }
    }
    return image;
}

typedef struct {
    TrainWorkers *workers;
    const char *path;
    const TrainImage *content;
    const GPtrArray *types;
    TrainBatch *batch;
    const TrainDataset *dataset;
    const BiqaInput *input;
    guint64 position;
    gint failed; /* atomic */
} Input;

static void decode_one(guint index, gpointer data)
{
    Input *input = data;
    g_autoptr(TrainImage) image = train_image_load(input->path, NULL);
    if (!image)
        g_atomic_int_set(&input->failed, TRUE);
}

static void decode(gpointer data)
{
    train_workers_run(((Input *)data)->workers, PICTURES, decode_one, data);
}

static void distort_one(guint index, gpointer data)
{
    Input *input = data;
    const TrainDistortion *type = g_ptr_array_index(input->types, index);
    g_autoptr(TrainImage) image =
        type->apply(input->content, type->levels[TRAIN_LEVELS / 2], index, NULL);
    if (!image)
        g_atomic_int_set(&input->failed, TRUE);
}

static void distort(gpointer data)
{
    const Input *input = data;
    train_workers_run(input->workers, input->types->len, distort_one, data);
}

static void crop(gpointer data)
{
    Input *input = data;
    train_batch_fill_rated(input->batch, input->dataset, input->input, input->position, 1,
                           input->workers);
    input->position += CROPS;
}

/* A training part of PICTURES pictures in memory. */
static TrainDataset *dataset_new(void)
{
    TrainDataset *dataset = g_new0(TrainDataset, 1);
    dataset->ratings = g_new0(TrainRatings, 1);
    dataset->ratings->n = PICTURES;
    dataset->ratings->paths = g_new0(char *, PICTURES + 1);
    dataset->ratings->scores = g_new0(double, PICTURES);
    dataset->images = g_new0(TrainImage *, PICTURES);
    for (guint p = 0; p < TRAIN_N_PARTS; p++)
        dataset->parts[p] = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < PICTURES; i++) {
        dataset->ratings->paths[i] = g_strdup("");
        dataset->images[i] = picture_new(PICTURE_SIDE, i);
        g_array_append_val(dataset->parts[TRAIN_PART_TRAIN], i);
    }
    return dataset;
}

static void measure_crops(TrainBench *bench, Input *input, double seconds)
{
    g_autoptr(TrainDataset) dataset = dataset_new();
    g_autoptr(BiqaGraph) graph = bench_graph_new();
    input->dataset = dataset;
    if (!biqa_graph_infer(graph, input->input->size, NULL))
        return; /* the recipe's own network takes crops that this one cannot */
    input->batch = train_batch_new(graph, input->input->size, CROPS, FALSE, input->workers);
    bench_measure(bench, (TrainBenchRow){.what = "crop", .size = input->input->size, .n = CROPS},
                  NAN, seconds, crop, input);
    train_batch_free(input->batch);
}

static gboolean write_picture(char **path, GError **error)
{
    g_autoptr(TrainImage) image = picture_new(PICTURE_SIDE, 1);
    const int fd = g_file_open_tmp("biqa-bench-XXXXXX.png", path, error);
    if (fd < 0)
        return FALSE;
    close(fd);
    return train_image_save(image, *path, error);
}

gboolean bench_input(TrainBench *bench, const BiqaInput *format, double seconds,
                     TrainWorkers *workers, GError **error)
{
    g_autoptr(TrainImage) content = picture_new(CONTENT_SIDE, 2);
    g_autoptr(GPtrArray) types = train_distortions();
    g_autofree char *path = NULL;
    Input input = {.workers = workers, .content = content, .types = types, .input = format};
    if (!write_picture(&path, error))
        return FALSE;
    input.path = path;
    bench_measure(bench, (TrainBenchRow){.what = "decode", .size = PICTURE_SIDE, .n = PICTURES},
                  NAN, seconds, decode, &input);
    g_unlink(path);
    bench_measure(bench, (TrainBenchRow){.what = "distort", .size = CONTENT_SIDE, .n = types->len},
                  NAN, seconds, distort, &input);
    measure_crops(bench, &input, seconds);
    if (!input.failed)
        return TRUE;
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                        "a picture could not be decoded or distorted; `biqa-train distort` on a "
                        "picture of yours says why");
    return FALSE;
}
