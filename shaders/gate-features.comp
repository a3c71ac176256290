#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A part of the features that tasks are weighed by: an invocation makes four channels of it. In the
 * pooled vector they may start anywhere in a texel. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"

layout(local_size_x = BIQA_LINE) in;
layout(push_constant, std430) uniform Push { biqa_gate_features_push push; };

void main()
{
    const uint plane = gl_GlobalInvocationID.x;
    vec4 sum = vec4(0);

    if (4 * plane >= push.channels)
        return;
    for (uint i = 0; i < min(4, push.channels - 4 * plane); i++) {
        const uint channel = push.first + 4 * plane + i;
        for (uint n = 0; n < push.samples; n++)
            sum[i] += ARENA(view_texel(push.source, 0, 0, channel / 4, n))[channel % 4];
    }
    arena[push.target + plane] = sum / float(push.samples);
}
