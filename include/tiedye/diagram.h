/* tiedye/diagram.h - architecture diagrams: a network read, its repeats folded, drawn small.
 *
 * A source is a file - an ONNX model (.onnx), a description in words (.net, docs/NETWORKS.md),
 * weights without a graph (.safetensors) - or a built-in network (@inception-v4), or a recipe.
 * Operators become layers (a convolution takes the norm and activation behind it along), layers
 * a tree of series and branches, and what repeats in a series is folded and counted. See
 * docs/DIAGRAMS.md for the rules. */
#ifndef TIEDYE_DIAGRAM_H
#define TIEDYE_DIAGRAM_H

#include "tiedye/base.h"
#include "tiedye/recipe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A network that was read and folded. Immutable. */
typedef struct TdDiagram TdDiagram;

/* How repeats are folded and what is drawn. Zeroed: the default. */
typedef struct TdDiagramOptions {
    bool unfold;       /* draw every layer */
    bool growth;       /* also fold steps whose widths grow evenly (DenseNet) */
    uint32_t depth;    /* levels of branches to draw, what is deeper is summed up; 0: all */
    double aspect;     /* width to height that the page aims at, 0.1 .. 10; 0: 16:9 */
    bool dark;         /* colours for a dark page */
    bool neurons;      /* draw the neurons of dense layers, and lines between them */
    const char *sizes; /* of an ONNX model's axes that have but names: "t=128,h=224"; NULL: they
                        * stay open, and what depends on them is not known */
} TdDiagramOptions;

/* What a network is in numbers. Parameters are the elements of stored tensors that take part in
 * the computation; running statistics of batch norms, masks and constants are none. Multiply-
 * adds are those of convolutions and matrix products for one input (a batch of 1): biases,
 * norms, pools and activations have none. One is two floating-point operations. */
typedef struct TdDiagramTotals {
    uint64_t parameters;
    uint64_t stored;        /* the same, tensors that several layers share counted once */
    uint64_t macs;          /* multiply-adds, where they are known */
    uint64_t macs_unknown;  /* operators whose multiply-adds are not */
    uint64_t operators;     /* of the file; those of bodies included */
    uint64_t unknown;       /* operators of types that tiedye does not know */
    uint32_t layers, folds; /* boxes before folding; repeats that were folded */
} TdDiagramTotals;

/* A fold: `count` copies of one unit, one after the other. */
typedef struct TdDiagramFold {
    const char *name; /* the unit's, "inception-a"; its letter where it has none */
    uint32_t count;
    const char *first; /* how the first copy differs, or how widths grow; "" where all are
                        * equal */
} TdDiagramFold;

/* Whether a source (a word of a command line) is a network for td_diagram_read, rather than a
 * recipe: a built-in's name, or a file that is a model, weights or a description. */
TD_API bool td_diagram_is_source(const char *source);

/* Read a file or a built-in ("@resnet-50"). TD_ERROR_IO, TD_ERROR_FORMAT (a broken file),
 * TD_ERROR_RECIPE (a broken description, an unknown built-in), TD_ERROR_ARGUMENT (options),
 * TD_ERROR_MEMORY, TD_ERROR_CANCELLED, TD_ERROR_UNSUPPORTED. The caller frees *diagram with
 * td_diagram_free. */
TD_API TdStatus td_diagram_read(const char *source, const TdDiagramOptions *options,
                                const TdRun *run, TdDiagram **diagram, TdError *err);

/* The network of a recipe. */
TD_API TdStatus td_diagram_of_recipe(const TdRecipe *recipe, const TdDiagramOptions *options,
                                     const TdRun *run, TdDiagram **diagram, TdError *err);

/* Takes NULL. */
TD_API void td_diagram_free(TdDiagram *diagram);

TD_API const char *td_diagram_title(const TdDiagram *diagram);

/* The names of sizes that are open, with commas; "" where none is. */
TD_API const char *td_diagram_open_sizes(const TdDiagram *diagram);

TD_API TdDiagramTotals td_diagram_totals(const TdDiagram *diagram);

/* Fold `i` < totals.folds, in the order in which one comes to them; the words are the
 * diagram's.
 */
TD_API TdDiagramFold td_diagram_fold(const TdDiagram *diagram, uint32_t i);

/* The forms in which a diagram is printed. */
typedef enum TdDiagramForm {
    TD_DIAGRAM_SVG,  /* the drawing */
    TD_DIAGRAM_TEXT, /* an outline with shapes, parameters and multiply-adds, and all folds */
    TD_DIAGRAM_JSON  /* the same for programs */
} TdDiagramForm;

/* Print a diagram. NULL where there is no memory; the caller frees it with td_text_free. */
TD_API char *td_diagram_print(const TdDiagram *diagram, TdDiagramForm form);

/* Write a drawing; the name's ending says as what: .svg, or .png or .pdf, which the program
 * rsvg-convert makes (144 dots an inch). `format` ("svg", "png", "pdf") overrides it, NULL does
 * not. TD_ERROR_UNSUPPORTED where that program is missing. */
TD_API TdStatus td_diagram_save(const TdDiagram *diagram, const char *path, const char *format,
                                const TdRun *run, TdError *err);

/* ---- Networks side by side ---- */

/* Draw the built-in networks that have a published accuracy on ImageNet: accuracy against
 * multiply-adds and against parameters, both counted, on a page of 960 x 540 points. `path`
 * and `format` are as in td_diagram_save, but the program is gnuplot. Beside NAME.svg its data
 * NAME.dat and its script NAME.gp are written (not where the chart goes into a pipe);
 * where gnuplot is missing they alone are, and TD_ERROR_UNSUPPORTED is returned. A file of such
 * a name that is not from tiedye is not overwritten: TD_ERROR_ARGUMENT. */
TD_API TdStatus td_diagram_compare(const char *path, const char *format, bool dark,
                                   const TdRun *run, TdError *err);

/* The same networks as a table, TD_DIAGRAM_TEXT or TD_DIAGRAM_JSON, the least accurate first:
 * name, year, layers with weights on the longest way through, parameters, multiply-adds,
 * accuracy in percent, and where that figure stands. The caller frees *text with td_text_free.
 */
TD_API TdStatus td_diagram_compare_print(TdDiagramForm form, const TdRun *run, char **text,
                                         TdError *err);

/* A built-in network. */
typedef struct TdNetworkInfo {
    const char *name;  /* "inception-v4", without the @ */
    const char *title; /* "Inception-v4" */
    const char *text;  /* its description, docs/NETWORKS.md */
} TdNetworkInfo;

/* Number `i` in alphabetical order, all NULL where there are fewer. */
TD_API TdNetworkInfo td_network_info(size_t i);

#ifdef __cplusplus
}
#endif
#endif
