/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown: timelines, charts, the page, the progress bar. */
#include "chart.h"
#include "frame.h"
#include "gallery.h"
#include "member.h"
#include "page-private.h"
#include "progress.h"
#include "recorder.h"

#include <glib/gstdio.h>
#include <malloc.h>
#include <math.h>
#include <string.h>

/* However many frames, the bins are few, no frame is lost, and the one bad frame stays. */
static void test_timeline(void)
{
    static const guint counts[] = {
        1,    2,     AUDIT_TIMELINE_BINS - 1, AUDIT_TIMELINE_BINS, AUDIT_TIMELINE_BINS + 1, 1000,
        4097, 100000};

    for (guint c = 0; c < G_N_ELEMENTS(counts); c++) {
        const guint n = counts[c], bad = n / 3;
        AuditTimeline timeline;
        guint scored = 0, hard = 0;
        double low = 100, sum = 0;

        audit_timeline_init(&timeline);
        for (guint i = 0; i < n; i++)
            audit_timeline_add(
                &timeline,
                &(AuditPoint){.time = 40 * i, .score = i == bad ? 3 : 50, .hard = i == bad});
        for (guint b = 0; b < timeline.n; b++) {
            scored += timeline.bins[b].scored;
            hard += timeline.bins[b].hard;
            low = MIN(low, timeline.bins[b].low);
            sum += timeline.bins[b].sum;
            if (timeline.bins[b].hard)
                g_assert_cmpint(timeline.bins[b].time / (40 * timeline.frames), ==,
                                bad / timeline.frames);
        }
        if (timeline.n > AUDIT_TIMELINE_BINS || scored != n || hard != 1 || low != 3 ||
            sum != 50. * (n - 1) + 3)
            g_error("%u frames: %u bins hold %u, %u hard, lowest %g, sum %g", n, timeline.n, scored,
                    hard, low, sum);
    }
}

static AuditFrame frame_of(guint64 number, double score)
{
    const guint64 time = number * 40000000;

    return (AuditFrame){
        .when = {number, time, time, time, 40000000},
        .scored = !isnan(score),
        .inferred = !isnan(score),
        .verdict = {.score = score, .uncertainty = (double)NAN, .disagreement = 1},
    };
}

/* Frames 0..9 at 80, 10..19 at 20 under an alarm, 20..24 black. */
static AuditResult *recorded_new(const char *path)
{
    const AuditEntry entry = {(char *)path, 1, 1, NULL};
    AuditResult *result = audit_result_new(&entry);
    AuditRecorder recorder;

    audit_recorder_init(&recorder, result, 40);
    for (guint i = 0; i < 25; i++) {
        AuditFrame frame = frame_of(i, i < 10 ? 80 : i < 20 ? 20 : (double)NAN);
        frame.alarm = i >= 10 && i < 20;
        frame.verdict.hard = i == 15;
        frame.domain = i < 20 ? BIQA_DOMAIN_PICTURE : BIQA_DOMAIN_BLACK;
        audit_recorder_add(&recorder, &frame);
    }
    audit_recorder_finish(&recorder);
    return result;
}

static void test_recorder(void)
{
    g_autoptr(AuditResult) result = recorded_new("x");

    g_assert_cmpuint(result->frames, ==, 25);
    g_assert_cmpuint(result->scored, ==, 20);
    g_assert_cmpuint(result->skipped, ==, 5);
    g_assert_cmpuint(result->hard, ==, 1);
    g_assert_cmpuint(result->domains[BIQA_DOMAIN_BLACK], ==, 5);
    g_assert_cmpfloat(result->figures[AUDIT_MEAN], ==, 50);
    g_assert_cmpfloat(result->figures[AUDIT_MINIMUM], ==, 20);
    g_assert_true(isnan(result->figures[AUDIT_UNCERTAINTY]));
    g_assert_cmpuint(result->run_frames, ==, 10);
    g_assert_cmpuint(result->run_start, ==, 400000000);
    g_assert_cmpuint(result->run_time, ==, 400000000);
    g_assert_cmpuint(result->n_alarms, ==, 1);
    g_assert_cmpuint(result->alarms[0].start, ==, 400000000);
    g_assert_cmpuint(result->alarms[0].end, ==, 800000000);
    g_assert_cmpfloat(result->alarms[0].score, ==, 20);
    g_assert_cmpuint(result->histogram[4], ==, 10);
    g_assert_cmpuint(result->histogram[16], ==, 10);
    g_assert_cmpuint(result->duration, ==, 1000000000);
}

