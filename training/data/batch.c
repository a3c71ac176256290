/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filling batches: every sample's draws come from its own seed, so any thread may make it. */
#include "batch.h"

#include "preprocess.h"
#include "seed.h"
#include <string.h>

TrainBatch *train_batch_new(const BiqaGraph *graph, guint size, guint n, gboolean paired,
                            TrainWorkers *workers)
{
    g_autoptr(BiqaGraph) sized = biqa_graph_copy(graph);
    g_autoptr(GError) error = NULL;
    if (!biqa_graph_infer(sized, size, &error))
        g_error("a checked graph does not take %u pixels: %s", size, error->message);
    TrainBatch *batch = g_new0(TrainBatch, 1);
    batch->n = n;
    batch->types_per_content = 1;
    batch->samples = g_new0(TrainSample, n);
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        if (b == BIQA_FULL || paired)
            batch->nets[b] = train_net_new(sized, n, workers);
        batch->scores[b] = g_new0(float, n);
        batch->d_scores[b] = g_new0(float, n);
        batch->second[b] = g_new0(float, n);
        batch->d_second[b] = g_new0(float, n);
    }
    batch->quality = g_new0(float, n);
    batch->target = g_new0(float, n);
    batch->spread = g_new0(float, n);
    batch->taught = g_new0(float, n);
    batch->group = g_new0(guint, n);
    batch->type = g_new0(guint, n);
    batch->judged = g_new0(float, n);
    batch->all = g_new0(guint, n);
    return batch;
}

void train_batch_free(TrainBatch *batch)
{
    if (!batch)
        return;
    for (guint b = 0; b < BIQA_N_BRANCHES; b++) {
        g_clear_pointer(&batch->nets[b], train_net_free);
        g_free(batch->scores[b]);
        g_free(batch->d_scores[b]);
        g_free(batch->second[b]);
        g_free(batch->d_second[b]);
    }
    g_free(batch->samples);
    g_free(batch->quality);
    g_free(batch->target);
    g_free(batch->spread);
    g_free(batch->taught);
    g_free(batch->group);
    g_free(batch->type);
    g_free(batch->judged);
    g_free(batch->votes);
    g_free(batch->all);
    g_free(batch);
}

void train_batch_take_votes(TrainBatch *batch, guint n_annotators)
{
    batch->n_annotators = n_annotators;
    batch->votes = g_renew(float, batch->votes, (gsize)n_annotators * batch->n);
}

/* What the filling tasks share. */
typedef struct {
    TrainBatch *batch;
    const TrainDataset *dataset;
    const BiqaInput *input;
    const guint *order; /* rated: image of each sample */
    guint64 seed;
} Fill;

/* planes (3, size, size), left and right exchanged. */
static void flip(float *planes, guint size)
{
    for (guint row = 0; row < 3 * size; row++, planes += size) {
        for (guint x = 0; x < size / 2; x++) {
            const float swap = planes[x];
            planes[x] = planes[size - 1 - x];
            planes[size - 1 - x] = swap;
        }
    }
}

/* A random crop of image with one of the model's reductions, for a branch. Draws place and flip
 * from state. */
static void cut_for(const Fill *fill, BiqaBranch branch, const TrainImage *image, guint sample,
                    guint64 *state)
{
    const guint size = train_net_graph(fill->batch->nets[BIQA_FULL])->size;
    const BiqaCrop crop = {
        .reduce = fill->input->crops[train_draw(state, fill->input->n_crops)].reduce,
        .x = train_draw(state, 1025) / 1024.f,
        .y = train_draw(state, 1025) / 1024.f,
    };
    BiqaFrameFormat format;
    const BiqaFrame frame = train_image_frame(image, &format);
    const BiqaPlace place = biqa_crop_place(&crop, size, image->width, image->height);
    float *planes = train_net_input(fill->batch->nets[branch], sample);
    biqa_preprocess_crop(fill->input, &frame, place, size, planes);
    const gboolean flipped = train_draw(state, 2) != 0;
    if (flipped)
        flip(planes, size);
    if (branch == BIQA_FULL)
        fill->batch->samples[sample] = (TrainSample){.place = place, .flipped = flipped};
}

/* The crop, and the competitor's second one, which is drawn apart from state. */
static void cut(const Fill *fill, const TrainImage *image, guint sample, guint64 *state)
{
    guint64 second = train_seed(*state, 6, 0);
    cut_for(fill, BIQA_FULL, image, sample, state);
    if (fill->batch->second_views)
        cut_for(fill, BIQA_COMPETITOR, image, sample, &second);
}

