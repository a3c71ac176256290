/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bar and lines. */
#include "progress.h"

#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS 80 /* of a terminal that does not say */
#define BAR 24
#define CLEAR_LINE "\r\033[K"

static guint terminal_columns(FILE *out)
{
    struct winsize size;

    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS;
}

void audit_progress_init(AuditProgress *progress, FILE *out, guint total)
{
    *progress = (AuditProgress){
        .out = out,
        .bar = isatty(fileno(out)),
        .columns = terminal_columns(out),
        .total = total,
        .start = g_get_monotonic_time(),
    };
}

char *audit_duration_text(double seconds)
{
    const guint64 s = (guint64)fmax(0, round(seconds));

    if (s < 60)
        return g_strdup_printf("%u s", (guint)s);
    if (s < 3600)
        return g_strdup_printf("%u:%02u min", (guint)(s / 60), (guint)(s % 60));
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%02u h", s / 3600, (guint)(s % 3600 / 60));
}

static void print_line(AuditProgress *progress, const AuditResult *result)
{
    g_autofree char *name = g_utf8_make_valid(result->entry->path, -1);

    fprintf(progress->out, "%u/%u %s: ", progress->done, progress->total, name);
    if (result->state != AUDIT_MEASURED)
        fprintf(progress->out, "%s, %s\n", audit_state_name(result->state), result->reason);
    else if (result->scored == 0)
        fprintf(progress->out, "no frame to score\n");
    else
        fprintf(progress->out, "lowest %.1f, mean %.1f\n", result->figures[AUDIT_MINIMUM],
                result->figures[AUDIT_MEAN]);
    fflush(progress->out);
}

void audit_progress_done(AuditProgress *progress, const AuditResult *result)
{
    progress->done++;
    if (result->state != AUDIT_MEASURED)
        progress->trouble++;
    if (!progress->bar)
        print_line(progress, result);
}

char *audit_progress_text(const AuditProgress *progress, double share, double elapsed)
{
    g_autoptr(GString) text = g_string_new("[");
    const guint full = (guint)(CLAMP(share, 0, 1) * BAR);

    for (guint i = 0; i < BAR; i++)
        g_string_append_c(text, i < full ? '#' : '.');
    g_string_append_printf(text, "] %3.0f %%  %u of %u files", floor(100 * share), progress->done,
                           progress->total);
    if (progress->trouble)
        g_string_append_printf(text, ", %u in trouble", progress->trouble);
    /* The first moments say more about start-up than about files. */
    if (share >= .01 && share < 1) {
        g_autofree char *left = audit_duration_text(elapsed * (1 - share) / share);
        g_string_append_printf(text, "  %s left", left);
    }
    g_string_truncate(text, MIN(text->len, progress->columns));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

void audit_progress_tick(AuditProgress *progress, double share)
{
    g_autofree char *text = NULL;

    if (!progress->bar)
        return;
    text = audit_progress_text(progress, share,
                               (g_get_monotonic_time() - progress->start) / (double)G_USEC_PER_SEC);
    fprintf(progress->out, CLEAR_LINE "%s", text);
    fflush(progress->out);
}

void audit_progress_end(AuditProgress *progress)
{
    if (progress->bar)
        fprintf(progress->out, CLEAR_LINE);
    fflush(progress->out);
}
