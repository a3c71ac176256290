/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a score map looks, and that what it says there is what the model says. */
#include "score-map.h"
#include "support.h"

/* Every pixel lies in a window, every window in the picture, and no row or column is needless. */
static void assert_covered(const GArray *windows, guint side, guint width, guint height)
{
    g_autofree guint8 *seen = g_new0(guint8, (gsize)width * height);
    for (guint i = 0; i < windows->len; i++) {
        const BiqaPlace place = g_array_index(windows, TrainMapWindow, i).place;
        g_test_message("window %u at %d,%d of %u x %u", i, place.x, place.y, width, height);
        g_assert_true(place.x >= 0 && place.y >= 0);
        g_assert_cmpuint((guint)place.x + side, <=, width);
        g_assert_cmpuint((guint)place.y + side, <=, height);
        for (guint y = 0; y < side; y++) {
            for (guint x = 0; x < side; x++)
                seen[((guint)place.y + y) * width + (guint)place.x + x] = 1;
        }
    }
    for (gsize i = 0; i < (gsize)width * height; i++)
        g_assert_cmpuint(seen[i], ==, 1);
}

static void test_windows(void)
{
    static const struct {
        guint size, reduce, width, height, n;
    } cases[] = {
        {24, 1, 24, 24, 1}, {24, 1, 25, 24, 2}, {24, 1, 72, 48, 6},
        {24, 2, 72, 48, 2}, {24, 2, 97, 49, 6}, {8, 3, 100, 61, 15},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GArray) windows =
            train_map_windows(cases[i].size, cases[i].reduce, cases[i].width, cases[i].height);
        g_assert_cmpuint(windows->len, ==, cases[i].n);
        assert_covered(windows, cases[i].size * cases[i].reduce, cases[i].width, cases[i].height);
        g_assert_cmpuint(g_array_index(windows, TrainMapWindow, 0).place.reduce, ==,
                         cases[i].reduce);
    }
}

static void test_too_small(void)
{
    g_autoptr(GArray) windows = train_map_windows(24, 2, 100, 47);
    g_assert_cmpuint(windows->len, ==, 0);
}

/* The mean over the places of the model's own crops is its score, to the rounding of raw outputs
 * kept in float: 2^-24 of some hundred points. */
static void test_scores(void)
{
    g_autoptr(BiqaModel) model = tiny_model_new(3);
    g_autoptr(TrainScorer) scorer = train_scorer_new(model);
    g_autoptr(TrainImage) image = train_image_new(100, 70);
    BiqaFrameFormat format;
    for (guint i = 0; i < 3 * 100 * 70; i++)
        image->rgb[i] = (guint8)(i * i / 11);
    const BiqaFrame frame = train_image_frame(image, &format);
    const BiqaInput *input = &model->input;
    TrainWorkers *workers = train_workers_new(2);
    g_autoptr(GArray) windows = g_array_new(FALSE, FALSE, sizeof(TrainMapWindow));
    for (guint c = 0; c < input->n_crops; c++) {
        const TrainMapWindow window = {.place =
                                           biqa_crop_place(&input->crops[c], input->size, 100, 70)};
        g_array_append_val(windows, window);
    }
    train_map_score(windows, scorer, &frame, workers);
    double mean = 0;
    for (guint i = 0; i < windows->len; i++)
        mean += g_array_index(windows, TrainMapWindow, i).score / windows->len;
    const double score = train_scorer_frame(scorer, &frame).score;
    g_test_message("mean %.6f, score %.6f", mean, score);
    g_assert_cmpfloat(g_array_index(windows, TrainMapWindow, 0).score, !=,
                      g_array_index(windows, TrainMapWindow, 1).score);
    g_assert_true(mean > 0 && mean < 100);
    g_assert_cmpfloat_with_epsilon(mean, score, 1e-4);
    train_workers_free(workers);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/score-map/windows", test_windows);
    g_test_add_func("/score-map/too-small", test_too_small);
    g_test_add_func("/score-map/scores", test_scores);
    return g_test_run();
}
