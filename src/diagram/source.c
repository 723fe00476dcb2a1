/* Diagrams of files and built-in networks, and files of them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "diagram/diagram.h"
#include "graph/description.h"
#include "graph/detect.h"
#include "graph/from_onnx.h"
#include "graph/from_weights.h"
#include "graph/networks.h"
#include "output/child.h"
#include "output/file.h"

enum { LONGEST_DESCRIPTION = 1 << 20 };

/* ---- Which source -------------------------------------------------------------------- */

static bool ends_in(const char *path, const char *ending)
{
    size_t length = strlen(path), end = strlen(ending);
    return length > end && strcasecmp(path + length - end, ending) == 0;
}

/* By its name where that says it, so that a broken file is told what is wrong with it. */
static TdiNetworkFile kind_of(const char *path)
{
    static const struct {
        const char *ending;
        TdiNetworkFile kind;
    } endings[] = {{".onnx", TDI_FILE_ONNX},
                   {".safetensors", TDI_FILE_SAFETENSORS},
                   {".net", TDI_FILE_DESCRIPTION}};
    unsigned char bytes[TDI_DETECT_BYTES];
    struct stat about;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_in(path, endings[i].ending))
            return endings[i].kind;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return TDI_FILE_OTHER;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
    if (fd >= 0)
        close(fd);
    return count <= 0 ? TDI_FILE_OTHER
                      : tdi_network_file(bytes, (size_t)count, (uint64_t)about.st_size);
}

bool td_diagram_is_source(const char *source)
{
    if (source[0] == '@') /* a name that is neither is told the nearest network's */
        return tdi_network_find(source + 1, NULL) != NULL ||
               td_preset_find(source + 1, NULL) == NULL;
    return kind_of(source) != TDI_FILE_OTHER;
}

/* ---- Descriptions -------------------------------------------------------------------- */

static TdStatus fail_file(const char *path, TdError *err)
{
    return tdi_fail(err, TD_ERROR_IO, "%.300s: %s", path,
                    errno == ENOENT ? "there is no such file" : strerror(errno));
}

static TdStatus read_text(const char *path, TdiText *text, TdError *err)
{
    char piece[4096];
    ssize_t count = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail_file(path, err);
    while (text->length <= LONGEST_DESCRIPTION && (count = read(fd, piece, sizeof piece)) > 0)
        tdi_text_add_bytes(text, piece, (size_t)count);
    TdStatus status = count < 0 ? fail_file(path, err) : TD_OK;
    close(fd);
    if (status == TD_OK && text->failed)
        return tdi_fail_memory(err, text->length);
    if (status == TD_OK && text->length > LONGEST_DESCRIPTION)
        return tdi_fail(err, TD_ERROR_FORMAT, "%.300s: too long for a description (over 1 MiB)",
                        path);
    return status;
}

static TdStatus read_description(const char *path, TdiGraph *graph, TdiText *title,
                                 TdError *err)
{
    TdiText text = {0};
    TdiDescription facts = {0};
    TdStatus status = read_text(path, &text, err);
    if (status == TD_OK)
        status = tdi_graph_from_description(path, text.data != NULL ? text.data : "",
                                            text.length, graph, &facts, err);
    if (status == TD_OK)
        tdi_text_add(title, facts.title);
    tdi_text_free(&text);
    return status;
}

static TdStatus read_built_in(const char *name, TdiGraph *graph, TdiText *title, TdError *err)
{
    const TdiNetworkText *network = tdi_network_find(name, err);
    if (network == NULL)
        return TD_ERROR_RECIPE;
    tdi_text_add(title, network->title);
    return tdi_graph_from_description(name, network->text, strlen(network->text), graph, NULL,
                                      err);
}

/* ---- All ----------------------------------------------------------------------------- */

/* The file's name without folders and ending. */
static void add_name(TdiText *title, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t length = dot != NULL && dot > name ? (size_t)(dot - name) : strlen(name);
    tdi_text_add_bytes(title, name, length);
}

