/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pool of ranked images: what it holds, when its cache file is used and when it is made again,
 * and what happens when it cannot be. */
#include "annotator.h"
#include "full-disk.h"
#include "judge-private.h"
#include "pool.h"
#include "removal.h"
#include "support.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <string.h>
#include <utime.h>

#define SIDE 32
#define N_PICTURES 3

static const char *const types[] = {"blur", "noise", "jpeg", NULL};

/* One that gives two tiles of 3 x 2 after halving, one smaller than a tile, one of a tile. */
static const guint sizes[N_PICTURES][2] = {{200, 140}, {20, 30}, {47, 40}};

#define N_CONTENTS 4

typedef struct {
    char *folder, *cache;
    char *paths[N_PICTURES + 1];
    TrainWorkers *workers;
    TrainPoolParams params;
} Fixture;

static void write_picture(const char *path, guint width, guint height, guint32 seed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) image = train_image_new(width, height);
    GRand *rand = g_rand_new_with_seed(seed);
    for (guint i = 0; i < 3 * width * height; i++)
        image->rgb[i] = (guint8)g_rand_int(rand);
    g_rand_free(rand);
    train_image_save(image, path, &error);
    g_assert_no_error(error);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
    fixture->folder = g_dir_make_tmp("biqa-pool-XXXXXX", NULL);
    g_assert_nonnull(fixture->folder);
    fixture->cache = g_build_filename(fixture->folder, "deep", "cache", NULL);
    for (guint i = 0; i < N_PICTURES; i++) {
        g_autofree char *name = g_strdup_printf("%u.png", i);
        fixture->paths[i] = g_build_filename(fixture->folder, name, NULL);
        write_picture(fixture->paths[i], sizes[i][0], sizes[i][1], i);
    }
    fixture->workers = train_workers_new(2);
    fixture->params = (TrainPoolParams){
        .paths = (const char *const *)fixture->paths,
        .types = types,
        .side = SIDE,
        .cuts = 2,
        .sizes = 1,
        .cache = fixture->cache,
        .seed = 11,
    };
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    tree_remove(fixture->folder);
    train_workers_free(fixture->workers);
    for (guint i = 0; i < N_PICTURES; i++)
        g_free(fixture->paths[i]);
    g_free(fixture->cache);
    g_free(fixture->folder);
}

static TrainPool *open_pool(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    TrainPool *pool = train_pool_open(&fixture->params, fixture->workers, &error);
    g_assert_no_error(error);
    return pool;
}

/* The one file in the cache folder; NULL where there is none. */
static char *cache_file(const Fixture *fixture)
{
    g_autoptr(GDir) dir = g_dir_open(fixture->cache, 0, NULL);
    const char *name = dir ? g_dir_read_name(dir) : NULL;
    char *path = name ? g_build_filename(fixture->cache, name, NULL) : NULL;
    g_assert_true(!name || !g_dir_read_name(dir));
    return path;
}

static guint64 inode_of(const Fixture *fixture)
{
    g_autofree char *path = cache_file(fixture);
    GStatBuf info;
    g_assert_cmpint(g_stat(path, &info), ==, 0);
    return info.st_ino;
}

static gboolean is_same(const TrainImage *a, const TrainImage *b)
{
    return a->width == b->width && a->height == b->height &&
           memcmp(a->rgb, b->rgb, 3 * (gsize)a->width * a->height) == 0;
}

/* Whether and where content stands in picture. */
static gboolean find_content(const TrainImage *picture, const TrainImage *content, guint *x,
                             guint *y)
{
    for (*y = 0; *y + content->height <= picture->height; (*y)++) {
        for (*x = 0; *x + content->width <= picture->width; (*x)++) {
            g_autoptr(TrainImage) cut =
                train_image_cut(picture, *x, *y, content->width, content->height);
            if (is_same(cut, content))
                return TRUE;
        }
    }
    return FALSE;
}

