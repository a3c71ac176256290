#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CONV with any groups, which need not meet texel borders: an invocation makes four output
 * channels of a pixel, each from the input channels of its own group. A vec4 of weights belongs
 * to one input channel of each of the four groups. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"

layout(local_size_x = BIQA_TILE, local_size_y = BIQA_TILE) in;
layout(push_constant, std430) uniform Push { biqa_conv_push push; };

void main()
{
    const uint x = gl_GlobalInvocationID.x, y = gl_GlobalInvocationID.y;
    const uint planes = (push.outputs + 3) / 4;
    const uint plane = gl_GlobalInvocationID.z % planes, n = gl_GlobalInvocationID.z / planes;
    const uint group_in = push.inputs / push.groups, group_out = push.outputs / push.groups;

    if (x >= push.width || y >= push.height)
        return;
    /* The channels beyond the last have weights of zero; any group will do for them. */
    const uvec4 group = min(plane * 4 + uvec4(0, 1, 2, 3), uvec4(push.outputs - 1)) / group_out;
    vec4 sum = WEIGHT(push.bias + plane);
    const uint tap_row = push.groups == 1 ? (group_in + 3) / 4 * 4 : group_in;
    uint w = push.weights + plane * push.weights_row;
    for (uint ky = 0; ky < push.kernel_h; ky++)
        for (uint kx = 0; kx < push.kernel_w; kx++, w += tap_row)
            for (uint i = 0; i < group_in; i++) {
                const uvec4 channel = group * group_in + i;
                const uint texel = view_texel(push.source, x * push.stride + kx,
                                              y * push.stride + ky, 0, n);
                vec4 v;

                v.x = ARENA(texel + channel.x / 4 * push.source.plane)[channel.x % 4];
                v.y = ARENA(texel + channel.y / 4 * push.source.plane)[channel.y % 4];
                v.z = ARENA(texel + channel.z / 4 * push.source.plane)[channel.z % 4];
                v.w = ARENA(texel + channel.w / 4 * push.source.plane)[channel.w % 4];
                sum += WEIGHT(w + i) * v;
            }
    arena[view_texel(push.target, x, y, plane, n)] = clamp(sum, push.lo, push.hi);
}
