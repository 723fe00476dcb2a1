#include "tiedye/base.h"

size_t td_sample_size(TdSampleType type)
{
    return type == TD_SAMPLE_U8 ? 1 : type == TD_SAMPLE_U16 ? 2 : 4;
}

uint64_t td_raster_row_bytes(const TdRaster *raster)
{
    return (uint64_t)raster->width * raster->channels * td_sample_size(raster->type);
}

uint64_t td_raster_rows(const TdRaster *raster)
{
    return (uint64_t)raster->height * (raster->depth > 0 ? raster->depth : 1);
}
