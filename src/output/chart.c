/* Charts, drawn by gnuplot. */
#include "output/chart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "output/child.h"
#include "output/file.h"

#define MARK "# made by " /* how our files begin */

static const char *const formats[] = {"svg", "png", "pdf"};
enum { FORMATS = sizeof formats / sizeof *formats };

const char *tdi_chart_format(const char *path, const char *format)
{
    const char *dot = strrchr(path, '.');
    const char *word = format != NULL ? format : dot != NULL ? dot + 1 : "";
    for (size_t i = 0; i < FORMATS; i++)
        if (strcasecmp(word, formats[i]) == 0)
            return formats[i];
    return NULL;
}

/* ---- Names ------------------------------------------------------------------------------- */

/* The chart's path without the ending that made it a chart; another one stays, so that the
 * data's name is never the chart's. */
static void add_stem(TdiText *text, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    bool ours = dot != NULL && dot > name && tdi_chart_format(dot, NULL) != NULL;
    tdi_text_add_bytes(text, path, ours ? (size_t)(dot - path) : strlen(path));
}

static void add_sibling(TdiText *text, const char *path, const char *ending)
{
    add_stem(text, path);
    tdi_text_add(text, ending);
}

void tdi_chart_quote(TdiText *text, const char *words)
{
    tdi_text_add(text, "'");
    for (const char *c = words; *c != '\0'; c++)
        tdi_text_add_bytes(text, *c == '\'' ? "''" : c, *c == '\'' ? 2 : 1);
    tdi_text_add(text, "'");
}

/* A file of the script's own folder. Behind "./" gnuplot takes no name for a command, an option
 * or somebody's home ("|name", "<name", "-", "~"). */
static void add_name(TdiText *text, const char *path)
{
    const char *slash = strrchr(path, '/');
    TdiText name = {0};
    tdi_text_add(&name, "./");
    tdi_text_add(&name, slash != NULL ? slash + 1 : path);
    if (!name.failed)
        tdi_chart_quote(text, name.data);
    text->failed |= name.failed;
    tdi_text_free(&name);
}

/* ---- Scripts ----------------------------------------------------------------------------- */

static void add_comment(TdiText *text, const TdiChart *chart)
{
    tdi_text_format(text, MARK "%s\n", chart->made_by);
}

/* Sizes are in points, of which a .png has two dots each. Letters are of 1/72 inch to
 * gnuplot, where pango takes 96 dots for an inch; a line of a .pdf is half as wide as said. */
static void add_terminal(TdiText *text, const TdiChart *chart, const char *format)
{
    tdi_text_add(text, "set encoding utf8\nset terminal ");
    if (strcmp(format, "svg") == 0)
        tdi_text_format(text, "svg size %.0f,%.0f", chart->width, chart->height);
    else if (strcmp(format, "png") == 0)
        tdi_text_format(text, "pngcairo size %.0f,%.0f fontscale 1.5 linewidth 2 pointscale 2",
                        2 * chart->width, 2 * chart->height);
    else {
        tdi_text_add(text, "pdfcairo size ");
        tdi_text_add_rounded(text, chart->width / 72, 8);
        tdi_text_add(text, "in,");
        tdi_text_add_rounded(text, chart->height / 72, 8);
        tdi_text_add(text, "in fontscale 0.75 linewidth 2 pointscale 1");
    }
    tdi_text_add(text, " noenhanced font 'DejaVu Sans,");
    tdi_text_add_rounded(text, chart->em, 4);
    tdi_text_format(text, "' background rgb '#%06x'\n", chart->paper);
}

static void add_data(TdiText *text, const TdiChart *chart)
{
    add_comment(text, chart);
    tdi_text_add(text, chart->data);
}

/* For people: it reads and writes files beside itself. */
static void add_script(TdiText *text, const TdiChart *chart, const char *path,
                       const char *format)
{
    TdiText data = {0};
    add_sibling(&data, path, ".dat");
    add_comment(text, chart);
    tdi_text_add(text, "# In this folder, gnuplot draws the chart again from this script.\n");
    add_terminal(text, chart, format);
    tdi_text_add(text, "set output ");
    add_name(text, path);
    tdi_text_add(text, "\ndata = ");
    if (!data.failed)
        add_name(text, data.data);
    tdi_text_format(text, "\n\n%s", chart->script);
    text->failed |= data.failed;
    tdi_text_free(&data);
}

