/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mat.h"

#include <matio.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(matvar_t, Mat_VarFree)

static void *fail(const char *path, const char *name, GError **error, const char *why)
{
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT, "\"%s\", variable %s: %s", path, name, why);
    return NULL;
}

static matvar_t *read_variable(const char *path, const char *name, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FILE, "there is no file \"%s\"", path);
        return NULL;
    }
    mat_t *file = Mat_Open(path, MAT_ACC_RDONLY);
    if (!file) {
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT,
                    "\"%s\" is no MATLAB file, or cut off: download it again", path);
        return NULL;
    }
    matvar_t *variable = Mat_VarRead(file, name);
    Mat_Close(file);
    return variable ? variable : fail(path, name, error, "it is not in the file, or damaged");
}

/* One element of each kind of number. */
#define GET(suffix, type)                                                                          \
    static double get_##suffix(const void *data, gsize i)                                          \
    {                                                                                              \
        return (double)((const type *)data)[i];                                                    \
    }
GET(double, double)
GET(single, float)
GET(int8, gint8)
GET(uint8, guint8)
GET(int16, gint16)
GET(uint16, guint16)
GET(int32, gint32)
GET(uint32, guint32)

static const struct {
    enum matio_types type;
    gsize size;
    double (*get)(const void *data, gsize i);
} numbers[] = {
    {MAT_T_DOUBLE, sizeof(double), get_double}, {MAT_T_SINGLE, sizeof(float), get_single},
    {MAT_T_INT8, sizeof(gint8), get_int8},      {MAT_T_UINT8, sizeof(guint8), get_uint8},
    {MAT_T_INT16, sizeof(gint16), get_int16},   {MAT_T_UINT16, sizeof(guint16), get_uint16},
    {MAT_T_INT32, sizeof(gint32), get_int32},   {MAT_T_UINT32, sizeof(guint32), get_uint32},
};

static gboolean is_numeric(const matvar_t *variable)
{
    return variable->data && !variable->isComplex && variable->class_type >= MAT_C_DOUBLE &&
           variable->class_type <= MAT_C_UINT64;
}

double *train_mat_numbers(const char *path, const char *name, guint *n, GError **error)
{
    g_autoptr(matvar_t) variable = read_variable(path, name, error);
    if (!variable)
        return NULL;
    for (guint k = 0; is_numeric(variable) && k < G_N_ELEMENTS(numbers); k++) {
        if (numbers[k].type != variable->data_type)
            continue;
        const gsize count = variable->nbytes / numbers[k].size;
        if (!count || count > G_MAXUINT)
            break;
        double *values = g_new(double, count);
        for (gsize i = 0; i < count; i++)
            values[i] = numbers[k].get(variable->data, i);
        *n = (guint)count;
        return values;
    }
    return fail(path, name, error, "it is no array of real numbers");
}

/* (transfer full), or NULL where it is no string */
static char *read_string(const matvar_t *variable)
{
    while (variable && variable->class_type == MAT_C_CELL && variable->data &&
           variable->nbytes == sizeof(matvar_t *))
        variable = *(matvar_t *const *)variable->data;
    if (!variable || variable->class_type != MAT_C_CHAR || !variable->data)
        return NULL;
    if (variable->data_type == MAT_T_UINT16 || variable->data_type == MAT_T_UTF16)
        return g_utf16_to_utf8(variable->data, (glong)(variable->nbytes / 2), NULL, NULL, NULL);
    return variable->data_size == 1 ? g_strndup(variable->data, variable->nbytes) : NULL;
}

char **train_mat_strings(const char *path, const char *name, guint *n, GError **error)
{
    g_autoptr(matvar_t) variable = read_variable(path, name, error);
    if (!variable)
        return NULL;
    if (variable->class_type != MAT_C_CELL || !variable->data || !variable->nbytes)
        return fail(path, name, error, "it is no cell array of strings");
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < variable->nbytes / sizeof(matvar_t *); i++) {
        char *string = read_string(((matvar_t *const *)variable->data)[i]);
        if (!string)
            return fail(path, name, error, "one of its cells is no string");
        g_ptr_array_add(strings, string);
    }
    *n = strings->len;
    g_ptr_array_add(strings, NULL);
    return (char **)g_ptr_array_steal(strings, NULL);
}
