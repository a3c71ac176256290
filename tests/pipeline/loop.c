/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-train loop on a tiny model: rounds that follow from their options alone, wherever they were
 * stopped, and pictures that are rated once. */
#include "pairs.h"
#include "workshop.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <string.h>

#define LOOP                                                                                       \
    "loop tiny/model.gguf --ratings old/list.csv --originals pictures --types blur --types noise " \
    "--types jpeg --side 48 --rater vsi --raters 3 --levels 2 --steps 4 --rated 4 "                \
    "--held-out pictures/p5.png --test ratings.csv "
#define COMPETE LOOP "--against self --against ms-ssim "

/* Pictures beside their references, rated best, and so much less a level. */
static void write_old(const char *name, int best, int step)
{
    g_autoptr(GString) list = g_string_new("image,mos,content\n");
    for (guint level = 1; level <= 5; level++) {
        static const char *const types[] = {"blur", "noise", "jpeg", "jpeg2000"};
        for (guint t = 0; t < G_N_ELEMENTS(types); t++)
            g_string_append_printf(list, "p0.png.%s.%u.png,%d,../pictures/p0.png\n", types[t],
                                   level, best - step * (int)level);
    }
    workshop_write(name, list->str);
}

/* The scale of the stand-in, and one that is turned round. */
static void make_old(void)
{
    g_assert_cmpint(g_mkdir("old", 0777), ==, 0);
    workshop_run_well("distort --out old --type live pictures/p0.png", NULL);
    write_old("old/list.csv", 90, 15);
    write_old("old/turned.csv", 5, -15);
}

static char *file_in(const char *folder, guint number, const char *name)
{
    return g_strdup_printf("%s/round-%u/%s", folder, number, name);
}

static TrainPairs *load_pairs(const char *folder, guint number)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = file_in(folder, number, "");
    TrainPairs *pairs = train_pairs_load(path, &error);
    g_assert_no_error(error);
    return pairs;
}

static void assert_same_rounds(const char *a, const char *b, guint n)
{
    static const char *const names[] = {"pairs.csv",  "images.csv",  "ratings-stand-in.csv",
                                        "mos.csv",    "replay.csv",  "tests.csv",
                                        "survey.csv", "pictures.csv"};
    for (guint number = 1; number <= n; number++) {
        for (guint k = 0; k < G_N_ELEMENTS(names); k++) {
            g_autofree char *first = file_in(a, number, names[k]);
            g_autofree char *second = file_in(b, number, names[k]);
            workshop_assert_same(first, second);
        }
    }
    /* Later ones say in their recipe where they come from. */
    g_autofree char *first = file_in(a, 1, "tuned/model.gguf");
    g_autofree char *second = file_in(b, 1, "tuned/model.gguf");
    workshop_assert_same(first, second);
}

/* What stands in a file, as lines. (transfer full) */
static char **lines_of(const char *path)
{
    g_autoptr(GBytes) bytes = workshop_read(path);
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    g_autofree char *text = g_strndup(data, size);
    return g_strsplit(g_strstrip(text), "\n", -1);
}

static void check_round(const char *folder, guint number, guint raters)
{
    g_autoptr(TrainPairs) pairs = load_pairs(folder, number);
    g_autofree char *grades = file_in(folder, number, "ratings-stand-in.csv");
    g_autofree char *mos = file_in(folder, number, "mos.csv");
    g_autofree char *replay = file_in(folder, number, "replay.csv");
    g_autofree char *survey = file_in(folder, number, "survey.csv");
    g_autofree char *line = g_strdup_printf("ratings --raters %s", grades);
    g_auto(GStrv) rows = lines_of(grades);
    g_auto(GStrv) rated = lines_of(mos);
    g_auto(GStrv) replayed = lines_of(replay);
    g_auto(GStrv) surveyed = lines_of(survey);
    g_assert_cmpuint(pairs->images->len, >, 0);
    g_assert_cmpuint(g_strv_length(rows) - 1, ==, raters * pairs->images->len);
    g_assert_cmpuint(g_strv_length(rated) - 1, ==, pairs->images->len);
    g_assert_cmpuint(g_strv_length(replayed) - 1, ==, pairs->pairs->len);
    g_assert_cmpuint(g_strv_length(surveyed) - 1, ==, 1 + 3 * 5);
    workshop_run_well(line, NULL);
}

