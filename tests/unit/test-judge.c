/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fused judge: its network, fit, file, features and tables. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "judge-pairs.h"
#include "judge-private.h"
#include "judge-rebuild.h"
#include "seed.h"
#include "support.h"

static double draw(guint64 *state)
{
    return train_draw(state, 20001) / 10000. - 1; /* -1..1 */
}

/* Central differences of a smooth function in double: the error is h2/6 of its third derivative
 * plus rounding of 2^-53 / h, both far below the bound at h = 1e-5. */
static void test_gradient(void)
{
    static const guint sizes[] = {5, 7, 4, 1};
    g_autoptr(TrainMlp) mlp = train_mlp_new(sizes, 3);
    g_autofree double *gradient = g_new0(double, mlp->n_weights);
    const double input[] = {.3, -1.2, .8, 2, -.1}, h = 1e-5, slope = -1.5;
    TrainMlpTrace trace;

    g_assert_cmpuint(mlp->n_weights, ==, 6 * 7 + 8 * 4 + 5);
    train_mlp_forward(mlp, input, &trace);
    train_mlp_backward(mlp, input, &trace, slope, gradient);
    for (guint i = 0; i < mlp->n_weights; i++) {
        const double was = mlp->weights[i];
        mlp->weights[i] = was + h;
        const double above = train_mlp_forward(mlp, input, &trace);
        mlp->weights[i] = was - h;
        const double below = train_mlp_forward(mlp, input, &trace);
        mlp->weights[i] = was;
        const double expected = slope * (above - below) / (2 * h);
        g_test_message("weight %u: expected %.9g, got %.9g", i, expected, gradient[i]);
        g_assert_cmpfloat_with_epsilon(gradient[i], expected, 1e-8);
    }
}

enum { N_SAMPLES = 1200, N_FEATURES = 3 };

static double known(const double *x)
{
    return 50 + 20 * x[0] * x[1] + 15 * sin(2 * x[2]);
}

/* A function of three features, seen on two scales. */
typedef struct {
    double features[N_SAMPLES][N_FEATURES];
    TrainJudgeSample samples[N_SAMPLES];
} Known;

static Known *known_new(void)
{
    Known *set = g_new0(Known, 1);
    guint64 state = 5;
    for (guint i = 0; i < N_SAMPLES; i++) {
        double *x = set->features[i];
        for (guint f = 0; f < N_FEATURES; f++)
            x[f] = draw(&state);
        const guint is_other = i % 3 == 2;
        const double value = known(x);
        set->samples[i] = (TrainJudgeSample){
            .set = is_other ? TRAIN_JUDGE_TID : TRAIN_JUDGE_KADID,
            .label = is_other ? 30 + .4 * value : value,
            .weight = 1,
            .features = x,
        };
    }
    return set;
}

static TrainJudge *fit_known(const Known *set, guint epochs)
{
    TrainJudge *judge = train_judge_new();
    TrainJudgeFit params = train_judge_fit_defaults();
    judge->n_features = N_FEATURES;
    params.n_nets = 2;
    params.hidden[0] = 16;
    params.hidden[1] = 8;
    params.epochs = epochs;
    params.rate = 1e-2;
    train_judge_fit(judge, set->samples, N_SAMPLES, &params);
    return judge;
}

/* Labels span about 70 points; a network that learned nothing is some 14 off, one that took the
 * second scale for the first some 6. */
static void test_fit(void)
{
    g_autofree Known *set = known_new();
    g_autoptr(TrainJudge) judge = fit_known(set, 30);
    guint64 state = 77;
    double square = 0;
    for (guint i = 0; i < 500; i++) {
        double x[N_FEATURES];
        for (guint f = 0; f < N_FEATURES; f++)
            x[f] = draw(&state);
        const double error = train_judge_run(judge, x) - known(x);
        square += error * error;
    }
    g_test_message("root of the mean squared error: wanted below 1.5, got %g", sqrt(square / 500));
    g_assert_cmpfloat(sqrt(square / 500), <, 1.5);
}

