/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Laying out windows and looking at them, one after the other: a window is a frame to a backend,
 * which needs the memory of one crop for it. */
#include "map.h"
#include <math.h>

#define LEAST_CELLS 12

/* How far from square cells are: the larger side by the smaller. */
static double slimness(guint width, guint height, guint columns, guint rows)
{
    const double w = (double)width / columns, h = (double)height / rows;

    return MAX(w, h) / MIN(w, h);
}

void biqa_map_grid(guint width, guint height, guint *columns, guint *rows)
{
    double least = INFINITY;

    for (guint r = BIQA_MAX_CELLS; r > 0; r--)
        for (guint c = BIQA_MAX_CELLS / r; c * r >= LEAST_CELLS; c--) {
            const double slim = slimness(width, height, c, r);

            if (slim < least) {
                least = slim;
                *columns = c;
                *rows = r;
            }
        }
}

/* First pixel of window i of n: even, so that it is the first of its chroma sample. */
static guint place(guint i, guint n, guint length, guint size)
{
    const guint room = length > size ? length - size : 0;

    return n > 1 ? (guint)((guint64)i * room / (n - 1)) & ~1u : room / 2 & ~1u;
}

/* format with another size. */
static void resize(BiqaFrameFormat *format, guint width, guint height)
{
    format->width = width;
    format->height = height;
    for (guint i = 0; i < 3; i++) {
        const BiqaComponent *part = &format->components[i];

        format->plane_height[part->plane] = ((height - 1) >> part->shift_y) + 1;
    }
}

BiqaFrame biqa_map_window(const BiqaFrame *frame, guint size, guint column, guint row,
                          BiqaFrameFormat *format)
{
    const guint width = frame->format->width, height = frame->format->height;
    BiqaFrame window = *frame;
    guint columns, rows, x, y;

    biqa_map_grid(width, height, &columns, &rows);
    x = place(column, columns, width, size);
    y = place(row, rows, height, size);
    for (guint i = 0; i < 3; i++) {
        const BiqaComponent *part = &frame->format->components[i];

        window.planes[part->plane] = frame->planes[part->plane] +
                                     (gsize)(y >> part->shift_y) * frame->strides[part->plane] +
                                     (gsize)(x >> part->shift_x) * part->step;
    }
    window.images = NULL; /* which have no windows */
    *format = *frame->format;
    resize(format, MIN(size, width), MIN(size, height));
    window.format = format;
    return window;
}

BiqaModel biqa_map_model(const BiqaModel *model)
{
    BiqaModel twin = *model;

    twin.input.n_crops = 1;
    twin.input.n_spots = 0;
    twin.input.crops[0] = (BiqaCrop){.reduce = 1, .x = .5f, .y = .5f};
    return twin;
}

gboolean biqa_map_run(BiqaMap *map, const BiqaModel *model, BiqaBackend *backend,
                      const BiqaFrame *frame, GError **error)
{
    *map = (BiqaMap){0};
    if (!frame->planes[0]) /* only in a device's memory, where no window can be cut */
        return TRUE;
    biqa_map_grid(frame->format->width, frame->format->height, &map->columns, &map->rows);
    for (guint i = 0; i < map->columns * map->rows; i++) {
        BiqaFrameFormat format;
        const BiqaFrame window =
            biqa_map_window(frame, model->input.size, i % map->columns, i / map->columns, &format);
        BiqaResult result;

        if (!biqa_backend_run(backend, &window, &result, error)) {
            *map = (BiqaMap){0};
            return FALSE;
        }
        map->scores[i] = biqa_score(&model->scale, (double)biqa_result_raw(&result, BIQA_FULL));
    }
    return TRUE;
}
