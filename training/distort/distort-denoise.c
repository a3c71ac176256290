/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a denoiser leaves of a picture with more noise than it was told of. The denoiser is a plain
 * one of its own: blocks that look alike are transformed together, small coefficients go, and what
 * all groups say of a pixel is averaged. */
#include "distort-private.h"
#include "seed.h"
#include <math.h>
#include <string.h>

#define SIDE 8
#define AREA (SIDE * SIDE)
#define GROUP 16 /* blocks at most; a power of 2 */
#define STEP 4   /* pixels between the blocks that groups are looked for */
#define REACH 9  /* pixels that a block of the group may lie off */

/* Standard deviation of the noise that is assumed, of 255; and the most that a denoiser which finds
 * out for itself was made for (DnCNN's, Zhang et al., TIP 2017). */
#define ASSUMED 25
#define BLIND_MOST 55

/* Coefficients below this many deviations are noise. */
#define THRESHOLD 2.7f

/* Squared difference of a pixel of blocks alike, in variances; noise alone gives 2. */
#define ALIKE 8

/* Deviations of Y, Cb, Cr where R, G and B each have 1: lengths of the rows of BT.601's matrix. */
static const float channel_deviations[3] = {0.6686f, 0.6230f, 0.6572f};

typedef struct {
    guint width, height; /* SIDE or more */
    float sigma;         /* of the noise, of 255 */
    gsize area;
    float *noisy;                                    /* (3, H, W): Y, Cb, Cr */
    float *sum;                                      /* (3, H, W): weighted sum of estimates, */
    float *weight;                                   /* (3, H, W): and of weights */
    float forward[SIDE][SIDE], backward[SIDE][SIDE]; /* the DCT's matrix, and transposed */
} Denoiser;

typedef struct {
    guint n;
    gsize at[GROUP]; /* upper left pixels */
    float distance[GROUP];
} Group;

static void denoiser_init(Denoiser *denoiser, const TrainPlane *plane, float sigma)
{
    *denoiser = (Denoiser){.width = plane->width, .height = plane->height, .sigma = sigma};
    gsize n = denoiser->area = (gsize)plane->width * plane->height;
    denoiser->noisy = g_new(float, 3 * n);
    denoiser->sum = g_new0(float, 3 * n);
    denoiser->weight = g_new0(float, 3 * n);
    for (gsize i = 0; i < 3 * n; i++)
        denoiser->noisy[i % 3 * n + i / 3] = plane->values[i];
    for (guint k = 0; k < SIDE; k++) {
        for (guint i = 0; i < SIDE; i++)
            denoiser->forward[k][i] = denoiser->backward[i][k] =
                (float)(sqrt((k ? 2. : 1.) / SIDE) * cos(G_PI * k * (2 * i + 1) / (2 * SIDE)));
    }
}

static void denoiser_clear(Denoiser *denoiser)
{
    g_free(denoiser->noisy);
    g_free(denoiser->sum);
    g_free(denoiser->weight);
}

/* block = matrix block matrix^T */
static void transform(float block[AREA], const float matrix[SIDE][SIDE])
{
    float half[AREA];
    for (guint pass = 0; pass < 2; pass++) {
        for (guint i = 0; i < SIDE; i++) {
            float row[SIDE] = {0};
            for (guint k = 0; k < SIDE; k++) {
                for (guint j = 0; j < SIDE; j++)
                    row[j] += matrix[i][k] * block[k * SIDE + j];
            }
            for (guint j = 0; j < SIDE; j++)
                half[j * SIDE + i] = row[j];
        }
        memcpy(block, half, sizeof half);
    }
}

/* Hadamard's transform across n blocks, a power of 2; its own inverse. */
static void transform_across(float blocks[][AREA], guint n)
{
    for (guint half = 1; half < n; half *= 2) {
        for (guint b = 0; b < n; b++) {
            if (b & half)
                continue;
            for (guint i = 0; i < AREA; i++) {
                float one = blocks[b][i], other = blocks[b + half][i];
                blocks[b][i] = (one + other) * (float)G_SQRT2 / 2;
                blocks[b + half][i] = (one - other) * (float)G_SQRT2 / 2;
            }
        }
    }
}

/* Of Y, mean over pixels. */
static float distance(const Denoiser *denoiser, gsize a, gsize b)
{
    float sums[SIDE] = {0}, sum = 0;
    for (guint y = 0; y < SIDE; y++) {
        const float *p = denoiser->noisy + a + (gsize)y * denoiser->width;
        const float *q = denoiser->noisy + b + (gsize)y * denoiser->width;
        for (guint x = 0; x < SIDE; x++)
            sums[x] += (p[x] - q[x]) * (p[x] - q[x]);
    }
    for (guint x = 0; x < SIDE; x++)
        sum += sums[x];
    return sum / AREA;
}

/* Keeps the nearest, sorted; of equals the first. */
static void group_add(Group *group, gsize at, float d)
{
    guint i = MIN(group->n, GROUP - 1);
    if (group->n == GROUP && d >= group->distance[i])
        return;
    for (; i > 0 && group->distance[i - 1] > d; i--) {
        group->at[i] = group->at[i - 1];
        group->distance[i] = group->distance[i - 1];
    }
    group->at[i] = at;
    group->distance[i] = d;
    group->n = MIN(group->n + 1, GROUP);
}

