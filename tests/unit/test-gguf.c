/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GGUF reader and writer: what goes in comes out, and nothing else gets in. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "full-disk.h"
#include "gguf.h"
#include "malformed.h"
#include "support.h"

static const guint64 dims_a[] = {5}, dims_b[] = {3, 2, 1, 2};
static const float values_a[] = {0, -1.5f, 3e38f, 1e-40f, 2};
static const float values_b[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

/* One key of every type the writer has, two tensors. */
static BiqaGgufWriter *sample_writer(void)
{
    static const char *const texts[] = {"", "b\xc3\xa9ta"};
    static const guint uints[] = {0, 7, G_MAXUINT32};
    static const float floats[] = {-.5f, INFINITY};
    BiqaGgufWriter *writer = biqa_gguf_writer_new();

    biqa_gguf_put_string(writer, "text", "some text");
    biqa_gguf_put_uint(writer, "small", G_MAXUINT32);
    biqa_gguf_put_uint(writer, "large", G_GUINT64_CONSTANT(1) << 32);
    biqa_gguf_put_float(writer, "float", .1f);
    biqa_gguf_put_double(writer, "double", .1);
    biqa_gguf_put_bool(writer, "yes", 2);
    biqa_gguf_put_bool(writer, "no", FALSE);
    biqa_gguf_put_strings(writer, "texts", texts, G_N_ELEMENTS(texts));
    biqa_gguf_put_strings(writer, "no texts", NULL, 0);
    biqa_gguf_put_uints(writer, "uints", uints, G_N_ELEMENTS(uints));
    biqa_gguf_put_floats(writer, "floats", floats, G_N_ELEMENTS(floats));
    biqa_gguf_put_tensor(writer, "a", dims_a, 1, values_a);
    biqa_gguf_put_tensor(writer, "b", dims_b, 4, values_b);
    return writer;
}

static BiqaGguf *sample(void)
{
    g_autoptr(BiqaGgufWriter) writer = sample_writer();
    g_autoptr(GBytes) bytes = biqa_gguf_writer_bytes(writer);
    g_autoptr(GError) error = NULL;
    BiqaGguf *gguf = biqa_gguf_parse(bytes, "sample", &error);

    g_assert_no_error(error);
    return gguf;
}

static void test_single_values(void)
{
    g_autoptr(BiqaGguf) gguf = sample();
    const char *text = NULL;
    guint64 number = 0;
    double real = 0;
    gboolean truth = FALSE;

    g_assert_true(biqa_gguf_get_string(gguf, "text", &text, NULL));
    g_assert_cmpstr(text, ==, "some text");
    g_assert_true(biqa_gguf_get_uint(gguf, "small", &number, NULL));
    g_assert_cmpuint(number, ==, G_MAXUINT32);
    g_assert_true(biqa_gguf_get_uint(gguf, "large", &number, NULL));
    g_assert_cmpuint(number, ==, G_GUINT64_CONSTANT(1) << 32);
    g_assert_true(biqa_gguf_get_double(gguf, "float", &real, NULL));
    g_assert_cmpfloat(real, ==, .1f);
    g_assert_true(biqa_gguf_get_double(gguf, "double", &real, NULL));
    g_assert_cmpfloat(real, ==, .1);
    g_assert_true(biqa_gguf_get_bool(gguf, "yes", &truth, NULL));
    g_assert_cmpint(truth, ==, TRUE);
    g_assert_true(biqa_gguf_get_bool(gguf, "no", &truth, NULL));
    g_assert_cmpint(truth, ==, FALSE);
    g_assert_true(biqa_gguf_get_uint(gguf, "general.alignment", &number, NULL));
    g_assert_cmpuint(number, ==, 32);
    g_assert_true(biqa_gguf_has(gguf, "text"));
    g_assert_false(biqa_gguf_has(gguf, "tex"));
}

static void test_arrays(void)
{
    g_autoptr(BiqaGguf) gguf = sample();
    const char *const *texts = NULL;
    g_autofree guint64 *uints = NULL;
    g_autofree double *reals = NULL;
    gsize n = 9;

    g_assert_true(biqa_gguf_get_strings(gguf, "texts", &texts, &n, NULL));
    g_assert_cmpuint(n, ==, 2);
    g_assert_cmpstr(texts[0], ==, "");
    g_assert_cmpstr(texts[1], ==, "b\xc3\xa9ta");
    g_assert_null(texts[2]);
    g_assert_true(biqa_gguf_get_strings(gguf, "no texts", &texts, &n, NULL));
    g_assert_cmpuint(n, ==, 0);
    g_assert_null(texts[0]);
    g_assert_true(biqa_gguf_get_uints(gguf, "uints", &uints, &n, NULL));
    g_assert_cmpuint(n, ==, 3);
    g_assert_cmpuint(uints[1], ==, 7);
    g_assert_cmpuint(uints[2], ==, G_MAXUINT32);
    g_assert_true(biqa_gguf_get_doubles(gguf, "floats", &reals, &n, NULL));
    g_assert_cmpuint(n, ==, 2);
    g_assert_cmpfloat(reals[0], ==, -.5);
    g_assert_true(isinf(reals[1]));
}

static void test_tensors(void)
{
    g_autoptr(BiqaGguf) gguf = sample();
    const BiqaGgufTensor *a = biqa_gguf_tensor(gguf, "a"), *b = biqa_gguf_tensor(gguf, "b");

    g_assert_cmpuint(biqa_gguf_n_tensors(gguf), ==, 2);
    g_assert_true(a == biqa_gguf_tensor_at(gguf, 0) && b == biqa_gguf_tensor_at(gguf, 1));
    g_assert_null(biqa_gguf_tensor(gguf, "c"));
    g_assert_cmpstr(b->name, ==, "b");
    g_assert_cmpuint(a->n_dims, ==, 1);
    g_assert_cmpmem(a->data, a->count * sizeof(float), values_a, sizeof(values_a));
    g_assert_cmpuint(b->n_dims, ==, 4);
    g_assert_cmpmem(b->dims, sizeof(b->dims), dims_b, sizeof(dims_b));
    g_assert_cmpmem(b->data, b->count * sizeof(float), values_b, sizeof(values_b));
}

/* Every getter on a key of another type, of the other rank, and on none. */
static void test_wrong_types(void)
{
    static const struct {
        const char *key, *word;
    } cases[] = {
        {"absent", "'absent' is missing"},
        {"yes", "'yes' is of type bool"},
        {"no texts", "string array"},
        {"uints", "uint32 array"},
    };
    g_autoptr(BiqaGguf) gguf = sample();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *key = cases[i].key, *text;
        g_autoptr(GError) no_string = NULL, no_uint = NULL, no_double = NULL, no_doubles = NULL;
        g_autofree double *reals = NULL;
        guint64 number;
        double real;
        gsize n;

        g_assert_false(biqa_gguf_get_string(gguf, key, &text, &no_string));
        assert_refused(no_string, BIQA_ERROR_FORMAT, cases[i].word);
        g_assert_false(biqa_gguf_get_uint(gguf, key, &number, &no_uint));
        assert_refused(no_uint, BIQA_ERROR_FORMAT, cases[i].word);
        g_assert_false(biqa_gguf_get_double(gguf, key, &real, &no_double));
        assert_refused(no_double, BIQA_ERROR_FORMAT, cases[i].word);
        g_assert_false(biqa_gguf_get_doubles(gguf, key, &reals, &n, &no_doubles));
        assert_refused(no_doubles, BIQA_ERROR_FORMAT, cases[i].word);
    }
}