static void fill_ranked(guint sample, gpointer data)
{
    const Fill *fill = data;
    const TrainPool *pool = fill->dataset->pool;
    const TrainTail *tail = fill->dataset->tail;
    const guint group = sample / (TRAIN_LEVELS + 1), place = sample % (TRAIN_LEVELS + 1);
    const guint shared = fill->batch->types_per_content;
    guint64 state = train_seed(fill->seed, group / shared, 0); /* one place for all that share it */
    guint64 of_group = train_seed(fill->seed, group, 4), *draws = shared > 1 ? &of_group : &state;
    const guint content = train_draw(&state, train_pool_n_contents(pool));
    const guint type = tail ? train_tail_type(tail, train_draw(draws, tail->total))
                            : train_draw(draws, train_pool_n_types(pool));
    const guint level = tail ? train_tail_level(tail, content, type, place) : place;
    const TrainImage image = train_pool_image(pool, content, type, level);

    cut(fill, &image, sample, &state);
    fill->batch->samples[sample].path = train_pool_path(pool, content);
    fill->batch->samples[sample].content = content;
    fill->batch->samples[sample].type = type;
    fill->batch->samples[sample].level = level;
    fill->batch->quality[sample] = -(float)level;
    fill->batch->group[sample] = group;
    fill->batch->type[sample] = type;
    fill->batch->judged[sample] = (float)train_pool_label(pool, content, type, level);
    for (guint k = 0; k < fill->batch->n_annotators; k++)
        fill->batch->votes[(gsize)k * fill->batch->n + sample] =
            (float)train_pool_figure(pool, content, type, level, k);
}

void train_batch_fill_ranked(TrainBatch *batch, const TrainDataset *dataset, const BiqaInput *input,
                             guint64 seed, TrainWorkers *workers)
{
    Fill fill = {.batch = batch, .dataset = dataset, .input = input, .seed = seed};
    train_workers_run(workers, batch->n, fill_ranked, &fill);
}

static void fill_rated(guint sample, gpointer data)
{
    const Fill *fill = data;
    const guint image = fill->order[sample];
    guint64 state = train_seed(fill->seed, sample, 1);

    cut(fill, fill->dataset->images[image], sample, &state);
    fill->batch->samples[sample].path = fill->dataset->ratings->paths[image];
    fill->batch->samples[sample].content = image;
    fill->batch->quality[sample] = (float)fill->dataset->ratings->scores[image];
    fill->batch->target[sample] = train_raw_score(fill->batch->quality[sample]);
    fill->batch->group[sample] = 0;
    if (fill->batch->has_spread)
        fill->batch->spread[sample] = (float)fill->dataset->ratings->spread[image];
}

/* Entry at of the endless sequence of shuffled rounds through n items. round_order holds n guint.
 */
static guint deal(guint64 at, guint64 seed, guint n, guint *round_order, guint64 *round)
{
    if (*round != at / n) {
        *round = at / n;
        guint64 state = train_seed(seed, *round, 2);
        for (guint i = 0; i < n; i++)
            round_order[i] = i;
        for (guint i = n; i > 1; i--) { /* Fisher and Yates */
            const guint j = train_draw(&state, i), swap = round_order[i - 1];
            round_order[i - 1] = round_order[j];
            round_order[j] = swap;
        }
    }
    return round_order[at % n];
}

void train_batch_fill_rated(TrainBatch *batch, const TrainDataset *dataset, const BiqaInput *input,
                            guint64 position, guint64 seed, TrainWorkers *workers)
{
    const GArray *part = dataset->parts[TRAIN_PART_TRAIN];
    g_autofree guint *images = g_new(guint, batch->n);
    g_autofree guint *round_order = g_new(guint, part->len);
    guint64 round = G_MAXUINT64;

    for (guint i = 0; i < batch->n; i++)
        images[i] =
            g_array_index(part, guint, deal(position + i, seed, part->len, round_order, &round));
    train_batch_fill_chosen(batch, dataset, input, images, train_seed(seed, position, 3), workers);
}

void train_batch_fill_chosen(TrainBatch *batch, const TrainDataset *dataset, const BiqaInput *input,
                             const guint *images, guint64 seed, TrainWorkers *workers)
{
    Fill fill = {.batch = batch, .dataset = dataset, .input = input, .order = images, .seed = seed};
    batch->has_spread = dataset->ratings->spread != NULL;
    train_workers_run(workers, batch->n, fill_rated, &fill);
}

void train_batch_share_input(TrainBatch *batch)
{
    const BiqaGraph *graph = train_net_graph(batch->nets[BIQA_FULL]);
    if (batch->second_views)
        return;
    const gsize bytes = biqa_shape_size(graph->layers[0].shape) * sizeof(float);
    for (guint i = 0; i < batch->n; i++)
        memcpy(train_net_input(batch->nets[BIQA_COMPETITOR], i),
               train_net_input(batch->nets[BIQA_FULL], i), bytes);
}

TrainLabels train_batch_labels(const TrainBatch *batch)
{
    return (TrainLabels){.n = batch->n,
                         .quality = batch->quality,
                         .group = batch->group,
                         .spread = batch->has_spread ? batch->spread : NULL};
}

TrainVotes train_batch_votes(const TrainBatch *batch)
{
    return (TrainVotes){.n = batch->n,
                        .n_annotators = batch->n_annotators,
                        .quality = batch->votes,
                        .group = batch->all};
}
