/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a report is written. */
#include "format.h"

static const GstBiqaFormatClass *const classes[GST_BIQA_N_FORMATS] = {
    [GST_BIQA_FORMAT_JSONL] = &gst_biqa_format_jsonl,
    [GST_BIQA_FORMAT_CSV] = &gst_biqa_format_csv,
    [GST_BIQA_FORMAT_JSON] = &gst_biqa_format_json,
    [GST_BIQA_FORMAT_SRT] = &gst_biqa_format_srt,
};

void gst_biqa_format_init(GstBiqaFormat *format, GstBiqaFormatKind kind)
{
    g_return_if_fail(kind < GST_BIQA_N_FORMATS);
    *format = (GstBiqaFormat){.klass = classes[kind], .memory = g_malloc0(classes[kind]->size)};
}

void gst_biqa_format_clear(GstBiqaFormat *format)
{
    g_clear_pointer(&format->memory, g_free);
}

void gst_biqa_format_add(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    if (format->klass->add[entry->kind])
        format->klass->add[entry->kind](format, entry, text);
}

void gst_biqa_format_confirm(GstBiqaFormat *format, const GstBiqaEntry *entry)
{
    format->headers += entry->kind == GST_BIQA_ENTRY_HEADER;
    format->frames += entry->kind == GST_BIQA_ENTRY_FRAME;
}

void gst_biqa_format_end(GstBiqaFormat *format, GString *text)
{
    if (format->klass->end)
        format->klass->end(format, text);
}
