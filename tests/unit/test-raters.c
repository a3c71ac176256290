/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raters' files: read, refused, put together. */
#include "opinions.h"
#include "seed.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define HEAD "rater,scale,sitting,pair,image,content,other,other-content,grade\n"

typedef struct {
    char *folder;
    GPtrArray *files;
} Desk;

static void put(Desk *desk, const char *text)
{
    g_autofree char *name = g_strdup_printf("r%u.csv", desk->files->len);
    char *path = g_build_filename(desk->folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_ptr_array_add(desk->files, path);
}

static Desk desk_new(void)
{
    Desk desk = {g_dir_make_tmp("biqa-raters-XXXXXX", NULL),
                 g_ptr_array_new_with_free_func(g_free)};
    return desk;
}

static void desk_clear(Desk *desk)
{
    for (guint i = 0; i < desk->files->len; i++) {
        if (g_ptr_array_index(desk->files, i))
            g_unlink(g_ptr_array_index(desk->files, i));
    }
    g_assert_cmpint(g_rmdir(desk->folder), ==, 0);
    g_ptr_array_unref(desk->files);
    g_free(desk->folder);
}

static TrainGrades *load(Desk *desk, GError **error)
{
    g_ptr_array_add(desk->files, NULL);
    return train_grades_load((char *const *)desk->files->pdata, error);
}

static TrainGrades *load_well(Desk *desk)
{
    g_autoptr(GError) error = NULL;
    TrainGrades *grades = load(desk, &error);
    g_assert_no_error(error);
    return grades;
}

/* -- reading ------------------------------------------------------------------------------- */

static void test_mean(void)
{
    Desk desk = desk_new();
    put(&desk, HEAD "\"Ann, A\",absolute,s,1,a.png,x,,,5\n\"Ann, A\",absolute,s,1,b.png,y,,,2\n"
                    "\"Ann, A\",absolute,s,2,a.png,x,,,4\n");
    put(&desk,
        "\xef\xbb\xbf" HEAD "Bob,absolute,s,1,a.png,x,,,3\r\n\nBob,absolute,s,1,b.png,y,,,1\r\n");
    g_autoptr(TrainGrades) grades = load_well(&desk);
    g_autoptr(TrainOpinions) opinions = train_opinions_new(grades);
    g_assert_false(grades->comparison);
    g_assert_cmpuint(grades->raters->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(grades->raters, 0), ==, "Ann, A");
    g_assert_cmpstr(g_ptr_array_index(grades->contents, 1), ==, "y");
    /* Ann's 4.5 and Bob's 3: 87.5 and 50 points. */
    const TrainOpinion *a = &opinions->images[0];
    g_assert_cmpuint(a->n, ==, 2);
    g_assert_cmpfloat_with_epsilon(a->mos, 68.75, 1e-9);
    g_assert_cmpfloat_with_epsilon(a->std, 37.5 / G_SQRT2, 1e-9);
    g_assert_cmpfloat_with_epsilon(a->high - a->mos, 1.96 * 37.5 / 2, 1e-9);
    g_assert_cmpfloat_with_epsilon(a->mos - a->low, 1.96 * 37.5 / 2, 1e-9);
    g_assert_cmpfloat_with_epsilon(opinions->images[1].mos, 12.5, 1e-9);
    g_assert_true(isnan(opinions->raters[0].agreement)); /* two pictures tell nothing */
    desk_clear(&desk);
}

static void refuse(const char *first, const char *second, const char *word)
{
    g_autoptr(GError) error = NULL;
    Desk desk = desk_new();
    put(&desk, first);
    if (second)
        put(&desk, second);
    g_assert_null(load(&desk, &error));
    if (!strstr(error->message, word))
        g_error("\"%s\" is not in: %s", word, error->message);
    desk_clear(&desk);
}

static void test_broken(void)
{
    static const char good[] = HEAD "Ann,absolute,s,1,a.png,x,,,5\n";
    refuse(HEAD, NULL, "r0.csv\", line 2: there are no grades");
    refuse("rater,pair,image,grade\n", NULL, "line 1: no column \"scale\"");
    refuse(HEAD "Ann,absolute,s,1,a.png,x,,,6\n", NULL, "line 2: grade \"6\"");
    refuse(HEAD "Ann,absolute,s,1,a.png,x,,,\n", NULL, "grade \"\"");
    refuse(HEAD "Ann,absolute,s,1,a.png,x,,,nan\n", NULL, "grade \"nan\"");
    refuse(HEAD "Ann,loud,s,1,a.png,x,,,5\n", NULL, "\"loud\" is no scale");
    refuse(HEAD "Ann,absolute,s,x,a.png,x,,,5\n", NULL, "\"x\" is no number of a pair");
    refuse(HEAD ",absolute,s,1,a.png,x,,,5\n", NULL, "no rater");
    refuse(HEAD "Ann,absolute\n", NULL, "too few columns");
    refuse(HEAD "\"Ann,absolute\n", NULL, "a quote is not closed");
    refuse(HEAD "Ann,comparison,s,1,a.png,x,a.png,x,1\n", NULL, "another picture");
    refuse(good, HEAD "Bob,comparison,s,1,a.png,x,b.png,x,1\n", "r1.csv\", line 2: scale");
    refuse(good, HEAD "Ann,absolute,s,1,a.png,x,,,4\n", "before, otherwise, in");
    refuse(good, good, "before, alike, in");
    /* The same pair, its sides changed. */
    refuse(HEAD "Ann,comparison,s,1,b.png,x,a.png,x,2\n",
           HEAD "Ann,comparison,s,1,a.png,x,b.png,x,2\n", "before, otherwise, in");
    refuse(HEAD "Ann,comparison,s,1,b.png,x,a.png,x,2\n",
           HEAD "Ann,comparison,s,1,a.png,x,b.png,x,-2\n", "before, alike, in");
    refuse(good, "nonsense", "r1.csv\", line 1");
}

/* -- who counts ---------------------------------------------------------------------------- */

#define IMAGES 40
#define RATERS 24

typedef double (*Grader)(guint image, guint64 *state);

/* 2 to 4, better from image to image. */
static double quality(guint image)
{
    return 2 + 2. * image / (IMAGES - 1);
}

/* Half a grade off at most, evenly: a standard deviation of .29 and a kurtosis of 1.8. */
static double grade_well(guint image, guint64 *state)
{
    return quality(image) + (train_draw(state, 101) - 50.) / 100;
}

static double grade_turned(guint image, guint64 *state)
{
    return 6 - grade_well(image, state);
}

/* Nine tenths off to either side: 2.6 standard deviations of all of them together, which brings
 * the kurtosis to 2.9 and so the bound to two. */
static double grade_wildly(guint image, guint64 *state)
{
    return quality(image) + (train_draw(state, 2) ? .9 : -.9);
}

/* Files of good raters and of one that grades in another way. */
static TrainOpinions *rate(Grader odd)
{
    Desk desk = desk_new();
    guint64 state = 1;
    for (guint r = 0; r < RATERS; r++) {
        g_autoptr(GString) text = g_string_new(HEAD);
        for (guint i = 0; i < IMAGES; i++)
            g_string_append_printf(text, "r%u,absolute,s,%u,i%u.png,c%u,,,%.2f\n", r, i + 1, i, i,
                                   (r == 3 ? odd : grade_well)(i, &state));
        put(&desk, text->str);
    }
    g_autoptr(TrainGrades) grades = load_well(&desk);
    desk_clear(&desk);
    return train_opinions_new(grades);
}

static void check_counts(const TrainOpinions *opinions, const char *odd)
{
    for (guint r = 0; r < RATERS; r++)
        g_assert_true(opinions->raters[r].why_not == (r == 3 ? odd : NULL));
    for (guint i = 0; i < IMAGES; i++)
        g_assert_cmpuint(opinions->images[i].n, ==, odd ? RATERS - 1 : RATERS);
    g_assert_cmpfloat(opinions->alpha, >, .6);
    g_assert_cmpfloat(opinions->alpha, <, 1);
}

static void test_screening(void)
{
    g_autoptr(TrainOpinions) all = rate(grade_well);
    g_autoptr(TrainOpinions) turned = rate(grade_turned);
    g_autoptr(TrainOpinions) wild = rate(grade_wildly);
    check_counts(all, NULL);
    check_counts(turned, TRAIN_WHY_AGAINST);
    check_counts(wild, TRAIN_WHY_OUTLIER);
    g_assert_cmpfloat(turned->raters[3].agreement, <, -.5);
    g_assert_cmpfloat(turned->raters[0].agreement, >, .5);
}

/* Krippendorff's own kind of example, worked out by hand: values 0, 0; 25, 50; and 100, alone. */
static void test_alpha(void)
{
    Desk desk = desk_new();
    put(&desk, HEAD "A,absolute,s,1,a,a,,,1\nA,absolute,s,2,b,b,,,2\nA,absolute,s,3,c,c,,,5\n");
    put(&desk, HEAD "B,absolute,s,1,a,a,,,1\nB,absolute,s,2,b,b,,,3\n");
    g_autoptr(TrainGrades) grades = load_well(&desk);
    g_autoptr(TrainOpinions) opinions = train_opinions_new(grades);
    /* Observed: 2 * 25^2 / 1; expected: ordered pairs of 0, 0, 25, 50 over 3. */
    const double observed = 2 * 625., expected = 2 * (2 * 625. + 2 * 2500. + 625.) / 3;
    g_assert_cmpfloat_with_epsilon(opinions->alpha, 1 - observed / expected, 1e-12);
    desk_clear(&desk);
}

/* -- comparisons --------------------------------------------------------------------------- */

/* Two pictures, a better three times of four: with the half that is added to both, 3.5 to 1.5. A
 * third and fourth are a group of their own, and equal. */
static void test_comparisons(void)
{
    Desk desk = desk_new();
    g_autoptr(GString) text = g_string_new(HEAD);
    for (guint r = 0; r < 4; r++)
        g_string_append_printf(text, "r%u,comparison,s,1,%s,%d\n", r, r % 2 ? "a,x,b,y" : "b,y,a,x",
                               (r % 2 ? 1 : -1) * (r == 3 ? -1 : 2));
    g_string_append(text, "r0,comparison,s,2,d,z,c,z,0\n");
    put(&desk, text->str);
    g_autoptr(TrainGrades) grades = load_well(&desk);
    g_autoptr(TrainOpinions) opinions = train_opinions_new(grades);
    g_assert_true(grades->comparison);
    g_assert_cmpstr(g_ptr_array_index(grades->images, 0), ==, "b");
    const TrainOpinion *b = &opinions->images[0], *a = &opinions->images[1];
    const double points = 12 * G_SQRT2 / 1.702, p = .7;
    g_assert_cmpfloat_with_epsilon(a->mos - b->mos, points * log(3.5 / 1.5), 1e-6);
    g_assert_cmpfloat_with_epsilon(a->mos + b->mos, 100, 1e-6);
    g_assert_cmpfloat_with_epsilon(a->std, points / sqrt(4 * p * (1 - p)), 1e-6);
    g_assert_cmpuint(a->n, ==, 4);
    g_assert_cmpuint(opinions->n_groups, ==, 2);
    g_assert_cmpuint(a->group, ==, b->group);
    g_assert_cmpuint(opinions->images[2].group, ==, 1);
    g_assert_cmpfloat_with_epsilon(opinions->images[3].mos, 50, 1e-9);
    g_assert_cmpfloat(opinions->raters[1].agreement, ==, 1);
    g_assert_cmpfloat(opinions->raters[3].agreement, ==, 0);
    desk_clear(&desk);
}

/* A chain of pictures, each better than the one before it: scores rise, and contradiction lowers no
 * other than whom it should. */
static void test_chain(void)
{
    Desk desk = desk_new();
    g_autoptr(GString) text = g_string_new(HEAD);
    for (guint i = 0; i < 6; i++)
        g_string_append_printf(text, "r,comparison,s,%u,p%u,c,p%u,c,1\n", i + 1, i + 1, i);
    put(&desk, text->str);
    g_autoptr(TrainGrades) grades = load_well(&desk);
    g_autoptr(TrainOpinions) opinions = train_opinions_new(grades);
    g_assert_cmpuint(opinions->n_groups, ==, 1);
    for (guint i = 0; i < 6; i++) {
        /* Images are p1, p0, p2, p3, ...: a chain's neighbours stand log 3 apart. */
        const guint low = i == 0 ? 1 : i == 1 ? 0 : i, high = i == 0 ? 0 : i + 1;
        g_assert_cmpfloat_with_epsilon(opinions->images[high].mos - opinions->images[low].mos,
                                       12 * G_SQRT2 / 1.702 * log(3), 1e-4);
    }
    desk_clear(&desk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/raters/mean", test_mean);
    g_test_add_func("/raters/broken", test_broken);
    g_test_add_func("/raters/screening", test_screening);
    g_test_add_func("/raters/alpha", test_alpha);
    g_test_add_func("/raters/comparisons", test_comparisons);
    g_test_add_func("/raters/chain", test_chain);
    return g_test_run();
}
