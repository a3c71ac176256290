/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results on disk: appended, torn, resumed, merged. */
#include "catalogue.h"
#include "member.h"
#include "removal.h"
#include "store.h"
#include "totals.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *folder;
    char *file; /* of results, not there yet */
    AuditMethod *method;
} Place;

static AuditMethod *method_new(void)
{
    AuditMethod *method = g_new0(AuditMethod, 1);

    method->element = g_strdup("biqafilter 0");
    method->model = g_strdup("tiny");
    method->model_digest = g_strdup("00ff");
    method->settings = g_strsplit("interval=2 seed=3", " ", -1);
    method->below = 40;
    method->thumbnails = 3;
    method->shard = (AuditShard){1, 1};
    method->started = g_strdup("2001-01-01T00:00:00Z");
    return method;
}

static Place place_new(void)
{
    Place place = {.folder = g_dir_make_tmp("biqa-audit-XXXXXX", NULL), .method = method_new()};

    g_assert_nonnull(place.folder);
    place.file = g_build_filename(place.folder, "r.jsonl", NULL);
    return place;
}

static void place_clear(Place *place)
{
    folder_remove(place->folder);
    g_free(place->folder);
    g_free(place->file);
    audit_method_free(place->method);
}

static AuditStore *open_store(const Place *place, AuditStoreMode mode)
{
    g_autoptr(GError) error = NULL;
    AuditStore *store = audit_store_open(place->file, place->method, mode, &error);

    g_assert_no_error(error);
    return store;
}

/* A result with something in every member. */
static AuditResult *result_new(const char *path, double lowest)
{
    const AuditEntry entry = {(char *)path, 1000, 5, NULL};
    AuditResult *result = audit_result_new(&entry);

    result->device = g_strdup("a device");
    result->width = 640;
    result->height = 360;
    result->duration = 3000000000;
    result->frames = 75;
    result->scored = 70;
    result->skipped = 5;
    result->hard = 2;
    result->domains[BIQA_DOMAIN_PICTURE] = 70;
    result->domains[BIQA_DOMAIN_BLACK] = 5;
    for (guint i = 0; i < AUDIT_N_FIGURES; i++)
        result->figures[i] = lowest + i;
    result->run_frames = 4;
    result->run_start = 40000000;
    result->run_time = 160000000;
    result->histogram[AUDIT_HISTOGRAM / 2] = 70;
    result->n_alarms = 40;
    result->alarms[result->n_told++] = (AuditAlarm){1, 2, .5};
    audit_timeline_add(&result->timeline, &(AuditPoint){40, lowest, TRUE, TRUE, 0});
    audit_timeline_add(&result->timeline, &(AuditPoint){80, (double)NAN, 0, 0, BIQA_DOMAIN_BLACK});
    result->thumbnails[result->n_thumbnails++] =
        (AuditThumbnail){7, 8, lowest, 3.5, TRUE, g_strdup("/9j/")};
    return result;
}

static void append(AuditStore *store, const char *path, double lowest)
{
    g_autoptr(AuditResult) result = result_new(path, lowest);
    g_autoptr(GError) error = NULL;

    audit_store_append(store, result, &error);
    g_assert_no_error(error);
}

static AuditCatalogue *open_catalogue(const char *file)
{
    const char *const files[] = {file, NULL};
    g_autoptr(GError) error = NULL;
    AuditCatalogue *catalogue = audit_catalogue_open(files, &error);

    g_assert_no_error(error);
    return catalogue;
}

static const AuditRow *row_at(const AuditCatalogue *catalogue, guint i)
{
    return g_ptr_array_index(catalogue->rows, i);
}

