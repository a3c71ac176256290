/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening, closing, forgetting. */
#include "gstbiqarun.h"
#include "gstbiqaerror.h"
#include "gstbiqafilter-private.h"
#include "gstbiqaflow.h"

static void copy_settings(GstBiqaFilter *self, GstBiqaSettings *settings)
{
    GST_OBJECT_LOCK(self);
    gst_biqa_settings_init_copy(settings, &self->settings);
    GST_OBJECT_UNLOCK(self);
}

static gboolean open_watch(GstBiqaFilter *self, const GstBiqaSetup *setup)
{
    g_autoptr(GError) error = NULL;

    if (gst_biqa_watch_start(self->watch, setup->report, setup->report_format, &error))
        return TRUE;
    gst_biqa_error_post(GST_ELEMENT(self), GST_BIQA_ERROR_REPORT, error);
    return FALSE;
}

/* FALSE: hard frames are to be kept and cannot; the error has been posted. */
static gboolean open_harvest(GstBiqaFilter *self, const GstBiqaHarvestSetup *setup)
{
    g_autoptr(GError) error = NULL;
    GstBiqaHarvest *harvest = NULL, *before;

    if (setup->folder && *setup->folder) {
        harvest = gst_biqa_harvest_open(setup, GST_BASE_TRANSFORM_SINK_PAD(self), &error);
        if (!harvest)
            gst_biqa_error_post(GST_ELEMENT(self), GST_BIQA_ERROR_HARVEST, error);
    }
    GST_OBJECT_LOCK(self);
    before = self->harvest;
    self->harvest = harvest;
    GST_OBJECT_UNLOCK(self);
    gst_biqa_harvest_free(before);
    return !error;
}

gboolean gst_biqa_run_start(GstBiqaFilter *self)
{
    GstBiqaSettings settings;
    gboolean ok, deadline;

    copy_settings(self, &settings);
    deadline = settings.setup.policy == GST_BIQA_POLICY_DEADLINE;
    self->length = deadline ? settings.setup.delay : settings.setup.in_flight - 1;
    ok = gst_biqa_scorer_start(self->scorer, &settings) &&
         open_harvest(self, &settings.setup.harvest) && open_watch(self, &settings.setup);
    gst_biqa_settings_clear(&settings);
    if (!ok) {
        gst_biqa_harvest_close(self->harvest);
        gst_biqa_scorer_stop(self->scorer);
        return FALSE;
    }

    gst_biqa_schedule_init(&self->schedule);
    gst_biqa_sieve_reset(&self->sieve);
    self->n_frames = 0;
    self->dropped = FALSE;
    self->flow = GST_FLOW_OK;
    self->failed = FALSE;
    self->said = BIQA_DOMAIN_PICTURE;
    self->scored = FALSE;
    GST_OBJECT_LOCK(self);
    gst_biqa_stats_init(&self->stats);
    self->hold = 0;
    GST_OBJECT_UNLOCK(self);
    gst_biqa_lateness_forget(&self->lateness);
    if (deadline)
        self->delay = gst_biqa_flow_delay_new(self);
    gst_biqa_flow_set_device(self, gst_biqa_scorer_device_name(self->scorer));
    return TRUE;
}

void gst_biqa_run_stop(GstBiqaFilter *self)
{
    gst_biqa_delay_free(self->delay); /* whose threads read self->delay to the end */
    self->delay = NULL;
    gst_biqa_flow_forget(self);
    gst_biqa_harvest_close(self->harvest);
    gst_biqa_watch_stop(self->watch);
    gst_biqa_scorer_stop(self->scorer);
    gst_biqa_lens_release(&self->lens);
    gst_biqa_flow_set_device(self, NULL);
}

void gst_biqa_run_forget(GstBiqaFilter *self)
{
    gst_biqa_flow_forget(self);
    gst_biqa_watch_end(self->watch, GST_BIQA_REASON_FLUSH, &self->tuning.watch);
    gst_biqa_watch_allow_wait(self->watch, TRUE);
    gst_biqa_schedule_init(&self->schedule);
    gst_biqa_sieve_reset(&self->sieve);
    self->scored = FALSE;
    self->scene++;
    gst_biqa_lateness_forget(&self->lateness);
}
