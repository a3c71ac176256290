/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file's result and its JSON. */
#include "result.h"

#include "frame.h"
#include "member.h"
#include <math.h>

static const char *const states[AUDIT_N_STATES] = {
    [AUDIT_MEASURED] = "measured",
    [AUDIT_PARTLY] = "partly",
    [AUDIT_UNREADABLE] = "unreadable",
};

static const struct {
    const char *name, *title;
} figures[AUDIT_N_FIGURES] = {
    [AUDIT_MINIMUM] = {"minimum", "lowest"},
    [AUDIT_P1] = {"p1", "1st percentile"},
    [AUDIT_P5] = {"p5", "5th percentile"},
    [AUDIT_P10] = {"p10", "10th percentile"},
    [AUDIT_MEDIAN] = {"p50", "median"},
    [AUDIT_MEAN] = {"mean", "mean"},
    [AUDIT_HARMONIC_MEAN] = {"harmonic-mean", "harmonic mean"},
    [AUDIT_UNCERTAINTY] = {"uncertainty", "mean uncertainty"},
};

const char *audit_state_name(AuditState state)
{
    g_return_val_if_fail(state < AUDIT_N_STATES, NULL);
    return states[state];
}

const char *audit_figure_name(AuditFigure figure)
{
    g_return_val_if_fail(figure < AUDIT_N_FIGURES, NULL);
    return figures[figure].name;
}

const char *audit_figure_title(AuditFigure figure)
{
    g_return_val_if_fail(figure < AUDIT_N_FIGURES, NULL);
    return figures[figure].title;
}

gboolean audit_figure_parse(const char *name, AuditFigure *figure)
{
    for (guint i = 0; i < AUDIT_UNCERTAINTY; i++) {
        if (g_str_equal(name, figures[i].name)) {
            *figure = i;
            return TRUE;
        }
    }
    return FALSE;
}

AuditResult *audit_result_new(const AuditEntry *entry)
{
    AuditResult *result = g_new0(AuditResult, 1);

    result->entry = audit_entry_copy(entry);
    for (guint i = 0; i < AUDIT_N_FIGURES; i++)
        result->figures[i] = (double)NAN;
    audit_timeline_init(&result->timeline);
    return result;
}

AuditResult *audit_result_unreadable(const AuditEntry *entry, const char *reason)
{
    AuditResult *result = audit_result_new(entry);

    result->state = AUDIT_UNREADABLE;
    result->reason = g_utf8_make_valid(reason, -1);
    return result;
}

void audit_result_free(AuditResult *result)
{
    if (!result)
        return;
    for (guint i = 0; i < result->n_thumbnails; i++)
        g_free(result->thumbnails[i].jpeg);
    audit_entry_free(result->entry);
    g_free(result->reason);
    g_free(result->device);
    g_free(result);
}

/* -- writing ------------------------------------------------------------------------------- */

static void set_count(JsonObject *object, const char *name, guint64 count)
{
    json_object_set_int_member(object, name, (gint64)count);
}

static void write_figures(JsonObject *object, const AuditResult *result)
{
    JsonObject *scores = json_object_new();

    for (guint i = 0; i < AUDIT_N_FIGURES; i++)
        audit_member_set_double(scores, figures[i].name, result->figures[i]);
    json_object_set_object_member(object, "score", scores);
}

static void write_domains(JsonObject *object, const AuditResult *result)
{
    JsonObject *domains = json_object_new();

    for (guint i = 0; i < BIQA_N_DOMAINS; i++) {
        if (result->domains[i])
            set_count(domains, biqa_domain_name(i), result->domains[i]);
    }
    json_object_set_object_member(object, "domains", domains);
}

static void write_run(JsonObject *object, const AuditResult *result)
{
    JsonObject *run = json_object_new();

    set_count(run, "frames", result->run_frames);
    if (result->run_frames) {
        set_count(run, "stream-time", result->run_start);
        set_count(run, "duration", result->run_time);
    }
    json_object_set_object_member(object, "longest-run-below", run);
}

static void write_alarms(JsonObject *object, const AuditResult *result)
{
    JsonArray *alarms = json_array_sized_new(result->n_told);

    for (guint i = 0; i < result->n_told; i++) {
        JsonObject *alarm = json_object_new();

        set_count(alarm, "start", result->alarms[i].start);
        set_count(alarm, "end", result->alarms[i].end);
        audit_member_set_double(alarm, "score", result->alarms[i].score);
        json_array_add_object_element(alarms, alarm);
    }
    set_count(object, "alarm-count", result->n_alarms);
    json_object_set_array_member(object, "alarms", alarms);
}

static void write_histogram(JsonObject *object, const AuditResult *result)
{
    JsonArray *histogram = json_array_sized_new(AUDIT_HISTOGRAM);

    for (guint i = 0; i < AUDIT_HISTOGRAM; i++)
        json_array_add_int_element(histogram, (gint64)result->histogram[i]);
    json_object_set_array_member(object, "histogram", histogram);
}

static void write_thumbnails(JsonObject *object, const AuditResult *result)
{
    JsonArray *thumbnails = json_array_sized_new(result->n_thumbnails);

    for (guint i = 0; i < result->n_thumbnails; i++) {
        const AuditThumbnail *picture = &result->thumbnails[i];
        JsonObject *thumbnail = json_object_new();

        set_count(thumbnail, "frame", picture->frame);
        set_count(thumbnail, "stream-time", picture->time);
        audit_member_set_double(thumbnail, "score", picture->score);
        audit_member_set_double(thumbnail, "uncertainty", picture->uncertainty);
        json_object_set_string_member(thumbnail, "why", picture->hard ? "hard" : "worst");
        json_object_set_string_member(thumbnail, "jpeg", picture->jpeg);
        json_array_add_object_element(thumbnails, thumbnail);
    }
    json_object_set_array_member(object, "thumbnails", thumbnails);
}