static void test_contents(Fixture *fixture, gconstpointer data)
{
    static const guint pictures[] = {0, 0, 1, 2};
    static const guint expected[][2] = {{32, 32}, {32, 32}, {20, 30}, {32, 32}};
    g_autoptr(TrainPool) pool = open_pool(fixture);
    g_assert_cmpuint(train_pool_n_contents(pool), ==, N_CONTENTS);
    g_assert_cmpuint(train_pool_n_types(pool), ==, 3);
    guint x[N_CONTENTS], y[N_CONTENTS];
    for (guint i = 0; i < N_CONTENTS; i++) {
        const char *path = fixture->paths[pictures[i]];
        g_assert_cmpstr(train_pool_path(pool, i), ==, path);
        g_autoptr(TrainImage) whole = train_image_load(path, NULL);
        g_autoptr(TrainImage) reduced = train_image_reduce(whole, i < 2 ? 2 : 1);
        TrainImage content = train_pool_image(pool, i, 0, 0);
        g_assert_cmpuint(content.width, ==, expected[i][0]);
        g_assert_cmpuint(content.height, ==, expected[i][1]);
        g_assert_true(find_content(reduced, &content, &x[i], &y[i]));
    }
    g_assert_true(ABS((gint)x[0] - (gint)x[1]) >= SIDE || ABS((gint)y[0] - (gint)y[1]) >= SIDE);
}

/* Of a picture that is flat but for its last tiles, those are taken. */
static void test_sharpest(Fixture *fixture, gconstpointer data)
{
    g_autoptr(TrainImage) image = train_image_new(3 * SIDE, SIDE);
    memset(image->rgb, 90, 9 * SIDE * SIDE);
    for (guint y = 0; y < SIDE; y += 2)
        memset(image->rgb + 3 * (y * image->width + 2 * SIDE), 200, 3 * SIDE);
    g_assert_true(train_image_save(image, fixture->paths[1], NULL));
    fixture->params.cuts = 1;
    fixture->params.sharpest = TRUE;
    for (fixture->params.seed = 1; fixture->params.seed <= 4; fixture->params.seed++) {
        g_autoptr(TrainPool) pool = open_pool(fixture);
        const TrainImage content = train_pool_image(pool, 1, 0, 0);
        g_assert_cmpuint(content.width, ==, SIDE);
        g_assert_cmpuint(content.rgb[0], !=, content.rgb[3 * SIDE]);
    }
}

/* A picture of five times one and a half sides is cut reduced by 5, by 2 and as it is. */
static void test_sizes(Fixture *fixture, gconstpointer data)
{
    const guint factors[] = {5, 2, 1}, whole = 15 * SIDE / 2;
    g_autoptr(TrainImage) image = train_image_new(whole, whole);
    for (guint i = 0; i < whole * whole; i++) /* a ramp, whose slope tells how much it is reduced */
        memset(image->rgb + 3 * i, (int)(i % whole), 3);
    g_assert_true(train_image_save(image, fixture->paths[1], NULL));
    fixture->params.cuts = 1;
    fixture->params.sizes = 4;
    g_autoptr(TrainPool) pool = open_pool(fixture);
    guint n = 0;
    for (guint i = 0; i < train_pool_n_contents(pool); i++) {
        if (!g_str_equal(train_pool_path(pool, i), fixture->paths[1]))
            continue;
        const TrainImage content = train_pool_image(pool, i, 0, 0);
        g_assert_cmpuint(n, <, G_N_ELEMENTS(factors));
        g_assert_cmpint(content.rgb[3] - content.rgb[0], ==, factors[n++]);
    }
    g_assert_cmpuint(n, ==, G_N_ELEMENTS(factors));
}