/* Through JSON and back, nothing changes. */
static void test_result(void)
{
    g_autoptr(AuditResult) result = result_new("a \"b\".mp4", 12.5);
    JsonObject *object = audit_result_to_json(result), *again;
    g_autoptr(AuditResult) back = audit_result_from_json(object);
    g_autoptr(GString) line = audit_line_new(object), second = NULL;

    g_assert_nonnull(back);
    again = audit_result_to_json(back);
    second = audit_line_new(again);
    g_assert_cmpstr(line->str, ==, second->str);
    g_assert_cmpfloat(back->figures[AUDIT_P5], ==, 14.5);
    g_assert_cmpuint(back->timeline.n, ==, 2);
    g_assert_cmpint(back->timeline.bins[1].domain, ==, BIQA_DOMAIN_BLACK);
    g_assert_null(strstr(line->str, "nan"));
    json_object_unref(object);
    json_object_unref(again);
}

/* What was measured is known as long as the file is the same. */
static void test_resume(void)
{
    Place place = place_new();
    g_autoptr(AuditStore) store = open_store(&place, AUDIT_STORE_NEW);
    AuditEntry entry = {(char *)"b.mp4", 1000, 5, NULL};
    const AuditEntry broken = {(char *)"c.mp4", 1, 1, NULL};
    g_autoptr(AuditResult) unreadable = audit_result_unreadable(&broken, "it is noise");

    append(store, "b.mp4", 30);
    g_assert_true(audit_store_append(store, unreadable, NULL));
    audit_store_free(store);

    store = open_store(&place, AUDIT_STORE_RESUME);
    g_assert_true(audit_store_knows(store, &entry, FALSE));
    g_assert_true(audit_store_knows(store, &entry, TRUE));
    g_assert_true(audit_store_knows(store, &broken, FALSE));
    g_assert_false(audit_store_knows(store, &broken, TRUE));
    entry.size++;
    g_assert_false(audit_store_knows(store, &entry, FALSE));
    entry.size--;
    entry.modified++;
    g_assert_false(audit_store_knows(store, &entry, FALSE));
    entry.path = (char *)"other.mp4";
    g_assert_false(audit_store_knows(store, &entry, FALSE));
    place_clear(&place);
}

/* Cut anywhere, a file gives the results whose lines are whole, and goes on behind them. */
static void test_torn(void)
{
    Place place = place_new();
    g_autofree char *bytes = NULL;
    gsize length;
    AuditStore *store = open_store(&place, AUDIT_STORE_NEW);

    append(store, "a.mp4", 30);
    append(store, "b.mp4", 20);
    audit_store_free(store);
    g_assert_true(g_file_get_contents(place.file, &bytes, &length, NULL));

    for (gsize cut = 0; cut <= length; cut += cut + 97 < length ? 97 : 1) {
        guint whole = 0;

        for (gsize i = 0; i < cut; i++)
            whole += bytes[i] == '\n';
        g_assert_true(g_file_set_contents(place.file, bytes, (gssize)cut, NULL));
        store = open_store(&place, AUDIT_STORE_RESUME);
        append(store, "c.mp4", 10);
        audit_store_free(store);

        g_autoptr(AuditCatalogue) catalogue = open_catalogue(place.file);
        const guint expected = MAX(whole, 1); /* the first line is the method's */
        if (catalogue->rows->len != expected || catalogue->torn || catalogue->unread)
            g_error("cut at %zu of %zu: expected %u results, got %u, %u lines unread", cut, length,
                    expected, catalogue->rows->len, catalogue->unread);
        g_assert_cmpstr(row_at(catalogue, expected - 1)->entry->path, ==, "c.mp4");
    }
    place_clear(&place);
}

