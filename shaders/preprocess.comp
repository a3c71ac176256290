#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a frame of any layout to the crops a model asks for: biqa/preprocess.h. */
#extension GL_GOOGLE_include_directive : require
#include "interface.h"

layout(local_size_x = BIQA_TILE, local_size_y = BIQA_TILE) in;
layout(constant_id = BIQA_ID_WIDE) const uint WIDE = 0;
layout(constant_id = BIQA_ID_MIRROR) const uint MIRROR = 0;

layout(binding = BIQA_BIND_ARENA, std430) writeonly buffer Arena { vec4 arena[]; };
#ifdef BIQA_TEXELS
layout(binding = BIQA_BIND_FRAME_TEXELS) uniform usamplerBuffer frame_texels;
#define FRAME(i) texelFetch(frame_texels, int(i)).x
#else
layout(binding = BIQA_BIND_FRAME, std430) readonly buffer Frame { uint frame[]; };
#define FRAME(i) frame[i]
#endif
layout(binding = BIQA_BIND_PICTURE, std140) uniform Picture { biqa_picture picture; };
layout(push_constant, std430) uniform Push { biqa_preprocess_push push; };

/* biqa_mirror() */
int mirror(int i, int n)
{
    if (MIRROR == 0)
        return i;
    const int k = i < 0 ? 2 * n - 1 - (-i - 1) % (2 * n) : i % (2 * n);
    return k < n ? k : 2 * n - 1 - k;
}

float component(uint c, uint x, uint y)
{
    const biqa_component at = picture.components[c];
    const uint byte = at.base + (y >> at.shift_y) * at.row + (x >> at.shift_x) * at.step;
    const uint word = FRAME(byte / 4) >> (byte % 4 * 8);

    return float((WIDE != 0 ? word & 0xffff : word & 0xff) >> picture.shift);
}

vec3 colour(uint x, uint y)
{
    const vec4 s = vec4(component(0, x, y), component(1, x, y), component(2, x, y), 1);
    const vec3 rgb = vec3(dot(picture.matrix[0], s), dot(picture.matrix[1], s),
                          dot(picture.matrix[2], s));

    return clamp(rgb, 0., 255.);
}

void main()
{
    const uint u = gl_GlobalInvocationID.x, v = gl_GlobalInvocationID.y;
    const ivec4 place = picture.places[gl_WorkGroupID.z];
    const int reduce = place.z;
    vec3 sum = vec3(0);

    if (u >= push.size || v >= push.size)
        return;
    for (int dy = 0; dy < reduce; dy++) {
        const int y = mirror(place.y + int(v) * reduce + dy, int(picture.height));
        for (int dx = 0; dx < reduce; dx++) {
            const int x = mirror(place.x + int(u) * reduce + dx, int(picture.width));
            sum += colour(uint(x), uint(y));
        }
    }
    const vec3 mean = sum / float(reduce * reduce);
    arena[push.target.origin + gl_WorkGroupID.z * push.target.sample_stride + v * push.target.row + u] =
        vec4((mean - picture.mean.xyz) / picture.deviation.xyz, 0);
}
