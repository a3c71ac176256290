/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every distortion at every level: sizes, repeatability, order of the levels; and those with a
 * formula against it. */
#include "distort-support.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

/* Texture of several scales and colours. */
static TrainImage *textured(guint width, guint height)
{
    TrainImage *image = train_image_new(width, height);
    GRand *rand = g_rand_new_with_seed(7);
    guint8 *out = image->rgb;
    for (guint y = 0; y < height; y++) {
        for (guint x = 0; x < width; x++) {
            double shade = 128 + 40 * sin(x * .05 + y * .02) + 25 * sin(x * .4) * cos(y * .3) +
                           20 * ((x / 16 + y / 16) % 2) + g_rand_double_range(rand, -12, 12);
            for (guint c = 0; c < 3; c++)
                *out++ = (guint8)CLAMP(shade + 30 * sin(y * .03 + 2 * c), 0, 255);
        }
    }
    g_rand_free(rand);
    return image;
}

static TrainImage *plain(guint width, guint height, guint8 shade)
{
    TrainImage *image = train_image_new(width, height);
    memset(image->rgb, shade, 3 * (gsize)width * height);
    return image;
}

static TrainImage *apply(const char *name, const TrainImage *image, guint level, guint64 seed)
{
    g_autoptr(GError) error = NULL;
    const TrainDistortion *type = train_distortion_find(name);
    TrainImage *out = type->apply(image, type->levels[level], seed, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(out->width, ==, image->width);
    g_assert_cmpuint(out->height, ==, image->height);
    return out;
}

static gboolean is_same(const TrainImage *a, const TrainImage *b)
{
    return memcmp(a->rgb, b->rgb, 3 * (gsize)a->width * a->height) == 0;
}

static void test_table(void)
{
    g_autoptr(GPtrArray) types = train_distortions();
    g_assert_cmpuint(types->len, >=, 6);
    for (guint i = 0; i < types->len; i++) {
        const TrainDistortion *type = g_ptr_array_index(types, i);
        g_assert_true(train_distortion_find(type->name) == type);
    }
    g_assert_null(train_distortion_find("sharpness"));
}

/* Names of types and families, each type once; what is neither is named. */
static void test_named(void)
{
    const char *const names[] = {"jpeg", "live", NULL}, *const wrong[] = {"live", "lvie", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) types = train_distortions_named(names, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(types->len, ==, 4);
    g_assert_true(types->pdata[0] == train_distortion_find("jpeg"));
    g_assert_true(types->pdata[1] == train_distortion_find("blur"));
    g_assert_null(train_distortions_named(wrong, &error));
    g_assert_nonnull(strstr(error->message, "lvie"));
}

/* Types whose published mildest level is below 20 dB here, and what it is above. */
static const struct {
    const char *name;
    double least;
} rough[] = {
    {"tid-colour-noise", 13},
    {"tid-contrast-up", 19},
    {"tid-multiplicative", 18},
};

static double least_psnr(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(rough); i++) {
        if (strcmp(name, rough[i].name) == 0)
            return rough[i].least;
    }
    return 20;
}

/* Types whose levels do not fall in PSNR. */
static const char *const unordered[] = {
    "kadid-contrast",   /* much more, more, ..., much less */
    "kadid-mean",       /* much up, up, not at all, down, much down */
    "kadid-shift",      /* the picture repeats, so that to go further may be to come closer */
    "still-chroma-411", /* the picture's colours are the same along a row */
    "tid-blocks",       /* more blocks, but of colours nearer to the picture's */
    NULL,
};

/* Types whose mildest level leaves the picture as it is, or nearly; KADID-10k's as published. */
static const char *const nothing_first[] = {
    "kadid-blur",   "kadid-diffusion",  "kadid-jitter",     "kadid-lab-saturation",
    "kadid-motion", "still-chroma-411", "still-chroma-420", NULL,
};

/* Each level is worse than the one before it, and the mildest leaves the picture recognisable. */
static void test_levels(gconstpointer data)
{
    const TrainDistortion *type = data;
    g_autoptr(TrainImage) image = textured(192, 160);
    double last = g_strv_contains(nothing_first, type->name) ? G_MAXDOUBLE : 45;
    for (guint level = 0; level < TRAIN_LEVELS; level++) {
        g_autoptr(TrainImage) out = apply(type->name, image, level, 1);
        double db = MIN(distort_psnr(out, image), 99);
        g_test_message("%s level %u (%g %s): %.2f dB", type->name, level + 1, type->levels[level],
                       type->unit, db);
        if (!g_strv_contains(unordered, type->name))
            g_assert_cmpfloat(db, <, last);
        if (level == 0)
            g_assert_cmpfloat(db, >, least_psnr(type->name));
        last = db;
    }
}

/* Where draws are few, two seeds may make the same at a mild level, not at all of them. */
static void test_repeat(gconstpointer data)
{
    const TrainDistortion *type = data;
    g_autoptr(TrainImage) image = textured(64, 48);
    gboolean differs = FALSE;
    for (guint level = 0; level < TRAIN_LEVELS; level++) {
        g_autoptr(TrainImage) one = apply(type->name, image, level, 5);
        g_autoptr(TrainImage) two = apply(type->name, image, level, 5);
        g_autoptr(TrainImage) other = apply(type->name, image, level, G_GUINT64_CONSTANT(5) << 32);
        g_assert_true(is_same(one, two));
        differs |= !is_same(one, other);
    }
    g_assert_true(differs == type->random);
}

/* Where an encoder is run, only the mildest level and the strongest: its sizes do not depend on
 * quantisers, and it takes its time. */
static guint level_step(const TrainDistortion *type)
{
    gboolean coded = strcmp(type->family, "video") == 0 || strcmp(type->family, "chain") == 0 ||
                     g_str_has_prefix(type->name, "slice-");
    return coded ? TRAIN_LEVELS - 1 : 1;
}

static void test_sizes(gconstpointer data)
{
    static const guint sizes[][2] = {{1, 1}, {1, 9}, {16, 16}, {17, 19}, {35, 18}, {130, 65}};
    const TrainDistortion *type = data;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(TrainImage) image = textured(sizes[i][0], sizes[i][1]);
        for (guint level = 0; level < TRAIN_LEVELS; level += level_step(type)) {
            g_test_message("%s %u x %u level %u", type->name, image->width, image->height,
                           level + 1);
            g_autoptr(TrainImage) out = apply(type->name, image, level, 1);
        }
    }
}

