/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Losses: values worked out by hand, gradients against central differences in double. */
#include "loss.h"

#include "grad.h"
#include <math.h>
#include <string.h>

#define SEED 99u
#define N 9

static const guint groups[N] = {0, 0, 0, 1, 1, 1, 1, 2, 0};
static const float qualities[N] = {10, 55, 55, 90, 30, 20, 20.5f, 70, 32};

static const float spreads[N] = {12, 9, 17, 20, 14, 6.5f, 14, 11, 25};

static const TrainLabels labels = {N, qualities, groups, NULL};
static const TrainLabels spread_labels = {N, qualities, groups, spreads};

/* Three annotators; the third is of one mind about samples 3 and 4. */
#define ANNOTATORS 3
static const float votes_of[ANNOTATORS * N] = {
    3,   9,   4,   8,   1,   2,   5,   7,   6,   /* one */
    .2f, .1f, .9f, .3f, .5f, .8f, .4f, .6f, .7f, /* another */
    30,  10,  20,  50,  50,  90,  40,  60,  70,  /* the third */
};
static const TrainVotes votes = {N, ANNOTATORS, votes_of, groups};
static const float reliability[2 * ANNOTATORS] = {1.5f, -.25f, .5f, 2.f, .75f, -1.f};
static const float deviations[N] = {.5f, 1.f, .75f, 2.f, .25f, 1.5f, .5f, 3.f, 1.25f};

/* A loss of N scores, and its gradient where dy is not NULL. */
typedef double (*Loss)(const float *y, double weight, float *dy);

static double hinge(const float *y, double weight, float *dy)
{
    return train_loss_hinge(&labels, y, 0.5, weight, dy);
}

static double thurstone(const float *y, double weight, float *dy)
{
    return train_loss_fidelity(&labels, y, 12., weight, dy);
}

static double binary(const float *y, double weight, float *dy)
{
    return train_loss_fidelity(&labels, y, 0., weight, dy);
}

static double squared(const float *y, double weight, float *dy)
{
    return train_loss_squared(qualities, y, N, weight, dy);
}

static double consistency_of_first(const float *y, double weight, float *dy)
{
    float other[N] = {0.f};
    return train_loss_consistency(y, qualities, N, weight, dy, other);
}

static double consistency_of_second(const float *y, double weight, float *dy)
{
    float other[N] = {0.f};
    return train_loss_consistency(qualities, y, N, weight, other, dy);
}

static double learned(const float *y, double weight, float *dy)
{
    return train_loss_fidelity_learned(&spread_labels, y, deviations, 12., weight, dy);
}

static double learned_without_spread(const float *y, double weight, float *dy)
{
    return train_loss_fidelity_learned(&labels, y, deviations, 12., weight, dy);
}

static double spread(const float *s, double weight, float *ds)
{
    return train_loss_spread(&spread_labels, s, .5, weight, ds);
}

static double votes_scores(const float *y, double weight, float *dy)
{
    float ignored[2 * ANNOTATORS] = {0.f};
    const TrainVotesSlopes slopes = {dy, NULL, ignored};
    return train_loss_votes(&votes, y, NULL, reliability, weight, &slopes);
}

static double votes_scores_learned(const float *y, double weight, float *dy)
{
    float ignored[2 * ANNOTATORS] = {0.f}, ds[N] = {0.f};
    const TrainVotesSlopes slopes = {dy, ds, ignored};
    return train_loss_votes(&votes, y, deviations, reliability, weight, &slopes);
}

/* s = 2 + x: positive, and exact. */
static double votes_deviations(const float *x, double weight, float *ds)
{
    float ignored[2 * ANNOTATORS] = {0.f}, dy[N] = {0.f}, s[N];
    const TrainVotesSlopes slopes = {dy, ds, ignored};
    for (guint i = 0; i < N; i++)
        s[i] = x[i] + 2.f;
    return train_loss_votes(&votes, deviations, s, reliability, weight, &slopes);
}

/* The first 2 ANNOTATORS of N values. */
static double votes_reliability(const float *x, double weight, float *dx)
{
    float dy[N] = {0.f};
    const TrainVotesSlopes slopes = {dy, NULL, dx};
    return train_loss_votes(&votes, deviations, NULL, x, weight, &slopes);
}

