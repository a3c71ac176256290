/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-audit as a user runs it, on a folder of files good, bad and odd. */
#include "drawing.h"
#include "member.h"
#include "play.h"
#include "removal.h"
#include "support.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>

#define ODD "files/it's \"odd\" {} $x\xff\n<b>.png"
#define SCORED 3     /* pictures and clip */
#define UNREADABLE 3 /* corrupt, empty, audio */
#define FRAMES 4     /* of the clip */

static char *folder, *model;

static char *file_in(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

/* -- files --------------------------------------------------------------------------------- */

static void draw(guint seed, const char *name)
{
    g_autofree char *path = file_in(name);
    g_autoptr(TrainImage) image = drawing_new(seed);
    g_autoptr(GError) error = NULL;

    train_image_save(image, path, &error);
    g_assert_no_error(error);
}

static void put(const char *name, const char *bytes, gsize length)
{
    g_autofree char *path = file_in(name);

    g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
}

static char *get(const char *name, gsize *length)
{
    g_autofree char *path = file_in(name);
    char *bytes = NULL;

    if (!g_file_get_contents(path, &bytes, length, NULL))
        g_error("there is no %s", path);
    return bytes;
}

static void make_clip(void)
{
    g_autofree char *line = g_strdup_printf(
        "multifilesrc location=\"%s/frame-%%u.png\" caps=image/png,framerate=25/1 ! pngdec ! "
        "videoconvert ! jpegenc quality=90 ! avimux ! filesink location=\"%s/files/clip.avi\"",
        folder, folder);

    for (guint i = 0; i < FRAMES; i++) {
        g_autofree char *name = g_strdup_printf("frame-%u.png", i);
        draw(i, name);
    }
    play_line(line);
}

static void make_files(void)
{
    g_autofree char *files = file_in("files"), *odd = NULL, *good = NULL;
    g_autofree char *audio = g_strdup_printf(
        "audiotestsrc num-buffers=5 ! matroskamux ! filesink location=\"%s/files/audio.mkv\"",
        folder);
    gsize length;

    g_assert_cmpint(g_mkdir(files, 0755), ==, 0);
    make_clip();
    draw(9, "files/good.png");
    good = get("files/good.png", &length);
    put(ODD, good, length);
    put("files/corrupt.png", good, 200); /* header, and the start of the pixels */
    put("files/empty.mp4", "", 0);
    put("files/notes.txt", "no media", 8);
    play_line(audio);
}

static void make_model(void)
{
    g_autoptr(BiqaModel) tiny = tiny_model_new(71);

    tiny->scale.scale = 1; /* no score at an end */
    model = tiny_model_save(tiny);
}

/* -- running ------------------------------------------------------------------------------- */

/* Runs a command line in the folder, has it end with status. */
static void run(const char *line, int expected)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = NULL;
    g_autofree char *out = NULL, *err = NULL;
    int status = 0, got;

    g_shell_parse_argv(line, NULL, &argv, &error);
    g_assert_no_error(error);
    g_spawn_sync(folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, &error);
    g_assert_no_error(error);
    got = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (got != expected)
        g_error("%s: expected status %d, got %d: %s%s", line, expected, got, out, err);
}

/* biqa-audit on the plain C backend, which compiles no shader, with the tiny model. */
static void audit(const char *words, int expected)
{
    g_autofree char *line = g_strdup_printf("%s %s --model '%s' --set backend=reference",
                                            g_getenv("BIQA_AUDIT"), words, model);

    run(line, expected);
}

/* The same bytes, page and results. */
static void expect_same(const char *one, const char *other)
{
    static const char *const endings[] = {".jsonl", ".html"};

    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *first = g_strconcat(one, endings[i], NULL),
                        *second = g_strconcat(other, endings[i], NULL);
        g_autofree char *bytes = get(first, NULL), *others = get(second, NULL);

        if (!g_str_equal(bytes, others))
            g_error("%s and %s differ:\n%s\n---\n%s", first, second, bytes, others);
    }
}

/* -- tests --------------------------------------------------------------------------------- */

typedef struct {
    guint lines, measured, unreadable, frames;
    double good, odd; /* lowest scores */
    char *audio;      /* reason */
} Told;

