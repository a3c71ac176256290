/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judging all pictures of a competition. */
#include "crew-private.h"

#include "score-list.h"
#include <math.h>

/* Views between two visits to the cache. */
#define CHUNK 32

typedef struct {
    TrainScoreKey key;
    double score;
} Fresh;

typedef struct {
    const TrainCrew *crew;
    TrainEntries *entries;
    const TrainScoreCache *cache;
    double *scores;       /* (members, entries) */
    guint first;          /* view of the chunk */
    GArray *fresh[CHUNK]; /* Fresh, of each view */
} Session;

static double *place(const Session *session, guint member, guint entry)
{
    return &session->scores[(gsize)member * session->entries->entries->len + entry];
}

static TrainScoreKey key_of(const TrainMember *member, const char *identity)
{
    g_autofree char *text = g_strconcat(identity, " | ", member->key, NULL);
    return train_score_key(text);
}

/* Whether a member has something to say of the view's pictures that has to be worked out. */
static gboolean is_asked(const TrainMember *member, const TrainView *view)
{
    return member->kind && (view->original || !member->kind->needs_reference);
}

/* Looks up what is known of an entry; how many judges have yet to be asked. */
static guint look_up(const Session *session, guint entry)
{
    const TrainView *view =
        train_entries_view(session->entries, train_entries_at(session->entries, entry)->view);
    g_autofree char *identity = train_entries_identity(session->entries, entry);
    guint missing = 0;
    for (guint m = 0; m < session->crew->members->len; m++) {
        const TrainMember *member = g_ptr_array_index(session->crew->members, m);
        if (!is_asked(member, view))
            continue;
        const TrainScoreKey key = key_of(member, identity);
        missing += !train_score_cache_find(session->cache, &key, place(session, m, entry));
    }
    return missing;
}

static void judge(const Session *session, guint entry, TrainExhibit *exhibit, GArray *fresh)
{
    const TrainView *view =
        train_entries_view(session->entries, train_entries_at(session->entries, entry)->view);
    g_autofree char *identity = train_entries_identity(session->entries, entry);
    for (guint m = 0; m < session->crew->members->len; m++) {
        const TrainMember *member = g_ptr_array_index(session->crew->members, m);
        double *score = place(session, m, entry);
        if (!isnan(*score) || !is_asked(member, view))
            continue;
        *score = member->kind->score(member, exhibit);
        const Fresh found = {key_of(member, identity), *score};
        g_array_append_val(fresh, found);
    }
}

/* A picture as it is, in its decoder's format: the score is the element's. */
static gboolean judge_as_it_is(const Session *session, const TrainView *view, GArray *fresh,
                               GError **error)
{
    g_autoptr(TrainPicture) picture = train_picture_load_at(view->path, view->time, error);
    if (!picture)
        return FALSE;
    TrainExhibit exhibit = {.frame = train_picture_frame(picture)};
    judge(session, view->first, &exhibit, fresh);
    return TRUE;
}

static gboolean judge_distorted(const Session *session, guint entry, const TrainImage *look,
                                const TrainView *view, GArray *fresh, GError **error)
{
    BiqaFrameFormat format;
    g_autoptr(TrainImage) image = train_entries_distort(session->entries, entry, look, error);
    if (!image)
        return FALSE;
    const BiqaFrame frame = train_image_frame(image, &format);
    TrainExhibit exhibit = {
        .frame = &frame, .image = image, .reference = view->original ? look : NULL};
    judge(session, entry, &exhibit, fresh);
    return TRUE;
}

static gboolean judge_view(const Session *session, guint index, GArray *fresh, GError **error)
{
    TrainView *view = train_entries_view(session->entries, index);
    g_autoptr(TrainImage) image = NULL;
    if (!train_view_digest(view, error))
        return FALSE;
    for (guint entry = view->first; entry < view->first + view->n; entry++) {
        if (!look_up(session, entry))
            continue;
        if (!session->entries->side && !view->original)
            return judge_as_it_is(session, view, fresh, error);
        if (!image)
            image = train_entries_look(session->entries, index, error);
        if (!image || !judge_distorted(session, entry, image, view, fresh, error))
            return FALSE;
    }
    return TRUE;
}

static void forget_view(const Session *session, const TrainView *view)
{
    for (guint m = 0; m < session->crew->members->len; m++) {
        for (guint entry = view->first; entry < view->first + view->n; entry++)
            *place(session, m, entry) = NAN;
    }
}

static void work(guint i, gpointer data)
{
    const Session *session = data;
    TrainView *view = train_entries_view(session->entries, session->first + i);
    g_autoptr(GError) error = NULL;
    if (view->problem || judge_view(session, session->first + i, session->fresh[i], &error))
        return;
    view->problem = g_strdup(error->message);
    forget_view(session, view);
}

static gboolean keep(const Session *session, TrainScoreCache *cache, guint n, GError **error)
{
    for (guint i = 0; i < n; i++) {
        for (guint k = 0; k < session->fresh[i]->len; k++) {
            const Fresh *found = &g_array_index(session->fresh[i], Fresh, k);
            train_score_cache_add(cache, &found->key, found->score);
        }
        g_array_set_size(session->fresh[i], 0);
    }
    return train_score_cache_flush(cache, error);
}

static gboolean work_through(Session *session, const TrainCrewParams *params, GError **error)
{
    const guint total = session->entries->views->len;
    gboolean ok = TRUE;
    for (guint i = 0; i < CHUNK; i++)
        session->fresh[i] = g_array_new(FALSE, FALSE, sizeof(Fresh));
    for (session->first = 0; ok && session->first < total; session->first += CHUNK) {
        const guint n = MIN(CHUNK, total - session->first);
        train_workers_run(params->workers, n, work, session);
        ok = keep(session, params->cache, n, error);
        if (params->progress)
            params->progress(session->first + n, total, params->data);
    }
    for (guint i = 0; i < CHUNK; i++)
        g_array_unref(session->fresh[i]);
    return ok;
}

/* (transfer full) NULL-terminated */
static char **names_of(const TrainEntries *entries)
{
    char **names = g_new0(char *, entries->entries->len + 1);
    for (guint i = 0; i < entries->entries->len; i++)
        names[i] = train_entries_name(entries, i);
    return names;
}

static gboolean read_lists(const Session *session, GError **error)
{
    const guint n = session->entries->entries->len;
    g_auto(GStrv) names = NULL;
    for (guint m = 0; m < session->crew->members->len; m++) {
        const TrainMember *member = g_ptr_array_index(session->crew->members, m);
        if (member->kind)
            continue;
        names = names ? names : names_of(session->entries);
        g_autofree double *scores = train_score_list_load_some(member->list, names, n, error);
        if (!scores)
            return FALSE;
        for (guint i = 0; i < n; i++)
            *place(session, m, i) = member->distance ? -scores[i] : scores[i];
    }
    return TRUE;
}

double *train_crew_score(const TrainCrew *crew, TrainEntries *entries,
                         const TrainCrewParams *params, GError **error)
{
    const gsize n = (gsize)crew->members->len * entries->entries->len;
    g_autofree double *scores = g_new(double, n);
    Session session = {.crew = crew, .entries = entries, .cache = params->cache, .scores = scores};
    for (gsize i = 0; i < n; i++)
        scores[i] = NAN;
    if (!read_lists(&session, error) || !work_through(&session, params, error))
        return NULL;
    return g_steal_pointer(&scores);
}
