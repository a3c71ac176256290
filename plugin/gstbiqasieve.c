/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names the domain of frames. */
#include "gstbiqasieve.h"

void gst_biqa_sieve_reset(GstBiqaSieve *sieve)
{
    sieve->domain = sieve->hdr ? BIQA_DOMAIN_HDR : BIQA_DOMAIN_PICTURE;
    biqa_freeze_init(&sieve->freeze);
}

void gst_biqa_sieve_set_caps(GstBiqaSieve *sieve, const GstVideoInfo *info)
{
    const GstVideoTransferFunction transfer = GST_VIDEO_INFO_COLORIMETRY(info).transfer;

    sieve->hdr =
        transfer == GST_VIDEO_TRANSFER_SMPTE2084 || transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67;
    gst_biqa_sieve_reset(sieve);
}

void gst_biqa_sieve_look(GstBiqaSieve *sieve, const GstBiqaMesh *mesh, const BiqaFrame *frame,
                         GstClockTime running_time)
{
    BiqaGlance glance;
    BiqaGlanceFigures figures;
    guint64 still = 0;

    sieve->cut = FALSE;
    if (sieve->hdr)
        return; /* the thresholds are of SDR, too */
    biqa_glance_take(&glance, frame);
    biqa_glance_figures(&glance, &figures);
    sieve->cut = sieve->freeze.begun && biqa_glance_is_cut(&glance, &sieve->freeze.anchor);
    if (GST_CLOCK_TIME_IS_VALID(running_time))
        still = biqa_freeze_update(&sieve->freeze, &glance, running_time);
    sieve->domain = biqa_glance_domain(&figures);
    if (sieve->domain == BIQA_DOMAIN_PICTURE && still > 0 && still >= mesh->freeze_time)
        sieve->domain = BIQA_DOMAIN_FROZEN;
}

gboolean gst_biqa_sieve_passes(const GstBiqaSieve *sieve, const GstBiqaMesh *mesh)
{
    if (sieve->domain == BIQA_DOMAIN_HDR)
        return FALSE;
    return mesh->any_domain || sieve->domain == BIQA_DOMAIN_PICTURE;
}

GstBiqaOrigin gst_biqa_sieve_origin(const GstBiqaSieve *sieve, const GstBiqaMesh *mesh)
{
    /* A frozen picture was scored while it was not frozen yet. */
    if (sieve->domain == BIQA_DOMAIN_FROZEN || gst_biqa_sieve_passes(sieve, mesh))
        return GST_BIQA_HELD;
    return GST_BIQA_SKIPPED;
}
