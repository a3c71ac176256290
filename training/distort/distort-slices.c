/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* H.264 over a channel that loses or damages slices, as a decoder conceals that. */
#include "distort-codec.h"
#include "distort-private.h"
#include "seed.h"
#include <string.h>

/* A picture has about so many packets. */
#define PACKETS 48

/* Bytes at the start of a slice that survive, so that its header does, and bytes of a damaged
 * packet that do not. */
#define SAFE 8
#define BURST 8

/* Damage goes on to the end of its slice where nobody notices it: a twelfth of the picture. */
#define DAMAGE_PACKETS 4

/* What a channel does to a slice. */
typedef struct {
    guint packets; /* that a slice has */
    /* Appends what arrives of the NAL unit, start code included; is_hit: (packets). */
    void (*carry)(GByteArray *out, const guint8 *unit, guint size, const gboolean *is_hit,
                  guint64 seed);
} Carrier;

typedef struct {
    const Carrier *carrier;
    double share;
    guint64 seed;
} Loss;

/* Where the next start code (0, 0, 1) begins, with a zero before it if there is one; size: none. */
static gsize next_unit(const guint8 *data, gsize from, gsize size)
{
    for (gsize i = from; i + 3 <= size; i++) {
        if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1)
            return i > from && data[i - 1] == 0 ? i - 1 : i;
    }
    return size;
}

/* Type of the NAL unit that starts with a start code; 1 is a slice of a predicted picture. */
static guint unit_type(const guint8 *unit)
{
    return unit[unit[2] == 1 ? 3 : 4] & 31;
}

/* Offsets of the units in data, and size as the last. (element type gsize) */
static GArray *find_units(const guint8 *data, gsize size)
{
    GArray *units = g_array_new(FALSE, FALSE, sizeof(gsize));
    gsize at = next_unit(data, 0, size);
    while (at < size) {
        g_array_append_val(units, at);
        at = next_unit(data, at + 3, size);
    }
    g_array_append_val(units, size);
    return units;
}

static void lose(GByteArray *out, const guint8 *unit, guint size, const gboolean *is_hit,
                 guint64 seed)
{
    if (!is_hit[0])
        g_byte_array_append(out, unit, size);
}

/* No byte becomes 0, or a start code could arise. */
static void damage(GByteArray *out, const guint8 *unit, guint size, const gboolean *is_hit,
                   guint64 seed)
{
    g_byte_array_append(out, unit, size);
    guint8 *copy = out->data + out->len - size;
    for (guint p = 0; p < DAMAGE_PACKETS; p++) {
        guint begin = MAX(SAFE, size * p / DAMAGE_PACKETS);
        for (guint i = begin; is_hit[p] && i < MIN(begin + BURST, size); i++)
            copy[i] = (guint8)(1 + train_draw(&seed, 255));
    }
}

static const Carrier losing = {1, lose}, damaging = {DAMAGE_PACKETS, damage};

static guint count_slices(const guint8 *data, const GArray *units)
{
    guint n = 0;
    for (guint i = 0; i + 1 < units->len; i++)
        n += unit_type(data + g_array_index(units, gsize, i)) == 1;
    return n;
}

/* What arrives of a coded frame of which every slice is a unit. */
static GByteArray *arrive(const Loss *loss, const guint8 *data, gsize size, guint64 seed)
{
    g_autoptr(GArray) units = find_units(data, size);
    guint packets = loss->carrier->packets;
    g_autofree gboolean *is_hit =
        train_draws_pick(seed, packets * count_slices(data, units), loss->share);
    GByteArray *out = g_byte_array_sized_new((guint)size);
    guint slice = 0;
    for (guint i = 0; i + 1 < units->len; i++) {
        gsize at = g_array_index(units, gsize, i);
        guint length = (guint)(g_array_index(units, gsize, i + 1) - at);
        if (unit_type(data + at) != 1) {
            g_byte_array_append(out, data + at, length);
            continue;
        }
        loss->carrier->carry(out, data + at, length, is_hit + slice * packets,
                             train_seed(seed, 1, slice));
        slice++;
    }
    return out;
}

/* The first frame is intact: it is what a decoder conceals with. */
static GstBuffer *lossy_channel(GstBuffer *coded, guint index, gpointer data)
{
    const Loss *loss = data;
    if (index == 0)
        return coded;
    GstMapInfo map;
    gst_buffer_map(coded, &map, GST_MAP_READ);
    GByteArray *bytes = arrive(loss, map.data, map.size, train_seed(loss->seed, index, 0));
    gst_buffer_unmap(coded, &map);
    GstBuffer *arrived = NULL;
    if (bytes->len) {
        gsize size = bytes->len;
        arrived = gst_buffer_new_wrapped(g_byte_array_free(bytes, FALSE), size);
        gst_buffer_copy_into(arrived, coded, GST_BUFFER_COPY_METADATA, 0, -1);
    } else {
        g_byte_array_unref(bytes);
    }
    gst_buffer_unref(coded);
    return arrived;
}

static TrainImage *distort(const TrainImage *image, Loss loss, GError **error)
{
    guint blocks = (image->width + 15) / 16 * ((image->height + 15) / 16);
    g_autofree char *launch = g_strdup_printf(
        "video/x-raw,format=I420 ! x264enc name=coder pass=quant quantizer=26 tune=zerolatency "
        "speed-preset=veryfast key-int-max=100 threads=1 sliced-threads=false "
        "option-string=slice-max-mbs=%u ! video/x-h264,stream-format=byte-stream,alignment=au ! "
        "avdec_h264 max-threads=1 max-errors=-1",
        MAX(1, blocks * loss.carrier->packets / PACKETS));
    TrainCodec codec = {
        .launch = launch,
        .frames = 5,
        .block = 16,
        .move = {7.3, 2.6, 1.006},
        .channel = lossy_channel,
        .data = &loss,
    };
    return train_codec_apply(&codec, image, error);
}

TrainImage *train_distort_slice_loss(const TrainImage *image, double level, guint64 seed,
                                     GError **error)
{
    return distort(image, (Loss){&losing, level, seed}, error);
}

TrainImage *train_distort_slice_damage(const TrainImage *image, double level, guint64 seed,
                                       GError **error)
{
    return distort(image, (Loss){&damaging, level, seed}, error);
}
