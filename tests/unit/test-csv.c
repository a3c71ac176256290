/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comma-separated values, and other judges' scores read from them. */
#include "csv.h"

#include "score-list.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void check_split(const char *line, const char *joined)
{
    g_auto(GStrv) cells = train_csv_split(line);
    g_autofree char *text = cells ? g_strjoinv("|", cells) : NULL;
    g_assert_cmpstr(text, ==, joined);
}

static void test_split(void)
{
    check_split("a,b,c", "a|b|c");
    check_split(" a b ,\t1.5 ,\r", "a b|1.5|");
    check_split("", "");
    check_split(",", "|");
    check_split("\"a,b\",\"say \"\"x\"\"\",c", "a,b|say \"x\"|c");
    check_split("\"\",\" a \" ,c", "| a |c");
    check_split("\"open,b", NULL);
}

static void test_round(void)
{
    static const char *const cells[] = {"plain", "a,b", "\"", " lead", "", "tab\tin"};
    g_autoptr(GString) line = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cells); i++) {
        g_string_append(line, i ? "," : "");
        train_csv_append(line, cells[i]);
    }
    g_auto(GStrv) back = train_csv_split(line->str);
    g_assert_cmpuint(g_strv_length(back), ==, G_N_ELEMENTS(cells));
    for (guint i = 0; i < G_N_ELEMENTS(cells); i++)
        g_assert_cmpstr(back[i], ==, cells[i]);
}

static char *const paths[] = {"/set/one/a.png", "/set/b,c.png", "/set/two/a.png"};

/* Reads text as a list that lies in /tmp, of which the paths are no part. */
static double *load(const char *text, guint n, GError **error)
{
    g_autofree char *path = NULL;
    const int fd = g_file_open_tmp("biqa-XXXXXX.csv", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    double *scores = train_score_list_load(path, paths, n, error);
    g_unlink(path);
    return scores;
}

static void test_scores(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree double *scores = load("score,note,image\r\n"
                                     "-3.5,x,/set/two/../two/a.png\r\n"
                                     "1e2,,\"elsewhere/b,c.png\"\r\n\r\n"
                                     "none,of another set,z.png\r\n"
                                     "7,,/set/one/a.png\r\n",
                                     3, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(scores[0], ==, 7);
    g_assert_cmpfloat(scores[1], ==, 100);
    g_assert_cmpfloat(scores[2], ==, -3.5);
}

static void test_refusals(void)
{
    static const struct {
        const char *text, *word;
        guint n;
    } cases[] = {
        {"", "empty", 1},
        {"name,score\na.png,1\n", "\"image\"", 1},
        {"image,value\na.png,1\n", "\"score\"", 1},
        {"image,score\na.png,x\n", "\"x\"", 1},
        {"image,score\na.png,nan\n", "\"nan\"", 1},
        {"image,score\na.png\n", "too few", 1},
        {"image,score\na.png,1\na.png,2\n", "line 3", 1},
        {"image,score\na.png,1\n", "no score for \"/set/b,c.png\"", 2},
        {"image,score\na.png,1\n", "several", 3},
        {"image,score\n\"a.png,1\n", "quote", 1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(load(cases[i].text, cases[i].n, &error));
        g_assert_nonnull(error);
        if (!strstr(error->message, cases[i].word))
            g_error("case %u: \"%s\" is not in: %s", i, cases[i].word, error->message);
    }
}

/* The first name counts before the first column. */
static void test_column(void)
{
    char *const cells[] = {"score", "mos", "file", NULL};
    g_assert_cmpint(train_csv_column(cells, (const char *const[]){"mos", "score", NULL}), ==, 1);
    g_assert_cmpint(train_csv_column(cells, (const char *const[]){"score", "mos", NULL}), ==, 0);
    g_assert_cmpint(train_csv_column(cells, (const char *const[]){"image", "file", NULL}), ==, 2);
    g_assert_cmpint(train_csv_column(cells, (const char *const[]){"std", NULL}), ==, -1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv/split", test_split);
    g_test_add_func("/csv/round", test_round);
    g_test_add_func("/csv/column", test_column);
    g_test_add_func("/csv/scores", test_scores);
    g_test_add_func("/csv/refusals", test_refusals);
    return g_test_run();
}
