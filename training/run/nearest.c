/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edit distance. */
#include "nearest.h"

#include <string.h>

guint train_edit_distance(const char *a, const char *b)
{
    const gsize rows = strlen(a) + 1, columns = strlen(b) + 1;
    g_autofree guint *cost = g_new(guint, rows * columns);
    for (gsize i = 0; i < rows; i++) {
        for (gsize j = 0; j < columns; j++) {
            guint *here = cost + i * columns + j;
            *here = (guint)(i + j); /* along the edges: nothing but insertions */
            if (!i || !j)
                continue;
            const guint change = here[-(gssize)columns - 1] + (a[i - 1] != b[j - 1]);
            *here = MIN(MIN(here[-1], here[-(gssize)columns]) + 1, change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                *here = MIN(*here, here[-2 * (gssize)columns - 2] + 1);
        }
    }
    return cost[rows * columns - 1];
}

const char *train_nearest(const char *typed, const char *const *words, guint n)
{
    const char *nearest = NULL;
    guint least = MAX((guint)strlen(typed) / 3, 1) + 1;
    for (guint i = 0; i < n; i++) {
        const guint distance = train_edit_distance(typed, words[i]);
        if (distance < least) {
            least = distance;
            nearest = words[i];
        }
    }
    return nearest;
}