/* Images are the distortions of their content; noise is another at each place. */
static void test_distortions(Fixture *fixture, gconstpointer data)
{
    g_autoptr(TrainPool) pool = open_pool(fixture);
    for (guint i = 0; i < N_CONTENTS; i++) {
        TrainImage content = train_pool_image(pool, i, 2, 0);
        for (guint level = 1; level <= TRAIN_LEVELS; level++) {
            const TrainDistortion *blur = train_distortion_find("blur");
            const TrainDistortion *jpeg = train_distortion_find("jpeg");
            TrainImage blurred = train_pool_image(pool, i, 0, level);
            TrainImage coded = train_pool_image(pool, i, 2, level);
            g_autoptr(TrainImage) a = blur->apply(&content, blur->levels[level - 1], 0, NULL);
            g_autoptr(TrainImage) b = jpeg->apply(&content, jpeg->levels[level - 1], 0, NULL);
            g_test_message("content %u level %u", i, level);
            g_assert_true(is_same(&blurred, a));
            g_assert_true(is_same(&coded, b));
        }
    }
    TrainImage one = train_pool_image(pool, 0, 1, 1), two = train_pool_image(pool, 1, 1, 1);
    TrainImage clean = train_pool_image(pool, 0, 1, 0), other = train_pool_image(pool, 1, 1, 0);
    guint differ = 0;
    for (guint i = 0; i < 3 * SIDE * SIDE; i++)
        differ += one.rgb[i] - clean.rgb[i] != two.rgb[i] - other.rgb[i];
    g_assert_cmpuint(differ, >, SIDE * SIDE);
}

/* A judge that knows nothing but says something else of every picture. */
static void save_judge(const char *path)
{
    g_autoptr(TrainJudge) judge = train_judge_new();
    g_autoptr(GError) error = NULL;
    const guint sizes[] = {judge->n_features, 4, 3, 1};
    for (guint f = 0; f < judge->n_features; f++)
        judge->deviation[f] = 1;
    judge->nets[judge->n_nets++] = train_mlp_new(sizes, 5);
    for (guint i = 0; i < judge->nets[0]->n_weights; i++)
        judge->nets[0]->weights[i] = (float)judge->nets[0]->weights[i];
    train_judge_save(judge, path, &error);
    g_assert_no_error(error);
}

/* Without a judge there are no labels; with one, they are what it says. */
static void test_labels(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->folder, "judge", NULL);
    g_autoptr(TrainPool) plain = open_pool(fixture);
    g_assert_true(isnan(train_pool_label(plain, 0, 0, 1)));
    save_judge(path);
    fixture->params.judge = path;
    g_autoptr(TrainPool) pool = open_pool(fixture);
    g_autoptr(TrainJudge) judge = train_judge_load(path, NULL);
    for (guint i = 0; i < N_CONTENTS * 3 * (TRAIN_LEVELS + 1); i++) {
        const guint content = i % N_CONTENTS, type = i / N_CONTENTS % 3, level = i / N_CONTENTS / 3;
        const TrainImage a = train_pool_image(pool, content, type, 0);
        const TrainImage b = train_pool_image(pool, content, type, level);
        const float expected = (float)train_judge_score(judge, &a, &b);
        g_assert_cmpfloat(train_pool_label(pool, content, type, level), ==, expected);
    }
    g_assert_cmpfloat(train_pool_label(pool, 0, 0, 1), !=, train_pool_label(pool, 0, 0, 5));
}

/* Figures are what the annotators say, in the order asked for, distances below 0; who else looks
 * changes neither them nor the judge's label. */
static void test_figures(Fixture *fixture, gconstpointer data)
{
    static const char *const both[] = {"gmsd", "psnr", NULL}, *const one[] = {"psnr", NULL};
    g_autofree char *path = g_build_filename(fixture->folder, "judge", NULL);
    save_judge(path);
    fixture->params.judge = path;
    g_autoptr(TrainPool) plain = open_pool(fixture);
    fixture->params.annotators = both;
    g_autoptr(TrainPool) pool = open_pool(fixture);
    fixture->params.annotators = one;
    g_autoptr(TrainPool) other = open_pool(fixture);
    for (guint i = 0; i < N_CONTENTS * 3 * (TRAIN_LEVELS + 1); i++) {
        const guint content = i % N_CONTENTS, type = i / N_CONTENTS % 3, level = i / N_CONTENTS / 3;
        const TrainImage a = train_pool_image(pool, content, type, 0);
        const TrainImage b = train_pool_image(pool, content, type, level);
        const float gmsd = (float)train_annotator_find("gmsd")->measure(&a, &b);
        const float psnr = (float)train_annotator_find("psnr")->measure(&a, &b);
        g_assert_cmpfloat(train_pool_figure(pool, content, type, level, 0), ==, -gmsd);
        g_assert_cmpfloat(train_pool_figure(pool, content, type, level, 1), ==, psnr);
        g_assert_cmpfloat(train_pool_figure(other, content, type, level, 0), ==, psnr);
        g_assert_cmpfloat(train_pool_label(pool, content, type, level), ==,
                          train_pool_label(plain, content, type, level));
    }
    g_assert_cmpfloat(train_pool_figure(pool, 0, 0, 5, 0), <, train_pool_figure(pool, 0, 0, 1, 0));
}