static void test_rounds(void)
{
    g_autofree char *out = NULL;
    workshop_run_well(COMPETE "--rounds 2 --threads 2 --out first", &out);
    g_assert_nonnull(strstr(out, "\ndefender "));
    g_assert_nonnull(strstr(out, "\nattacker "));
    g_assert_nonnull(strstr(out, "\nratings "));
    g_assert_nonnull(strstr(out, "\nall "));
    check_round("first", 1, 3);
    check_round("first", 2, 3);
    g_autoptr(GBytes) base = workshop_read("tiny/model.gguf");
    g_autoptr(GBytes) one = workshop_read("first/round-1/tuned/model.gguf");
    g_autoptr(GBytes) two = workshop_read("first/round-2/tuned/model.gguf");
    g_assert_false(g_bytes_equal(base, one));
    g_assert_false(g_bytes_equal(one, two));
}

/* Nobody is asked twice. */
static void test_disjoint(void)
{
    g_autoptr(TrainPairs) one = load_pairs("first", 1);
    g_autoptr(TrainPairs) two = load_pairs("first", 2);
    for (guint i = 0; i < one->images->len; i++) {
        for (guint k = 0; k < two->images->len; k++)
            g_assert_cmpstr(train_pairs_image(one, i)->origin, !=,
                            train_pairs_image(two, k)->origin);
    }
}

/* Stopped within each step, on another number of threads, it ends in the same files. */
static void test_resume(void)
{
    g_autofree char *out = NULL;
    workshop_run_well(COMPETE "--rounds 1 --threads 1 --out second", NULL);
    g_assert_cmpint(g_unlink("second/round-1/report.html"), ==, 0);
    g_assert_cmpint(g_unlink("second/round-1/tuned/model.gguf"), ==, 0);
    g_assert_cmpint(g_unlink("second/round-1/mos.csv"), ==, 0);
    workshop_run_well(COMPETE "--rounds 2 --threads 1 --out second", NULL);
    assert_same_rounds("first", "second", 2);
    workshop_assert_same("first/round-2/report.html", "second/round-2/report.html");
    workshop_run_well(COMPETE "--rounds 2 --out second", &out);
    g_assert_nonnull(strstr(out, "round 2: done before"));
}

/* As many pictures, no pairs; the seed is the training's too, and what is surveyed may be less. */
static void test_random(void)
{
    g_autofree char *out = NULL;
    workshop_run_well(LOOP "--rounds 2 --random-like first --out drawn", NULL);
    workshop_run_well(LOOP "--rounds 1 --random-like first --out again", NULL);
    workshop_run_well(LOOP "--rounds 1 --random-like first --seed 2 --held-out-types noise "
                           "--held-out-types jpeg --out other",
                      &out);
    assert_same_rounds("drawn", "again", 1);
    g_assert_nonnull(strstr(out, "\njpeg "));
    g_assert_null(strstr(out, "\nblur "));
    g_autoptr(GBytes) recipe = workshop_read("other/round-1/tuned/recipe.ini");
    g_assert_nonnull(g_strstr_len(g_bytes_get_data(recipe, NULL), -1, "\nseed=2\n"));
    for (guint number = 1; number <= 2; number++) {
        g_autoptr(TrainPairs) drawn = load_pairs("drawn", number);
        g_autoptr(TrainPairs) found = load_pairs("first", number);
        g_assert_cmpuint(drawn->pairs->len, ==, 0);
        g_assert_cmpuint(drawn->images->len, ==, found->images->len);
        check_round("drawn", number, 3);
    }
}

/* Whether a line of the recipe that a round learned by ends so. */
static gboolean learned_by(const char *folder, guint number, const char *text)
{
    g_autofree char *path = file_in(folder, number, "tuned/recipe.ini");
    g_autoptr(GBytes) recipe = workshop_read(path);
    g_autofree char *line = g_strdup_printf("%s\n", text);
    return g_strstr_len(g_bytes_get_data(recipe, NULL), (gssize)g_bytes_get_size(recipe), line) !=
           NULL;
}

/* The model of the round before competes, but none of it is in the next, which has as many steps as
 * two rounds. */
static void test_from_first(void)
{
    workshop_run_well(COMPETE "--rounds 2 --from-first --out anew", NULL);
    assert_same_rounds("first", "anew", 1);
    g_assert_true(learned_by("first", 2, "round-1/tuned/model.gguf"));
    g_assert_true(learned_by("anew", 2, "tiny/model.gguf"));
    g_assert_true(learned_by("first", 2, "\nsteps=4"));
    g_assert_true(learned_by("anew", 2, "\nsteps=8"));
    g_autofree char *found = file_in("first", 2, "pairs.csv");
    g_autofree char *again = file_in("anew", 2, "pairs.csv");
    workshop_assert_same(found, again);
}

