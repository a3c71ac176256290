/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "score-map.h"

/* The first pixel of crop i of n on an axis. */
static gint spread(guint i, guint n, guint length, guint covered)
{
    return n > 1 ? (gint)((guint64)i * (length - covered) / (n - 1)) : 0;
}

GArray *train_map_windows(guint size, guint reduce, guint width, guint height)
{
    GArray *windows = g_array_new(FALSE, FALSE, sizeof(TrainMapWindow));
    const guint covered = size * reduce;
    g_return_val_if_fail(covered > 0, windows);
    if (MIN(width, height) < covered)
        return windows;
    const guint columns = (width + covered - 1) / covered, rows = (height + covered - 1) / covered;
    for (guint row = 0; row < rows; row++) {
        for (guint column = 0; column < columns; column++) {
            const TrainMapWindow window = {.place = {.x = spread(column, columns, width, covered),
                                                     .y = spread(row, rows, height, covered),
                                                     .reduce = reduce}};
            g_array_append_val(windows, window);
        }
    }
    return windows;
}

typedef struct {
    GArray *windows;
    const TrainScorer *scorer;
    const BiqaFrame *frame;
} Score;

static void score_window(guint i, gpointer data)
{
    const Score *score = data;
    TrainMapWindow *window = &g_array_index(score->windows, TrainMapWindow, i);
    window->score = train_scorer_place(score->scorer, score->frame, window->place);
}

void train_map_score(GArray *windows, const TrainScorer *scorer, const BiqaFrame *frame,
                     TrainWorkers *workers)
{
    Score score = {windows, scorer, frame};
    train_workers_run(workers, windows->len, score_window, &score);
}
