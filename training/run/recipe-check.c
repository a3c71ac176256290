/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether what a recipe says fits together. */
#include "recipe-private.h"

#include "annotator.h"
#include "calibrate.h"
#include "error.h"
#include "nearest.h"
#include <string.h>

static gboolean is_one_of(const char *value, const char *const *choices)
{
    return value && g_strv_contains(choices, value);
}

static gboolean check_stage(const TrainRecipe *recipe, const TrainStageRecipe *stage,
                            GError **error)
{
    static const char *const kinds[] = {"rank", "tune", "ohem", NULL};
    static const char *const losses[] = {"fidelity", "hinge", NULL};
    static const char *const pairs[] = {"content", "type", NULL};
    static const char *const variances[] = {"fixed", "learned", NULL};
    static const char *const views[] = {"same", "second", NULL};
    static const char *const minings[] = {"none", "disagreement", NULL};
    const gboolean ranks = stage->kind && g_str_equal(stage->kind, "rank");
    g_autofree char *group = g_strconcat("stage ", stage->name, NULL);
    guint64 refresh;

    if (!is_one_of(stage->kind, kinds))
        return recipe_fail(error, group, "kind", "must be rank, tune or ohem");
    if (!is_one_of(stage->rank_loss, losses))
        return recipe_fail(error, group, "rank-loss", "must be fidelity or hinge");
    if (!is_one_of(stage->rank_pairs, pairs))
        return recipe_fail(error, group, "rank-pairs", "must be content or type");
    if (!is_one_of(stage->views, views))
        return recipe_fail(error, group, "views", "must be same or second");
    if (!is_one_of(stage->mining, minings))
        return recipe_fail(error, group, "mining", "must be none or disagreement");
    if (g_str_equal(stage->mining, "disagreement") &&
        !(g_str_equal(stage->kind, "ohem") && stage->rated))
        return recipe_fail(error, group, "mining", "disagreement needs kind=ohem and rated crops");
    if (!is_one_of(stage->variance, variances))
        return recipe_fail(error, group, "variance", "must be fixed or learned");
    if (train_stage_learns_variance(stage) && !stage->rated && !(stage->votes_weight > 0))
        return recipe_fail(error, group, "variance",
                           "only rated crops and votes teach a standard deviation");
    if (!g_str_equal(stage->mask_refresh, "never") && !g_str_equal(stage->mask_refresh, "epoch") &&
        !g_ascii_string_to_unsigned(stage->mask_refresh, 10, 1, G_MAXUINT, &refresh, NULL))
        return recipe_fail(error, group, "mask-refresh",
                           "must be never, epoch or a number of steps");
    if (ranks && !stage->groups)
        return recipe_fail(error, group, "groups",
                           "a rank stage needs at least one ranked group a step");
    if (ranks && stage->rated)
        return recipe_fail(error, group, "rated", "a rank stage looks at no ratings; use tune");
    if (!ranks && !stage->rated && !stage->groups)
        return recipe_fail(error, group, "rated",
                           "the stage has neither rated crops nor ranked groups");
    if (stage->groups && !recipe->images)
        return recipe_fail(error, "ranked", "images",
                           "missing: ranked groups need folders of pristine pictures");
    if ((stage->judged_weight > 0 || stage->judged_squared_weight > 0) &&
        !(stage->groups && recipe->judge))
        return recipe_fail(error, group, "judged-weight",
                           "needs ranked groups and the file of a judge in [ranked] judge");
    if (stage->votes_weight > 0 && !(stage->groups && recipe->annotators))
        return recipe_fail(error, group, "votes-weight",
                           "needs ranked groups and names of annotators in [ranked] annotators");
    if (stage->teacher_weight > 0 && !recipe->teachers)
        return recipe_fail(error, group, "teacher-weight",
                           "needs files of models in [network] teachers");
    if (stage->rated && !recipe->ratings)
        return recipe_fail(error, "rated", "ratings",
                           "missing: rated crops need a list of ratings");
    return TRUE;
}

/* A remainder that no number has would hold nothing out, silently. */
static gboolean check_parts(const TrainRecipe *recipe, GError **error)
{
    if (recipe->hold_out_remainder >= recipe->hold_out_modulus)
        return recipe_fail(error, "rated", "hold-out-remainder", "must be below hold-out-modulus");
    if (recipe->validation_remainder >= recipe->validation_modulus)
        return recipe_fail(error, "rated", "validation-remainder",
                           "must be below validation-modulus");
    return TRUE;
}

