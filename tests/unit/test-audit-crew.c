/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Workers that crash, hang, fail and talk nonsense: shell scripts stand in for them. */
#include "crew.h"

#include <string.h>

/* What a script is made of. It answers the entry with that path. */
#define READY "echo '{\"ready\":true}'; "
#define EACH "while read -r line; do "
#define MEASURED                                                                                   \
    "path=${line#*path\\\":\\\"}; path=${path%%\\\"*}; "                                           \
    "echo \"{\\\"result\\\":{\\\"path\\\":\\\"$path\\\",\\\"state\\\":\\\"measured\\\"}}\"; "
#define DONE "done"

typedef struct {
    guint measured, unreadable;
    char *reason; /* of the last unreadable one */
    AuditCrew *crew;
    guint stop_after; /* results; 0: never */
    gboolean full;    /* the store's disk is */
    double share;     /* the highest told */
} Seen;

static gboolean on_done(const AuditResult *result, gpointer data, GError **error)
{
    Seen *seen = data;

    if (result->state == AUDIT_MEASURED) {
        seen->measured++;
    } else {
        seen->unreadable++;
        g_free(seen->reason);
        seen->reason = g_strdup(result->reason);
    }
    if (seen->stop_after == seen->measured + seen->unreadable)
        audit_crew_stop(seen->crew);
    if (seen->full)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "no space");
    return !seen->full;
}

static void on_tick(double share, gpointer data)
{
    Seen *seen = data;

    g_assert_cmpfloat(share, <=, 1);
    seen->share = MAX(seen->share, share);
}

static gboolean run(const char *script, guint jobs, guint n, Seen *seen, GError **error)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    const AuditCrewParams params = {
        .argv = argv, .jobs = jobs, .patience = 1, .done = on_done, .tick = on_tick, .data = seen};
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)audit_entry_free);
    gboolean ok;

    for (guint i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("%u", i);
        const AuditEntry entry = {path, 1000, 0, NULL};
        g_ptr_array_add(entries, audit_entry_copy(&entry));
    }
    seen->crew = audit_crew_new(&params, entries);
    ok = audit_crew_run(seen->crew, error);
    audit_crew_free(seen->crew);
    return ok;
}

static void expect(const char *script, guint jobs, guint measured, guint unreadable,
                   const char *reason)
{
    Seen seen = {0};
    g_autoptr(GError) error = NULL;

    run(script, jobs, measured + unreadable, &seen, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(seen.measured, ==, measured);
    g_assert_cmpuint(seen.unreadable, ==, unreadable);
    if (reason)
        g_assert_nonnull(strstr(seen.reason, reason));
    g_free(seen.reason);
}

static void test_all(void)
{
    expect(READY EACH MEASURED DONE, 1, 5, 0, NULL);
    expect(READY EACH MEASURED DONE, 3, 20, 0, NULL);
    expect(READY EACH MEASURED DONE, 8, 2, 0, NULL);
    expect(READY EACH MEASURED DONE, 2, 0, 0, NULL);
}

/* File 2 kills its worker, the others do not suffer. */
static void test_crash(void)
{
    expect(READY EACH "case $line in *'\"2\"'*) kill -SEGV $$;; esac; " MEASURED DONE, 2, 5, 1,
           "crashed");
    expect(READY EACH "case $line in *'\"2\"'*) exit 7;; esac; " MEASURED DONE, 1, 5, 1,
           "status 7");
}

/* File 0 never ends: what it says of its share counts as progress, silence does not. */
static void test_hang(void)
{
    expect(
        READY EACH
        "case $line in *'\"0\"'*) echo '{\"share\":0.5}'; exec sleep 1000;; esac; " MEASURED DONE,
        1, 2, 1, "given up");
}

/* Lines that are no message are no harm; a result that is none costs the file. */
static void test_nonsense(void)
{
    expect(READY EACH "echo noise; echo '[]'; echo '{\"share\":\"x\"}'; " MEASURED DONE, 1, 3, 0,
           NULL);
    expect(READY EACH "echo '{\"result\":{}}'; sleep 1000; " DONE, 1, 0, 1, "crashed");
}

static void test_failures(void)
{
    static const struct {
        const char *script, *word;
    } cases[] = {
        {"echo '{\"failed\":\"no device\"}'", "no device"},
        {READY "read -r line; echo '{\"failed\":\"lost\"}'; sleep 1000", "lost"},
        {"exit 3", "before its first file"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Seen seen = {0};
        g_autoptr(GError) error = NULL;

        g_assert_false(run(cases[i].script, 2, 4, &seen, &error));
        if (!strstr(error->message, cases[i].word))
            g_error("%s: expected \"%s\", got \"%s\"", cases[i].script, cases[i].word,
                    error->message);
        g_assert_cmpuint(seen.measured + seen.unreadable, ==, 0);
    }
}

/* Stopped, or with nowhere to put results, a crew ends without taking more. */
static void test_stop(void)
{
    Seen seen = {.stop_after = 3}, full = {.full = TRUE};
    g_autoptr(GError) error = NULL;

    g_assert_true(run(READY EACH MEASURED DONE, 1, 100, &seen, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(seen.measured, ==, 3);

    g_assert_false(run(READY EACH MEASURED DONE, 2, 100, &full, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_assert_cmpuint(full.measured, ==, 1);
}

static void test_no_program(void)
{
    const char *const argv[] = {"/nowhere/biqa-audit", NULL};
    const AuditCrewParams params = {.argv = argv, .jobs = 1, .patience = 1, .done = on_done};
    g_autoptr(GPtrArray) entries = g_ptr_array_new();
    const AuditEntry entry = {(char *)"x", 1, 1, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(AuditCrew) crew = NULL;

    g_ptr_array_add(entries, (gpointer)&entry);
    crew = audit_crew_new(&params, entries);
    g_assert_false(audit_crew_run(crew, &error));
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/audit/crew/all", test_all);
    g_test_add_func("/audit/crew/crash", test_crash);
    g_test_add_func("/audit/crew/hang", test_hang);
    g_test_add_func("/audit/crew/nonsense", test_nonsense);
    g_test_add_func("/audit/crew/failures", test_failures);
    g_test_add_func("/audit/crew/stop", test_stop);
    g_test_add_func("/audit/crew/no-program", test_no_program);
    return g_test_run();
}
