/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who judges. */
#include "crew-private.h"

#include "gguf.h"
#include <string.h>

static double score_model(const TrainMember *member, TrainExhibit *exhibit)
{
    if (exhibit->seen_by != member->scorer)
        exhibit->verdict = train_scorer_frame(member->scorer, exhibit->frame);
    exhibit->seen_by = member->scorer;
    return member->branch == BIQA_FULL ? exhibit->verdict.score : exhibit->verdict.competitor_score;
}

static double score_judge(const TrainMember *member, TrainExhibit *exhibit)
{
    return train_judge_score(member->judge, exhibit->reference, exhibit->image);
}

static double score_annotator(const TrainMember *member, TrainExhibit *exhibit)
{
    const double value = member->annotator->measure(exhibit->reference, exhibit->image);
    return member->annotator->distance ? -value : value;
}

static const TrainMemberKind model_kind = {.score = score_model};
static const TrainMemberKind judge_kind = {.needs_reference = TRUE, .score = score_judge};
static const TrainMemberKind annotator_kind = {.needs_reference = TRUE, .score = score_annotator};

static void member_free(gpointer data)
{
    TrainMember *member = data;
    if (member->model)
        train_scorer_free(member->scorer);
    biqa_model_free(member->model);
    train_judge_free(member->judge);
    g_free(member->name);
    g_free(member->key);
    g_free(member->list);
    g_free(member);
}

TrainCrew *train_crew_new(void)
{
    TrainCrew *crew = g_new0(TrainCrew, 1);
    crew->members = g_ptr_array_new_with_free_func(member_free);
    return crew;
}

void train_crew_free(TrainCrew *crew)
{
    if (!crew)
        return;
    g_ptr_array_unref(crew->members);
    g_free(crew);
}

const char *train_crew_name(const TrainCrew *crew, guint member)
{
    return ((const TrainMember *)g_ptr_array_index(crew->members, member))->name;
}

/* Takes the member. */
static gboolean enlist(TrainCrew *crew, TrainMember *member, GError **error)
{
    for (guint m = 0; m < crew->members->len; m++) {
        if (!g_str_equal(train_crew_name(crew, m), member->name))
            continue;
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                    "two judges are called \"%s\": give one as NAME=FILE", member->name);
        member_free(member);
        return FALSE;
    }
    g_ptr_array_add(crew->members, member);
    return TRUE;
}

char *train_crew_file_name(const char *path)
{
    char *name = g_path_get_basename(path), *point = strrchr(name, '.');
    if (point && point != name)
        *point = '\0';
    return name;
}

/* "model SHA-256 branch": other weights are another judge. */
static char *file_key(const char *path, const char *what, GError **error)
{
    TrainView view = {.path = (char *)path};
    if (!train_view_digest(&view, error))
        return NULL;
    g_autofree char *digest = view.digest;
    return g_strdup_printf("%s %s", what, digest);
}

static gboolean add_model(TrainCrew *crew, const char *path, BiqaBranch branch, const char *name,
                          GError **error)
{
    BiqaModel *model = biqa_model_load(path, error);
    if (!model)
        return FALSE;
    TrainMember *member = g_new0(TrainMember, 1);
    member->kind = &model_kind;
    member->model = model;
    member->scorer = train_scorer_new(model);
    member->branch = branch;
    member->name = name ? g_strdup(name) : train_crew_file_name(path);
    member->key = file_key(path, branch == BIQA_FULL ? "model" : "competitor", error);
    if (!member->key) {
        member_free(member);
        return FALSE;
    }
    return enlist(crew, member, error);
}

/* The pruned twin of the first judge, which is a model. */
static gboolean add_self(TrainCrew *crew, GError **error)
{
    const TrainMember *first = g_ptr_array_index(crew->members, 0);
    TrainMember *member = g_new0(TrainMember, 1);
    member->kind = &model_kind;
    member->scorer = first->scorer;
    member->branch = BIQA_COMPETITOR;
    member->name = g_strdup("competitor");
    member->key = g_strconcat("competitor", strchr(first->key, ' '), NULL);
    return enlist(crew, member, error);
}

static gboolean add_judge(TrainCrew *crew, const char *path, const char *name, GError **error)
{
    TrainJudge *judge = train_judge_load(path, error);
    if (!judge)
        return FALSE;
    TrainMember *member = g_new0(TrainMember, 1);
    member->kind = &judge_kind;
    member->judge = judge;
    member->name = name ? g_strdup(name) : train_crew_file_name(path);
    member->key = file_key(path, "judge", error);
    if (!member->key) {
        member_free(member);
        return FALSE;
    }
    return enlist(crew, member, error);
}

static gboolean add_annotator(TrainCrew *crew, const TrainAnnotator *annotator, GError **error)
{
    TrainMember *member = g_new0(TrainMember, 1);
    member->kind = &annotator_kind;
    member->annotator = annotator;
    member->name = g_strdup(annotator->name);
    member->key = g_strdup_printf("annotator 1 %s", annotator->name);
    return enlist(crew, member, error);
}

static gboolean is_judge(const char *path)
{
    const char *architecture = NULL;
    g_autoptr(BiqaGguf) gguf = biqa_gguf_open(path, NULL);
    return gguf && biqa_gguf_get_string(gguf, "general.architecture", &architecture, NULL) &&
           g_str_equal(architecture, "biqa-judge");
}

gboolean train_crew_add(TrainCrew *crew, const char *what, GError **error)
{
    static const char other[] = "competitor:";
    const TrainAnnotator *annotator = train_annotator_find(what);
    if (annotator)
        return add_annotator(crew, annotator, error);
    if (g_str_equal(what, "self") && crew->members->len)
        return add_self(crew, error);
    if (g_str_has_prefix(what, other)) {
        g_autofree char *name = train_crew_file_name(what + strlen(other));
        g_autofree char *full = g_strconcat(name, "-competitor", NULL);
        return add_model(crew, what + strlen(other), BIQA_COMPETITOR, full, error);
    }
    const char *equals = g_file_test(what, G_FILE_TEST_EXISTS) ? NULL : strchr(what, '=');
    g_autofree char *name =
        equals && equals > what ? g_strndup(what, (gsize)(equals - what)) : NULL;
    const char *path = name ? equals + 1 : what;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(
            error, BIQA_ERROR, BIQA_ERROR_VALUE,
            "\"%s\" is no judge: give a file, NAME=FILE, \"self\", \"competitor:FILE\" or what "
            "`biqa-train compare` prints, as ms-ssim",
            what);
        return FALSE;
    }
    return is_judge(path) ? add_judge(crew, path, name, error)
                          : add_model(crew, path, BIQA_FULL, name, error);
}

gboolean train_crew_add_list(TrainCrew *crew, const char *what, gboolean distance, GError **error)
{
    const char *equals = strchr(what, '=');
    if (!equals || equals == what || !equals[1]) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "\"%s\": give NAME=FILE", what);
        return FALSE;
    }
    TrainMember *member = g_new0(TrainMember, 1);
    member->name = g_strndup(what, (gsize)(equals - what));
    member->list = g_strdup(equals + 1);
    member->distance = distance;
    return enlist(crew, member, error);
}