/* For the program that we start: it reads nothing else, and writes to its standard output. */
static void add_feed(TdiText *text, const TdiChart *chart, const char *format)
{
    tdi_text_add(text, "$tiedye << END_OF_DATA\n");
    tdi_text_add(text, chart->data);
    tdi_text_add(text, "END_OF_DATA\ndata = '$tiedye'\n");
    add_terminal(text, chart, format);
    tdi_text_add(text, chart->script);
}

/* ---- Running gnuplot --------------------------------------------------------------------- */

static TdStatus fail_start(int code, TdError *err)
{
    if (code == ENOENT)
        return tdi_fail(err, TD_ERROR_UNSUPPORTED, "there is no gnuplot");
    return tdi_fail(err, TD_ERROR_IO, "the program gnuplot cannot be started: %s",
                    strerror(code));
}

/* gnuplot points at mistakes with lines of blanks and a ^. */
static void tidy(TdError *err)
{
    size_t used = 0;
    if (err == NULL)
        return;
    for (const char *c = err->message; *c != '\0'; c++) {
        bool blank = *c == ' ' || *c == '^' || *c == ';';
        if (blank && used > 0 && err->message[used - 1] == ' ')
            continue;
        err->message[used++] = blank ? ' ' : *c;
    }
    err->message[used] = '\0';
}

static TdStatus run_gnuplot(const TdiText *feed, int output, const TdRun *run, TdError *err)
{
    static const char *const words[] = {"gnuplot", "--default-settings", NULL};
    TdiChild child;
    int code = tdi_child_filter(&child, words, output);
    TdStatus status = code != 0 ? fail_start(code, err) : TD_OK;
    if (status == TD_OK)
        status = tdi_child_feed(&child, feed->data, feed->length, run, err);
    if (status == TD_OK)
        status = tdi_child_finish(&child, run, err);
    if (status == TD_ERROR_IO)
        tidy(err);
    tdi_child_end(&child);
    return status;
}

/* ---- SVG --------------------------------------------------------------------------------- */

static void add_xml(TdiText *text, const char *words)
{
    for (const char *c = words; *c != '\0'; c++)
        if (*c == '<')
            tdi_text_add(text, "&lt;");
        else if (*c == '&')
            tdi_text_add(text, "&amp;");
        else
            tdi_text_add_bytes(text, c, 1);
}

/* Copy up to `mark` and step over it; false where it does not come. */
static bool copy_to(TdiText *out, const char **rest, const char *mark)
{
    const char *found = strstr(*rest, mark);
    if (found == NULL)
        return false;
    tdi_text_add_bytes(out, *rest, (size_t)(found - *rest));
    *rest = found + strlen(mark);
    return true;
}

/* Replace what stands between two marks. */
static void replace(TdiText *out, const char **rest, const char *begin, const char *end,
                    const char *words)
{
    const char *from = strstr(*rest, begin), *to = from != NULL ? strstr(from, end) : NULL;
    if (to == NULL || !copy_to(out, rest, begin))
        return;
    tdi_text_add(out, begin);
    add_xml(out, words);
    *rest = to;
}

/* What gnuplot calls the picture, and tooltips, which it leaves to a script of its own: the
 * words stand in <title>, which every browser shows, and no script is asked for. Where another
 * gnuplot writes other lines, they stay. */
static void polish(const TdiChart *chart, const char *svg, TdiText *out)
{
    static const char begin[] = "<g onmousemove=\"gnuplot_svg.showHypertext(evt,'";
    static const char end[] =
        "')\" onmouseout=\"gnuplot_svg.hideHypertext()\"><title> </title>";
    const char *rest = svg, *next;
    replace(out, &rest, "<title>", "</title>", chart->title);
    replace(out, &rest, "<desc>", "</desc>", chart->description);
    while ((next = strstr(rest, begin)) != NULL && strstr(next, end) != NULL) {
        copy_to(out, &rest, begin);
        tdi_text_add(out, "<g><title>");
        copy_to(out, &rest, end);
        tdi_text_add(out, "</title>");
    }
    tdi_text_add(out, rest);
}

