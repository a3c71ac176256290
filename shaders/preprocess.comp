#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a frame of any layout to the crops a model asks for: biqa/preprocess.h. */
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "interface.h"

layout(local_size_x = BIQA_TILE, local_size_y = BIQA_TILE) in;
layout(constant_id = BIQA_ID_WIDE) const uint WIDE = 0;
layout(constant_id = BIQA_ID_MIRROR) const uint MIRROR = 0;
layout(constant_id = BIQA_ID_REDUCE) const int REDUCE = 0;
layout(constant_id = BIQA_ID_WORDS) const uint WORDS = 3;

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

float component(uint word, uint byte)
{
    const uint bits = word >> (byte % 4 * 8);

    return float((WIDE != 0 ? bits & 0xffff : bits & 0xff) >> picture.shift);
}

vec3 colour(int u, int v)
{
    const uint x = uint(mirror(u, int(picture.width))), y = uint(mirror(v, int(picture.height)));
    uint bytes[3], words[3];
    vec4 s = vec4(1);

    [[unroll]] for (uint c = 0; c < 3; c++) {
        const biqa_component at = picture.components[c];
        bytes[c] = at.base + (y >> at.shift_y) * at.row + (x >> at.shift_x) * at.step;
        words[c] = c < WORDS ? FRAME(bytes[c] / 4) : words[WORDS - 1];
        s[c] = component(words[c], bytes[c]);
    }
    return clamp(vec3(dot(picture.matrix[0], s), dot(picture.matrix[1], s),
                      dot(picture.matrix[2], s)), 0., 255.);
}

void main()
{
    const ivec2 at = ivec2(min(gl_GlobalInvocationID.xy, uvec2(push.size - 1)));
    const uint crop = gl_WorkGroupID.z;
    picture = block;
    const ivec4 place = block.places[crop];
    const int reduce = REDUCE > 0 ? REDUCE : place.z;
    const ivec2 first = place.xy + at * reduce;
    vec3 sum = vec3(0);

    if (REDUCE > 0)
        [[unroll]] for (int i = 0; i < REDUCE * REDUCE; i++)
            sum += colour(first.x + i % REDUCE, first.y + i / REDUCE);
    else
        for (int dy = 0; dy < reduce; dy++)
            for (int dx = 0; dx < reduce; dx++)
                sum += colour(first.x + dx, first.y + dy);
    const vec3 mean = sum / float(reduce * reduce);
    if (gl_GlobalInvocationID.x < push.size && gl_GlobalInvocationID.y < push.size)
        arena[push.target.origin + crop * push.target.sample_stride + at.y * push.target.row +
              at.x] = vec4((mean - picture.mean.xyz) / picture.deviation.xyz, 0);
}
