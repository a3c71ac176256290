/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From candidates to a model that has learned from them. */
#include "round.h"

#include "competition.h"
#include "csv.h"
#include "journal.h"
#include "lottery.h"
#include "opinions.h"
#include "retune.h"
#include "seed.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* -- finding pictures ---------------------------------------------------------------------- */

static void show(guint done, guint total, gpointer data)
{
    TrainProgress *progress = data;
    progress->total = total;
    train_progress_show(progress, done, 0, NULL);
}

static TrainPairs *compete(const TrainRound *round, GError **error)
{
    const TrainLoop *loop = round->loop;
    TrainProgress progress = train_progress("judge", 0, loop->candidates->entries->len);
    const TrainCrewParams scoring = {
        .cache = round->cache, .workers = round->workers, .progress = show, .data = &progress};
    g_autoptr(TrainCrew) crew = train_crew_new();
    const TrainCompetition competition = {
        .crew = crew,
        .entries = loop->candidates,
        .scoring = &scoring,
        .levels = loop->levels,
        .top = loop->top,
        .tolerance = loop->tolerance,
        .leave_out = round->rated_before,
        .folder = round->folder,
    };
    gboolean ok = train_crew_add(crew, round->files[TRAIN_BEFORE], error);
    for (char *const *judge = loop->against; ok && *judge; judge++)
        ok = train_crew_add(crew, *judge, error);
    TrainPairs *pairs = ok ? train_competition_run(&competition, error) : NULL;
    train_progress_leave(&progress);
    return pairs;
}

/* As many as the same round of the other loop took. */
static TrainPairs *draw(const TrainRound *round, GError **error)
{
    const TrainLoop *loop = round->loop;
    g_autofree char *name = g_strdup_printf("round-%u", round->number);
    g_autofree char *like = g_build_filename(loop->like, name, NULL);
    g_autoptr(TrainPairs) other = train_pairs_load(like, error);
    if (!other)
        return NULL;
    const TrainLottery lottery = {
        .entries = loop->candidates,
        .leave_out = round->rated_before,
        .n = other->images->len,
        .seed = train_seed(loop->seed, round->number, 0),
        .folder = round->folder,
    };
    return train_lottery_run(&lottery, round->workers, error);
}

static gboolean find_pictures(TrainRound *round, GError **error)
{
    g_autofree char *list = g_build_filename(round->folder, "pairs.csv", NULL);
    if (g_file_test(list, G_FILE_TEST_EXISTS)) /* the last that is written */
        round->pairs = train_pairs_load(round->folder, error);
    else
        round->pairs = round->loop->like ? draw(round, error) : compete(round, error);
    if (!round->pairs || round->pairs->images->len)
        return round->pairs != NULL;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "round %u found no pictures to rate: give more originals, or a wider --tolerance",
                round->number);
    return FALSE;
}

/* -- rating and learning ------------------------------------------------------------------- */

static gboolean rate(TrainRound *round, GError **error)
{
    g_autofree char *path = g_build_filename(round->folder, "ratings-stand-in.csv", NULL);
    g_autofree char *list = g_build_filename(round->folder, "mos.csv", NULL);
    char *const files[] = {path, NULL};
    if (!train_sitting_write(&round->loop->sitting, round->pairs, path, round->workers, error))
        return FALSE;
    g_autoptr(TrainGrades) grades = train_grades_load(files, error);
    if (!grades)
        return FALSE;
    g_autoptr(TrainOpinions) opinions = train_opinions_new(grades);
    if (!train_opinions_save(opinions, grades, list, error))
        return FALSE;
    TrainRatings *rated = train_ratings_load(list, error);
    if (!rated)
        return FALSE;
    g_ptr_array_add(round->added, rated);
    round->ratings = train_replay_ratings(round->pairs, rated);
    return TRUE;
}

