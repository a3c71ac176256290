/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding out how files will be measured, and comparing. */
#include "method.h"

#include "error.h"
#include "member.h"
#include "model.h"
#include "scorer.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(char **words)
{
    qsort(words, g_strv_length(words), sizeof *words, compare);
}

void audit_method_free(AuditMethod *method)
{
    if (!method)
        return;
    g_free(method->element);
    g_free(method->model);
    g_free(method->model_digest);
    g_free(method->model_data);
    g_strfreev(method->settings);
    g_free(method->started);
    g_free(method);
}

/* -- probing ------------------------------------------------------------------------------- */

static char *now(void)
{
    const char *epoch = g_getenv("SOURCE_DATE_EPOCH");
    g_autoptr(GDateTime) time =
        epoch ? g_date_time_new_from_unix_utc(g_ascii_strtoll(epoch, NULL, 10))
              : g_date_time_new_now_utc();

    return g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
}

static char *element_name(void)
{
    g_autoptr(GstElementFactory) factory = gst_element_factory_find("biqafilter");
    g_autoptr(GstPlugin) plugin = gst_plugin_feature_get_plugin(GST_PLUGIN_FEATURE(factory));

    return g_strdup_printf("biqafilter %s", plugin ? gst_plugin_get_version(plugin) : "");
}

static gboolean describe_model(AuditMethod *method, GstElement *pipeline, GError **error)
{
    g_autofree char *path = audit_scorer_model(pipeline, error);
    g_autofree char *bytes = NULL;
    BiqaModel *model;
    gsize length;

    if (!path || !g_file_get_contents(path, &bytes, &length, error))
        return FALSE;
    model = biqa_model_load(path, error);
    if (!model)
        return FALSE;
    method->model = g_strdup(model->name);
    method->model_data = model->datasets ? g_strjoinv(", ", model->datasets) : NULL;
    method->model_digest =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, length);
    biqa_model_free(model);
    return TRUE;
}

/* What the element is set to (transfer full), but for model and device: which they are is told
 * better than by a path or half a name. */
static char **settings_to_tell(const char *const *settings)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    char **told;

    for (; *settings; settings++) {
        if (!g_str_has_prefix(*settings, "model=") && !g_str_has_prefix(*settings, "device="))
            g_strv_builder_add(builder, *settings);
    }
    told = g_strv_builder_end(builder);
    sort(told);
    return told;
}

AuditMethod *audit_method_probe(const AuditMethodParams *params, GstElement **keep, GError **error)
{
    g_autoptr(AuditMethod) method = g_new0(AuditMethod, 1);
    GstElement *pipeline = audit_scorer_hold(params->settings, error);

    *keep = pipeline;
    if (!pipeline || !describe_model(method, pipeline, error))
        return NULL;
    method->element = element_name();
    method->settings = settings_to_tell(params->settings);
    method->below = params->below;
    method->thumbnails = params->thumbnails;
    method->shard = params->shard;
    method->started = now();
    return g_steal_pointer(&method);
}

/* -- comparing ----------------------------------------------------------------------------- */

static gboolean differ(GError **error, const char *what, const char *one, const char *other)
{
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "measured in another way: %s is \"%s\" here and \"%s\" there", what, one, other);
    return FALSE;
}

gboolean audit_method_check(const AuditMethod *one, const AuditMethod *other, GError **error)
{
    g_autofree char *settings = g_strjoinv(" ", one->settings),
                    *others = g_strjoinv(" ", other->settings);
    g_autofree char *bound = g_strdup_printf("%g", one->below),
                    *others_bound = g_strdup_printf("%g", other->below);
    g_autofree char *pictures = g_strdup_printf("%u", one->thumbnails),
                    *others_pictures = g_strdup_printf("%u", other->thumbnails);
    const struct {
        const char *what, *one, *other;
    } rows[] = {
        {"the element", one->element, other->element},
        {"the model", one->model, other->model},
        {"the model's SHA-256", one->model_digest, other->model_digest},
        {"what the element is set to", settings, others},
        {"the bound of --below", bound, others_bound},
        {"--thumbnails", pictures, others_pictures},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_strcmp0(rows[i].one, rows[i].other) != 0)
            return differ(error, rows[i].what, rows[i].one, rows[i].other);
    }
    return TRUE;
}

void audit_method_merge(AuditMethod *method, const AuditMethod *other)
{
    method->shard = (AuditShard){1, 1};
    if (g_strcmp0(other->started, method->started) < 0) {
        g_free(method->started);
        method->started = g_strdup(other->started);
    }
}

/* -- JSON ---------------------------------------------------------------------------------- */

static JsonArray *words_to_json(char **words)
{
    JsonArray *array = json_array_new();

    for (; *words; words++)
        json_array_add_string_element(array, *words);
    return array;
}

/* (transfer full), empty where there is no such array of strings */
static char **words_from_json(JsonObject *object, const char *name)
{
    JsonArray *array = audit_member_array(object, name);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (guint i = 0; array && i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);
        const char *word = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
        if (word)
            g_strv_builder_add(builder, word);
    }
    return g_strv_builder_end(builder);
}

JsonObject *audit_method_to_json(const AuditMethod *method)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "schema", AUDIT_SCHEMA);
    json_object_set_string_member(object, "element", method->element);
    json_object_set_string_member(object, "model", method->model);
    json_object_set_string_member(object, "model-sha256", method->model_digest);
    if (method->model_data)
        json_object_set_string_member(object, "model-data", method->model_data);
    json_object_set_array_member(object, "settings", words_to_json(method->settings));
    json_object_set_double_member(object, "below", method->below);
    json_object_set_int_member(object, "thumbnails", method->thumbnails);
    if (method->shard.count > 1) {
        g_autofree char *shard = g_strdup_printf("%u/%u", method->shard.index, method->shard.count);
        json_object_set_string_member(object, "shard", shard);
    }
    json_object_set_string_member(object, "started", method->started);
    return object;
}

static char *dup_member(JsonObject *object, const char *name)
{
    const char *text = audit_member_string(object, name);

    return g_strdup(text ? text : "");
}

AuditMethod *audit_method_from_json(JsonObject *object, GError **error)
{
    const char *schema = object ? audit_member_string(object, "schema") : NULL, *shard;
    AuditMethod *method;

    if (g_strcmp0(schema, AUDIT_SCHEMA) != 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT,
                    "its first line is not that of a results file (schema \"%s\")", AUDIT_SCHEMA);
        return NULL;
    }
    method = g_new0(AuditMethod, 1);
    method->element = dup_member(object, "element");
    method->model = dup_member(object, "model");
    method->model_digest = dup_member(object, "model-sha256");
    method->model_data = g_strdup(audit_member_string(object, "model-data"));
    method->settings = words_from_json(object, "settings");
    method->below = audit_member_double(object, "below");
    method->thumbnails = (guint)audit_member_int(object, "thumbnails");
    shard = audit_member_string(object, "shard");
    if (!shard || !audit_shard_parse(shard, &method->shard, NULL))
        method->shard = (AuditShard){1, 1};
    method->started = dup_member(object, "started");
    return method;
}
