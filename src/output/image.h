/* Pictures as networks are fed with them. */
#ifndef TDI_IMAGE_H
#define TDI_IMAGE_H

#include "base/sha256.h"
#include "tiedye/base.h"

/* A sample is alpha (2 c - 1), where c and alpha are codes divided by the greatest code,
 * rounded to float once: black is -1, white 1, nothing 0, and an 8-bit code is the same as the
 * 16-bit code 257 times it. Colours are taken as they are encoded (sRGB). What else a file says
 * of its colours (gamma, profiles, a background) is not looked at, nor how a camera was held.
 */
typedef struct TdiImage {
    uint32_t width, height;
    float *values; /* (3, height, width): red, green, blue, row 0 on top, from -1 to 1 */
    char sha256[TDI_SHA256_HEX + 1]; /* of the file's bytes */
} TdiImage;

/* Read a PNG of any kind: 1 to 16 bits, gray (which fills all three), palette or colours, with
 * transparency or without, interlaced or not; of an animated one its still picture. "-" is
 * standard input; what comes through a pipe is read whole, 1 GiB at most. TD_ERROR_IO where the
 * file cannot be read, TD_ERROR_FORMAT where it is no PNG or is broken, TD_ERROR_MEMORY where
 * the run's limit would be passed, before anything of its size is allocated. The run may
 * cancel. On success the caller clears *image; on failure it is empty. */
TdStatus tdi_image_read(const char *path, const TdRun *run, TdiImage *image, TdError *err);

/* The same of bytes in memory; `name` stands in messages. */
TdStatus tdi_image_read_memory(const void *bytes, size_t size, const char *name,
                               const TdRun *run, TdiImage *image, TdError *err);

/* Free the values; an empty one may be cleared, too. */
void tdi_image_clear(TdiImage *image);

#endif
