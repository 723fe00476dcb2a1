/* Oklab in double precision, for palettes that are made rather than computed a sample at a
 * time. Bjorn Ottosson, "A perceptual color space for image processing" (2020). Arithmetic is
 * + - * / and square root alone, so that a palette has the same bits everywhere. */
#ifndef TDI_OKLAB_H
#define TDI_OKLAB_H

typedef struct TdiLab {
    double L, a, b;
} TdiLab;

/* From lightness, chroma and hue in degrees. */
TdiLab tdi_lab(double L, double chroma, double hue);

/* The same lightness and hue, with as much of the chroma as sRGB shows. */
TdiLab tdi_lab_fit(TdiLab lab);

/* The greatest chroma that sRGB shows of a lightness and hue, at most 0.4. */
double tdi_lab_most_chroma(double L, double hue);

/* Encoded sRGB in [0, 1]; what lies outside is clipped. */
void tdi_lab_encode(TdiLab lab, float rgb[3]);

/* How far two colours are apart. */
double tdi_lab_distance(TdiLab p, TdiLab q);

#endif
