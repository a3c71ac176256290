/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the pairs of a match. */
#include "match.h"

#include <math.h>
#include <stdlib.h>

/* A picture of the level that is searched. */
typedef struct {
    double defender, attacker;
    guint picture, content;
} Runner;

/* Indices of runners that may be the extreme of a window, first the extreme itself. */
typedef struct {
    guint *at, first, end;
} Queue;

static int compare_runners(const void *a, const void *b)
{
    const Runner *x = a, *y = b;
    const int by_score = (x->defender > y->defender) - (x->defender < y->defender);
    return by_score ? by_score : (x->picture > y->picture) - (x->picture < y->picture);
}

/* Runner i enters a queue of the largest (sign 1) or smallest (-1) of the attacker's scores; those
 * left of the window leave. */
static void enter(Queue *queue, const Runner *runners, guint i, guint left, double sign)
{
    while (queue->first < queue->end && queue->at[queue->first] < left)
        queue->first++;
    while (queue->first < queue->end &&
           sign * runners[queue->at[queue->end - 1]].attacker < sign * runners[i].attacker)
        queue->end--;
    queue->at[queue->end++] = i;
}

static void consider(const Runner *better, const Runner *worse, TrainMatchPair *best)
{
    const double gap = better->attacker - worse->attacker;
    if (gap > best->gap && gap > fabs(better->defender - worse->defender))
        *best = (TrainMatchPair){better->picture, worse->picture, best->level, gap};
}

/* The widest gap between any two runners (sorted by defender) within the tolerance: a window slides
 * over them, and each is held against the extremes of those before it. */
static void find_widest(const Runner *runners, guint n, double tolerance, guint *room,
                        TrainMatchPair *best)
{
    Queue high = {room, 0, 0}, low = {room + n, 0, 0};
    for (guint i = 0, left = 0; i < n; i++) {
        while (runners[i].defender - runners[left].defender > tolerance)
            left++;
        enter(&high, runners, i, left, 1);
        enter(&low, runners, i, left, -1);
        consider(&runners[high.at[high.first]], &runners[i], best);
        consider(&runners[i], &runners[low.at[low.first]], best);
    }
}

static guint drop_content(Runner *runners, guint n, guint content)
{
    guint kept = 0;
    for (guint i = 0; i < n; i++) {
        if (runners[i].content != content)
            runners[kept++] = runners[i];
    }
    return kept;
}

static void play_level(const TrainMatch *match, guint level, Runner *runners, guint n,
                       GHashTable *used, GArray *pairs)
{
    g_autofree guint *room = g_new(guint, 2 * (gsize)n + 1);
    for (guint k = 0; k < match->top; k++) {
        TrainMatchPair best = {.level = level};
        find_widest(runners, n, match->tolerance, room, &best);
        if (!(best.gap > 0))
            return;
        g_array_append_val(pairs, best);
        const guint contents[] = {match->content[best.better], match->content[best.worse]};
        for (guint c = 0; c < G_N_ELEMENTS(contents); c++) {
            g_hash_table_add(used, GUINT_TO_POINTER(contents[c]));
            n = drop_content(runners, n, contents[c]);
        }
    }
}

/* All pictures that both have scored, by the defender's score. */
static Runner *line_up(const TrainMatch *match, guint *n)
{
    Runner *runners = g_new(Runner, match->n);
    *n = 0;
    for (guint i = 0; i < match->n; i++) {
        if (!isnan(match->defender[i]) && !isnan(match->attacker[i]))
            runners[(*n)++] =
                (Runner){match->defender[i], match->attacker[i], i, match->content[i]};
    }
    qsort(runners, *n, sizeof *runners, compare_runners);
    return runners;
}

/* Those of the level that begin at *first and whose contents are free, copied to level_runners;
 * *first moves behind the level. */
static guint pick(const Runner *runners, guint n, guint *first, double end, GHashTable *used,
                  Runner *picked)
{
    guint count = 0;
    for (; *first < n && runners[*first].defender < end; ++*first) {
        if (!g_hash_table_contains(used, GUINT_TO_POINTER(runners[*first].content)))
            picked[count++] = runners[*first];
    }
    return count;
}

GArray *train_match_play(const TrainMatch *match)
{
    guint n, first = 0;
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(TrainMatchPair));
    g_autofree Runner *runners = line_up(match, &n);
    g_autofree Runner *picked = g_new(Runner, n + 1);
    g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);

    g_return_val_if_fail(match->levels, pairs);
    for (guint level = 0; n && level < match->levels; level++) {
        const double low = runners[0].defender, width = runners[n - 1].defender - low;
        const double end =
            level + 1 == match->levels ? INFINITY : low + width * (level + 1) / match->levels;
        const guint count = pick(runners, n, &first, end, used, picked);
        play_level(match, level, picked, count, used, pairs);
    }
    return pairs;
}