/* A judge that is not there is named. */
static void test_no_judge(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    fixture->params.judge = "/nowhere/judge";
    g_assert_null(train_pool_open(&fixture->params, fixture->workers, &error));
    g_assert_nonnull(strstr(error->message, "/nowhere/judge"));
}

static void assert_equal_pools(const TrainPool *a, const TrainPool *b)
{
    g_assert_cmpuint(train_pool_n_contents(a), ==, train_pool_n_contents(b));
    for (guint i = 0; i < train_pool_n_contents(a); i++) {
        for (guint k = 0; k < 3 * (TRAIN_LEVELS + 1); k++) {
            TrainImage x = train_pool_image(a, i, k % 3, k / 3);
            TrainImage y = train_pool_image(b, i, k % 3, k / 3);
            g_assert_true(is_same(&x, &y));
        }
    }
}

static void test_reopen(Fixture *fixture, gconstpointer data)
{
    g_autoptr(TrainPool) made = open_pool(fixture);
    guint64 inode = inode_of(fixture);
    g_autoptr(TrainPool) opened = open_pool(fixture);
    g_assert_cmpuint(inode_of(fixture), ==, inode);
    assert_equal_pools(made, opened);
}

static void test_threads(Fixture *fixture, gconstpointer data)
{
    g_autoptr(TrainPool) two = open_pool(fixture);
    tree_remove(fixture->cache);
    train_workers_free(fixture->workers);
    fixture->workers = train_workers_new(1);
    g_autoptr(TrainPool) one = open_pool(fixture);
    assert_equal_pools(one, two);
}

/* Asserts that opening the pool makes a new file. */
static void assert_remade(Fixture *fixture, const TrainPool *before)
{
    guint64 inode = inode_of(fixture);
    g_autoptr(TrainPool) pool = open_pool(fixture);
    g_assert_cmpuint(inode_of(fixture), !=, inode);
    assert_equal_pools(pool, before);
}

static void test_stale(Fixture *fixture, gconstpointer data)
{
    g_autoptr(TrainPool) pool = open_pool(fixture);
    struct utimbuf times = {1000000000, 1000000000};
    g_assert_cmpint(utime(fixture->paths[1], &times), ==, 0);
    assert_remade(fixture, pool);
}

/* Writes bytes over the cache file, which must then be made again. */
static void assert_rejected(Fixture *fixture, const TrainPool *before, const char *bytes, gsize n)
{
    g_autofree char *path = cache_file(fixture);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
    assert_remade(fixture, before);
}

static void test_truncated(Fixture *fixture, gconstpointer data)
{
    g_autoptr(TrainPool) pool = open_pool(fixture);
    g_autofree char *path = cache_file(fixture);
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    const gsize cuts[] = {0, 1, 60, 100, n / 2, n - 1};
    for (guint i = 0; i < G_N_ELEMENTS(cuts); i++) {
        g_test_message("cut to %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, cuts[i], n);
        assert_rejected(fixture, pool, bytes, cuts[i]);
    }
}

/* The first and last byte of every field of the header, then what would lead out of the file in
 * the first slot: width, height, offset. */
static void test_damaged(Fixture *fixture, gconstpointer data)
{
    static const guint places[] = {0, 11, 12, 15, 16, 47, 48, 55, 56, 59, 60, 63, 67, 71};
    g_autoptr(TrainPool) pool = open_pool(fixture);
    g_autofree char *path = cache_file(fixture);
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_test_message("byte %u changed", places[i]);
        bytes[places[i]] ^= (char)0x80;
        assert_rejected(fixture, pool, bytes, n);
        bytes[places[i]] ^= (char)0x80;
    }
}

