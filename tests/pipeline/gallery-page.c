/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of biqa-train gallery in a headless Chromium, from a file, rated by keys and clicks: it
 * shows pictures pixel for pixel, hides what judges say until a pair is graded, keeps grades when
 * it is closed, and exports them. BIQA_SCREENSHOTS=FOLDER keeps what the page looks like. */
#include "browser.h"
#include "command.h"
#include "csv.h"
#include "image.h"
#include "pairs.h"
#include "seed.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS 4 /* and one of them is an example */
#define WIDTH 300
#define HEIGHT 200
#define RATER "Ann, \"A\""
#define EXPORT "decodeURIComponent(document.getElementById('export').href.split(',')[1])"
#define WHERE(text) "document.getElementById('where').textContent === '" text "'"
#define SAID "document.getElementById('said').textContent"

typedef struct {
    char *folder;
    Browser *browser;
} Fixture;

/* -- the program --------------------------------------------------------------------------- */

/* Rings, and the noise of picture i. */
static TrainImage *draw_picture(guint i)
{
    TrainImage *image = train_image_new(WIDTH, HEIGHT);
    guint64 state = i;
    for (guint y = 0; y < HEIGHT; y++) {
        for (guint x = 0; x < WIDTH; x++) {
            const double ring = 128 + 100 * sin(hypot(x - 140., y - 90.) / (4 + i));
            for (guint c = 0; c < 3; c++)
                image->rgb[3 * (y * WIDTH + x) + c] =
                    (guint8)(ring + (i % 2) * (train_draw(&state, 40) - 20.) - 8 * c);
        }
    }
    return image;
}

static void make_pairs(const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(TrainPairs) pairs = train_pairs_new(folder);
    g_autofree char *images = g_build_filename(folder, "images", NULL);
    g_assert_cmpint(g_mkdir(images, 0777), ==, 0);
    for (guint i = 0; i < 2 * PAIRS; i++) {
        const TrainPairImage image = {g_strdup_printf("images/p%u.png", i),
                                      g_strdup_printf("</script> %u", i / 2), g_strdup("x")};
        g_autofree char *path = g_build_filename(folder, image.file, NULL);
        g_autoptr(TrainImage) picture = draw_picture(i);
        train_pairs_add_image(pairs, &image);
        train_image_save(picture, path, &error);
        g_assert_no_error(error);
    }
    for (guint i = 0; i < PAIRS; i++) {
        const TrainPair pair = {
            "model", "judge", i + 1, {2 * i, 2 * i + 1}, {50.1 + i, 51.2 + i}, {87.7, 12.3}};
        train_pairs_add(pairs, &pair);
    }
    train_pairs_save(pairs, &error);
    g_assert_no_error(error);
}

static void make_page(const Fixture *f, const char *words)
{
    g_autofree char *line = g_strconcat("gallery . ", words, NULL);
    g_autofree char *err = NULL;
    if (command_run(f->folder, line, NULL, &err) != 0)
        g_error("biqa-train %s: %s", line, err);
}

static void set_up(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    f->folder = g_dir_make_tmp("biqa-gallery-XXXXXX", &error);
    g_assert_no_error(error);
    make_pairs(f->folder);
    f->browser = browser_new(g_getenv("CHROMIUM"));
}

static void tear_down(Fixture *f, gconstpointer data)
{
    g_autofree char *quoted = g_shell_quote(f->folder);
    g_autofree char *command = g_strdup_printf("rm -rf %s", quoted);
    browser_free(f->browser);
    g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);
    g_free(f->folder);
}

/* -- the page ------------------------------------------------------------------------------ */

static void save(const Fixture *f, const char *name)
{
    const char *folder = g_getenv("BIQA_SCREENSHOTS");
    g_autofree char *path = folder ? g_build_filename(folder, name, NULL) : NULL;
    if (path)
        browser_save(f->browser, path);
}

static void open_page(const Fixture *f, const char *name)
{
    g_autofree char *uri = g_strdup_printf("file://%s/%s", f->folder, name);
    browser_open(f->browser, uri, 1000, 640);
    browser_wait(f->browser,
                 "document.readyState === 'complete' && !!document.getElementById('rater')");
}

