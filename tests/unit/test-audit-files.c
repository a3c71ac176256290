/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files an audit takes: folders, lists, shards, odd names. */
#include "discovery.h"

#include "member.h"
#include "removal.h"
#include <string.h>
#include <sys/stat.h>

/* A folder in the one for temporary files (transfer full); paths in it come from in_folder(). */
static char *folder_new(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("biqa-audit-XXXXXX", &error);

    g_assert_no_error(error);
    return folder;
}

static void make(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(parent, 0755), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static const char *path_at(GPtrArray *entries, guint i)
{
    return ((AuditEntry *)g_ptr_array_index(entries, i))->path;
}

/* What is found has to be these names below folder, in this order. */
static void expect(GPtrArray *entries, const char *folder, const char *const *names)
{
    for (guint i = 0; names[i]; i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        g_assert_cmpuint(i, <, entries->len);
        g_assert_cmpstr(path_at(entries, i), ==, path);
    }
    g_assert_cmpuint(entries->len, ==, g_strv_length((char **)names));
}

static void test_folder(void)
{
    static const char *const media[] = {"B.MKV", "a.mp4", "sub/c\xff\"'\n.jpg", NULL};
    static const char *const every[] = {"B.MKV", "a.mp4", "notes.txt", "sub/c\xff\"'\n.jpg", NULL};
    g_autofree char *folder = folder_new(), *link = g_build_filename(folder, "circle", NULL);
    const char *paths[] = {folder, folder, NULL}; /* named twice, taken once */
    AuditDiscovery discovery = {.paths = paths, .shard = {1, 1}};
    g_autoptr(GPtrArray) found = NULL, all = NULL;

    make(folder, "a.mp4", "x");
    make(folder, "B.MKV", "x");
    make(folder, "sub/c\xff\"'\n.jpg", "x");
    make(folder, "notes.txt", "x");
    make(folder, ".hidden.mp4", "x");
    make(folder, ".git/d.png", "x");
    g_assert_cmpint(symlink(folder, link), ==, 0);

    found = audit_discover(&discovery);
    expect(found, folder, media);
    discovery.every_kind = TRUE;
    all = audit_discover(&discovery);
    expect(all, folder, every);
    tree_remove(folder);
}

/* A file that is named is taken, whatever it is; what is wrong with it is told. */
static void test_problems(void)
{
    static const struct {
        const char *name, *problem;
    } cases[] = {{"empty.mp4", "empty"},
                 {"fine.txt", NULL},
                 {"gone.mp4", "No such file"},
                 {"pipe.ts", "regular"}};
    g_autofree char *folder = folder_new(), *pipe = g_build_filename(folder, "pipe.ts", NULL);
    g_autoptr(GPtrArray) entries = NULL;
    char *paths[G_N_ELEMENTS(cases) + 1] = {NULL};

    make(folder, "empty.mp4", "");
    make(folder, "fine.txt", "12345");
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        paths[i] = g_build_filename(folder, cases[i].name, NULL);
    entries =
        audit_discover(&(AuditDiscovery){.paths = (const char *const *)paths, .shard = {1, 1}});
    g_assert_cmpuint(entries->len, ==, G_N_ELEMENTS(cases));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const AuditEntry *entry = g_ptr_array_index(entries, i);

        g_assert_cmpstr(entry->path, ==, paths[i]);
        if (cases[i].problem)
            g_assert_nonnull(strstr(entry->problem, cases[i].problem));
        else
            g_assert_null(entry->problem);
        g_free(paths[i]);
    }
    g_assert_cmpuint(((AuditEntry *)g_ptr_array_index(entries, 1))->size, ==, 5);
    tree_remove(folder);
}

static void test_list(void)
{
    g_autofree char *folder = folder_new(), *lines = g_build_filename(folder, "lines", NULL),
                    *zeros = g_build_filename(folder, "zeros", NULL),
                    *none = g_build_filename(folder, "none", NULL);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) by_line = NULL, by_zero = NULL;

    g_assert_true(g_file_set_contents(lines, "a b\n\n\xff.mp4\nlast", -1, NULL));
    g_assert_true(g_file_set_contents(zeros, "a\nb\0c", 5, NULL));
    by_line = audit_list_read(lines, FALSE, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(by_line), ==, 3);
    g_assert_cmpstr(by_line[1], ==, "\xff.mp4");
    g_assert_cmpstr(by_line[2], ==, "last");
    by_zero = audit_list_read(zeros, TRUE, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(by_zero), ==, 2);
    g_assert_cmpstr(by_zero[0], ==, "a\nb");
    g_assert_cmpstr(by_zero[1], ==, "c");

    g_assert_null(audit_list_read(none, FALSE, &error));
    g_assert_nonnull(strstr(error->message, none));
    tree_remove(folder);
}

