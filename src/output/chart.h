/* Charts, drawn by the program gnuplot; their data and script are kept beside them.
 *
 * A chart NAME.svg (.png, .pdf) comes with NAME.dat, columns of numbers, and NAME.gp, which
 * draws the same chart again when gnuplot is run on it in that folder. All three appear whole,
 * or none does; where there is no gnuplot the data and the script do.
 *
 * Files that were there before are overwritten only where they are such files (by their first
 * line), for nobody who asks for a chart names them. A chart that goes into a pipe or a device
 * comes alone. */
#ifndef TDI_CHART_H
#define TDI_CHART_H

#include "base/text.h"
#include "tiedye/base.h"

typedef struct TdiChart {
    double width, height;            /* in points; a .png has 144 dots an inch */
    double em;                       /* the size of letters where the script says none */
    unsigned paper;                  /* 0xrrggbb */
    const char *title, *description; /* of an .svg, for those who do not see it */
    const char *made_by;             /* a command, named in the files' first lines */
    /* Lines for gnuplot to read. In the script they are called data: `plot data using 1:2`;
     * blocks of lines stand two empty lines apart (index 0, 1, ...). */
    const char *data;
    /* What gnuplot is told once the size, the letters and the output are set. Words are plain
     * (noenhanced, UTF-8). In an .svg a label that is hypertext becomes a tooltip. */
    const char *script;
} TdiChart;

/* "svg", "png" or "pdf": as `format` (NULL: the ending of `path`) says; NULL for anything else.
 */
const char *tdi_chart_format(const char *path, const char *format);

/* Draw a chart into `path` as one of these formats. TD_ERROR_UNSUPPORTED where gnuplot is
 * missing, TD_ERROR_IO where it fails, which *err quotes, TD_ERROR_ARGUMENT where a file that
 * is none of ours is in the way. Only the cancel flag of `run` is used. */
TdStatus tdi_chart_save(const TdiChart *chart, const char *path, const char *format,
                        const TdRun *run, TdError *err);

/* `words` in single quotes, as gnuplot reads them. */
void tdi_chart_quote(TdiText *text, const char *words);

#endif
