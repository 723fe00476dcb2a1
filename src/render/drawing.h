/* Drawing a band of a picture: the parts of it that networks fill, as one pool of work. */
#ifndef TDI_DRAWING_H
#define TDI_DRAWING_H

#include "render/picture.h"
#include "render/renderer.h"

/* One network's picture in a raster. */
typedef struct TdiPart {
    TdiRenderer *renderer; /* which may be prepared for more of its picture */
    uint32_t x, y;         /* where its first pixel lies */
} TdiPart;

/* Draw what lies in the band of all parts; the picture's progress is reported. */
TdStatus tdi_draw_parts(const TdPicture *picture, const TdiPart *parts, size_t count,
                        const TdiBand *band, const TdRun *run, TdError *err);

#endif
