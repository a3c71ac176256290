/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layout of activations, halos included. */
#include "arena.h"

typedef struct {
    guint top, left, bottom, right;
} Halo;

/* Zeros after n rows (columns) that a CONV's last kernel reaches into. */
static guint pad_after(const BiqaLayer *conv, guint n, guint out, guint kernel)
{
    const gint reach = (gint)((out - 1) * conv->stride + kernel) -
                       (gint)(n + biqa_layer_pad_before(conv, n, kernel));

    return (guint)MAX(reach, 0);
}

static void halo_widen(Halo *halo, const BiqaLayer *conv, BiqaShape in)
{
    halo->top = MAX(halo->top, biqa_layer_pad_before(conv, in.h, conv->kernel_h));
    halo->left = MAX(halo->left, biqa_layer_pad_before(conv, in.w, conv->kernel_w));
    halo->bottom = MAX(halo->bottom, pad_after(conv, in.h, conv->shape.h, conv->kernel_h));
    halo->right = MAX(halo->right, pad_after(conv, in.w, conv->shape.w, conv->kernel_w));
}

/* Where all maps of a height and width lie, in planes that begin at its start. */
typedef struct {
    guint h, w;
    Halo halo;   /* as wide as any reader of any map wants it */
    gsize first; /* plane that the maps of a graph may share from on */
    gsize end;   /* planes */
    gsize start; /* texel */
} Room;

static Room *find_room(GArray *rooms, BiqaShape shape)
{
    for (guint i = 0; i < rooms->len; i++) {
        Room *room = &g_array_index(rooms, Room, i);

        if (room->h == shape.h && room->w == shape.w)
            return room;
    }
    g_array_append_val(rooms, ((Room){.h = shape.h, .w = shape.w}));
    return &g_array_index(rooms, Room, rooms->len - 1);
}

static void make_rooms(const BiqaGraph *graph, GArray *rooms)
{
    for (guint i = 0; i < graph->n_layers; i++) {
        const BiqaLayer *layer = &graph->layers[i];

        find_room(rooms, layer->shape);
        if (layer->kind == BIQA_LAYER_CONV) {
            const BiqaShape in = graph->layers[layer->inputs[0]].shape;

            halo_widen(&find_room(rooms, in)->halo, layer, in);
        }
    }
}

static gboolean is_kept(const BiqaGraph *graph, guint i)
{
    const BiqaLayerKind kind = graph->layers[i].kind;

    return i == 0 || i == graph->n_layers - 1 || kind == BIQA_LAYER_POOL ||
           kind == BIQA_LAYER_LINEAR;
}

/* The last layer that reads layer i, pools not counted: they read it at once. */
static guint last_reader(const BiqaGraph *graph, guint i)
{
    guint last = i;

    for (guint k = i + 1; k < graph->n_layers; k++)
        for (guint input = 0; input < graph->layers[k].n_inputs; input++)
            if (graph->layers[k].inputs[input] == i && graph->layers[k].kind != BIQA_LAYER_POOL)
                last = k;
    return last;
}

static gsize map_planes(const BiqaVkMap *map)
{
    return (gsize)biqa_vk_planes(map->shape.c) * map->samples;
}

/* A map on its way to a place. */
typedef struct {
    guint layer, last; /* from when on and until when it is needed */
    Room *room;        /* NULL: it is kept, and placed later */
    gsize planes, at;
    gboolean placed;
} Item;

/* Whether two maps would need one plane at a time. */
static gboolean collide(const Item *a, const Item *b)
{
    return a->room == b->room && a->layer <= b->last && b->layer <= a->last &&
           a->at < b->at + b->planes && b->at < a->at + a->planes;
}

/* The lowest place where an item collides with none that has a place. */
static void place_item(Item *item, const Item *items, guint n)
{
    gboolean moved = TRUE;

    item->at = item->room->first;
    while (moved) {
        moved = FALSE;
        for (guint i = 0; i < n; i++)
            if (items[i].placed && collide(item, &items[i])) {
                item->at = items[i].at + items[i].planes;
                moved = TRUE;
            }
    }
    item->placed = TRUE;
    item->room->end = MAX(item->room->end, item->at + item->planes);
}