static void test_scalar_is_no_array(void)
{
    g_autoptr(BiqaGguf) gguf = sample();
    g_autoptr(GError) no_uints = NULL, no_strings = NULL, no_bool = NULL;
    g_autofree guint64 *uints = NULL;
    const char *const *texts;
    gboolean truth;
    gsize n;

    g_assert_false(biqa_gguf_get_uints(gguf, "small", &uints, &n, &no_uints));
    assert_refused(no_uints, BIQA_ERROR_FORMAT, "uint32, not integer array");
    g_assert_false(biqa_gguf_get_strings(gguf, "text", &texts, &n, &no_strings));
    assert_refused(no_strings, BIQA_ERROR_FORMAT, "string, not string array");
    g_assert_false(biqa_gguf_get_bool(gguf, "small", &truth, &no_bool));
    assert_refused(no_bool, BIQA_ERROR_FORMAT, "uint32, not bool");
}

/* An array of two values of a type the writer does not have: one, and all bits set. */
static GBytes *integers(guint32 type, gsize size)
{
    static const guint8 start[] = {'G', 'G', 'U', 'F', 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  1,
                                   0,   0,   0,   0,   0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 'k'};
    const guint32 array = 9;
    const guint64 n = 2, one = 1, ones = G_MAXUINT64;
    GByteArray *file = g_byte_array_new();

    g_byte_array_append(file, start, sizeof(start));
    g_byte_array_append(file, (const guint8 *)&array, sizeof(array));
    g_byte_array_append(file, (const guint8 *)&type, sizeof(type));
    g_byte_array_append(file, (const guint8 *)&n, sizeof(n));
    g_byte_array_append(file, (const guint8 *)&one, size);
    g_byte_array_append(file, (const guint8 *)&ones, size);
    return g_byte_array_free_to_bytes(file);
}

