#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CONV of one group: an invocation makes four output channels of a pixel. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"

layout(local_size_x = BIQA_TILE, local_size_y = BIQA_TILE) in;
layout(push_constant, std430) uniform Push { biqa_conv_push push; };

void main()
{
    const uint x = gl_GlobalInvocationID.x, y = gl_GlobalInvocationID.y;
    const uint planes = (push.outputs + 3) / 4, inputs = (push.inputs + 3) / 4;
    const uint plane = gl_GlobalInvocationID.z % planes, n = gl_GlobalInvocationID.z / planes;

    if (x >= push.width || y >= push.height)
        return;
    vec4 sum = WEIGHT(push.bias + plane);
    uint w = push.weights + plane * push.weights_row;
    for (uint ky = 0; ky < push.kernel_h; ky++)
        for (uint kx = 0; kx < push.kernel_w; kx++)
            for (uint i = 0; i < inputs; i++, w += 4) {
                const vec4 v = ARENA(view_texel(push.source, x * push.stride + kx,
                                                y * push.stride + ky, i, n));
                sum += WEIGHT(w) * v.x;
                sum += WEIGHT(w + 1) * v.y;
                sum += WEIGHT(w + 2) * v.z;
                sum += WEIGHT(w + 3) * v.w;
            }
    arena[view_texel(push.target, x, y, plane, n)] = clamp(sum, push.lo, push.hi);
}
