#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Euclidean distances of a part of the features to centroids, one an invocation. Squares of
 * differences are added up, as |a|^2 - 2ab + |b|^2 cancels where frames are near. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"

layout(local_size_x = BIQA_LINE) in;
layout(push_constant, std430) uniform Push { biqa_gate_distances_push push; };

void main()
{
    const uint at = gl_GlobalInvocationID.x;
    const uint from = push.centroids + at * push.row;
    float length_ = 0., squares = 0.;

    if (at >= push.n)
        return;
    for (uint i = 0; i < push.planes; i++)
        length_ += dot(ARENA(push.features + i), ARENA(push.features + i));
    length_ = length_ > 0. ? sqrt(length_) : 1.;
    for (uint i = 0; i < push.planes; i++) {
        const vec4 off = ARENA(push.features + i) / length_ - WEIGHT(from + i);
        squares += dot(off, off);
    }
    arena[push.target + at] = vec4(sqrt(squares));
}