/* Another request has a file of its own beside. */
static void test_requests(Fixture *fixture, gconstpointer data)
{
    g_autoptr(TrainPool) pool = open_pool(fixture);
    g_autofree char *first = cache_file(fixture);
    fixture->params.seed = 12;
    g_autoptr(TrainPool) other = open_pool(fixture);
    TrainImage a = train_pool_image(pool, 0, 1, 3), b = train_pool_image(other, 0, 1, 3);
    g_assert_false(is_same(&a, &b));
    g_assert_true(g_file_test(first, G_FILE_TEST_EXISTS));
    g_unlink(first);
    g_autofree char *second = cache_file(fixture);
    g_assert_cmpstr(first, !=, second);
}

static void assert_fails(Fixture *fixture, BiqaErrorCode code, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(train_pool_open(&fixture->params, fixture->workers, &error));
    g_test_message("%s", error->message);
    assert_refused(error, code, word);
    g_autofree char *left = cache_file(fixture);
    g_assert_null(left);
}

static void test_refused(Fixture *fixture, gconstpointer data)
{
    const char *const unknown[] = {"blur", "sharpness", NULL};
    fixture->params.types = unknown;
    assert_fails(fixture, BIQA_ERROR_VALUE, "sharpness");
    fixture->params.types = types;

    g_assert_true(g_file_set_contents(fixture->paths[1], "no picture at all\n", -1, NULL));
    assert_fails(fixture, BIQA_ERROR_FILE, fixture->paths[1]);
    g_unlink(fixture->paths[1]);
    assert_fails(fixture, BIQA_ERROR_FILE, fixture->paths[1]);
}

static void test_full(Fixture *fixture, gconstpointer data)
{
    full_disk_begin(20000);
    assert_fails(fixture, BIQA_ERROR_FILE, "cannot write");
    full_disk_end();
}

static gboolean count(guint done, guint total, gpointer data)
{
    guint *last = data;
    g_assert_cmpuint(done, >=, *last);
    g_assert_cmpuint(total, ==, N_PICTURES * 2 * 3);
    *last = done;
    return TRUE;
}

static void test_progress(Fixture *fixture, gconstpointer data)
{
    guint last = 0;
    fixture->params.progress = count;
    fixture->params.progress_data = &last;
    g_autoptr(TrainPool) pool = open_pool(fixture);
    g_assert_cmpuint(last, ==, N_PICTURES * 2 * 3);
}

/* Says stop at the first type that is done. */
static gboolean have_enough(guint done, guint total, gpointer data)
{
    return done == 0;
}

static void test_stop(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    fixture->params.progress = have_enough;
    g_assert_null(train_pool_open(&fixture->params, fixture->workers, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_autoptr(GDir) dir = g_dir_open(fixture->params.cache, 0, NULL);
    g_assert_null(g_dir_read_name(dir)); /* no half of a file is left behind */
}

#define ADD(path, func) g_test_add("/unit/pool/" path, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    ADD("contents", test_contents);
    ADD("sharpest", test_sharpest);
    ADD("sizes", test_sizes);
    ADD("distortions", test_distortions);
    ADD("labels", test_labels);
    ADD("figures", test_figures);
    ADD("no-judge", test_no_judge);
    ADD("reopen", test_reopen);
    ADD("threads", test_threads);
    ADD("stale", test_stale);
    ADD("truncated", test_truncated);
    ADD("damaged", test_damaged);
    ADD("requests", test_requests);
    ADD("refused", test_refused);
    ADD("full", test_full);
    ADD("progress", test_progress);
    ADD("stop", test_stop);
    return g_test_run();
}
