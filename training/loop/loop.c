/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Round after round. */
#include "loop.h"

#include "round.h"
#include <stdio.h>
#include <string.h>

#define ORIGIN "loop.ini"

/* -- which loop it is ---------------------------------------------------------------------- */

static gboolean add_file(GString *text, const char *what, const char *path, GError **error)
{
    TrainView view = {.path = (char *)path};
    if (!train_view_digest(&view, error))
        return FALSE;
    g_autofree char *digest = view.digest;
    g_string_append_printf(text, "%s=%s\n", what, digest);
    return TRUE;
}

static void add_entries(GString *text, const char *what, const TrainEntries *entries)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; entries && i < entries->entries->len; i++) {
        g_autofree char *name = train_entries_name(entries, i);
        g_checksum_update(sum, (const guchar *)name, (gssize)strlen(name) + 1);
    }
    g_string_append_printf(text, "%s=%s\n", what, entries ? g_checksum_get_string(sum) : "");
}

/* All that decides what comes of a loop but the number of its rounds. (transfer full) */
static char *describe(const TrainLoop *loop, GError **error)
{
    g_autoptr(GString) text = g_string_new("# What this folder is a loop of.\n[loop]\n");
    char number[3][G_ASCII_DTOSTR_BUF_SIZE];
    if (!add_file(text, "model", loop->model, error) ||
        !add_file(text, "ratings", loop->old->list, error))
        return NULL;
    add_entries(text, "originals", loop->candidates);
    add_entries(text, "held-out", loop->held_out);
    for (guint k = 0; k < loop->tests->len; k++) {
        const TrainRatings *test = g_ptr_array_index(loop->tests, k);
        g_autofree char *what = g_strdup_printf("test-%u", k + 1);
        if (!add_file(text, what, test->list, error))
            return NULL;
    }
    g_autofree char *against = loop->like ? NULL : g_strjoinv(";", (char **)loop->against);
    g_string_append_printf(text, "rater=%s\nraters=%u\nnoise=%s\nagainst=%s\nlike=%s\n",
                           train_stand_in_name(loop->sitting.stand_in), loop->sitting.raters,
                           g_ascii_dtostr(number[0], sizeof number[0], loop->sitting.noise),
                           against ? against : "", loop->like ? loop->like : "");
    g_string_append_printf(text, "side=%u\nlevels=%u\ntop=%u\ntolerance=%s\n",
                           loop->candidates->side, loop->levels, loop->top,
                           g_ascii_dtostr(number[0], sizeof number[0], loop->tolerance));
    g_string_append_printf(
        text, "steps=%u\nrated=%u\nrate=%s\nshare=%s\nseed=%" G_GUINT64_FORMAT "\n", loop->steps,
        loop->rated, g_ascii_dtostr(number[1], sizeof number[1], loop->rate),
        g_ascii_dtostr(number[2], sizeof number[2], loop->share), loop->seed);
    if (loop->from_first)
        g_string_append(text, "from-first=true\n");
    return g_strdup(text->str);
}

/* Makes the folder its own, or finds that it is. */
static gboolean claim_folder(const TrainLoop *loop, GError **error)
{
    g_autofree char *path = g_build_filename(loop->folder, ORIGIN, NULL);
    g_autofree char *own = describe(loop, error);
    g_autofree char *found = NULL;
    if (!own)
        return FALSE;
    if (g_mkdir_with_parents(loop->folder, 0777) != 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot make the folder \"%s\"",
                    loop->folder);
        return FALSE;
    }
    if (!g_file_get_contents(path, &found, NULL, NULL))
        return g_file_set_contents(path, own, -1, error);
    if (g_str_equal(found, own))
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "\"%s\" holds a loop of other options or data, see its " ORIGIN
                ": give them again, or choose another folder",
                loop->folder);
    return FALSE;
}

/* -- rounds -------------------------------------------------------------------------------- */

static char *folder_of(const TrainLoop *loop, guint number)
{
    g_autofree char *name = g_strdup_printf("round-%u", number);
    return g_build_filename(loop->folder, name, NULL);
}

/* The model that competes in a round. */
static char *model_before(const TrainLoop *loop, guint number)
{
    g_autofree char *folder = folder_of(loop, number - 1);
    return number > 1 ? g_build_filename(folder, "tuned", "model.gguf", NULL)
                      : g_strdup(loop->model);
}

static gboolean is_done(const TrainLoop *loop, guint number)
{
    g_autofree char *folder = folder_of(loop, number);
    g_autofree char *report = g_build_filename(folder, "report.html", NULL);
    return g_file_test(report, G_FILE_TEST_EXISTS);
}

/* What a round has rated counts for those after it. */
static gboolean remember(TrainRound *round, GError **error)
{
    g_autofree char *list = g_build_filename(round->folder, "mos.csv", NULL);
    g_autoptr(TrainPairs) pairs = train_pairs_load(round->folder, error);
    TrainRatings *rated = pairs ? train_ratings_load(list, error) : NULL;
    if (!rated)
        return FALSE;
    for (guint i = 0; i < pairs->images->len; i++)
        g_hash_table_add(round->rated_before, g_strdup(train_pairs_image(pairs, i)->origin));
    g_ptr_array_add(round->added, rated);
    return TRUE;
}

static TrainRunResult run_round(const TrainLoop *loop, guint number, TrainWorkers *workers,
                                TrainScoreCache *cache, GError **error)
{
    g_autoptr(GHashTable) before = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) added = g_ptr_array_new_with_free_func((GDestroyNotify)train_ratings_free);
    TrainRunResult result = TRAIN_RUN_DONE;
    TrainRound round = {.loop = loop,
                        .number = number,
                        .rated_before = before,
                        .added = added,
                        .workers = workers,
                        .cache = cache};
    for (guint k = 1; result == TRAIN_RUN_DONE && k < number; k++) {
        g_autofree char *folder = folder_of(loop, k);
        round.folder = folder;
        result = remember(&round, error) ? TRAIN_RUN_DONE : TRAIN_RUN_FAILED;
    }
    round.folder = folder_of(loop, number);
    round.files[TRAIN_BEFORE] = model_before(loop, number);
    round.files[TRAIN_AFTER] = model_before(loop, number + 1);
    if (result == TRAIN_RUN_DONE)
        result = train_round_run(&round, error);
    train_round_clear(&round);
    g_free(round.folder);
    for (guint t = 0; t < TRAIN_N_TIMES; t++)
        g_free(round.files[t]);
    return result;
}

TrainRunResult train_loop_run(const TrainLoop *loop, GError **error)
{
    TrainRunResult result = TRAIN_RUN_DONE;
    if (!claim_folder(loop, error))
        return TRAIN_RUN_FAILED;
    g_autoptr(TrainScoreCache) cache = train_score_cache_open(loop->cache, error);
    if (!cache)
        return TRAIN_RUN_FAILED;
    TrainWorkers *workers = train_workers_new(loop->threads);
    for (guint number = 1; result == TRAIN_RUN_DONE && number <= loop->rounds; number++) {
        if (is_done(loop, number))
            printf("round %u: done before\n", number);
        else
            result = run_round(loop, number, workers, cache, error);
        fflush(stdout);
    }
    train_workers_free(workers);
    return result;
}