static void begin(const Fixture *f, const char *name, const char *rater)
{
    open_page(f, name);
    browser_wait(f->browser, "document.activeElement.id === 'rater'");
    browser_type(f->browser, rater);
    browser_press(f->browser, "Enter");
    browser_wait(f->browser, "document.getElementById('start').hidden");
}

/* Keys, one after the other. */
static void press(const Fixture *f, const char *const *keys)
{
    for (; *keys; keys++)
        browser_press(f->browser, *keys);
}

#define PRESS(f, ...) press(f, (const char *const[]){__VA_ARGS__, NULL})

static void check_pixels(const Fixture *f)
{
    browser_wait(
        f->browser,
        "[...document.querySelectorAll('figure img')].every(i => i.naturalWidth === 300 && "
        "i.getBoundingClientRect().width === 300 && "
        "i.getBoundingClientRect().height === 200)");
    browser_wait(f->browser,
                 "(p => p.scrollWidth <= p.clientWidth)(document.getElementById('pair'))");
    browser_wait(f->browser, "(([a, b]) => a.y === b.y && a.right < b.x)"
                             "([...document.querySelectorAll('figure img')].map("
                             "i => i.getBoundingClientRect()))");
}

/* Pixel for pixel on finer screens, too; a window that is too small says so. Headless, Chromium
 * draws at a new density without a word to the page, where a window would be resized. */
static void check_windows(const Fixture *f)
{
    static const double densities[] = {1.25, 1.5, 2};
    for (guint i = 0; i < G_N_ELEMENTS(densities); i++) {
        g_autofree char *fits = g_strdup_printf(
            "window.devicePixelRatio === %u / 4 && window.dispatchEvent(new Event('resize')) && "
            "[...document.querySelectorAll('figure img')].every(i => "
            "Math.abs(i.getBoundingClientRect().width * window.devicePixelRatio - 300) < .1)",
            (guint)(4 * densities[i]));
        browser_resize(f->browser, 1000, 640, densities[i]);
        browser_wait(f->browser, fits);
        browser_wait(f->browser, "document.getElementById('narrow').hidden");
    }
    browser_resize(f->browser, 560, 640, 1);
    browser_wait(f->browser, "!document.getElementById('narrow').hidden");
    save(f, "gallery-narrow.png");
    browser_resize(f->browser, 1000, 640, 1);
    browser_wait(f->browser, "document.getElementById('narrow').hidden");
    check_pixels(f);
}

/* The keys are listed, and leave no button behind that would take the next one. */
static void check_help(const Fixture *f)
{
    PRESS(f, "?");
    browser_wait(f->browser, "document.getElementById('help').open");
    browser_wait(f->browser,
                 "/Backspace\\s+look back/.test(document.getElementById('help').innerText)");
    PRESS(f, "3", "Enter"); /* Enter presses its button */
    browser_wait(f->browser, "!document.getElementById('help').open");
    browser_click(f->browser, "#ask");
    browser_wait(f->browser, "document.getElementById('help').open");
    save(f, "gallery-help.png");
    browser_click(f->browser, "#close");
    browser_wait(f->browser, "!document.getElementById('help').open");
    browser_wait(f->browser, "document.activeElement === document.body");
    browser_wait(f->browser, "!document.querySelector('figure [aria-pressed=true]')");
}

/* What judges say is nowhere to be seen before a pair is confirmed, and then for the pictures it
 * was said of. */
static void check_hidden(const Fixture *f)
{
    browser_wait(f->browser, "!/87\\.7|12\\.3|model|judge/.test(document.body.innerText)");
    PRESS(f, "5");
    browser_wait(f->browser, "document.querySelectorAll('figure')[1].classList.contains('active')");
    browser_click(f->browser, "figure[data-side='1'] button[data-grade='2']");
    browser_wait(f->browser, SAID " === 'Enter: confirm'");
    browser_wait(f->browser, "localStorage.length === 0");
    save(f, "gallery-graded.png");
    PRESS(f, "Enter");
    browser_wait(f->browser, "/87\\.7/.test(" SAID ") && /12\\.3/.test(" SAID ")");
    browser_wait(f->browser, "localStorage.length === 1");
    PRESS(f, "1"); /* too late */
    browser_wait(f->browser, "[...document.querySelectorAll('figure [aria-pressed=true]')].map("
                             "b => b.dataset.grade).join() === '5,2'");
    save(f, "gallery-confirmed.png");
}

