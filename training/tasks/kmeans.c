/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lloyd's iterations. */
#include "kmeans.h"

#include "seed.h"
#include <math.h>
#include <string.h>

#define STARTS 4
#define MOST_ROUNDS 100
#define DRAWS (1u << 30)

typedef struct {
    const TrainKmeans *params;
    float *centres;  /* (k, dims) */
    guint *nearest;  /* of each point: its centre */
    double *squares; /* of each point: the squared distance to it */
} State;

static const float *point(const TrainKmeans *params, guint i)
{
    return params->points + (gsize)i * params->stride;
}

static double squared_distance(const float *a, const float *b, guint n)
{
    double sum = 0;
    for (guint i = 0; i < n; i++)
        sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    return sum;
}

static void place(State *state, guint centre, guint at)
{
    const TrainKmeans *params = state->params;
    float *to = state->centres + (gsize)centre * params->dims;

    memcpy(to, point(params, at), params->dims * sizeof *to);
    for (guint i = 0; i < params->n; i++) {
        const double d = squared_distance(point(params, i), to, params->dims);
        if (d < state->squares[i] || !centre) {
            state->squares[i] = d;
            state->nearest[i] = centre;
        }
    }
}

/* A point drawn by its squared distance to the centres that there are; any, where all are on one.
 */
static guint draw_far(const State *state, guint64 *seed)
{
    const guint n = state->params->n;
    double sum = 0, at;

    for (guint i = 0; i < n; i++)
        sum += state->squares[i];
    at = sum * train_draw(seed, DRAWS) / DRAWS;
    for (guint i = 0; i < n; i++) {
        at -= state->squares[i];
        if (at < 0)
            return i;
    }
    return train_draw(seed, n);
}

static void begin(State *state, guint64 seed)
{
    place(state, 0, train_draw(&seed, state->params->n));
    for (guint c = 1; c < state->params->k; c++)
        place(state, c, draw_far(state, &seed));
}

/* Every centre to the mean of its points. One that has none stays where it is. */
static void move(State *state)
{
    const TrainKmeans *params = state->params;
    const gsize size = (gsize)params->k * params->dims;
    g_autofree double *sums = g_new0(double, size);
    g_autofree guint *counts = g_new0(guint, params->k);

    for (guint i = 0; i < params->n; i++) {
        const guint c = state->nearest[i];
        counts[c]++;
        for (guint d = 0; d < params->dims; d++)
            sums[(gsize)c * params->dims + d] += point(params, i)[d];
    }
    for (gsize j = 0; j < size; j++)
        if (counts[j / params->dims])
            state->centres[j] = (float)(sums[j] / counts[j / params->dims]);
}

/* Every point to its nearest centre. Whether any changed. */
static gboolean assign(State *state)
{
    const TrainKmeans *params = state->params;
    gboolean changed = FALSE;

    for (guint i = 0; i < params->n; i++) {
        guint nearest = 0;
        double least = INFINITY;
        for (guint c = 0; c < params->k; c++) {
            const double d = squared_distance(
                point(params, i), state->centres + (gsize)c * params->dims, params->dims);
            if (d < least) {
                least = d;
                nearest = c;
            }
        }
        changed |= nearest != state->nearest[i];
        state->nearest[i] = nearest;
        state->squares[i] = least;
    }
    return changed;
}

static double mean_square(const State *state)
{
    double sum = 0;
    for (guint i = 0; i < state->params->n; i++)
        sum += state->squares[i];
    return sum / state->params->n;
}

double train_kmeans(const TrainKmeans *params, float *centres)
{
    const gsize row = params->dims * sizeof(float);
    State state = {params, g_new(float, (gsize)params->k * params->dims), g_new0(guint, params->n),
                   g_new0(double, params->n)};
    double best = INFINITY;

    g_return_val_if_fail(params->k >= 1 && params->k <= params->n, NAN);
    for (guint start = 0; start < STARTS; start++) {
        begin(&state, train_seed(params->seed, 17, start));
        for (guint round = 0; round < MOST_ROUNDS; round++) {
            move(&state);
            if (!assign(&state))
                break;
        }
        if (!(mean_square(&state) < best))
            continue;
        best = mean_square(&state);
        for (guint c = 0; c < params->k; c++)
            memcpy(centres + (gsize)c * params->stride, state.centres + (gsize)c * params->dims,
                   row);
    }
    g_free(state.centres);
    g_free(state.nearest);
    g_free(state.squares);
    return best;
}
