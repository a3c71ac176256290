/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a report is put together from: escaping, axes, charts, a run's log, figures of levels. */
#include "html.h"
#include "level-pairs.h"
#include "run-log.h"
#include "svg.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void test_escape(void)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_static("\0\xff", 2);
    biqa_html_add(out, "<b title=\"%s\">%s %.1f</b>", "a\"b'", "<script>&amp;", .25);
    biqa_html_add_data(out, "image/jpeg", bytes);
    g_string_append(out, "\xfe"); /* no UTF-8 */
    g_autofree char *page = biqa_html_finish(out);
    g_assert_true(g_str_has_prefix(page,
                                   "<b title=\"a&quot;b&apos;\">&lt;script&gt;&amp;amp; 0.2</b>"
                                   "data:image/jpeg;base64,AP8="));
    g_assert_true(g_utf8_validate(page, -1, NULL));
}

static void test_tick(void)
{
    static const struct {
        double low, high;
        guint n;
        double step;
    } cases[] = {{0, 100, 6, 20}, {0, 100, 5, 20},   {0, 100, 4, 50}, {0, 1, 10, .1},
                 {0, .3, 3, .1},  {-1, 1, 4, .5},    {0, 7, 6, 2},    {0, 90, 6, 20},
                 {50, 51, 1, 1},  {0, 1e-6, 5, 2e-7}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const double step = train_svg_tick(cases[i].low, cases[i].high, cases[i].n);
        if (!(fabs(step - cases[i].step) <= 1e-9 * cases[i].step))
            g_error("%g..%g in %u: expected %g, got %g", cases[i].low, cases[i].high, cases[i].n,
                    cases[i].step, step);
    }
}

static guint count(const char *text, const char *word)
{
    guint n = 0;
    for (const char *at = text; (at = strstr(at, word)); at++)
        n++;
    return n;
}

/* A point outside is moved to the border, one that is none breaks the line. */
static void test_chart(void)
{
    const TrainPoint points[] = {
        {0, 0, "a<b", FALSE}, {10, 1, NULL, TRUE}, {NAN, 1, NULL, FALSE}, {5, 99, NULL, FALSE}};
    const TrainSeries series = {"full", points, G_N_ELEMENTS(points), TRUE, TRUE};
    const TrainChart chart = {.label = "x",
                              .x_label = "a & b",
                              .y_label = "",
                              .width = 156, /* 100 between the borders */
                              .height = 158,
                              .x_high = 10,
                              .y_high = 1,
                              .series = &series,
                              .n_series = 1};
    g_autoptr(GString) out = g_string_new(NULL);
    train_svg_chart(out, &chart);
    g_assert_nonnull(strstr(out->str, "d=\"M46.0 120.0L146.0 20.0M96.0 20.0\""));
    g_assert_cmpuint(count(out->str, "<circle"), ==, 3);
    g_assert_cmpuint(count(out->str, "marked"), ==, 1);
    g_assert_nonnull(strstr(out->str, "<title>a&lt;b</title>"));
    g_assert_nonnull(strstr(out->str, "a &amp; b"));
    g_assert_null(strstr(out->str, "nan"));
}

static const char log_text[] =
    "{\"event\":\"step\",\"stage\":\"one\",\"step\":0,\"loss\":4}\n"
    "{\"event\":\"step\",\"stage\":\"one\",\"step\":10,\"loss\":3,\"images_per_second\":7.5}\n"
    "{\"event\":\"validation\",\"stage\":\"one\",\"step\":10,\"srcc\":0.5,\"competitor_srcc\":0.25}"
    "\n"
    "half a li\n"
    /* resumed from a checkpoint at 5 */
    "{\"event\":\"step\",\"stage\":\"one\",\"step\":10,\"loss\":2.5}\n"
    "{\"event\":\"validation\",\"stage\":\"one\",\"step\":10,\"srcc\":0.625,\"competitor_srcc\":"
    "null}\n"
    "{\"event\":\"step\",\"stage\":\"gone\",\"step\":10,\"loss\":1}\n"
    "{\"event\":\"model\",\"stage\":\"one\",\"validation_srcc\":0.75,\"validation_images\":9}\n"
    "[1]\n"
    "{\"event\":\"step\",\"stage\":\"two\",\"step\":0,\"loss\":null}\n"
    "{\"event\":\"step\",\"stage\":\"two\",\"step\":\"x\",\"loss\":\"y\"}\n"
    "{\"event\":\"model\",\"stage\":\"two\",\"validation_srcc\":0,\"validation_images\":0}\n";

static void test_log(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    const int fd = g_file_open_tmp("biqa-XXXXXX.jsonl", &path, &error);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, log_text, -1, &error));
    TrainRecipe recipe = {
        .n_stages = 2,
        .stages = {{.name = (char *)"one", .steps = 20}, {.name = (char *)"two", .steps = 5}}};
    g_autoptr(TrainRunLog) log = train_run_log_load(path, &recipe, &error);
    g_assert_no_error(error);
    g_unlink(path);

    const TrainLogStep *steps = (TrainLogStep *)(void *)log->steps->data;
    const TrainLogLook *looks = (TrainLogLook *)(void *)log->looks->data;
    g_assert_cmpuint(log->unread, ==, 2);
    g_assert_cmpuint(log->steps->len, ==, 3);
    g_assert_cmpfloat(steps[0].loss, ==, 4);
    g_assert_cmpfloat(steps[1].loss, ==, 2.5);
    g_assert_true(isnan(steps[1].images_per_second));
    g_assert_cmpfloat(steps[2].at, ==, 20);
    g_assert_cmpuint(steps[2].stage, ==, 1);
    g_assert_true(isnan(steps[2].loss));
    g_assert_cmpuint(log->looks->len, ==, 2);
    g_assert_cmpfloat(looks[0].srcc, ==, .625);
    g_assert_true(isnan(looks[0].competitor_srcc));
    g_assert_cmpfloat(looks[1].at, ==, 20);
    g_assert_cmpfloat(looks[1].srcc, ==, .75);
    g_assert_true(looks[1].stage_end);
    g_assert_cmpfloat(train_run_log_start(&recipe, 2), ==, 25);

    g_assert_null(train_run_log_load("/none/log.jsonl", &recipe, &error));
    g_assert_nonnull(error);
}