/* The block at (x, y) and those around it that look like it; a power of 2 of them. */
static Group group_find(const Denoiser *denoiser, guint x, guint y)
{
    float sigma = denoiser->sigma * channel_deviations[0];
    gsize own = (gsize)y * denoiser->width + x;
    Group group = {.n = 1, .at = {own}, .distance = {-1}};
    guint left = MAX(x, REACH) - REACH, right = MIN(x + REACH, denoiser->width - SIDE);
    guint top = MAX(y, REACH) - REACH, bottom = MIN(y + REACH, denoiser->height - SIDE);
    for (guint v = top; v <= bottom; v++) {
        for (guint u = left; u <= right; u++) {
            gsize at = (gsize)v * denoiser->width + u;
            float d = distance(denoiser, own, at);
            if (at != own && d < ALIKE * sigma * sigma)
                group_add(&group, at, d);
        }
    }
    while (group.n & (group.n - 1))
        group.n &= group.n - 1;
    return group;
}

/* Returns how many coefficients are left. */
static guint shrink(float blocks[][AREA], guint n, float threshold)
{
    guint left = 0;
    for (guint b = 0; b < n; b++) {
        for (guint i = 0; i < AREA; i++) {
            gboolean keep = fabsf(blocks[b][i]) >= threshold;
            blocks[b][i] = keep ? blocks[b][i] : 0;
            left += keep;
        }
    }
    return left;
}

/* Adds an estimate of the group's blocks of channel c, which counts the more the fewer
 * coefficients it needs. */
static void group_estimate(Denoiser *denoiser, const Group *group, guint c)
{
    float blocks[GROUP][AREA];
    gsize width = denoiser->width;
    for (guint b = 0; b < group->n; b++) {
        const float *from = denoiser->noisy + c * denoiser->area + group->at[b];
        for (guint y = 0; y < SIDE; y++)
            memcpy(blocks[b] + y * SIDE, from + y * width, SIDE * sizeof *from);
        transform(blocks[b], denoiser->forward);
    }
    transform_across(blocks, group->n);
    guint left = shrink(blocks, group->n, THRESHOLD * denoiser->sigma * channel_deviations[c]);
    transform_across(blocks, group->n);
    float weight = 1.f / (float)MAX(left, 1);
    for (guint b = 0; b < group->n; b++) {
        transform(blocks[b], denoiser->backward);
        float *sum = denoiser->sum + c * denoiser->area + group->at[b];
        float *weights = denoiser->weight + c * denoiser->area + group->at[b];
        for (guint y = 0; y < SIDE; y++) {
            for (guint x = 0; x < SIDE; x++) {
                sum[y * width + x] += weight * blocks[b][y * SIDE + x];
                weights[y * width + x] += weight;
            }
        }
    }
}

/* Blocks every STEP pixels, and along the right and lower borders. */
static void denoiser_run(Denoiser *denoiser)
{
    guint last_x = denoiser->width - SIDE, last_y = denoiser->height - SIDE;
    for (guint v = 0; v < last_y + STEP; v += STEP) {
        for (guint u = 0; u < last_x + STEP; u += STEP) {
            Group group = group_find(denoiser, MIN(u, last_x), MIN(v, last_y));
            for (guint c = 0; c < 3; c++)
                group_estimate(denoiser, &group, c);
        }
    }
}

/* In place; sides of SIDE or more. */
static void denoise(TrainPlane *plane, float sigma)
{
    Denoiser denoiser;
    train_plane_to_ycbcr(plane);
    denoiser_init(&denoiser, plane, sigma);
    denoiser_run(&denoiser);
    for (gsize i = 0; i < 3 * denoiser.area; i++) {
        gsize from = i % 3 * denoiser.area + i / 3;
        plane->values[i] = denoiser.sum[from] / denoiser.weight[from];
    }
    train_plane_to_rgb(plane);
    denoiser_clear(&denoiser);
}

TrainImage *train_distort_denoise(const TrainImage *image, double level, guint64 seed,
                                  GError **error)
{
    g_autoptr(TrainImage) grown =
        train_image_grow(image, 0, MAX(image->width, SIDE), MAX(image->height, SIDE));
    g_autoptr(TrainImage) noisy = train_distort_noise(grown, level, train_seed(seed, 0, 0), error);
    TrainPlane plane;
    TrainDraws draws;
    train_plane_init(&plane, noisy);
    train_draws_init(&draws, train_seed(seed, 0, 1));
    for (gsize i = 0; i < 3 * (gsize)noisy->width * noisy->height; i++)
        plane.values[i] += (float)(ASSUMED * train_draws_normal(&draws));
    denoise(&plane, ASSUMED);
    g_autoptr(TrainImage) out = train_plane_image(&plane);
    train_draws_clear(&draws);
    train_plane_clear(&plane);
    return train_image_cut(out, 0, 0, image->width, image->height);
}

TrainImage *train_distort_blind_denoise(const TrainImage *image, double level, guint64 seed,
                                        GError **error)
{
    g_autoptr(TrainImage) grown =
        train_image_grow(image, 0, MAX(image->width, SIDE), MAX(image->height, SIDE));
    g_autoptr(TrainImage) noisy = train_distort_noise(grown, level, seed, error);
    TrainPlane plane;
    train_plane_init(&plane, noisy);
    denoise(&plane, (float)MIN(255 * sqrt(level), BLIND_MOST));
    g_autoptr(TrainImage) out = train_plane_image(&plane);
    train_plane_clear(&plane);
    return train_image_cut(out, 0, 0, image->width, image->height);
}
