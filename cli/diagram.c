/* tiedye diagram: the architecture of a network. */
#include <tiedye/diagram.h>
#include <tiedye/sheet.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "draw.h"
#include "progress.h"

enum { DEEPEST = 1000 };

/* ---- Options -------------------------------------------------------------------------- */

/* "16:9", or a number. */
static int read_aspect(const Arguments *arguments, double *aspect)
{
    const char *value = arguments->value[OPTION_ASPECT];
    char *end;
    if (value == NULL)
        return 0;
    double width = strtod(value, &end), height = 1;
    bool good = end != value;
    if (good && *end == ':') {
        const char *rest = end + 1;
        height = strtod(rest, &end);
        good = end != rest;
    }
    *aspect = width / height;
    if (!good || *end != '\0' || !(width > 0) || !(height > 0) || *aspect < 0.1 || *aspect > 10)
        return usage_error(arguments->command,
                           "--aspect: \"%.40s\" is not a shape of a page such as 16:9, from "
                           "1:10 to 10:1",
                           value);
    return 0;
}

static int read_levels(const Arguments *arguments, uint32_t *levels)
{
    const char *value = arguments->value[OPTION_LEVELS];
    char *end;
    if (value == NULL)
        return 0;
    long number = strtol(value, &end, 10);
    if (end == value || *end != '\0' || number < 1 || number > DEEPEST)
        return usage_error(arguments->command,
                           "--depth: \"%.40s\" is not a number of levels from 1 to %d", value,
                           DEEPEST);
    *levels = (uint32_t)number;
    return 0;
}

static int read_diagram_options(const Arguments *arguments, TdDiagramOptions *options)
{
    *options = (TdDiagramOptions){.unfold = arguments->value[OPTION_UNFOLD] != NULL,
                                  .growth = arguments->value[OPTION_GROWTH] != NULL,
                                  .dark = arguments->value[OPTION_DARK] != NULL,
                                  .neurons = arguments->value[OPTION_NEURONS] != NULL,
                                  .sizes = arguments->value[OPTION_SIZES]};
    if (options->unfold && options->growth)
        return usage_error(arguments->command, "--unfold and --growth contradict each other");
    int code = read_aspect(arguments, &options->aspect);
    return code != 0 ? code : read_levels(arguments, &options->depth);
}

/* What would be printed where is looked at before anything is read. */
static int check_output(const Arguments *arguments)
{
    const char *path = arguments->value[OPTION_OUTPUT];
    bool text = arguments->value[OPTION_TEXT] != NULL;
    bool json = arguments->value[OPTION_JSON] != NULL;
    if (text && json)
        return usage_error(arguments->command, "--text and --json both want standard output");
    if (path != NULL && path[0] == '\0')
        return usage_error(arguments->command, "the name behind --output is empty");
    if (path != NULL && strcmp(path, "-") == 0 && (text || json))
        return usage_error(arguments->command, "--%s and -o - both want standard output",
                           text ? "text" : "json");
    if (path == NULL && (text || json) && arguments->value[OPTION_FORMAT] != NULL)
        return usage_error(arguments->command, "--format says nothing to --%s without -o",
                           text ? "text" : "json");
    return 0;
}

/* ---- Sources -------------------------------------------------------------------------- */

static bool has_key(const Arguments *arguments)
{
    Cursor cursor = {0};
    const char *value;
    return next_key(arguments, &cursor, &value) != NULL;
}

/* The one word that is a network, NULL where all are recipes. */
static int find_network(const Arguments *arguments, const char **network)
{
    Cursor cursor = {0};
    const char *word;
    int words = 0;
    *network = NULL;
    while ((word = next_word(arguments, &cursor)) != NULL) {
        words++;
        if (td_diagram_is_source(word))
            *network = word;
    }
    if (*network != NULL && words > 1)
        return usage_error(arguments->command,
                           "%.200s is a whole network; draw it alone, without other sources",
                           *network);
    if (*network != NULL && has_key(arguments))
        return usage_error(arguments->command, "keys are of recipes; %.200s has none",
                           *network);
    return 0;
}

