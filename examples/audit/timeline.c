/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bins that double in width when there are too many. */
#include "timeline.h"

#include "frame.h"
#include "member.h"
#include <math.h>
#include <string.h>

void audit_timeline_init(AuditTimeline *timeline)
{
    *timeline = (AuditTimeline){.frames = 1};
}

double audit_bin_mean(const AuditBin *bin)
{
    return bin->scored ? bin->sum / bin->scored : (double)NAN;
}

static void bin_merge(AuditBin *bin, const AuditBin *other)
{
    if (other->scored)
        bin->low = bin->scored ? MIN(bin->low, other->low) : other->low;
    bin->sum += other->sum;
    bin->scored += other->scored;
    bin->hard += other->hard;
    bin->alarm += other->alarm;
    if (other->domain != BIQA_DOMAIN_PICTURE)
        bin->domain = other->domain;
}

static void halve(AuditTimeline *timeline)
{
    for (guint i = 0; i < AUDIT_TIMELINE_BINS / 2; i++) {
        AuditBin bin = timeline->bins[2 * i];

        bin_merge(&bin, &timeline->bins[2 * i + 1]);
        timeline->bins[i] = bin;
    }
    timeline->n = AUDIT_TIMELINE_BINS / 2;
    timeline->frames *= 2;
    timeline->last = timeline->frames;
}

void audit_timeline_add(AuditTimeline *timeline, const AuditPoint *point)
{
    const gboolean scored = !isnan(point->score);
    const AuditBin bin = {
        .time = point->time,
        .scored = scored,
        .low = scored ? point->score : 0,
        .sum = scored ? point->score : 0,
        .hard = !!point->hard,
        .alarm = !!point->alarm,
        .domain = point->domain,
    };

    if (timeline->n && timeline->last < timeline->frames) {
        bin_merge(&timeline->bins[timeline->n - 1], &bin);
        timeline->last++;
        return;
    }
    if (timeline->n == AUDIT_TIMELINE_BINS)
        halve(timeline);
    timeline->bins[timeline->n++] = bin;
    timeline->last = 1;
}

/* -- JSON ---------------------------------------------------------------------------------- */

enum { TIME, MINIMUM, MEAN, SCORED, HARD, ALARM, N_COLUMNS };

static const char *const columns[N_COLUMNS] = {
    [TIME] = "time",     [MINIMUM] = "minimum", [MEAN] = "mean",
    [SCORED] = "scored", [HARD] = "hard",       [ALARM] = "alarm",
};

static double eighths(double score)
{
    return round(8 * score) / 8;
}

static void add_score(JsonArray *array, const AuditBin *bin, double score)
{
    if (bin->scored)
        json_array_add_double_element(array, eighths(score));
    else
        json_array_add_null_element(array);
}

JsonObject *audit_timeline_to_json(const AuditTimeline *timeline)
{
    JsonArray *arrays[N_COLUMNS];
    JsonObject *object = json_object_new(), *domains = json_object_new();

    json_object_set_int_member(object, "frames-per-bin", timeline->frames);
    for (guint c = 0; c < N_COLUMNS; c++) {
        arrays[c] = json_array_sized_new(timeline->n);
        json_object_set_array_member(object, columns[c], arrays[c]);
    }
    for (guint i = 0; i < timeline->n; i++) {
        const AuditBin *bin = &timeline->bins[i];

        json_array_add_int_element(arrays[TIME], bin->time);
        add_score(arrays[MINIMUM], bin, bin->low);
        add_score(arrays[MEAN], bin, audit_bin_mean(bin));
        json_array_add_int_element(arrays[SCORED], bin->scored);
        json_array_add_int_element(arrays[HARD], bin->hard);
        json_array_add_int_element(arrays[ALARM], bin->alarm);
        if (bin->domain != BIQA_DOMAIN_PICTURE) {
            g_autofree char *index = g_strdup_printf("%u", i);
            json_object_set_string_member(domains, index, biqa_domain_name(bin->domain));
        }
    }
    json_object_set_object_member(object, "domains", domains);
    return object;
}

static BiqaDomain read_domain(JsonObject *domains, guint i)
{
    g_autofree char *index = g_strdup_printf("%u", i);
    const char *name = domains ? audit_member_string(domains, index) : NULL;

    return name ? audit_domain_parse(name) : BIQA_DOMAIN_PICTURE;
}

static guint read_count(JsonArray *array, guint i)
{
    const double count = array ? audit_element_double(array, i) : (double)NAN;

    return count > 0 && count <= G_MAXUINT ? (guint)count : 0;
}

static double read_number(JsonArray *array, guint i)
{
    return array ? audit_element_double(array, i) : (double)NAN;
}

void audit_timeline_from_json(AuditTimeline *timeline, JsonObject *object)
{
    JsonArray *arrays[N_COLUMNS];

    audit_timeline_init(timeline);
    for (guint c = 0; c < N_COLUMNS; c++)
        arrays[c] = audit_member_array(object, columns[c]);
    if (!arrays[TIME])
        return;
    timeline->frames = (guint)CLAMP(audit_member_int(object, "frames-per-bin"), 1, 1 << 30);
    timeline->n = MIN(json_array_get_length(arrays[TIME]), AUDIT_TIMELINE_BINS);
    timeline->last = timeline->frames;
    for (guint i = 0; i < timeline->n; i++) {
        const double time = read_number(arrays[TIME], i), low = read_number(arrays[MINIMUM], i),
                     mean = read_number(arrays[MEAN], i);
        AuditBin *bin = &timeline->bins[i];

        bin->time = isnan(time) ? 0 : (gint64)time;
        bin->scored = isnan(low) || isnan(mean) ? 0 : read_count(arrays[SCORED], i);
        bin->low = bin->scored ? low : 0;
        bin->sum = bin->scored ? mean * bin->scored : 0;
        bin->hard = read_count(arrays[HARD], i);
        bin->alarm = read_count(arrays[ALARM], i);
        bin->domain = read_domain(audit_member_object(object, "domains"), i);
    }
}
