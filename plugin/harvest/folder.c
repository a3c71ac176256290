/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names, files and what they add up to. */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define LIST "hard-frames.csv"
#define PREFIX "hard-"
#define SUFFIX ".png"
#define PART ".part"

struct BiqaHarvestFolder {
    char *path;
    int list;                     /* descriptor; -1: none */
    GArray *found;                /* of BiqaHarvestRow */
    guint64 number, files, bytes; /* number: of the last picture */
};

/* The number in "hard-000012.png"; 0: it is no picture of ours. */
static guint64 number_of(const char *name)
{
    char *end;
    guint64 number;

    if (!g_str_has_prefix(name, PREFIX) || !g_ascii_isdigit(name[strlen(PREFIX)]))
        return 0;
    number = g_ascii_strtoull(name + strlen(PREFIX), &end, 10);
    return g_str_equal(end, SUFFIX) && number < G_MAXUINT64 ? number : 0;
}

static gboolean count_files(BiqaHarvestFolder *folder, GError **error)
{
    GDir *dir = g_dir_open(folder->path, 0, error);
    const char *name;

    if (!dir)
        return FALSE;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder->path, name, NULL);
        const guint64 number = number_of(name);
        GStatBuf about;

        if (number == 0 || g_stat(path, &about) != 0)
            continue;
        folder->number = MAX(folder->number, number);
        folder->files++;
        folder->bytes += (guint64)about.st_size;
    }
    g_dir_close(dir);
    return TRUE;
}

static gboolean open_folder(BiqaHarvestFolder *folder, GError **error)
{
    g_autofree char *list = g_build_filename(folder->path, LIST, NULL);

    if (g_mkdir_with_parents(folder->path, 0777) != 0 || g_access(folder->path, W_OK | X_OK) != 0) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "\"%s\": %s", folder->path,
                    g_strerror(errno));
        return FALSE;
    }
    if (!count_files(folder, error))
        return FALSE;
    folder->list = biqa_harvest_list_open(list, folder->found, error);
    return folder->list >= 0;
}

BiqaHarvestFolder *biqa_harvest_folder_open(const char *path, GError **error)
{
    BiqaHarvestFolder *folder = g_new0(BiqaHarvestFolder, 1);

    folder->path = g_strdup(path);
    folder->list = -1;
    folder->found = g_array_new(FALSE, FALSE, sizeof(BiqaHarvestRow));
    if (open_folder(folder, error))
        return folder;
    biqa_harvest_folder_free(folder);
    return NULL;
}

void biqa_harvest_folder_free(BiqaHarvestFolder *folder)
{
    if (!folder)
        return;
    if (folder->list >= 0)
        close(folder->list);
    g_array_unref(folder->found);
    g_free(folder->path);
    g_free(folder);
}

/* A picture on its way: its name, where it is written first, and where it goes. */
typedef struct {
    char *name, *part, *path;
    int fd;
} Picture;

static void picture_clear(Picture *picture)
{
    if (picture->fd >= 0)
        close(picture->fd);
    g_free(picture->name);
    g_free(picture->part);
    g_free(picture->path);
}

static gboolean fail(GError **error)
{
    g_set_error_literal(error, BIQA_ERROR, BIQA_ERROR_FILE, g_strerror(errno));
    return FALSE;
}

/* Takes the next number. Making the part exclusively keeps other elements off it; whoever was done
 * with it before that has left the picture. */
static gboolean begin(BiqaHarvestFolder *folder, Picture *picture, GError **error)
{
    for (;;) {
        *picture = (Picture){.fd = -1};
        picture->name = g_strdup_printf(PREFIX "%06" G_GUINT64_FORMAT SUFFIX, ++folder->number);
        picture->path = g_build_filename(folder->path, picture->name, NULL);
        picture->part = g_strconcat(picture->path, PART, NULL);
        picture->fd = open(picture->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (picture->fd < 0 && errno != EEXIST)
            return fail(error);
        if (picture->fd >= 0 && !g_file_test(picture->path, G_FILE_TEST_EXISTS))
            return TRUE;
        if (picture->fd >= 0)
            g_unlink(picture->part);
        picture_clear(picture);
    }
}

/* Some file systems tell that they are full when a file is closed. */
static gboolean finish(Picture *picture, GError **error)
{
    const int fd = picture->fd;

    picture->fd = -1;
    return (close(fd) == 0 && g_rename(picture->part, picture->path) == 0) || fail(error);
}

gboolean biqa_harvest_folder_add(BiqaHarvestFolder *folder, const BiqaHarvestRow *row,
                                 const GByteArray *png, GError **error)
{
    BiqaHarvestRow line = *row;
    Picture picture;
    gboolean ok;

    ok = begin(folder, &picture, error);
    line.file = picture.name;
    if (ok &&
        !(biqa_harvest_write(picture.fd, png->data, png->len, error) && finish(&picture, error))) {
        g_unlink(picture.part);
        ok = FALSE;
    }
    if (ok && !biqa_harvest_list_append(folder->list, &line, error)) {
        g_unlink(picture.path);
        ok = FALSE;
    }
    if (ok) {
        folder->files++;
        folder->bytes += png->len;
    } else {
        g_prefix_error(error, "\"%s\": ", folder->path);
    }
    picture_clear(&picture);
    return ok;
}

guint64 biqa_harvest_folder_files(const BiqaHarvestFolder *folder)
{
    return folder->files;
}

guint64 biqa_harvest_folder_bytes(const BiqaHarvestFolder *folder)
{
    return folder->bytes;
}

const GArray *biqa_harvest_folder_found(const BiqaHarvestFolder *folder)
{
    return folder->found;
}