/* The words are recipes; keys of the command line come last, as with every command. */
static int read_recipe(const Arguments *arguments)
{
    Cursor cursor = {0};
    TdError err = {0};
    const char *word;
    while ((word = next_word(arguments, &cursor)) != NULL) {
        TdStatus status = td_source_read(arguments->recipe, word, &err);
        if (status != TD_OK)
            return report_error(status, &err);
    }
    return apply_keys(arguments, arguments->recipe);
}

static int read_diagram(const Arguments *arguments, TdDiagram **diagram)
{
    const char *network;
    TdDiagramOptions options;
    TdError err = {0};
    TdStatus status;
    int code = read_diagram_options(arguments, &options);
    if (code == 0)
        code = find_network(arguments, &network);
    if (code == 0 && network == NULL)
        code = read_recipe(arguments);
    if (code != 0)
        return code;
    status =
        network != NULL
            ? td_diagram_read(network, &options, &arguments->run, diagram, &err)
            : td_diagram_of_recipe(arguments->recipe, &options, &arguments->run, diagram, &err);
    return status == TD_OK ? 0 : report_error(status, &err);
}

/* ---- Output --------------------------------------------------------------------------- */

static int print_form(const TdDiagram *diagram, TdDiagramForm form)
{
    char *text = td_diagram_print(diagram, form);
    if (text == NULL)
        return report_memory();
    fputs(text, stdout);
    td_text_free(text);
    return 0;
}

/* Inception-v4.svg, Inception-v4-2.svg, ...: letters of the title that every system takes in a
 * file's name, the others as dashes. Nothing is overwritten unasked. */
static void free_name(const Arguments *arguments, const char *title, char *path, size_t size)
{
    const char *format = arguments->value[OPTION_FORMAT];
    char name[64];
    snprintf(name, sizeof name, "%s", title);
    for (char *c = name; *c != '\0'; c++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,-", *c) ==
            NULL)
            *c = '-';
    if (format == NULL)
        format = "svg";
    snprintf(path, size, "tiedye-%s.%s", name, format);
    for (unsigned n = 2; access(path, F_OK) == 0; n++)
        snprintf(path, size, "tiedye-%s-%u.%s", name, n, format);
}

static void say_saved(const TdDiagram *diagram, const char *path, double seconds)
{
    TdDiagramTotals totals = td_diagram_totals(diagram);
    char folds[128] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < totals.folds && used < sizeof folds; i++)
        used += (size_t)snprintf(folds + used, sizeof folds - used, "%s×%u",
                                 i == 0 ? ", folds " : " ",
                                 (unsigned)td_diagram_fold(diagram, i).count);
    bool counted = totals.macs > 0 || totals.macs_unknown == 0;
    char macs[64] = "";
    if (counted)
        snprintf(macs, sizeof macs, ", %llu multiply-adds", (unsigned long long)totals.macs);
    say("%.800s  %u layers%s, %llu parameters%s, %.1f s", output_name(path),
        (unsigned)totals.layers, folds, (unsigned long long)totals.parameters, macs, seconds);
    const char *open = td_diagram_open_sizes(diagram);
    if (totals.macs_unknown > 0 && open[0] != '\0')
        say("the multiply-adds of %llu operators are not known, as sizes are open: give them "
            "with "
            "--sizes %.*s=128%s",
            (unsigned long long)totals.macs_unknown, (int)strcspn(open, ","), open,
            strchr(open, ',') != NULL ? ",..." : "");
    else if (totals.macs_unknown > 0 && counted)
        say("the multiply-adds of %llu operators are not known",
            (unsigned long long)totals.macs_unknown);
    if (totals.unknown > 0)
        say("operators of types that tiedye does not know: %llu; --text names them",
            (unsigned long long)totals.unknown);
}

