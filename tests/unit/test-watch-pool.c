/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pools of frames, against figures worked out by hand or by sorting. */
#include "pool.h"

#include <math.h>

#define FRAME (40 * G_GUINT64_CONSTANT(1000000))

static BiqaMoment moment(guint64 frame)
{
    return (BiqaMoment){frame, frame * FRAME, frame * FRAME, frame * FRAME, FRAME};
}

/* NAN as score: a skipped frame. */
static void add(BiqaPool *pool, guint64 frame, double score, gboolean inferred)
{
    const BiqaVerdict verdict = {.score = score,
                                 .competitor_score = score / 2,
                                 .disagreement = score / 2,
                                 .uncertainty = NAN,
                                 .hard = score < 20};

    biqa_pool_add(pool,
                  &(BiqaPoolFrame){.when = moment(frame),
                                   .domain = isnan(score) ? BIQA_DOMAIN_BLACK : BIQA_DOMAIN_PICTURE,
                                   .verdict = isnan(score) ? NULL : &verdict,
                                   .inferred = inferred,
                                   .below = 50});
}

static BiqaPool *pool_new(void)
{
    BiqaPool *pool = g_new(BiqaPool, 1);

    biqa_pool_init(pool);
    return pool;
}

static void test_figures(void)
{
    g_autofree BiqaPool *pool = pool_new();
    BiqaSummary summary;

    add(pool, 0, NAN, FALSE);
    add(pool, 1, 60, TRUE);
    add(pool, 2, 60, FALSE);
    add(pool, 3, 10, TRUE);
    add(pool, 4, 0, TRUE);
    biqa_pool_summarise(pool, &summary);
    g_assert_cmpuint(summary.frames, ==, 5);
    g_assert_cmpuint(summary.inferred, ==, 3);
    g_assert_cmpuint(summary.held, ==, 1);
    g_assert_cmpuint(summary.skipped, ==, 1);
    g_assert_cmpuint(summary.hard, ==, 2);
    g_assert_cmpuint(summary.domains[BIQA_DOMAIN_BLACK], ==, 1);
    g_assert_cmpuint(summary.domains[BIQA_DOMAIN_PICTURE], ==, 4);
    g_assert_cmpuint(summary.first.frame, ==, 0);
    g_assert_cmpuint(summary.last.frame, ==, 4);

    const BiqaTally *score = &summary.figures[BIQA_POOLED_SCORE];
    g_assert_cmpfloat(biqa_tally_mean(score), ==, 70.0 / 3);
    g_assert_cmpfloat(biqa_tally_minimum(score), ==, 0);
    g_assert_cmpfloat(biqa_tally_maximum(score), ==, 60);
    g_assert_cmpfloat_with_epsilon(biqa_tally_harmonic_mean(score),
                                   3 / (1 / 61.0 + 1 / 11.0 + 1) - 1, 1e-12);
    g_assert_cmpfloat(biqa_tally_mean(&summary.figures[BIQA_POOLED_COMPETITOR_SCORE]), ==,
                      35.0 / 3);
    g_assert_cmpuint(summary.figures[BIQA_POOLED_UNCERTAINTY].n, ==, 0);
    g_assert_true(isnan(biqa_tally_mean(&summary.figures[BIQA_POOLED_UNCERTAINTY])));
    g_assert_cmpfloat(summary.percentiles[0], ==, 0);
    g_assert_cmpfloat_with_epsilon(summary.percentiles[3], 10, 10 * BIQA_QUANTILE_ERROR);
}

static void test_empty(void)
{
    g_autofree BiqaPool *pool = pool_new();
    BiqaSummary summary;

    biqa_pool_summarise(pool, &summary);
    g_assert_cmpuint(summary.frames, ==, 0);
    g_assert_cmpuint(summary.n_worst, ==, 0);
    g_assert_cmpuint(summary.longest.frames, ==, 0);
    g_assert_true(isnan(biqa_tally_minimum(&summary.figures[BIQA_POOLED_SCORE])));
    for (guint i = 0; i < BIQA_POOL_PERCENTILES; i++)
        g_assert_true(isnan(summary.percentiles[i]));
}

/* The lowest ten of a permutation, with their frames. */
static void test_worst(void)
{
    g_autofree BiqaPool *pool = pool_new();
    BiqaSummary summary;

    for (guint64 i = 0; i < 101; i++)
        add(pool, i, (double)(i * 37 % 101) / 2, i % 2);
    biqa_pool_summarise(pool, &summary);
    g_assert_cmpuint(summary.n_worst, ==, BIQA_POOL_WORST);
    double last = -1;
    for (guint w = 0; w < summary.n_worst; w++) {
        const BiqaWorst *worst = &summary.worst[w];
        guint lower = 0;

        g_assert_cmpfloat(worst->score, ==, (double)(worst->when.frame * 37 % 101) / 2);
        g_assert_cmpfloat(worst->score, >, last);
        last = worst->score;
        for (guint64 i = 1; i < 101; i += 2) /* the inferred ones */
            lower += (double)(i * 37 % 101) / 2 < worst->score;
        g_assert_cmpuint(lower, ==, w);
    }
}

/* Of equal scores the earlier frames stay. */
static void test_worst_ties(void)
{
    g_autofree BiqaPool *pool = pool_new();
    BiqaSummary summary;

    for (guint64 i = 0; i < 30; i++)
        add(pool, i, 33, TRUE);
    biqa_pool_summarise(pool, &summary);
    for (guint w = 0; w < BIQA_POOL_WORST; w++)
        g_assert_cmpuint(summary.worst[w].when.frame, ==, w);
}

/* Held frames lengthen a run; a good frame and one without a score end it. */
static void test_runs(void)
{
    g_autofree BiqaPool *pool = pool_new();
    static const double scores[] = {40, 49, 50, 10, 10, NAN, 30, 30, 30, 60, 20};
    BiqaSummary summary;

    for (guint i = 0; i < G_N_ELEMENTS(scores); i++)
        add(pool, i, scores[i], i % 2 == 0);
    biqa_pool_summarise(pool, &summary);
    g_assert_cmpuint(summary.longest.frames, ==, 3);
    g_assert_cmpuint(summary.longest.start.frame, ==, 6);
    g_assert_cmpuint(summary.longest.time, ==, 3 * FRAME);
}

static void test_times_unknown(void)
{
    g_autofree BiqaPool *pool = pool_new();
    const BiqaVerdict verdict = {.score = 1, .uncertainty = NAN};
    BiqaSummary summary;

    for (guint i = 0; i < 3; i++)
        biqa_pool_add(pool, &(BiqaPoolFrame){.when = {i, BIQA_TIME_NONE, BIQA_TIME_NONE,
                                                      BIQA_TIME_NONE, BIQA_TIME_NONE},
                                             .verdict = &verdict,
                                             .inferred = TRUE,
                                             .below = 50});
    biqa_pool_summarise(pool, &summary);
    g_assert_cmpuint(summary.longest.frames, ==, 3);
    g_assert_cmpuint(summary.longest.time, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/watch-pool/figures", test_figures);
    g_test_add_func("/watch-pool/empty", test_empty);
    g_test_add_func("/watch-pool/worst", test_worst);
    g_test_add_func("/watch-pool/worst-ties", test_worst_ties);
    g_test_add_func("/watch-pool/runs", test_runs);
    g_test_add_func("/watch-pool/times-unknown", test_times_unknown);
    return g_test_run();
}
