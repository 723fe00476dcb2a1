#include "render/oklab.h"

#include <stdbool.h>

#include "base/random.h"
#include "kernels/reference_math.h"

enum { HALVINGS = 24 };

TdiLab tdi_lab(double L, double chroma, double hue)
{
    double cosine, sine;
    tdi_cos_sin_degrees(hue, &cosine, &sine);
    return (TdiLab){L, chroma * cosine, chroma * sine};
}

static double cube(double x)
{
    return x * x * x;
}

static void to_linear(TdiLab lab, double rgb[3])
{
    double l = cube(lab.L + 0.3963377774 * lab.a + 0.2158037573 * lab.b);
    double m = cube(lab.L - 0.1055613458 * lab.a - 0.0638541728 * lab.b);
    double s = cube(lab.L - 0.0894841775 * lab.a - 1.2914855480 * lab.b);
    rgb[0] = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
    rgb[1] = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
    rgb[2] = -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s;
}

static bool is_shown(TdiLab lab)
{
    double rgb[3];
    to_linear(lab, rgb);
    for (int c = 0; c < 3; c++)
        if (rgb[c] < 0 || rgb[c] > 1)
            return false;
    return true;
}

static TdiLab paler(TdiLab lab, double share)
{
    return (TdiLab){lab.L, share * lab.a, share * lab.b};
}

TdiLab tdi_lab_fit(TdiLab lab)
{
    double shown = 0, beyond = 1;
    if (is_shown(lab))
        return lab;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (shown + beyond) / 2;
        if (is_shown(paler(lab, middle)))
            shown = middle;
        else
            beyond = middle;
    }
    return paler(lab, shown);
}

double tdi_lab_most_chroma(double L, double hue)
{
    TdiLab fitted = tdi_lab_fit(tdi_lab(L, 0.4, hue));
    return __builtin_sqrt(fitted.a * fitted.a + fitted.b * fitted.b);
}

void tdi_lab_encode(TdiLab lab, float rgb[3])
{
    double linear[3];
    to_linear(lab, linear);
    for (int c = 0; c < 3; c++)
        rgb[c] = tdi_ref_srgb_encode((float)linear[c]);
}

double tdi_lab_distance(TdiLab p, TdiLab q)
{
    double L = p.L - q.L, a = p.a - q.a, b = p.b - q.b;
    return __builtin_sqrt(L * L + a * a + b * b);
}