static int save(const Arguments *arguments, const TdDiagram *diagram, TdRun *run, bool quiet)
{
    char name[128];
    const char *path = arguments->value[OPTION_OUTPUT];
    TdError err = {0};
    if (path == NULL) {
        free_name(arguments, td_diagram_title(diagram), name, sizeof name);
        path = name;
    }
    TdStatus status =
        td_diagram_save(diagram, path, arguments->value[OPTION_FORMAT], run, &err);
    double seconds = end_progress(run);
    if (status != TD_OK)
        return report_error(status, &err);
    if (!quiet)
        say_saved(diagram, path, seconds);
    return 0;
}

/* ---- The built-ins side by side -------------------------------------------------------- */

/* A comparison is of all built-ins, and is drawn in one way. */
static int check_compare(const Arguments *arguments)
{
    static const unsigned others[] = {OPTION_UNFOLD, OPTION_GROWTH, OPTION_LEVELS,
                                      OPTION_SIZES,  OPTION_ASPECT, OPTION_NEURONS};
    Cursor cursor = {0};
    const char *word = next_word(arguments, &cursor);
    if (word != NULL)
        return usage_error(arguments->command,
                           "--compare is of the built-in networks; leave out %.200s", word);
    if (has_key(arguments))
        return usage_error(arguments->command,
                           "--compare is of the built-in networks; keys are of recipes");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (arguments->value[others[i]] != NULL)
            return usage_error(arguments->command, "--%s says nothing to --compare",
                               option_info(others[i])->name);
    return 0;
}

static int print_comparison(const Arguments *arguments, const TdRun *run)
{
    bool json = arguments->value[OPTION_JSON] != NULL;
    TdError err = {0};
    char *text;
    TdStatus status =
        td_diagram_compare_print(json ? TD_DIAGRAM_JSON : TD_DIAGRAM_TEXT, run, &text, &err);
    if (status != TD_OK)
        return report_error(status, &err);
    fputs(text, stdout);
    td_text_free(text);
    return 0;
}

static int save_comparison(const Arguments *arguments, TdRun *run)
{
    char name[128];
    const char *path = arguments->value[OPTION_OUTPUT];
    TdError err = {0};
    if (path == NULL) {
        free_name(arguments, "networks", name, sizeof name);
        path = name;
    }
    TdStatus status = td_diagram_compare(path, arguments->value[OPTION_FORMAT],
                                         arguments->value[OPTION_DARK] != NULL, run, &err);
    double seconds = end_progress(run);
    if (status != TD_OK)
        return report_error(status, &err);
    if (arguments->value[OPTION_QUIET] == NULL)
        say("%.800s  accuracy against cost%s, %.2f s", output_name(path),
            strcmp(path, "-") == 0 ? "" : ", data and script beside it", seconds);
    return 0;
}

static int compare(const Arguments *arguments, TdRun *run)
{
    bool prints =
        arguments->value[OPTION_TEXT] != NULL || arguments->value[OPTION_JSON] != NULL;
    int code = check_compare(arguments);
    if (code == 0 && prints)
        code = print_comparison(arguments, run);
    if (code == 0 && (arguments->value[OPTION_OUTPUT] != NULL || !prints))
        return save_comparison(arguments, run);
    end_progress(run);
    return code;
}

int run_diagram(const Arguments *arguments)
{
    TdDiagram *diagram = NULL;
    TdRun run = arguments->run;
    bool quiet = arguments->value[OPTION_QUIET] != NULL;
    bool text = arguments->value[OPTION_TEXT] != NULL;
    bool json = arguments->value[OPTION_JSON] != NULL;
    int code = check_output(arguments);
    start_progress(&run, "diagram", quiet);
    if (code == 0 && arguments->value[OPTION_COMPARE] != NULL)
        return compare(arguments, &run);
    if (code == 0)
        code = read_diagram(arguments, &diagram);
    if (code == 0 && (text || json))
        code = print_form(diagram, text ? TD_DIAGRAM_TEXT : TD_DIAGRAM_JSON);
    if (code == 0 && (arguments->value[OPTION_OUTPUT] != NULL || !(text || json)))
        code = save(arguments, diagram, &run, quiet);
    else
        end_progress(&run);
    td_diagram_free(diagram);
    return code;
}
