/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JPEG 2000 by OpenJPEG, in memory: the one encoder at hand that keeps to a size it is given, down
 * to the few hundred bytes that RankIQA's last level asks for. */
#include "distort-private.h"
#include <openjpeg.h>
#include <string.h>

/* Headers take 185 bytes. A picture with a smaller side is mirrored to this one, or they would be
 * all that its last levels have room for. */
#define MIN_SIDE 320

/* A codestream, and where in it OpenJPEG reads or writes. */
typedef struct {
    GByteArray *bytes;
    gsize at;
} Memory;

static OPJ_SIZE_T memory_read(void *buffer, OPJ_SIZE_T n, void *user)
{
    Memory *memory = user;
    if (memory->at >= memory->bytes->len)
        return (OPJ_SIZE_T)-1; /* its sign for the end */
    n = MIN(n, memory->bytes->len - memory->at);
    memcpy(buffer, memory->bytes->data + memory->at, n);
    memory->at += n;
    return n;
}

static OPJ_SIZE_T memory_write(void *buffer, OPJ_SIZE_T n, void *user)
{
    Memory *memory = user;
    if (memory->at + n > memory->bytes->len)
        g_byte_array_set_size(memory->bytes, memory->at + n);
    memcpy(memory->bytes->data + memory->at, buffer, n);
    memory->at += n;
    return n;
}

static OPJ_BOOL memory_seek(OPJ_OFF_T at, void *user)
{
    Memory *memory = user;
    if (at < 0 || (guint64)at > memory->bytes->len)
        return OPJ_FALSE;
    memory->at = at;
    return OPJ_TRUE;
}

static OPJ_OFF_T memory_skip(OPJ_OFF_T n, void *user)
{
    Memory *memory = user;
    memory->at += n;
    return n;
}

/* Only valid while memory is. */
static opj_stream_t *memory_stream(Memory *memory, gboolean input)
{
    opj_stream_t *stream = opj_stream_default_create(input);
    opj_stream_set_user_data(stream, memory, NULL);
    opj_stream_set_user_data_length(stream, memory->bytes->len);
    opj_stream_set_read_function(stream, memory_read);
    opj_stream_set_write_function(stream, memory_write);
    opj_stream_set_seek_function(stream, memory_seek);
    opj_stream_set_skip_function(stream, memory_skip);
    return stream;
}

static opj_image_t *components_new(const TrainImage *image)
{
    opj_image_cmptparm_t component = {
        .dx = 1, .dy = 1, .w = image->width, .h = image->height, .prec = 8};
    opj_image_cmptparm_t components[] = {component, component, component};
    opj_image_t *out = opj_image_create(3, components, OPJ_CLRSPC_SRGB);
    out->x1 = image->width;
    out->y1 = image->height;
    for (gsize i = 0; i < (gsize)image->width * image->height; i++) {
        for (guint c = 0; c < 3; c++)
            out->comps[c].data[i] = image->rgb[3 * i + c];
    }
    return out;
}

static gboolean encode(opj_image_t *components, double ratio, Memory *memory)
{
    opj_cparameters_t params;
    opj_set_default_encoder_parameters(&params);
    params.irreversible = 1;
    params.tcp_mct = 1;
    params.cp_disto_alloc = 1;
    params.tcp_numlayers = 1;
    params.tcp_rates[0] = ratio;
    opj_codec_t *codec = opj_create_compress(OPJ_CODEC_J2K);
    opj_stream_t *stream = memory_stream(memory, FALSE);
    gboolean ok = opj_setup_encoder(codec, &params, components) &&
                  opj_start_compress(codec, components, stream) && opj_encode(codec, stream) &&
                  opj_end_compress(codec, stream);
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    return ok;
}

static opj_image_t *decode(Memory *memory)
{
    opj_dparameters_t params;
    opj_set_default_decoder_parameters(&params);
    opj_codec_t *codec = opj_create_decompress(OPJ_CODEC_J2K);
    memory->at = 0;
    opj_stream_t *stream = memory_stream(memory, TRUE);
    opj_image_t *image = NULL;
    gboolean ok = opj_setup_decoder(codec, &params) && opj_read_header(stream, codec, &image) &&
                  opj_decode(codec, stream, image);
    opj_stream_destroy(stream);
    opj_destroy_codec(codec);
    if (!ok)
        g_clear_pointer(&image, opj_image_destroy);
    return image;
}

static TrainImage *components_to_image(const opj_image_t *components, guint width, guint height)
{
    TrainImage *out = train_image_new(width, height);
    for (gsize i = 0; i < (gsize)width * height; i++) {
        for (guint c = 0; c < 3; c++)
            out->rgb[3 * i + c] = (guint8)CLAMP(components->comps[c].data[i], 0, 255);
    }
    return out;
}

/* The codestream of image at ratio and back; NULL if OpenJPEG cannot. */
static TrainImage *transcode(const TrainImage *image, double ratio)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Memory memory = {bytes, 0};
    opj_image_t *components = components_new(image);
    opj_image_t *decoded = encode(components, ratio, &memory) ? decode(&memory) : NULL;
    TrainImage *out = decoded ? components_to_image(decoded, image->width, image->height) : NULL;
    opj_image_destroy(components);
    g_clear_pointer(&decoded, opj_image_destroy);
    return out;
}

TrainImage *train_distort_jpeg2000(const TrainImage *image, double level, guint64 seed,
                                   GError **error)
{
    g_autoptr(TrainImage) grown =
        train_image_grow(image, 0, MAX(image->width, MIN_SIDE), MAX(image->height, MIN_SIDE));
    g_autoptr(TrainImage) out = transcode(grown, level);
    if (out)
        return train_image_cut(out, 0, 0, image->width, image->height);
    g_set_error(error, BIQA_ERROR, BIQA_ERROR_FORMAT,
                "OpenJPEG cannot make %u x %u pixels %g times smaller", image->width, image->height,
                level);
    return NULL;
}
