/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judging all pictures of a competition. */
#include "crew-private.h"

#include "score-list.h"
#include <math.h>

typedef struct {
    const TrainCrew *crew;
    TrainEntries *entries;
    const TrainCrewParams *params;
    double *scores; /* (members, entries) */
    GMutex lock;    /* guards what follows */
    guint done;     /* entries */
    GError *error;  /* the first one of the cache */
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
        missing += !train_score_cache_find(session->params->cache, &key, place(session, m, entry));
    }
    return missing;
}

static void judge(const Session *session, guint entry, TrainExhibit *exhibit)
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
        const TrainScoreKey key = key_of(member, identity);
        train_score_cache_add(session->params->cache, &key, *score);
    }
}

/* A picture as it is, in its decoder's format: the score is the element's. */
static gboolean judge_as_it_is(const Session *session, const TrainView *view, GError **error)
{
    g_autoptr(TrainPicture) picture = train_picture_load_at(view->path, view->time, error);
    if (!picture)
        return FALSE;
    TrainExhibit exhibit = {.frame = train_picture_frame(picture)};
    judge(session, view->first, &exhibit);
    return TRUE;
}

static gboolean judge_distorted(const Session *session, guint entry, const TrainImage *look,
                                const TrainView *view, GError **error)
{
    BiqaFrameFormat format;
    g_autoptr(TrainImage) image = train_entries_distort(session->entries, entry, look, error);
    if (!image)
        return FALSE;
    const BiqaFrame frame = train_image_frame(image, &format);
    TrainExhibit exhibit = {
        .frame = &frame, .image = image, .reference = view->original ? look : NULL};
    judge(session, entry, &exhibit);
    return TRUE;
}

/* look: what the view shows, NULL as long as nobody had to see it. */
static gboolean judge_entry(const Session *session, guint entry, TrainImage **look, GError **error)
{
    const guint index = train_entries_at(session->entries, entry)->view;
    const TrainView *view = train_entries_view(session->entries, index);
    if (!train_entries_digest(session->entries, index, error))
        return FALSE;
    if (!look_up(session, entry))
        return TRUE;
    if (!session->entries->side && !view->original)
        return judge_as_it_is(session, view, error);
    if (!*look)
        *look = train_entries_look(session->entries, index, error);
    return *look && judge_distorted(session, entry, *look, view, error);
}

static void leave_out(const Session *session, TrainView *view, const char *problem)
{
    view->problem = g_strdup(problem);
    for (guint m = 0; m < session->crew->members->len; m++) {
        for (guint entry = view->first; entry < view->first + view->n; entry++)
            *place(session, m, entry) = NAN;
    }
}

/* An entry is done; FALSE where the work cannot go on. What is known of it is written at once: with
 * all distortions of a large picture a view takes minutes, which nobody wants to lose. */
static gboolean advance(Session *session)
{
    const TrainCrewParams *params = session->params;
    g_mutex_lock(&session->lock);
    const gboolean ok = !session->error && train_score_cache_flush(params->cache, &session->error);
    session->done++;
    if (ok && params->progress)
        params->progress(session->done, session->entries->entries->len, params->data);
    g_mutex_unlock(&session->lock);
    return ok;
}

static void work(guint index, gpointer data)
{
    Session *session = data;
    TrainView *view = train_entries_view(session->entries, index);
    g_autoptr(TrainImage) look = NULL;
    gboolean ok = TRUE;
    for (guint entry = view->first; ok && entry < view->first + view->n; entry++) {
        g_autoptr(GError) error = NULL;
        if (!view->problem && !judge_entry(session, entry, &look, &error))
            leave_out(session, view, error->message);
        ok = advance(session);
    }
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
    Session session = {.crew = crew, .entries = entries, .params = params, .scores = scores};
    for (gsize i = 0; i < n; i++)
        scores[i] = NAN;
    if (!read_lists(&session, error))
        return NULL;
    g_mutex_init(&session.lock);
    train_workers_run(params->workers, entries->views->len, work, &session);
    g_mutex_clear(&session.lock);
    if (!session.error)
        return g_steal_pointer(&scores);
    g_propagate_error(error, session.error);
    return NULL;
}
