/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeping frames: what is chosen, what lies on the disk afterwards, and what happens when the disk
 * will not. */
#include "full-disk.h"
#include "harvest.h"
#include "likeness.h"
#include "removal.h"
#include "support.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER "file,source,time,score,competitor-score,disagreement,uncertainty,likeness\n"

/* -- a folder for each test ---------------------------------------------------------------- */

typedef struct {
    char *path, *list;
} Place;

static void place_init(Place *place, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    place->path = g_dir_make_tmp("harvest-XXXXXX", &error);
    g_assert_no_error(error);
    place->list = g_build_filename(place->path, "hard-frames.csv", NULL);
}

static void place_clear(Place *place, gconstpointer unused)
{
    folder_remove(place->path);
    g_free(place->path);
    g_free(place->list);
}

static gboolean exists(const Place *place, const char *name)
{
    g_autofree char *path = g_build_filename(place->path, name, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void put(const Place *place, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(place->path, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static guint count_files(const Place *place, const char *suffix)
{
    GDir *dir = g_dir_open(place->path, 0, NULL);
    const char *name;
    guint n = 0;

    while ((name = g_dir_read_name(dir)))
        n += g_str_has_suffix(name, suffix);
    g_dir_close(dir);
    return n;
}

static char *read_list(const Place *place)
{
    char *text = NULL;

    g_assert_true(g_file_get_contents(place->list, &text, NULL, NULL));
    return text;
}

/* Lines behind the header, all of which must end. */
static guint count_lines(const Place *place)
{
    g_autofree char *text = read_list(place);
    guint n = 0;

    g_assert_true(g_str_has_prefix(text, HEADER));
    g_assert_true(g_str_has_suffix(text, "\n"));
    for (const char *at = text; *at; at++)
        n += *at == '\n';
    return n - 1;
}

/* -- the folder ---------------------------------------------------------------------------- */

static const BiqaHarvestRow plain = {
    .source = "file:///a.mkv",
    .time = 1.5,
    .score = 40,
    .competitor_score = 45,
    .disagreement = 5,
    .uncertainty = 12,
    .likeness = 0x0123456789abcdef,
};

static BiqaHarvestFolder *open_folder(const Place *place)
{
    g_autoptr(GError) error = NULL;
    BiqaHarvestFolder *folder = biqa_harvest_folder_open(place->path, &error);

    g_assert_no_error(error);
    return folder;
}

static void add(BiqaHarvestFolder *folder, const BiqaHarvestRow *row, const char *content)
{
    g_autoptr(GByteArray) png = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    g_byte_array_append(png, (const guint8 *)content, (guint)strlen(content));
    biqa_harvest_folder_add(folder, row, png, &error);
    g_assert_no_error(error);
}

static void test_lines(Place *place, gconstpointer unused)
{
    g_autoptr(BiqaHarvestFolder) folder = open_folder(place);
    BiqaHarvestRow odd = plain;
    g_autofree char *text = NULL;

    odd.source = "a \"b\",\nc";
    odd.time = odd.uncertainty = NAN;
    add(folder, &plain, "one");
    add(folder, &odd, "three");
    g_assert_cmpuint(biqa_harvest_folder_files(folder), ==, 2);
    g_assert_cmpuint(biqa_harvest_folder_bytes(folder), ==, 8);
    text = read_list(place);
    g_assert_cmpstr(text, ==,
                    HEADER "hard-000001.png,file:///a.mkv,1.500,40.0000,45.0000,5.0000,12.0000,"
                           "0123456789abcdef\n"
                           "hard-000002.png,\"a \"\"b\"\", c\",,40.0000,45.0000,5.0000,,"
                           "0123456789abcdef\n");
}

/* A second run goes on where the first ended, and never takes a name that is taken. */
static void test_second_run(Place *place, gconstpointer unused)
{
    g_autoptr(BiqaHarvestFolder) first = open_folder(place);
    g_autoptr(BiqaHarvestFolder) second = NULL;
    const BiqaHarvestRow *row;
    g_autofree char *kept = g_build_filename(place->path, "hard-000001.png", NULL);
    g_autofree char *text = NULL;

    add(first, &plain, "first");
    put(place, "hard-000007.png", "somebody's");
    put(place, "hard-000008.png.part", "being written");
    put(place, "hard-9.jpg", "no picture of ours");
    second = open_folder(place);
    g_assert_cmpuint(biqa_harvest_folder_files(second), ==, 2);
    g_assert_cmpuint(biqa_harvest_folder_bytes(second), ==, 15);
    g_assert_cmpuint(biqa_harvest_folder_found(second)->len, ==, 1);
    row = &g_array_index(biqa_harvest_folder_found(second), BiqaHarvestRow, 0);
    g_assert_cmphex(row->likeness, ==, plain.likeness);
    g_assert_cmpfloat(row->score, ==, plain.score);

    add(second, &plain, "second");
    g_assert_true(exists(place, "hard-000009.png"));
    add(first, &plain, "third"); /* both at once: 2 is free */
    add(first, &plain, "fourth");
    g_assert_true(exists(place, "hard-000003.png"));
    g_assert_cmpuint(count_lines(place), ==, 4);
    g_assert_true(g_file_get_contents(kept, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "first");
    g_assert_cmpuint(count_files(place, ".part"), ==, 1); /* the other's */
}

static const struct {
    const char *before, *after; /* after: NULL, it is refused */
    guint found;
} lists[] = {
    {"", HEADER, 0},
    {"file,sou", HEADER, 0}, /* killed at the very start */
    {HEADER, HEADER, 0},
    {HEADER "a.png,s,1,2,3,4,5,00000000000000ff\n", HEADER "a.png,s,1,2,3,4,5,00000000000000ff\n",
     1},
    {HEADER "a.png,s,1,2,3,4,5,00000000000000ff", HEADER "a.png,s,1,2,3,4,5,00000000000000ff\n", 1},
    {HEADER "a.png,s,1,2,3,4,5,00000000000000ff\nb.png,s,1,2,3,4,5,000000",
     HEADER "a.png,s,1,2,3,4,5,00000000000000ff\n", 1},
    {HEADER "a.png,s,1,2,3,4,5,00000000000000ff\nb", HEADER "a.png,s,1,2,3,4,5,00000000000000ff\n",
     1},
    {HEADER "a.png,\"s,,\",,2,3,4,,00000000000000ff\n",
     HEADER "a.png,\"s,,\",,2,3,4,,00000000000000ff\n", 1},
    {HEADER "what is this\n", HEADER "what is this\n", 0}, /* a person's; is left alone */
    {"file,score,mos\na.png,1,2\n", NULL, 0},
    {"something else", NULL, 0},
};

static void test_take_up(Place *place, gconstpointer unused)
{
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(BiqaHarvestFolder) folder = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;

        g_test_message("list %u", i);
        put(place, "hard-frames.csv", lists[i].before);
        folder = biqa_harvest_folder_open(place->path, &error);
        text = read_list(place);
        if (!lists[i].after) {
            assert_refused(error, BIQA_ERROR_FORMAT, "hard-frames.csv");
            g_assert_cmpstr(text, ==, lists[i].before);
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpstr(text, ==, lists[i].after);
        g_assert_cmpuint(biqa_harvest_folder_found(folder)->len, ==, lists[i].found);
    }
}

/* Folders that cannot be: below a file, and where nobody can write, not even root. */
static void test_no_folder(Place *place, gconstpointer unused)
{
    g_autofree char *below = g_build_filename(place->path, "file", "folder", NULL);
    const char *const paths[] = {below, "/proc/self", "/proc/none/such"};

    put(place, "file", "");
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(biqa_harvest_folder_open(paths[i], &error));
        assert_refused(error, BIQA_ERROR_FILE, paths[i]);
    }
}

/* Adds pictures for ever, and says so after each. */
static G_GNUC_NORETURN void add_until_killed(const Place *place, int pipe)
{
    BiqaHarvestFolder *folder = open_folder(place);

    for (;;) {
        add(folder, &plain, "a picture of twenty-eight by");
        if (write(pipe, "+", 1) != 1)
            _exit(1);
    }
}

/* Killed whenever: every line has its picture, whole, and the next run goes on. */
static void test_killed(Place *place, gconstpointer unused)
{
    for (guint run = 0; run < 5; run++) {
        int ends[2];
        char signs[40];
        pid_t child;
        gsize n = 0;

        g_assert_cmpint(pipe(ends), ==, 0);
        child = fork();
        if (child == 0)
            add_until_killed(place, ends[1]);
        close(ends[1]);
        while (n < sizeof signs)
            n += (gsize)MAX(read(ends[0], signs, sizeof signs - n), 0);
        kill(child, SIGKILL);
        g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
        close(ends[0]);
    }
    biqa_harvest_folder_free(open_folder(place)); /* mends the last line */
    g_autofree char *text = read_list(place);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    g_assert_cmpuint(count_lines(place), >=, 5 * 40);
    for (guint i = 1; *lines[i]; i++) {
        g_autofree char *name = g_strndup(lines[i], strcspn(lines[i], ","));
        g_autofree char *path = g_build_filename(place->path, name, NULL);
        GStatBuf about;

        g_assert_cmpint(g_stat(path, &about), ==, 0);
        g_assert_cmpint(about.st_size, ==, strlen("a picture of twenty-eight by"));
    }
}

/* -- choosing ------------------------------------------------------------------------------ */

#define WIDTH 90
#define HEIGHT 80
#define SECOND 1000

static guint n_failed, n_full; /* what the harvest's thread told; read when it has none to write */

static void on_trouble(gpointer data, BiqaHarvestFate fate, const GError *error)
{
    g_assert_true(g_error_matches(error, BIQA_ERROR, BIQA_ERROR_FILE));
    n_failed += fate == BIQA_HARVEST_FAILED;
    n_full += fate == BIQA_HARVEST_FULL;
}

static BiqaHarvest *open_harvest(const Place *place, guint64 max_files, guint64 max_bytes)
{
    const BiqaHarvestParams params = {
        .folder = place->path,
        .interval = SECOND,
        .max_files = max_files,
        .max_bytes = max_bytes,
        .trouble = on_trouble,
    };
    g_autoptr(GError) error = NULL;
    BiqaHarvest *harvest = biqa_harvest_open(&params, &error);

    g_assert_no_error(error);
    n_failed = n_full = 0;
    return harvest;
}

/* Offers a picture whose likeness is that of its seed alone: random cells. */
static BiqaHarvestFate offer(BiqaHarvest *harvest, guint seed, guint64 clock, double score)
{
    g_autofree guint8 *rgb = g_malloc(WIDTH * HEIGHT * 3);
    const BiqaVerdict verdict = {.score = score, .uncertainty = NAN};
    const BiqaHarvestNote note = {"test", clock, NAN, &verdict};
    BiqaFrameFormat format;
    GRand *rand = g_rand_new_with_seed(seed);
    guint8 cells[8][9];

    for (guint i = 0; i < 72; i++)
        cells[i / 9][i % 9] = (guint8)g_rand_int_range(rand, 0, 256);
    g_rand_free(rand);
    for (guint i = 0; i < WIDTH * HEIGHT * 3; i++)
        rgb[i] = cells[i / 3 / WIDTH / 10][i / 3 % WIDTH / 10];
    biqa_frame_format_rgb(&format, WIDTH, HEIGHT);
    return biqa_harvest_offer(
        harvest, &(BiqaFrame){.format = &format, .planes = {rgb}, .strides = {WIDTH * 3}}, &note);
}

static void check_counts(BiqaHarvest *harvest, BiqaHarvestFate fate, guint64 expected)
{
    const BiqaHarvestCounts counts = biqa_harvest_counts(harvest);

    if (counts.frames[fate] != expected)
        g_error("%s: expected %" G_GUINT64_FORMAT ", got %" G_GUINT64_FORMAT,
                biqa_harvest_fate_name(fate), expected, counts.frames[fate]);
}

static void test_choice(Place *place, gconstpointer unused)
{
    g_autoptr(BiqaHarvest) harvest = open_harvest(place, 100, G_MAXUINT64);

    g_assert_cmpint(offer(harvest, 1, 0, 40), ==, BIQA_HARVEST_WAITING);
    g_assert_cmpint(offer(harvest, 2, SECOND - 1, 40), ==, BIQA_HARVEST_TOO_SOON);
    g_assert_cmpint(offer(harvest, 1, SECOND, 41), ==, BIQA_HARVEST_ALIKE);
    /* One that was not taken does not start the interval again. */
    g_assert_cmpint(offer(harvest, 2, SECOND + 1, 40), ==, BIQA_HARVEST_WAITING);
    /* The same picture, but of another quality. */
    g_assert_cmpint(offer(harvest, 1, 3 * SECOND, 30), ==, BIQA_HARVEST_WAITING);
    /* A stream that was sought back. */
    g_assert_cmpint(offer(harvest, 3, SECOND, 30), ==, BIQA_HARVEST_WAITING);
    biqa_harvest_drain(harvest);
    check_counts(harvest, BIQA_HARVEST_WRITTEN, 4);
    check_counts(harvest, BIQA_HARVEST_WAITING, 0);
    check_counts(harvest, BIQA_HARVEST_TOO_SOON, 1);
    check_counts(harvest, BIQA_HARVEST_ALIKE, 1);
    g_assert_cmpuint(count_files(place, ".png"), ==, 4);
    g_assert_cmpuint(count_lines(place), ==, 4);
}

/* What an earlier run kept is known. */
static void test_alike_after_restart(Place *place, gconstpointer unused)
{
    for (guint run = 0; run < 2; run++) {
        g_autoptr(BiqaHarvest) harvest = open_harvest(place, 100, G_MAXUINT64);

        g_assert_cmpint(offer(harvest, 1, 0, 40), ==,
                        run ? BIQA_HARVEST_ALIKE : BIQA_HARVEST_WAITING);
    }
    g_assert_cmpuint(count_lines(place), ==, 1);
}

static void test_max_files(Place *place, gconstpointer unused)
{
    g_autoptr(BiqaHarvest) harvest = NULL;

    put(place, "hard-000001.png", "of an earlier run");
    harvest = open_harvest(place, 3, G_MAXUINT64);
    for (guint i = 0; i < 5; i++) {
        offer(harvest, i, i * SECOND, 40);
        biqa_harvest_drain(harvest);
    }
    check_counts(harvest, BIQA_HARVEST_WRITTEN, 2);
    check_counts(harvest, BIQA_HARVEST_FULL, 3);
    g_assert_cmpuint(n_full, ==, 1);
    g_assert_cmpuint(count_files(place, ".png"), ==, 3);
}

static void test_max_bytes(Place *place, gconstpointer unused)
{
    g_autoptr(BiqaHarvest) harvest = NULL;
    g_autofree char *old = g_strnfill(2000, 'x');

    put(place, "hard-000001.png", old);
    harvest = open_harvest(place, 100, 2010);
    for (guint i = 0; i < 3; i++) {
        offer(harvest, i, i * SECOND, 40);
        biqa_harvest_drain(harvest);
    }
    check_counts(harvest, BIQA_HARVEST_WRITTEN, 0);
    check_counts(harvest, BIQA_HARVEST_FULL, 3);
    g_assert_cmpuint(n_full, ==, 1);
    g_assert_cmpuint(count_lines(place), ==, 0);
}

/* While somebody keeps the list locked the disk is as good as asleep: frames are dropped, and the
 * one who offers them does not wait. */
static void test_busy(Place *place, gconstpointer unused)
{
    BiqaHarvest *harvest = open_harvest(place, 100, G_MAXUINT64);
    const int lock = open(place->list, O_RDONLY | O_CLOEXEC);

    g_assert_cmpint(flock(lock, LOCK_EX), ==, 0);
    for (guint i = 0; i < BIQA_HARVEST_QUEUE; i++)
        g_assert_cmpint(offer(harvest, i, i * SECOND, 40), ==, BIQA_HARVEST_WAITING);
    for (guint i = 0; i < 3; i++)
        g_assert_cmpint(offer(harvest, 100 + i, 100 * SECOND, 40), ==, BIQA_HARVEST_BUSY);
    check_counts(harvest, BIQA_HARVEST_WAITING, BIQA_HARVEST_QUEUE);
    check_counts(harvest, BIQA_HARVEST_BUSY, 3);
    flock(lock, LOCK_UN);
    biqa_harvest_drain(harvest);
    g_assert_cmpint(offer(harvest, 100, 100 * SECOND, 40), ==, BIQA_HARVEST_WAITING);
    biqa_harvest_close(harvest); /* writes it, though nobody waits */
    check_counts(harvest, BIQA_HARVEST_WRITTEN, BIQA_HARVEST_QUEUE + 1);
    biqa_harvest_free(harvest);
    g_assert_cmpuint(count_lines(place), ==, BIQA_HARVEST_QUEUE + 1);
    close(lock);
}

/* Offers three while files cannot grow beyond limit, and three when they can again. */
static void fill_disk(const Place *place, BiqaHarvest *harvest, guint64 limit)
{
    full_disk_begin(limit);
    for (guint i = 0; i < 3; i++) {
        g_assert_cmpint(offer(harvest, i, i * SECOND, 40), ==, BIQA_HARVEST_WAITING);
        biqa_harvest_drain(harvest);
    }
    full_disk_end();
    check_counts(harvest, BIQA_HARVEST_FAILED, 3);
    g_assert_cmpuint(n_failed, ==, 1);
    g_assert_cmpuint(count_files(place, ".part") + count_files(place, ".png"), ==, 0);

    for (guint i = 0; i < 3; i++) /* what could not be kept is not known either */
        g_assert_cmpint(offer(harvest, i, (10 + i) * SECOND, 40), ==, BIQA_HARVEST_WAITING);
    biqa_harvest_drain(harvest);
    check_counts(harvest, BIQA_HARVEST_WRITTEN, 3);
    g_assert_cmpuint(count_files(place, ".png"), ==, 3);
}

/* Files cannot grow: the disk is full for a picture. */
static void test_full_disk(Place *place, gconstpointer unused)
{
    g_autoptr(BiqaHarvest) harvest = open_harvest(place, 100, G_MAXUINT64);

    fill_disk(place, harvest, 100);
    g_assert_cmpuint(count_lines(place), ==, 3);
}

/* It is full for the line alone, in the middle of it; the picture goes, too. */
static void test_full_list(Place *place, gconstpointer unused)
{
    g_autoptr(GString) text = g_string_new(HEADER);
    g_autoptr(BiqaHarvest) harvest = NULL;
    g_autofree char *now = NULL;
    g_auto(GStrv) words = NULL;

    while (text->len < 20000)
        g_string_append(text, "gone.png,s,1,90,3,4,5,00000000000000ff\n");
    put(place, "hard-frames.csv", text->str);
    harvest = open_harvest(place, 100, G_MAXUINT64);
    fill_disk(place, harvest, text->len + 10);
    g_assert_cmpuint(count_lines(place), ==, (text->len - strlen(HEADER)) / 39 + 3);
    now = read_list(place);
    g_assert_true(g_str_has_prefix(now, text->str));
    words = g_strsplit(now + text->len, "hard-", -1);
    g_assert_cmpuint(g_strv_length(words), ==, 1 + 3); /* nothing is left of what failed */
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(Place *place, gconstpointer unused);
    } tests[] = {
        {"/harvest/lines", test_lines},
        {"/harvest/second-run", test_second_run},
        {"/harvest/take-up", test_take_up},
        {"/harvest/no-folder", test_no_folder},
        {"/harvest/killed", test_killed},
        {"/harvest/choice", test_choice},
        {"/harvest/alike-after-restart", test_alike_after_restart},
        {"/harvest/max-files", test_max_files},
        {"/harvest/max-bytes", test_max_bytes},
        {"/harvest/busy", test_busy},
        {"/harvest/full-disk", test_full_disk},
        {"/harvest/full-list", test_full_list},
    };

    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Place, NULL, place_init, tests[i].run, place_clear);
    return g_test_run();
}
