/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The arena and the weights, read as the plan wants: as texels (fast on CPUs, where a storage read
 * costs five times as much) or as storage (no limit but memory). */
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "interface.h"

#ifdef BIQA_TEXELS
layout(binding = BIQA_BIND_ARENA, std430) writeonly buffer Arena { vec4 arena[]; };
layout(binding = BIQA_BIND_ARENA_TEXELS) uniform samplerBuffer arena_texels;
layout(binding = BIQA_BIND_WEIGHTS_TEXELS) uniform samplerBuffer weights_texels;
#define ARENA(i) texelFetch(arena_texels, int(i))
#define WEIGHT(i) texelFetch(weights_texels, int(i))
#else
layout(binding = BIQA_BIND_ARENA, std430) buffer Arena { vec4 arena[]; };
layout(binding = BIQA_BIND_WEIGHTS, std430) readonly buffer Weights { vec4 weights[]; };
#define ARENA(i) arena[i]
#define WEIGHT(i) weights[i]
#endif

uint view_texel(biqa_view view, uint x, uint y, uint plane, uint sample_)
{
    return view.origin + sample_ * view.sample_stride + plane * view.plane + y * view.row + x;
}
