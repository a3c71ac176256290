/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What GStreamer says about a format, turned into offsets and one matrix. */
#include "gstframe.h"
#include "error.h"

static const GstVideoFormat formats[] = {
    GST_VIDEO_FORMAT_NV12,      GST_VIDEO_FORMAT_I420,  GST_VIDEO_FORMAT_YV12,
    GST_VIDEO_FORMAT_Y42B,      GST_VIDEO_FORMAT_Y444,  GST_VIDEO_FORMAT_YUY2,
    GST_VIDEO_FORMAT_UYVY,      GST_VIDEO_FORMAT_GRAY8, GST_VIDEO_FORMAT_RGB,
    GST_VIDEO_FORMAT_BGR,       GST_VIDEO_FORMAT_RGBA,  GST_VIDEO_FORMAT_BGRA,
    GST_VIDEO_FORMAT_RGBx,      GST_VIDEO_FORMAT_BGRx,  GST_VIDEO_FORMAT_P010_10LE,
    GST_VIDEO_FORMAT_I420_10LE,
};

static gboolean is_supported(GstVideoFormat format)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (formats[i] == format)
            return TRUE;
    }
    return FALSE;
}

static void fill_components(const GstVideoInfo *info, BiqaFrameFormat *format)
{
    const GstVideoFormatInfo *finfo = info->finfo;
    for (guint i = 0; i < 3; i++) {
        /* GRAY8 has the one component, named three times. */
        guint c = i < GST_VIDEO_FORMAT_INFO_N_COMPONENTS(finfo) ? i : 0;
        guint plane = GST_VIDEO_FORMAT_INFO_PLANE(finfo, c);
        /* GStreamer 1.22 counts the offset of P010's Cr in samples instead of bytes. */
        guint offset = GST_VIDEO_FORMAT_INFO_POFFSET(finfo, c);
        format->components[i] = (BiqaComponent){
            .plane = plane,
            .offset = offset % format->bytes == 0 ? offset : offset * format->bytes,
            .step = GST_VIDEO_FORMAT_INFO_PSTRIDE(finfo, c),
            .shift_x = GST_VIDEO_FORMAT_INFO_W_SUB(finfo, c),
            .shift_y = GST_VIDEO_FORMAT_INFO_H_SUB(finfo, c),
        };
        format->plane_height[plane] = GST_VIDEO_INFO_COMP_HEIGHT(info, c);
    }
}

/* Y, Cb, Cr (Y in 0..1, chroma in -.5..+.5) to R, G, B in 0..1. Unknown matrices are guessed from
 * the height, as GStreamer does. */
static void fill_yuv_rows(const GstVideoInfo *info, double rows[3][3])
{
    double kr, kb;
    GstVideoColorMatrix matrix = GST_VIDEO_INFO_COLORIMETRY(info).matrix;
    if (!gst_video_color_matrix_get_Kr_Kb(matrix, &kr, &kb)) {
        matrix = GST_VIDEO_INFO_HEIGHT(info) > 576 ? GST_VIDEO_COLOR_MATRIX_BT709
                                                   : GST_VIDEO_COLOR_MATRIX_BT601;
        gst_video_color_matrix_get_Kr_Kb(matrix, &kr, &kb);
    }
    double kg = 1 - kr - kb;
    const double yuv[3][3] = {
        {1, 0, 2 * (1 - kr)},
        {1, -2 * kb * (1 - kb) / kg, -2 * kr * (1 - kr) / kg},
        {1, 2 * (1 - kb), 0},
    };
    memcpy(rows, yuv, sizeof yuv);
}

static void fill_matrix(const GstVideoInfo *info, BiqaFrameFormat *format)
{
    double rows[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    gboolean gray = GST_VIDEO_INFO_IS_GRAY(info), yuv = GST_VIDEO_INFO_IS_YUV(info);
    if (yuv)
        fill_yuv_rows(info, rows);

    GstVideoColorRange range = GST_VIDEO_INFO_COLORIMETRY(info).range;
    if (range == GST_VIDEO_COLOR_RANGE_UNKNOWN)
        range = yuv || gray ? GST_VIDEO_COLOR_RANGE_16_235 : GST_VIDEO_COLOR_RANGE_0_255;
    gint offset[GST_VIDEO_MAX_COMPONENTS], scale[GST_VIDEO_MAX_COMPONENTS];
    gst_video_color_range_offsets(range, info->finfo, offset, scale);

    for (guint i = 0; i < 3; i++) {
        double constant = 0;
        for (guint j = 0; j < 3; j++) {
            guint c = gray ? 0 : j;
            double factor = 255.0 * rows[i][j] / scale[c];
            format->matrix[i][j] = (float)factor;
            constant -= factor * offset[c];
        }
        format->matrix[i][3] = (float)constant;
    }
}

gboolean biqa_gst_frame_format(const GstVideoInfo *info, BiqaFrameFormat *format, GError **error)
{
    if (!is_supported(GST_VIDEO_INFO_FORMAT(info))) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "video format %s is not supported; convert to one of " BIQA_GST_FORMATS
                    " with videoconvert",
                    GST_VIDEO_INFO_NAME(info));
        return FALSE;
    }
    *format = (BiqaFrameFormat){
        .width = GST_VIDEO_INFO_WIDTH(info),
        .height = GST_VIDEO_INFO_HEIGHT(info),
        .n_planes = GST_VIDEO_INFO_N_PLANES(info),
        .bytes = GST_VIDEO_FORMAT_INFO_DEPTH(info->finfo, 0) > 8 ? 2 : 1,
        .shift = GST_VIDEO_FORMAT_INFO_SHIFT(info->finfo, 0),
    };
    fill_components(info, format);
    fill_matrix(info, format);
    return TRUE;
}

BiqaFrame biqa_gst_frame(const GstVideoFrame *video, const BiqaFrameFormat *format)
{
    BiqaFrame frame = {.format = format};
    for (guint i = 0; i < format->n_planes; i++) {
        frame.planes[i] = GST_VIDEO_FRAME_PLANE_DATA(video, i);
        frame.strides[i] = (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(video, i);
    }
    return frame;
}
