#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a frame of any layout to crops of one reduction: biqa/preprocess.h. */
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "interface.h"

layout(local_size_x = BIQA_TILE, local_size_y = BIQA_TILE) in;
layout(constant_id = BIQA_ID_WIDE) const uint WIDE = 0;
layout(constant_id = BIQA_ID_MIRROR) const uint MIRROR = 0;
layout(constant_id = BIQA_ID_REDUCE) const int REDUCE = 0;
layout(constant_id = BIQA_ID_WORDS) const uint WORDS = 3;
layout(constant_id = BIQA_ID_CELL_W) const int CELL_W = 1;
layout(constant_id = BIQA_ID_CELL_H) const int CELL_H = 1;
const int CELL = CELL_W * CELL_H;

layout(binding = BIQA_BIND_ARENA, std430) writeonly buffer Arena { vec4 arena[]; };
#ifdef BIQA_TEXELS
layout(binding = BIQA_BIND_FRAME_TEXELS) uniform usamplerBuffer frame_texels;
#define FRAME(i) texelFetch(frame_texels, int(i)).x
#else
layout(binding = BIQA_BIND_FRAME, std430) readonly buffer Frame { uint frame[]; };
#define FRAME(i) frame[i]
#endif
layout(binding = BIQA_BIND_PICTURE, std140) uniform Picture { biqa_picture block; };
layout(push_constant, std430) uniform Push { biqa_preprocess_push push; };

biqa_picture picture; /* read once, outside of loops */

/* biqa_mirror() */
int mirror(int i, int n)
{
    if (MIRROR == 0)
        return i;
    const int k = i < 0 ? 2 * n - 1 - (-i - 1) % (2 * n) : i % (2 * n);
    return k < n ? k : 2 * n - 1 - k;
}

/* A component of a pixel; word is what was read for the one before, and may hold this one, too. */
float component(uint c, ivec2 at, inout uint word)
{
    const biqa_component part = picture.components[c];
    const uint x = uint(mirror(at.x, int(picture.width))), y = uint(mirror(at.y, int(picture.height)));
    const uint byte = part.base + (y >> part.shift_y) * part.row + (x >> part.shift_x) * part.step;

    if (c < WORDS)
        word = FRAME(byte / 4);
    const uint bits = word >> (byte % 4 * 8);
    return float((WIDE != 0 ? bits & 0xffff : bits & 0xff) >> picture.shift);
}

/* The sum of the pixels of a cell. */
vec3 cell(ivec2 first)
{
    const vec3 scale = vec3(picture.matrix[0].x, picture.matrix[1].x, picture.matrix[2].x);
    float own[CELL];
    uint word = 0;
    vec4 shared_ = vec4(0, 0, 0, 1);
    vec3 sum = vec3(0);

    [[unroll]] for (int i = 0; i < CELL; i++)
        own[i] = component(0, first + ivec2(i % CELL_W, i / CELL_W), word);
    shared_.y = component(1, first, word);
    shared_.z = component(2, first, word);
    const vec3 tint = vec3(dot(picture.matrix[0], shared_), dot(picture.matrix[1], shared_),
                           dot(picture.matrix[2], shared_));
    [[unroll]] for (int i = 0; i < CELL; i++)
        sum += clamp(own[i] * scale + tint, 0., 255.);
    return sum;
}

void main()
{
    const ivec2 at = ivec2(min(gl_GlobalInvocationID.xy, uvec2(push.size - 1)));
    const uint crop = push.first + gl_WorkGroupID.z;
    picture = block;
    const ivec4 place = block.places[crop];
    const int reduce = REDUCE > 0 ? REDUCE : place.z;
    const ivec2 first = place.xy + at * reduce;
    vec3 sum = vec3(0);

    if (REDUCE > 0)
        [[unroll]] for (int y = 0; y < REDUCE; y += CELL_H)
            [[unroll]] for (int x = 0; x < REDUCE; x += CELL_W)
                sum += cell(first + ivec2(x, y));
    else
        for (int y = 0; y < reduce; y++)
            for (int x = 0; x < reduce; x++)
                sum += cell(first + ivec2(x, y));
    const vec3 mean = sum / float(reduce * reduce);
    if (gl_GlobalInvocationID.x < push.size && gl_GlobalInvocationID.y < push.size)
        arena[push.target.origin + crop * push.target.sample_stride + at.y * push.target.row +
              at.x] = vec4((mean - picture.mean.xyz) / picture.deviation.xyz, 0);
}
