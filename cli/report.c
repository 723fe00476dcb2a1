#include "report.h"

#include <inttypes.h>
#include <stdio.h>

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static uint64_t patches_of(const TdReport *report, int side)
{
    uint64_t count = 0;
    for (int degree = 0; degree < TD_REPORT_DEGREES; degree++)
        count += report->patches[side][degree];
    return count;
}

static uint64_t all_patches(const TdReport *report)
{
    uint64_t count = 0;
    for (int side = 0; side < TD_REPORT_SIDES; side++)
        count += patches_of(report, side);
    return count;
}

/* A row for each size of patch, a column for each degree. */
static void print_table(const TdReport *report)
{
    puts("patches    degree 0-1      2      3      4      5      6      7      8");
    for (int side = TD_REPORT_SIDES - 1; side >= 0; side--) {
        const uint64_t *patches = report->patches[side];
        if (patches_of(report, side) == 0)
            continue;
        printf("%4d x %-4d %10" PRIu64, 1 << side, 1 << side, patches[0] + patches[1]);
        for (int degree = 2; degree < TD_REPORT_DEGREES; degree++)
            printf(" %6" PRIu64, patches[degree]);
        putchar('\n');
    }
}

static void print_text(const TdReport *report)
{
    uint64_t patches = all_patches(report);
    printf("evaluations   %" PRIu64 ", %.4g a pixel, %.4g a sample\n", report->evaluations,
           ratio((double)report->evaluations, (double)report->pixels),
           ratio((double)report->evaluations, (double)report->samples));
    printf("dense         %.4g %% of the pixels\n",
           100 * ratio((double)report->dense_pixels, (double)report->pixels));
    if (patches == 0)
        return;
    printf("patches       %" PRIu64 ", %" PRIu64 " of them toned sample by sample\n", patches,
           report->toned);
    printf("coefficients  %" PRIu64 " above the tolerance, %.0f bits\n", report->coefficients,
           report->bits);
    printf("largest error %.4f codes, at %" PRIu64 " points\n\n", report->worst,
           report->checked);
    print_table(report);
}

static void print_json(const TdReport *report)
{
    printf("{\"pixels\": %" PRIu64 ", \"samples\": %" PRIu64 ", \"evaluations\": %" PRIu64
           ", \"evaluations_per_pixel\": %.9g, \"evaluations_per_sample\": %.9g, "
           "\"dense_pixels\": %" PRIu64 ", \"dense_share\": %.9g, \"patches\": [",
           report->pixels, report->samples, report->evaluations,
           ratio((double)report->evaluations, (double)report->pixels),
           ratio((double)report->evaluations, (double)report->samples), report->dense_pixels,
           ratio((double)report->dense_pixels, (double)report->pixels));
    const char *comma = "";
    for (int side = 0; side < TD_REPORT_SIDES; side++)
        for (int degree = 0; degree < TD_REPORT_DEGREES; degree++) {
            if (report->patches[side][degree] == 0)
                continue;
            printf("%s{\"side\": %d, \"degree\": %d, \"count\": %" PRIu64 "}", comma, 1 << side,
                   degree, report->patches[side][degree]);
            comma = ", ";
        }
    printf("], \"toned\": %" PRIu64 ", \"coefficients\": %" PRIu64
           ", \"bits\": %.9g, \"checked\": %" PRIu64 ", \"largest_error\": %.9g}\n",
           report->toned, report->coefficients, report->bits, report->checked, report->worst);
}

void print_report(const TdReport *report, bool json)
{
    if (json)
        print_json(report);
    else
        print_text(report);
}