static void test_chart(void)
{
    g_autoptr(AuditResult) result = recorded_new("x");
    g_autoptr(GString) out = g_string_new(NULL);

    audit_chart_add(out, result);
    g_assert_nonnull(strstr(out->str, "<path class=\"x\" d=\"M800 0V1000H1000V0z\"/>"));
    g_assert_nonnull(strstr(out->str, "<path class=\"a\" d=\"M400 0V1000H800V0z\"/>"));
    g_assert_nonnull(strstr(out->str, "<path class=\"l\" d=\"M20 200h0l40 0"));
    g_assert_nonnull(strstr(out->str, "l40 600")); /* from 80 down to 20 */
    g_assert_nonnull(strstr(out->str, "<path class=\"h\" d=\"M620 1000v-36\"/>"));
    g_string_truncate(out, 0);
    audit_chart_add_dot(out, result, 600000000, 20);
    g_assert_cmpstr(out->str, ==, "M600 800h0");
}

static void expect_time(guint64 time, guint64 whole, const char *expected)
{
    g_autofree char *text = audit_page_time(time * 1000000, whole * 1000000);

    g_assert_cmpstr(text, ==, expected);
}

static void test_times(void)
{
    expect_time(0, 9999, "0.0 s");
    expect_time(9940, 9999, "9.9 s");
    expect_time(9940, 10000, "0:09");
    expect_time(65000, 65000, "1:05");
    expect_time(3723000, 4000000, "1:02:03");
}

static void write_results(const char *path, guint n)
{
    g_autoptr(GString) text =
        g_string_new("{\"schema\":\"biqa-audit/"
                     "1\",\"element\":\"e<1>\",\"model\":\"m&m\",\"settings\":[\"a<b\"],"
                     "\"below\":40,\"started\":\"2001-01-01T00:00:00Z\"}\n");

    for (guint i = 0; i < n; i++) {
        g_autofree char *name = g_strdup_printf("f/%u<script>\"'&\xff.mp4", i);
        g_autoptr(AuditResult) result = recorded_new(name);
        g_autoptr(GString) line = NULL;
        JsonObject *object;

        result->figures[AUDIT_MINIMUM] = 90 - i;
        result->thumbnails[result->n_thumbnails++] =
            (AuditThumbnail){.score = 1, .uncertainty = (double)NAN, .jpeg = g_strdup("\"><x>")};
        if (i == 1) {
            result->state = AUDIT_PARTLY;
            result->reason = g_strdup("it <broke>");
        }
        object = audit_result_to_json(result);
        line = audit_line_new(object);
        g_string_append(text, line->str);
        json_object_unref(object);
    }
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
}

static guint count(const char *text, const char *word)
{
    guint n = 0;

    for (const char *at = text; (at = strstr(at, word)); at++)
        n++;
    return n;
}

/* Saves a page of n files with room for bytes of pictures. (transfer full) */
static char *page_new(guint n, guint64 bytes)
{
    g_autofree char *folder = g_dir_make_tmp("biqa-audit-XXXXXX", NULL),
                    *results = g_build_filename(folder, "r.jsonl", NULL),
                    *path = g_build_filename(folder, "r.html", NULL);
    const char *const files[] = {results, NULL};
    const AuditPageParams params = {"a <title>", bytes};
    g_autoptr(AuditCatalogue) catalogue = NULL;
    g_autoptr(GError) error = NULL;
    AuditTotals totals;
    AuditGate gate;
    char *page = NULL;

    write_results(results, n);
    catalogue = audit_catalogue_open(files, &error);
    g_assert_no_error(error);
    audit_gate_parse(NULL, &gate, NULL);
    audit_totals_init(&totals, &gate);
    for (guint i = 0; i < catalogue->rows->len; i++) {
        g_autoptr(AuditResult) result =
            audit_catalogue_read(catalogue, g_ptr_array_index(catalogue->rows, i), &error);
        g_assert_no_error(error);
        audit_totals_add(&totals, result);
    }
    audit_page_save(catalogue, &totals, &params, path, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &page, NULL, NULL));
    audit_totals_clear(&totals);
    g_unlink(path);
    g_unlink(results);
    g_rmdir(folder);
    return page;
}