static void test_integer_types(void)
{
    static const struct {
        guint32 type;
        gsize size;
        guint64 max; /* 0: signed */
    } cases[] = {{0, 1, G_MAXUINT8},  {1, 1, 0}, {2, 2, G_MAXUINT16},  {3, 2, 0},
                 {4, 4, G_MAXUINT32}, {5, 4, 0}, {10, 8, G_MAXUINT64}, {11, 8, 0}};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) bytes = integers(cases[i].type, cases[i].size);
        g_autoptr(BiqaGguf) gguf = biqa_gguf_parse(bytes, "integers", NULL);
        g_autoptr(GError) error = NULL;
        g_autofree guint64 *values = NULL;
        gsize n;

        g_test_message("type %u", cases[i].type);
        g_assert_nonnull(gguf);
        if (!cases[i].max) {
            g_assert_false(biqa_gguf_get_uints(gguf, "k", &values, &n, &error));
            assert_refused(error, BIQA_ERROR_VALUE, "'k' holds a negative number");
            continue;
        }
        g_assert_true(biqa_gguf_get_uints(gguf, "k", &values, &n, NULL));
        g_assert_cmpuint(n, ==, 2);
        g_assert_cmpuint(values[0], ==, 1);
        g_assert_cmpuint(values[1], ==, cases[i].max);
    }
}

/* The smallest alignment there is, in a file whose tensor would be elsewhere with the default. */
static void test_alignment(void)
{
    g_autoptr(BiqaGgufWriter) writer = biqa_gguf_writer_new();
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(BiqaGguf) gguf = NULL;
    g_autoptr(GError) error = NULL;
    guint8 *file;
    gsize size, data;

    biqa_gguf_put_string(writer, "pad", "");
    biqa_gguf_put_tensor(writer, "a", dims_a, 1, values_a);
    bytes = biqa_gguf_writer_bytes(writer);
    file = g_bytes_unref_to_data(g_steal_pointer(&bytes), &size);
    /* The head ends where tensor "a"'s offset does: magic, version, counts (24); the alignment key
     * (8 + 17 + 4 + 4); "pad" (8 + 3 + 4 + 8); the tensor (8 + 1 + 4 + 8 + 4 + 8). */
    data = 24 + 33 + 23 + 33;
    g_assert_cmpuint(size, ==, 128 + 32);
    file[24 + 8 + 17 + 4] = 8;
    memmove(file + ((data + 7) & ~7u), file + 128, sizeof(values_a));
    bytes = g_bytes_new_take(file, ((data + 7) & ~7u) + sizeof(values_a));
    gguf = biqa_gguf_parse(bytes, "aligned", &error);
    g_assert_no_error(error);
    g_assert_cmpmem(biqa_gguf_tensor(gguf, "a")->data, sizeof(values_a), values_a,
                    sizeof(values_a));
}

/* Memory that begins at any address. */
static void test_unaligned_memory(void)
{
    g_autoptr(BiqaGgufWriter) writer = sample_writer();
    g_autoptr(GBytes) bytes = biqa_gguf_writer_bytes(writer);
    gsize size = g_bytes_get_size(bytes);
    g_autofree guint8 *memory = g_malloc(size + 3);

    for (guint shift = 1; shift <= 3; shift++) {
        g_autoptr(GBytes) moved = g_bytes_new_static(memory + shift, size);
        g_autoptr(BiqaGguf) gguf = NULL;

        memcpy(memory + shift, g_bytes_get_data(bytes, NULL), size);
        gguf = biqa_gguf_parse(moved, "moved", NULL);
        g_assert_nonnull(gguf);
        g_assert_cmpuint((guintptr)biqa_gguf_tensor(gguf, "b")->data % sizeof(float), ==, 0);
        g_assert_cmpmem(biqa_gguf_tensor(gguf, "b")->data, sizeof(values_b), values_b,
                        sizeof(values_b));
    }
}

/* Text from outside may be anything; the file is readable all the same. */
static void test_text_is_mended(void)
{
    g_autoptr(BiqaGgufWriter) writer = biqa_gguf_writer_new();
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(BiqaGguf) gguf = NULL;
    const char *text = NULL;

    biqa_gguf_put_string(writer, "text", "caf\xe9");
    bytes = biqa_gguf_writer_bytes(writer);
    gguf = biqa_gguf_parse(bytes, "mended", NULL);
    g_assert_nonnull(gguf);
    g_assert_true(biqa_gguf_get_string(gguf, "text", &text, NULL));
    g_assert_cmpstr(text, ==, "caf\xef\xbf\xbd");
}