/* -- the report ---------------------------------------------------------------------------- */

typedef struct {
    GString *sections; /* their ids, each between spaces */
    guint pictures;
} Page;

static void start_element(GMarkupParseContext *context, const char *element, const char **names,
                          const char **values, gpointer data, GError **error)
{
    Page *page = data;
    (void)context, (void)error;
    for (guint i = 0; names[i]; i++) {
        if (g_str_equal(element, "section") && g_str_equal(names[i], "id"))
            g_string_append_printf(page->sections, "%s ", values[i]);
        g_assert_cmpstr(names[i], !=, "href");
        if (!g_str_equal(names[i], "src"))
            continue;
        g_assert_true(g_str_has_prefix(values[i], "data:image/jpeg;base64,/9j/"));
        page->pictures++;
    }
}

/* The page is well-formed, fetches nothing, and has these sections. */
static void check_page(const char *folder, const char *sections)
{
    static const GMarkupParser parser = {.start_element = start_element};
    g_autoptr(GError) error = NULL;
    g_autofree char *path = file_in(folder, 1, "report.html");
    g_autoptr(GBytes) bytes = workshop_read(path);
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    Page page = {g_string_new(NULL), 0};
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, &page, NULL);
    g_markup_parse_context_parse(context, text, (gssize)size, &error);
    g_assert_no_error(error);
    g_assert_true(g_markup_parse_context_end_parse(context, &error));
    g_assert_no_error(error);
    g_assert_null(g_strstr_len(text, (gssize)size, "http"));
    g_assert_cmpstr(page.sections->str, ==, sections);
    g_assert_cmpuint(page.pictures, >, 0);
    g_string_free(page.sections, TRUE);
}

static void test_report(void)
{
    check_page("first", "found replay pairs missed tests survey ");
    check_page("drawn", "found missed tests survey ");
}

static void test_refusals(void)
{
    static const struct {
        const char *line, *word;
    } refused[] = {
        {"loop tiny/model.gguf --ratings old/list.csv --originals pictures --rater vsi", "--out"},
        {"loop tiny/model.gguf --originals pictures --rater vsi --out x", "--ratings"},
        {"loop tiny/model.gguf --ratings old/list.csv --rater vsi --out x", "--originals"},
        {"loop tiny/model.gguf --ratings old/list.csv --originals pictures --out x", "--rater"},
        {COMPETE "--random-like first --out x", "--against"},
        {LOOP "--against vsi --out x", "cannot compete"},
        {LOOP "--rater tiny/model.gguf --against ./tiny/model.gguf --out x", "cannot compete"},
        {"loop tiny/model.gguf --ratings old/turned.csv --originals pictures --rater vsi --out x",
         "does not rise"},
        {LOOP "--rater nobody --out x", "nobody"},
        {LOOP "--rater tiny/model.gguf --out x", "tiny/model.gguf"},
        {LOOP "--rounds 0 --out x", "--rounds"},
        {LOOP "--noise -1 --out x", "--noise"},
        {LOOP "--rate 0 --out x", "--rate"},
        {LOOP "--share 0 --out x", "--share"},
        {LOOP "--held-out-types nothing --out x", "nothing"},
        {LOOP "--test nowhere.csv --out x", "nowhere.csv"},
        {LOOP "--originals nowhere --out x", "nowhere"},
        {LOOP "--random-like nowhere --out x", "nowhere"},
        {LOOP "--steps 5 --against self --against ms-ssim --out first", "another folder"},
        {LOOP "--share 0.5 --against self --against ms-ssim --out first", "another folder"},
        {COMPETE "--from-first --out first", "another folder"},
        {"loop tiny/model.gguf --ratings ratings.csv --originals pictures --rater vsi --out x",
         "reference"},
    };
    for (guint k = 0; k < G_N_ELEMENTS(refused); k++)
        workshop_refuse(refused[k].line, refused[k].word);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_autofree char *folder = workshop_enter();
    workshop_run_well("train recipe.ini --out tiny", NULL);
    make_old();
    g_test_add_func("/loop/rounds", test_rounds);
    g_test_add_func("/loop/from-first", test_from_first);
    g_test_add_func("/loop/disjoint", test_disjoint);
    g_test_add_func("/loop/resume", test_resume);
    g_test_add_func("/loop/random", test_random);
    g_test_add_func("/loop/report", test_report);
    g_test_add_func("/loop/refusals", test_refusals);
    const int status = g_test_run();
    workshop_leave(folder);
    return status;
}
