/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the default model lies. */
#pragma once

#include <gio/gio.h>

/* The default model's file (transfer full), looked for in this order:
 *   the folders of the environment variable BIQA_MODEL_PATH (separated as in PATH),
 *   ../models beside plugin_dir (may be NULL): a build tree that is not installed,
 *   the folder it is installed to.
 * Errors: G_IO_ERROR_NOT_FOUND, naming every place that was looked at. */
char *gst_biqa_model_path(const char *plugin_dir, GError **error);
