/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame's record as metadata and as a message. */
#include "gstbiqameta.h"

static gpointer register_once(gpointer unused)
{
    /* No tags: the verdict is of the frame as it was seen, whatever happens to the pixels later, so
     * converters and scalers may carry it along. GStreamer 1.22 wants the array all the same. */
    static const gchar *tags[] = {NULL};

    return (gpointer)gst_meta_register_custom(GST_BIQA_META_NAME, tags, NULL, NULL, NULL);
}

void gst_biqa_meta_register(void)
{
    static GOnce once = G_ONCE_INIT;

    g_once(&once, register_once, NULL);
}

static void fill(GstObject *source, const GstBiqaRecord *record, GstStructure *structure)
{
    GValue name = G_VALUE_INIT;

    g_value_init(&name, G_TYPE_STRING);
    g_value_take_string(&name, gst_object_get_name(source));
    gst_structure_take_value(structure, "element", &name);
    gst_biqa_record_fill(record, structure);
}

void gst_biqa_meta_add(GstBuffer *buffer, GstObject *source, const GstBiqaRecord *record)
{
    GstCustomMeta *meta = gst_buffer_add_custom_meta(buffer, GST_BIQA_META_NAME);

    fill(source, record, gst_custom_meta_get_structure(meta));
}

GstMessage *gst_biqa_message_new(GstObject *source, const GstBiqaRecord *record)
{
    GstStructure *structure = gst_structure_new_empty(GST_BIQA_MESSAGE_NAME);

    fill(source, record, structure);
    return gst_message_new_element(source, structure);
}
