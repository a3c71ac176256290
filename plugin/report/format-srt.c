/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* srt: subtitles (SubRip), to watch a file with its score. A cue is of half a second, because one a
 * frame cannot be read: the mean score and, where the model tells one, the mean interval; below, in
 * words, what else was said of a frame in it, and of which tasks the last score was. */
#include "format.h"

#include <math.h>

#define CUE (GST_SECOND / 2)

typedef struct {
    guint64 cues;          /* that were written */
    gboolean open;         /* the rest is set */
    GstClockTime from, to; /* stream time */
    BiqaTally score, low, high;
    gboolean hard, alarm, held;
    BiqaDomain domain;   /* of the last frame */
    BiqaVerdict verdict; /* of the last with a score, for its tasks */
} Memory;

/* Where the frame stands in the file, which is what a player shows. */
static GstClockTime position(const GstBiqaRecord *record)
{
    return GST_CLOCK_TIME_IS_VALID(record->stream_time) ? record->stream_time : record->timestamp;
}

static void add_time(GString *text, GstClockTime time)
{
    const guint64 ms = time / GST_MSECOND;

    g_string_append_printf(text, "%02u:%02u:%02u,%03u", (guint)(ms / 3600000),
                           (guint)(ms / 60000 % 60), (guint)(ms / 1000 % 60), (guint)(ms % 1000));
}

static void add_number(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.1f", value));
}

static void add_score(GString *text, const Memory *memory)
{
    if (memory->score.n == 0) {
        g_string_append(text, "no score");
        return;
    }
    add_number(text, biqa_tally_mean(&memory->score));
    if (memory->low.n == 0)
        return;
    g_string_append(text, "  (");
    add_number(text, biqa_tally_mean(&memory->low));
    g_string_append(text, " to ");
    add_number(text, biqa_tally_mean(&memory->high));
    g_string_append(text, ")");
}

static void add_words(GString *text, const Memory *memory)
{
    const char *const words[] = {
        memory->alarm ? "alarm" : NULL,
        memory->domain != BIQA_DOMAIN_PICTURE ? biqa_domain_name(memory->domain) : NULL,
        memory->hard ? "hard" : NULL,
        memory->held ? "held" : NULL,
    };
    const char *separator = "\n";

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (!words[i])
            continue;
        g_string_append_printf(text, "%s%s", separator, words[i]);
        separator = ", ";
    }
}

/* Which tasks the score is of, in a line of their own: "cartoons 75 %, base 25 %". */
static void add_tasks(GString *text, const BiqaVerdict *verdict)
{
    const char *separator = "\n";

    for (guint i = 0; i < verdict->n_tasks; i++) {
        if (!(verdict->tasks[i].weight > 0))
            continue;
        g_string_append_printf(text, "%s%s %.0f %%", separator, verdict->tasks[i].name,
                               100. * verdict->tasks[i].weight);
        separator = ", ";
    }
}

static void close_cue(Memory *memory, GString *text)
{
    if (!memory->open || memory->to <= memory->from)
        return;
    g_string_append_printf(text, "%" G_GUINT64_FORMAT "\n", ++memory->cues);
    add_time(text, memory->from);
    g_string_append(text, " --> ");
    add_time(text, memory->to);
    g_string_append_c(text, '\n');
    add_score(text, memory);
    add_words(text, memory);
    add_tasks(text, &memory->verdict);
    g_string_append(text, "\n\n");
}

static void open_cue(Memory *memory, GstClockTime from)
{
    *memory = (Memory){.cues = memory->cues, .open = TRUE, .from = from, .to = from, .held = TRUE};
    biqa_tally_init(&memory->score);
    biqa_tally_init(&memory->low);
    biqa_tally_init(&memory->high);
}

/* Whether a frame at a time belongs to the cue: in the same half second, and not before it. */
static gboolean is_in_cue(const Memory *memory, GstClockTime at)
{
    return memory->open && at >= memory->from && at / CUE == memory->from / CUE;
}

static void add_frame(GstBiqaFormat *format, const GstBiqaEntry *entry, GString *text)
{
    const GstBiqaRecord *record = &entry->frame;
    const GstClockTime at = position(record);
    Memory *memory = format->memory;

    if (!GST_CLOCK_TIME_IS_VALID(at))
        return;
    if (!is_in_cue(memory, at)) {
        /* A frame may say nothing of how long it lasts, or last into the next cue. */
        if (memory->open && at > memory->from && at - memory->from <= 2 * CUE)
            memory->to = at;
        close_cue(memory, text);
        open_cue(memory, at);
    }
    memory->to = at + (GST_CLOCK_TIME_IS_VALID(record->duration) ? record->duration : 0);
    memory->domain = record->domain;
    memory->alarm = memory->alarm || record->alarm;
    if (record->origin == GST_BIQA_SKIPPED)
        return;
    memory->verdict = record->verdict;
    memory->held = memory->held && record->origin == GST_BIQA_HELD;
    memory->hard = memory->hard || record->verdict.hard;
    biqa_tally_add(&memory->score, record->verdict.score);
    biqa_tally_add(&memory->low, record->verdict.score_low);
    biqa_tally_add(&memory->high, record->verdict.score_high);
}

static void add_end(GstBiqaFormat *format, GString *text)
{
    Memory *memory = format->memory;

    close_cue(memory, text);
    memory->open = FALSE;
}

const GstBiqaFormatClass gst_biqa_format_srt = {
    .name = "srt",
    .add = {[GST_BIQA_ENTRY_FRAME] = add_frame},
    .end = add_end,
    .size = sizeof(Memory),
};
