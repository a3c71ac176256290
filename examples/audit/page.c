/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page from its first line to its last. */
#include "page-private.h"

#include "file.h"
#include <math.h>
#include <string.h>

typedef struct {
    const AuditCatalogue *catalogue;
    const AuditTotals *totals;
    const AuditPageParams *params;
    GPtrArray *rows; /* worst first */
} Page;

/* Lowest score first, files without one last; by path where that is the same. */
static gint compare(gconstpointer a, gconstpointer b)
{
    const AuditRow *first = *(AuditRow *const *)a, *second = *(AuditRow *const *)b;

    if (isnan(first->worst) != isnan(second->worst))
        return isnan(first->worst) ? 1 : -1;
    if (first->worst < second->worst)
        return -1;
    if (first->worst > second->worst)
        return 1;
    return strcmp(first->entry->path, second->entry->path);
}

/* Writes what is in out and empties it: the page is never in memory as a whole. */
static void flush(GString *out, FILE *file)
{
    g_autofree char *valid = g_utf8_make_valid(out->str, (gssize)out->len);

    fputs(valid, file);
    g_string_truncate(out, 0);
}

static void add_begin(GString *out, const Page *page)
{
    const char *title = page->params->title ? page->params->title : "Quality audit";

    biqa_html_add(out,
                  "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\"/>"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>"
                  "<title>%s</title>",
                  title);
    audit_page_add_style(out);
    biqa_html_add(out, "</head>\n<body><main>\n<h1>%s</h1>\n", title);
    audit_page_add_head(out, page->totals, page->catalogue->method);
}

static void add_table_head(GString *out, const Page *page)
{
    static const struct {
        const char *title, *hint;
    } columns[] = {
        {"Lowest", "score of the worst frame"},
        {"5 %", "5th percentile: one frame in twenty is below"},
        {"Median", "half of the frames are below"},
        {"Mean", "mean of the scored frames"},
        {"Hard", "share of frames whose score deserves doubt"},
        {"Below", "longest time in a row below the bound"},
        {"Alarms", "times an alarm was on"},
        {"Length", "of the video"},
    };

    g_string_append(
        out, "<section class=\"files\"><div class=\"bar\"><h2>Files</h2>"
             "<input id=\"q\" type=\"search\" placeholder=\"Search\" aria-label=\"Search\"/>"
             "<select id=\"show\" aria-label=\"Show\"><option value=\"\">all files</option>"
             "<option value=\"b\">not passing</option><option value=\"h\">with hard frames</option>"
             "<option value=\"a\">with alarms</option><option value=\"p\">broken off</option>"
             "</select><span id=\"n\" class=\"dim\"></span></div>\n"
             "<div class=\"scroll\"><table id=\"files\"><thead><tr>"
             "<th aria-sort=\"none\"><button data-i=\"-1\">File</button></th><th>Timeline</th>");
    for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
        biqa_html_add(out,
                      "<th aria-sort=\"%s\"><button data-i=\"%u\" title=\"%s\">%s</button></th>",
                      i ? "none" : "ascending", i, columns[i].hint, columns[i].title);
    g_string_append(out, "</tr></thead>\n");
}

/* What a result's pictures take on the page, in bytes. */
static guint64 picture_bytes(const AuditResult *result)
{
    guint64 sum = 0;

    for (guint i = 0; i < result->n_thumbnails; i++)
        sum += strlen(result->thumbnails[i].jpeg);
    return sum;
}

static gboolean write_rows(const Page *page, GString *out, FILE *file, GError **error)
{
    guint64 left = page->params->picture_bytes;
    guint number = 0;

    add_table_head(out, page);
    for (guint i = 0; i < page->rows->len; i++) {
        const AuditRow *row = g_ptr_array_index(page->rows, i);
        g_autoptr(AuditResult) result = audit_catalogue_read(page->catalogue, row, error);
        guint64 bytes;

        if (!result)
            return FALSE;
        bytes = picture_bytes(result);
        if (result->state == AUDIT_UNREADABLE)
            continue;
        audit_page_add_row(out,
                           &(AuditPageRow){result, page->totals, page->catalogue->method->below,
                                           ++number, bytes <= left});
        left -= MIN(bytes, left);
        flush(out, file);
    }
    g_string_append(out, "</table></div></section>\n");
    return TRUE;
}

static gboolean write_trouble(const Page *page, GString *out, FILE *file, GError **error)
{
    if (page->totals->states[AUDIT_MEASURED] == page->totals->files)
        return TRUE;
    g_string_append(out, "<section><h2>Not measured to the end</h2><div class=\"scroll\"><table "
                         "class=\"trouble\"><tr><th>File</th><th>Reason</th></tr>\n");
    for (guint i = 0; i < page->catalogue->rows->len; i++) {
        const AuditRow *row = g_ptr_array_index(page->catalogue->rows, i);
        g_autoptr(AuditResult) result = NULL;

        if (row->state == AUDIT_MEASURED)
            continue;
        result = audit_catalogue_read(page->catalogue, row, error);
        if (!result)
            return FALSE;
        audit_page_add_trouble(out, result);
        flush(out, file);
    }
    g_string_append(out, "</table></div></section>\n");
    return TRUE;
}

static gboolean write_page(FILE *file, gpointer data, GError **error)
{
    const Page *page = data;
    g_autoptr(GString) out = g_string_new(NULL);

    add_begin(out, page);
    if (!write_rows(page, out, file, error) || !write_trouble(page, out, file, error))
        return FALSE;
    audit_page_add_method(out, page->totals, page->catalogue->method);
    g_string_append(out, "</main>\n");
    audit_page_add_script(out);
    g_string_append(out, "</body></html>\n");
    flush(out, file);
    return TRUE;
}

gboolean audit_page_save(const AuditCatalogue *catalogue, const AuditTotals *totals,
                         const AuditPageParams *params, const char *path, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new(); /* a copy of the array would own the rows too */
    Page page = {catalogue, totals, params, rows};

    g_ptr_array_extend(rows, catalogue->rows, NULL, NULL);
    g_ptr_array_sort(rows, compare);
    return audit_file_replace(path, write_page, &page, error);
}
