/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PNG by libpng, row by row. */
#include "pngfile.h"
#include "error.h"

#include <png.h>
#include <setjmp.h>

/* Fast: a frame of film gains a few percent of size from more, for several times the work. */
#define LEVEL 2

typedef struct {
    png_structp png;
    png_infop info;
    const BiqaFrame *frame;
    guint *columns; /* 0, 1, ..., width - 1 */
    float *rgb;     /* (3, width) */
    guint8 *row;    /* (width, 3) */
    char why[128];  /* it failed */
} Encoder;

static void write_bytes(png_structp png, png_bytep bytes, png_size_t size)
{
    g_byte_array_append(png_get_io_ptr(png), bytes, (guint)size);
}

static void flush_nothing(png_structp png)
{
}

static void fail(png_structp png, png_const_charp why)
{
    Encoder *self = png_get_error_ptr(png);

    g_strlcpy(self->why, why, sizeof self->why);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp why)
{
}

static void fill_row(Encoder *self, guint y)
{
    const guint width = self->frame->format->width;
    guint8 *to = self->row;

    biqa_frame_row(self->frame, y, self->columns, width, self->rgb);
    for (guint x = 0; x < width; x++)
        for (guint c = 0; c < 3; c++)
            *to++ = (guint8)(self->rgb[c * width + x] + .5f);
}

/* FALSE where libpng jumped out; nothing that changes here is read after that. */
static gboolean write_image(Encoder *self)
{
    const BiqaFrameFormat *format = self->frame->format;

    if (setjmp(png_jmpbuf(self->png)))
        return FALSE;
    png_set_compression_level(self->png, LEVEL);
    png_set_filter(self->png, 0, PNG_FILTER_SUB | PNG_FILTER_UP);
    png_set_IHDR(self->png, self->info, format->width, format->height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(self->png, self->info);
    for (guint y = 0; y < format->height; y++) {
        fill_row(self, y);
        png_write_row(self->png, self->row);
    }
    png_write_end(self->png, NULL);
    return TRUE;
}

static void encoder_init(Encoder *self, const BiqaFrame *frame, GByteArray *png)
{
    const guint width = frame->format->width;

    *self = (Encoder){
        .frame = frame,
        .why = "it is too large",
        .columns = g_new(guint, width),
        .rgb = g_new(float, 3 * (gsize)width),
        .row = g_malloc(3 * (gsize)width),
    };
    for (guint x = 0; x < width; x++)
        self->columns[x] = x;
    self->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, self, fail, ignore);
    self->info = self->png ? png_create_info_struct(self->png) : NULL;
    if (self->png)
        png_set_write_fn(self->png, png, write_bytes, flush_nothing);
}

static void encoder_clear(Encoder *self)
{
    png_destroy_write_struct(&self->png, &self->info);
    g_free(self->columns);
    g_free(self->rgb);
    g_free(self->row);
}

/* Whether the bytes surely fit a GByteArray, even where nothing can be compressed. */
static gboolean fits(const BiqaFrameFormat *format)
{
    return (guint64)format->width * format->height <= G_MAXUINT / 8;
}

gboolean biqa_png_encode(const BiqaFrame *frame, GByteArray *png, GError **error)
{
    Encoder encoder;
    gboolean ok;

    g_byte_array_set_size(png, 0);
    encoder_init(&encoder, frame, png);
    ok = encoder.info && fits(frame->format) && write_image(&encoder);
    if (!ok)
        g_set_error(error, BIQA_ERROR, BIQA_ERROR_SUPPORT,
                    "a frame of %ux%u pixels cannot be written as PNG: %s", frame->format->width,
                    frame->format->height, encoder.why);
    encoder_clear(&encoder);
    return ok;
}
