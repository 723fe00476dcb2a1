#include "output/binary.h"

TdStatus tdi_write_floats(TdiFile *file, const float *values, size_t count, TdError *err)
{
    uint8_t bytes[8192];
    TdStatus status = TD_OK;
    while (count > 0 && status == TD_OK) {
        size_t part = count < sizeof bytes / 4 ? count : sizeof bytes / 4;
        uint8_t *at = bytes;
        for (size_t i = 0; i < part; i++)
            at = tdi_put_float(at, values[i]);
        status = tdi_file_write(file, bytes, (size_t)(at - bytes), err);
        values += part;
        count -= part;
    }
    return status;
}
