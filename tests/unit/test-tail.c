/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Long-tailed lists: how many types and levels there are, and which. */
#include "tail.h"

#include "support.h"
#include <string.h>

/* KADID-10k's 25 types: 8 x 5 + 8 x 3 + 9 x 1 = 73 images of a content, as the authors have it. */
static void test_counts(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainTail) tail = train_tail_new("8/8/9", 25, 3, &error);
    g_assert_no_error(error);
    guint types[3] = {0}, draws[25] = {0};
    static const guint levels[] = {5, 3, 1};

    g_assert_cmpuint(tail->total, ==, 73);
    for (guint t = 0; t < 25; t++)
        types[tail->parts[t]]++;
    g_assert_cmpuint(types[TRAIN_HEAD], ==, 8);
    g_assert_cmpuint(types[TRAIN_MIDDLE], ==, 8);
    g_assert_cmpuint(types[TRAIN_TAIL], ==, 9);
    for (guint d = 0; d < tail->total; d++)
        draws[train_tail_type(tail, d)]++;
    for (guint t = 0; t < 25; t++)
        g_assert_cmpuint(draws[t], ==, levels[tail->parts[t]]);
}

/* A group's places hold the kept levels in order, over and over, and they differ by content. */
static void test_levels(void)
{
    g_autoptr(TrainTail) tail = train_tail_new("1/1/1", 3, 5, NULL);
    guint single[TRAIN_LEVELS + 1] = {0};
    for (guint content = 0; content < 200; content++) {
        for (guint type = 0; type < 3; type++) {
            const guint n = ((const guint[]){5, 3, 1})[tail->parts[type]];
            g_assert_cmpuint(train_tail_level(tail, content, type, 0), ==, 0);
            for (guint place = 1; place <= TRAIN_LEVELS; place++) {
                const guint level = train_tail_level(tail, content, type, place);
                g_assert_cmpuint(level, >=, 1);
                g_assert_cmpuint(level, <=, TRAIN_LEVELS);
                if (place > n)
                    g_assert_cmpuint(level, ==, train_tail_level(tail, content, type, place - n));
                else if (place > 1)
                    g_assert_cmpuint(level, >, train_tail_level(tail, content, type, place - 1));
            }
            if (n == 1)
                single[train_tail_level(tail, content, type, 1)]++;
        }
    }
    /* 200 contents, five levels alike: 40 each; five standard deviations are 28. */
    for (guint level = 1; level <= TRAIN_LEVELS; level++) {
        g_assert_cmpuint(single[level], >=, 12);
        g_assert_cmpuint(single[level], <=, 68);
    }
}

static void test_refused(void)
{
    static const char *const texts[] = {"", "3", "1/1", "1/1/1/0", "1/1/2", "-1/2/2", "a/b/c"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(train_tail_new(texts[i], 3, 1, &error));
        assert_refused(error, BIQA_ERROR_VALUE, "tail");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tail/counts", test_counts);
    g_test_add_func("/tail/levels", test_levels);
    g_test_add_func("/tail/refused", test_refused);
    return g_test_run();
}
