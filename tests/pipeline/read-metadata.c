/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* examples/read-metadata.py as a user runs it: what Python reads of buffers and messages by
 * introspection is what the element says. */
#include <glib.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/wait.h>

#define FRAMES 5 /* of the example's test source */

static gboolean run(const char *const *words, char **out)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *err = NULL;
    int status;

    g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_DEFAULT, NULL, NULL, out, &err, &status,
                 &error);
    g_assert_no_error(error);
    if (*err)
        g_test_message("%s", err);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* (transfer full) */
static JsonNode *parse(const char *line)
{
    g_autoptr(GError) error = NULL;
    JsonNode *node = json_from_string(line, &error);

    g_assert_no_error(error);
    return node;
}

static void check_map(JsonObject *object)
{
    JsonArray *map = json_object_get_array_member(object, "map");

    g_assert_cmpint(json_object_get_int_member(object, "map-width"), ==, 4);
    g_assert_cmpint(json_object_get_int_member(object, "map-height"), ==, 3);
    g_assert_cmpuint(json_array_get_length(map), ==, 12);
    for (guint i = 0; i < 12; i++) {
        g_assert_cmpfloat(json_array_get_double_element(map, i), >=, 0);
        g_assert_cmpfloat(json_array_get_double_element(map, i), <=, 100);
    }
}

/* A frame's metadata and its message are the same but for where they come from. */
static void check_pair(const char *buffer, const char *message, guint frame)
{
    g_autoptr(JsonNode) one = parse(buffer);
    g_autoptr(JsonNode) other = parse(message);
    JsonObject *object = json_node_get_object(one);

    g_assert_cmpint(json_object_get_int_member(object, "frame"), ==, frame);
    g_assert_cmpstr(json_object_get_string_member(object, "origin"), ==, "inferred");
    g_assert_cmpfloat(json_object_get_double_member(object, "score"), >, 0);
    g_assert_true(json_object_has_member(object, "hard"));
    g_assert_cmpint(json_object_get_int_member(object, "timestamp") / 1000000, ==,
                    1000 * frame / 30);
    check_map(object);
    g_assert_cmpstr(json_object_get_string_member(object, "from"), ==, "buffer");
    g_assert_cmpstr(json_object_get_string_member(json_node_get_object(other), "from"), ==, "biqa");
    json_object_remove_member(object, "from");
    json_object_remove_member(json_node_get_object(other), "from");
    g_assert_true(json_node_equal(one, other));
}

static void test_lines(void)
{
    const char *const has_gi[] = {"/usr/bin/python3", "-c",
                                  "import gi; gi.require_version('Gst', '1.0')", NULL};
    const char *const example[] = {g_getenv("READ_METADATA"), "test", "backend=cpu", "map=true",
                                   NULL};
    g_autofree char *out = NULL;
    g_autoptr(GPtrArray) buffers = g_ptr_array_new();
    g_autoptr(GPtrArray) messages = g_ptr_array_new();
    g_auto(GStrv) lines = NULL;

    if (!g_file_test(has_gi[0], G_FILE_TEST_EXISTS) || !run(has_gi, &out)) {
        g_test_skip("Debian's python3-gi and gir1.2-gstreamer-1.0 are not installed");
        return;
    }
    g_clear_pointer(&out, g_free);
    g_assert_true(run(example, &out));
    lines = g_strsplit(g_strchomp(out), "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (strstr(lines[i], "\"from\": \"buffer\""))
            g_ptr_array_add(buffers, lines[i]);
        else if (strstr(lines[i], "\"from\": \"biqa\""))
            g_ptr_array_add(messages, lines[i]);
    }
    g_assert_cmpuint(buffers->len, ==, FRAMES);
    g_assert_cmpuint(messages->len, ==, FRAMES);
    for (guint i = 0; i < FRAMES; i++)
        check_pair(buffers->pdata[i], messages->pdata[i], i);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/read-metadata/lines", test_lines);
    return g_test_run();
}
