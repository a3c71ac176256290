/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"

/* Written out: clang-format puts spaces into the name that G_DEFINE_QUARK makes a string of. */
GQuark biqa_error_quark(void)
{
    return g_quark_from_static_string("biqa-error-quark");
}
