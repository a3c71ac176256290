/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From buffers and pads to frames and names. */
#include "gstbiqaharvest.h"
#include "gstbiqaerror.h"
#include <math.h>

struct GstBiqaHarvest {
    BiqaHarvest *harvest;
    GstPad *sink; /* borrowed */
    char *source; /* of the stream at hand; NULL: to be asked. For the streaming thread alone */
};

/* -- where a frame comes from ---------------------------------------------------------------- */

/* The URI without user and password (transfer full), NULL where it is none. */
static char *hide_user(const char *uri)
{
    g_autoptr(GUri) parsed =
        g_uri_parse(uri, G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED, NULL);

    return parsed ? g_uri_to_string_partial(parsed, G_URI_HIDE_USERINFO) : NULL;
}

static char *ask_uri(GstPad *sink)
{
    GstQuery *query = gst_query_new_uri();
    g_autofree char *uri = NULL;

    if (gst_pad_peer_query(sink, query))
        gst_query_parse_uri(query, &uri);
    gst_query_unref(query);
    return uri ? hide_user(uri) : NULL;
}

/* What tells this source from others: its URI, else the stream's id. (transfer full) */
static char *ask_source(GstPad *sink)
{
    char *uri = ask_uri(sink);
    char *id = uri ? NULL : gst_pad_get_stream_id(sink);

    return uri ? uri : id ? id : g_strdup("");
}

/* -- when it comes --------------------------------------------------------------------------- */

/* Running time; of a stream without times, as many frames of 25 a second. */
static guint64 clock_of(const GstBiqaRecord *record)
{
    return GST_CLOCK_TIME_IS_VALID(record->running_time) ? record->running_time
                                                         : record->frame * (GST_SECOND / 25);
}

/* Seconds into the source. */
static double time_of(const GstBiqaRecord *record)
{
    const GstClockTime time =
        GST_CLOCK_TIME_IS_VALID(record->stream_time) ? record->stream_time : record->timestamp;

    return GST_CLOCK_TIME_IS_VALID(time) ? (double)time / GST_SECOND : NAN;
}

/* -- life ------------------------------------------------------------------------------------ */

/* On the harvest's thread. */
static void warn(gpointer data, BiqaHarvestFate fate, const GError *error)
{
    g_autoptr(GstElement) element = gst_pad_get_parent_element(data);

    gst_biqa_warning_post(element,
                          fate == BIQA_HARVEST_FULL ? GST_BIQA_ERROR_HARVEST_FULL
                                                    : GST_BIQA_ERROR_HARVEST_LOST,
                          error);
}

GstBiqaHarvest *gst_biqa_harvest_open(const GstBiqaHarvestSetup *setup, GstPad *sink,
                                      GError **error)
{
    const BiqaHarvestParams params = {
        .folder = setup->folder,
        .interval = setup->interval,
        .max_files = setup->max_files,
        .max_bytes = setup->max_bytes,
        .trouble = warn,
        .data = sink,
    };
    BiqaHarvest *harvest = biqa_harvest_open(&params, error);
    GstBiqaHarvest *self;

    if (!harvest)
        return NULL;
    self = g_new0(GstBiqaHarvest, 1);
    self->harvest = harvest;
    self->sink = sink;
    return self;
}

void gst_biqa_harvest_close(GstBiqaHarvest *self)
{
    if (self)
        biqa_harvest_close(self->harvest);
}

void gst_biqa_harvest_free(GstBiqaHarvest *self)
{
    if (!self)
        return;
    biqa_harvest_free(self->harvest);
    g_free(self->source);
    g_free(self);
}

/* Whether a frame is one to be kept. */
static gboolean concerns(const GstBiqaHarvest *self, const GstBiqaRecord *record)
{
    return self && record->origin == GST_BIQA_INFERRED && record->verdict.hard;
}

gboolean gst_biqa_harvest_expects(const GstBiqaHarvest *self, const GstBiqaRecord *record)
{
    return concerns(self, record) && biqa_harvest_expects(self->harvest, clock_of(record));
}

void gst_biqa_harvest_offer(GstBiqaHarvest *self, const BiqaFrame *frame,
                            const GstBiqaRecord *record)
{
    if (!concerns(self, record))
        return;
    if (!self->source)
        self->source = ask_source(self->sink);
    biqa_harvest_offer(self->harvest, frame,
                       &(BiqaHarvestNote){
                           .source = self->source,
                           .clock = clock_of(record),
                           .time = time_of(record),
                           .verdict = &record->verdict,
                       });
}

void gst_biqa_harvest_new_stream(GstBiqaHarvest *self)
{
    if (self)
        g_clear_pointer(&self->source, g_free);
}

void gst_biqa_harvest_drain(GstBiqaHarvest *self)
{
    if (self)
        biqa_harvest_drain(self->harvest);
}

void gst_biqa_harvest_fill(GstBiqaHarvest *self, GstStructure *structure)
{
    BiqaHarvestCounts counts;

    if (!self)
        return;
    counts = biqa_harvest_counts(self->harvest);
    for (guint i = 0; i < BIQA_HARVEST_N_FATES; i++) {
        g_autofree char *name = g_strconcat("hard-frames-", biqa_harvest_fate_name(i), NULL);

        gst_structure_set(structure, name, G_TYPE_UINT64, counts.frames[i], NULL);
    }
}
