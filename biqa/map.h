/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A coarse map of a picture's quality: a model's full branch asked about a grid of windows. */
#pragma once

#include "backend.h"

#define BIQA_MAX_CELLS 16

/* Row by row from the top left. A score is of one window: what the model says of a picture of which
 * it is shown this crop alone. */
typedef struct {
    guint columns, rows;           /* 0: there is no map */
    double scores[BIQA_MAX_CELLS]; /* (rows, columns), 0..100, higher is better */
} BiqaMap;

/* The grid for a picture: 12 to 16 cells, as square as can be. 16:9 gives 5 x 3, 4:3 4 x 3. */
void biqa_map_grid(guint width, guint height, guint *columns, guint *rows);

/* Window (column, row) of a frame: size x size pixels at full resolution, or as many as there are.
 * Windows lie evenly from border to border, on even pixels; of a frame larger than all of them
 * together, what lies between them is not seen. format is filled, the same for all windows of a
 * grid, and borrowed by the result, as are the planes. */
BiqaFrame biqa_map_window(const BiqaFrame *frame, guint size, guint column, guint row,
                          BiqaFrameFormat *format);

/* The model that windows are shown to: model with one crop, at full resolution. A copy of the
 * struct, which owns nothing. */
BiqaModel biqa_map_model(const BiqaModel *model);

/* Fills map from windows of frame; backend runs biqa_map_model(model). A frame without planes in
 * memory leaves it empty. Errors: the backend's. */
gboolean biqa_map_run(BiqaMap *map, const BiqaModel *model, BiqaBackend *backend,
                      const BiqaFrame *frame, GError **error);
