/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loops of one vector width. Included by lanes.c once for each, with
 *   NAME(x)  x with a suffix of that width's own
 *   WIDTH    floats of a vector
 *   ROWS     outputs made at once in a dense product: three vectors each, which must fit the
 *            registers together with three of inputs and one of weights
 *   EVENS    0, 2, ... and ODDS 1, 3, ...: that many indices into two vectors
 *   TARGET   the attribute that lets the compiler use that width
 * and without a guard, as it is a template. */

typedef float NAME(Vector) __attribute__((vector_size(4 * WIDTH)));
typedef float NAME(Loose) __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
typedef int NAME(Mask) __attribute__((vector_size(4 * WIDTH)));

#define Vector NAME(Vector)
#define Loose NAME(Loose)
#define Mask NAME(Mask)
#define spread NAME(spread)
#define choose NAME(choose)
#define clamped NAME(clamped)
#define dense_tile NAME(dense_tile)
#define dense_column NAME(dense_column)
#define dense NAME(dense)
#define sparse_tile NAME(sparse_tile)
#define sparse_column NAME(sparse_column)
#define sparse NAME(sparse)
#define nine_taps NAME(nine_taps)
#define nine_vector NAME(nine_vector)
#define nine_rows NAME(nine_rows)
#define nine NAME(nine)
#define Lines NAME(Lines)
#define few_taps NAME(few_taps)
#define few_column NAME(few_column)
#define few_rows NAME(few_rows)
#define few NAME(few)
#define depthwise_rows NAME(depthwise_rows)
#define depthwise_row NAME(depthwise_row)
#define depthwise NAME(depthwise)

#define INLINE static inline __attribute__((always_inline)) TARGET
/* Before a loop over vectors that must all be in registers. */
#define UNROLL _Pragma("GCC unroll 9")

INLINE Vector spread(float value)
{
    return value - (Vector){0};
}

/* Lanes of yes where the mask is set, of no elsewhere. */
INLINE Vector choose(Mask mask, Vector yes, Vector no)
{
    return (Vector)((mask & (Mask)yes) | (~mask & (Mask)no));
}

INLINE Vector clamped(Vector value, Vector lo, Vector hi)
{
    value = choose(value > lo, value, lo);
    return choose(value < hi, value, hi);
}

/* ROWS outputs, of which the first `rows` are stored, of `vectors` vectors of pixels; vectors is a
 * constant wherever this is inlined. */
INLINE void dense_tile(const float *weights, const float *bias, guint depth, const BiqaCpuRun *run,
                       const float *x, guint rows, guint vectors, float *y)
{
    const Vector lo = spread(run->lo), hi = spread(run->hi);
    Vector sums[ROWS][3];

    UNROLL
    for (guint r = 0; r < ROWS; r++) {
        UNROLL
        for (guint v = 0; v < vectors; v++)
            sums[r][v] = spread(bias[r]);
    }
    for (guint k = 0; k < depth; k++, x += run->x_pitch, weights += ROWS) {
        Vector in[3];

        UNROLL
        for (guint v = 0; v < vectors; v++)
            in[v] = *(const Loose *)(x + v * WIDTH);
        UNROLL
        for (guint r = 0; r < ROWS; r++) {
            UNROLL
            for (guint v = 0; v < vectors; v++)
                sums[r][v] += weights[r] * in[v];
        }
    }
    UNROLL
    for (guint r = 0; r < ROWS; r++) {
        UNROLL
        for (guint v = 0; v < vectors; v++)
            if (r < rows)
                *(Loose *)(y + r * run->y_pitch + v * WIDTH) = clamped(sums[r][v], lo, hi);
    }
}

/* All outputs of `vectors` vectors of pixels. */
INLINE void dense_column(const BiqaCpuDense *product, const BiqaCpuRun *run, gsize at,
                         guint vectors)
{
    for (guint o = 0; o < product->outputs; o += ROWS)
        dense_tile(product->weights + (gsize)o * product->depth, product->bias + o, product->depth,
                   run, run->x + at, product->outputs - o, vectors, run->y + o * run->y_pitch + at);
}

TARGET static void dense(const BiqaCpuDense *product, const BiqaCpuRun *run)
{
    gsize at = 0;

    for (; at + 2 * WIDTH < run->n; at += 3 * WIDTH)
        dense_column(product, run, at, 3);
    if (at + WIDTH < run->n)
        dense_column(product, run, at, 2);
    else if (at < run->n)
        dense_column(product, run, at, 1);
}

/* One output of `vectors` vectors of pixels, from one block of its inputs. */
INLINE void sparse_tile(const BiqaCpuTerm *term, const BiqaCpuTerm *end, gboolean first,
                        gboolean last, float bias, const BiqaCpuRun *run, gsize at, guint vectors,
                        float *y)
{
    const Vector lo = spread(run->lo), hi = spread(run->hi);
    Vector sums[4];

    UNROLL
    for (guint v = 0; v < vectors; v++) {
        sums[v] = spread(bias);
        if (!first)
            sums[v] = *(const Loose *)(y + v * WIDTH);
    }
    for (; term < end; term++) {
        const float *x = run->x + at + term->from;

        UNROLL
        for (guint v = 0; v < vectors; v++)
            sums[v] += term->weight * *(const Loose *)(x + v * WIDTH);
    }
    UNROLL
    for (guint v = 0; v < vectors; v++)
        if (last)
            *(Loose *)(y + v * WIDTH) = clamped(sums[v], lo, hi);
        else
            *(Loose *)(y + v * WIDTH) = sums[v];
}

