/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of many frames together. */
#include "pool.h"

#include <math.h>
#include <string.h>

const guint biqa_pool_percents[BIQA_POOL_PERCENTILES] = {1, 5, 10, 50};

static const struct {
    const char *name;
    gsize offset; /* of the double in BiqaVerdict */
} pooled[BIQA_N_POOLED] = {
    [BIQA_POOLED_SCORE] = {"score", G_STRUCT_OFFSET(BiqaVerdict, score)},
    [BIQA_POOLED_COMPETITOR_SCORE] = {"competitor-score",
                                      G_STRUCT_OFFSET(BiqaVerdict, competitor_score)},
    [BIQA_POOLED_DISAGREEMENT] = {"disagreement", G_STRUCT_OFFSET(BiqaVerdict, disagreement)},
    [BIQA_POOLED_UNCERTAINTY] = {"uncertainty", G_STRUCT_OFFSET(BiqaVerdict, uncertainty)},
};

const char *biqa_pooled_name(BiqaPooled which)
{
    g_return_val_if_fail(which < BIQA_N_POOLED, NULL);
    return pooled[which].name;
}

double biqa_pooled_value(BiqaPooled which, const BiqaVerdict *verdict)
{
    g_return_val_if_fail(which < BIQA_N_POOLED, NAN);
    return G_STRUCT_MEMBER(double, verdict, pooled[which].offset);
}

void biqa_pool_init(BiqaPool *pool)
{
    *pool = (BiqaPool){0};
    biqa_quantile_init(&pool->scores);
    for (guint i = 0; i < BIQA_N_POOLED; i++)
        biqa_tally_init(&pool->summary.figures[i]);
}

/* Keeps the list sorted; what falls off its end is forgotten. */
static void add_worst(BiqaSummary *summary, const BiqaMoment *when, double score)
{
    guint place = summary->n_worst;

    while (place > 0 && score < summary->worst[place - 1].score)
        place--;
    if (place == BIQA_POOL_WORST)
        return;
    summary->n_worst = MIN(summary->n_worst + 1, BIQA_POOL_WORST);
    memmove(&summary->worst[place + 1], &summary->worst[place],
            (summary->n_worst - place - 1) * sizeof *summary->worst);
    summary->worst[place] = (BiqaWorst){*when, score};
}

static guint64 time_between(const BiqaMoment *start, const BiqaMoment *last)
{
    const guint64 length = last->duration == BIQA_TIME_NONE ? 0 : last->duration;

    if (start->running_time == BIQA_TIME_NONE || last->running_time == BIQA_TIME_NONE ||
        last->running_time < start->running_time)
        return 0;
    return last->running_time + length - start->running_time;
}

static void follow_run(BiqaPool *pool, const BiqaPoolFrame *frame)
{
    BiqaRun *run = &pool->run;

    if (!frame->verdict || !(frame->verdict->score < frame->below)) {
        run->frames = 0;
        return;
    }
    if (run->frames++ == 0)
        run->start = frame->when;
    run->time = time_between(&run->start, &frame->when);
    if (run->frames > pool->summary.longest.frames)
        pool->summary.longest = *run;
}

static void add_verdict(BiqaPool *pool, const BiqaPoolFrame *frame)
{
    BiqaSummary *summary = &pool->summary;

    for (guint i = 0; i < BIQA_N_POOLED; i++)
        biqa_tally_add(&summary->figures[i], biqa_pooled_value(i, frame->verdict));
    biqa_quantile_add(&pool->scores, frame->verdict->score);
    add_worst(summary, &frame->when, frame->verdict->score);
    summary->hard += frame->verdict->hard ? 1 : 0;
}

void biqa_pool_add(BiqaPool *pool, const BiqaPoolFrame *frame)
{
    BiqaSummary *summary = &pool->summary;

    g_return_if_fail(frame->domain < BIQA_N_DOMAINS);
    if (summary->frames++ == 0)
        summary->first = frame->when;
    summary->last = frame->when;
    summary->domains[frame->domain]++;
    follow_run(pool, frame);
    if (!frame->verdict) {
        summary->skipped++;
    } else if (!frame->inferred) {
        summary->held++;
    } else {
        summary->inferred++;
        add_verdict(pool, frame);
    }
}

void biqa_pool_summarise(const BiqaPool *pool, BiqaSummary *summary)
{
    *summary = pool->summary;
    for (guint i = 0; i < BIQA_POOL_PERCENTILES; i++)
        summary->percentiles[i] = biqa_quantile_at(&pool->scores, biqa_pool_percents[i] / 100.0);
}
