/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing, shrinking and encoding thumbnails. */
#include "gallery.h"

#include "recorder.h"
#include <math.h>
#include <stdlib.h>

#define WIDTH 256 /* at most, pixels */
#define HEIGHT 192
#define BLOCK 16 /* pixels of a block of JPEG with chroma at half the size */
#define APART (2 * GST_SECOND)

/* Candidates are the worst frames of stretches as long as APART. Of those one that is chosen rules
 * out two at most, its neighbours, so three times as many are enough to choose from. */
#define CANDIDATES (3 * AUDIT_THUMBNAILS_MAX / N_KINDS)
#define ENCODE_TIMEOUT (10 * GST_SECOND)

typedef enum { WORST, HARD, N_KINDS } Kind;

typedef struct {
    AuditFrame frame;
    double badness; /* of frames of a kind the highest are kept */
    GstSample *small;
} Picture;

struct AuditGallery {
    guint n; /* of each kind, at the end */
    guint kept[N_KINDS];
    Picture pictures[N_KINDS][CANDIDATES];

    GstVideoConverter *converter; /* from info to small */
    GstVideoInfo info, small;
};

AuditGallery *audit_gallery_new(guint n)
{
    AuditGallery *gallery = g_new0(AuditGallery, 1);

    gallery->n = MIN(n, AUDIT_THUMBNAILS_MAX / N_KINDS);
    return gallery;
}

static void drop(AuditGallery *gallery, Kind kind, guint i)
{
    gst_sample_unref(gallery->pictures[kind][i].small);
    gallery->pictures[kind][i] = gallery->pictures[kind][--gallery->kept[kind]];
}

void audit_gallery_free(AuditGallery *gallery)
{
    for (guint kind = 0; kind < N_KINDS; kind++) {
        while (gallery->kept[kind])
            drop(gallery, kind, 0);
    }
    if (gallery->converter)
        gst_video_converter_free(gallery->converter);
    g_free(gallery);
}

/* -- shrinking ----------------------------------------------------------------------------- */

static guint whole_blocks(double length)
{
    return (guint)fmax(BLOCK, BLOCK * round(length / BLOCK));
}

/* Fits the picture, as it is to be shown, into WIDTH x HEIGHT, in whole blocks of JPEG: what
 * jpegenc fills up the others with is left to chance, and the same file is to give the same bytes.
 * That stretches some pictures by a few lines; 16:9 and 4:3 stay as they are. */
static void choose_size(const GstVideoInfo *info, guint *width, guint *height)
{
    const double shown = (double)info->width * info->par_n / info->par_d,
                 scale = fmin(1, fmin(WIDTH / shown, (double)HEIGHT / info->height));

    *width = whole_blocks(shown * scale);
    *height = whole_blocks(info->height * scale);
}

static void prepare(AuditGallery *gallery, const GstVideoInfo *info)
{
    guint width, height;

    if (gallery->converter && gst_video_info_is_equal(info, &gallery->info))
        return;
    g_clear_pointer(&gallery->converter, gst_video_converter_free);
    choose_size(info, &width, &height);
    gallery->info = *info;
    gst_video_info_set_format(&gallery->small, GST_VIDEO_FORMAT_I420, width, height);
    gallery->small.fps_n = info->fps_n; /* the converter wants both the same */
    gallery->small.fps_d = info->fps_d;
    gallery->small.interlace_mode = info->interlace_mode;
    gallery->small.colorimetry.range = GST_VIDEO_COLOR_RANGE_0_255; /* as JPEG has it */
    gallery->small.colorimetry.matrix = GST_VIDEO_COLOR_MATRIX_BT601;
    gallery->converter = gst_video_converter_new(&gallery->info, &gallery->small, NULL);
}

/* A small copy (transfer full); NULL if the frame cannot be read or converted. */
static GstSample *shrink(AuditGallery *gallery, const GstVideoInfo *info, GstBuffer *buffer)
{
    GstVideoFrame from, to;
    g_autoptr(GstBuffer) small = NULL;
    g_autoptr(GstCaps) caps = NULL;

    prepare(gallery, info);
    if (!gallery->converter || !gst_video_frame_map(&from, &gallery->info, buffer, GST_MAP_READ))
        return NULL;
    small = gst_buffer_new_allocate(NULL, gallery->small.size, NULL);
    if (!gst_video_frame_map(&to, &gallery->small, small, GST_MAP_WRITE)) {
        gst_video_frame_unmap(&from);
        return NULL;
    }
    gst_video_converter_frame(gallery->converter, &from, &to);
    gst_video_frame_unmap(&to);
    gst_video_frame_unmap(&from);
    caps = gst_video_info_to_caps(&gallery->small);
    return gst_sample_new(small, caps, NULL, NULL);
}

/* -- choosing ------------------------------------------------------------------------------ */

static guint64 stretch_of(const BiqaMoment *when)
{
    return audit_moment_time(when) / APART;
}