static void write_measured(JsonObject *object, const AuditResult *result)
{
    if (result->device)
        json_object_set_string_member(object, "device", result->device);
    json_object_set_int_member(object, "width", result->width);
    json_object_set_int_member(object, "height", result->height);
    set_count(object, "duration", result->duration);
    set_count(object, "frames", result->frames);
    set_count(object, "scored", result->scored);
    set_count(object, "skipped", result->skipped);
    set_count(object, "hard", result->hard);
    write_domains(object, result);
    write_figures(object, result);
    write_run(object, result);
    write_alarms(object, result);
    write_histogram(object, result);
    json_object_set_object_member(object, "timeline", audit_timeline_to_json(&result->timeline));
    write_thumbnails(object, result);
}

JsonObject *audit_result_to_json(const AuditResult *result)
{
    JsonObject *object = json_object_new();

    audit_entry_to_json(result->entry, object);
    json_object_set_string_member(object, "state", states[result->state]);
    if (result->reason)
        json_object_set_string_member(object, "reason", result->reason);
    if (result->state != AUDIT_UNREADABLE)
        write_measured(object, result);
    return object;
}

/* -- reading ------------------------------------------------------------------------------- */

static guint64 get_count(JsonObject *object, const char *name)
{
    return (guint64)MAX(audit_member_int(object, name), 0);
}

static void read_figures(AuditResult *result, JsonObject *object)
{
    JsonObject *scores = audit_member_object(object, "score"),
               *domains = audit_member_object(object, "domains"),
               *run = audit_member_object(object, "longest-run-below");

    for (guint i = 0; scores && i < AUDIT_N_FIGURES; i++)
        result->figures[i] = audit_member_double(scores, figures[i].name);
    for (guint i = 0; domains && i < BIQA_N_DOMAINS; i++)
        result->domains[i] = get_count(domains, biqa_domain_name(i));
    if (!run)
        return;
    result->run_frames = get_count(run, "frames");
    result->run_start = get_count(run, "stream-time");
    result->run_time = get_count(run, "duration");
}

static void read_alarms(AuditResult *result, JsonObject *object)
{
    JsonArray *alarms = audit_member_array(object, "alarms");

    result->n_alarms = get_count(object, "alarm-count");
    for (guint i = 0; alarms && result->n_told < AUDIT_ALARMS_MAX; i++) {
        JsonObject *alarm = audit_element_object(alarms, i);

        if (!alarm)
            return;
        result->alarms[result->n_told++] =
            (AuditAlarm){get_count(alarm, "start"), get_count(alarm, "end"),
                         audit_member_double(alarm, "score")};
    }
}

static void read_thumbnails(AuditResult *result, JsonObject *object)
{
    JsonArray *thumbnails = audit_member_array(object, "thumbnails");

    for (guint i = 0; thumbnails && result->n_thumbnails < AUDIT_THUMBNAILS_MAX; i++) {
        JsonObject *picture = audit_element_object(thumbnails, i);
        const char *jpeg = picture ? audit_member_string(picture, "jpeg") : NULL;

        if (!jpeg)
            return;
        result->thumbnails[result->n_thumbnails++] = (AuditThumbnail){
            .frame = get_count(picture, "frame"),
            .time = get_count(picture, "stream-time"),
            .score = audit_member_double(picture, "score"),
            .uncertainty = audit_member_double(picture, "uncertainty"),
            .hard = g_strcmp0(audit_member_string(picture, "why"), "hard") == 0,
            .jpeg = g_strdup(jpeg),
        };
    }
}

static void read_measured(AuditResult *result, JsonObject *object)
{
    JsonArray *histogram = audit_member_array(object, "histogram");
    JsonObject *timeline = audit_member_object(object, "timeline");

    result->device = g_strdup(audit_member_string(object, "device"));
    result->width = (int)audit_member_int(object, "width");
    result->height = (int)audit_member_int(object, "height");
    result->duration = get_count(object, "duration");
    result->frames = get_count(object, "frames");
    result->scored = get_count(object, "scored");
    result->skipped = get_count(object, "skipped");
    result->hard = get_count(object, "hard");
    read_figures(result, object);
    read_alarms(result, object);
    for (guint i = 0; histogram && i < AUDIT_HISTOGRAM; i++) {
        const double count = audit_element_double(histogram, i);
        result->histogram[i] = count > 0 ? (guint64)count : 0;
    }
    if (timeline)
        audit_timeline_from_json(&result->timeline, timeline);
    read_thumbnails(result, object);
}

AuditResult *audit_result_from_json(JsonObject *object)
{
    g_autoptr(AuditEntry) entry = audit_entry_from_json(object);
    const char *state = audit_member_string(object, "state");
    AuditResult *result;

    for (guint i = 0; entry && i < AUDIT_N_STATES; i++) {
        if (g_strcmp0(state, states[i]) != 0)
            continue;
        result = audit_result_new(entry);
        result->state = i;
        result->reason = g_strdup(audit_member_string(object, "reason"));
        read_measured(result, object);
        return result;
    }
    return NULL;
}
