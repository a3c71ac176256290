/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who was right. */
#include "replay.h"

#include "csv.h"
#include <math.h>
#include <stdio.h>

const char *const train_roles[TRAIN_N_ROLES] = {
    [TRAIN_DEFENDER] = "defender", [TRAIN_ATTACKER] = "attacker"};

double *train_replay_ratings(const TrainPairs *pairs, const TrainRatings *rated)
{
    g_autoptr(GHashTable) rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    double *ratings = g_new(double, pairs->images->len + 1);
    for (guint i = 0; i < rated->n; i++)
        g_hash_table_insert(rows, g_canonicalize_filename(rated->paths[i], NULL),
                            &rated->scores[i]);
    for (guint i = 0; i < pairs->images->len; i++) {
        g_autofree char *path =
            g_build_filename(pairs->folder, train_pairs_image(pairs, i)->file, NULL);
        g_autofree char *absolute = g_canonicalize_filename(path, NULL);
        const double *found = g_hash_table_lookup(rows, absolute);
        ratings[i] = found ? *found : NAN;
    }
    return ratings;
}

/* 1: the first of a pair is better, 0: they are equal, -1: it is worse. */
static int verdict(double gap)
{
    return (gap >= TRAIN_REPLAY_VISIBLE) - (gap <= -TRAIN_REPLAY_VISIBLE);
}

static double gap_of(const TrainPair *pair, const double *scores)
{
    return scores[pair->images[0]] - scores[pair->images[1]];
}

static void count_row(TrainReplay *replay, const TrainReplayRow *row)
{
    TrainReplayCount *count = &replay->counts[row->role];
    count->n++;
    count->opponent_right += row->opponent_right;
    for (guint t = 0; t < TRAIN_N_TIMES; t++) {
        count->right[t] += row->right[t];
        count->error[t] += fabs(row->seen[t] - row->rated);
    }
}

static void replay_pair(TrainReplay *replay, const TrainReplayParams *params, const double *ratings,
                        guint i)
{
    const TrainPair *pair = train_pairs_at(params->pairs, i);
    const gboolean defends = g_str_equal(pair->defender, params->model);
    TrainReplayRow row = {.pair = i, .role = defends ? TRAIN_DEFENDER : TRAIN_ATTACKER};
    row.rated = gap_of(pair, ratings);
    if ((!defends && !g_str_equal(pair->attacker, params->model)) || isnan(row.rated))
        return;
    for (guint t = 0; t < TRAIN_N_TIMES; t++) {
        row.seen[t] = gap_of(pair, params->seen[t]);
        row.right[t] = verdict(row.seen[t]) == verdict(row.rated);
    }
    row.opponent_right = verdict(row.rated) == (defends ? 1 : 0);
    count_row(replay, &row);
    g_array_append_val(replay->rows, row);
}

TrainReplay *train_replay_new(const TrainReplayParams *params)
{
    TrainReplay *replay = g_new0(TrainReplay, 1);
    g_autofree double *ratings = train_replay_ratings(params->pairs, params->rated);
    replay->rows = g_array_new(FALSE, FALSE, sizeof(TrainReplayRow));
    for (guint i = 0; i < params->pairs->pairs->len; i++)
        replay_pair(replay, params, ratings, i);
    for (guint r = 0; r < TRAIN_N_ROLES; r++) {
        for (guint t = 0; t < TRAIN_N_TIMES; t++)
            replay->counts[r].error[t] /= replay->counts[r].n;
    }
    return replay;
}

void train_replay_free(TrainReplay *replay)
{
    if (!replay)
        return;
    g_array_unref(replay->rows);
    g_free(replay);
}

void train_replay_print(const TrainReplay *replay)
{
    if (!replay->rows->len)
        return;
    printf("%-9s %5s %12s %11s %14s %12s %11s\n", "model as", "pairs", "right before",
           "right after", "opponent right", "error before", "error after");
    for (guint r = 0; r < TRAIN_N_ROLES; r++) {
        const TrainReplayCount *count = &replay->counts[r];
        if (count->n)
            printf("%-9s %5u %12u %11u %14u %12.2f %11.2f\n", train_roles[r], count->n,
                   count->right[TRAIN_BEFORE], count->right[TRAIN_AFTER], count->opponent_right,
                   count->error[TRAIN_BEFORE], count->error[TRAIN_AFTER]);
    }
}

static void append_gap(GString *text, double gap)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(text, ",%s", g_ascii_formatd(digits, sizeof digits, "%.2f", gap));
}

gboolean train_replay_save(const TrainReplay *replay, const TrainPairs *pairs, const char *path,
                           GError **error)
{
    g_autoptr(GString) text = g_string_new(
        "pair,role,opponent,rated,before,after,right-before,right-after,opponent-right\n");
    for (guint i = 0; i < replay->rows->len; i++) {
        const TrainReplayRow *row = &g_array_index(replay->rows, TrainReplayRow, i);
        const TrainPair *pair = train_pairs_at(pairs, row->pair);
        g_string_append_printf(text, "%u,%s,", row->pair + 1, train_roles[row->role]);
        train_csv_append(text, row->role == TRAIN_DEFENDER ? pair->attacker : pair->defender);
        append_gap(text, row->rated);
        for (guint t = 0; t < TRAIN_N_TIMES; t++)
            append_gap(text, row->seen[t]);
        g_string_append_printf(text, ",%d,%d,%d\n", row->right[TRAIN_BEFORE],
                               row->right[TRAIN_AFTER], row->opponent_right);
    }
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}