static const struct {
    const char *name;
    Loss loss;
} losses[] = {
    {"fidelity/learned", learned},
    {"fidelity/learned-without-spread", learned_without_spread},
    {"spread", spread},
    {"votes/scores", votes_scores},
    {"votes/scores-learned", votes_scores_learned},
    {"votes/deviations", votes_deviations},
    {"votes/reliability", votes_reliability},
    {"hinge", hinge},
    {"fidelity/thurstone", thurstone},
    {"fidelity/binary", binary},
    {"squared", squared},
    {"consistency/first", consistency_of_first},
    {"consistency/second", consistency_of_second},
};

/* Scores are moved by exact powers of two, so only the loss itself is rounded, in double: the
 * difference D(h) - D(2h) bounds the truncation, 2^-24 covers dy's own rounding to float. */
static double slope_at(Loss loss, const float *y, guint i, float by)
{
    float moved[N], ignored[N] = {0.f};
    memcpy(moved, y, sizeof moved);
    moved[i] = y[i] + by;
    const double up = loss(moved, 1., ignored);
    moved[i] = y[i] - by;
    return (up - loss(moved, 1., ignored)) / (2. * by);
}

static void check_gradient(gconstpointer data)
{
    const Loss loss = losses[GPOINTER_TO_UINT(data)].loss;
    const float step = 0x1p-10f;
    const double weight = 0.75, before = 3.;
    float y[N], dy[N];

    grad_fill_uniform(y, N, -1.5, 1.5, SEED);
    for (guint i = 0; i < N; i++) {
        y[i] = roundf(ldexpf(y[i], 12)) / 4096.f;
        dy[i] = (float)before;
    }
    loss(y, weight, dy);
    for (guint i = 0; i < N; i++) {
        const double near = slope_at(loss, y, i, step), far = slope_at(loss, y, i, 2 * step);
        const double expected = before + weight * near;
        const double allowed = fabs(near - far) + ldexp(fabs(expected) + before, -23);
        g_assert_cmpfloat(allowed, <=, 1e-3 * (1. + fabs(near)));
        if (!(fabs(dy[i] - expected) <= allowed))
            g_error("%s, seed %u, index %u: expected %.9g, got %.9g, allowed difference %.3g",
                    losses[GPOINTER_TO_UINT(data)].name, SEED, i, expected, dy[i], allowed);
    }
}

/* Within double rounding of a figure worked out apart from the code. */
static void assert_close(double got, double expected)
{
    g_assert_cmpfloat_with_epsilon(got, expected, ldexp(fabs(expected) + 1., -46));
}

static void check_hinge_value(void)
{
    const float quality[] = {1, 2, 3, 3}, y[] = {0.f, 1.f, 0.5f, 9.f};
    const guint group[] = {7, 7, 7, 8};
    const TrainLabels own = {4, quality, group, NULL};
    float dy[4] = {0.f};
    /* pairs: (1, 0) gap 1: max(0, 2 - 1) = 1; (2, 0) gap .5: 1.5; (2, 1) gap -.5: 2.5 */
    assert_close(train_loss_hinge(&own, y, 2., 3., dy), 5. / 3.);
    /* each pair pulls by 3 / 3: sample 0 by both above it, 1 by one either way */
    g_assert_cmpfloat(dy[0], ==, 2.f);
    g_assert_cmpfloat(dy[1], ==, 0.f);
    g_assert_cmpfloat(dy[2], ==, -2.f);
    g_assert_cmpfloat(dy[3], ==, 0.f);
    assert_close(train_loss_hinge(&own, y, 0.25, 1., dy), 0.75 / 3.);
}

static void check_fidelity_value(void)
{
    const float quality[] = {40, 52, 52}, y[] = {0.f, 0.f, 1.f};
    const guint same[] = {1, 1, 1}, apart[] = {1, 1, 2};
    const double epsilon = 1e-8;
    const double phi1 = 0.76024993890652326884; /* Phi(1 / sqrt 2) */
    float dy[3] = {0.f};
    const TrainLabels pair = {3, quality, apart, NULL}, all = {3, quality, same, NULL};

    /* p = 1/2, g = Phi(-12 / (sqrt 2 12)) = 1 - phi1 */
    const double thurstone_pair =
        1. - sqrt(0.5 * (1. - phi1) + epsilon) - sqrt(0.5 * phi1 + epsilon);
    assert_close(train_loss_fidelity(&pair, y, 12., 1., dy), thurstone_pair);
    /* the same pair in binary: g = 0 */
    const double half = 1. - sqrt(epsilon) - sqrt(0.5 + epsilon);
    assert_close(train_loss_fidelity(&pair, y, 0., 1., dy), half);
    /* all three: (0, 1) as before, (0, 2) with p = 1 - phi1 and g = 0, (1, 2) a tie: no pair */
    const double second = 1. - sqrt(epsilon) - sqrt(phi1 + epsilon);
    assert_close(train_loss_fidelity(&all, y, 0., 1., dy), (half + second) / 2.);
    /* Thurstone's tie is a pair with g = 1/2, p = Phi(-1 / sqrt 2) */
    const double tie = 1. - sqrt(0.5 * (1. - phi1) + epsilon) - sqrt(0.5 * phi1 + epsilon);
    const double far = 1. - sqrt((1. - phi1) * (1. - phi1) + epsilon) - sqrt(phi1 * phi1 + epsilon);
    assert_close(train_loss_fidelity(&all, y, 12., 1., dy), (thurstone_pair + tie + far) / 3.);
}

