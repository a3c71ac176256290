/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What both transforms of a Winograd layer have in common: an invocation works on four channels of
 * a tile. */
#extension GL_GOOGLE_include_directive : require
#include "arena.glsl"
#include "pixel.glsl"

layout(local_size_x = BIQA_LINE) in;
layout(push_constant, std430) uniform Push { biqa_winograd_push push; };

const uint TILE = BIQA_WINOGRAD_TILE, SIDE = BIQA_WINOGRAD_SIDE;
const float NEAR = BIQA_WINOGRAD_NEAR, FAR = BIQA_WINOGRAD_FAR;

/* Rows of a patch of the map, or of components; transformed in place. */
vec4 values[SIDE * SIDE];

struct Lane {
    uint texel; /* of its first component */
    uint plane, n;
    uint x, y; /* of its tile's first output */
};

/* Surplus lanes work on the last tile again. */
Lane find_lane()
{
    Lane lane;
    const uint at = min(gl_GlobalInvocationID.x, push.tiles * push.planes - 1);

    lane.plane = quotient(at, push.inverse_tiles);
    const uint number = at - lane.plane * push.tiles, tile = push.first + number;
    const uint row = quotient(tile, push.inverse_wide);
    lane.n = quotient(row, push.inverse_high);
    lane.x = TILE * (tile - row * push.wide);
    lane.y = TILE * (row - lane.n * push.high);
    lane.texel = view_texel(push.components, number, 0, lane.plane, 0);
    return lane;
}