/* All outputs of `vectors` vectors of pixels, a block of inputs after the other. */
INLINE void sparse_column(const BiqaCpuSparse *product, const BiqaCpuRun *run, gsize at,
                          guint vectors)
{
    const guint *starts = product->starts;

    for (guint b = 0; b < product->blocks; b++)
        for (guint o = 0; o < product->outputs; o++, starts++)
            sparse_tile(product->terms + starts[0], product->terms + starts[1], b == 0,
                        b + 1 == product->blocks, product->bias[o], run, at, vectors,
                        run->y + o * run->y_pitch + at);
}

TARGET static void sparse(const BiqaCpuSparse *product, const BiqaCpuRun *run)
{
    gsize at = 0;

    for (; at + 3 * WIDTH < run->n; at += 4 * WIDTH)
        sparse_column(product, run, at, 4);
    if (at + WIDTH < run->n) {
        sparse_column(product, run, at, 2);
        at += 2 * WIDTH;
    }
    if (at < run->n)
        sparse_column(product, run, at, 1);
}

/* All rows of a kernel whose n_taps taps fit the registers; n_taps is a constant wherever this is
 * inlined. */
INLINE void depthwise_rows(const BiqaCpuTaps *call, guint n_taps)
{
    const Vector lo = spread(call->lo), hi = spread(call->hi), bias = spread(call->bias);
    Vector weights[9];

    UNROLL
    for (guint t = 0; t < n_taps; t++)
        weights[t] = spread(call->weights[t]);
    for (guint v = 0; v < call->height; v++) {
        const float *x = call->x + v * call->x_row, *from[9];
        float *y = call->y + (gsize)v * call->width;

        UNROLL
        for (guint t = 0; t < n_taps; t++)
            from[t] = x + call->at[t];
        for (gsize u = 0; u < call->width; u += WIDTH) {
            Vector sum = bias;

            UNROLL
            for (guint t = 0; t < n_taps; t++)
                sum += weights[t] * *(const Loose *)(from[t] + u);
            *(Loose *)(y + u) = clamped(sum, lo, hi);
        }
    }
}

/* One row of any kernel. */
INLINE void depthwise_row(const BiqaCpuTaps *call, const float *x, float *y)
{
    for (guint u = 0; u < call->width; u += WIDTH) {
        Vector sum = spread(call->bias);

        for (guint t = 0; t < call->n_taps; t++)
            sum += call->weights[t] * *(const Loose *)(x + call->at[t] + u);
        *(Loose *)(y + u) = clamped(sum, spread(call->lo), spread(call->hi));
    }
}

TARGET static void depthwise(const BiqaCpuTaps *call)
{
    if (call->n_taps == 9)
        depthwise_rows(call, 9);
    else
        for (guint v = 0; v < call->height; v++)
            depthwise_row(call, call->x + v * call->x_row, call->y + (gsize)v * call->width);
}

/* The three taps of a row of the kernel; stride is a constant wherever this is inlined. */
INLINE void nine_taps(const float *x, guint stride, Vector taps[3])
{
    taps[0] = *(const Loose *)x;
    taps[1] = *(const Loose *)(x + 1);
    taps[2] = *(const Loose *)(x + 2);
    if (stride == 1)
        return;
    const Vector second = *(const Loose *)(x + WIDTH), shifted = *(const Loose *)(x + 2 + WIDTH);
    taps[1] = __builtin_shufflevector(taps[0], second, ODDS);
    taps[0] = __builtin_shufflevector(taps[0], second, EVENS);
    taps[2] = __builtin_shufflevector(taps[2], shifted, EVENS);
}

/* A vector of output; inside is NULL where all taps are. */
INLINE Vector nine_vector(const float *const *rows, gsize at, guint stride, const Vector *weights,
                          Vector sum, const Mask *inside)
{
    UNROLL
    for (guint i = 0; i < 3; i++) {
        Vector taps[3];

        nine_taps(rows[i] + at, stride, taps);
        UNROLL
        for (guint j = 0; j < 3; j++)
            sum += weights[3 * i + j] * (inside ? (Vector)((Mask)taps[j] & inside[j]) : taps[j]);
    }
    return sum;
}

