/* tiedye/output.h - files: rows of samples in, bytes out; and pictures read back.
 *
 * A writer takes rows from the top to the bottom in bands of any height and holds a few strips
 * at a time. A regular file appears whole or not at all: it is written beside its target under
 * a temporary name and renamed by td_output_close; a link stays a link, an overwritten file
 * keeps its mode. A target that exists and is no regular file (a pipe, a device) is written
 * directly, "-" is standard output, which is never closed. No picture is written to a terminal.
 * A program that wants an error for a pipe whose reader has gone ignores SIGPIPE, else the
 * signal ends it.
 *
 * Some films (mp4, webm, apng) are written by the program ffmpeg, which is found on PATH and
 * started by td_output_open, out of the terminal's reach. It has ended when td_output_close or
 * td_output_discard returns. No signal is changed for it, and none comes from it but SIGCHLD; a
 * program that ignores that one, or waits for any child, gets an error, since nobody can tell
 * it whether the film is whole. */
#ifndef TIEDYE_OUTPUT_H
#define TIEDYE_OUTPUT_H

#include "tiedye/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Formats ------------------------------------------------------------------------- */

/* A row of the table of formats. */
typedef struct TdFormatInfo {
    const char *name;       /* "png" */
    const char *extensions; /* without dots, separated by blanks: "ppm pgm pnm" */
    bool picture;           /* takes a single picture or field */
    bool volume;            /* takes the slices of a volume */
    bool film;              /* takes the frames of a film */
    bool mesh;              /* takes a surface instead of rows */
    bool field;             /* takes the raw field (TD_SAMPLE_F32) instead of colours */
    bool recipe;            /* can carry a recipe */
    bool exact;       /* stands for the samples under contract only: captions are left out */
    bool nothing;     /* writes no file: the path is ignored */
    const char *help; /* one line */
} TdFormatInfo;

/* Number of formats, and format i. */
TD_API size_t td_format_count(void);
TD_API const TdFormatInfo *td_format_info(size_t i);

/* The format called `name`; where `name` is NULL, the one that the extension of `path` says (in
 * capitals or not). NULL where there is none, as for "-"; *err then lists the formats. */
TD_API const TdFormatInfo *td_format_find(const char *name, const char *path, TdError *err);

/* ---- Writing ------------------------------------------------------------------------- */

typedef struct TdOutput TdOutput;

/* Begin a file. `recipe` is the text to carry, NULL for none (or where the format cannot). The
 * raster must fit the format (none fits one of surfaces), else TD_ERROR_ARGUMENT. On success
 * the caller owns *output and ends it with td_output_close or td_output_discard; on failure
 * *output is NULL and no file is left. The run's thread count is used for compression, as far
 * as its memory limit allows; its cancel flag ends td_output_rows, the wait for a pipe and that
 * for ffmpeg. The format `null` ignores the path. TD_ERROR_UNSUPPORTED where ffmpeg is missing,
 * or this build lacks the library for the format. */
TD_API TdStatus td_output_open(const TdFormatInfo *format, const char *path,
                               const TdRaster *raster, const char *recipe, const TdRun *run,
                               TdOutput **output, TdError *err);

/* How many rows a band should have for this writer to work well: a multiple of its strip, such
 * that a band stays within a few MiB for ordinary widths. At least 1. */
TD_API uint32_t td_output_band_rows(const TdOutput *output);

/* The next `count` rows, packed without gaps; any number at a time. After a failure only
 * discard is useful. */
TD_API TdStatus td_output_rows(TdOutput *output, const void *rows, uint32_t count,
                               TdError *err);

/* Finish and rename the file, which must have had all its rows. Frees `output` in any case;
 * after a failure nothing is left behind. */
TD_API TdStatus td_output_close(TdOutput *output, TdError *err);

/* Drop the file as if it had never been begun. Takes NULL. */
TD_API void td_output_discard(TdOutput *output);

/* Write `size` bytes as a file of its own, whole or not at all (used for .tie and weights).
 * Bytes with a NUL among them are not for a terminal. */
TD_API TdStatus td_write_file(const char *path, const void *bytes, size_t size, TdError *err);

/* ---- Reading PNG back ---------------------------------------------------------------- */

typedef struct TdPngReader TdPngReader;

/* Open a PNG and read everything before its pixels. TD_ERROR_IO where the file cannot be read,
 * TD_ERROR_FORMAT where it is no PNG or is broken: cut off, or with a wrong checksum. A recipe
 * longer than 16 MiB is refused. "-" is standard input; what comes through a pipe is read
 * whole, 1 GiB at most. The caller closes it. */
TD_API TdStatus td_png_open(const char *path, const TdRun *run, TdPngReader **reader,
                            TdError *err);

/* The recipe it carries, NULL where there is none. Looked for before and after the pixels;
 * owned by the reader. *err says "carries no recipe" and what to do. */
TD_API const char *td_png_recipe(const TdPngReader *reader, TdError *err);

/* Shape of the pixels. TD_ERROR_FORMAT for kinds that tiedye never writes (indexed colours,
 * alpha, 1, 2 or 4 bits, interlaced), and where the file is too short for so many pixels. */
TD_API TdStatus td_png_raster(const TdPngReader *reader, TdRaster *raster, TdError *err);

/* The next `count` rows in memory order (16 bits in the machine's order). */
TD_API TdStatus td_png_rows(TdPngReader *reader, void *rows, uint32_t count, TdError *err);

/* Takes NULL. */
TD_API void td_png_close(TdPngReader *reader);

/* Whether the file's first eight bytes are PNG's signature; false too where it cannot be read,
 * and for a pipe, from which looking would take them. */
TD_API bool td_png_probe(const char *path);

#ifdef __cplusplus
}
#endif
#endif
