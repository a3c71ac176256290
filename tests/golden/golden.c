/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scores that a shipped model, BIQA_MODEL, has always given to three small pictures. They may
 * change when the model does: then `golden --write` prints its new lines; a new model needs lines
 * first. */
#include "backend.h"
#include "cpu.h"
#include "lanes.h"
#include "network.h"

#include <math.h>
#include <string.h>

#define WIDTH 320
#define HEIGHT 240
#define AGREEMENT .05 /* points of 100, as between element and trainer */

typedef void (*Paint)(guint8 *rgb);

/* Discs over a gradient: sharp edges, smooth insides. */
static void paint_sharp(guint8 *rgb)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (guint i = 0; i < WIDTH * HEIGHT; i++) {
        const guint8 colour[] = {(guint8)(i % WIDTH / 2), (guint8)(i / WIDTH / 2 + 60), 120};
        memcpy(rgb + 3 * i, colour, 3);
    }
    for (guint disc = 0; disc < 120; disc++) {
        const gint x = g_rand_int_range(random, 0, WIDTH), y = g_rand_int_range(random, 0, HEIGHT);
        const gint radius = g_rand_int_range(random, 3, 30);
        const guint32 bits = g_rand_int(random);
        for (gint i = 0; i < WIDTH * HEIGHT; i++) {
            const gint u = i % WIDTH - x, v = i / WIDTH - y;
            if (u * u + v * v < radius * radius)
                memcpy(rgb + 3 * i,
                       &(guint8[]){(guint8)bits, (guint8)(bits >> 8), (guint8)(bits >> 16)}, 3);
        }
    }
}

/* The same through a box of 9 x 9 pixels. */
static void paint_blurred(guint8 *rgb)
{
    g_autofree guint8 *sharp = g_malloc(3 * WIDTH * HEIGHT);
    paint_sharp(sharp);
    for (gint i = 0; i < 3 * WIDTH * HEIGHT; i++) {
        const gint x = i / 3 % WIDTH, y = i / 3 / WIDTH;
        guint sum = 0;
        for (gint v = y - 4; v <= y + 4; v++) {
            for (gint u = x - 4; u <= x + 4; u++)
                sum +=
                    sharp[3 * (CLAMP(v, 0, HEIGHT - 1) * WIDTH + CLAMP(u, 0, WIDTH - 1)) + i % 3];
        }
        rgb[i] = (guint8)(sum / 81);
    }
}

/* The same in blocks of 8 x 8 pixels of few colours, as a starved encoder leaves them. */
static void paint_blocks(guint8 *rgb)
{
    g_autofree guint8 *sharp = g_malloc(3 * WIDTH * HEIGHT);
    paint_sharp(sharp);
    for (guint i = 0; i < 3 * WIDTH * HEIGHT; i++) {
        const guint x = i / 3 % WIDTH / 8 * 8, y = i / 3 / WIDTH / 8 * 8;
        rgb[i] = sharp[3 * (y * WIDTH + x) + i % 3] & 0xe0;
    }
}

typedef struct {
    const char *name;
    Paint paint;
    double score, competitor;
} Golden;

#define N_PICTURES 3

static const struct {
    const char *model;
    Golden pictures[N_PICTURES];
} tables[] = {
    {"biqa-video.gguf",
     {
         {"sharp", paint_sharp, 32.5534, 57.7383},
         {"blurred", paint_blurred, 20.1471, 32.3022},
         {"blocks", paint_blocks, 20.8961, 51.4819},
     }},
    {"biqa-photo.gguf",
     {
         {"sharp", paint_sharp, 28.4455, 44.7010},
         {"blurred", paint_blurred, 11.5033, 35.1834},
         {"blocks", paint_blocks, 9.7300, 43.5544},
     }},
};

/* (N_PICTURES) what that model gave. */
static const Golden *golden(void)
{
    g_autofree char *model = g_path_get_basename(g_getenv("BIQA_MODEL"));
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        if (g_str_equal(tables[i].model, model))
            return tables[i].pictures;
    }
    g_error("BIQA_MODEL: nothing is known of \"%s\"", model);
}

