/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a map is worth: one quadrant of a photograph is spoilt, and the cells there must fall.
 * Prints the figures that docs/element.md gives. */
#include "map.h"
#include "cpu.h"
#include "distort.h"
#include "model.h"

#include <gst/gst.h>
#include <math.h>
#include <string.h>

#define WIDTH 1280
#define HEIGHT 720
#define LEVEL 4 /* of five, the worst but one */

/* Those that the model was not trained on. */
static const char *const photos[] = {"Dune", "GreenMeadow", "RainDrops"};
static const char *const types[] = {"blur", "jpeg", "h264"};

typedef struct {
    BiqaModel *model, twin;
    BiqaBackend *backend;
} Mapper;

static void mapper_init(Mapper *mapper)
{
    g_autoptr(GError) error = NULL;

    mapper->model = biqa_model_load(g_getenv("BIQA_MODEL"), &error);
    g_assert_no_error(error);
    mapper->twin = biqa_map_model(mapper->model);
    mapper->backend = biqa_cpu_backend_open(&mapper->twin, &error);
    g_assert_no_error(error);
}

static void mapper_clear(Mapper *mapper)
{
    biqa_backend_free(mapper->backend);
    biqa_model_free(mapper->model);
}

static void map_image(Mapper *mapper, const TrainImage *image, BiqaMap *map)
{
    g_autoptr(GError) error = NULL;
    BiqaFrameFormat format;
    const BiqaFrame frame = train_image_frame(image, &format);

    biqa_map_run(map, mapper->model, mapper->backend, &frame, &error);
    g_assert_no_error(error);
}

/* The middle of a photograph. (transfer full) */
static TrainImage *load_photo(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_strdup_printf("/usr/share/backgrounds/mate/nature/%s.jpg", name);
    g_autoptr(TrainImage) whole = train_image_load(path, &error);

    g_assert_no_error(error);
    return train_image_cut(whole, (whole->width - WIDTH) / 2, (whole->height - HEIGHT) / 2, WIDTH,
                           HEIGHT);
}

/* image with its top left quadrant distorted. (transfer full) */
static TrainImage *spoil(const TrainImage *image, const char *type)
{
    g_autoptr(GError) error = NULL;
    const TrainDistortion *distortion = train_distortion_find(type);
    g_autoptr(TrainImage) bad = distortion->apply(image, distortion->levels[LEVEL - 1], 1, &error);
    TrainImage *mixed = train_image_copy(image);

    g_assert_no_error(error);
    for (guint y = 0; y < HEIGHT / 2; y++)
        memcpy(mixed->rgb + (gsize)y * WIDTH * 3, bad->rgb + (gsize)y * WIDTH * 3, WIDTH / 2 * 3);
    return mixed;
}

/* Cells whose windows lie in the quadrant wholly fall, those wholly beside it do not change.
 * Returns the mean fall. */
static double check_fall(const BiqaMap *good, const BiqaMap *bad, const char *what)
{
    double sum = 0;
    guint n = 0;

    for (guint i = 0; i < good->columns * good->rows; i++) {
        const guint x = i % good->columns, y = i / good->columns;
        const double fall = good->scores[i] - bad->scores[i];

        if (x < 2 && y < 1) {
            sum += fall;
            n++;
        } else if (x > 2 || y > 1) {
            g_assert_cmpfloat(fall, ==, 0);
        }
    }
    g_test_message("%s: %u cells in it fall by %.1f points", what, n, sum / n);
    g_assert_cmpfloat(sum, >, 0);
    return sum / n;
}

static void test_quadrant(void)
{
    double sum[G_N_ELEMENTS(types)] = {0};
    Mapper mapper;

    mapper_init(&mapper);
    for (guint p = 0; p < G_N_ELEMENTS(photos); p++) {
        g_autoptr(TrainImage) image = load_photo(photos[p]);
        BiqaMap good;

        map_image(&mapper, image, &good);
        for (guint t = 0; t < G_N_ELEMENTS(types); t++) {
            g_autofree char *what = g_strdup_printf("%s, %s", photos[p], types[t]);
            g_autoptr(TrainImage) spoilt = spoil(image, types[t]);
            BiqaMap bad;

            map_image(&mapper, spoilt, &bad);
            sum[t] += check_fall(&good, &bad, what);
        }
    }
    for (guint t = 0; t < G_N_ELEMENTS(types); t++)
        g_test_message("%s: %.1f points on average", types[t], sum[t] / G_N_ELEMENTS(photos));
    mapper_clear(&mapper);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/map/quadrant", test_quadrant);
    return g_test_run();
}
