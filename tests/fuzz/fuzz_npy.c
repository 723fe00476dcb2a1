/* Any bytes as a NumPy array: opened, and read to the end where that is small. */
#include "output/npy_read.h"

#include <stdlib.h>
#include <string.h>

/* Pixels that are still few. */
enum { FEW = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_all(const uint8_t *bytes, size_t size)
{
    TdiArray array;
    TdError err = {0};
    if (tdi_array_open_memory(bytes, size, "fuzz.npy", &array, &err) != TD_OK) {
        if (err.message[0] == '\0' || strchr(err.message, '\n') != NULL)
            abort();
        return;
    }
    uint64_t pixels = (uint64_t)array.width * array.height;
    if (pixels * array.channels * array.sample_bytes > size)
        abort();
    float *samples = malloc(FEW * 3 * sizeof *samples);
    uint64_t count = pixels < FEW ? pixels : FEW;
    if (samples != NULL && (tdi_array_pixels(&array, 0, count, samples, &err) != TD_OK ||
                            tdi_array_pixels(&array, pixels - 1, 1, samples, &err) != TD_OK))
        abort();
    free(samples);
    tdi_array_close(&array);
}

/* The bytes as they are, and behind a magic number and a length that fit them. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char magic[] = "\x93NUMPY\x01";
    size_t samples = size < 64 ? 0 : size / 4, head = size - samples;
    read_all(bytes, size);
    uint8_t *whole = malloc(size + 10);
    if (whole == NULL || head > 65535)
        return free(whole), 0;
    memcpy(whole, magic, 8);
    whole[8] = (uint8_t)head;
    whole[9] = (uint8_t)(head >> 8);
    memcpy(whole + 10, bytes, size);
    read_all(whole, size + 10);
    free(whole);
    return 0;
}
