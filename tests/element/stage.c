/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A rig on a gate. */
#include "stage.h"

static void prepare(GstElement *element, gpointer gate)
{
    gst_util_set_object_arg(G_OBJECT(element), "policy", "deadline");
    g_object_set(element, "delay", STAGE_DELAY, NULL);
    gate_install(gate, element);
}

Stage *stage_new(void)
{
    Stage *stage = g_new0(Stage, 1);

    stage->judge = judge_new(61);
    stage->judge->model->scale = (BiqaScale){0, .25f};
    judge_save(stage->judge);
    stage->gate = gate_new();
    stage->rig = rig_new_with(stage->judge, prepare, stage->gate);
    rig_set_format(stage->rig, GST_VIDEO_FORMAT_RGB, 64, 48, &stage->info);
    return stage;
}

void stage_free(Stage *stage)
{
    gate_open(stage->gate, 1000); /* the worker ends after its frame */
    rig_free(stage->rig);
    gate_free(stage->gate);
    judge_free(stage->judge);
    g_free(stage);
}

GstBuffer *stage_frame_new(const Stage *stage, guint number)
{
    GstBuffer *buffer = noise_frame_new(&stage->info, 61, number);

    gst_buffer_memset(buffer, 0, (guint8)(4 * (10 + number)), 1);
    return buffer;
}

void stage_push(Stage *stage, guint number)
{
    g_assert_cmpint(gst_harness_push(stage->rig->harness, stage_frame_new(stage, number)), ==,
                    GST_FLOW_OK);
}

guint stage_n_out(const Stage *stage)
{
    return gst_harness_buffers_in_queue(stage->rig->harness);
}

void stage_check_out(Stage *stage, guint number, const char *origin, double score)
{
    GstBuffer *buffer = gst_harness_pull(stage->rig->harness);
    const GstStructure *report;

    g_assert_nonnull(buffer);
    report = buffer_report(buffer, 0);
    g_assert_cmpuint(report_uint64(report, "frame"), ==, number);
    g_assert_cmpuint(GST_BUFFER_PTS(buffer), ==, number * STAGE_FRAME);
    g_assert_cmpstr(gst_structure_get_string(report, "origin"), ==, origin);
    g_assert_true(gst_structure_has_field(report, "score") == (score >= 0));
    if (score >= 0)
        g_assert_cmpfloat(report_double(report, "score"), ==, score);
    gst_buffer_unref(buffer);
}

void stage_await_stat(const Stage *stage, const char *name, guint64 n)
{
    for (guint i = 0; rig_stat(stage->rig, name) < n; i++) {
        g_assert_cmpuint(i, <, 60000);
        g_usleep(1000);
    }
}
