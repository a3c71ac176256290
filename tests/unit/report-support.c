/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries of a report as tests want them. */
#include "report-support.h"

#include <math.h>

#define FRAME (40 * GST_MSECOND)

GstBiqaEntry entry_header(void)
{
    static const char *const datasets[] = {"one", "t\"w\"o", NULL};
    GstBiqaHeader *header = g_new0(GstBiqaHeader, 1);

    header->model = g_strdup("tiny \\ \"model\"");
    header->datasets = g_strdupv((char **)datasets);
    header->validation_srcc = .75;
    header->hard_threshold = 12.5;
    header->backend = g_strdup("reference");
    header->device = g_strdup("a CPU");
    header->path = g_strdup("system-memory");
    header->caps = g_strdup("video/x-raw, format=(string)I420");
    header->fps = 25;
    return (GstBiqaEntry){.kind = GST_BIQA_ENTRY_HEADER, .header = header};
}

static BiqaVerdict verdict(double score)
{
    return (BiqaVerdict){.score = score,
                         .competitor_score = score - 1,
                         .disagreement = 1,
                         .uncertainty = 5.5,
                         .score_low = score - 5,
                         .score_high = score + 5,
                         .hard = score < 15};
}

GstBiqaEntry entry_frame(guint64 frame, double score)
{
    const GstClockTime time = isnan(score) ? GST_CLOCK_TIME_NONE : frame * FRAME;

    return (GstBiqaEntry){
        .kind = GST_BIQA_ENTRY_FRAME,
        .frame = {.frame = frame,
                  .origin = isnan(score) ? GST_BIQA_SKIPPED : GST_BIQA_INFERRED,
                  .domain = isnan(score) ? BIQA_DOMAIN_TEST_CARD : BIQA_DOMAIN_PICTURE,
                  .verdict = verdict(score),
                  .timestamp = time,
                  .stream_time = time,
                  .running_time = time,
                  .duration = isnan(score) ? GST_CLOCK_TIME_NONE : FRAME}};
}

GstBiqaEntry entry_summary(guint n)
{
    GstBiqaSummary *summary = g_new0(GstBiqaSummary, 1);
    g_autofree BiqaPool *pool = g_new(BiqaPool, 1);

    biqa_pool_init(pool);
    for (guint i = 0; i < n; i++) {
        const GstBiqaEntry entry = entry_frame(i, 10 * (i + 1));

        biqa_pool_add(pool, &(BiqaPoolFrame){.when = gst_biqa_record_moment(&entry.frame),
                                             .verdict = &entry.frame.verdict,
                                             .inferred = TRUE,
                                             .below = 25});
    }
    summary->scope = GST_BIQA_SCOPE_STREAM;
    summary->reason = GST_BIQA_REASON_EOS;
    biqa_pool_summarise(pool, &summary->pooled);
    return (GstBiqaEntry){.kind = GST_BIQA_ENTRY_SUMMARY, .summary = summary};
}
