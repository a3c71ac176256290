/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Published data sets whose lists are MATLAB files. */
#include "mat.h"
#include "ratings-private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* LIVE's folders in the order of its arrays; each has img1.bmp to imgN.bmp. */
static const struct {
    const char *name;
    guint n;
} live_folders[] = {
    {"jp2k", 227}, {"jpeg", 233}, {"wn", 174}, {"gblur", 174}, {"fastfading", 174},
};

typedef struct {
    double *dmos, *orgs, *std; /* std: NULL in dmos.mat */
    char **references;
    guint n;
} Live;

static void live_clear(Live *live)
{
    g_free(live->dmos);
    g_free(live->orgs);
    g_free(live->std);
    g_strfreev(live->references);
}

/* A variable of as many numbers as the others. */
static double *read_numbers(const char *path, const char *name, guint n, GError **error)
{
    guint length = 0;
    g_autofree double *values = train_mat_numbers(path, name, &length, error);
    if (!values || length == n)
        return g_steal_pointer(&values);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT,
                "\"%s\", variable %s: %u numbers, but there are %u images", path, name, length, n);
    return NULL;
}

static gboolean live_load(const TrainLayoutFiles *files, Live *live, GError **error)
{
    const gboolean realigned = g_str_has_suffix(files->list, "realigned.mat");
    g_autofree char *names = g_build_filename(files->path, "refnames_all.mat", NULL);
    guint n = 0;
    for (guint k = 0; k < G_N_ELEMENTS(live_folders); k++)
        live->n += live_folders[k].n;
    live->dmos = read_numbers(files->list, realigned ? "dmos_new" : "dmos", live->n, error);
    live->orgs = live->dmos ? read_numbers(files->list, "orgs", live->n, error) : NULL;
    if (!live->orgs)
        return FALSE;
    if (realigned && !(live->std = read_numbers(files->list, "dmos_std", live->n, error)))
        return FALSE;
    live->references = train_mat_strings(names, "refnames_all", &n, error);
    if (live->references && n != live->n)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT,
                    "\"%s\", variable refnames_all: %u names, but there are %u images", names, n,
                    live->n);
    return live->references && n == live->n;
}

/* info.txt has a line for each of a folder's images, "reference.bmp imgN.bmp ..."; where it is
 * there the two ways of saying whose version an image is have to agree. */
static gboolean live_check_info(TrainRatingsReader *reader, const TrainLayoutFiles *files,
                                const Live *live, guint folder, guint first, GError **error)
{
    g_autofree char *path =
        g_build_filename(files->path, live_folders[folder].name, "info.txt", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return TRUE;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        char reference[64];
        guint image;
        if (sscanf(*line, "%63s img%u.bmp", reference, &image) != 2 || !image ||
            image > live_folders[folder].n)
            continue;
        const guint at = first + image - 1;
        if (g_ascii_strcasecmp(reference, live->references[at]) != 0)
            return train_ratings_reader_fail(reader, at + 1, error,
                                             "refnames_all says %s, but %s says \"%s\"",
                                             live->references[at], path, g_strchomp(*line));
    }
    return TRUE;
}

gboolean train_ratings_read_live(TrainRatingsReader *reader, const TrainLayoutFiles *files,
                                 GError **error)
{
    Live live = {0};
    gboolean ok = live_load(files, &live, error);
    for (guint k = 0, first = 0; ok && k < G_N_ELEMENTS(live_folders);
         first += live_folders[k++].n) {
        ok = live_check_info(reader, files, &live, k, first, error);
        for (guint i = 0; ok && i < live_folders[k].n; i++) {
            const guint at = first + i;
            const gboolean pristine = live.orgs[at] != 0; /* a copy of a reference */
            g_autofree char *name = g_strdup_printf("%s/img%u.bmp", live_folders[k].name, i + 1);
            const TrainRatingsRow row = {.name = name,
                                         .score = live.dmos[at],
                                         .std = live.std ? live.std[at] : NAN,
                                         .content = live.references[at],
                                         .pristine = pristine,
                                         .drop = pristine};
            ok = train_ratings_reader_add(reader, at + 1, &row, error);
        }
    }
    live_clear(&live);
    return ok;
}

/* The study's first images trained its raters. */
#define CLIVE_TRAINING 7

gboolean train_ratings_read_clive(TrainRatingsReader *reader, const TrainLayoutFiles *files,
                                  GError **error)
{
    g_autofree char *folder = g_path_get_dirname(files->list);
    g_autofree char *names_path = g_build_filename(folder, "AllImages_release.mat", NULL);
    g_autofree char *std_path = g_build_filename(folder, "AllStdDev_release.mat", NULL);
    guint n = 0;
    g_auto(GStrv) names = train_mat_strings(names_path, "AllImages_release", &n, error);
    g_autofree double *mos = names ? read_numbers(files->list, "AllMOS_release", n, error) : NULL;
    g_autofree double *std = mos ? read_numbers(std_path, "AllStdDev_release", n, error) : NULL;
    for (guint i = CLIVE_TRAINING; std && i < n; i++) {
        const TrainRatingsRow row = {.name = names[i], .score = mos[i], .std = std[i]};
        if (!train_ratings_reader_add(reader, i + 1, &row, error))
            return FALSE;
    }
    return std != NULL;
}