static void test_fit_is_repeatable(void)
{
    g_autofree Known *set = known_new();
    g_autoptr(TrainJudge) one = fit_known(set, 2), two = fit_known(set, 2);
    for (guint net = 0; net < one->n_nets; net++)
        g_assert_cmpmem(one->nets[net]->weights, one->nets[net]->n_weights * sizeof(double),
                        two->nets[net]->weights, two->nets[net]->n_weights * sizeof(double));
    g_assert_cmpfloat(one->nets[0]->weights[0], !=, one->nets[1]->weights[0]);
}

/* A judge of all features whose networks are fresh, with a table of two types. */
static TrainJudge *sample_judge(void)
{
    TrainJudge *judge = train_judge_new();
    const guint sizes[] = {judge->n_features, 6, 5, 1};
    for (guint f = 0; f < judge->n_features; f++) {
        judge->mean[f] = .25 * f;
        judge->deviation[f] = 1 + .5 * f;
    }
    for (guint net = 0; net < 2; net++) {
        judge->nets[net] = train_mlp_new(sizes, 10 + net);
        for (guint i = 0; i < judge->nets[net]->n_weights; i++)
            judge->nets[net]->weights[i] = (float)judge->nets[net]->weights[i];
    }
    judge->n_nets = 2;
    judge->n_types = 2;
    judge->types = g_new0(char *, 2);
    judge->types[0] = g_strdup("blur");
    judge->types[1] = g_strdup("noise");
    judge->table = g_new0(double, 2 * TRAIN_LEVELS);
    for (guint i = 0; i < 2 * TRAIN_LEVELS; i++)
        judge->table[i] = 90 - 8 * (double)i;
    judge->license = g_strdup("a licence");
    return judge;
}

static TrainImage *sample_image(guint width, guint height, guint64 seed)
{
    TrainImage *image = train_image_new(width, height);
    for (guint i = 0; i < width * height * 3; i++)
        image->rgb[i] = (guint8)(128 + 60 * sin(.02 * i) + train_draw(&seed, 40));
    return image;
}

typedef struct {
    char *folder, *path;
} File;

static void file_set_up(File *file, gconstpointer data)
{
    (void)data;
    file->folder = g_dir_make_tmp("judge-XXXXXX", NULL);
    file->path = g_build_filename(file->folder, "file", NULL);
}

static void file_tear_down(File *file, gconstpointer data)
{
    (void)data;
    g_unlink(file->path);
    g_rmdir(file->folder);
    g_free(file->path);
    g_free(file->folder);
}

static void test_file(File *file, gconstpointer data)
{
    (void)data;
    g_autoptr(TrainJudge) judge = sample_judge();
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) a = sample_image(40, 36, 1), b = sample_image(40, 36, 2);
    g_assert_true(train_judge_save(judge, file->path, &error));
    g_assert_no_error(error);
    g_autoptr(TrainJudge) again = train_judge_load(file->path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(again->license, ==, "a licence");
    g_assert_cmpuint(again->n_types, ==, 2);
    g_assert_cmpfloat(train_judge_score(again, a, b), ==, train_judge_score(judge, a, b));
}

/* A type of the table gets half of its label from there; levels are its columns. */
static void test_label(void)
{
    g_autoptr(TrainJudge) judge = sample_judge();
    g_autoptr(TrainImage) a = sample_image(40, 36, 1), b = sample_image(40, 36, 2);
    const double score = train_judge_score(judge, a, b);
    const TrainDistortion *noise = train_distortion_find("noise");
    for (guint level = 0; level < TRAIN_LEVELS; level++)
        g_assert_cmpfloat(train_judge_label(judge, noise, level, a, b), ==,
                          (score + judge->table[TRAIN_LEVELS + level]) / 2);
    g_assert_cmpfloat(train_judge_label(judge, train_distortion_find("jpeg"), 0, a, b), ==, score);
}

/* What a damaged judge of sample_judge()'s shape holds instead; each is refused with that word. */
typedef struct {
    const char *what, *word;
    const char *architecture, *feature;
    guint nets, hidden;
    float deviation, rating;
    gboolean no_mean, short_bias;
} Damage;

