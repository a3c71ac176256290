/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a report is written: a table of formats, a row each. A format turns entries into text, one
 * after the other, and remembers no more of them than it must. Pure: no files, no threads. */
#pragma once

#include "entry.h"

typedef enum {
    GST_BIQA_FORMAT_JSONL,
    GST_BIQA_FORMAT_CSV,
    GST_BIQA_FORMAT_JSON,
    GST_BIQA_FORMAT_SRT,
    GST_BIQA_N_FORMATS
} GstBiqaFormatKind;

#define GST_BIQA_REPORT_SCHEMA                                                                     \
    1 /* raised when a key goes or changes its meaning, not for new ones */

typedef struct GstBiqaFormat GstBiqaFormat;
typedef void (*GstBiqaFormatAdd)(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text);

typedef struct {
    const char *name;                                  /* "jsonl" */
    GstBiqaFormatAdd add[GST_BIQA_N_ENTRIES];          /* NULL: not told in this format */
    void (*end)(GstBiqaFormat *format, GString *text); /* NULL: nothing is left to say */
    gsize size; /* of what it remembers, zeroed; 0: nothing */
} GstBiqaFormatClass;

struct GstBiqaFormat {
    const GstBiqaFormatClass *klass;
    guint64 headers, frames; /* entries that are in the report, for separators */
    gpointer memory;
};

extern const GstBiqaFormatClass gst_biqa_format_jsonl, gst_biqa_format_csv, gst_biqa_format_json,
    gst_biqa_format_srt;

void gst_biqa_format_init(GstBiqaFormat *format, GstBiqaFormatKind kind);
void gst_biqa_format_clear(GstBiqaFormat *format);

/* Appends the text of an entry, if it has any: whole lines. */
void gst_biqa_format_add(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text);

/* To be called when that text, if there was any, is in the report. If it was lost, the next takes
 * its place. */
void gst_biqa_format_confirm(GstBiqaFormat *format, const GstBiqaEntry *entry);

/* Appends what stands at the end. */
void gst_biqa_format_end(GstBiqaFormat *format, GString *text);
