/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Batches on disk, for somebody who wants to see what a step was made of. */
#include "batch.h"

#include "csv.h"
#include <errno.h>
#include <math.h>
#include <string.h>

/* The planes of a crop (3, size, size) as a picture again. */
static TrainImage *picture_of(const float *planes, guint size, const BiqaInput *input)
{
    TrainImage *image = train_image_new(size, size);
    for (guint c = 0; c < 3; c++) {
        for (guint i = 0; i < size * size; i++) {
            const float value = planes[c * size * size + i] * input->deviation[c] + input->mean[c];
            image->rgb[3 * i + c] = (guint8)lrintf(CLAMP(value, 0.f, 255.f));
        }
    }
    return image;
}

static void add_row(const TrainBatch *batch, guint i, GString *table)
{
    const TrainSample *sample = &batch->samples[i];
    g_string_append_printf(table, "%u,", i);
    train_csv_append(table, sample->path ? sample->path : "");
    g_string_append_printf(table, ",%u,%u,%u,%u,%d,%d,%d,%g,%g,%g\n", sample->content, sample->type,
                           sample->level, sample->place.reduce, sample->place.x, sample->place.y,
                           sample->flipped, batch->quality[i], batch->scores[BIQA_FULL][i],
                           batch->scores[BIQA_COMPETITOR][i]);
}

gboolean train_batch_save(const TrainBatch *batch, const BiqaInput *input, const char *folder,
                          const char *name, GError **error)
{
    const guint size = train_net_graph(batch->nets[BIQA_FULL])->size;
    g_autoptr(GString) table = g_string_new("sample,picture,content,type,level,reduce,x,y,flipped,"
                                            "quality,score,competitor_score\n");
    g_autofree char *path = g_strdup_printf("%s/%s.csv", folder, name);

    if (g_mkdir_with_parents(folder, 0777)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "cannot make the folder \"%s\": %s", folder,
                    g_strerror(errno));
        return FALSE;
    }
    for (guint i = 0; i < batch->n; i++) {
        g_autofree char *file = g_strdup_printf("%s/%s-%03u.png", folder, name, i);
        g_autoptr(TrainImage) image =
            picture_of(train_net_input(batch->nets[BIQA_FULL], i), size, input);
        if (!train_image_save(image, file, error))
            return FALSE;
        add_row(batch, i, table);
    }
    return g_file_set_contents(path, table->str, (gssize)table->len, error);
}