static void put_damaged_net(BiqaGgufWriter *writer, const Damage *damage)
{
    static const float zeros[64];
    const guint64 sizes[] = {1, 2, 2, 1};
    for (guint l = 0; l < TRAIN_MLP_LAYERS; l++) {
        g_autofree char *weight = g_strdup_printf("net.0.%u.weight", l);
        g_autofree char *bias = g_strdup_printf("net.0.%u.bias", l);
        const guint64 wrong = 3;
        biqa_gguf_put_tensor(writer, weight, sizes + l, 2, zeros);
        biqa_gguf_put_tensor(writer, bias, damage->short_bias ? &wrong : sizes + l + 1, 1, zeros);
    }
}

static void save_damaged(const Damage *damage, const char *path)
{
    g_autoptr(BiqaGgufWriter) writer = biqa_gguf_writer_new();
    const char *feature = damage->feature ? damage->feature : "psnr", *type = "blur";
    const guint hidden[] = {damage->hidden ? damage->hidden : 2, 2};
    const guint64 one = 1, table[] = {TRAIN_LEVELS, 1};
    const float mean = 0, deviation = damage->deviation != 0 ? damage->deviation : 1;
    const float ratings[TRAIN_LEVELS] = {50, 40, damage->rating};

    biqa_gguf_put_string(writer, "general.architecture",
                         damage->architecture ? damage->architecture : "biqa-judge");
    biqa_gguf_put_string(writer, "general.license", "");
    biqa_gguf_put_string(writer, "general.description", "");
    biqa_gguf_put_strings(writer, "judge.features", &feature, 1);
    biqa_gguf_put_strings(writer, "judge.types", &type, 1);
    biqa_gguf_put_uint(writer, "judge.nets", damage->nets ? damage->nets : 1);
    biqa_gguf_put_uints(writer, "judge.hidden", hidden, 2);
    if (!damage->no_mean)
        biqa_gguf_put_tensor(writer, "mean", &one, 1, &mean);
    biqa_gguf_put_tensor(writer, "deviation", &one, 1, &deviation);
    biqa_gguf_put_tensor(writer, "table", table, 2, ratings);
    put_damaged_net(writer, damage);
    g_assert_true(biqa_gguf_writer_save(writer, path, NULL));
}

static void test_damaged_files(File *file, gconstpointer data)
{
    static const Damage damages[] = {
        {"another architecture", "not a judge", .architecture = "biqa"},
        {"an unknown feature", "'lpips'", .feature = "lpips"},
        {"too many networks", "out of range", .nets = 1000},
        {"a missing network", "'net.1.0.weight' is missing", .nets = 2},
        {"a layer too wide", "out of range", .hidden = 65},
        {"a layer of another width", "another shape", .hidden = 3},
        {"a negative deviation", "deviation of 'psnr'", .deviation = -1},
        {"a rating beyond the scale", "rates 'blur' at level 3", .rating = 101},
        {"no mean", "'mean' is missing", .no_mean = TRUE},
        {"a bias of another size", "another shape", .short_bias = TRUE},
    };
    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("%s", damages[i].what);
        save_damaged(&damages[i], file->path);
        g_assert_null(train_judge_load(file->path, &error));
        g_assert_nonnull(error);
        g_test_message("wanted \"%s\" in \"%s\"", damages[i].word, error->message);
        g_assert_nonnull(strstr(error->message, damages[i].word));
        g_assert_true(g_str_has_prefix(error->message, file->path));
    }
    /* And with nothing damaged it is read. */
    const Damage none = {0};
    save_damaged(&none, file->path);
    g_autoptr(TrainJudge) judge = train_judge_load(file->path, NULL);
    g_assert_nonnull(judge);
}

static double feature_of(const char *name, const TrainImage *a, const TrainImage *b)
{
    const TrainJudgeFeature *feature = train_judge_feature_find(name);
    double value = NAN;
    train_judge_measure(&feature, 1, a, b, &value);
    return value;
}