static void test_modes(void)
{
    Place place = place_new();
    g_autoptr(GError) error = NULL;
    AuditStore *store = open_store(&place, AUDIT_STORE_NEW);

    /* Another audit writes it. */
    g_assert_null(audit_store_open(place.file, place.method, AUDIT_STORE_RESUME, &error));
    g_assert_nonnull(strstr(error->message, "another audit"));
    g_clear_error(&error);
    append(store, "a.mp4", 30);
    audit_store_free(store);

    g_assert_null(audit_store_open(place.file, place.method, AUDIT_STORE_NEW, &error));
    g_assert_nonnull(strstr(error->message, "--resume"));
    g_clear_error(&error);

    g_free(place.method->model_digest);
    place.method->model_digest = g_strdup("other");
    g_assert_null(audit_store_open(place.file, place.method, AUDIT_STORE_RESUME, &error));
    g_assert_nonnull(strstr(error->message, "SHA-256"));
    g_clear_error(&error);

    audit_store_free(open_store(&place, AUDIT_STORE_OVERWRITE));
    g_autoptr(AuditCatalogue) catalogue = open_catalogue(place.file);
    g_assert_cmpuint(catalogue->rows->len, ==, 0);
    place_clear(&place);
}

/* A full disk: the line that did not fit is gone as a whole. */
static void test_full_disk(void)
{
    Place place = place_new();
    g_autoptr(AuditStore) store = open_store(&place, AUDIT_STORE_NEW);
    g_autoptr(GError) error = NULL;
    g_autoptr(AuditResult) result = result_new("a.mp4", 30);

    if (g_access("/dev/full", W_OK) != 0) {
        g_test_skip("there is no /dev/full");
        place_clear(&place);
        return;
    }
    g_free(place.file);
    place.file = g_build_filename(place.folder, "full.jsonl", NULL);
    g_assert_cmpint(symlink("/dev/full", place.file), ==, 0);
    g_assert_null(audit_store_open(place.file, place.method, AUDIT_STORE_OVERWRITE, &error));
    g_assert_nonnull(strstr(error->message, place.file));
    place_clear(&place);
}

static char *part_new(const Place *place, const char *name, const char *started,
                      const char *const *paths)
{
    char *file = g_build_filename(place->folder, name, NULL);
    g_autoptr(AuditMethod) method = method_new();
    g_autoptr(AuditStore) store = NULL;

    g_free(method->started);
    method->started = g_strdup(started);
    store = audit_store_open(file, method, AUDIT_STORE_NEW, NULL);
    for (; *paths; paths++)
        append(store, *paths, strlen(*paths));
    return file;
}

/* Parts in any order give the bytes that the whole gives. */
static void test_merge(void)
{
    static const char *const all[] = {"a", "bb", "ccc", "dddd", NULL},
                             *const odd[] = {"ccc", "a", NULL},
                             *const even[] = {"dddd", "bb", NULL};
    Place place = place_new();
    g_autofree char *whole = part_new(&place, "whole.jsonl", "2001-01-01T00:00:00Z", all),
                    *one = part_new(&place, "one.jsonl", "2001-01-01T00:00:00Z", odd),
                    *two = part_new(&place, "two.jsonl", "2002-02-02T00:00:00Z", even);
    const char *const parts[] = {two, one, NULL};
    g_autoptr(AuditCatalogue) merged = audit_catalogue_open(parts, NULL),
                              single = open_catalogue(whole);
    g_autofree char *first = NULL, *second = NULL;

    g_assert_true(audit_catalogue_save(merged, place.file, NULL));
    g_assert_true(audit_catalogue_save(single, whole, NULL));
    g_assert_true(g_file_get_contents(place.file, &first, NULL, NULL));
    g_assert_true(g_file_get_contents(whole, &second, NULL, NULL));
    g_assert_cmpstr(first, ==, second);
    g_assert_cmpuint(merged->rows->len, ==, 4);
    place_clear(&place);
}

