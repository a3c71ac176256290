/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The widths there are, and which of them this processor has. */
#include "lanes.h"

#include <string.h>

/* Where nothing else is known: four floats, which x86-64 and AArch64 always have. */
#define NAME(x) x##_4
#define WIDTH 4
#define ROWS 4
#define EVENS 0, 2, 4, 6
#define ODDS 1, 3, 5, 7
#define TARGET
#include "lanes-template.h"

static gboolean always(void)
{
    return TRUE;
}

typedef struct {
    BiqaCpuLanes lanes; /* first */
    gboolean (*usable)(void);
} Row;

static const Row plain = {{"plain", 4, 4, dense_4, sparse_4, depthwise_4, nine_4, few_4}, always};

#ifdef __x86_64__
#define NAME(x) x##_8
#define WIDTH 8
#define ROWS 4
#define EVENS 0, 2, 4, 6, 8, 10, 12, 14
#define ODDS 1, 3, 5, 7, 9, 11, 13, 15
#define TARGET __attribute__((target("avx2,fma")))
#include "lanes-template.h"

#define NAME(x) x##_16
#define WIDTH 16
#define ROWS 8
#define EVENS 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODDS 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#define TARGET __attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw")))
#include "lanes-template.h"

static gboolean has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static gboolean has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

static const Row avx2 = {{"AVX2", 8, 4, dense_8, sparse_8, depthwise_8, nine_8, few_8}, has_avx2};
static const Row avx512 = {{"AVX-512", 16, 8, dense_16, sparse_16, depthwise_16, nine_16, few_16},
                           has_avx512};
static const BiqaCpuLanes *const all[] = {&avx512.lanes, &avx2.lanes, &plain.lanes, NULL};
#else
static const BiqaCpuLanes *const all[] = {&plain.lanes, NULL};
#endif

const BiqaCpuLanes *const *biqa_cpu_lanes_all(void)
{
    return all;
}

gboolean biqa_cpu_lanes_usable(const BiqaCpuLanes *lanes)
{
    return ((const Row *)lanes)->usable();
}

const BiqaCpuLanes *biqa_cpu_lanes(const char *name)
{
    for (guint i = 0; all[i]; i++)
        if ((!name || g_strcmp0(all[i]->name, name) == 0) && biqa_cpu_lanes_usable(all[i]))
            return all[i];
    return NULL;
}

void biqa_cpu_nine_mask(BiqaCpuNine *nine, const BiqaCpuLanes *lanes)
{
    const guint last = (nine->width - 1) / lanes->width * lanes->width;

    for (guint side = 0; side < 2; side++)
        for (guint j = 0; j < 3; j++)
            for (guint i = 0; i < lanes->width; i++) {
                const gint u = (gint)((side ? last : 0) + i);
                const gint x = u * (gint)nine->stride + (gint)j - (gint)nine->left;

                nine->inside[side][j][i] = x >= 0 && x < (gint)nine->w ? -1 : 0;
            }
}