static TrainRunResult learn(const TrainRound *round, GError **error)
{
    const TrainLoop *loop = round->loop;
    g_autofree char *folder = g_build_filename(round->folder, "tuned", NULL);
    g_autofree char *recipe = g_build_filename(folder, "recipe.ini", NULL);
    const guint times = loop->from_first ? round->number : 1;
    const TrainRetune retune = {
        .model = loop->from_first ? loop->model : round->files[TRAIN_BEFORE],
        .old = loop->old,
        .added = round->added,
        .steps = times * loop->steps,
        .rated = loop->rated,
        .rate = loop->rate,
        .share = loop->share,
        .seed = (gint64)(loop->seed & G_MAXINT32),
        .folder = folder,
    };
    const TrainRunParams run = {
        .recipe = recipe, .output = folder, .resume = TRUE, .threads = loop->threads};
    guint n;
    return train_retune_write(&retune, &n, error) ? train_run(&run, error) : TRAIN_RUN_FAILED;
}

/* -- measuring ----------------------------------------------------------------------------- */

static gboolean replay(TrainRound *round, const TrainChange *change, GError **error)
{
    const TrainPairs *pairs = round->pairs;
    g_autofree char *name = train_crew_file_name(round->files[TRAIN_BEFORE]);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < pairs->images->len; i++)
        g_ptr_array_add(paths,
                        g_build_filename(pairs->folder, train_pairs_image(pairs, i)->file, NULL));
    g_ptr_array_add(paths, NULL);
    if (!train_change_scores(change, (char *const *)paths->pdata, round->seen, error))
        return FALSE;
    const TrainReplayParams params = {
        .pairs = pairs,
        .rated = g_ptr_array_index(round->added, round->added->len - 1),
        .model = name,
        .seen = {round->seen[TRAIN_BEFORE], round->seen[TRAIN_AFTER]},
    };
    round->replay = train_replay_new(&params);
    return TRUE;
}

static gboolean test(TrainRound *round, const TrainChange *change, GError **error)
{
    const GPtrArray *tests = round->loop->tests;
    for (guint k = 0; k < tests->len; k++) {
        const TrainRatings *list = g_ptr_array_index(tests, k);
        g_autofree char *name = train_crew_file_name(list->list);
        TrainTestRow row;
        if (!train_change_test(change, name, list->paths, list->scores, &row, error))
            return FALSE;
        g_array_append_val(round->tests, row);
    }
    return TRUE;
}

static gboolean survey(TrainRound *round, const TrainChange *change, GError **error)
{
    const TrainLoop *loop = round->loop;
    const TrainCrewParams scoring = {.cache = round->cache, .workers = round->workers};
    const TrainSurveyParams params = {loop->sitting.stand_in, loop->held_out, &scoring};
    if (!loop->held_out)
        return TRUE;
    round->survey = train_survey_new(&params, change, error);
    return round->survey != NULL;
}

static gboolean measure(TrainRound *round, GError **error)
{
    const TrainChange change = {{round->files[TRAIN_BEFORE], round->files[TRAIN_AFTER]},
                                round->workers};
    return replay(round, &change, error) && test(round, &change, error) &&
           survey(round, &change, error);
}

/* -- telling ------------------------------------------------------------------------------- */

char *train_round_type(const TrainRound *round, guint i, guint *level)
{
    const TrainPairImage *image = train_pairs_image(round->pairs, i);
    const gsize length = strlen(image->content);
    *level = 0;
    if (!g_str_has_prefix(image->origin, image->content) || image->origin[length] != '.')
        return g_strdup("-");
    g_auto(GStrv) words = g_strsplit(image->origin + length + 1, ".", 3); /* TYPE.LEVEL.png */
    if (g_strv_length(words) < 2)
        return g_strdup("-");
    *level = (guint)g_ascii_strtoull(words[1], NULL, 10);
    return g_strdup(words[0]);
}

static void append_figures(GString *text, const double *figures, guint n)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    for (guint k = 0; k < n; k++)
        g_string_append_printf(text, ",%s",
                               g_ascii_formatd(digits, sizeof digits, "%.4f", figures[k]));
    g_string_append_c(text, '\n');
}