/* Standard deviations 3 and 4 of people and network: both probabilities are Phi(d / 5). */
static void check_learned_value(void)
{
    const float quality[] = {50, 55}, y[] = {5.f, 0.f}, three_four[] = {3.f, 4.f};
    const guint group[] = {1, 1};
    const TrainLabels own = {2, quality, group, three_four};
    const double phi1 = 0.84134474606854294859; /* Phi(1) */
    float dy[2] = {0.f}, ds[2] = {0.f};
    /* p = phi1 (but for 1e-8 under a root, whose slope times 1e-8 is below 1e-9), g = 1 - phi1 */
    const double expected = 1. - 2. * sqrt(phi1 * (1. - phi1) + 1e-8);
    g_assert_cmpfloat_with_epsilon(train_loss_fidelity_learned(&own, y, three_four, 12., 1., dy),
                                   expected, 1e-9);
    g_assert_cmpfloat(dy[0], >, 0.f);
    /* ordered as people's by 1, wanted 1.5; the slope pulls them apart */
    assert_close(train_loss_spread(&own, three_four, 1.5, 2., ds), .5);
    g_assert_cmpfloat(ds[0], ==, 2.f);
    g_assert_cmpfloat(ds[1], ==, -2.f);
}

/* One pair, p = 1/2, two annotators: for (a .8, b .9) and against (a .6, b .7). */
static void check_votes_value(void)
{
    const float figures[] = {2, 1, 1, 2}, y[] = {0.f, 0.f};
    const float logits[] = {logf(4.f), logf(1.5f), logf(9.f), logf(7.f / 3.f)};
    const guint group[] = {0, 0};
    const TrainVotes own = {2, 2, figures, group};
    float dy[2] = {0.f}, dr[4] = {0.f};
    const TrainVotesSlopes slopes = {dy, NULL, dr};
    const double a = .8 * .4, b = .1 * .7, posterior = a / (a + b);
    /* logits are floats: 2^-24 of values up to 2.2, slopes of the loss in them below 1 */
    g_assert_cmpfloat_with_epsilon(train_loss_votes(&own, y, NULL, logits, 1., &slopes),
                                   -log((a + b) / 2.) / 2., 1e-6);
    g_assert_cmpfloat_with_epsilon(dr[0], -posterior * .2 / 2., 1e-6);
    g_assert_cmpfloat_with_epsilon(dr[1], posterior * .6 / 2., 1e-6);
    g_assert_cmpfloat_with_epsilon(dr[2], (1. - posterior) * .9 / 2., 1e-6);
    g_assert_cmpfloat_with_epsilon(dr[3], -(1. - posterior) * .3 / 2., 1e-6);
    /* far out on either side it stays a number */
    for (float gap = -1000.f; gap <= 1000.f; gap += 125.f) {
        const float far[] = {0.f, gap};
        g_assert_true(isfinite(train_loss_votes(&own, far, NULL, logits, 1., &slopes)));
        g_assert_true(isfinite(dy[0]) && isfinite(dr[0]));
    }
}

/* Pairs of samples five units apart: one annotator who is always right, one who is right on every
 * other pair whichever way it lies, one who is always wrong. What is learned says which is which.
 */