static void test_malformed(void)
{
    g_autoptr(GArray) list = malformed_ggufs();

    for (guint i = 0; i < list->len; i++) {
        const Malformed *item = &g_array_index(list, Malformed, i);
        g_autoptr(GError) error = NULL;

        g_test_message("%s", item->name);
        g_assert_null(biqa_gguf_parse(item->bytes, "x.gguf", &error));
        assert_refused(error, item->code, item->word);
        g_assert_true(g_str_has_prefix(error->message, "x.gguf: "));
    }
}

/* A file cut anywhere before its last value is refused; after it lies only padding. */
static void test_truncated(void)
{
    g_autoptr(BiqaGgufWriter) writer = sample_writer();
    g_autoptr(GBytes) bytes = biqa_gguf_writer_bytes(writer);
    const gsize size = g_bytes_get_size(bytes);
    const gsize padding = -sizeof(values_b) & 31;

    for (gsize cut = 0; cut < size; cut++) {
        /* A copy, so that a sanitizer sees a read past the end. */
        g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(bytes, NULL), cut);
        g_autoptr(GBytes) part = g_bytes_new_static(copy, cut);
        g_autoptr(GError) error = NULL;
        g_autoptr(BiqaGguf) gguf = biqa_gguf_parse(part, "part", &error);

        g_test_message("cut to %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, cut, size);
        if (cut < size - padding) {
            g_assert_null(gguf);
            assert_refused(error, BIQA_ERROR_FORMAT, "truncated");
        } else {
            g_assert_nonnull(gguf);
        }
    }
}

static void test_open(void)
{
    g_autoptr(BiqaGgufWriter) writer = sample_writer();
    g_autofree char *folder = g_dir_make_tmp("gguf-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "sample.gguf", NULL);
    g_autoptr(BiqaGguf) gguf = NULL;
    g_autoptr(GError) error = NULL, absent = NULL, no_file = NULL;

    g_assert_true(biqa_gguf_writer_save(writer, path, &error));
    g_assert_no_error(error);
    gguf = biqa_gguf_open(path, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(biqa_gguf_tensor(gguf, "b")->data, sizeof(values_b), values_b,
                    sizeof(values_b));
    g_unlink(path);
    g_assert_null(biqa_gguf_open(path, &absent));
    assert_refused(absent, BIQA_ERROR_FILE, path);
    g_assert_null(biqa_gguf_open(folder, &no_file));
    assert_refused(no_file, BIQA_ERROR_FILE, "not a regular file");
    g_rmdir(folder);
}

static guint count_files(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    guint n = 0;

    while (g_dir_read_name(dir))
        n++;
    return n;
}

/* No room for the new file: the old one stays, alone. */
static void test_save_without_room(void)
{
    g_autoptr(BiqaGgufWriter) writer = sample_writer();
    g_autofree char *folder = g_dir_make_tmp("gguf-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "sample.gguf", NULL);
    g_autofree char *contents = NULL;
    g_autoptr(GError) error = NULL, no_folder = NULL;
    gsize size;

    g_assert_true(g_file_set_contents(path, "the old file", -1, NULL));
    full_disk_begin(64);
    g_assert_false(biqa_gguf_writer_save(writer, path, &error));
    full_disk_end();
    assert_refused(error, BIQA_ERROR_FILE, path);
    g_assert_true(g_file_get_contents(path, &contents, &size, NULL));
    g_assert_cmpstr(contents, ==, "the old file");
    g_assert_cmpuint(count_files(folder), ==, 1);
    g_unlink(path);
    g_rmdir(folder);
    g_assert_false(biqa_gguf_writer_save(writer, path, &no_folder));
    assert_refused(no_folder, BIQA_ERROR_FILE, path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gguf/single-values", test_single_values);
    g_test_add_func("/gguf/arrays", test_arrays);
    g_test_add_func("/gguf/tensors", test_tensors);
    g_test_add_func("/gguf/wrong-types", test_wrong_types);
    g_test_add_func("/gguf/scalar-is-no-array", test_scalar_is_no_array);
    g_test_add_func("/gguf/integer-types", test_integer_types);
    g_test_add_func("/gguf/alignment", test_alignment);
    g_test_add_func("/gguf/unaligned-memory", test_unaligned_memory);
    g_test_add_func("/gguf/text-is-mended", test_text_is_mended);
    g_test_add_func("/gguf/malformed", test_malformed);
    g_test_add_func("/gguf/truncated", test_truncated);
    g_test_add_func("/gguf/open", test_open);
    g_test_add_func("/gguf/save-without-room", test_save_without_room);
    return g_test_run();
}
