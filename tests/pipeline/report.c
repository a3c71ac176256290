/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a tiny run: a page that is well-formed, needs nothing else, and says what follows
 * from the scores; and eval by a full-reference judge. */
#include "command.h"
#include "image.h"
#include "judge-private.h"
#include "metrics.h"
#include "ratings.h"
#include "verdict.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#define PICTURES 12
#define MODULUS 2 /* about half of them are the validation part */

static const char recipe[] =
    "[run]\nname=tiny <b>&\nseed=3\nvalidate-every=2\ndescription=\"quoted\" & <i>plain</i>\n"
    "datasets=drawn <here>\n"
    "[network]\nbatch-norm=true\ngraph=input channels=3;conv inputs=0 channels=4 kernel=3x3 "
    "stride=2;norm inputs=1;relu inputs=2;pool inputs=3 statistics=mean+deviation;linear inputs=4 "
    "channels=1\n"
    "[input]\nsize=32\nrank-size=32\n"
    "[ranked]\nimages=pictures\ntypes=blur;noise\nside=32\nhold-out=p00.png;p01.png\n"
    "[rated]\nratings=ratings.csv\nhold-out-modulus=1000\nvalidation-modulus=2\n"
    "[stage first]\nkind=rank\nsteps=6\ngroups=2\nrate=0.01\n"
    "[stage second]\nkind=ohem\nsteps=4\nrated=4\nrate=0.01\n";

static char *folder;

static char *file_in(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

/* Stripes, finer from picture to picture. */
static void draw(guint i)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainImage) image = train_image_new(64, 48);
    g_autofree char *name = g_strdup_printf("pictures/p%02u.png", i);
    g_autofree char *path = file_in(name);
    for (guint p = 0; p < 64 * 48; p++) {
        for (guint c = 0; c < 3; c++)
            image->rgb[3 * p + c] = (guint8)((p % 64 + p / 64 * 2) * (3 + i) + 40 * c);
    }
    train_image_save(image, path, &error);
    g_assert_no_error(error);
}

static void make_data(void)
{
    g_autoptr(GString) ratings = g_string_new("image,mos\n");
    g_autofree char *pictures = file_in("pictures");
    g_autofree char *list = file_in("ratings.csv");
    g_autofree char *ini = file_in("recipe.ini");
    g_assert_cmpint(g_mkdir(pictures, 0777), ==, 0);
    for (guint i = 0; i < PICTURES; i++) {
        draw(i);
        g_string_append_printf(ratings, "pictures/p%02u.png,%u\n", i, 10 + i * 31 % 80);
    }
    g_assert_true(g_file_set_contents(list, ratings->str, -1, NULL));
    g_assert_true(g_file_set_contents(ini, recipe, -1, NULL));
}

/* Runs biqa-train in the folder; returns its exit status. */
static int run(const char *line, char **out, char **err)
{
    return command_run(folder, line, out, err);
}

static char *run_well(const char *line)
{
    g_autofree char *err = NULL;
    char *out = NULL;
    const int status = run(line, &out, &err);
    if (status)
        g_error("biqa-train %s: exit status %d: %s", line, status, err);
    return out;
}

typedef struct {
    GHashTable *elements; /* name or name#id or name.class -> how many */
    GString *text;
} Page;

static void tally(Page *page, const char *name, char mark, const char *value)
{
    g_autofree char *key = value ? g_strdup_printf("%s%c%s", name, mark, value) : g_strdup(name);
    const guint n = GPOINTER_TO_UINT(g_hash_table_lookup(page->elements, key));
    g_hash_table_replace(page->elements, g_steal_pointer(&key), GUINT_TO_POINTER(n + 1));
}

static void start_element(GMarkupParseContext *context, const char *name, const char **names,
                          const char **values, gpointer data, GError **error)
{
    Page *page = data;
    tally(page, name, 0, NULL);
    for (guint i = 0; names[i]; i++) {
        if (strcmp(names[i], "id") == 0)
            tally(page, name, '#', values[i]);
        if (strcmp(names[i], "class") == 0)
            tally(page, name, '.', values[i]);
        /* Nothing is fetched from anywhere. */
        g_assert_cmpstr(names[i], !=, "href");
        if (strcmp(names[i], "src") == 0)
            g_assert_true(g_str_has_prefix(values[i], "data:image/jpeg;base64,/9j/"));
    }
}

static void add_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
                     GError **error)
{
    g_string_append_len(((Page *)data)->text, text, (gssize)length);
}