/* Now, not when hours of training end in it. */
static gboolean check_figures(const TrainRecipe *recipe, GError **error)
{
    g_autoptr(GError) why = NULL;
    TrainCalibration unused;

    return !recipe->figures || !recipe->figures[0] ||
           train_calibration_parse((const char *const *)recipe->figures, &unused, &why) ||
           recipe_fail(error, "uncertainty", "figures", why->message);
}

/* name: one that no annotator has. */
static gboolean fail_unknown_annotator(const char *name, GError **error)
{
    guint n;
    const TrainAnnotator *all = train_annotators(&n);
    g_autofree const char **names = g_new0(const char *, n + 1);
    for (guint i = 0; i < n; i++)
        names[i] = all[i].name;
    const char *nearest = train_nearest(name, names, n);
    g_autofree char *list = g_strjoinv(", ", (char **)names);
    g_autofree char *why =
        nearest ? g_strdup_printf("no annotator \"%s\"; did you mean \"%s\"?", name, nearest)
                : g_strdup_printf("no annotator \"%s\"; there are %s", name, list);
    return recipe_fail(error, "ranked", "annotators", why);
}

static gboolean check_annotators(const TrainRecipe *recipe, GError **error)
{
    if (recipe->annotators && !recipe->annotators[0])
        return recipe_fail(error, "ranked", "annotators", "names none");
    for (char **name = recipe->annotators; name && *name; name++) {
        if (!train_annotator_find(*name))
            return fail_unknown_annotator(*name, error);
        if (g_strv_contains((const char *const *)name + 1, *name)) {
            g_autofree char *why = g_strdup_printf("\"%s\" would vote twice", *name);
            return recipe_fail(error, "ranked", "annotators", why);
        }
    }
    return TRUE;
}

/* To look at every image takes a while: nobody does it in vain. */
static gboolean check_voters(const TrainRecipe *recipe, GError **error)
{
    for (guint s = 0; s < recipe->n_stages; s++) {
        if (recipe->stages[s].votes_weight > 0)
            return TRUE;
    }
    return !recipe->annotators || recipe_fail(error, "ranked", "annotators",
                                              "no stage asks them; give one votes-weight=1");
}

/* Nor does anybody load models that teach nothing. */
static gboolean check_teachers(const TrainRecipe *recipe, GError **error)
{
    if (recipe->teachers && !recipe->teachers[0])
        return recipe_fail(error, "network", "teachers", "names none");
    return !recipe->teachers || recipe_asks_teachers(recipe, recipe->n_stages) ||
           recipe_fail(error, "network", "teachers",
                       "no stage asks them; give one teacher-weight=1");
}

gboolean recipe_check(const TrainRecipe *recipe, GError **error)
{
    static const char *const tiles[] = {"random", "sharpest", NULL};

    if (!recipe->n_stages)
        return recipe_fail(error, "stage NAME", "kind",
                           "missing: a recipe needs at least one stage");
    if (!!recipe->backbone + !!recipe->graph + !!recipe->model != 1)
        return recipe_fail(error, "network", "graph", "give one of backbone, graph and model");
    if (recipe->backbone && !recipe->pooled)
        return recipe_fail(error, "network", "pooled",
                           "missing: ids of the backbone's layers to pool");
    for (guint i = 0; i < 3; i++) {
        if (!(recipe->input.deviation[i] > 0))
            return recipe_fail(error, "input", "deviation", "must be above 0");
    }
    if (recipe->types && !recipe->types[0])
        return recipe_fail(error, "ranked", "types", "names no distortion");
    if (!is_one_of(recipe->tiles, tiles))
        return recipe_fail(error, "ranked", "tiles", "must be random or sharpest");
    if (!check_parts(recipe, error) || !check_figures(recipe, error) ||
        !check_annotators(recipe, error))
        return FALSE;
    for (guint s = 0; s < recipe->n_stages; s++) {
        if (!check_stage(recipe, &recipe->stages[s], error))
            return FALSE;
    }
    return check_voters(recipe, error) && check_teachers(recipe, error);
}
