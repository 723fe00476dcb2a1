/* What a thumbnail looks like, in numbers. */
#ifndef TDI_EYE_H
#define TDI_EYE_H

#include "search/thumbnail.h"

enum { TDI_EYE_LEVELS = 6 };

/* Linear light of the 256 codes of sRGB. Made once for many looks. */
typedef struct TdiEye {
    double linear[256];
} TdiEye;

void tdi_eye_init(TdiEye *eye);

/* Scratch of a look: L, a and b of the pixels, and of the means of 2 x 2, 4 x 4, ... of them,
 * whose sides are 96, 48, 24, 12, 6 and 3. */
typedef struct TdiSightings {
    double plane[3][TDI_THUMBNAIL_PIXELS * 4 / 3]; /* level after level */
} TdiSightings;

/* Look at TD_LOOK_SIDE rows of pixels of 1 or 3 samples of 8 bits, without gaps. */
void tdi_eye_look(const TdiEye *eye, const unsigned char *rows, uint32_t channels,
                  TdiSightings *scratch, TdLook *look);

#endif
