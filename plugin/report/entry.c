/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a report is made of. */
#include "entry.h"

#include "task.h"

G_STATIC_ASSERT(GST_CLOCK_TIME_NONE == BIQA_TIME_NONE);

const char *gst_biqa_reason_name(GstBiqaReason reason)
{
    static const char *const names[GST_BIQA_N_REASONS] = {
        [GST_BIQA_REASON_INTERVAL] = "interval", [GST_BIQA_REASON_CAPS] = "caps",
        [GST_BIQA_REASON_FLUSH] = "flush",       [GST_BIQA_REASON_EOS] = "eos",
        [GST_BIQA_REASON_STOP] = "stop",         [GST_BIQA_REASON_RECOVERED] = "recovered",
    };

    g_return_val_if_fail(reason < GST_BIQA_N_REASONS, NULL);
    return names[reason];
}

const char *gst_biqa_scope_name(GstBiqaScope scope)
{
    static const char *const names[GST_BIQA_N_SCOPES] = {
        [GST_BIQA_SCOPE_INTERVAL] = "interval",
        [GST_BIQA_SCOPE_SECTION] = "section",
        [GST_BIQA_SCOPE_STREAM] = "stream",
    };

    g_return_val_if_fail(scope < GST_BIQA_N_SCOPES, NULL);
    return names[scope];
}

/* The features of caps: how the pixels come. */
static char *path_of(GstCaps *caps)
{
    GstCapsFeatures *features = gst_caps_get_features(caps, 0);

    if (!features || gst_caps_features_is_equal(features, GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY))
        return g_strdup("system-memory");
    return gst_caps_features_to_string(features);
}

static double fps_of(GstCaps *caps)
{
    gint n = 0, d = 1;

    gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "framerate", &n, &d);
    return (double)n / d;
}

static double threshold_of(const BiqaModel *model)
{
    return model->uncertainty.n_terms > 0 ? model->uncertainty.hard_threshold
                                          : model->hard_threshold;
}

static void set_tasks(GstBiqaHeader *header, const BiqaModel *model)
{
    header->n_tasks = model->tasks ? biqa_model_n_tasks(model) : 0;
    for (guint t = 0; t < header->n_tasks; t++) {
        const BiqaModel view = biqa_model_task(model, t);

        header->tasks[t].name = g_intern_string(biqa_model_task_name(model, t));
        header->tasks[t].hard_threshold = threshold_of(&view);
    }
}

GstBiqaHeader *gst_biqa_header_new(const BiqaModel *model, BiqaBackend *backend)
{
    GstBiqaHeader *header = g_new(GstBiqaHeader, 1);

    *header = (GstBiqaHeader){
        .model = g_strdup(model->name),
        .datasets = g_strdupv(model->datasets),
        .validation_srcc = model->validation_srcc,
        .validation_plcc = model->validation_plcc,
        .hard_threshold = threshold_of(model),
        .backend = g_strdup(backend->klass->name),
        .device = g_strdup(biqa_backend_device_name(backend)),
    };
    set_tasks(header, model);
    return header;
}

GstBiqaHeader *gst_biqa_header_copy(const GstBiqaHeader *header, GstCaps *caps)
{
    GstBiqaHeader *copy = g_new(GstBiqaHeader, 1);

    *copy = *header;
    copy->model = g_strdup(header->model);
    copy->datasets = g_strdupv(header->datasets);
    copy->backend = g_strdup(header->backend);
    copy->device = g_strdup(header->device);
    copy->path = path_of(caps);
    copy->caps = gst_caps_to_string(caps);
    copy->fps = fps_of(caps);
    return copy;
}

void gst_biqa_header_free(GstBiqaHeader *header)
{
    if (!header)
        return;
    g_free(header->model);
    g_strfreev(header->datasets);
    g_free(header->backend);
    g_free(header->device);
    g_free(header->path);
    g_free(header->caps);
    g_free(header);
}

void gst_biqa_entry_clear(GstBiqaEntry *entry)
{
    if (entry->kind == GST_BIQA_ENTRY_HEADER)
        g_clear_pointer(&entry->header, gst_biqa_header_free);
    else if (entry->kind == GST_BIQA_ENTRY_SUMMARY)
        g_clear_pointer(&entry->summary, g_free);
}

BiqaMoment gst_biqa_record_moment(const GstBiqaRecord *record)
{
    return (BiqaMoment){record->frame, record->timestamp, record->stream_time, record->running_time,
                        record->duration};
}
