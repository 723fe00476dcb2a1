/* What the tests of pictures share. Include after cmocka.h. */
#ifndef TEST_PICTURES_H
#define TEST_PICTURES_H

#include <stdlib.h>

#include "tiedye/render.h"
#include "unit/recipes.h"

/* All samples of a picture, which is freed, in bands of `band` rows; freed by the caller. */
static void *draw_rows(TdPicture *picture, const TdRun *run, uint32_t band, TdRaster *raster)
{
    TdError err = {0};
    *raster = *td_picture_raster(picture);
    size_t row_bytes = (size_t)td_raster_row_bytes(raster);
    char *rows = malloc(row_bytes * raster->height);
    for (uint32_t y = 0; y < raster->height;) {
        uint32_t count = raster->height - y < band ? raster->height - y : band;
        if (td_picture_rows(picture, y, count, rows + y * row_bytes, run, &err) != TD_OK)
            fail_msg("%s", err.message);
        y += count;
    }
    td_picture_free(picture);
    return rows;
}

#endif
