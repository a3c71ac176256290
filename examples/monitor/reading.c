/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading.h"
#include <math.h>

const char *monitor_origin_name(MonitorOrigin origin)
{
    static const char *const names[MONITOR_N_ORIGINS] = {
        [MONITOR_INFERRED] = "inferred",
        [MONITOR_HELD] = "held",
        [MONITOR_SKIPPED] = "skipped",
    };

    g_return_val_if_fail(origin < MONITOR_N_ORIGINS, NULL);
    return names[origin];
}

static double number(const GstStructure *structure, const char *field)
{
    double value;

    return gst_structure_get_double(structure, field, &value) && isfinite(value) ? value : NAN;
}

static gboolean flag(const GstStructure *structure, const char *field)
{
    gboolean value;

    return gst_structure_get_boolean(structure, field, &value) && value;
}

void monitor_reading_parse(const GstStructure *structure, MonitorReading *reading)
{
    const char *origin = gst_structure_get_string(structure, "origin");
    const char *domain = gst_structure_get_string(structure, "domain");

    *reading = (MonitorReading){
        .origin = MONITOR_SKIPPED,
        .score = number(structure, "score"),
        .uncertainty = number(structure, "uncertainty"),
        .hard = flag(structure, "hard"),
        .alarm = flag(structure, "alarm"),
        .domain = g_intern_string(domain ? domain : "picture"),
    };
    for (MonitorOrigin i = 0; i < MONITOR_N_ORIGINS; i++) {
        if (g_strcmp0(origin, monitor_origin_name(i)) == 0)
            reading->origin = i;
    }
    if (isnan(reading->score))
        reading->origin = MONITOR_SKIPPED;
    reading->fresh = reading->origin == MONITOR_INFERRED;
}