/* gnuplot writes font-family="DejaVu Sans:Bold": no family of that name is anywhere. And where
 * there is no DejaVu Sans, Verdana has its widths, and letters without serifs its looks. */
static void mend_fonts(const char *svg, TdiText *out)
{
    static const char begin[] = "font-family=\"";
    const char *rest = svg;
    while (copy_to(out, &rest, begin)) {
        size_t length = strcspn(rest, "\""), family = strcspn(rest, ":\"");
        const char *style = rest + family;
        tdi_text_add(out, begin);
        tdi_text_add_bytes(out, rest, family);
        tdi_text_add(out, ", Verdana, sans-serif");
        if (strncmp(style, ":Bold", 5) == 0)
            tdi_text_add(out, "\" font-weight=\"bold");
        else if (strncmp(style, ":Italic", 7) == 0)
            tdi_text_add(out, "\" font-style=\"italic");
        rest += length;
    }
    tdi_text_add(out, rest);
}

static TdStatus read_back(FILE *from, TdiText *text, TdError *err)
{
    char piece[4096];
    size_t count;
    rewind(from);
    while ((count = fread(piece, 1, sizeof piece, from)) > 0)
        tdi_text_add_bytes(text, piece, count);
    if (ferror(from))
        return tdi_fail(err, TD_ERROR_IO, "what gnuplot has drawn cannot be read");
    return text->failed ? tdi_fail_memory(err, text->length) : TD_OK;
}

static TdStatus draw_svg(const TdiChart *chart, const TdiText *feed, TdiFile *file,
                         const TdRun *run, TdError *err)
{
    TdiText drawn = {0}, mended = {0}, polished = {0};
    FILE *between = tmpfile();
    if (between == NULL)
        return tdi_fail(err, TD_ERROR_IO, "a temporary file: %s", strerror(errno));
    TdStatus status = run_gnuplot(feed, fileno(between), run, err);
    if (status == TD_OK)
        status = read_back(between, &drawn, err);
    if (status == TD_OK && drawn.length > 0)
        mend_fonts(drawn.data, &mended);
    if (status == TD_OK && mended.length > 0)
        polish(chart, mended.data, &polished);
    if (status == TD_OK && (mended.failed || polished.failed))
        status = tdi_fail_memory(err, drawn.length);
    if (status == TD_OK)
        status = tdi_file_write(file, polished.data, polished.length, err);
    fclose(between);
    tdi_text_free(&drawn);
    tdi_text_free(&mended);
    tdi_text_free(&polished);
    return status;
}

static TdStatus draw(const TdiChart *chart, const char *format, TdiFile *file, const TdRun *run,
                     TdError *err)
{
    TdiText feed = {0};
    add_feed(&feed, chart, format);
    TdStatus status = feed.failed ? tdi_fail_memory(err, feed.length) : TD_OK;
    if (status == TD_OK && strcmp(format, "svg") == 0)
        status = draw_svg(chart, &feed, file, run, err);
    else if (status == TD_OK)
        status = run_gnuplot(&feed, tdi_file_descriptor(file), run, err);
    tdi_text_free(&feed);
    if (status == TD_ERROR_IO && tdi_file_check_reader(file, NULL) != TD_OK)
        return tdi_file_check_reader(file, err);
    return status;
}

/* ---- Files ------------------------------------------------------------------------------- */

/* What a chart is made of, on its way to the disk. */
typedef struct Files {
    TdiText data_path, script_path, data, script;
    TdiFile *chart_file, *data_file, *script_file;
} Files;

