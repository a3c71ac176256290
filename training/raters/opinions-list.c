/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opinions as a list of rated images. */
#include "opinions.h"

#include "csv.h"
#include <math.h>

/* Nothing where it is not known. */
static void append_number(GString *text, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_c(text, ',');
    if (!isnan(value))
        g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.4f", value));
}

gboolean train_opinions_save(const TrainOpinions *opinions, const TrainGrades *grades,
                             const char *path, GError **error)
{
    g_autoptr(GString) text = g_string_new("image,mos,std,content,raters,low,high,group\n");
    for (guint i = 0; i < opinions->n_images; i++) {
        const TrainOpinion *image = &opinions->images[i];
        if (!image->n) /* all its raters are left out */
            continue;
        train_csv_append(text, g_ptr_array_index(grades->images, i));
        append_number(text, image->mos);
        append_number(text, image->std);
        g_string_append_c(text, ',');
        train_csv_append(text, g_ptr_array_index(grades->contents, i));
        g_string_append_printf(text, ",%u", image->n);
        append_number(text, image->low);
        append_number(text, image->high);
        g_string_append_printf(text, ",%u\n", image->group + 1);
    }
    return g_file_set_contents(path, text->str, (gssize)text->len, error);
}
