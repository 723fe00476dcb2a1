/* tiedye/sheet.h - many pictures as one; and from a source to a file, whatever a recipe draws.
 *
 * Cell k of a sheet (row by row) is the recipe's picture with seed + k; the cell of a grid in
 * column i, row j is the recipe's picture with value i of the axis `across` and j of `down`.
 * Cells lie on whole pixels: a cell drawn alone is the crop. Gutters are light gray; captions
 * lie in them, and the diagram of with_diagram in a strip above them, outside the numerics
 * contract. */
#ifndef TIEDYE_SHEET_H
#define TIEDYE_SHEET_H

#include "tiedye/base.h"
#include "tiedye/recipe.h"
#include "tiedye/render.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The most cells that a sheet or grid has. */
#define TD_MAX_CELLS 1000000u

/* Where the cells of a sheet or grid lie, in pixels. A function of the recipe alone. */
typedef struct TdSheetLayout {
    uint32_t columns, rows; /* of cells; the last row may be shorter */
    uint32_t count;         /* cells */
    uint32_t cell_width, cell_height;
    uint32_t gap;            /* gutter between cells and around them */
    uint32_t caption_height; /* of the strip below each cell, 0 without captions */
    /* Of a grid with captions: the height of a letter (em), and strips beside the cells: left
     * of them, above them and below them; else 0, but for `top` with a diagram. */
    uint32_t letter, left, top, foot;
    uint32_t diagram_height; /* of the strip with the network's diagram, above all (`top` counts
                              * from above it); 0 without */
    uint32_t width, height;  /* of the whole sheet */
} TdSheetLayout;

/* The layout of a recipe's sheet (or grid, where recipe->draw is TD_DRAW_GRID).
 * TD_ERROR_RECIPE where it would pass 2^31 - 1 pixels a side or TD_MAX_CELLS, where a grid has
 * no axis, both of its axes are of one key, or a grid whose cells are networks of several
 * architectures has with_diagram. */
TD_API TdStatus td_sheet_layout(const TdRecipe *recipe, TdSheetLayout *layout, TdError *err);

/* Left upper corner of cell k < layout->count. */
TD_API void td_sheet_corner(const TdSheetLayout *layout, uint32_t k, uint32_t *x, uint32_t *y);

/* The number of the cell called `name`: column letters and row number, "B4" is column 2, row 4
 * (after Z comes AA). TD_ERROR_ARGUMENT where the sheet has no such cell. */
TD_API TdStatus td_sheet_find_cell(const TdRecipe *recipe, const char *name, uint32_t *k,
                                   TdError *err);

/* Turn the recipe of a sheet or grid into that of the picture of cell k, of a film's sheet with
 * the paths of that cell. TD_ERROR_MEMORY. */
TD_API TdStatus td_sheet_take_cell(TdRecipe *recipe, uint32_t k, TdError *err);

/* Parts of a drawing that may be left out. */
typedef enum TdDetail {
    TD_DETAIL_ALL,
    TD_DETAIL_EXACT /* what the numerics contract covers: gutters stay empty of captions */
} TdDetail;

/* Make the drawing that `recipe->draw` asks for; where `recipe->field` names a file, its
 * samples coloured: TD_ERROR_FORMAT where that is no float32 or float64 array of shape (height,
 * width) or (height, width, 1 or 3), or has another hash than `field_sha256`; TD_ERROR_RECIPE
 * where the recipe says something of a network or a view. As td_picture_create. */
TD_API TdStatus td_draw_create(const TdRecipe *recipe, TdSamples samples, TdDetail detail,
                               const TdRun *run, TdPicture **picture, TdError *err);

/* ---- Sources, files, proof ----------------------------------------------------------- */

/* Say which file `field` names today: fill in `field_sha256` where it is empty. Nothing to do
 * for a recipe without `field`. */
TD_API TdStatus td_field_identify(TdRecipe *recipe, const TdRun *run, TdError *err);

/* Read the picture that `image` names, if there is one, and fill in `image_sha256` where it is
 * empty. Copies of the recipe share the picture. Drawing does the same for itself; this spares
 * it reading a file again and again. TD_ERROR_IO, TD_ERROR_FORMAT where it is no PNG or has
 * another hash than `image_sha256`, TD_ERROR_MEMORY. */
TD_API TdStatus td_image_attach(TdRecipe *recipe, const TdRun *run, TdError *err);

/* Read a source on top of `recipe`: a text of `key = value` lines in a file ("-": standard
 * input), a PNG that carries a recipe, a preset "@name", a share link, or a NumPy array (.npy)
 * to be coloured. Messages name the
 * source, line and column. After a failure the recipe should be dropped. */
TD_API TdStatus td_source_read(TdRecipe *recipe, const char *source, TdError *err);

/* How a drawing is saved; zeroed: as the file's extension says, with its recipe. */
typedef struct TdSaving {
    const char *format; /* name of a format, NULL: by extension */
    bool no_recipe;     /* leave the recipe out of the file */
    bool cost;          /* TD_SAMPLES_COST in the picture's place; it carries no recipe */
} TdSaving;

/* What was saved. */
typedef struct TdSaved {
    TdRaster raster;
    bool written;                 /* false: the format writes no file */
    const char *note;             /* what a user should be told, or NULL; static text */
    uint64_t vertices, triangles; /* of a mesh; 0: it is none */
} TdSaved;

/* Draw a recipe into a file, band by band in bounded memory. *saved may be NULL. */
TD_API TdStatus td_draw_save(const TdRecipe *recipe, const char *path, const TdSaving *saving,
                             const TdRun *run, TdSaved *saved, TdError *err);

/* What became of a comparison. */
typedef enum TdVerdict {
    TD_IDENTICAL,
    TD_WITHIN_ONE, /* no sample differs by more than one code */
    TD_DIFFERENT,
    TD_OTHER_SHAPE /* the file has another size, number of channels or bits than its recipe */
} TdVerdict;

/* The first difference that counts (beyond one code where the verdict is TD_DIFFERENT). */
typedef struct TdComparison {
    TdVerdict verdict;
    uint64_t samples,
        differing; /* compared; not equal (up to the end, or the first difference) */
    uint32_t x, y, channel;
    uint32_t in_file, drawn;
    TdRaster file, recipe; /* shapes */
} TdComparison;

/* Draw the recipe that a PNG carries and compare the samples under the numerics contract. TD_OK
 * whatever the verdict; failures are those of reading and drawing. */
TD_API TdStatus td_draw_verify(const char *path, const TdRun *run, TdComparison *comparison,
                               TdError *err);

/* Whether sample (x, y) of the drawing is covered by the numerics contract: all of a picture,
 * the cells of a sheet or grid. On return *until is the first x behind it for which the answer
 * may differ. */
TD_API bool td_draw_covers(const TdRecipe *recipe, uint32_t x, uint32_t y, uint32_t *until);

#ifdef __cplusplus
}
#endif
#endif