/* Parts that were measured in another way do not merge; damage is counted, not fatal. */
static void test_merge_refused(void)
{
    static const char *const paths[] = {"a", NULL};
    Place place = place_new();
    g_autofree char *one = part_new(&place, "one.jsonl", "2001-01-01T00:00:00Z", paths),
                    *two = g_build_filename(place.folder, "two.jsonl", NULL);
    const char *const parts[] = {one, two, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(AuditStore) store = NULL;

    g_assert_null(audit_catalogue_open(parts, &error)); /* there is no second part */
    g_assert_nonnull(strstr(error->message, two));
    g_clear_error(&error);
    g_assert_true(g_file_set_contents(two, "{\"frame\":1}\n", -1, NULL));
    g_assert_null(audit_catalogue_open(parts, &error));
    g_assert_nonnull(strstr(error->message, "results file"));
    g_clear_error(&error);
    g_unlink(two);
    place.method->below = 41;
    store = audit_store_open(two, place.method, AUDIT_STORE_NEW, NULL);
    g_assert_null(audit_catalogue_open(parts, &error));
    g_assert_nonnull(strstr(error->message, "--below"));
    g_clear_error(&error);

    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(one, &text, NULL, NULL));
    g_autofree char *damaged = g_strconcat(text, "{\"path\":3}\nnoise\n[]\n", NULL);
    g_assert_true(g_file_set_contents(one, damaged, -1, NULL));
    g_autoptr(AuditCatalogue) catalogue = open_catalogue(one);
    g_assert_cmpuint(catalogue->rows->len, ==, 1);
    g_assert_cmpuint(catalogue->unread, ==, 3);
    place_clear(&place);
}

static void test_exit(void)
{
    const AuditEntry entry = {(char *)"x", 1, 1, NULL};
    g_autoptr(AuditResult) fine = audit_result_new(&entry);
    g_autoptr(AuditResult) poor = audit_result_new(&entry),
                           bad = audit_result_unreadable(&entry, "");
    AuditGate gate;
    AuditTotals totals;

    fine->scored = poor->scored = 2;
    fine->figures[AUDIT_P5] = fine->figures[AUDIT_MEAN] = fine->figures[AUDIT_HARMONIC_MEAN] = 60;
    poor->figures[AUDIT_P5] = poor->figures[AUDIT_MEAN] = poor->figures[AUDIT_HARMONIC_MEAN] = 30;
    fine->figures[AUDIT_MINIMUM] = poor->figures[AUDIT_MINIMUM] = 5;
    g_assert_true(audit_gate_parse("p5:45.5", &gate, NULL));
    g_assert_cmpint(gate.figure, ==, AUDIT_P5);

    audit_totals_init(&totals, &gate);
    audit_totals_add(&totals, fine);
    g_assert_cmpint(audit_totals_exit(&totals), ==, AUDIT_EXIT_FINE);
    audit_totals_add(&totals, poor);
    g_assert_cmpint(audit_totals_exit(&totals), ==, AUDIT_EXIT_BELOW);
    audit_totals_add(&totals, bad);
    g_assert_cmpint(audit_totals_exit(&totals), ==, AUDIT_EXIT_UNREADABLE);
    g_assert_cmpfloat(audit_totals_mean(&totals), ==, 45);
    g_assert_cmpfloat(totals.lowest, ==, 5);
    audit_totals_clear(&totals);

    g_assert_true(audit_gate_parse(NULL, &gate, NULL));
    g_assert_false(audit_gate_fails(&gate, poor));
    poor->n_alarms = 1;
    g_assert_true(audit_gate_fails(&gate, poor));
    g_assert_false(audit_gate_parse("p50:x", &gate, NULL));
    g_assert_false(audit_gate_parse("uncertainty:3", &gate, NULL));
    g_assert_false(audit_gate_parse("101", &gate, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/audit/store/result", test_result);
    g_test_add_func("/audit/store/resume", test_resume);
    g_test_add_func("/audit/store/torn", test_torn);
    g_test_add_func("/audit/store/modes", test_modes);
    g_test_add_func("/audit/store/full-disk", test_full_disk);
    g_test_add_func("/audit/store/merge", test_merge);
    g_test_add_func("/audit/store/merge-refused", test_merge_refused);
    g_test_add_func("/audit/store/exit", test_exit);
    return g_test_run();
}