/* Whatever names, reasons, settings and pictures hold, it is text on the page. */
static void test_page(void)
{
    g_autofree char *page = page_new(3, 1000), *start = NULL;
    const char *last, *first;

    g_assert_true(g_utf8_validate(page, -1, NULL));
    g_assert_cmpuint(count(page, "<script>"), ==, 1);
    g_assert_cmpuint(count(page, "<x>"), ==, 0);
    g_assert_cmpuint(count(page, "<broke>"), ==, 0);
    g_assert_cmpuint(count(page, "a &lt;title&gt;"), ==, 2);
    g_assert_nonnull(strstr(page, "a&lt;b"));
    g_assert_cmpuint(count(page, "<tbody"), ==, 3);
    g_assert_cmpuint(count(page, "http"), ==, 1); /* in http-equiv: nothing is loaded */
    /* Worst first. */
    first = strstr(page, "title=\"f/2&lt;");
    last = strstr(page, "title=\"f/0&lt;");
    g_assert_true(first && last && first < last);
}

/* The page does not grow without bound: pictures of the worst files, as many as there is room for.
 */
static void test_page_pictures(void)
{
    g_autofree char *page = page_new(10, 4 * strlen("\"><x>"));

    g_assert_cmpuint(count(page, "<img"), ==, 4);
    g_assert_cmpuint(count(page, "in the results file"), ==, 6);
}

/* Offers n frames, 25 a second, with these scores; hard where asked. */
static AuditResult *gallery_run(guint width, guint height, guint n, guint pictures,
                                double (*score)(guint i), gboolean (*hard)(guint i))
{
    const AuditEntry entry = {(char *)"x", 1, 1, NULL};
    AuditResult *result = audit_result_new(&entry);
    g_autoptr(AuditGallery) gallery = audit_gallery_new(pictures);
    GstVideoInfo info;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, width, height);
    for (guint i = 0; i < n; i++) {
        AuditFrame frame = frame_of(i, score(i));
        g_autoptr(GstBuffer) buffer = gst_buffer_new_allocate(NULL, info.size, NULL);

        gst_buffer_memset(buffer, 0, 100, info.size);
        frame.verdict.hard = hard(i);
        frame.verdict.uncertainty = i % 100;
        audit_gallery_offer(gallery, &frame, &info, buffer);
    }
    audit_gallery_finish(gallery, result);
    return result;
}

static double falling(guint i)
{
    return 90 - i / 10.;
}

static double two_dips(guint i)
{
    return i == 130 ? 10 : i == 140 ? 12 : i == 700 ? 20 : 60;
}

static gboolean never(guint i)
{
    return FALSE;
}

static gboolean at_299_and_350(guint i)
{
    return i == 299 || i == 350;
}

