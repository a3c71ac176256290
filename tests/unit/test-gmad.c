/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of a competition: kept scores, one scale, matches, what competes, lists of pairs. */
#include "common-scale.h"
#include "competition.h"
#include "match.h"
#include "removal.h"
#include "seed.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <string.h>

#define MANY 100000

static double draw(guint64 *state)
{
    return train_draw(state, 1 << 20) / (double)(1 << 20);
}

static char *make_folder(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("biqa-gmad-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

static void put(const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}

/* -- kept scores --------------------------------------------------------------------------- */

static TrainScoreKey key_number(guint i)
{
    g_autofree char *text = g_strdup_printf("picture %u", i);
    return train_score_key(text);
}

static void check_kept(const char *path, guint n)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainScoreCache) cache = train_score_cache_open(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(train_score_cache_size(cache), ==, n);
    for (guint i = 0; i < n; i++) {
        const TrainScoreKey key = key_number(i);
        double score = NAN;
        g_assert_true(train_score_cache_find(cache, &key, &score));
        g_assert_cmpfloat(score, ==, i / 7.); /* bit for bit */
    }
}

/* As many as a competition may have are found again by the next process; those that were not
 * flushed are not. */
static void test_cache_many(void)
{
    g_autofree char *folder = make_folder();
    g_autofree char *path = g_build_filename(folder, "deep", "scores.cache", NULL);
    g_autoptr(GError) error = NULL;
    TrainScoreCache *cache = train_score_cache_open(path, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < MANY; i++) {
        const TrainScoreKey key = key_number(i);
        train_score_cache_add(cache, &key, i / 7.);
        train_score_cache_add(cache, &key, 1e6); /* the first one stays */
    }
    train_score_cache_flush(cache, &error);
    g_assert_no_error(error);
    const TrainScoreKey late = key_number(MANY);
    train_score_cache_add(cache, &late, 1);
    train_score_cache_free(cache);
    check_kept(path, MANY);
    tree_remove(folder);
}

/* A line that was cut off costs its score and no other's. */
static void test_cache_torn(void)
{
    g_autofree char *folder = make_folder();
    g_autofree char *path = g_build_filename(folder, "scores.cache", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize length = 0;
    for (guint run = 0; run < 2; run++) {
        TrainScoreCache *cache = train_score_cache_open(path, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(train_score_cache_size(cache), ==, run ? 2 : 0);
        for (guint i = 0; i < 3; i++) {
            const TrainScoreKey key = key_number(i);
            train_score_cache_add(cache, &key, i / 7.);
        }
        train_score_cache_flush(cache, &error);
        g_assert_no_error(error);
        train_score_cache_free(cache);
        g_assert_true(g_file_get_contents(path, &text, &length, NULL));
        if (!run)
            g_assert_true(g_file_set_contents(path, text, (gssize)length - 4, NULL));
        g_clear_pointer(&text, g_free);
    }
    check_kept(path, 3);
    tree_remove(folder);
}

/* -- one scale ----------------------------------------------------------------------------- */

static void test_logistic(void)
{
    const TrainLogistic truth = {.worst = 8, .best = 91, .middle = .93, .width = .02};
    double x[60], y[60];
    TrainLogistic found;
    for (guint i = 0; i < G_N_ELEMENTS(x); i++) {
        x[i] = .85 + .0025 * i;
        y[i] = train_logistic_value(&truth, x[i]);
    }
    g_assert_true(train_logistic_fit(x, y, G_N_ELEMENTS(x), &found));
    for (guint i = 0; i < G_N_ELEMENTS(x); i++)
        g_assert_cmpfloat_with_epsilon(train_logistic_value(&found, x[i]), y[i], 1e-3);
    g_assert_false(train_logistic_fit(x, y, TRAIN_LOGISTIC_LEAST - 1, &found));
    for (guint i = 0; i < G_N_ELEMENTS(x); i++)
        y[i] = -y[i];
    g_assert_false(train_logistic_fit(x, y, G_N_ELEMENTS(x), &found));
    for (guint i = 0; i < G_N_ELEMENTS(x); i++)
        x[i] = 1;
    g_assert_false(train_logistic_fit(x, y, G_N_ELEMENTS(x), &found));
}

static void test_ranks(void)
{
    double scores[] = {7, NAN, 1, 7, 9};
    const double like[] = {60, 20, NAN, 30, 50};
    train_scale_ranks(scores, 5);
    g_assert_cmpfloat(scores[2], ==, 0);
    g_assert_cmpfloat(scores[0], ==, 50);
    g_assert_cmpfloat(scores[3], ==, 50);
    g_assert_cmpfloat(scores[4], ==, 100);
    g_assert_true(isnan(scores[1]));
    train_scale_alike(scores, like, 5);
    g_assert_cmpfloat(scores[2], ==, 20);
    g_assert_cmpfloat(scores[0], ==, 40); /* halfway between the two in the middle */
    g_assert_cmpfloat(scores[4], ==, 60);
    g_assert_true(isnan(scores[1]));
}

/* -- matches ------------------------------------------------------------------------------- */

typedef struct {
    TrainMatch match;
    double *defender, *attacker;
    guint *content;
} Board;

static Board board_new(guint n, guint contents, guint64 seed)
{
    Board board = {
        .defender = g_new(double, n), .attacker = g_new(double, n), .content = g_new(guint, n)};
    for (guint i = 0; i < n; i++) {
        board.defender[i] = 100 * draw(&seed);
        board.attacker[i] = 100 * draw(&seed);
        board.content[i] = train_draw(&seed, contents);
    }
    board.match = (TrainMatch){.n = n,
                               .defender = board.defender,
                               .attacker = board.attacker,
                               .content = board.content,
                               .levels = 4,
                               .tolerance = 3,
                               .top = 3};
    return board;
}

static void board_clear(Board *board)
{
    g_free(board->defender);
    g_free(board->attacker);
    g_free(board->content);
}

static guint level_of(const Board *board, guint i)
{
    double low = INFINITY, high = -INFINITY;
    for (guint k = 0; k < board->match.n; k++) {
        if (isnan(board->defender[k]) || isnan(board->attacker[k]))
            continue;
        low = MIN(low, board->defender[k]);
        high = MAX(high, board->defender[k]);
    }
    for (guint level = 0; level + 1 < board->match.levels; level++) {
        if (board->defender[i] < low + (high - low) * (level + 1) / board->match.levels)
            return level;
    }
    return board->match.levels - 1;
}

/* The widest gap of a level among contents that are free, by trying all pairs. */
static double widest(const Board *board, guint level, const gboolean *used)
{
    double best = 0;
    for (guint i = 0; i < board->match.n; i++) {
        for (guint j = 0; j < board->match.n; j++) {
            const double gap = board->attacker[i] - board->attacker[j];
            const double told = fabs(board->defender[i] - board->defender[j]);
            if (!used[board->content[i]] && !used[board->content[j]] &&
                level_of(board, i) == level && level_of(board, j) == level &&
                told <= board->match.tolerance && gap > told && gap > best)
                best = gap;
        }
    }
    return best;
}

/* What comes out, pair by pair, is what trying all pairs finds. */
static void check_against_all_pairs(const Board *board, guint contents)
{
    g_autofree gboolean *used = g_new0(gboolean, contents);
    g_autoptr(GArray) pairs = train_match_play(&board->match);
    guint at = 0;
    for (guint level = 0; level < board->match.levels; level++) {
        for (guint k = 0; k < board->match.top; k++) {
            const double gap = widest(board, level, used);
            if (!(gap > 0))
                break;
            g_assert_cmpuint(at, <, pairs->len);
            const TrainMatchPair *pair = &g_array_index(pairs, TrainMatchPair, at++);
            g_assert_cmpuint(pair->level, ==, level);
            g_assert_cmpfloat(pair->gap, ==, gap);
            g_assert_cmpfloat(board->attacker[pair->better] - board->attacker[pair->worse], ==,
                              gap);
            used[board->content[pair->better]] = used[board->content[pair->worse]] = TRUE;
        }
    }
    g_assert_cmpuint(at, ==, pairs->len);
}

static void test_match(void)
{
    for (guint64 seed = 1; seed <= 6; seed++) {
        const guint contents = seed % 2 ? 30 : 200;
        Board board = board_new(120, contents, seed);
        board.attacker[5] = board.defender[6] = NAN;
        if (seed > 4)
            board.match.tolerance = 0;
        if (seed > 5)
            for (guint i = 0; i < board.match.n; i++) /* ties */
                board.defender[i] = floor(board.defender[i] / 10);
        check_against_all_pairs(&board, contents);
        board_clear(&board);
    }
}

/* Nothing to tell apart, or nobody there. */
static void test_match_empty(void)
{
    Board board = board_new(20, 20, 9);
    memcpy(board.attacker, board.defender, 20 * sizeof(double));
    g_autoptr(GArray) none = train_match_play(&board.match);
    g_assert_cmpuint(none->len, ==, 0);
    for (guint i = 0; i < 20; i++)
        board.attacker[i] = NAN;
    g_autoptr(GArray) nobody = train_match_play(&board.match);
    g_assert_cmpuint(nobody->len, ==, 0);
    board_clear(&board);
}

static void test_match_many(void)
{
    Board board = board_new(MANY, MANY, 3);
    g_autoptr(GArray) pairs = train_match_play(&board.match);
    g_assert_cmpuint(pairs->len, ==, board.match.levels * board.match.top);
    for (guint i = 0; i < pairs->len; i++)
        g_assert_cmpfloat(g_array_index(pairs, TrainMatchPair, i).gap, >, 98);
    board_clear(&board);
}

/* -- what competes ------------------------------------------------------------------------- */

static void save_picture(const char *folder, const char *name, guint8 grey)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(TrainImage) image = train_image_new(20, 12);
    memset(image->rgb, grey, 3 * 20 * 12);
    train_image_save(image, path, &error);
    g_assert_no_error(error);
}

/* A folder with a manifest is the manifest; originals bring their distortions; what an entry is
 * does not depend on where it lies. */
static void test_entries(void)
{
    g_autofree char *folder = make_folder();
    g_autofree char *hard = g_build_filename(folder, "hard", NULL);
    g_autofree char *list = g_build_filename(hard, "hard-frames.csv", NULL);
    g_autofree char *good = g_build_filename(folder, "good", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(g_mkdir(hard, 0777) | g_mkdir(good, 0777), ==, 0);
    save_picture(hard, "a.png", 9);
    save_picture(hard, "unlisted.png", 9);
    save_picture(good, "b.png", 9);
    put(list, "file,source,score\na.png,rtsp://one,50\n");
    char *const paths[] = {hard, NULL}, *const originals[] = {good, NULL};
    const char *const types[] = {"blur", "noise", NULL};
    const TrainEntriesParams params = {
        .paths = paths, .originals = originals, .types = types, .every = 1, .side = 8, .seed = 5};
    g_autoptr(TrainEntries) entries = train_entries_new(&params, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(entries->views->len, ==, 2);
    g_assert_cmpuint(entries->entries->len, ==, 1 + 1 + 2 * TRAIN_LEVELS);
    const TrainView *original = train_entries_view(entries, 0),
                    *frame = train_entries_view(entries, 1);
    g_assert_true(original->original);
    g_assert_false(frame->original);
    g_assert_cmpstr(frame->content, ==, "rtsp://one");
    g_autofree char *name = train_entries_name(entries, TRAIN_LEVELS);
    g_assert_true(g_str_has_suffix(name, "/good/b.png.blur.5.png"));
    g_autoptr(TrainImage) image = train_entries_image(entries, 1, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(image->width, ==, 8); /* 20 x 12, not reduced: the middle */
    g_assert_cmpuint(image->height, ==, 8);
    g_autofree char *as_it_is = train_entries_identity(entries, 1);
    g_assert_nonnull(strstr(as_it_is, original->digest));
    tree_remove(folder);
}

/* A file is read once for all that it gives: a video's moments by the hundred, say. */
static void test_entries_digest(void)
{
    g_autofree char *folder = make_folder();
    g_autofree char *path = g_build_filename(folder, "a.png", NULL);
    g_autoptr(GError) error = NULL;
    char *const paths[] = {path, path, NULL};
    const TrainEntriesParams params = {.paths = paths};
    save_picture(folder, "a.png", 9);
    g_autoptr(TrainEntries) entries = train_entries_new(&params, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(entries->views->len, ==, 2);
    g_assert_true(train_entries_digest(entries, 1, &error));
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_true(train_entries_digest(entries, 0, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(train_entries_view(entries, 0)->digest, ==,
                    train_entries_view(entries, 1)->digest);
    tree_remove(folder);
}

static void refuse_entries(const char *path, const char *word)
{
    g_autoptr(GError) error = NULL;
    char *const paths[] = {(char *)path, NULL};
    const TrainEntriesParams params = {.paths = paths};
    g_assert_null(train_entries_new(&params, &error));
    if (!strstr(error->message, word))
        g_error("\"%s\" is not in: %s", word, error->message);
}

static void test_entries_refused(void)
{
    g_autofree char *folder = make_folder();
    g_autofree char *list = g_build_filename(folder, "list.csv", NULL);
    g_autofree char *nowhere = g_build_filename(folder, "nowhere", NULL);
    refuse_entries(folder, "no pictures");
    refuse_entries(nowhere, "nowhere");
    put(list, "picture,score\na.png,1\n");
    refuse_entries(list, "line 1: no column");
    put(list, "image\n\"a.png\n");
    refuse_entries(list, "line 2: a quote");
    tree_remove(folder);
}

/* -- lists of pairs ------------------------------------------------------------------------ */

static void test_pairs(void)
{
    g_autofree char *folder = make_folder();
    g_autofree char *path = g_build_filename(folder, "pairs.csv", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainPairs) pairs = train_pairs_new(folder);
    for (guint i = 0; i < 3; i++) {
        const TrainPairImage image = {g_strdup_printf("images/%u, \"x\".png", i), g_strdup("c"),
                                      g_strdup("o")};
        g_assert_cmpuint(train_pairs_add_image(pairs, &image), ==, i);
    }
    const TrainPair pair = {"one", "two, three", 4, {2, 0}, {50, 51}, {90.5, 10.25}};
    train_pairs_add(pairs, &pair);
    g_assert_true(train_pairs_save(pairs, &error));
    g_autoptr(TrainPairs) read = train_pairs_load(folder, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(read->pairs->len, ==, 1);
    g_assert_cmpuint(read->images->len, ==, 3);
    const TrainPair *found = train_pairs_at(read, 0);
    g_assert_cmpstr(found->attacker, ==, "two, three");
    g_assert_cmpuint(found->level, ==, 4);
    g_assert_cmpuint(found->images[0], ==, 2);
    g_assert_cmpfloat(found->attacked[1], ==, 10.25);
    g_assert_cmpstr(train_pairs_image(read, 1)->file, ==, "images/1, \"x\".png");

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autofree char *more = g_strconcat(text, "2,one,two,1,nobody.png,x,1,2,3,4\n", NULL);
    put(path, more);
    g_assert_null(train_pairs_load(folder, &error));
    g_assert_nonnull(strstr(error->message, "line 3"));
    tree_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_test_add_func("/gmad/cache/many", test_cache_many);
    g_test_add_func("/gmad/cache/torn", test_cache_torn);
    g_test_add_func("/gmad/scale/logistic", test_logistic);
    g_test_add_func("/gmad/scale/ranks", test_ranks);
    g_test_add_func("/gmad/match/all-pairs", test_match);
    g_test_add_func("/gmad/match/empty", test_match_empty);
    g_test_add_func("/gmad/match/many", test_match_many);
    g_test_add_func("/gmad/entries", test_entries);
    g_test_add_func("/gmad/entries/digest", test_entries_digest);
    g_test_add_func("/gmad/entries/refused", test_entries_refused);
    g_test_add_func("/gmad/pairs", test_pairs);
    return g_test_run();
}
