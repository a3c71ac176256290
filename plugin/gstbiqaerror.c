/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element's failures as its user reads them. */
#include "gstbiqaerror.h"
#include "error.h"

static const struct {
    GstResourceError code;
    const char *advice;
} errors[GST_BIQA_N_ERRORS] = {
    [GST_BIQA_ERROR_MODEL] =
        {
            GST_RESOURCE_ERROR_READ,
            "The model file cannot be used. Set the property \"model\" to a model written by "
            "biqa-train, or unset it to use the one that ships.",
        },
    [GST_BIQA_ERROR_NO_MODEL] =
        {
            GST_RESOURCE_ERROR_NOT_FOUND,
            "There is no model. Install the one that ships, set BIQA_MODEL_PATH to its folder, or "
            "set the property \"model\" to a model's file.",
        },
    [GST_BIQA_ERROR_DEVICE] =
        {
            GST_RESOURCE_ERROR_NOT_FOUND,
            "No usable Vulkan device. Install a driver (Debian's mesa-vulkan-drivers has one for "
            "any CPU), see with vulkaninfo what there is, and check the property \"device\".",
        },
    [GST_BIQA_ERROR_DEVICE_LOST] =
        {
            GST_RESOURCE_ERROR_FAILED,
            "The Vulkan device was lost and has been opened again; the stream goes on. If that "
            "happens often, look after the device, its driver and its cooling.",
        },
    [GST_BIQA_ERROR_IMAGES] =
        {
            GST_RESOURCE_ERROR_SETTINGS,
            "Frames in Vulkan images need another backend. Set backend=vulkan, or put "
            "vulkandownload before biqafilter.",
        },
    [GST_BIQA_ERROR_RUN] =
        {
            GST_RESOURCE_ERROR_FAILED,
            "The device failed while scoring a frame. Restart the pipeline, or choose another with "
            "the property \"device\", or \"backend\".",
        },
    [GST_BIQA_ERROR_MODEL_SIZE] =
        {
            GST_RESOURCE_ERROR_NOT_FOUND,
            "The model is too large for the device. Choose another device with the property "
            "\"device\", set backend=cpu, or set the property \"model\" to a smaller one.",
        },
    [GST_BIQA_ERROR_PLANES] =
        {
            GST_RESOURCE_ERROR_SETTINGS,
            "The Vulkan images of a frame cannot be read. Put vulkandownload before biqafilter.",
        },
    [GST_BIQA_ERROR_NO_SCORE] =
        {
            GST_RESOURCE_ERROR_READ,
            "The model has no score for a frame. Set the property \"model\" to another, or unset "
            "it to use the one that ships.",
        },
    [GST_BIQA_ERROR_FRAME_SIZE] =
        {
            GST_RESOURCE_ERROR_SETTINGS,
            "The device cannot take frames of this size. Scale them down (videoscale) or choose "
            "another device with the property \"device\".",
        },
    [GST_BIQA_ERROR_HARVEST] =
        {
            GST_RESOURCE_ERROR_OPEN_WRITE,
            "Hard frames cannot be kept. Set the property \"hard-frames\" to a folder that can be "
            "written, or unset it.",
        },
    [GST_BIQA_ERROR_HARVEST_LOST] =
        {
            GST_RESOURCE_ERROR_WRITE,
            "A hard frame could not be kept. The stream goes on, later ones are tried, and the "
            "property \"stats\" counts those lost; make room on the disk.",
        },
    [GST_BIQA_ERROR_HARVEST_FULL] =
        {
            GST_RESOURCE_ERROR_NO_SPACE_LEFT,
            "No more hard frames are kept: their folder holds all it may. The stream goes on. Move "
            "them away and start again, or raise \"hard-frames-max-files\" or "
            "\"hard-frames-max-bytes\".",
        },
    [GST_BIQA_ERROR_REPORT] =
        {
            GST_RESOURCE_ERROR_OPEN_WRITE,
            "The report cannot be opened. Set the property \"report\" to a file in a folder that "
            "can be written, to \"-\" or to \"fd:N\".",
        },
    [GST_BIQA_ERROR_REPORT_WRITE] =
        {
            GST_RESOURCE_ERROR_WRITE,
            "Some of the report is lost; how much, records-lost in the property \"stats\" says. "
            "The stream goes on. Is the disk full?",
        },
    [GST_BIQA_ERROR_REPORT_READER] =
        {
            GST_RESOURCE_ERROR_WRITE,
            "Nobody reads the report any more, so it ends here. The stream goes on.",
        },
};

GstBiqaError gst_biqa_error_of_open(const GError *error)
{
    return g_error_matches(error, BIQA_ERROR, BIQA_ERROR_SIZE) ? GST_BIQA_ERROR_MODEL_SIZE
                                                               : GST_BIQA_ERROR_DEVICE;
}

GstBiqaError gst_biqa_error_of_run(const GError *error)
{
    if (g_error_matches(error, BIQA_ERROR, BIQA_ERROR_SIZE))
        return GST_BIQA_ERROR_FRAME_SIZE;
    if (g_error_matches(error, BIQA_ERROR, BIQA_ERROR_SUPPORT))
        return GST_BIQA_ERROR_PLANES;
    if (g_error_matches(error, BIQA_ERROR, BIQA_ERROR_VALUE))
        return GST_BIQA_ERROR_NO_SCORE;
    return GST_BIQA_ERROR_RUN;
}

static void post(GstElement *element, GstMessageType type, GstBiqaError which, const GError *error)
{
    gst_element_message_full(
        element, type, GST_RESOURCE_ERROR, errors[which].code,
        g_strdup_printf("%s (%s)", errors[which].advice, error->message),
        g_strdup_printf("%s %d: %s", g_quark_to_string(error->domain), error->code, error->message),
        __FILE__, GST_FUNCTION, __LINE__);
}

void gst_biqa_error_post(GstElement *element, GstBiqaError which, const GError *error)
{
    post(element, GST_MESSAGE_ERROR, which, error);
}

void gst_biqa_warning_post(GstElement *element, GstBiqaError which, const GError *error)
{
    post(element, GST_MESSAGE_WARNING, which, error);
}
