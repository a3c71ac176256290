/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores of distortion levels. */
#include "levels.h"

#define STEPS (TRAIN_LEVELS + 1)

typedef struct {
    const TrainScorer *scorer;
    const TrainPool *pool;
    TrainLevels *levels;
} Task;

/* One content and type; the content itself is scored with its first type only. */
static void score_group(guint group, gpointer data)
{
    const Task *task = data;
    const guint n_types = task->levels->n_types;
    for (guint level = group % n_types ? 1 : 0; level < STEPS; level++) {
        const TrainImage image =
            train_pool_image(task->pool, group / n_types, group % n_types, level);
        BiqaFrameFormat format;
        const BiqaFrame frame = train_image_frame(&image, &format);
        task->levels->verdicts[group * STEPS + level] = train_scorer_frame(task->scorer, &frame);
    }
}

TrainLevels *train_levels_new(const TrainScorer *scorer, const TrainPool *pool,
                              TrainWorkers *workers)
{
    TrainLevels *levels = g_new0(TrainLevels, 1);
    levels->n_contents = train_pool_n_contents(pool);
    levels->n_types = train_pool_n_types(pool);
    const guint groups = levels->n_contents * levels->n_types;
    levels->verdicts = g_new0(BiqaVerdict, (gsize)groups * STEPS);
    Task task = {scorer, pool, levels};
    train_workers_run(workers, groups, score_group, &task);
    for (guint group = 0; group < groups; group++)
        levels->verdicts[group * STEPS] =
            levels->verdicts[(group - group % levels->n_types) * STEPS];
    return levels;
}

void train_levels_free(TrainLevels *levels)
{
    if (!levels)
        return;
    g_free(levels->verdicts);
    g_free(levels);
}

double train_levels_score(const TrainLevels *levels, BiqaBranch branch, guint picture)
{
    const BiqaVerdict *verdict = &levels->verdicts[picture];
    return branch == BIQA_FULL ? verdict->score : verdict->competitor_score;
}

static guint picture_at(const TrainLevels *levels, guint content, guint type, guint level)
{
    return (content * levels->n_types + type) * STEPS + level;
}

double train_levels_srcc(const TrainLevels *levels, BiqaBranch branch, double *types)
{
    const guint n_types = levels->n_types, n = levels->n_contents * n_types;
    double scores[STEPS], quality[STEPS], mean = 0;

    for (guint t = 0; t < n_types; t++)
        types[t] = 0;
    for (guint group = 0; group < n; group++) {
        for (guint level = 0; level < STEPS; level++) {
            scores[level] = train_levels_score(levels, branch, group * STEPS + level);
            quality[level] = -(double)level;
        }
        const double srcc = train_srcc(scores, quality, STEPS);
        types[group % n_types] += srcc / levels->n_contents;
        mean += srcc / n;
    }
    return mean;
}

double train_levels_mean(const TrainLevels *levels, BiqaBranch branch, guint type, guint level)
{
    double mean = 0;
    for (guint content = 0; content < levels->n_contents; content++)
        mean += train_levels_score(levels, branch, picture_at(levels, content, type, level)) /
                levels->n_contents;
    return mean;
}

double train_levels_in_order(const TrainLevels *levels, BiqaBranch branch, guint type, guint level)
{
    guint right = 0;
    g_return_val_if_fail(level >= 1 && level < STEPS, 0);
    for (guint content = 0; content < levels->n_contents; content++) {
        const guint picture = picture_at(levels, content, type, level);
        right += train_levels_score(levels, branch, picture) <
                 train_levels_score(levels, branch, picture - 1);
    }
    return (double)right / levels->n_contents;
}