static Told read_results(const char *name)
{
    g_autofree char *text = get(name, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Told told = {.good = (double)NAN, .odd = (double)NAN};

    for (char **line = lines; **line; line++) {
        JsonObject *object = audit_line_parse(*line, -1), *score;
        const char *path, *state;

        g_assert_nonnull(object);
        path = audit_member_string(object, "path");
        state = audit_member_string(object, "state");
        score = audit_member_object(object, "score");
        told.lines++;
        told.measured += g_strcmp0(state, "measured") == 0;
        told.unreadable += g_strcmp0(state, "unreadable") == 0;
        told.frames += (guint)audit_member_int(object, "scored");
        if (g_strcmp0(path, "files/good.png") == 0)
            told.good = audit_member_double(score, "minimum");
        if (json_object_has_member(object, "path-bytes"))
            told.odd = audit_member_double(score, "minimum");
        if (g_strcmp0(path, "files/audio.mkv") == 0)
            told.audio = g_strdup(audit_member_string(object, "reason"));
        json_object_unref(object);
    }
    return told;
}

static void test_whole(void)
{
    Told told;

    audit("files --out whole.html", 3);
    told = read_results("whole.jsonl");
    g_assert_cmpuint(told.lines, ==, 1 + SCORED + UNREADABLE);
    g_assert_cmpuint(told.measured, ==, SCORED);
    g_assert_cmpuint(told.unreadable, ==, UNREADABLE);
    g_assert_cmpuint(told.frames, ==, 2 + FRAMES);
    g_assert_cmpfloat(told.good, >, 0);
    g_assert_cmpfloat(told.good, ==, told.odd);
    g_assert_cmpstr(told.audio, ==, "there is no video in it");
    g_free(told.audio);
}

static void test_page(void)
{
    g_autofree char *page = get("whole.html", NULL);

    g_assert_nonnull(strstr(page, "clip.avi"));
    g_assert_nonnull(strstr(page, "&lt;b&gt;.png"));
    g_assert_null(strstr(page, "<b>.png"));
    g_assert_nonnull(strstr(page, "data:image/jpeg;base64,/9j/"));
    g_assert_nonnull(strstr(page, "files/empty.mp4</td><td>the file is empty"));
    g_assert_null(strstr(page, "notes.txt"));
}

/* Neither the number of workers nor the day changes a byte. */
static void test_same(void)
{
    audit("files --out again.html --jobs 3", 3);
    expect_same("whole", "again");
    audit("files --out again.html", 2); /* there are results already */
    audit("files --out again.html --overwrite", 3);
    expect_same("whole", "again");
}

/* What a killed audit left is gone on with: some files are done, a line is half written. */
static void test_resume(void)
{
    g_autofree char *whole = get("whole.jsonl", NULL);
    const char *line = whole;

    for (guint i = 0; i < 3; i++)
        line = strchr(line, '\n') + 1;
    put("part.jsonl", whole, (gsize)(line - whole) + 20);
    audit("files --out part.html --resume", 3);
    expect_same("whole", "part");
    audit("files --out part.html --resume", 3); /* nothing is left to do */
    expect_same("whole", "part");
    audit("files --out part.html --resume --interval 2", 2);
}

static void test_shards(void)
{
    audit("files --out 1.html --shard 1/3", 3);
    audit("files --out 2.html --shard 2/3", 3);
    audit("files --out 3.html --shard 3/3", 3);
    run("sh -c '\"$BIQA_AUDIT\" merge --out merged.html 3.jsonl 1.jsonl 2.jsonl'", 3);
    expect_same("whole", "merged");
}

static void test_exit(void)
{
    audit("files/good.png --out x.html --overwrite", 0);
    audit("files/good.png --out x.html --overwrite --fail-below 0", 0);
    audit("files/good.png --out x.html --overwrite --fail-below p5:100", 1);
    audit("files/good.png --out x.html --overwrite --alarm-below 100 --set alarm-hold=0", 1);
    audit("files/gone.png --out x.html --overwrite", 3);
    audit("files/notes.txt --out x.html --overwrite", 3);
    audit("--out x.html", 2);
    audit("files --out x.html --overwrite --set nothing=1", 2);
    audit("files --out x.html --overwrite --set interval=0", 2);
    audit("files --out x.html --overwrite --shard 0/2", 2);
    audit("files --out gone/x.html", 2);
}

/* The example for many machines, on three that are this one: a stand-in for ssh notes the host. */
static void test_parallel(void)
{
    static const char ssh[] = "#!/bin/sh\n"
                              "while [ \"${1#-}\" != \"$1\" ]; do shift; done\n"
                              "echo \"$1\" >>\"$HOSTS\"\n"
                              "shift\n"
                              "exec sh -c \"$*\"\n";
    g_autofree char *found = g_find_program_in_path("parallel"), *fake = file_in("fake-ssh"),
                    *hosts = file_in("hosts"), *told = NULL;
    g_autofree char *line = g_strdup_printf(
        "env PARALLEL_SSH='%s' PARALLEL_HOME='%s' HOSTS='%s' 'AUDIT_OPTIONS=--model %s --set "
        "backend=reference' sh '%s' 1/alpha,1/beta,1/: 4 many.html files",
        fake, folder, hosts, model, g_getenv("AUDIT_PARALLEL"));

    if (!found) {
        g_test_skip("GNU parallel is not installed");
        return;
    }
    put("fake-ssh", ssh, strlen(ssh));
    g_assert_cmpint(g_chmod(fake, 0755), ==, 0);
    run(line, 3);
    expect_same("whole", "many");
    told = get("hosts", NULL);
    g_assert_nonnull(strstr(told, "alpha"));
    g_assert_nonnull(strstr(told, "beta"));
    run(line, 3); /* once more: everything is done, and nothing is lost */
    expect_same("whole", "many");
}

/* The example for Slurm; a stand-in for sbatch runs the array's tasks one by one, then the merge.
 */
static void test_slurm(void)
{
    static const char sbatch[] =
        "#!/bin/sh\n"
        "while [ $# -gt 0 ]; do case $1 in\n"
        "--array=*) n=${1#--array=1-} ;;\n"
        "--dependency=*) [ \"$1\" = --dependency=afterok:7 ] || exit 1 ;;\n"
        "--wrap) sh -c \"$2\" >/dev/null; echo $? >merge-status; exit ;;\n"
        "-*) ;;\n"
        "*) break ;;\n"
        "esac; shift; done\n"
        "for i in $(seq $n); do\n"
        "    SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=$n sh \"$@\" >&2 || exit\n"
        "done\n"
        "echo '7;cluster'\n";
    g_autofree char *fake = file_in("sbatch"), *status = NULL;
    g_autofree char *line = g_strdup_printf(
        "env PATH='%s:%s' 'AUDIT_OPTIONS=--model %s --set backend=reference' sh '%s' 3 array.html "
        "files",
        folder, g_getenv("PATH"), model, g_getenv("AUDIT_SLURM"));

    put("sbatch", sbatch, strlen(sbatch));
    g_assert_cmpint(g_chmod(fake, 0755), ==, 0);
    run(line, 0);
    status = get("merge-status", NULL);
    g_assert_cmpstr(status, ==, "3\n");
    expect_same("whole", "array");
}

/* The script of the page runs: it counts rows and unfolds the one that the address names. */
static void test_browser(void)
{
    g_autofree char *chromium = g_find_program_in_path("chromium"), *page = file_in("whole.html"),
                    *profile = file_in("profile");
    g_autofree char *line = g_strdup_printf(
        "sh -c '%s --headless --no-sandbox --disable-gpu --user-data-dir=%s --dump-dom "
        "\"file://%s#f2\" >dom.html'",
        chromium, profile, page);
    g_autofree char *dom = NULL;

    if (!chromium) {
        g_test_skip("chromium is not installed");
        return;
    }
    run(line, 0);
    dom = get("dom.html", NULL);
    g_assert_nonnull(strstr(dom, "<html lang=\"en\" class=\"js\">"));
    g_assert_nonnull(strstr(dom, ">3 of 3</span>"));
    g_assert_nonnull(strstr(dom, "<tbody id=\"f2\""));
    g_assert_nonnull(strstr(dom, "class=\"open\""));
}

int main(int argc, char **argv)
{
    int status;

    g_setenv("SOURCE_DATE_EPOCH", "1000000000", TRUE);
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    folder = g_dir_make_tmp("biqa-audit-XXXXXX", NULL);
    make_model();
    make_files();
    g_test_add_func("/audit/whole", test_whole);
    g_test_add_func("/audit/page", test_page);
    g_test_add_func("/audit/same", test_same);
    g_test_add_func("/audit/resume", test_resume);
    g_test_add_func("/audit/shards", test_shards);
    g_test_add_func("/audit/exit", test_exit);
    g_test_add_func("/audit/parallel", test_parallel);
    g_test_add_func("/audit/slurm", test_slurm);
    g_test_add_func("/audit/browser", test_browser);
    status = g_test_run();
    tree_remove(folder);
    g_unlink(model);
    g_free(folder);
    g_free(model);
    return status;
}
