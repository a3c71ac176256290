/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filling the page gallery.html with pairs. */
#include "gallery.h"

#include "gallery-page.h"
#include "html.h"
#include "seed.h"
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#define RESOURCE "/biqafilter/train/gallery.html"
#define DATA "@DATA@" /* what the page's JSON takes the place of */

static const char *const scales[] = {
    [TRAIN_GALLERY_ABSOLUTE] = "absolute",
    [TRAIN_GALLERY_COMPARISON] = "comparison",
};

gboolean train_gallery_scale_parse(const char *text, TrainGalleryScale *scale, GError **error)
{
    for (guint s = 0; s < G_N_ELEMENTS(scales); s++) {
        if (!g_str_equal(text, scales[s]))
            continue;
        *scale = (TrainGalleryScale)s;
        return TRUE;
    }
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "\"%s\" is no scale: absolute or comparison",
                text);
    return FALSE;
}

/* -- which pairs --------------------------------------------------------------------------- */

typedef struct {
    guint pair, rank; /* rank: how many of its match and level come before it */
} Turn;

static int compare_turns(const void *a, const void *b)
{
    const Turn *x = a, *y = b;
    return x->rank != y->rank ? (x->rank > y->rank) - (x->rank < y->rank)
                              : (x->pair > y->pair) - (x->pair < y->pair);
}

/* Every match and level in turn. (transfer full) */
static Turn *take_turns(const TrainPairs *pairs)
{
    Turn *turns = g_new(Turn, pairs->pairs->len);
    for (guint i = 0; i < pairs->pairs->len; i++) {
        const TrainPair *pair = train_pairs_at(pairs, i), *before = i ? pair - 1 : NULL;
        const gboolean follows = before && before->level == pair->level &&
                                 g_str_equal(before->defender, pair->defender) &&
                                 g_str_equal(before->attacker, pair->attacker);
        turns[i] = (Turn){i, follows ? turns[i - 1].rank + 1 : 0};
    }
    qsort(turns, pairs->pairs->len, sizeof *turns, compare_turns);
    return turns;
}

/* -- what the page is told ----------------------------------------------------------------- */

typedef struct {
    const TrainPairs *pairs;
    const TrainGalleryParams *params;
    JsonBuilder *json;
    GChecksum *sitting; /* of all that is shown: answers are kept under it */
    GHashTable *images; /* number in pairs -> number in the page, plus 1 */
    GArray *shown;      /* guint: numbers in pairs, in the page's order */
} Page;

static void add_text(JsonBuilder *json, const char *name, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, valid);
}

static void add_number(JsonBuilder *json, const char *name, double number)
{
    json_builder_set_member_name(json, name);
    json_builder_add_double_value(json, number);
}

static guint image_of(Page *page, guint number)
{
    guint found = GPOINTER_TO_UINT(g_hash_table_lookup(page->images, GUINT_TO_POINTER(number)));
    if (!found) {
        g_array_append_val(page->shown, number);
        found = page->shown->len;
        g_hash_table_insert(page->images, GUINT_TO_POINTER(number), GUINT_TO_POINTER(found));
    }
    return found - 1;
}

/* One side of a pair: its picture, and what the two judges say of it. */
static void add_side(Page *page, const TrainPair *pair, guint which)
{
    const TrainPairImage *image = train_pairs_image(page->pairs, pair->images[which]);
    g_checksum_update(page->sitting, (const guchar *)image->file, -1);
    json_builder_begin_object(page->json);
    json_builder_set_member_name(page->json, "image");
    json_builder_add_int_value(page->json, image_of(page, pair->images[which]));
    add_number(page->json, "defended", pair->defended[which]);
    add_number(page->json, "attacked", pair->attacked[which]);
    json_builder_end_object(page->json);
}