/* A picture without detail survives what is named here. Codecs may miss by what YCbCr in whole
 * steps gives (half a step of luma, half of chroma times 2.02) and half a step of JPEG's mean, 19 /
 * 8 at quality 43. */
static void test_flat(gconstpointer data)
{
    const TrainDistortion *type = data;
    gboolean exact = strcmp(type->name, "blur") == 0 || strcmp(type->name, "scale") == 0;
    for (gint shade = 5; shade < 256; shade += 49) {
        g_autoptr(TrainImage) image = plain(50, 34, (guint8)shade);
        g_autoptr(TrainImage) out = apply(type->name, image, 0, 1);
        for (guint i = 0; i < 3 * 50 * 34; i++) {
            if (ABS(out->rgb[i] - shade) > (exact ? 0 : 3))
                g_error("%s: value %u expected %d, got %u", type->name, i, shade, out->rgb[i]);
        }
    }
}

static gpointer run_thread(gpointer data)
{
    const TrainDistortion *type = data;
    g_autoptr(TrainImage) image = textured(70, 50);
    return apply(type->name, image, 2, 9);
}

static void test_threads(gconstpointer data)
{
    GThread *threads[3];
    g_autoptr(TrainImage) expected = run_thread((gpointer)data);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("distort", run_thread, (gpointer)data);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_autoptr(TrainImage) out = g_thread_join(threads[i]);
        g_assert_true(is_same(out, expected));
    }
}