static Page parse(const char *name)
{
    static const GMarkupParser parser = {.start_element = start_element, .text = add_text};
    g_autoptr(GError) error = NULL;
    g_autofree char *path = file_in(name);
    g_autofree char *text = NULL;
    gsize length = 0;
    Page page = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), g_string_new(NULL)};
    g_file_get_contents(path, &text, &length, &error);
    g_assert_no_error(error);
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, &page, NULL);
    if (!g_markup_parse_context_parse(context, text, (gssize)length, &error) ||
        !g_markup_parse_context_end_parse(context, &error))
        g_error("%s is not well-formed: %s", name, error->message);
    g_markup_parse_context_free(context);
    g_assert_null(strstr(text, "http"));
    g_assert_null(strstr(text, "url("));
    return page;
}

static void page_clear(Page *page)
{
    g_hash_table_unref(page->elements);
    g_string_free(page->text, TRUE);
}

static void expect_elements(const Page *page, const char *key, guint expected)
{
    const guint n = GPOINTER_TO_UINT(g_hash_table_lookup(page->elements, key));
    if (n != expected)
        g_error("%s: expected %u, got %u", key, expected, n);
}

static void expect_text(const Page *page, const char *text)
{
    if (!strstr(page->text->str, text))
        g_error("\"%s\" is not on the page: %s", text, page->text->str);
}

/* SRCC of the validation part by the scores that `biqa-train score` prints; n receives its size. */
static double validation_srcc(guint *n)
{
    double rated[PICTURES], scores[PICTURES];
    *n = 0;
    for (guint i = 0; i < PICTURES; i++) {
        g_autofree char *path = g_strdup_printf("pictures/p%02u.png", i);
        if (train_ratings_part(path, 1000) == 0 || train_ratings_part(path, MODULUS) != 1)
            continue;
        g_autofree char *line = g_strdup_printf("score run/model.gguf %s", path);
        g_autofree char *out = run_well(line);
        g_auto(GStrv) cells = g_strsplit(strchr(out, '\n') + 1, ",", -1);
        scores[*n] = g_ascii_strtod(cells[1], NULL);
        rated[(*n)++] = 10 + i * 31 % 80;
    }
    return train_srcc(scores, rated, *n);
}

static void test_whole(void)
{
    g_free(run_well("train recipe.ini --out run"));
    g_free(run_well("report run --data ."));
    Page page = parse("run/report.html");
    guint n;
    const double srcc = validation_srcc(&n);
    g_autofree char *figure = g_strdup_printf("SRCC %.3f [", srcc);
    static const char *const sections[] = {"curves",  "scatter", "levels",
                                           "hardest", "missed",  "run"};

    g_assert_cmpuint(n, >, 2);
    for (guint i = 0; i < G_N_ELEMENTS(sections); i++) {
        g_autofree char *key = g_strdup_printf("section#%s", sections[i]);
        expect_elements(&page, key, 1);
    }
    expect_elements(&page, "h1", 1);
    expect_elements(&page, "b",
                    GPOINTER_TO_UINT(g_hash_table_lookup(page.elements, "div.tile")) +
                        3 * 2 * MIN(n, 8));
    expect_elements(&page, "i", 0);
    expect_elements(&page, "script", 0);
    expect_elements(&page, "img", 2 * MIN(n, 8));
    expect_elements(&page, "svg", 1 + 2 + 3 + 2 * MIN(n, 8)); /* curves, losses, scatters, strips */
    expect_text(&page, "tiny <b>&");
    expect_text(&page, "\"quoted\" & <i>plain</i>");
    expect_text(&page, "drawn <here>");
    expect_text(&page, "2 contents, held out from training");
    expect_text(&page, figure);
    expect_text(&page, "[stage second]\nkind=ohem"); /* the recipe */
    g_assert_null(strstr(page.text->str, "the data are not those"));
    page_clear(&page);
}

