/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Visual saliency-induced index. */
#include "annotate-map.h"
#include "annotate-saliency.h"
#include "annotate.h"

#include <math.h>

#define C1 1.27 /* saliency */
#define C2 386. /* gradients */
#define C3 130. /* chromaticities */
#define ALPHA .4f
#define BETA .02f

enum { L, M, N, CHANNELS };
static const double weights[CHANNELS][3] = {
    [L] = {.06, .63, .27},
    [M] = {.3, .04, -.35},
    [N] = {.34, -.6, .17},
};

enum { SALIENCY, GRADIENT, CHROMA_M, CHROMA_N, MAPS };
typedef struct {
    TrainMap *maps[MAPS];
} Side;

static void side_init(Side *side, const TrainImage *image)
{
    const guint factor = train_map_factor(image);
    g_autoptr(TrainMap) light = train_map_mix_reduced(image, weights[L], factor);
    g_autoptr(TrainMap) saliency = train_saliency(image);
    side->maps[SALIENCY] = train_map_reduce(saliency, factor);
    side->maps[GRADIENT] = train_map_gradient(light, 3 / 16., 10 / 16.);
    side->maps[CHROMA_M] = train_map_mix_reduced(image, weights[M], factor);
    side->maps[CHROMA_N] = train_map_mix_reduced(image, weights[N], factor);
}

static void side_clear(Side *side)
{
    for (guint i = 0; i < MAPS; i++)
        train_map_free(side->maps[i]);
}

static double alike(const Side *r, const Side *d, guint map, gsize i, double c)
{
    return train_similarity(r->maps[map]->values[i], d->maps[map]->values[i], c);
}

/* S = S_VS S_G^alpha S_C^beta, S_C = S_M S_N; of a power of a negative number the real part, as
 * the authors' code has it. Single precision is more than either power needs. */
static double likeness(const Side *r, const Side *d, gsize i)
{
    const double vs = alike(r, d, SALIENCY, i, C1);
    const double g = powf((float)alike(r, d, GRADIENT, i, C2), ALPHA);
    const double c = alike(r, d, CHROMA_M, i, C3) * alike(r, d, CHROMA_N, i, C3);
    const double power = powf(fabsf((float)c), BETA);
    return vs * g * (c < 0 ? cos(G_PI * BETA) * power : power);
}

/* sum S VS_m / sum VS_m, VS_m the larger saliency; the plain mean where nothing is salient. */
double train_annotate_vsi(const TrainImage *reference, const TrainImage *distorted)
{
    Side r, d;
    double sum = 0, weighted = 0, weight = 0;
    side_init(&r, reference);
    side_init(&d, distorted);
    const gsize n = (gsize)r.maps[SALIENCY]->width * r.maps[SALIENCY]->height;
    for (gsize i = 0; i < n; i++) {
        const double s = likeness(&r, &d, i);
        const double vs = MAX(r.maps[SALIENCY]->values[i], d.maps[SALIENCY]->values[i]);
        sum += s;
        weighted += s * vs;
        weight += vs;
    }
    side_clear(&r);
    side_clear(&d);
    return weight > 0 ? weighted / weight : sum / (double)n;
}