/* Every path lies in exactly one of N shards, and none of them is empty or holds half of all. */
static void test_shard(void)
{
    static const guint counts[] = {1, 2, 3, 7, 16};
    const guint n_paths = 1000;

    for (guint c = 0; c < G_N_ELEMENTS(counts); c++) {
        g_autofree guint *held = g_new0(guint, counts[c]);

        for (guint p = 0; p < n_paths; p++) {
            g_autofree char *path = g_strdup_printf("archive/tape-%04u.mxf", p);
            guint holders = 0;

            for (guint i = 0; i < counts[c]; i++) {
                const AuditShard shard = {i + 1, counts[c]};
                const gboolean holds = audit_shard_holds(&shard, path);
                holders += holds;
                held[i] += holds;
            }
            if (holders != 1)
                g_error("%s: of %u shards %u hold it, expected 1", path, counts[c], holders);
        }
        /* Of n paths a shard expects m = n / count; sqrt(m) is its deviation: six of them. */
        for (guint i = 0; i < counts[c]; i++) {
            const double expected = (double)n_paths / counts[c];
            if ((held[i] - expected) * (held[i] - expected) > 36 * expected)
                g_error("shard %u/%u holds %u, expected about %.0f", i + 1, counts[c], held[i],
                        expected);
        }
    }
}

/* Machines of any make agree, today and when an audit is resumed after an upgrade: numbers from the
 * definition of the hash. */
static void test_shard_is_stable(void)
{
    g_assert_true(audit_shard_holds(&(AuditShard){7456, 65536}, "a.mp4"));
    g_assert_true(audit_shard_holds(&(AuditShard){658, 1000}, "folder/\xff"));
}

static void test_shard_text(void)
{
    static const char *const wrong[] = {"",    "1",    "0/2",   "3/2",   "1/0",       "a/2",
                                        "1/b", "-1/2", "1/2/3", "1.5/2", "1/2000000", " 1/2"};
    AuditShard shard;
    g_autoptr(GError) error = NULL;

    g_assert_true(audit_shard_parse("3/8", &shard, &error));
    g_assert_cmpuint(shard.index, ==, 3);
    g_assert_cmpuint(shard.count, ==, 8);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        if (audit_shard_parse(wrong[i], &shard, &error))
            g_error("\"%s\" was taken for a shard", wrong[i]);
        g_assert_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
        g_clear_error(&error);
    }
}

/* Any name survives JSON. */
static void test_entry_json(void)
{
    static const char *const paths[] = {"plain.mp4", "q\"'<&>\\.mp4", "line\nbreak",
                                        "b\xff\xfe%20.ts", "\xc3\xa4/\xe2\x82\xac.mkv"};

    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        const AuditEntry entry = {(char *)paths[i], 1234567890123, 1700000000123456, NULL};
        JsonObject *object = json_object_new(), *read;
        g_autoptr(GString) line = NULL;
        g_autoptr(AuditEntry) back = NULL;

        audit_entry_to_json(&entry, object);
        line = audit_line_new(object);
        g_assert_true(g_utf8_validate(line->str, (gssize)line->len, NULL));
        g_assert_true(strchr(line->str, '\n') == line->str + line->len - 1);
        read = audit_line_parse(line->str, (gssize)line->len);
        g_assert_nonnull(read);
        back = audit_entry_from_json(read);
        g_assert_nonnull(back);
        if (!audit_entry_equal(&entry, back))
            g_error("%s: came back as %s", line->str, back->path);
        json_object_unref(read);
        json_object_unref(object);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/audit/files/folder", test_folder);
    g_test_add_func("/audit/files/problems", test_problems);
    g_test_add_func("/audit/files/list", test_list);
    g_test_add_func("/audit/files/shard", test_shard);
    g_test_add_func("/audit/files/shard-is-stable", test_shard_is_stable);
    g_test_add_func("/audit/files/shard-text", test_shard_text);
    g_test_add_func("/audit/files/entry-json", test_entry_json);
    return g_test_run();
}