/* Worked out by hand on flat pictures: 100 grey against 120 grey. */
static void test_simple_features(void)
{
    g_autoptr(TrainImage) a = train_image_new(32, 32), b = train_image_new(32, 32),
                          c = train_image_new(32, 32);
    memset(a->rgb, 100, 32 * 32 * 3);
    memset(b->rgb, 120, 32 * 32 * 3);
    memset(c->rgb, 100, 32 * 32 * 3);
    for (guint i = 0; i < 32 * 32; i++)
        c->rgb[3 * i] = 150; /* redder: Y 114.95, Cb -8.43, Cr 24.99 */
    /* Sums of a thousand floats of 24 bits. */
    g_assert_cmpfloat_with_epsilon(feature_of("mean-shift", a, b), 20 / 255., 1e-5);
    g_assert_cmpfloat_with_epsilon(feature_of("contrast", a, b), 0, 1e-4);
    g_assert_cmpfloat_with_epsilon(feature_of("saturation", a, b), 0, 1e-4);
    g_assert_cmpfloat_with_epsilon(feature_of("chroma-psnr", a, b), 60, 1e-4);
    const double cb = -.564 * 14.95, cr = .713 * 35.05, half = (cb * cb + cr * cr) / 2;
    g_assert_cmpfloat_with_epsilon(feature_of("saturation", a, c), log((sqrt(2 * half) + 2) / 2),
                                   1e-4);
    g_assert_cmpfloat_with_epsilon(feature_of("chroma-psnr", a, c),
                                   10 * log10(65025 / (half + .065025)), 1e-4);
    const double similarity = 100 / (cb * cb + 100) * 100 / (cr * cr + 100);
    g_assert_cmpfloat_with_epsilon(feature_of("chroma-similarity", a, c),
                                   -log10(1 - similarity + 1e-3), 1e-4);
}

/* No picture, however small or flat, makes a figure that is not a number. */
static void test_features_are_finite(void)
{
    static const guint sizes[][2] = {{1, 1}, {1, 7}, {9, 2}, {33, 17}};
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        for (guint kind = 0; kind < 3; kind++) {
            g_autoptr(TrainImage) a = sample_image(sizes[s][0], sizes[s][1], 1),
                                  b = sample_image(sizes[s][0], sizes[s][1], 2);
            if (kind) /* black against noise, black against black */
                memset(a->rgb, 0, 3 * sizes[s][0] * sizes[s][1]);
            if (kind == 2)
                memset(b->rgb, 0, 3 * sizes[s][0] * sizes[s][1]);
            for (guint f = 0; train_judge_feature_at(f); f++) {
                const char *name = train_judge_feature_name(train_judge_feature_at(f));
                const double value = feature_of(name, a, b);
                g_test_message("%u x %u, kind %u, %s: %g", sizes[s][0], sizes[s][1], kind, name,
                               value);
                g_assert_true(isfinite(value));
            }
        }
    }
}

/* A whole table in text, less the line of skipped, with an extra line. */
static void write_table(const char *path, guint skipped, const char *extra)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint n = 0;
    for (guint r = 1; r <= 25; r++) {
        for (guint t = 1; t <= 24; t++) {
            for (guint l = 1; l <= TRAIN_LEVELS; l++) {
                if (++n == skipped)
                    continue;
                g_string_append_printf(text, "%u.5 %c%02u_%02u_%u.bmp\n", l, r % 2 ? 'I' : 'i', r,
                                       t, l);
            }
        }
    }
    g_string_append(text, extra);
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
}

static void test_table(File *file, gconstpointer data)
{
    static const struct {
        guint skipped;
        const char *extra, *word;
    } cases[] = {
        {7, "", "no rating of I01_02_02"},
        {0, "3.0 I01_01_1.bmp\n", "line 3001: \"3.0 I01_01_1.bmp\" rates a picture again"},
        {1, "3.0 I26_01_1.bmp\n", "line 3000"},
        {1, "9.1 I01_01_1.bmp\n", "a rating of 0 to 9"},
        {1, "nan I01_01_1.bmp\n", "line 3000"},
        {1, "3.0 I01_01_1.bmp x\n", "line 3000"},
        {1, "I01_01_1.bmp\n", "line 3000"},
        {1, "3.0 I01_01_.bmp\n", "line 3000"},
    };
    (void)data;
    g_autoptr(GError) error = NULL;
    write_table(file->path, 1, "I01_01_1.bmp\t9\n");
    g_autoptr(TrainRatingTable) table =
        train_rating_table_load(file->path, &train_rating_tid, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(train_rating_table_at(table, 0, 0, 0), ==, 100);
    g_assert_cmpfloat_with_epsilon(train_rating_table_at(table, 24, 23, 4), 100 * 5.5 / 9, 1e-9);
    g_assert_cmpfloat_with_epsilon(train_rating_table_mean(table, 0, 0),
                                   (100 + 24 * 100 * 1.5 / 9) / 25, 1e-9);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) refused = NULL;
        write_table(file->path, cases[i].skipped, cases[i].extra);
        g_assert_null(train_rating_table_load(file->path, &train_rating_tid, &refused));
        assert_refused(refused, BIQA_ERROR_FORMAT, cases[i].word);
    }
    g_unlink(file->path);
    g_autoptr(GError) absent = NULL;
    g_assert_null(train_rating_table_load(file->path, &train_rating_tid, &absent));
    assert_refused(absent, BIQA_ERROR_FILE, file->path);
}