/* (transfer full) the exported lines */
static char **export(const Fixture *f)
{
    g_autofree char *text = browser_evaluate(f->browser, EXPORT);
    return g_strsplit(text, "\n", -1);
}

/* Rows are a picture each, named with its content, with the grades that were given. */
static void check_export(const Fixture *f)
{
    g_auto(GStrv) lines = export(f);
    guint grades[6] = {0};
    g_assert_cmpstr(lines[0], ==,
                    "rater,scale,sitting,pair,image,content,other,other-content,grade");
    g_assert_cmpuint(g_strv_length(lines), ==, 1 + 2 * (PAIRS - 1) + 1);
    for (guint i = 1; *lines[i]; i++) {
        g_auto(GStrv) cells = train_csv_split(lines[i]);
        g_autofree char *content = NULL;
        g_assert_cmpuint(g_strv_length(cells), ==, 9);
        g_assert_cmpstr(cells[0], ==, RATER);
        g_assert_true(g_str_has_prefix(cells[4], "images/p"));
        content = g_strdup_printf("</script> %d", (cells[4][8] - '0') / 2);
        g_assert_cmpstr(cells[5], ==, content);
        grades[CLAMP(atoi(cells[8]), 0, 5)]++;
    }
    /* 5 and 2 of the first pair, then twice 4 and 1. */
    g_assert_cmpuint(grades[5], ==, 1);
    g_assert_cmpuint(grades[2], ==, 1);
    g_assert_cmpuint(grades[4], ==, 2);
    g_assert_cmpuint(grades[1], ==, 2);
}

/* What the page exports is what `ratings --raters` reads, and what that writes is a list of ratings
 * beside its pictures. */
static void check_ratings(const Fixture *f)
{
    g_autofree char *text = browser_evaluate(f->browser, EXPORT);
    g_autofree char *path = g_build_filename(f->folder, "ann.csv", NULL);
    g_autofree char *out = NULL;
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(command_run(f->folder, "ratings --raters ann.csv --csv mos.csv", &out, NULL),
                    ==, 0);
    g_assert_nonnull(strstr(out, RATER));
    g_clear_pointer(&out, g_free);
    g_assert_cmpint(command_run(f->folder, "ratings mos.csv", &out, NULL), ==, 0);
    g_assert_nonnull(strstr(out, "images       6"));
    g_assert_nonnull(strstr(out, "contents     3"));
    g_assert_nonnull(strstr(out, "from 0.00 to 100.00"));
}

#define KEPT "JSON.parse(Object.values(localStorage)[0])"

/* A button that has the focus is pressed by Enter, which does not confirm then. */
static void press_focused(const Fixture *f)
{
    browser_wait(f->browser, "(b => { b.focus(); return document.activeElement === b; })("
                             "document.querySelector(`figure[data-side='0'] "
                             "button[data-grade='4']`))");
    PRESS(f, "Enter");
    browser_wait(f->browser, SAID " === 'Enter: confirm'");
    browser_wait(f->browser, "document.querySelector(`figure[data-side='0'] "
                             "[aria-pressed=true]`).dataset.grade === '4'");
}

/* The same rater in another tab, whose grades are not lost. */
static void rate_elsewhere(const Fixture *f)
{
    browser_wait(
        f->browser,
        "(key => { localStorage.setItem(key, JSON.stringify({...JSON.parse("
        "localStorage[key]), 99: [1, 1]})); return true; })(Object.keys(localStorage)[0])");
}

/* The very next key is a grade: nothing that is hidden now still has the focus. */
static void check_start(const Fixture *f)
{
    g_autofree char *body = NULL;
    browser_wait(f->browser, "document.activeElement.id === 'rater'");
    browser_type(f->browser, RATER);
    body = browser_evaluate(f->browser, "document.getElementById('form').requestSubmit(), "
                                        "document.activeElement === document.body");
    g_assert_cmpstr(body, ==, "true");
}