/* Looks at the validation part in the middle of stages leave the weights alone. */
static void test_looks(void)
{
    g_autofree char *quiet = g_strdup(recipe);
    g_autofree char *ini = file_in("quiet.ini");
    g_autofree char *a = file_in("run/checkpoint.gguf");
    g_autofree char *b = file_in("quiet/checkpoint.gguf");
    g_autofree char *log = NULL;
    g_autofree char *path = file_in("run/log.jsonl");
    char *looks = strstr(quiet, "validate-every=2");
    looks[strlen("validate-every=")] = '0';
    g_assert_true(g_file_set_contents(ini, quiet, -1, NULL));
    g_free(run_well("train quiet.ini --out quiet"));
    g_free(run_well("eval run/model.gguf quiet/model.gguf --ratings ratings.csv --csv same.csv"));

    /* The files differ in the recipe's text alone: every score is the same. */
    g_autofree char *csv = NULL;
    g_autofree char *same = file_in("same.csv");
    g_assert_true(g_file_get_contents(same, &csv, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);
    for (guint i = 1; i <= PICTURES; i++)
        g_assert_cmpstr(strchr(lines[i], ','), ==, strchr(lines[i + PICTURES], ','));
    /* At 2, 4 of the first stage and 2 of the second; the ends are the models'. */
    g_assert_true(g_file_get_contents(path, &log, NULL, NULL));
    g_auto(GStrv) parts = g_strsplit(log, "\"validation\"", -1);
    g_assert_cmpuint(g_strv_length(parts), ==, 1 + 3);
}

static void test_without_data(void)
{
    g_free(run_well("report run --out bare.html"));
    Page page = parse("bare.html");
    expect_elements(&page, "section#curves", 1);
    expect_elements(&page, "section#run", 1);
    expect_elements(&page, "section#scatter", 0);
    expect_elements(&page, "img", 0);
    expect_text(&page, "Made without data");
    page_clear(&page);
}

/* A judge of fresh networks: it knows nothing, but it has an order. */
static void write_judge(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainJudge) judge = train_judge_new();
    g_autofree char *path = file_in("judge.gguf");
    const guint sizes[] = {judge->n_features, 4, 3, 1};
    for (guint f = 0; f < judge->n_features; f++)
        judge->deviation[f] = 1;
    judge->nets[0] = train_mlp_new(sizes, 3);
    judge->n_nets = 1;
    judge->license = g_strdup("none");
    train_judge_save(judge, path, &error);
    g_assert_no_error(error);
}

static JsonObject *first_level_row(JsonNode *root)
{
    JsonArray *rows = json_object_get_array_member(json_node_get_object(root), "levels");
    g_assert_cmpuint(json_array_get_length(rows), ==, BIQA_N_BRANCHES);
    return json_array_get_object_element(rows, 0);
}

static void test_eval_judge(void)
{
    g_autoptr(GError) error = NULL;
    write_judge();
    g_autofree char *out =
        run_well("eval run/model.gguf --pictures pictures --only p00.png --types "
                 "blur --types noise --judge judge.gguf --margin 0 --json");
    g_autoptr(JsonNode) root = json_from_string(out, &error);
    g_assert_no_error(error);
    JsonObject *row = first_level_row(root);
    const double share = json_object_get_double_member(row, "pairs_in_order");
    /* One content: 5 x 5 of the two types. Fewer where the judge sees two alike. */
    g_assert_cmpfloat(json_object_get_double_member(row, "pairs"), >, 15);
    g_assert_cmpfloat(json_object_get_double_member(row, "pairs"), <=, 25);
    g_assert_cmpfloat(share, >=, 0);
    g_assert_cmpfloat(share, <=, 1);
    g_assert_cmpstr(json_object_get_string_member(row, "worst"), !=, "");
}

static void refuse(const char *line, const char *word)
{
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    const int status = run(line, &out, &err);
    g_assert_true(status == 1 || status == 2);
    if (!strstr(err, word))
        g_error("biqa-train %s: \"%s\" is not in: %s", line, word, err);
}

static void test_refusals(void)
{
    refuse("report none", "none/model.gguf");
    refuse("report", "one run");
    refuse("report run --data elsewhere", "elsewhere");
    refuse("eval run/model.gguf --pictures pictures --judge run/model.gguf", "run/model.gguf");
    refuse("eval run/model.gguf --ratings ratings.csv --judge x", "--pictures");
    refuse("report run --out none/x.html", "none/x.html");
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("biqa-report-XXXXXX", NULL);
    make_data();
    g_test_add_func("/report/whole", test_whole);
    g_test_add_func("/report/looks", test_looks);
    g_test_add_func("/report/without-data", test_without_data);
    g_test_add_func("/report/eval-judge", test_eval_judge);
    g_test_add_func("/report/refusals", test_refusals);
    const int status = g_test_run();
    g_autofree char *quoted = g_shell_quote(folder);
    g_autofree char *command = g_strdup_printf("rm -rf %s", quoted);
    g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);
    g_free(folder);
    return status;
}
