/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pairs across types and contents. */
#include "level-pairs.h"

#include <math.h>

#define STEPS (TRAIN_LEVELS + 1)

typedef struct {
    const TrainPool *pool;
    const TrainJudge *judge;
    guint content;
    double *labels;
} Labelling;

/* Task 0 is the content with itself, the others are its distortions. */
static void label(guint task, gpointer data)
{
    const Labelling *labelling = data;
    const guint n_types = train_pool_n_types(labelling->pool), content = labelling->content;
    const guint type = task ? (task - 1) / TRAIN_LEVELS : 0,
                level = task ? (task - 1) % TRAIN_LEVELS + 1 : 0;
    const TrainImage reference = train_pool_image(labelling->pool, content, type, 0),
                     image = train_pool_image(labelling->pool, content, type, level);
    labelling->labels[(content * n_types + type) * STEPS + level] =
        train_judge_score(labelling->judge, &reference, &image);
}

double *train_level_labels(const TrainPool *pool, const TrainJudge *judge, TrainWorkers *workers,
                           void (*progress)(guint done, guint total, gpointer data), gpointer data)
{
    const guint n_contents = train_pool_n_contents(pool), n_types = train_pool_n_types(pool);
    double *labels = g_new(double, (gsize)n_contents *n_types *STEPS);
    for (guint content = 0; content < n_contents; content++) {
        Labelling labelling = {pool, judge, content, labels};
        train_workers_run(workers, 1 + n_types * TRAIN_LEVELS, label, &labelling);
        for (guint type = 1; type < n_types; type++)
            labels[(content * n_types + type) * STEPS] = labels[content * n_types * STEPS];
        if (progress)
            progress(content + 1, n_contents, data);
    }
    return labels;
}

typedef struct {
    guint content, type; /* type: n_types of references, which are of no type */
    double score, label;
} Picture;

/* Every picture once. */
static GArray *list_pictures(const TrainLevels *levels, BiqaBranch branch, const double *labels)
{
    GArray *pictures = g_array_new(FALSE, FALSE, sizeof(Picture));
    const guint n = levels->n_contents * levels->n_types * STEPS;
    for (guint i = 0; i < n; i++) {
        const guint level = i % STEPS, type = i / STEPS % levels->n_types;
        const Picture picture = {i / STEPS / levels->n_types, level ? type : levels->n_types,
                                 train_levels_score(levels, branch, i), labels[i]};
        if (level || !type)
            g_array_append_val(pictures, picture);
    }
    return pictures;
}

/* Whether the order of the two is a question across types or contents. */
static gboolean is_across(const Picture *a, const Picture *b, guint no_type)
{
    if (a->content != b->content)
        return TRUE;
    return a->type != b->type && a->type != no_type && b->type != no_type;
}

static double correlate(const GArray *pictures)
{
    g_autofree double *scores = g_new(double, pictures->len);
    g_autofree double *labels = g_new(double, pictures->len);
    for (guint i = 0; i < pictures->len; i++) {
        scores[i] = g_array_index(pictures, Picture, i).score;
        labels[i] = g_array_index(pictures, Picture, i).label;
    }
    return train_srcc(scores, labels, pictures->len);
}

TrainLevelPairs train_levels_pairs(const TrainLevels *levels, BiqaBranch branch,
                                   const double *labels, double margin)
{
    g_autoptr(GArray) pictures = list_pictures(levels, branch, labels);
    TrainLevelPairs pairs = {.srcc = correlate(pictures)};
    guint64 halves = 0;

    for (guint i = 0; i < pictures->len; i++) {
        const Picture *a = &g_array_index(pictures, Picture, i);
        for (guint j = 0; j < i; j++) {
            const Picture *b = &g_array_index(pictures, Picture, j);
            const double difference = a->label - b->label;
            if (!(fabs(difference) > margin) || !is_across(a, b, levels->n_types))
                continue;
            pairs.n++;
            halves += a->score == b->score ? 1 : (a->score > b->score) == (difference > 0) ? 2 : 0;
        }
    }
    pairs.share = pairs.n ? halves / (2. * pairs.n) : 0;
    return pairs;
}
