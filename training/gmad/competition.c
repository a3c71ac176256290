/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Matches, and what comes of them. */
#include "competition.h"

#include "album.h"
#include "common-scale.h"
#include "match.h"
#include <math.h>
#include <string.h>

typedef struct {
    const TrainCompetition *competition;
    guint n;             /* entries */
    double *scores;      /* (members, entries) */
    guint *content;      /* (entries) */
    TrainLogistic *maps; /* (members) */
    gboolean *mapped;    /* (members): whether maps has one */
    TrainPairs *pairs;
    TrainAlbum *album;
} Play;

/* -- one scale ----------------------------------------------------------------------------- */

/* The ratings of views (NAN: it has none), which are the rated images in another order. */
static double *ratings_of(const TrainRatings *ratings, const TrainEntries *entries)
{
    g_autoptr(GHashTable) rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    double *labels = g_new(double, entries->entries->len);
    for (guint i = 0; i < ratings->n; i++)
        g_hash_table_insert(rows, g_canonicalize_filename(ratings->paths[i], NULL),
                            &ratings->scores[i]);
    for (guint i = 0; i < entries->entries->len; i++) {
        const char *path = train_entries_view(entries, train_entries_at(entries, i)->view)->path;
        const double *score = g_hash_table_lookup(rows, path);
        labels[i] = score ? *score : NAN;
    }
    return labels;
}

static gboolean fit_member(const double *scores, const double *labels, guint n,
                           TrainLogistic *logistic)
{
    g_autofree double *x = g_new(double, n);
    g_autofree double *y = g_new(double, n);
    guint known = 0;
    for (guint i = 0; i < n; i++) {
        if (isnan(scores[i]) || isnan(labels[i]))
            continue;
        x[known] = scores[i];
        y[known++] = labels[i];
    }
    return train_logistic_fit(x, y, known, logistic);
}

static gboolean fit_maps(Play *play, GError **error)
{
    const TrainCompetition *competition = play->competition;
    const TrainEntriesParams params = {.paths = competition->ratings->paths,
                                       .side = competition->entries->side};
    g_autoptr(TrainEntries) rated = train_entries_new(&params, error);
    g_autofree double *scores =
        rated ? train_crew_score(competition->crew, rated, competition->scoring, error) : NULL;
    if (!scores)
        return FALSE;
    g_autofree double *labels = ratings_of(competition->ratings, rated);
    const guint n = rated->entries->len;
    for (guint m = 0; m < competition->crew->members->len; m++)
        play->mapped[m] = fit_member(scores + (gsize)m * n, labels, n, &play->maps[m]);
    if (play->mapped[0])
        return TRUE;
    g_set_error(
        error, BIQA_ERROR, BIQA_ERROR_VALUE,
        "ratings \"%s\": the scores of \"%s\" do not rise with them; it takes %d images and "
        "a judge that agrees at least roughly",
        competition->ratings->list, train_crew_name(competition->crew, 0), TRAIN_LOGISTIC_LEAST);
    return FALSE;
}

static void apply_map(const Play *play, guint member, double *scores)
{
    for (guint i = 0; i < play->n; i++)
        scores[i] = train_logistic_value(&play->maps[member], scores[i]);
}

/* The scores of the first judge and of another on one scale, of what both have scored. */
static void bring_together(const Play *play, guint other, double *first, double *second)
{
    memcpy(first, play->scores, play->n * sizeof *first);
    memcpy(second, play->scores + (gsize)other * play->n, play->n * sizeof *second);
    for (guint i = 0; i < play->n; i++) {
        if (isnan(first[i]) || isnan(second[i]))
            first[i] = second[i] = NAN;
    }
    if (!play->mapped[0]) {
        train_scale_ranks(first, play->n);
        train_scale_ranks(second, play->n);
        return;
    }
    apply_map(play, 0, first);
    if (play->mapped[other])
        apply_map(play, other, second);
    else
        train_scale_alike(second, first, play->n);
}

/* -- matches ------------------------------------------------------------------------------- */

static void play_match(Play *play, const double *defender, const double *attacker, guint defends,
                       guint attacks)
{
    const TrainCompetition *competition = play->competition;
    const TrainMatch match = {
        .n = play->n,
        .defender = defender,
        .attacker = attacker,
        .content = play->content,
        .levels = competition->levels,
        .tolerance = competition->tolerance,
        .top = competition->top,
    };
    g_autoptr(GArray) found = train_match_play(&match);
    for (guint i = 0; i < found->len; i++) {
        const TrainMatchPair *pair = &g_array_index(found, TrainMatchPair, i);
        const guint better = pair->better, worse = pair->worse;
        const TrainPair row = {
            .defender = (char *)train_crew_name(competition->crew, defends),
            .attacker = (char *)train_crew_name(competition->crew, attacks),
            .level = pair->level + 1,
            .images = {train_album_take(play->album, better), train_album_take(play->album, worse)},
            .defended = {defender[better], defender[worse]},
            .attacked = {attacker[better], attacker[worse]},
        };
        train_pairs_add(play->pairs, &row);
    }
}

static void play_all(Play *play)
{
    g_autofree double *first = g_new(double, play->n);
    g_autofree double *second = g_new(double, play->n);
    for (guint other = 1; other < play->competition->crew->members->len; other++) {
        bring_together(play, other, first, second);
        play_match(play, first, second, 0, other);
        play_match(play, second, first, other, 0);
    }
}

/* Views of one moment show one content, however often they were given. */
static void number_contents(Play *play)
{
    const TrainEntries *entries = play->competition->entries;
    guint content = 0;
    for (guint v = 0; v < entries->views->len; v++) {
        const TrainView *view = train_entries_view(entries, v);
        const TrainView *shown = train_entries_view(entries, content);
        if (!g_str_equal(view->path, shown->path) || view->time != shown->time)
            content = v;
        for (guint i = view->first; i < view->first + view->n; i++)
            play->content[i] = content;
    }
}

/* Whom the first judge has not scored plays in no match. */
static void leave_out(const Play *play)
{
    const TrainCompetition *competition = play->competition;
    for (guint i = 0; competition->leave_out && i < play->n; i++) {
        g_autofree char *name = train_entries_name(competition->entries, i);
        if (g_hash_table_contains(competition->leave_out, name))
            play->scores[i] = NAN;
    }
}

/* -- all of it ----------------------------------------------------------------------------- */

static TrainPairs *run(Play *play, GError **error)
{
    const TrainCompetition *competition = play->competition;
    play->scores =
        train_crew_score(competition->crew, competition->entries, competition->scoring, error);
    if (!play->scores || (competition->ratings && !fit_maps(play, error)))
        return NULL;
    number_contents(play);
    leave_out(play);
    play_all(play);
    return train_album_print(play->album, competition->scoring->workers, error) &&
                   train_pairs_save(play->pairs, error)
               ? g_steal_pointer(&play->pairs)
               : NULL;
}

TrainPairs *train_competition_run(const TrainCompetition *competition, GError **error)
{
    const guint n = competition->entries->entries->len;
    Play play = {
        .competition = competition,
        .n = n,
        .content = g_new0(guint, n),
        .maps = g_new0(TrainLogistic, competition->crew->members->len),
        .mapped = g_new0(gboolean, competition->crew->members->len),
        .pairs = train_pairs_new(competition->folder),
    };
    play.album = train_album_new(competition->entries, play.pairs);
    TrainPairs *pairs = run(&play, error);
    g_free(play.scores);
    g_free(play.content);
    g_free(play.maps);
    g_free(play.mapped);
    train_album_free(play.album);
    train_pairs_free(play.pairs);
    return pairs;
}
