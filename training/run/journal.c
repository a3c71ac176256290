/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log and progress bar. */
#include "journal.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR 24

struct TrainJournal {
    FILE *file;
    char *path;
};

TrainJournal *train_journal_open(const char *path, GError **error)
{
    FILE *file = fopen(path, "a");
    if (!file) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot write the log \"%s\": %s", path,
                    g_strerror(errno));
        return NULL;
    }
    TrainJournal *journal = g_new(TrainJournal, 1);
    *journal = (TrainJournal){file, g_strdup(path)};
    return journal;
}

void train_journal_close(TrainJournal *journal)
{
    if (!journal)
        return;
    fclose(journal->file);
    g_free(journal->path);
    g_free(journal);
}

static void add_number(JsonBuilder *builder, const TrainFigure *figure)
{
    json_builder_set_member_name(builder, figure->name);
    if (isfinite(figure->value))
        json_builder_add_double_value(builder, figure->value);
    else
        json_builder_add_null_value(builder);
}

static void add_text(JsonBuilder *builder, const char *name, const char *text)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_string_value(builder, text);
}

gboolean train_journal_write_list(TrainJournal *journal, GError **error, const char *event,
                                  const char *stage, const TrainFigure *figures, guint n)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_object(builder);
    add_text(builder, "event", event);
    add_text(builder, "stage", stage);
    for (guint i = 0; i < n; i++)
        add_number(builder, &figures[i]);
    json_builder_end_object(builder);

    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *line = json_to_string(root, FALSE);
    if (fprintf(journal->file, "%s\n", line) >= 0 && !fflush(journal->file))
        return TRUE;
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot write the log \"%s\": %s",
                journal->path, g_strerror(errno));
    return FALSE;
}

gboolean train_journal_write(TrainJournal *journal, GError **error, const char *event,
                             const char *stage, ...)
{
    g_autoptr(GArray) figures = g_array_new(FALSE, FALSE, sizeof(TrainFigure));
    va_list args;

    va_start(args, stage);
    for (const char *name; (name = va_arg(args, const char *));) {
        const TrainFigure figure = {name, va_arg(args, double)};
        g_array_append_val(figures, figure);
    }
    va_end(args);
    return train_journal_write_list(journal, error, event, stage,
                                    (const TrainFigure *)(void *)figures->data, figures->len);
}

TrainProgress train_progress(const char *what, guint done, guint total)
{
    return (TrainProgress){
        .what = what, .total = total, .first = done, .started = g_get_monotonic_time()};
}

double train_progress_rate(const TrainProgress *progress, guint done, guint per_step)
{
    const double seconds = (g_get_monotonic_time() - progress->started) / 1e6;
    return seconds > 0 ? (done - progress->first) * (double)per_step / seconds : 0;
}

static void format_left(const TrainProgress *progress, guint done, char *text, gsize size)
{
    const double rate = train_progress_rate(progress, done, 1);
    const guint left = rate > 0 ? (guint)((progress->total - done) / rate + .5) : 0;
    if (left >= 3600)
        g_snprintf(text, size, "%u:%02u:%02u", left / 3600, left / 60 % 60, left % 60);
    else
        g_snprintf(text, size, "%u:%02u", left / 60, left % 60);
}

void train_progress_show(TrainProgress *progress, guint done, guint per_step, const char *note)
{
    const gboolean terminal = isatty(STDERR_FILENO);
    const gint64 now = g_get_monotonic_time();
    const guint tenth = progress->total ? (guint)((guint64)done * 10 / progress->total) : 10;
    const gboolean last = done == progress->total;
    char left[32], bar[BAR + 1], rate[32] = "";

    if (last && progress->ended)
        return;
    progress->ended = last;
    if (terminal ? now - progress->last < 100000 && !last : tenth <= progress->shown && !last)
        return;
    progress->last = now;
    progress->shown = tenth;
    format_left(progress, done, left, sizeof left);
    if (per_step)
        g_snprintf(rate, sizeof rate, "  %.0f images/s",
                   train_progress_rate(progress, done, per_step));
    const guint filled = progress->total ? (guint)((guint64)done * BAR / progress->total) : BAR;
    memset(bar, '#', filled);
    memset(bar + filled, '.', BAR - filled);
    bar[BAR] = 0;
    fprintf(stderr, "%s%-12s [%s] %u/%u%s  %s left%s%s%s", terminal ? "\r" : "", progress->what,
            bar, done, progress->total, rate, left, note ? "  " : "", note ? note : "",
            terminal && !last ? "\033[K" : "\n");
    fflush(stderr);
}

void train_progress_leave(TrainProgress *progress)
{
    if (isatty(STDERR_FILENO) && progress->last && !progress->ended)
        fputc('\n', stderr);
    progress->ended = TRUE;
}