/* Two contents, one type: one falls all the way, the other rises at one step. */
static void test_levels(void)
{
    static const double scores[2][TRAIN_LEVELS + 1] = {{90, 80, 70, 60, 50, 40},
                                                       {70, 60, 65, 50, 40, 30}};
    BiqaVerdict verdicts[2 * (TRAIN_LEVELS + 1)];
    for (guint i = 0; i < G_N_ELEMENTS(verdicts); i++)
        verdicts[i] = (BiqaVerdict){.score = scores[i / (TRAIN_LEVELS + 1)][i % (TRAIN_LEVELS + 1)],
                                    .competitor_score = i};
    const TrainLevels levels = {2, 1, verdicts};
    double types[1];
    /* d^2 of the second: 1 + 1: 1 - 6 * 2 / (6 * 35) */
    g_assert_cmpfloat_with_epsilon(train_levels_srcc(&levels, BIQA_FULL, types),
                                   (1 + 1 - 12. / 210) / 2, 1e-12);
    g_assert_cmpfloat_with_epsilon(types[0], (1 + 1 - 12. / 210) / 2, 1e-12);
    g_assert_cmpfloat(train_levels_srcc(&levels, BIQA_COMPETITOR, types), ==, -1);
    g_assert_cmpfloat(train_levels_mean(&levels, BIQA_FULL, 0, 2), ==, 67.5);
    g_assert_cmpfloat(train_levels_in_order(&levels, BIQA_FULL, 0, 1), ==, 1);
    g_assert_cmpfloat(train_levels_in_order(&levels, BIQA_FULL, 0, 2), ==, .5);
}

/* One content, two types. The judge: reference 90, the first type 80..40, the second 85..45; the
 * model is right but for one picture. */
static void test_pairs(void)
{
    static const double labels[] = {90, 80, 70, 60, 50, 40, 90, 85, 75, 65, 55, 45};
    BiqaVerdict verdicts[2 * (TRAIN_LEVELS + 1)];
    for (guint i = 0; i < G_N_ELEMENTS(verdicts); i++)
        verdicts[i] = (BiqaVerdict){.score = labels[i], .competitor_score = 100 - labels[i]};
    const TrainLevels levels = {1, 2, verdicts};
    /* 5 x 5 pairs of the two types; the reference meets nobody of another content. */
    TrainLevelPairs pairs = train_levels_pairs(&levels, BIQA_FULL, labels, 0);
    g_assert_cmpuint(pairs.n, ==, 25);
    g_assert_cmpfloat(pairs.share, ==, 1);
    g_assert_cmpfloat_with_epsilon(pairs.srcc, 1, 1e-12);
    g_assert_cmpfloat(train_levels_pairs(&levels, BIQA_COMPETITOR, labels, 0).share, ==, 0);
    /* More than 5 points: without 85-80, 80-75, 75-70, ..., 45-40, which are 9. */
    pairs = train_levels_pairs(&levels, BIQA_FULL, labels, 5);
    g_assert_cmpuint(pairs.n, ==, 16);
    /* The first type's mildest scored as its strongest, 40: below the four of the second type that
     * the judge puts below 80, and rightly below 85. 21 of 25. */
    verdicts[1].score = 40;
    g_assert_cmpfloat_with_epsilon(train_levels_pairs(&levels, BIQA_FULL, labels, 0).share,
                                   21. / 25, 1e-12);
    /* A tie with one of the four is half right. */
    verdicts[1].score = 45;
    g_assert_cmpfloat_with_epsilon(train_levels_pairs(&levels, BIQA_FULL, labels, 0).share,
                                   21.5 / 25, 1e-12);
}

/* Two contents, one type: references meet each other and the other's distortions. */
static void test_pairs_of_contents(void)
{
    static const double labels[] = {90, 80, 70, 60, 50, 40, 95, 85, 75, 65, 55, 45};
    BiqaVerdict verdicts[2 * (TRAIN_LEVELS + 1)];
    for (guint i = 0; i < G_N_ELEMENTS(verdicts); i++)
        verdicts[i] = (BiqaVerdict){.score = labels[i]};
    const TrainLevels levels = {2, 1, verdicts};
    const TrainLevelPairs pairs = train_levels_pairs(&levels, BIQA_FULL, labels, 0);
    g_assert_cmpuint(pairs.n, ==, 36);
    g_assert_cmpfloat(pairs.share, ==, 1);
    g_assert_cmpuint(train_levels_pairs(&levels, BIQA_FULL, labels, 100).n, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/escape", test_escape);
    g_test_add_func("/report/tick", test_tick);
    g_test_add_func("/report/chart", test_chart);
    g_test_add_func("/report/log", test_log);
    g_test_add_func("/report/levels", test_levels);
    g_test_add_func("/report/pairs", test_pairs);
    g_test_add_func("/report/pairs-of-contents", test_pairs_of_contents);
    return g_test_run();
}