/* Each level of a few types comes as near as promised, each worse than the one before. */
static void test_rebuild(void)
{
    g_autoptr(TrainImage) image = sample_image(64, 48, 9);
    guint n;
    const TrainRebuildType *types = train_rebuild_types(&n);
    static const double wanted[TRAIN_LEVELS] = {33, 30, 27, 24, 21};
    guint tried = 0;
    for (guint t = 0; t < n; t++) {
        if (types[t].type != 1 && types[t].type != 3 && types[t].type != 7)
            continue;
        TrainRebuild rebuild = {&types[t], image, 4};
        for (guint level = 0; level < TRAIN_LEVELS; level++, tried++) {
            g_autoptr(TrainImage) made = NULL;
            g_assert_true(train_rebuild(&rebuild, level, &made, NULL));
            g_assert_nonnull(made);
            const double psnr = train_rebuild_psnr(image, made);
            g_test_message("type %u, level %u: wanted %g dB, got %g", types[t].type, level + 1,
                           wanted[level], psnr);
            g_assert_cmpfloat(fabs(psnr - wanted[level]), <=, TRAIN_REBUILD_TOLERANCE);
        }
    }
    g_assert_cmpuint(tried, ==, 3 * TRAIN_LEVELS);
}

/* No factor of its colours changes a grey picture: it is left out, which is no error. */
static void test_rebuild_without_hit(void)
{
    g_autoptr(TrainImage) grey = train_image_new(16, 16), made = NULL;
    guint n, t = 0;
    const TrainRebuildType *types = train_rebuild_types(&n);
    memset(grey->rgb, 90, 16 * 16 * 3);
    while (types[t].type != 18)
        t++;
    g_assert_cmpuint(t, <, n);
    TrainRebuild rebuild = {&types[t], grey, 4};
    g_assert_true(train_rebuild(&rebuild, 0, &made, NULL));
    g_assert_null(made);
}

/* Differences of 1 and 2 in turns: a mean square of 2.5. */
static void test_rebuild_psnr(void)
{
    g_autoptr(TrainImage) a = sample_image(8, 6, 1), b = train_image_copy(a);
    for (guint i = 0; i < 8 * 6 * 3; i++)
        b->rgb[i] = (guint8)(b->rgb[i] + (i % 2 ? 1 : -2));
    g_assert_cmpfloat_with_epsilon(train_rebuild_psnr(a, b), 10 * log10(65025 / 2.5), 1e-9);
    g_assert_true(isinf(train_rebuild_psnr(a, a)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/judge/gradient", test_gradient);
    g_test_add_func("/judge/fit", test_fit);
    g_test_add_func("/judge/fit-is-repeatable", test_fit_is_repeatable);
    g_test_add("/judge/file", File, NULL, file_set_up, test_file, file_tear_down);
    g_test_add_func("/judge/label", test_label);
    g_test_add("/judge/damaged-files", File, NULL, file_set_up, test_damaged_files, file_tear_down);
    g_test_add_func("/judge/simple-features", test_simple_features);
    g_test_add_func("/judge/features-are-finite", test_features_are_finite);
    g_test_add("/judge/table", File, NULL, file_set_up, test_table, file_tear_down);
    g_test_add_func("/judge/rebuild", test_rebuild);
    g_test_add_func("/judge/rebuild-without-hit", test_rebuild_without_hit);
    g_test_add_func("/judge/rebuild-psnr", test_rebuild_psnr);
    return g_test_run();
}