/* Whether nothing is lost when `path` is overwritten. */
static TdStatus check_ours(const char *path, TdError *err)
{
    char begin[sizeof MARK - 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) /* not there; or not ours to read, which will be told by whoever writes it */
        return TD_OK;
    struct stat about;
    bool regular = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
    ssize_t count = regular ? read(fd, begin, sizeof begin) : -1;
    close(fd);
    if (count == 0 ||
        (count == (ssize_t)sizeof begin && memcmp(begin, MARK, sizeof begin) == 0))
        return TD_OK;
    return tdi_fail(err, TD_ERROR_ARGUMENT,
                    "%.300s is in the way: the chart's data and script are written beside it, "
                    "and that file is not from tiedye; choose another name for the chart",
                    path);
}

static TdStatus write_text(const char *path, const TdiText *text, const TdRun *run,
                           TdiFile **file, TdError *err)
{
    TdStatus status = check_ours(path, err);
    if (status == TD_OK)
        status = tdi_file_open(path, NULL, run, file, err);
    return status == TD_OK ? tdi_file_write(*file, text->data, text->length, err) : status;
}

static TdStatus write_siblings(const TdiChart *chart, const char *path, const char *format,
                               Files *files, const TdRun *run, TdError *err)
{
    if (!tdi_text_is_clean(path))
        return tdi_fail(err, TD_ERROR_ARGUMENT,
                        "the chart's name stands in its script, so it must be UTF-8 without "
                        "line breaks and other control characters");
    add_sibling(&files->data_path, path, ".dat");
    add_sibling(&files->script_path, path, ".gp");
    add_data(&files->data, chart);
    add_script(&files->script, chart, path, format);
    if (files->data_path.failed || files->script_path.failed || files->data.failed ||
        files->script.failed)
        return tdi_fail_memory(err, files->script.length);
    TdStatus status =
        write_text(files->data_path.data, &files->data, run, &files->data_file, err);
    if (status == TD_OK)
        status =
            write_text(files->script_path.data, &files->script, run, &files->script_file, err);
    return status;
}

/* Close a file, or remove it where something has failed. */
static void settle(TdiFile **file, TdStatus *status, TdError *err)
{
    if (*file != NULL && *status == TD_OK)
        *status = tdi_file_close(*file, err);
    else
        tdi_file_discard(*file);
    *file = NULL;
}

/* There is no gnuplot: what can be written is. */
static TdStatus settle_without(Files *files, TdError *err)
{
    static const char advice[] = "install it (Debian: apt install gnuplot-nox)";
    TdStatus status = TD_OK;
    bool siblings = files->data_file != NULL;
    tdi_file_discard(files->chart_file);
    files->chart_file = NULL;
    settle(&files->data_file, &status, err);
    settle(&files->script_file, &status, err);
    if (status != TD_OK)
        return status;
    if (!siblings)
        return tdi_fail(err, TD_ERROR_UNSUPPORTED, "charts need the program gnuplot; %s",
                        advice);
    return tdi_fail(err, TD_ERROR_UNSUPPORTED,
                    "charts need the program gnuplot; %s. The chart's data and script are "
                    "written: %.300s, %.300s",
                    advice, files->data_path.data, files->script_path.data);
}

static void free_files(Files *files)
{
    tdi_text_free(&files->data_path);
    tdi_text_free(&files->script_path);
    tdi_text_free(&files->data);
    tdi_text_free(&files->script);
}

TdStatus tdi_chart_save(const TdiChart *chart, const char *path, const char *format,
                        const TdRun *run, TdError *err)
{
    Files files = {0};
    bool text = strcmp(format, "svg") == 0;
    TdStatus status =
        tdi_file_open(path, text ? NULL : "a picture", run, &files.chart_file, err);
    if (status == TD_OK && tdi_file_temporary(files.chart_file) != NULL)
        status = write_siblings(chart, path, format, &files, run, err);
    if (status == TD_OK)
        status = draw(chart, format, files.chart_file, run, err);
    if (status == TD_ERROR_UNSUPPORTED) {
        status = settle_without(&files, err);
    } else {
        settle(&files.data_file, &status, err);
        settle(&files.script_file, &status, err);
        settle(&files.chart_file, &status, err);
    }
    free_files(&files);
    return status;
}
