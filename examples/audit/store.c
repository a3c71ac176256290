/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Appending results. */
#include "store.h"

#include "catalogue.h"
#include "file.h"
#include "member.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct AuditStore {
    char *path;
    int fd;
    GHashTable *known; /* path -> AuditKnown */
};

typedef struct {
    AuditEntry *entry;
    AuditState state;
} AuditKnown;

static void known_free(gpointer data)
{
    AuditKnown *known = data;

    audit_entry_free(known->entry);
    g_free(known);
}

void audit_store_free(AuditStore *store)
{
    if (!store)
        return;
    if (store->fd >= 0)
        close(store->fd);
    g_hash_table_unref(store->known);
    g_free(store->path);
    g_free(store);
}

/* -- opening ------------------------------------------------------------------------------- */

static gboolean open_file(AuditStore *store, AuditStoreMode mode, GError **error)
{
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC;

    store->fd = g_open(store->path, mode == AUDIT_STORE_NEW ? flags | O_EXCL : flags, 0666);
    if (store->fd < 0 && errno == EEXIST)
        return audit_file_fail(
            store->path,
            "there are results already: --resume goes on with them, --overwrite begins anew",
            error);
    if (store->fd < 0)
        return audit_file_fail(store->path, g_strerror(errno), error);
    if (flock(store->fd, LOCK_EX | LOCK_NB) != 0)
        return audit_file_fail(store->path, "another audit is writing it", error);
    return TRUE;
}

/* One write, so that whoever reads sees whole lines. */
static gboolean append_line(AuditStore *store, JsonObject *object, GError **error)
{
    g_autoptr(GString) line = audit_line_new(object);
    const off_t end = lseek(store->fd, 0, SEEK_END);
    gsize done = 0;

    while (done < line->len) {
        const ssize_t n = write(store->fd, line->str + done, line->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            const int reason = errno;
            if (ftruncate(store->fd, end) != 0)
                g_printerr("biqa-audit: %s ends in half a line\n", store->path);
            return audit_file_fail(store->path, g_strerror(reason), error);
        }
        done += (gsize)n;
    }
    return TRUE;
}

static gboolean begin(AuditStore *store, const AuditMethod *method, GError **error)
{
    JsonObject *object = audit_method_to_json(method);
    gboolean ok;

    ok = ftruncate(store->fd, 0) == 0 ? append_line(store, object, error)
                                      : audit_file_fail(store->path, g_strerror(errno), error);
    json_object_unref(object);
    return ok;
}

/* Goes on where the file's last whole line ends. */
static gboolean go_on(AuditStore *store, const AuditMethod *method, GError **error)
{
    const char *const files[] = {store->path, NULL};
    g_autoptr(AuditCatalogue) catalogue = audit_catalogue_open(files, error);

    if (!catalogue)
        return FALSE;
    if (!audit_method_check(method, catalogue->method, error)) {
        g_prefix_error(error, "%s cannot be resumed: ", store->path);
        return FALSE;
    }
    if (ftruncate(store->fd, (off_t)catalogue->whole) != 0)
        return audit_file_fail(store->path, g_strerror(errno), error);
    for (guint i = 0; i < catalogue->rows->len; i++) {
        AuditRow *row = g_ptr_array_index(catalogue->rows, i);
        AuditKnown *known = g_new(AuditKnown, 1);

        *known = (AuditKnown){audit_entry_copy(row->entry), row->state};
        g_hash_table_replace(store->known, known->entry->path, known);
    }
    return TRUE;
}

/* Whether the file has a first line. A kill may have come before it was whole; then nothing is
 * lost. */
static gboolean is_begun(const AuditStore *store)
{
    char start[4096];
    const ssize_t n = pread(store->fd, start, sizeof start, 0);

    return n == sizeof start || (n > 0 && memchr(start, '\n', (size_t)n));
}

AuditStore *audit_store_open(const char *path, const AuditMethod *method, AuditStoreMode mode,
                             GError **error)
{
    g_autoptr(AuditStore) store = g_new0(AuditStore, 1);
    gboolean ok;

    store->path = g_strdup(path);
    store->known = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, known_free);
    if (!open_file(store, mode, error))
        return NULL;
    ok = mode == AUDIT_STORE_RESUME && is_begun(store) ? go_on(store, method, error)
                                                       : begin(store, method, error);
    return ok ? g_steal_pointer(&store) : NULL;
}

/* -- using --------------------------------------------------------------------------------- */

gboolean audit_store_knows(const AuditStore *store, const AuditEntry *entry, gboolean retry)
{
    const AuditKnown *known = g_hash_table_lookup(store->known, entry->path);

    return known && audit_entry_equal(known->entry, entry) &&
           !(retry && known->state != AUDIT_MEASURED);
}

gboolean audit_store_append(AuditStore *store, const AuditResult *result, GError **error)
{
    JsonObject *object = audit_result_to_json(result);
    gboolean ok = append_line(store, object, error);

    json_object_unref(object);
    return ok;
}
