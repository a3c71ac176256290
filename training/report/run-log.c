/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading JSON lines. */
#include "run-log.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

static double number(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) != G_TYPE_STRING
               ? json_node_get_double(node)
               : NAN;
}

static const char *text(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : "";
}

double train_run_log_start(const TrainRecipe *recipe, guint stage)
{
    double at = 0;
    for (guint s = 0; s < stage; s++)
        at += recipe->stages[s].steps;
    return at;
}

static void take_step(TrainRunLog *log, const TrainLogStep *step)
{
    while (log->steps->len &&
           g_array_index(log->steps, TrainLogStep, log->steps->len - 1).at >= step->at)
        g_array_set_size(log->steps, log->steps->len - 1);
    g_array_append_vals(log->steps, step, 1);
}

static void take_look(TrainRunLog *log, const TrainLogLook *look)
{
    while (log->looks->len &&
           g_array_index(log->looks, TrainLogLook, log->looks->len - 1).at >= look->at)
        g_array_set_size(log->looks, log->looks->len - 1);
    if (isfinite(look->srcc))
        g_array_append_vals(log->looks, look, 1);
}

/* Returns whether the record is one of a log. */
static gboolean take(TrainRunLog *log, const TrainRecipe *recipe, JsonObject *object)
{
    const char *event = text(object, "event"), *name = text(object, "stage");
    guint stage = 0;
    while (stage < recipe->n_stages && strcmp(recipe->stages[stage].name, name) != 0)
        stage++;
    if (stage == recipe->n_stages)
        return *event != 0; /* of another recipe, or a model written once more */
    const double start = train_run_log_start(recipe, stage), step = number(object, "step");
    if (strcmp(event, "step") == 0 && isfinite(step)) {
        const TrainLogStep record = {stage, start + step, number(object, "loss"),
                                     number(object, "rate"), number(object, "images_per_second")};
        take_step(log, &record);
    } else if (strcmp(event, "validation") == 0 && isfinite(step)) {
        const TrainLogLook look = {stage,
                                   start + step,
                                   number(object, "srcc"),
                                   number(object, "competitor_srcc"),
                                   number(object, "plcc"),
                                   FALSE};
        take_look(log, &look);
    } else if (strcmp(event, "model") == 0) {
        /* A model of a run without ratings says 0 of no images. */
        const gboolean measured = number(object, "validation_images") != 0;
        const TrainLogLook look = {stage,
                                   train_run_log_start(recipe, stage + 1),
                                   measured ? number(object, "validation_srcc") : NAN,
                                   number(object, "competitor_srcc"),
                                   number(object, "validation_plcc"),
                                   TRUE};
        take_look(log, &look);
    }
    return *event != 0;
}

static void read_line(TrainRunLog *log, const TrainRecipe *recipe, const char *line)
{
    g_autoptr(JsonNode) root = json_from_string(line, NULL);
    if (!root || !JSON_NODE_HOLDS_OBJECT(root) || !take(log, recipe, json_node_get_object(root)))
        log->unread++;
}

TrainRunLog *train_run_log_load(const char *path, const TrainRecipe *recipe, GError **error)
{
    g_autofree char *all = NULL;
    if (!g_file_get_contents(path, &all, NULL, error))
        return NULL;
    TrainRunLog *log = g_new0(TrainRunLog, 1);
    log->steps = g_array_new(FALSE, FALSE, sizeof(TrainLogStep));
    log->looks = g_array_new(FALSE, FALSE, sizeof(TrainLogLook));
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (*g_strstrip(lines[i]))
            read_line(log, recipe, lines[i]);
    }
    return log;
}

void train_run_log_free(TrainRunLog *log)
{
    if (!log)
        return;
    g_array_unref(log->steps);
    g_array_unref(log->looks);
    g_free(log);
}