static void add_pair(Page *page, guint i)
{
    const TrainPair *pair = train_pairs_at(page->pairs, i);
    guint64 state = train_seed(page->params->seed, 0, i);
    const guint left = train_draw(&state, 2);
    json_builder_begin_object(page->json);
    json_builder_set_member_name(page->json, "pair");
    json_builder_add_int_value(page->json, i + 1);
    add_text(page->json, "defender", pair->defender);
    add_text(page->json, "attacker", pair->attacker);
    json_builder_set_member_name(page->json, "sides");
    json_builder_begin_array(page->json);
    add_side(page, pair, left);
    add_side(page, pair, 1 - left);
    json_builder_end_array(page->json);
    json_builder_end_object(page->json);
}

static void add_pairs(Page *page, const char *name, const Turn *turns, guint n)
{
    json_builder_set_member_name(page->json, name);
    json_builder_begin_array(page->json);
    for (guint i = 0; i < n; i++)
        add_pair(page, turns[i].pair);
    json_builder_end_array(page->json);
}

static gboolean add_image(Page *page, guint number, GError **error)
{
    const TrainPairImage *image = train_pairs_image(page->pairs, number);
    g_autofree char *path = g_build_filename(page->pairs->folder, image->file, NULL);
    char *data = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &data, &size, error))
        return FALSE;
    g_autoptr(GBytes) bytes = g_bytes_new_take(data, size);
    g_autoptr(GString) uri = g_string_new(NULL);
    biqa_html_add_data(uri, "image/png", bytes);
    json_builder_begin_object(page->json);
    add_text(page->json, "file", image->file);
    add_text(page->json, "content", image->content);
    add_text(page->json, "data", uri->str);
    json_builder_end_object(page->json);
    return TRUE;
}

static gboolean add_images(Page *page, GError **error)
{
    json_builder_set_member_name(page->json, "images");
    json_builder_begin_array(page->json);
    for (guint i = 0; i < page->shown->len; i++) {
        if (!add_image(page, g_array_index(page->shown, guint, i), error))
            return FALSE;
    }
    json_builder_end_array(page->json);
    return TRUE;
}

static gboolean fill(Page *page, guint *shown, GError **error)
{
    const guint all = page->pairs->pairs->len;
    const guint examples = MIN(page->params->examples, all / 4);
    g_autofree Turn *turns = take_turns(page->pairs);
    const char *scale = scales[page->params->scale];
    *shown = MIN(page->params->pairs, all - examples);
    json_builder_begin_object(page->json);
    add_text(page->json, "scale", scale);
    g_checksum_update(page->sitting, (const guchar *)scale, -1);
    add_pairs(page, "examples", turns + all - examples, examples);
    add_pairs(page, "pairs", turns, *shown);
    add_text(page->json, "sitting", g_checksum_get_string(page->sitting));
    if (!add_images(page, error))
        return FALSE;
    json_builder_end_object(page->json);
    return TRUE;
}

/* The page with the JSON in it, in which no "<" may end its element. (transfer full) */
static char *write_page(JsonBuilder *json)
{
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autofree char *written = json_to_string(root, FALSE);
    g_auto(GStrv) parts = g_strsplit(written, "<", -1);
    g_autofree char *text = g_strjoinv("\\u003c", parts);
    g_autoptr(GBytes) template = g_resource_lookup_data(train_gallery_get_resource(), RESOURCE,
                                                        G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    const char *page = g_bytes_get_data(template, NULL), *place = strstr(page, DATA);
    g_assert(place);
    GString *out = g_string_new_len(page, place - page);
    g_string_append(out, text);
    g_string_append(out, place + strlen(DATA));
    return g_string_free(out, FALSE);
}

char *train_gallery_page(const TrainPairs *pairs, const TrainGalleryParams *params, guint *shown,
                         GError **error)
{
    if (!pairs->pairs->len) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_VALUE, "there are no pairs in \"%s\"",
                    pairs->folder);
        return NULL;
    }
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autoptr(GChecksum) sitting = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GHashTable) images = g_hash_table_new(NULL, NULL);
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(guint));
    Page page = {pairs, params, json, sitting, images, order};
    return fill(&page, shown, error) ? write_page(json) : NULL;
}
