/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dealing types and levels to a long-tailed list. */
#include "tail.h"

#include "error.h"
#include "seed.h"
#include <stdio.h>

static const struct {
    const char *name;
    guint levels;
} parts[] = {
    [TRAIN_HEAD] = {"head", TRAIN_LEVELS},
    [TRAIN_MIDDLE] = {"middle", 3},
    [TRAIN_TAIL] = {"tail", 1},
};
G_STATIC_ASSERT(G_N_ELEMENTS(parts) == TRAIN_N_TAIL_PARTS);

/* Fisher and Yates. */
static void shuffle(guint *order, guint n, guint64 state)
{
    for (guint i = 0; i < n; i++) {
        const guint j = train_draw(&state, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

TrainTail *train_tail_new(const char *text, guint n_types, guint64 seed, GError **error)
{
    guint counts[TRAIN_N_TAIL_PARTS], used = 0;
    char rest;
    if (sscanf(text, "%4u/%4u/%4u%c", &counts[0], &counts[1], &counts[2], &rest) != 3 ||
        MAX(MAX(counts[0], counts[1]), counts[2]) > n_types ||
        counts[0] + counts[1] + counts[2] != n_types) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "[ranked] tail: \"%s\" must be three numbers of types, head/middle/tail, that "
                    "add up to the recipe's %u",
                    text, n_types);
        return NULL;
    }
    g_autofree guint *order = g_new(guint, n_types);
    TrainTail *tail = g_new0(TrainTail, 1);
    *tail = (TrainTail){.n_types = n_types, .seed = seed};
    tail->parts = g_new(TrainTailPart, n_types);
    shuffle(order, n_types, train_seed(seed, 10, 0));
    for (guint part = 0; part < TRAIN_N_TAIL_PARTS; part++) {
        for (guint k = 0; k < counts[part]; k++)
            tail->parts[order[used++]] = part;
        tail->total += counts[part] * parts[part].levels;
    }
    return tail;
}

void train_tail_free(TrainTail *tail)
{
    if (!tail)
        return;
    g_free(tail->parts);
    g_free(tail);
}

const char *train_tail_part_name(TrainTailPart part)
{
    return parts[part].name;
}

guint train_tail_type(const TrainTail *tail, guint draw)
{
    g_assert(draw < tail->total);
    guint type = 0;
    while (draw >= parts[tail->parts[type]].levels)
        draw -= parts[tail->parts[type++]].levels;
    return type;
}

guint train_tail_level(const TrainTail *tail, guint content, guint type, guint place)
{
    const guint n = parts[tail->parts[type]].levels;
    guint order[TRAIN_LEVELS], wanted = (place - 1) % n, kept[TRAIN_LEVELS] = {0};
    if (!place)
        return 0;
    shuffle(order, TRAIN_LEVELS, train_seed(tail->seed, 11 + content, type));
    for (guint k = 0; k < n; k++)
        kept[order[k]] = 1;
    for (guint level = 0; level < TRAIN_LEVELS; level++) {
        if (kept[level] && !wanted--)
            return level + 1;
    }
    g_assert_not_reached();
}