static void test_absolute(Fixture *f, gconstpointer data)
{
    make_page(f, "--examples 1");
    open_page(f, "gallery.html");
    save(f, "gallery-start.png");
    check_start(f);
    begin(f, "gallery.html", RATER);
    browser_wait(f->browser, WHERE("Example 1 of 1, which does not count"));
    PRESS(f, "Enter", "3", "2", "Enter", "Enter"); /* the first Enter does nothing: no grades yet */
    browser_wait(f->browser, WHERE("Pair 1 of 3"));
    check_pixels(f);
    check_windows(f);
    check_help(f);
    check_hidden(f);
    PRESS(f, "Enter", "3"); /* half of the second pair, which is lost */
    browser_wait(f->browser, WHERE("Pair 2 of 3"));
    begin(f, "gallery.html", "Bob"); /* somebody else sees nothing of it */
    browser_wait(f->browser, WHERE("Example 1 of 1, which does not count"));
    begin(f, "gallery.html", RATER); /* without the examples again */
    browser_wait(f->browser, WHERE("Pair 2 of 3"));
    PRESS(f, "1", "1");
    press_focused(f);
    rate_elsewhere(f);
    PRESS(f, "Enter");
    browser_wait(f->browser, "(g => g[99] && Object.keys(g).length === 3)(" KEPT ")");
    PRESS(f, "Enter");
    browser_wait(f->browser, WHERE("Pair 3 of 3"));
    PRESS(f, "Backspace");
    browser_wait(f->browser, WHERE("Pair 2 of 3"));
    PRESS(f, "Enter", "4", "1", "Enter", " ");
    browser_wait(f->browser, "!document.getElementById('done').hidden");
    save(f, "gallery-done.png");
    check_export(f);
    check_ratings(f);
    g_assert_cmpstr(browser_complaints(f->browser), ==, "");
}

static void test_comparison(Fixture *f, gconstpointer data)
{
    g_auto(GStrv) cells = NULL;
    make_page(f, "--examples 0 --scale comparison --pairs 2 --out compare.html");
    begin(f, "compare.html", "7");
    browser_wait(f->browser, WHERE("Pair 1 of 2"));
    save(f, "gallery-comparison.png");
    PRESS(f, "7", "1", "Enter", "Enter"); /* changed before it is confirmed */
    browser_wait(f->browser, WHERE("Pair 2 of 2"));
    browser_click(f->browser, "#both button[data-grade='0']");
    PRESS(f, "Enter", "Enter");
    browser_wait(f->browser, "!document.getElementById('done').hidden");
    g_auto(GStrv) lines = export(f);
    g_assert_cmpuint(g_strv_length(lines), ==, 4);
    cells = train_csv_split(lines[1]);
    g_assert_cmpstr(cells[1], ==, "comparison");
    g_assert_true(g_str_has_prefix(cells[6], "images/p"));
    g_assert_cmpstr(cells[4], !=, cells[6]);
    g_assert_cmpint(atoi(strrchr(lines[1], ',') + 1) + atoi(strrchr(lines[2], ',') + 1), ==, -3);
    g_assert_cmpstr(browser_complaints(f->browser), ==, "");
}

static void test_refusals(void)
{
    g_autofree char *folder = g_dir_make_tmp("biqa-gallery-XXXXXX", NULL);
    g_autofree char *err = NULL;
    g_assert_cmpint(command_run(folder, "gallery . --scale loud", NULL, &err), ==, 2);
    g_assert_nonnull(strstr(err, "absolute or comparison"));
    g_clear_pointer(&err, g_free);
    g_assert_cmpint(command_run(folder, "gallery .", NULL, &err), ==, 1);
    g_assert_nonnull(strstr(err, "images.csv"));
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_test_add("/gallery/absolute", Fixture, NULL, set_up, test_absolute, tear_down);
    g_test_add("/gallery/comparison", Fixture, NULL, set_up, test_comparison, tear_down);
    g_test_add_func("/gallery/refusals", test_refusals);
    return g_test_run();
}
