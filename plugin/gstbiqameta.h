/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two ways in which a frame's record travels: metadata on the buffer, and an element message on
 * the bus. Both hold a structure with the fields of gstbiqarecord.h and, in front, element: the
 * name of the element that says it, by which the records of several on one buffer are told apart.
 *
 * The metadata is a GstCustomMeta, which every language binding reads with
 * gst_buffer_get_custom_meta (buffer, "GstBiqaMeta"). */
#pragma once

#include "gstbiqarecord.h"

#define GST_BIQA_META_NAME "GstBiqaMeta"
#define GST_BIQA_MESSAGE_NAME "biqa"

/* Makes the name known to GStreamer; may be called any number of times. */
void gst_biqa_meta_register(void);

/* Attaches source's record to a writable buffer, behind those of elements upstream. */
void gst_biqa_meta_add(GstBuffer *buffer, GstObject *source, const GstBiqaRecord *record);

/* (transfer full) */
GstMessage *gst_biqa_message_new(GstObject *source, const GstBiqaRecord *record);
