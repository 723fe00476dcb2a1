/* Reading PNG inside the library: from any source, and of any kind. */
#ifndef TDI_PNG_READ_H
#define TDI_PNG_READ_H

#include "output/source.h"
#include "tiedye/output.h"

/* Like td_png_open; takes over `source`, also where it fails. */
TdStatus tdi_png_open_source(TdiSource *source, TdPngReader **reader, TdError *err);

/* Like td_png_open; `bytes` are borrowed until the reader is closed, `name` stands in messages.
 */
TdStatus tdi_png_open_memory(const void *bytes, size_t size, const char *name,
                             TdPngReader **reader, TdError *err);

/* Width and height, of any kind of PNG whose rows have not been asked for. TD_ERROR_FORMAT
 * where the file is too short for so many pixels. */
TdStatus tdi_png_size(const TdPngReader *reader, uint32_t *width, uint32_t *height,
                      TdError *err);

/* Pixels x, x + step, ... of row y: four samples of 16 bits each, the high byte first: red,
 * green, blue, alpha. */
typedef struct TdiPngRow {
    uint32_t x, y, step, count;
    const uint8_t (*pixels)[8];
} TdiPngRow;

/* What takes the rows. */
typedef struct TdiPngSink {
    void (*take)(void *user, const TdiPngRow *row);
    void *user;
} TdiPngSink;

/* What tdi_png_pixels needs for each pixel of a row, libpng's two rows included. */
enum { TDI_PNG_ROW_BYTES = 24 };

/* Give the sink every pixel once, of any kind of PNG: fewer bits stretched to 16, gray and
 * palettes as colours, all opaque where nothing says otherwise; in the order in which the file
 * has them. Instead of td_png_rows, and only once. The run may cancel. */
TdStatus tdi_png_pixels(TdPngReader *reader, const TdiPngSink *sink, const TdRun *run,
                        TdError *err);

#endif