/* The worst are found wherever they come, and neighbours are one. */
static void test_gallery(void)
{
    g_autoptr(AuditResult) fall = gallery_run(32, 16, 800, 3, falling, never);
    g_autoptr(AuditResult) dips = gallery_run(32, 16, 800, 2, two_dips, at_299_and_350);
    g_autoptr(AuditResult) none = gallery_run(32, 16, 800, 0, falling, never);

    g_assert_cmpuint(none->n_thumbnails, ==, 0);
    g_assert_cmpuint(fall->n_thumbnails, ==, 3);
    g_assert_cmpuint(fall->thumbnails[2].frame, ==, 799);
    for (guint i = 0; i < 3; i++)
        g_assert_cmpfloat(fall->thumbnails[i].score, <=, 25); /* the last six seconds or so */
    g_assert_cmpuint(dips->n_thumbnails, ==, 4);
    g_assert_cmpuint(dips->thumbnails[0].frame, ==, 130);
    g_assert_cmpuint(dips->thumbnails[1].frame, ==, 299);
    g_assert_true(dips->thumbnails[1].hard);
    g_assert_cmpuint(dips->thumbnails[2].frame, ==, 350);
    g_assert_cmpuint(dips->thumbnails[3].frame, ==, 700);
    g_assert_true(g_str_has_prefix(dips->thumbnails[3].jpeg, "/9j/"));
}

/* Odd sizes do not let what lay in memory before into a picture's bytes. */
static void test_gallery_bytes(void)
{
    char *jpegs[2];

    for (guint i = 0; i < 2; i++) {
        g_autoptr(AuditResult) result = NULL;

        mallopt(M_PERTURB, i ? 17 : 200);
        result = gallery_run(90, 70, 1, 1, falling, never);
        g_assert_cmpuint(result->n_thumbnails, ==, 1);
        jpegs[i] = g_strdup(result->thumbnails[0].jpeg);
    }
    mallopt(M_PERTURB, 0);
    g_assert_cmpstr(jpegs[0], ==, jpegs[1]);
    g_free(jpegs[0]);
    g_free(jpegs[1]);
}

static void expect_bar(guint columns, guint done, double share, double elapsed,
                       const char *expected)
{
    const AuditProgress progress = {.columns = columns, .done = done, .total = 40, .trouble = 2};
    g_autofree char *text = audit_progress_text(&progress, share, elapsed);

    g_assert_cmpstr(text, ==, expected);
}

static void test_progress(void)
{
    expect_bar(100, 20, .5, 90,
               "[############............]  50 %  20 of 40 files, 2 in trouble  1:30 min left");
    expect_bar(100, 0, 0, 5, "[........................]   0 %  0 of 40 files, 2 in trouble");
    expect_bar(100, 40, 1, 5, "[########################] 100 %  40 of 40 files, 2 in trouble");
    expect_bar(40, 20, .25, 10800, "[######..................]  25 %  20 of ");
    g_autofree char *hours = audit_duration_text(7325);
    g_assert_cmpstr(hours, ==, "2:02 h");
}

static void test_frame(void)
{
    g_autoptr(GstStructure) record = gst_structure_from_string(
        "GstBiqaMeta, frame=(guint64)7, origin=(string)held, domain=(string)frozen, "
        "score=(double)31.5, hard=(boolean)true, alarm=(boolean)true, stream-time=(guint64)280",
        NULL);
    AuditFrame frame;

    g_assert_true(audit_frame_read(record, &frame));
    g_assert_cmpuint(frame.when.frame, ==, 7);
    g_assert_cmpuint(frame.when.stream_time, ==, 280);
    g_assert_true(frame.when.duration == BIQA_TIME_NONE);
    g_assert_true(frame.scored && !frame.inferred && frame.alarm && frame.verdict.hard);
    g_assert_cmpint(frame.domain, ==, BIQA_DOMAIN_FROZEN);
    g_assert_true(isnan(frame.verdict.uncertainty));
    gst_structure_remove_field(record, "origin");
    g_assert_false(audit_frame_read(record, &frame));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/audit/page/timeline", test_timeline);
    g_test_add_func("/audit/page/recorder", test_recorder);
    g_test_add_func("/audit/page/chart", test_chart);
    g_test_add_func("/audit/page/times", test_times);
    g_test_add_func("/audit/page/page", test_page);
    g_test_add_func("/audit/page/pictures", test_page_pictures);
    g_test_add_func("/audit/page/gallery", test_gallery);
    g_test_add_func("/audit/page/gallery-bytes", test_gallery_bytes);
    g_test_add_func("/audit/page/progress", test_progress);
    g_test_add_func("/audit/page/frame", test_frame);
    return g_test_run();
}