/* Makes room for a frame if it is worse than the one kept of its stretch or, where none is, than
 * the mildest of all. */
static gboolean make_room(AuditGallery *gallery, Kind kind, const BiqaMoment *when, double badness)
{
    Picture *pictures = gallery->pictures[kind];
    guint mildest = 0;

    for (guint i = 0; i < gallery->kept[kind]; i++) {
        if (stretch_of(&pictures[i].frame.when) == stretch_of(when)) {
            if (pictures[i].badness >= badness)
                return FALSE;
            drop(gallery, kind, i);
            return TRUE;
        }
        if (pictures[i].badness < pictures[mildest].badness)
            mildest = i;
    }
    if (gallery->kept[kind] < 3 * gallery->n)
        return TRUE;
    if (gallery->n == 0 || pictures[mildest].badness >= badness)
        return FALSE;
    drop(gallery, kind, mildest);
    return TRUE;
}

static double badness_of(const AuditFrame *frame, Kind kind)
{
    if (kind == WORST)
        return -frame->verdict.score;
    return isnan(frame->verdict.uncertainty) ? frame->verdict.disagreement
                                             : frame->verdict.uncertainty;
}

void audit_gallery_offer(AuditGallery *gallery, const AuditFrame *frame, const GstVideoInfo *info,
                         GstBuffer *buffer)
{
    for (guint kind = 0; kind < N_KINDS; kind++) {
        const double badness = badness_of(frame, kind);
        GstSample *small;

        if (kind == HARD && !frame->verdict.hard)
            continue;
        if (!make_room(gallery, kind, &frame->when, badness))
            continue;
        small = shrink(gallery, info, buffer);
        if (small)
            gallery->pictures[kind][gallery->kept[kind]++] = (Picture){*frame, badness, small};
    }
}

/* -- encoding ------------------------------------------------------------------------------ */

static char *encode(GstSample *small)
{
    g_autoptr(GstCaps) caps = gst_caps_new_empty_simple("image/jpeg");
    g_autoptr(GstSample) sample = gst_video_convert_sample(small, caps, ENCODE_TIMEOUT, NULL);
    GstMapInfo map;
    char *text;

    if (!sample || !gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ))
        return NULL;
    text = g_base64_encode(map.data, map.size);
    gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    return text;
}

static int compare_badness(const void *a, const void *b)
{
    const Picture *first = a, *second = b;

    if (first->badness != second->badness)
        return first->badness < second->badness ? 1 : -1;
    return first->frame.when.frame < second->frame.when.frame ? -1 : 1;
}

static gboolean is_near(const BiqaMoment *a, const BiqaMoment *b)
{
    const guint64 first = audit_moment_time(a), second = audit_moment_time(b);

    return (first > second ? first - second : second - first) < APART;
}

/* Leaves the worst n of a kind, each at some distance from those before it. */
static void choose(AuditGallery *gallery, Kind kind)
{
    Picture *pictures = gallery->pictures[kind];
    guint chosen = 0;

    qsort(pictures, gallery->kept[kind], sizeof pictures[0], compare_badness);
    for (guint i = 0; i < gallery->kept[kind]; i++) {
        gboolean fits = chosen < gallery->n;

        for (guint c = 0; c < chosen && fits; c++)
            fits = !is_near(&pictures[i].frame.when, &pictures[c].frame.when);
        if (fits)
            pictures[chosen++] = pictures[i];
        else
            gst_sample_unref(pictures[i].small);
    }
    gallery->kept[kind] = chosen;
}

static gboolean is_kept(const AuditGallery *gallery, Kind kind, guint64 frame)
{
    for (guint i = 0; i < gallery->kept[kind]; i++) {
        if (gallery->pictures[kind][i].frame.when.frame == frame)
            return TRUE;
    }
    return FALSE;
}

static int compare(const void *a, const void *b)
{
    const AuditThumbnail *first = a, *second = b;

    return (first->frame > second->frame) - (first->frame < second->frame);
}

void audit_gallery_finish(AuditGallery *gallery, AuditResult *result)
{
    for (guint kind = 0; kind < N_KINDS; kind++) {
        choose(gallery, kind);
        for (guint i = 0; i < gallery->kept[kind]; i++) {
            const Picture *picture = &gallery->pictures[kind][i];
            const AuditFrame *frame = &picture->frame;
            char *jpeg;

            if (kind == HARD && is_kept(gallery, WORST, frame->when.frame))
                continue;
            jpeg = encode(picture->small);
            if (!jpeg)
                continue;
            result->thumbnails[result->n_thumbnails++] = (AuditThumbnail){
                .frame = frame->when.frame,
                .time = audit_moment_time(&frame->when),
                .score = frame->verdict.score,
                .uncertainty = frame->verdict.uncertainty,
                .hard = kind == HARD,
                .jpeg = jpeg,
            };
        }
    }
    qsort(result->thumbnails, result->n_thumbnails, sizeof result->thumbnails[0], compare);
}