INLINE void nine_rows(const BiqaCpuNine *call, guint stride)
{
    const Vector lo = spread(call->lo), hi = spread(call->hi), bias = spread(call->bias);
    const guint last = (call->width - 1) / WIDTH * WIDTH;
    Mask left[3], right[3];
    Vector weights[9];

    for (guint j = 0; j < 3; j++) {
        memcpy(&left[j], call->inside[0][j], sizeof left[j]);
        memcpy(&right[j], call->inside[1][j], sizeof right[j]);
    }
    UNROLL
    for (guint t = 0; t < 9; t++)
        weights[t] = spread(call->weights[t]);
    for (guint v = 0; v < call->height; v++) {
        float *y = call->y + (gsize)v * call->width;
        const float *rows[3];

        for (guint i = 0; i < 3; i++) {
            const guint row = v * stride + i - call->top; /* wraps above the map */

            rows[i] = (row < call->h ? call->x + (gsize)row * call->w : call->zeros) - call->left;
        }
        *(Loose *)y = clamped(nine_vector(rows, 0, stride, weights, bias, left), lo, hi);
        for (gsize u = WIDTH; u < last; u += WIDTH)
            *(Loose *)(y + u) =
                clamped(nine_vector(rows, u * stride, stride, weights, bias, NULL), lo, hi);
        if (last > 0)
            *(Loose *)(y + last) = clamped(
                nine_vector(rows, (gsize)last * stride, stride, weights, bias, right), lo, hi);
    }
}

TARGET static void nine(const BiqaCpuNine *call)
{
    if (call->stride == 1)
        nine_rows(call, 1);
    else
        nine_rows(call, 2);
}

/* The rows of a kernel: where each begins, and the floats from there to the next input's. */
typedef struct {
    const float *at[3];
    gsize pitch[3];
} Lines;

/* The taps of a vector of pixels from u on, (9 for each of n inputs, 3 * WIDTH) floats; inside is
 * NULL where all of them are. */
INLINE void few_taps(const Lines *lines, guint n, gsize u, guint stride, const Mask *inside,
                     float *taps)
{
    for (guint c = 0; c < n; c++) {
        UNROLL
        for (guint i = 0; i < 3; i++) {
            Vector three[3];

            nine_taps(lines->at[i] + c * lines->pitch[i] + u * stride, stride, three);
            UNROLL
            for (guint j = 0; j < 3; j++, taps += 3 * WIDTH)
                *(Vector *)taps = inside ? (Vector)((Mask)three[j] & inside[j]) : three[j];
        }
    }
}

/* All outputs of `vectors` vectors of pixels from u on, by way of their taps in the first cache. */
INLINE void few_column(const BiqaCpuFew *call, const Lines *lines, gsize u, guint stride,
                       guint vectors, const Mask edges[2][3], float *y)
{
    const gsize last = (call->plane->width - 1) / WIDTH * WIDTH;
    const guint n = call->product->depth / 9;
    float taps[9 * BIQA_CPU_FEW * 3 * WIDTH] __attribute__((aligned(64)));
    const BiqaCpuRun run = {
        .x = taps,
        .x_pitch = 3 * WIDTH,
        .y = y + u,
        .y_pitch = call->y_pitch,
        .lo = call->plane->lo,
        .hi = call->plane->hi,
    };

    for (guint v = 0; v < vectors; v++) {
        const gsize at = u + v * WIDTH;

        if (at == 0 || at == last)
            few_taps(lines, n, at, stride, edges[at > 0], taps + v * WIDTH);
        else
            few_taps(lines, n, at, stride, NULL, taps + v * WIDTH);
    }
    dense_column(call->product, &run, 0, vectors);
}

INLINE void few_rows(const BiqaCpuFew *call, guint stride)
{
    const BiqaCpuNine *plane = call->plane;
    Mask edges[2][3];

    for (guint side = 0; side < 2; side++)
        for (guint j = 0; j < 3; j++)
            memcpy(&edges[side][j], plane->inside[side][j], sizeof edges[side][j]);
    for (guint v = 0; v < plane->height; v++) {
        float *y = plane->y + (gsize)v * plane->width;
        Lines lines;
        gsize u = 0;

        for (guint i = 0; i < 3; i++) {
            const guint row = v * stride + i - plane->top; /* wraps above the map */
            const gboolean inside = row < plane->h;

            lines.at[i] = (inside ? plane->x + (gsize)row * plane->w : plane->zeros) - plane->left;
            lines.pitch[i] = inside ? call->x_pitch : 0;
        }
        for (; u + 2 * WIDTH < plane->width; u += 3 * WIDTH)
            few_column(call, &lines, u, stride, 3, edges, y);
        if (u + WIDTH < plane->width)
            few_column(call, &lines, u, stride, 2, edges, y);
        else if (u < plane->width)
            few_column(call, &lines, u, stride, 1, edges, y);
    }
}

TARGET static void few(const BiqaCpuFew *call)
{
    if (call->plane->stride == 1)
        few_rows(call, 1);
    else
        few_rows(call, 2);
}

#undef Vector
#undef Loose
#undef Mask
#undef spread
#undef choose
#undef clamped
#undef dense_tile
#undef dense_column
#undef dense
#undef sparse_tile
#undef sparse_column
#undef sparse
#undef nine_taps
#undef nine_vector
#undef nine_rows
#undef nine
#undef Lines
#undef few_taps
#undef few_column
#undef few_rows
#undef few
#undef depthwise_rows
#undef depthwise_row
#undef depthwise
#undef INLINE
#undef UNROLL
#undef NAME
#undef WIDTH
#undef ROWS
#undef EVENS
#undef ODDS
#undef TARGET