static void check_votes_learn(void)
{
    enum { SAMPLES = 40, STEPS = 400 };
    float figures[3 * SAMPLES], y[SAMPLES], r[6] = {1.f, 1.f, 1.f, 1.f, 1.f, 1.f};
    guint group[SAMPLES];
    for (guint i = 0; i < SAMPLES; i++) {
        group[i] = i / 2;
        y[i] = (i % 2 == 0) == (group[i] % 4 < 2) ? 2.5f : -2.5f;
        figures[i] = y[i];
        figures[SAMPLES + i] = group[i] % 2 ? -y[i] : y[i];
        figures[2 * SAMPLES + i] = -y[i];
    }
    const TrainVotes own = {SAMPLES, 3, figures, group};
    for (guint step = 0; step < STEPS; step++) {
        float dy[SAMPLES] = {0.f}, dr[6] = {0.f};
        const TrainVotesSlopes slopes = {dy, NULL, dr};
        train_loss_votes(&own, y, NULL, r, 1., &slopes);
        for (guint k = 0; k < 6; k++)
            r[k] -= 4.f * dr[k];
    }
    for (guint half = 0; half < 2; half++) {
        g_assert_cmpfloat(r[3 * half], >, 2.f);
        g_assert_cmpfloat(fabsf(r[3 * half + 1]), <, .05f);
        g_assert_cmpfloat(r[3 * half + 2], <, -2.f);
    }
}

/* Annotators of known sensitivity and specificity, one of whom mostly says the opposite, vote on
 * pairs whose truth nobody tells: only a figure x, of which the truth is a coin of
 * Phi((x_i - x_j) / sqrt 2). From a weight of x that is nearly nothing, weight and reliabilities
 * are found. */
static void check_votes_recover(void)
{
    enum { PAIRS = 1000, STEPS = 300, ALL = 5 };
    static const double known[2 * ALL] = {.95, .6, .85, .5, .2, .9, .85, .6, .7, .1};
    g_autofree float *figures = g_new(float, ALL * 2 * PAIRS), *x = g_new0(float, 2 * PAIRS);
    g_autofree guint *group = g_new(guint, 2 * PAIRS);
    float weight = .1f, r[2 * ALL];
    GRand *rand = g_rand_new_with_seed(SEED);
    for (guint pair = 0; pair < PAIRS; pair++) {
        group[2 * pair] = group[2 * pair + 1] = pair;
        x[2 * pair] = (float)g_rand_double_range(rand, -4., 4.);
        const gboolean better = g_rand_double(rand) < .5 * erfc(-x[2 * pair] / 2.);
        for (guint k = 0; k < ALL; k++) {
            const gboolean right = g_rand_double(rand) < known[better ? k : ALL + k];
            float *says = figures + k * 2 * PAIRS + 2 * pair;
            says[0] = right == better;
            says[1] = right != better;
        }
    }
    g_rand_free(rand);
    for (guint k = 0; k < 2 * ALL; k++)
        r[k] = logf(4.f);
    const TrainVotes own = {2 * PAIRS, ALL, figures, group};
    for (guint step = 0; step < STEPS; step++) {
        float y[2 * PAIRS], dy[2 * PAIRS] = {0.f}, dr[2 * ALL] = {0.f};
        const TrainVotesSlopes slopes = {dy, NULL, dr};
        for (guint i = 0; i < 2 * PAIRS; i++)
            y[i] = weight * x[i];
        train_loss_votes(&own, y, NULL, r, 1., &slopes);
        for (guint i = 0; i < 2 * PAIRS; i++)
            weight -= 2.f * dy[i] * x[i];
        for (guint k = 0; k < 2 * ALL; k++)
            r[k] -= 10.f * dr[k];
    }
    /* Four standard errors of a share of some 500 pairs. */
    for (guint k = 0; k < 2 * ALL; k++) {
        g_test_message("%u: known %g, found %g", k, known[k], 1. / (1. + exp(-r[k])));
        g_assert_cmpfloat_with_epsilon(1. / (1. + exp(-r[k])), known[k], 4. * sqrt(.25 / 500.));
    }
    g_assert_cmpfloat_with_epsilon(weight, 1., .25);
}

/* Which of two is the first of a pair does not depend on which is better: in a batch sorted by what
 * is true, somebody who always says that the later one is better is wrong whichever was first. */
static void check_votes_sorted(void)
{
    const float figures[] = {1, 2, 3, 4}, y[] = {6.f, 4.f, 2.f, 0.f}, r[] = {0.f, 0.f};
    const guint group[] = {0, 0, 0, 0};
    const TrainVotes own = {4, 1, figures, group};
    float dy[4] = {0.f}, dr[2] = {0.f};
    const TrainVotesSlopes slopes = {dy, NULL, dr};
    train_loss_votes(&own, y, NULL, r, 1., &slopes);
    g_assert_cmpfloat(dr[0], >, .1f);
    g_assert_cmpfloat(dr[1], >, .1f);
}

