/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* glance-census PICTURE...: counts the domains that biqa/glance.c puts pictures in: as they are,
 * with black bars above and below, and at an eighth of their brightness; and what it takes for
 * cuts: pictures after one another, and a picture after itself panned by a share of its width. For
 * docs/element.md; not a test. */
#include "glance.h"
#include "image.h"
#include <gst/gst.h>
#include <string.h>

typedef enum { AS_IT_IS, LETTERBOXED, DARK, N_LOOKS } Look;

static const char *const names[N_LOOKS] = {"as it is", "letterboxed", "dark"};

static void change(TrainImage *image, Look look)
{
    const gsize size = 3 * (gsize)image->width * image->height;
    const gsize bar = 3 * (gsize)image->width * (image->height / 8);

    if (look == LETTERBOXED) {
        memset(image->rgb, 0, bar);
        memset(image->rgb + size - bar, 0, bar);
    } else if (look == DARK) {
        for (gsize i = 0; i < size; i++)
            image->rgb[i] /= 8;
    }
}

static BiqaDomain look_at(const TrainImage *image, const char *path, Look look)
{
    g_autoptr(TrainImage) copy = train_image_copy(image);
    BiqaFrameFormat format;
    BiqaFrame frame = train_image_frame(copy, &format);
    BiqaGlance glance;
    BiqaGlanceFigures f;

    change(copy, look);
    biqa_glance_take(&glance, &frame);
    biqa_glance_figures(&glance, &f);
    if (biqa_glance_domain(&f) != BIQA_DOMAIN_PICTURE)
        g_print("%s, %s: %s; mean %.1f deviation %.1f even %.3f bars %.3f (%u) tones %.3f minor "
                "%.3f flips %.3f\n",
                path, names[look], biqa_domain_name(biqa_glance_domain(&f)), f.mean, f.deviation,
                f.even, f.bars, f.n_bars, f.tones, f.minor, f.flips);
    return biqa_glance_domain(&f);
}

/* A glance at a picture but for a sixteenth of its width, on the left or on the right. */
static void glance_beside(const TrainImage *image, gboolean left, BiqaGlance *glance)
{
    BiqaFrameFormat format;
    BiqaFrame frame = train_image_frame(image, &format);

    if (left)
        frame.planes[0] += 3 * (gsize)(image->width / 16);
    format.width -= image->width / 16;
    biqa_glance_take(glance, &frame);
}

static gboolean is_cut_by_pan(const TrainImage *image)
{
    BiqaGlance one, other;

    glance_beside(image, FALSE, &one);
    glance_beside(image, TRUE, &other);
    return biqa_glance_is_cut(&one, &other);
}

static gboolean is_cut_from(const TrainImage *image, BiqaGlance *before)
{
    BiqaFrameFormat format;
    BiqaFrame frame = train_image_frame(image, &format);
    BiqaGlance glance;
    gboolean cut;

    biqa_glance_take(&glance, &frame);
    cut = biqa_glance_is_cut(before, &glance);
    *before = glance;
    return cut;
}

int main(int argc, char **argv)
{
    guint counts[N_LOOKS][BIQA_N_DOMAINS] = {0}, cuts = 0, pans = 0;
    BiqaGlance before = {0};

    gst_init(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(TrainImage) image = train_image_load(argv[i], &error);

        if (!image) {
            g_printerr("%s\n", error->message);
            return 1;
        }
        cuts += is_cut_from(image, &before) && i > 1;
        pans += is_cut_by_pan(image);
        for (Look look = 0; look < N_LOOKS; look++)
            counts[look][look_at(image, argv[i], look)]++;
    }
    for (Look look = 0; look < N_LOOKS; look++) {
        g_print("%s:", names[look]);
        for (guint i = 0; i < BIQA_N_DOMAINS; i++)
            if (counts[look][i] > 0)
                g_print(" %s %u", biqa_domain_name(i), counts[look][i]);
        g_print("\n");
    }
    g_print("cut from the one before: %u of %d\ncut from itself panned by a sixteenth: %u of %d\n",
            cuts, argc - 2, pans, argc - 1);
    return 0;
}
