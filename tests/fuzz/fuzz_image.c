/* Any bytes as a picture for a network; as they are, and with checksums put right. */
#include "output/image.h"

#include <stdlib.h>
#include <string.h>

#include "repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_values(const TdiImage *image)
{
    size_t count = (size_t)3 * image->width * image->height;
    if (count == 0 || strlen(image->sha256) != TDI_SHA256_HEX)
        abort();
    for (size_t i = 0; i < count; i++)
        if (!(image->values[i] >= -1 && image->values[i] <= 1))
            abort();
}

static void read_all(const uint8_t *bytes, size_t size)
{
    const TdRun run = {.max_memory = 16 << 20};
    TdiImage image;
    TdError err = {0};
    if (tdi_image_read_memory(bytes, size, "fuzz.png", &run, &image, &err) == TD_OK)
        check_values(&image);
    else if (image.values != NULL || err.message[0] == '\0' ||
             strchr(err.message, '\n') != NULL)
        abort();
    tdi_image_clear(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    read_both_ways(bytes, size, read_all);
    return 0;
}