/* A white point spreads as the product of two normalised Gaussians, sigma = 7 / 6. */
static void test_blur_point(void)
{
    g_autoptr(TrainImage) image = plain(15, 13, 0);
    memset(image->rgb + 3 * (6 * 15 + 7), 255, 3);
    g_autoptr(TrainImage) out = apply("blur", image, 0, 1);
    double weights[7], sum = 0;
    for (gint t = -3; t <= 3; t++)
        sum += weights[t + 3] = exp(-t * t / (2 * 49 / 36.));
    for (gint i = 0; i < 15 * 13; i++) {
        gint dx = i % 15 - 7, dy = i / 15 - 6;
        double value =
            ABS(dx) > 3 || ABS(dy) > 3 ? 0 : 255 * weights[dx + 3] * weights[dy + 3] / (sum * sum);
        /* half a step of rounding, and that of floats */
        g_assert_cmpfloat(fabs(out->rgb[3 * i] - value), <=, .5 + 255 * ldexp(7, -24));
    }
}

/* Mean and variance of the mildest noise on mid grey, where nothing is clipped: rounding adds
 * 1/12, and six standard deviations of either estimate are allowed. */
static void test_noise_statistics(void)
{
    g_autoptr(TrainImage) image = plain(200, 150, 128);
    g_autoptr(TrainImage) out = apply("noise", image, 0, 3);
    double n = 3 * 200 * 150, sum = 0, squares = 0;
    for (guint i = 0; i < n; i++) {
        sum += out->rgb[i] - 128.;
        squares += (out->rgb[i] - 128.) * (out->rgb[i] - 128.);
    }
    double variance = 255 * 255 / 1024. + 1 / 12.;
    g_assert_cmpfloat(fabs(sum / n), <, 6 * sqrt(variance / n));
    g_assert_cmpfloat(fabs(squares / n - variance), <, 6 * variance * sqrt(2 / n));
}

/* Downscaling by 2 means over 2 x 2; going up again, cubic weights at quarters: so a ramp stays a
 * ramp away from the borders. */
static void test_scale_ramp(void)
{
    g_autoptr(TrainImage) image = train_image_new(40, 8);
    for (guint i = 0; i < 3 * 40 * 8; i++)
        image->rgb[i] = (guint8)(4 * (i / 3 % 40));
    g_autoptr(TrainImage) out = apply("scale", image, 1, 1);
    for (guint x = 4; x < 36; x++)
        g_assert_cmpuint(out->rgb[3 * (3 * 40 + x)], ==, 4 * x);
}

static const char *const keep_flat[] = {"blur", "jpeg", "jpeg2000", "h264", "scale"};

static void add(const TrainDistortion *type, const char *what, GTestDataFunc func)
{
    g_autofree char *path = g_strdup_printf("/unit/distort/%s/%s", type->name, what);
    g_test_add_data_func(path, type, func);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_autoptr(GPtrArray) types = train_distortions();
    g_test_add_func("/unit/distort/table", test_table);
    g_test_add_func("/unit/distort/named", test_named);
    for (guint i = 0; i < types->len; i++) {
        const TrainDistortion *type = g_ptr_array_index(types, i);
        add(type, "levels", test_levels);
        add(type, "repeat", test_repeat);
        add(type, "sizes", test_sizes);
        add(type, "threads", test_threads);
    }
    for (guint i = 0; i < G_N_ELEMENTS(keep_flat); i++)
        add(train_distortion_find(keep_flat[i]), "flat", test_flat);
    g_test_add_func("/unit/distort/blur-point", test_blur_point);
    g_test_add_func("/unit/distort/noise-statistics", test_noise_statistics);
    g_test_add_func("/unit/distort/scale-ramp", test_scale_ramp);
    return g_test_run();
}
