/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking up a list and adding to it. */
#include "list.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define HEADER "file,source,time,score,competitor-score,disagreement,uncertainty,likeness\n"
#define LIKENESS_DIGITS 16

gboolean biqa_harvest_write(int fd, const void *bytes, gsize size, GError **error)
{
    const char *at = bytes;

    while (size > 0) {
        const ssize_t n = write(fd, at, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_FILE, g_strerror(errno));
            return FALSE;
        }
        at += n;
        size -= (gsize)n;
    }
    return TRUE;
}

/* -- reading ------------------------------------------------------------------------------- */

/* Reads score and likeness from the right, where no cell is quoted. FALSE: it is not whole. */
static gboolean read_line(const char *line, gsize length, BiqaHarvestRow *row)
{
    enum { LIKENESS, UNCERTAINTY, DISAGREEMENT, COMPETITOR, SCORE, N_CELLS };
    const char *cells[N_CELLS], *at = line + length;
    char *end;

    for (guint i = 0; i < N_CELLS; i++) {
        while (at > line && at[-1] != ',')
            at--;
        if (at == line)
            return FALSE;
        cells[i] = at--;
    }
    row->score = g_ascii_strtod(cells[SCORE], &end);
    if (end == cells[SCORE] || *end != ',')
        return FALSE;
    row->likeness = g_ascii_strtoull(cells[LIKENESS], &end, 16);
    return end == line + length && end - cells[LIKENESS] == LIKENESS_DIGITS;
}

/* Reads the lines behind the header; returns how many bytes of text are whole lines. */
static gsize read_lines(const char *text, GArray *found)
{
    const char *line = text + strlen(HEADER);

    while (*line) {
        const gsize length = strcspn(line, "\n");
        BiqaHarvestRow row = {0};
        const gboolean whole = read_line(line, length, &row);

        if (whole)
            g_array_append_val(found, row);
        else if (!line[length])
            break;
        line += length + (line[length] == '\n');
    }
    return (gsize)(line - text);
}

static char *read_all(int fd, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char piece[65536];
    ssize_t n;

    while ((n = read(fd, piece, sizeof piece)) > 0)
        g_string_append_len(text, piece, n);
    if (n < 0) {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_FILE, g_strerror(errno));
        return NULL;
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Brings the list into a state where lines can be appended. */
static gboolean take_up(int fd, const char *text, GArray *found, GError **error)
{
    if (g_str_has_prefix(HEADER, text)) { /* empty, or killed while it was begun */
        if (ftruncate(fd, 0) == 0)
            return biqa_harvest_write(fd, HEADER, strlen(HEADER), error);
    } else if (g_str_has_prefix(text, HEADER)) {
        const gsize whole = read_lines(text, found);

        if (ftruncate(fd, (off_t)whole) == 0)
            return text[whole - 1] == '\n' || biqa_harvest_write(fd, "\n", 1, error);
    } else {
        g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_FORMAT,
                            "it has other columns than those of this version; move it away, or "
                            "name another folder");
        return FALSE;
    }
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_FILE, g_strerror(errno));
    return FALSE;
}

int biqa_harvest_list_open(const char *path, GArray *found, GError **error)
{
    g_autofree char *text = NULL;
    const int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    gboolean ok;

    if (fd < 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "\"%s\": %s", path, g_strerror(errno));
        return -1;
    }
    flock(fd, LOCK_EX);
    text = read_all(fd, error);
    ok = text && take_up(fd, text, found, error);
    flock(fd, LOCK_UN);
    if (ok)
        return fd;
    g_prefix_error(error, "\"%s\": ", path);
    close(fd);
    return -1;
}

/* -- appending ----------------------------------------------------------------------------- */

/* Quoted where it needs to be; what would end the line becomes a space. */
static void append_text(GString *line, const char *text)
{
    const gboolean quoted = strpbrk(text, ",\" ") != NULL;

    if (quoted)
        g_string_append_c(line, '"');
    for (; *text; text++) {
        if (*text == '"')
            g_string_append_c(line, '"');
        g_string_append_c(line, (guchar)*text < ' ' ? ' ' : *text);
    }
    if (quoted)
        g_string_append_c(line, '"');
}

static void append_number(GString *line, const char *format, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_c(line, ',');
    if (!isnan(value))
        g_string_append(line, g_ascii_formatd(digits, sizeof digits, format, value));
}

static GString *format_line(const BiqaHarvestRow *row)
{
    GString *line = g_string_new(row->file);

    g_string_append_c(line, ',');
    append_text(line, row->source);
    append_number(line, "%.3f", row->time);
    append_number(line, "%.4f", row->score);
    append_number(line, "%.4f", row->competitor_score);
    append_number(line, "%.4f", row->disagreement);
    append_number(line, "%.4f", row->uncertainty);
    g_string_append_printf(line, ",%016" G_GINT64_MODIFIER "x\n", row->likeness);
    return line;
}

gboolean biqa_harvest_list_append(int fd, const BiqaHarvestRow *row, GError **error)
{
    g_autoptr(GString) line = format_line(row);
    off_t before;
    gboolean ok;

    /* Nobody else appends before what failed has been taken back. */
    flock(fd, LOCK_EX);
    before = lseek(fd, 0, SEEK_END);
    ok = biqa_harvest_write(fd, line->str, line->len, error);
    if (!ok && before >= 0 && ftruncate(fd, before) != 0)
        g_prefix_error(error, "a line was left unfinished: ");
    flock(fd, LOCK_UN);
    return ok;
}
