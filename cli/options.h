/* The command line: words, keys of recipes (`--seed 7`) and options that say how a command
 * runs. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <tiedye/recipe.h>

#include "messages.h"

/* How a command runs: one table for all commands, never part of a recipe. */
typedef enum RunOption {
    OPTION_OUTPUT,
    OPTION_FORMAT,
    OPTION_NO_RECIPE,
    OPTION_SHOW,
    OPTION_WHAT,
    OPTION_REPORT,
    OPTION_CELL,
    OPTION_LINK,
    OPTION_JSON,
    OPTION_FOLD,
    OPTION_AMONG,
    OPTION_KEEP,
    OPTION_TEXT,
    OPTION_UNFOLD,
    OPTION_GROWTH,
    OPTION_LEVELS,
    OPTION_SIZES,
    OPTION_ASPECT,
    OPTION_DARK,
    OPTION_NEURONS,
    OPTION_COMPARE,
    OPTION_THREADS,
    OPTION_MAX_MEMORY,
    OPTION_FAST,
    OPTION_QUIET,
    OPTION_HELP,
    OPTION_COUNT
} RunOption;

#define OPTIONS_RUN (1u << OPTION_THREADS | 1u << OPTION_MAX_MEMORY | 1u << OPTION_QUIET)
#define OPTIONS_DRAW                                                                           \
    (OPTIONS_RUN | 1u << OPTION_OUTPUT | 1u << OPTION_FORMAT | 1u << OPTION_NO_RECIPE |        \
     1u << OPTION_SHOW | 1u << OPTION_FAST)
#define OPTIONS_COST (1u << OPTION_WHAT | 1u << OPTION_REPORT | 1u << OPTION_JSON)
#define GROUPS_PICTURE                                                                         \
    (1u << TD_GROUP_NETWORK | 1u << TD_GROUP_VIEW | 1u << TD_GROUP_COLOUR |                    \
     1u << TD_GROUP_RASTER)
#define GROUPS_INSIDE                                                                          \
    (1u << TD_GROUP_NETWORK | 1u << TD_GROUP_VIEW | 1u << TD_GROUP_COLOUR |                    \
     1u << TD_GROUP_INSIDE | 1u << TD_GROUP_CAPTION)
#define GROUPS_SHEET (GROUPS_PICTURE | 1u << TD_GROUP_SHEET | 1u << TD_GROUP_CAPTION)
#define GROUPS_GRID (GROUPS_PICTURE | 1u << TD_GROUP_GRID | 1u << TD_GROUP_CAPTION)
#define GROUPS_VOLUME (GROUPS_PICTURE | 1u << TD_GROUP_VOLUME)
#define GROUPS_FILM                                                                            \
    (GROUPS_SHEET | GROUPS_GRID | GROUPS_INSIDE | GROUPS_VOLUME | 1u << TD_GROUP_MOTION)
#define GROUPS_ALL GROUPS_FILM

typedef struct Arguments Arguments;

/* A command: a row of the table in main.c. */
typedef struct Command {
    const char *name, *usage; /* "render", "[SOURCE...] [--KEY VALUE...] [-o FILE]" */
    const char *summary;      /* one line */
    const char *about;        /* a paragraph, lines of at most 80 characters */
    const char *example;      /* command lines */
    unsigned groups;          /* key groups it takes, bit by TdKeyGroup */
    unsigned options;         /* run options it takes, bit by RunOption; help is everybody's */
    bool sources;             /* words are recipe sources, read before keys are set */
    TdDraw draws;             /* what it draws, where the sources do not say */
    int (*run)(const Arguments *arguments);
} Command;

struct Arguments {
    const Command *command;
    int argc;
    char **argv; /* behind the command's name */
    TdRecipe *recipe;
    const char *value[OPTION_COUNT]; /* of run options; "" for a switch, NULL where absent */
    TdRun run;
};

/* Read everything behind the command's name. Returns 0 to go on, else the exit code to end with
 * (the message is printed), or -1 where help was asked for. */
int read_arguments(Arguments *arguments);

/* A place on the command line; {0} is the first. */
typedef struct Cursor {
    int at;
    bool words_only; /* behind "--" */
} Cursor;

/* Set the keys that were given as options in a recipe of one's own, as read_arguments has done
 * in arguments->recipe. Returns 0 or the exit code. */
int apply_keys(const Arguments *arguments, TdRecipe *recipe);

/* The keys that were given as options one by one, and their values. NULL at the end. */
const TdKeyInfo *next_key(const Arguments *arguments, Cursor *cursor, const char **value);

/* The words (neither options nor their values) one by one. NULL at the end. */
const char *next_word(const Arguments *arguments, Cursor *cursor);

/* A row of the table of run options. */
typedef struct OptionInfo {
    const char *name;
    char letter;       /* 0: has none */
    const char *value; /* what its value is called, NULL for a switch */
    const char *help;
} OptionInfo;

/* Run option `option` < OPTION_COUNT. */
const OptionInfo *option_info(unsigned option);

/* What of both tables a command takes. */
bool takes_option(const Command *command, unsigned option);
bool takes_key(const Command *command, const char *name);
bool takes_group(const Command *command, TdKeyGroup group); /* any of its keys */

/* More than so many are listed behind the help, where lines are wrapped. */
enum { MANY_CHOICES = 8, CHOICES_ROOM = 240 };

/* The key's choices with a joint between them; returns how many there are. */
size_t join_choices(const TdKeyInfo *key, const char *joint, char *out, size_t size);

/* `tiedye COMMAND --help`, to standard output. */
void print_command_help(const Command *command);

/* Complain about the command line, and say where to read more; returns 2. */
__attribute__((format(printf, 2, 3))) int usage_error(const Command *command,
                                                      const char *format, ...);

#endif