static gboolean save(const TrainRound *round, const char *name, const GString *text, GError **error)
{
    g_autofree char *path = g_build_filename(round->folder, name, NULL);
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}

static gboolean save_pictures(const TrainRound *round, GError **error)
{
    g_autoptr(GString) text = g_string_new("image,type,level,rated,before,after\n");
    for (guint i = 0; i < round->pairs->images->len; i++) {
        guint level;
        g_autofree char *type = train_round_type(round, i, &level);
        const double figures[] = {round->ratings[i], round->seen[TRAIN_BEFORE][i],
                                  round->seen[TRAIN_AFTER][i]};
        train_csv_append(text, train_pairs_image(round->pairs, i)->file);
        g_string_append_printf(text, ",%s,%u", type, level);
        append_figures(text, figures, G_N_ELEMENTS(figures));
    }
    return save(round, "pictures.csv", text, error);
}

static gboolean save_tests(const TrainRound *round, GError **error)
{
    g_autoptr(GString) text = g_string_new(
        "test,images,srcc-before,plcc-before,rmse-before,error-before,srcc-after,plcc-after,"
        "rmse-after,error-after\n");
    for (guint k = 0; k < round->tests->len; k++) {
        const TrainTestRow *row = &g_array_index(round->tests, TrainTestRow, k);
        const TrainAgreement *before = &row->agreement[TRAIN_BEFORE],
                             *after = &row->agreement[TRAIN_AFTER];
        const double figures[] = {
            before->srcc, before->plcc, before->rmse, row->error[TRAIN_BEFORE],
            after->srcc,  after->plcc,  after->rmse,  row->error[TRAIN_AFTER]};
        train_csv_append(text, row->name);
        g_string_append_printf(text, ",%u", before->n);
        append_figures(text, figures, G_N_ELEMENTS(figures));
    }
    return save(round, "tests.csv", text, error);
}

static gboolean save_page(const TrainRound *round, GError **error)
{
    g_autofree char *path = g_build_filename(round->folder, "report.html", NULL);
    g_autofree char *page = train_round_page(round, error);
    return page && g_file_set_contents(path, page, -1, error);
}

static gboolean tell(const TrainRound *round, GError **error)
{
    g_autofree char *replays = g_build_filename(round->folder, "replay.csv", NULL);
    g_autofree char *surveys = g_build_filename(round->folder, "survey.csv", NULL);
    train_replay_print(round->replay);
    if (round->tests->len)
        train_change_print_head();
    for (guint k = 0; k < round->tests->len; k++)
        train_change_print(&g_array_index(round->tests, TrainTestRow, k));
    if (round->survey)
        train_survey_print(round->survey);
    return save_pictures(round, error) &&
           train_replay_save(round->replay, round->pairs, replays, error) &&
           save_tests(round, error) &&
           (!round->survey || train_survey_save(round->survey, surveys, error)) &&
           save_page(round, error);
}

/* -- all of it ----------------------------------------------------------------------------- */

static void clear_test(gpointer row)
{
    g_free(((TrainTestRow *)row)->name);
}

TrainRunResult train_round_run(TrainRound *round, GError **error)
{
    round->tests = g_array_new(FALSE, FALSE, sizeof(TrainTestRow));
    g_array_set_clear_func(round->tests, clear_test);
    if (!find_pictures(round, error) || !rate(round, error))
        return TRAIN_RUN_FAILED;
    printf("round %u: %u pictures in %s\n", round->number, round->pairs->images->len,
           round->folder);
    const TrainRunResult result = learn(round, error);
    if (result != TRAIN_RUN_DONE)
        return result;
    return measure(round, error) && tell(round, error) ? TRAIN_RUN_DONE : TRAIN_RUN_FAILED;
}

void train_round_clear(TrainRound *round)
{
    train_pairs_free(round->pairs);
    train_replay_free(round->replay);
    train_survey_free(round->survey);
    g_clear_pointer(&round->tests, g_array_unref);
    g_free(round->ratings);
    for (guint t = 0; t < TRAIN_N_TIMES; t++)
        g_free(round->seen[t]);
}
