/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The judges of a competition, and their scores of its pictures. */
#pragma once

#include "entries.h"
#include "score-cache.h"
#include "score.h"

typedef struct TrainMember TrainMember;

typedef struct {
    GPtrArray *members; /* TrainMember */
} TrainCrew;

TrainCrew *train_crew_new(void);
void train_crew_free(TrainCrew *crew);

/* Adds a judge. what: the file of a model, or NAME=FILE; "self", the first model's pruned
 * self-competitor; "competitor:FILE", that of another; the file of a fused judge; or the name of an
 * annotator. Judges of distances count backwards, so that more is always better. Errors: what none
 * of that is, a name that is taken. */
gboolean train_crew_add(TrainCrew *crew, const char *what, GError **error);
/* Adds somebody else's scores: "NAME=FILE" (score-list.h). Pictures that are not in the list are
 * not judged. */
gboolean train_crew_add_list(TrainCrew *crew, const char *what, gboolean distance, GError **error);

/* What a judge is called that comes from a file: the file's name without its end. (transfer full)
 */
char *train_crew_file_name(const char *path);

/* "biqa-video", "competitor", "ms-ssim" */
const char *train_crew_name(const TrainCrew *crew, guint member);

typedef struct {
    TrainScoreCache *cache;
    TrainWorkers *workers;
    /* Called after each entry, by one thread at a time; may be NULL. */
    void (*progress)(guint done, guint total, gpointer data);
    gpointer data;
} TrainCrewParams;

/* (members, entries) in one block: NAN where a judge has nothing to say, for want of a reference or
 * of a row in its list, or where the view has a problem. What is found out is in the cache's file
 * as soon as an entry is done. Errors: lists, the cache. (transfer full) */
double *train_crew_score(const TrainCrew *crew, TrainEntries *entries,
                         const TrainCrewParams *params, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainCrew, train_crew_free)
