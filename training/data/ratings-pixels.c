/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PSNR against ratings. */
#include "ratings-pixels.h"

#include "annotate.h"
#include "metrics.h"

/* *known: whether there is a reference of the image's size, another file than the image. */
static gboolean measure(const TrainRatings *ratings, guint i, gboolean *known, double *psnr,
                        GError **error)
{
    g_autofree char *path = train_ratings_reference(ratings, i);
    *known = FALSE;
    if (!path || g_str_equal(path, ratings->paths[i]))
        return TRUE;
    g_autoptr(TrainImage) reference = train_image_load(path, error);
    g_autoptr(TrainImage) image = reference ? train_image_load(ratings->paths[i], error) : NULL;
    if (!image)
        return FALSE;
    *known = image->width == reference->width && image->height == reference->height;
    if (*known)
        *psnr = train_annotate_psnr(reference, image);
    return TRUE;
}

gboolean train_ratings_check_pixels(const TrainRatings *ratings, guint most, guint *n, double *srcc,
                                    GError **error)
{
    const guint count = MIN(most, ratings->n);
    g_autofree double *psnr = g_new(double, count);
    g_autofree double *scores = g_new(double, count);
    *n = 0;
    *srcc = 0;
    for (guint k = 0; k < count; k++) {
        const guint i = (guint)((guint64)k * ratings->n / count);
        gboolean known;
        if (!measure(ratings, i, &known, &psnr[*n], error))
            return FALSE;
        scores[*n] = ratings->scores[i];
        *n += known;
    }
    if (*n < 2)
        return TRUE;
    *srcc = train_srcc(psnr, scores, *n);
    if (*n < TRAIN_PIXELS_LEAST || *srcc >= TRAIN_PIXELS_WORST)
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE,
                "ratings \"%s\": of %u images the scores fall as PSNR to the reference rises "
                "(SRCC %.2f): is the direction turned round?",
                ratings->list, *n, *srcc);
    return FALSE;
}
