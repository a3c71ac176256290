/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a report is made of. */
#include "entry.h"

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
