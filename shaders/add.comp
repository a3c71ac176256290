#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ADD of two maps, or CLIP of one: a clamp of the sum. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"

layout(local_size_x = BIQA_TILE, local_size_y = BIQA_TILE) in;
layout(constant_id = BIQA_ID_INPUTS) const uint INPUTS = 1;
layout(push_constant, std430) uniform Push { biqa_add_push push; };

void main()
{
    const uint x = gl_GlobalInvocationID.x, y = gl_GlobalInvocationID.y;
    const uint plane = gl_GlobalInvocationID.z % push.planes, n = gl_GlobalInvocationID.z / push.planes;

    if (x >= push.width || y >= push.height)
        return;
    vec4 sum = ARENA(view_texel(push.source[0], x, y, plane, n));
    if (INPUTS == 2)
        sum += ARENA(view_texel(push.source[1], x, y, plane, n));
    arena[view_texel(push.target, x, y, plane, n)] = clamp(sum, push.lo, push.hi);
}