static BiqaModel *load(void)
{
    g_autoptr(GError) error = NULL;
    BiqaModel *model = biqa_model_load(g_getenv("BIQA_MODEL"), &error);
    g_assert_no_error(error);
    return model;
}

static BiqaVerdict score(BiqaBackend *backend, const BiqaModel *model, Paint paint)
{
    g_autoptr(GError) error = NULL;
    g_autofree guint8 *rgb = g_malloc(3 * WIDTH * HEIGHT);
    BiqaFrameFormat format;
    BiqaResult result;

    paint(rgb);
    biqa_frame_format_rgb(&format, WIDTH, HEIGHT);
    const BiqaFrame frame = {.format = &format, .planes = {rgb}, .strides = {3 * WIDTH}};
    biqa_backend_run(backend, &frame, &result, &error);
    g_assert_no_error(error);
    return biqa_model_verdict(model, &result, -1);
}

static void check(BiqaBackend *backend, const BiqaModel *model)
{
    for (guint i = 0; i < N_PICTURES; i++) {
        const Golden *expected = &golden()[i];
        const BiqaVerdict got = score(backend, model, expected->paint);
        if (!(fabs(got.score - expected->score) <= AGREEMENT) ||
            !(fabs(got.competitor_score - expected->competitor) <= AGREEMENT))
            g_error("%s: expected %.4f and %.4f, got %.4f and %.4f", expected->name,
                    expected->score, expected->competitor, got.score, got.competitor_score);
    }
}

static void test_reference(void)
{
    g_autoptr(BiqaModel) model = load();
    g_autoptr(BiqaBackend) backend = biqa_reference_open(model);
    check(backend, model);
}

static void test_vulkan(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BiqaModel) model = load();
    g_autoptr(BiqaBackend) backend = biqa_vk_backend_open("auto", model, NULL, &error);
    g_assert_no_error(error);
    check(backend, model);
}

/* On every width of vectors that this processor has. */
static void test_cpu(void)
{
    g_autoptr(BiqaModel) model = load();
    const BiqaCpuLanes *const *all = biqa_cpu_lanes_all();
    g_assert_nonnull(biqa_cpu_lanes(NULL));
    for (guint i = 0; all[i]; i++) {
        if (!biqa_cpu_lanes_usable(all[i]))
            continue;
        g_autoptr(GError) error = NULL;
        g_autoptr(BiqaBackend) backend =
            biqa_cpu_backend_new(&(BiqaCpuParams){.lanes = all[i]->name}, model, &error);
        g_assert_no_error(error);
        check(backend, model);
    }
}

/* What a person would say too. */
static void test_order(void)
{
    g_assert_cmpfloat(golden()[0].score, >, golden()[1].score);
    g_assert_cmpfloat(golden()[0].score, >, golden()[2].score);
}

/* What the architecture allows a frame to cost: both branches, all crops, zero weights not counted.
 */
static void test_budget(void)
{
    g_autoptr(BiqaModel) model = load();
    g_assert_cmpuint(biqa_model_flop(model), <=, 800000000);
    g_assert_cmpuint(biqa_model_flop(model), >, 0);
}

static int write_table(void)
{
    g_autoptr(BiqaModel) model = load();
    g_autoptr(BiqaBackend) backend = biqa_reference_open(model);
    for (guint i = 0; i < N_PICTURES; i++) {
        const Golden *row = &golden()[i];
        const BiqaVerdict got = score(backend, model, row->paint);
        g_print("{\"%s\", paint_%s, %.4f, %.4f},\n", row->name, row->name, got.score,
                got.competitor_score);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && g_str_equal(argv[1], "--write"))
        return write_table();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/golden/reference", test_reference);
    g_test_add_func("/golden/vulkan", test_vulkan);
    g_test_add_func("/golden/cpu", test_cpu);
    g_test_add_func("/golden/order", test_order);
    g_test_add_func("/golden/budget", test_budget);
    return g_test_run();
}
