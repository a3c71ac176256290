/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pairs replayed: who is right follows from the gaps, by a table worked out by hand. */
#include "replay.h"

#include <glib.h>
#include <math.h>

/* Two pictures a case, rated and scored; the other judge says better where it attacks, and equal
 * where it defends. */
static const struct {
    TrainRole role;
    double rated[2], before[2], after[2];
    gboolean right_before, right_after, opponent_right;
} cases[] = {
    /* People see a difference that the model did not and does now. */
    {TRAIN_DEFENDER, {70, 40}, {50, 50}, {60, 40}, FALSE, TRUE, TRUE},
    /* They see none, and neither did it, until it was spoilt. */
    {TRAIN_DEFENDER, {50, 45}, {50, 52}, {50, 70}, TRUE, FALSE, FALSE},
    /* They see the other one better: nobody was right. */
    {TRAIN_DEFENDER, {30, 60}, {50, 50}, {40, 60}, FALSE, TRUE, FALSE},
    /* The model saw a difference that is there. */
    {TRAIN_ATTACKER, {80, 40}, {90, 30}, {75, 45}, TRUE, TRUE, FALSE},
    /* It saw one that is not there. */
    {TRAIN_ATTACKER, {52, 50}, {90, 30}, {60, 50}, FALSE, TRUE, TRUE},
    /* On the border half a category is a difference. */
    {TRAIN_ATTACKER, {62.5, 50}, {62.5, 50}, {62, 50}, TRUE, FALSE, FALSE},
};

#define PICTURES (2 * G_N_ELEMENTS(cases))

/* A pair for each case, and ratings of all pictures but the first `unrated` ones. */
typedef struct {
    TrainPairs *pairs;
    TrainRatings rated;
    double before[PICTURES], after[PICTURES];
} Fixture;

static void set_up(Fixture *fixture, guint unrated)
{
    fixture->pairs = train_pairs_new("/nowhere");
    fixture->rated.paths = g_new0(char *, PICTURES + 1);
    fixture->rated.scores = g_new0(double, PICTURES);
    for (guint c = 0; c < G_N_ELEMENTS(cases); c++) {
        const gboolean defends = cases[c].role == TRAIN_DEFENDER;
        TrainPair pair = {.defender = (char *)(defends ? "model" : "other"),
                          .attacker = (char *)(defends ? "other" : "model")};
        for (guint k = 0; k < 2; k++) {
            const TrainPairImage image = {g_strdup_printf("%u.png", 2 * c + k), g_strdup("content"),
                                          g_strdup("origin")};
            const guint i = train_pairs_add_image(fixture->pairs, &image);
            pair.images[k] = i;
            fixture->before[i] = cases[c].before[k];
            fixture->after[i] = cases[c].after[k];
            if (i < unrated)
                continue;
            fixture->rated.paths[fixture->rated.n] = g_strdup_printf("/nowhere/%u.png", i);
            fixture->rated.scores[fixture->rated.n++] = cases[c].rated[k];
        }
        train_pairs_add(fixture->pairs, &pair);
    }
}

static void tear_down(Fixture *fixture)
{
    train_pairs_free(fixture->pairs);
    g_strfreev(fixture->rated.paths);
    g_free(fixture->rated.scores);
}

static TrainReplay *replay(const Fixture *fixture, const char *model)
{
    const TrainReplayParams params = {.pairs = fixture->pairs,
                                      .rated = &fixture->rated,
                                      .model = model,
                                      .seen = {fixture->before, fixture->after}};
    return train_replay_new(&params);
}

static void test_rows(void)
{
    Fixture fixture = {0};
    set_up(&fixture, 0);
    g_autoptr(TrainReplay) replayed = replay(&fixture, "model");
    g_assert_cmpuint(replayed->rows->len, ==, G_N_ELEMENTS(cases));
    for (guint c = 0; c < G_N_ELEMENTS(cases); c++) {
        const TrainReplayRow *row = &g_array_index(replayed->rows, TrainReplayRow, c);
        g_test_message("case %u", c);
        g_assert_cmpint(row->role, ==, cases[c].role);
        g_assert_cmpint(row->right[TRAIN_BEFORE], ==, cases[c].right_before);
        g_assert_cmpint(row->right[TRAIN_AFTER], ==, cases[c].right_after);
        g_assert_cmpint(row->opponent_right, ==, cases[c].opponent_right);
        g_assert_cmpfloat(row->rated, ==, cases[c].rated[0] - cases[c].rated[1]);
    }
    tear_down(&fixture);
}

static void test_counts(void)
{
    Fixture fixture = {0};
    set_up(&fixture, 0);
    g_autoptr(TrainReplay) replayed = replay(&fixture, "model");
    const TrainReplayCount *defender = &replayed->counts[TRAIN_DEFENDER],
                           *attacker = &replayed->counts[TRAIN_ATTACKER];
    g_assert_cmpuint(defender->n, ==, 3);
    g_assert_cmpuint(defender->right[TRAIN_BEFORE], ==, 1);
    g_assert_cmpuint(defender->right[TRAIN_AFTER], ==, 2);
    g_assert_cmpuint(defender->opponent_right, ==, 1);
    /* |0 - 30|, |-2 - 5|, |0 + 30|; then |20 - 30|, |-20 - 5|, |-20 + 30| */
    g_assert_cmpfloat_with_epsilon(defender->error[TRAIN_BEFORE], 67 / 3., 1e-12);
    g_assert_cmpfloat_with_epsilon(defender->error[TRAIN_AFTER], 45 / 3., 1e-12);
    g_assert_cmpuint(attacker->n, ==, 3);
    g_assert_cmpuint(attacker->right[TRAIN_BEFORE], ==, 2);
    g_assert_cmpuint(attacker->right[TRAIN_AFTER], ==, 2);
    g_assert_cmpuint(attacker->opponent_right, ==, 1);
    tear_down(&fixture);
}

/* Pairs without a rating, and those of others, are not replayed. */
static void test_left_out(void)
{
    Fixture fixture = {0};
    set_up(&fixture, 3);
    g_autoptr(TrainReplay) replayed = replay(&fixture, "model");
    g_autoptr(TrainReplay) none = replay(&fixture, "stranger");
    g_assert_cmpuint(replayed->rows->len, ==, G_N_ELEMENTS(cases) - 2);
    g_assert_cmpuint(none->rows->len, ==, 0);
    g_assert_true(isnan(none->counts[TRAIN_DEFENDER].error[TRAIN_BEFORE]));
    tear_down(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/replay/rows", test_rows);
    g_test_add_func("/replay/counts", test_counts);
    g_test_add_func("/replay/left-out", test_left_out);
    return g_test_run();
}