/* Of those without a place, NULL where there is none. */
static Item *largest_item(Item *items, guint n)
{
    Item *largest = NULL;

    for (guint i = 0; i < n; i++)
        if (items[i].room && !items[i].placed && (!largest || items[i].planes > largest->planes))
            largest = &items[i];
    return largest;
}

/* Sets all of a map but where its room begins; origin counts texels from there. */
static void place_map(BiqaVkMap *map, const Room *room, gsize plane)
{
    const gsize row = room->halo.left + room->w + room->halo.right;
    const gsize texels = row * (room->halo.top + room->h + room->halo.bottom);

    map->view = (biqa_view){.origin = plane * texels + room->halo.top * row + room->halo.left,
                            .row = row,
                            .plane = texels,
                            .sample_stride = texels * biqa_vk_planes(map->shape.c)};
}

/* The maps that share places, from each room's first plane on. Small ones fit between large ones,
 * so these come first. */
static void place_shared(const BiqaGraph *graph, GArray *rooms, BiqaVkMap *maps)
{
    const guint n = graph->n_layers;
    g_autofree Item *items = g_new0(Item, n);
    Item *item;

    for (guint i = 0; i < n; i++)
        if (!maps[i].kept)
            items[i] = (Item){.layer = i,
                              .last = last_reader(graph, i),
                              .room = find_room(rooms, maps[i].shape),
                              .planes = map_planes(&maps[i])};
    while ((item = largest_item(items, n))) {
        place_item(item, items, n);
        place_map(&maps[item->layer], item->room, item->at);
    }
}

/* Those that do not, behind them, from layer first on. */
static void place_kept(const BiqaGraph *graph, guint first, GArray *rooms, BiqaVkMap *maps)
{
    for (guint i = first; i < graph->n_layers; i++) {
        Room *room = find_room(rooms, maps[i].shape);

        if (!maps[i].kept)
            continue;
        place_map(&maps[i], room, room->end);
        room->end += map_planes(&maps[i]);
    }
}

static void start_rooms(GArray *rooms, gsize *end)
{
    for (guint i = 0; i < rooms->len; i++) {
        Room *room = &g_array_index(rooms, Room, i);
        const gsize row = room->halo.left + room->w + room->halo.right;

        room->start = *end;
        *end += room->end * row * (room->halo.top + room->h + room->halo.bottom);
    }
}

static void list_maps(const BiqaGraph *graph, guint samples, BiqaVkSharing sharing, BiqaVkMap *maps)
{
    for (guint i = 0; i < graph->n_layers; i++)
        maps[i] = (BiqaVkMap){.shape = graph->layers[i].shape,
                              .samples = samples,
                              .kept = sharing == BIQA_VK_APART || is_kept(graph, i)};
}

void biqa_vk_arena_place(const BiqaGraph *const *graphs, guint n, BiqaVkSharing sharing,
                         guint samples, gsize *end, BiqaVkMap *const *maps)
{
    g_autoptr(GArray) rooms = g_array_new(FALSE, FALSE, sizeof(Room));

    for (guint g = 0; g < n; g++) {
        list_maps(graphs[g], samples, sharing, maps[g]);
        make_rooms(graphs[g], rooms);
    }
    for (guint g = 0; g < n; g++) {
        for (guint i = 0; sharing == BIQA_VK_TOGETHER && i < rooms->len; i++)
            g_array_index(rooms, Room, i).first = g_array_index(rooms, Room, i).end;
        place_shared(graphs[g], rooms, maps[g]);
    }
    for (guint g = 0; g < n; g++)
        place_kept(graphs[g], g == 0 ? 0 : 1, rooms, maps[g]);
    start_rooms(rooms, end);
    for (guint g = 0; g < n; g++) {
        for (guint i = 0; i < graphs[g]->n_layers; i++)
            maps[g][i].view.origin += find_room(rooms, maps[g][i].shape)->start;
        maps[g][0] = maps[0][0];
    }
}

gsize biqa_vk_arena_slack(const BiqaVkMap *maps, guint n_maps)
{
    gsize longest = 0;

    for (guint i = 0; i < n_maps; i++)
        longest = MAX(longest, maps[i].view.row);
    return (longest + BIQA_MAX_OVERREAD) * BIQA_MAX_OVERREAD;
}

uint32_t biqa_vk_map_corner(const BiqaVkMap *map, guint pad_top, guint pad_left)
{
    return map->view.origin - pad_top * map->view.row - pad_left;
}