static TdStatus read_graph(const char *source, const char *sizes, TdiGraph *graph,
                           TdiText *title, TdError *err)
{
    TdiNetworkFile kind = source[0] == '@' ? TDI_FILE_DESCRIPTION : kind_of(source);
    if (sizes != NULL && kind != TDI_FILE_ONNX)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "%.300s: has no open sizes; only ONNX models may have some", source);
    if (source[0] == '@')
        return read_built_in(source + 1, graph, title, err);
    if (kind == TDI_FILE_DESCRIPTION)
        return read_description(source, graph, title, err);
    add_name(title, source);
    if (kind == TDI_FILE_ONNX)
        return tdi_graph_from_onnx_sized(source, sizes, graph, err);
    if (kind == TDI_FILE_SAFETENSORS)
        return tdi_graph_from_weights(source, graph, err);
    if (access(source, R_OK) != 0)
        return fail_file(source, err);
    return tdi_fail(err, TD_ERROR_FORMAT,
                    "%.300s: is no ONNX model, no description of a network (its first line is "
                    "`network NAME`) and no safetensors file",
                    source);
}

TdStatus td_diagram_read(const char *source, const TdDiagramOptions *options, const TdRun *run,
                         TdDiagram **diagram, TdError *err)
{
    TdiGraph graph = {0};
    TdiText title = {0};
    *diagram = NULL;
    TdStatus status =
        read_graph(source, options != NULL ? options->sizes : NULL, &graph, &title, err);
    if (status == TD_OK)
        status = tdi_diagram_make(&graph, title.data != NULL ? title.data : source, options,
                                  run, diagram, err);
    tdi_text_free(&title);
    return status;
}

/* ---- Files --------------------------------------------------------------------------- */

static TdStatus fail_start(int code, const char *format, TdError *err)
{
    if (code == ENOENT)
        return tdi_fail(err, TD_ERROR_UNSUPPORTED,
                        "%s: needs the program rsvg-convert; install it (Debian: apt install "
                        "librsvg2-bin), or write .svg, which needs none",
                        format);
    return tdi_fail(err, TD_ERROR_IO, "%s: the program rsvg-convert cannot be started: %s",
                    format, strerror(code));
}

static TdStatus convert(const char *svg, const char *format, TdiFile *file, const TdRun *run,
                        TdError *err)
{
    const char *const words[] = {"rsvg-convert", "--unlimited", "--format", format, "--dpi-x",
                                 "144",          "--dpi-y",     "144",      NULL};
    TdiChild child;
    int code = tdi_child_filter(&child, words, tdi_file_descriptor(file));
    TdStatus status = code != 0 ? fail_start(code, format, err) : TD_OK;
    if (status == TD_OK)
        status = tdi_child_feed(&child, svg, strlen(svg), run, err);
    if (status == TD_OK)
        status = tdi_child_finish(&child, run, err);
    tdi_child_end(&child);
    /* A reader that went away is to be told as of any other file. */
    TdStatus reader = status == TD_ERROR_IO ? tdi_file_check_reader(file, err) : TD_OK;
    return reader != TD_OK ? reader : status;
}

static const char *format_of(const char *path, const char *format)
{
    static const char *const formats[] = {"svg", "png", "pdf"};
    const char *dot = strrchr(path, '.');
    const char *word = format != NULL ? format : dot != NULL ? dot + 1 : "";
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcasecmp(word, formats[i]) == 0)
            return formats[i];
    return NULL;
}

TdStatus td_diagram_save(const TdDiagram *diagram, const char *path, const char *format,
                         const TdRun *run, TdError *err)
{
    const char *as = format_of(path, format);
    TdiFile *file = NULL;
    if (as == NULL)
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "%.300s: a diagram is written as .svg, .png or .pdf; choose one with "
                        "--format",
                        path);
    char *svg = td_diagram_print(diagram, TD_DIAGRAM_SVG);
    if (svg == NULL)
        return tdi_fail_memory(err, 0);
    bool plain = strcmp(as, "svg") == 0;
    TdStatus status = tdi_file_open(path, plain ? NULL : "a picture", run, &file, err);
    if (status == TD_OK)
        status = plain ? tdi_file_write(file, svg, strlen(svg), err)
                       : convert(svg, as, file, run, err);
    if (status == TD_OK)
        status = tdi_file_close(file, err);
    else
        tdi_file_discard(file);
    td_text_free(svg);
    return status;
}
