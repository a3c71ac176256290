#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* LINEAR: an invocation makes one output of a sample. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"

layout(local_size_x = BIQA_LINE) in;
layout(binding = BIQA_BIND_ARENA, std430) writeonly buffer Floats { float floats[]; };
layout(push_constant, std430) uniform Push { biqa_linear_push push; };

void main()
{
    const uint o = gl_GlobalInvocationID.x % push.outputs, n = gl_GlobalInvocationID.x / push.outputs;

    if (n >= push.samples)
        return;
    vec4 sum = vec4(0);
    for (uint i = 0; i < push.planes; i++)
        sum += WEIGHT(push.weights + o * push.planes + i) *
               ARENA(view_texel(push.source, 0, 0, i, n));
    const float bias = WEIGHT(push.bias + o / 4)[o % 4];
    floats[4 * view_texel(push.target, 0, 0, o / 4, n) + o % 4] =
        bias + (sum.x + sum.y) + (sum.z + sum.w);
}