/* log 2, log(1 + e) and log(1 + 1 / e); far out 0 and t itself. */
static void check_softplus(void)
{
    const float t[] = {0.f, 1.f, -1.f, -1000.f, 1000.f}, ds[] = {2.f, 1.f, 1.f, 1.f, 1.f};
    const double value[] = {0.69314718055994530942, 1.31326168751822283405, 0.31326168751822283405,
                            0., 1000.};
    const double slope[] = {2. * .5, 0.73105857863000487925, 0.26894142136999512075, 0., 1.};
    float s[5], dt[5] = {1.f, 1.f, 1.f, 1.f, 1.f};
    train_softplus(t, 5, s);
    train_softplus_back(t, ds, 5, dt);
    for (guint i = 0; i < 5; i++) { /* rounded to float once */
        g_assert_cmpfloat_with_epsilon(s[i], value[i], ldexp(value[i] + 1e-9, -24));
        g_assert_cmpfloat_with_epsilon(dt[i], 1. + slope[i], ldexp(2., -23));
    }
}

/* Far apart in the wrong order the loss is 1 and flat, but never not a number. */
static void check_fidelity_extremes(void)
{
    const float quality[] = {0, 100};
    const guint group[] = {0, 0};
    const TrainLabels own = {2, quality, group, NULL};
    for (float gap = -1000.f; gap <= 1000.f; gap += 250.f) {
        const float y[] = {0.f, gap};
        float dy[2] = {0.f};
        const double loss = train_loss_fidelity(&own, y, 0., 1., dy);
        g_assert_true(isfinite(dy[0]) && isfinite(dy[1]));
        g_assert_cmpfloat(loss, >=, -(1e-4 + 1e-8)); /* epsilon under the roots */
        g_assert_cmpfloat(loss, <=, 1.);
    }
}

static void check_mean_values(void)
{
    const float target[] = {0.f, 1.f}, y[] = {0.25f, -1.f};
    float dy[2] = {0.f}, db[2] = {0.f};
    assert_close(train_loss_squared(target, y, 2, 1., dy), (0.0625 + 4.) / 2.);
    g_assert_cmpfloat(dy[0], ==, 0.25f);
    g_assert_cmpfloat(dy[1], ==, -2.f);
    assert_close(train_loss_consistency(y, target, 2, 0.5, dy, db), (0.0625 + 4.) / 2.);
    g_assert_cmpfloat(db[0], ==, -0.125f);
    g_assert_cmpfloat(db[1], ==, 1.f);
}

/* No pair at all: no loss, no gradient, no division by zero. */
static void check_no_pairs(void)
{
    const float quality[] = {5, 5}, y[] = {1.f, 1.25f};
    const guint same[] = {0, 0}, apart[] = {0, 1};
    const TrainLabels tie = {2, quality, same, NULL}, strangers = {2, quality, apart, NULL};
    float dy[2] = {0.f};
    g_assert_cmpfloat(train_loss_hinge(&tie, y, 1., 1., dy), ==, 0.);
    g_assert_cmpfloat(train_loss_fidelity(&tie, y, 0., 1., dy), ==, 0.);
    g_assert_cmpfloat(train_loss_fidelity(&strangers, y, 12., 1., dy), ==, 0.);
    g_assert_cmpfloat(dy[0], ==, 0.f);
    g_assert_cmpfloat(dy[1], ==, 0.f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
        g_autofree char *path = g_strconcat("/loss/gradient/", losses[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), check_gradient);
    }
    g_test_add_func("/loss/value/hinge", check_hinge_value);
    g_test_add_func("/loss/value/fidelity", check_fidelity_value);
    g_test_add_func("/loss/value/fidelity-extremes", check_fidelity_extremes);
    g_test_add_func("/loss/value/learned", check_learned_value);
    g_test_add_func("/loss/value/softplus", check_softplus);
    g_test_add_func("/loss/value/votes", check_votes_value);
    g_test_add_func("/loss/value/votes-learn", check_votes_learn);
    g_test_add_func("/loss/value/votes-recover", check_votes_recover);
    g_test_add_func("/loss/value/votes-sorted", check_votes_sorted);
    g_test_add_func("/loss/value/means", check_mean_values);
    g_test_add_func("/loss/value/no-pairs", check_no_pairs);
    return g_test_run();
}
