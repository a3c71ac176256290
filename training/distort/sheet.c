/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contact sheets and the letters on them. */
#include "sheet.h"
#include <string.h>

/* Pixels of a dot of a letter, of a letter with its gap, of the line of text, and between cells. */
#define DOT 2
#define ADVANCE (4 * DOT)
#define LINE (5 * DOT + 6)
#define GAP 6

#define PAPER 24
#define INK 255

/* Letters of 3 x 5 dots: an octal digit a line from the top, its 4 the left dot. */
static const guint16 letters[128] = {
    ['0'] = 075557, ['1'] = 026227, ['2'] = 071747, ['3'] = 071317, ['4'] = 055711, ['5'] = 074717,
    ['6'] = 074757, ['7'] = 071122, ['8'] = 075757, ['9'] = 075717, ['A'] = 025755, ['B'] = 065656,
    ['C'] = 034443, ['D'] = 065556, ['E'] = 074647, ['F'] = 074644, ['G'] = 034553, ['H'] = 055755,
    ['I'] = 072227, ['J'] = 011152, ['K'] = 055655, ['L'] = 044447, ['M'] = 057755, ['N'] = 065555,
    ['O'] = 025552, ['P'] = 065644, ['Q'] = 025563, ['R'] = 065655, ['S'] = 034216, ['T'] = 072222,
    ['U'] = 055557, ['V'] = 055552, ['W'] = 055775, ['X'] = 055255, ['Y'] = 055222, ['Z'] = 071247,
    ['.'] = 000002, [','] = 000024, ['-'] = 000700, ['+'] = 002720, ['/'] = 011244, ['%'] = 051245,
    [':'] = 002020, ['('] = 012221, [')'] = 042224,
};

struct TrainSheet {
    guint columns, width, height;
    GPtrArray *cells; /* TrainImage, cells with their text and gaps */
};

TrainSheet *train_sheet_new(guint columns, guint width, guint height)
{
    TrainSheet *sheet = g_new(TrainSheet, 1);
    *sheet = (TrainSheet){
        .columns = columns,
        .width = width,
        .height = height,
        .cells = g_ptr_array_new_with_free_func((GDestroyNotify)train_image_free),
    };
    return sheet;
}

void train_sheet_free(TrainSheet *sheet)
{
    if (!sheet)
        return;
    g_ptr_array_unref(sheet->cells);
    g_free(sheet);
}

static TrainImage *paper_new(guint width, guint height)
{
    TrainImage *paper = train_image_new(width, height);
    memset(paper->rgb, PAPER, 3 * (gsize)width * height);
    return paper;
}

static void paste(TrainImage *onto, const TrainImage *image, guint x, guint y)
{
    guint width = MIN(image->width, onto->width - x), height = MIN(image->height, onto->height - y);
    for (guint v = 0; v < height; v++)
        memcpy(onto->rgb + 3 * ((gsize)(y + v) * onto->width + x),
               image->rgb + 3 * (gsize)v * image->width, 3 * (gsize)width);
}

static void draw_letter(TrainImage *onto, char letter, guint x, guint y)
{
    guint dots = letters[g_ascii_toupper(letter) & 127];
    for (guint v = 0; v < 5 * DOT; v++) {
        guint8 *row = onto->rgb + 3 * ((gsize)(y + v) * onto->width + x);
        for (guint u = 0; u < 3 * DOT; u++) {
            if (dots >> (14 - v / DOT * 3 - u / DOT) & 1)
                memset(row + 3 * u, INK, 3);
        }
    }
}

void train_sheet_add(TrainSheet *sheet, const TrainImage *image, const char *text)
{
    TrainImage *cell = paper_new(sheet->width + GAP, sheet->height + LINE + GAP);
    for (guint i = 0; text[i] && (i + 1) * ADVANCE <= sheet->width; i++)
        draw_letter(cell, text[i], GAP / 2 + i * ADVANCE, 3);
    g_autoptr(TrainImage) part = train_image_cut(image, 0, 0, MIN(image->width, sheet->width),
                                                 MIN(image->height, sheet->height));
    paste(cell, part, GAP / 2, LINE);
    g_ptr_array_add(sheet->cells, cell);
}

TrainImage *train_sheet_image(const TrainSheet *sheet)
{
    guint width = sheet->width + GAP, height = sheet->height + LINE + GAP;
    guint rows = MAX(1, (sheet->cells->len + sheet->columns - 1) / sheet->columns);
    TrainImage *image = paper_new(sheet->columns * width, rows * height);
    for (guint i = 0; i < sheet->cells->len; i++)
        paste(image, g_ptr_array_index(sheet->cells, i), i % sheet->columns * width,
              i / sheet->columns * height);
    return image;
}
