/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Registers the element. */
#include "gstbiqafilter.h"
#include "plugin-config.h"

static gboolean plugin_init(GstPlugin *plugin)
{
    return GST_ELEMENT_REGISTER(biqafilter, plugin);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, biqafilter,
                  "Video quality without a reference, by neural networks in Vulkan compute shaders",
                  plugin_init, VERSION, "LGPL", PACKAGE, ORIGIN)
