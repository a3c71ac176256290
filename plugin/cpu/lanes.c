/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The widths there are, and which of them this processor has. */
#include "lanes.h"

/* Where nothing else is known: four floats, which x86-64 and AArch64 always have. */
#define NAME(x) x##_4
#define WIDTH 4
#define ROWS 4
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

static const Row plain = {{"plain", 4, 4, dense_4, sparse_4, depthwise_4, same_4}, always};

#ifdef __x86_64__
#define NAME(x) x##_8
#define WIDTH 8
#define ROWS 4
#define TARGET __attribute__((target("avx2,fma")))
#include "lanes-template.h"

#define NAME(x) x##_16
#define WIDTH 16
#define ROWS 8
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

static const Row avx2 = {{"AVX2", 8, 4, dense_8, sparse_8, depthwise_8, same_8}, has_avx2};
static const Row avx512 = {{"AVX-512", 16, 8, dense_16, sparse_16, depthwise_16, same_16},
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
