/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contact sheets: pictures in rows, each with a line of text above it. */
#pragma once

#include "image.h"

typedef struct TrainSheet TrainSheet;

/* An empty sheet whose rows have columns pictures of at most width x height. */
TrainSheet *train_sheet_new(guint columns, guint width, guint height);
void train_sheet_free(TrainSheet *sheet);

/* Puts image, cut to the cell's size, into the next cell, row after row. text is drawn above it in
 * capitals, as far as it fits; what is no letter, digit or . , - + / % : ( ) becomes a gap. */
void train_sheet_add(TrainSheet *sheet, const TrainImage *image, const char *text);

/* All that was added. (transfer full) */
TrainImage *train_sheet_image(const TrainSheet *sheet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainSheet, train_sheet_free)
