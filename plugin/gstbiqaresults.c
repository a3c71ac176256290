/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties that are read only. */
#include "gstbiqaresults.h"
#include "gstbiqafilter-private.h"

#define RESULT_FLAGS (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static void install_frames(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_BIQA_RESULT_DEVICE_NAME,
        g_param_spec_string("device-name", "Device name",
                            "Name of the device that does the work; NULL while stopped", NULL,
                            RESULT_FLAGS));
    g_object_class_install_property(
        klass, GST_BIQA_RESULT_STATS,
        g_param_spec_boxed(
            "stats", "Statistics",
            "Since the element started: frames-seen, frames-inferred, frames-held, frames-skipped, "
            "frames-late (scored after they had left), frames-hard (guint64) and, once a frame was "
            "scored, mean-score, minimum-score and, "
            "where the model tells it, "
            "mean-uncertainty, maximum-uncertainty (gdouble, 0..100); devices-lost (guint): how "
            "often the Vulkan device was lost and opened again; path: system-memory or "
            "memory:VulkanImage; besides what the message "
            "\"biqa-summary\" says of all frames, alarms and records-lost (guint64); where the "
            "device can tell, device-time (guint64): the "
            "nanoseconds it worked on a frame, mean of the last ten. With "
            "hard-frames: hard-frames-written, -waiting, -too-soon, -alike, -busy, -full, -failed "
            "(guint64)",
            GST_TYPE_STRUCTURE, RESULT_FLAGS));
}

static void install_speeds(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_BIQA_RESULT_LATENCY,
        g_param_spec_uint64(
            "latency", "Latency",
            "Mean time from the begin of one of the last ten frames scored to its score, in "
            "microseconds",
            0, G_MAXUINT64, 0, RESULT_FLAGS));
    g_object_class_install_property(
        klass, GST_BIQA_RESULT_THROUGHPUT,
        g_param_spec_double("throughput", "Throughput",
                            "Frames scored in a second of real time, over the last ten", 0,
                            G_MAXDOUBLE, 0, RESULT_FLAGS));
}

void gst_biqa_results_install(GObjectClass *klass)
{
    install_frames(klass);
    install_speeds(klass);
}

/* Under the object lock. (transfer full) */
static GstStructure *describe_stats(GstBiqaFilter *self)
{
    GstStructure *structure = gst_biqa_stats_to_structure(&self->stats);
    const GstBiqaSpeed speed = gst_biqa_scorer_speed(self->scorer);

    if (speed.device > 0)
        gst_structure_set(structure, "device-time", G_TYPE_UINT64, speed.device, NULL);
    gst_structure_set(structure, "devices-lost", G_TYPE_UINT, gst_biqa_scorer_lost(self->scorer),
                      "path", G_TYPE_STRING, self->images ? "memory:VulkanImage" : "system-memory",
                      NULL);
    gst_biqa_harvest_fill(self->harvest, structure);
    gst_biqa_watch_fill_stats(self->watch, structure);
    return structure;
}

gboolean gst_biqa_results_get(GstBiqaFilter *self, guint id, GValue *value)
{
    switch (id) {
    case GST_BIQA_RESULT_DEVICE_NAME:
        g_value_set_string(value, self->device_name);
        return TRUE;
    case GST_BIQA_RESULT_STATS:
        g_value_take_boxed(value, describe_stats(self));
        return TRUE;
    case GST_BIQA_RESULT_LATENCY:
        g_value_set_uint64(value, gst_biqa_scorer_speed(self->scorer).latency);
        return TRUE;
    case GST_BIQA_RESULT_THROUGHPUT:
        g_value_set_double(value, gst_biqa_scorer_speed(self->scorer).throughput);
        return TRUE;
    default:
        return FALSE;
    }
}
