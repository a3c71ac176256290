#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CONV with a group for each channel: an invocation makes four channels of a pixel. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"

layout(local_size_x = BIQA_TILE, local_size_y = BIQA_TILE) in;
layout(push_constant, std430) uniform Push { biqa_conv_push push; };

void main()
{
    const uint x = gl_GlobalInvocationID.x, y = gl_GlobalInvocationID.y;
    const uint planes = (push.outputs + 3) / 4;
    const uint plane = gl_GlobalInvocationID.z % planes, n = gl_GlobalInvocationID.z / planes;

    if (x >= push.width || y >= push.height)
        return;
    vec4 sum = WEIGHT(push.bias + plane);
    uint w = push.weights + plane * push.weights_row;
    for (uint ky = 0; ky < push.kernel_h; ky++)
        for (uint kx = 0; kx < push.kernel_w; kx++, w++)
            sum += WEIGHT(w) * ARENA(view_texel(push.source, x * push.stride + kx,
                                                y * push.stride + ky, plane, n));
    arena[view_texel(push.target, x, y, plane, n)] = clamp(sum, push.lo, push.hi);
}
