#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <tiedye/sheet.h>

static const OptionInfo run_options[OPTION_COUNT] = {
    [OPTION_OUTPUT] = {"output", 'o', "FILE", "where the result goes; - is standard output"},
    [OPTION_FORMAT] = {"format", 0, "NAME",
                       "of a format (tiedye list formats); else as FILE's extension says"},
    [OPTION_NO_RECIPE] = {"no-recipe", 0, NULL, "leave the recipe out of the file"},
    [OPTION_SHOW] = {"show", 0, NULL, "look at it in the terminal; a file only with -o"},
    [OPTION_WHAT] = {"what", 0, "picture|cost",
                     "what is drawn: cost is a map of where it is hard"},
    [OPTION_REPORT] = {"report", 0, NULL, "print what drawing took (with --json as JSON)"},
    [OPTION_CELL] = {"cell", 0, "B4", "draw that one cell alone: column B, row 4"},
    [OPTION_LINK] = {"link", 0, NULL, "print a share link"},
    [OPTION_JSON] = {"json", 0, NULL, "print JSON"},
    [OPTION_FOLD] = {"fold", 0, NULL, "fold constant inputs into the first biases"},
    [OPTION_AMONG] = {"among", 0, "N", "how many pictures are looked at [10000]"},
    [OPTION_KEEP] = {"keep", 0, "N", "how many of them are kept, at most [32]"},
    [OPTION_TEXT] = {"text", 0, NULL, "print an outline, with every layer and fold"},
    [OPTION_UNFOLD] = {"unfold", 0, NULL, "draw every layer, however often they repeat"},
    [OPTION_GROWTH] = {"growth", 0, NULL, "fold also what repeats with growing widths"},
    [OPTION_LEVELS] = {"depth", 0, "N", "draw N levels of branches, and sum up deeper ones"},
    [OPTION_SIZES] = {"sizes", 0, "NAME=N,...", "of axes that an ONNX model leaves open"},
    [OPTION_ASPECT] = {"aspect", 0, "W:H", "of the page that is aimed at [16:9]"},
    [OPTION_COMPARE] = {"compare", 0, NULL,
                        "chart the built-in networks: accuracy against what it costs"},
    [OPTION_DARK] = {"dark", 0, NULL, "colours for a dark page"},
    [OPTION_NEURONS] = {"neurons", 0, NULL, "draw every neuron of dense layers"},
    [OPTION_THREADS] = {"threads", 0, "N", "worker threads (default: all cores)"},
    [OPTION_MAX_MEMORY] = {"max-memory", 0, "SIZE",
                           "limit, as 512M or 4G (default: half of the "
                           "machine's)"},
    [OPTION_FAST] = {"fast", 0, NULL,
                     "fuse multiply and add: quicker, not bit for bit the same"},
    [OPTION_QUIET] = {"quiet", 'q', NULL, "say nothing but errors"},
    [OPTION_HELP] = {"help", 'h', NULL, "this text"},
};

int usage_error(const Command *command, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    complain("%s; see tiedye %s --help", text, command->name);
    return 2;
}

/* ---- One argument after the other ---------------------------------------------------------
 */

typedef enum Kind { END, WORD, KEY, RUN, UNKNOWN, NO_VALUE, EXTRA_VALUE } Kind;

typedef struct Item {
    Kind kind;
    bool letter;       /* one dash */
    char name[64];     /* as it was written, without dashes or value */
    const char *value; /* the word; the value of a key or option */
    RunOption option;
} Item;

/* A run option of the same name hides a key: `diagram --depth` is of branches. */
static bool is_hidden(const Command *command, const char *name)
{
    for (unsigned i = 0; i < OPTION_COUNT; i++)
        if (takes_option(command, i) && strcmp(run_options[i].name, name) == 0)
            return true;
    return false;
}

bool takes_key(const Command *command, const char *name)
{
    const TdKeyInfo *key = td_key_find(name);
    if (is_hidden(command, name))
        return false;
    if (key != NULL && strcmp(key->name, "draw") == 0) /* of films: what their frames are */
        return (command->groups & 1u << TD_GROUP_MOTION) != 0;
    return key != NULL && (command->groups & 1u << key->group) != 0;
}

bool takes_group(const Command *command, TdKeyGroup group)
{
    for (size_t i = 0; i < td_key_count(); i++)
        if (td_key_info(i)->group == group && takes_key(command, td_key_info(i)->name))
            return true;
    return false;
}

const OptionInfo *option_info(unsigned option)
{
    return &run_options[option];
}

bool takes_option(const Command *command, unsigned option)
{
    return option == OPTION_HELP || (command->options & 1u << option) != 0;
}

/* The run option that the item names, OPTION_COUNT where the command has none. */
static RunOption find_option(const Command *command, const Item *item)
{
    unsigned option = 0;
    for (; option < OPTION_COUNT; option++) {
        bool same = item->letter
                        ? item->name[1] == '\0' && item->name[0] == run_options[option].letter
                        : strcmp(item->name, run_options[option].name) == 0;
        if (same && takes_option(command, option))
            break;
    }
    return (RunOption)option;
}

/* Split "--name=value" or "-o=value": returns the value, NULL where it is the next argument. */
static const char *split_option(const char *word, Item *item)
{
    item->letter = word[1] != '-';
    const char *name = word + (item->letter ? 1 : 2), *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    if (length >= sizeof item->name) /* no name is as long: it will be unknown */
        length = sizeof item->name - 1;
    memcpy(item->name, name, length);
    item->name[length] = '\0';
    return equals != NULL ? equals + 1 : NULL;
}

/* A switch without a value, at the end or before the next option, is on: `--loop`. */
static bool stands_alone(const Arguments *arguments, const Item *item, const Cursor *cursor)
{
    if (td_key_find(item->name)->type != TD_KEY_SWITCH)
        return false;
    return cursor->at == arguments->argc || arguments->argv[cursor->at][0] == '-';
}

/* An option, and its value, which may be the next argument. */
static Item read_option(const Arguments *arguments, const char *word, Cursor *cursor)
{
    Item item = {.kind = UNKNOWN};
    const char *value = split_option(word, &item);
    item.option = find_option(arguments->command, &item);
    bool run = item.option < OPTION_COUNT;
    bool key = !run && !item.letter && takes_key(arguments->command, item.name);
    bool wants_value = key || (run && run_options[item.option].value != NULL);
    item.value = value != NULL ? value : "";
    if (!run && !key)
        return item;
    item.kind = key ? KEY : RUN;
    if (key && value == NULL && stands_alone(arguments, &item, cursor)) {
        item.value = "on";
        return item;
    }
    if (!wants_value && value != NULL)
        item.kind = EXTRA_VALUE;
    else if (wants_value && value == NULL && cursor->at >= arguments->argc)
        item.kind = NO_VALUE;
    else if (wants_value && value == NULL)
        item.value = arguments->argv[cursor->at++];
    return item;
}

/* What stands at the cursor, which moves behind it and its value. */
static Item next_item(const Arguments *arguments, Cursor *cursor)
{
    if (cursor->at >= arguments->argc)
        return (Item){.kind = END};
    const char *word = arguments->argv[cursor->at++];
    if (!cursor->words_only && strcmp(word, "--") == 0) {
        cursor->words_only = true;
        return next_item(arguments, cursor);
    }
    if (cursor->words_only || word[0] != '-' || word[1] == '\0')
        return (Item){.kind = WORD, .value = word};
    return read_option(arguments, word, cursor);
}

const char *next_word(const Arguments *arguments, Cursor *cursor)
{
    for (;;) {
        Item item = next_item(arguments, cursor);
        if (item.kind == END || item.kind == WORD)
            return item.kind == END ? NULL : item.value;
    }
}

const TdKeyInfo *next_key(const Arguments *arguments, Cursor *cursor, const char **value)
{
    for (;;) {
        Item item = next_item(arguments, cursor);
        *value = item.value;
        if (item.kind == END || item.kind == KEY)
            return item.kind == END ? NULL : td_key_find(item.name);
    }
}

/* ---- Reading all of them ------------------------------------------------------------------
 */

/* Whether some command has this option. */
static bool is_option(const char *name)
{
    for (unsigned i = 0; i < OPTION_COUNT; i++)
        if (strcmp(name, run_options[i].name) == 0)
            return true;
    return false;
}

/* The name nearest to what was written, among those that the command takes. */
static const char *nearest_option(const Command *command, const char *name)
{
    const char *names[128];
    size_t count = 0;
    for (size_t i = 0; i < td_key_count() && count < 100; i++)
        if (takes_key(command, td_key_info(i)->name))
            names[count++] = td_key_info(i)->name;
    for (unsigned i = 0; i < OPTION_COUNT; i++)
        if (takes_option(command, i))
            names[count++] = run_options[i].name;
    for (size_t i = 0; i < count; i++) /* "-seed": only a dash is missing */
        if (strcmp(names[i], name) == 0)
            return names[i];
    return td_nearest_name(name, names, count);
}

static int fail_unknown(const Command *command, const Item *item)
{
    const char *dashes = item->letter ? "-" : "--", *near = nearest_option(command, item->name);
    const TdKeyInfo *key = td_key_find(item->name);
    if (!item->letter && key != NULL)
        return usage_error(command, "%s takes no --%s (a key of the group %s)", command->name,
                           item->name, td_group_name(key->group));
    if (!item->letter && is_option(item->name))
        return usage_error(command, "%s takes no --%s", command->name, item->name);
    if (near != NULL)
        return usage_error(command, "unknown option %s%s; did you mean --%s?", dashes,
                           item->name, near);
    return usage_error(command, "unknown option %s%s", dashes, item->name);
}

static int read_threads(Arguments *arguments, const char *value)
{
    char *end;
    long threads = strtol(value, &end, 10);
    if (end == value || *end != '\0' || threads < 1 || threads > 1024)
        return usage_error(arguments->command,
                           "--threads: \"%.40s\" is not a number from 1 to 1024", value);
    arguments->run.threads = (int)threads;
    return 0;
}

/* The power of 1024 that "", "K", "MB" or "GiB" stands for, -1 where it is no unit. */
static int read_unit(const char *unit)
{
    static const char units[] = "KMGT";
    if (*unit == '\0')
        return 0;
    const char *found = strchr(units, *unit & ~32); /* in capitals or not */
    bool ends =
        unit[1] == '\0' || strcasecmp(unit + 1, "B") == 0 || strcasecmp(unit + 1, "iB") == 0;
    return found == NULL || *found == '\0' || !ends ? -1 : (int)(found - units) + 1;
}

static int read_memory(Arguments *arguments, const char *value)
{
    char *end;
    double bytes = strtod(value, &end);
    int power = read_unit(end);
    for (int k = 0; k < power; k++)
        bytes *= 1024;
    if (end == value || power < 0 || !(bytes >= 1) || bytes > 0x1p62)
        return usage_error(arguments->command,
                           "--max-memory: \"%.40s\" is not a size such as 512M or 4G", value);
    arguments->run.max_memory = (uint64_t)bytes;
    return 0;
}

static int take_run_option(Arguments *arguments, const Item *item)
{
    arguments->value[item->option] = item->value;
    if (item->option == OPTION_THREADS)
        return read_threads(arguments, item->value);
    if (item->option == OPTION_MAX_MEMORY)
        return read_memory(arguments, item->value);
    if (item->option == OPTION_FAST)
        arguments->run.fast = true;
    return 0;
}

/* Everything but sources and keys: unknown options are found before anything is read. */
static int read_options(Arguments *arguments)
{
    Cursor cursor = {0};
    int code = 0;
    while (code == 0) {
        Item item = next_item(arguments, &cursor);
        const char *dashes = item.letter ? "-" : "--";
        switch (item.kind) {
        case END:
            return 0;
        case UNKNOWN:
            code = fail_unknown(arguments->command, &item);
            break;
        case NO_VALUE:
            code = usage_error(arguments->command, "%s%s needs a value", dashes, item.name);
            break;
        case EXTRA_VALUE:
            code = usage_error(arguments->command, "%s%s takes no value", dashes, item.name);
            break;
        case RUN:
            code = item.option == OPTION_HELP ? -1 : take_run_option(arguments, &item);
            break;
        default:
            break;
        }
    }
    return code;
}

static int read_sources(Arguments *arguments)
{
    TdError err = {0};
    const char *word;
    Cursor cursor = {0};
    while (arguments->command->sources && (word = next_word(arguments, &cursor)) != NULL) {
        TdStatus status = td_source_read(arguments->recipe, word, &err);
        if (status != TD_OK)
            return report_error(status, &err);
    }
    return 0;
}

/* "--layers, column 4: ..."; most messages begin with the key's name already. */
static int fail_key(const Item *item, TdStatus status, const TdError *err)
{
    char place[32] = "";
    const char *message = err->message, *key = td_key_find(item->name)->name;
    size_t length = strlen(key);
    if (strncmp(message, key, length) == 0 && strncmp(message + length, ": ", 2) == 0)
        message += length + 2;
    if (err->column > 1)
        snprintf(place, sizeof place, ", column %u", err->column);
    complain("--%s%s: %s", item->name, place, message);
    return status == TD_ERROR_RECIPE ? 2 : exit_code(status);
}

static bool is_path(const Item *item)
{
    return item->kind == KEY && td_key_find(item->name)->type == TD_KEY_PATHS;
}

/* All paths of the command line: each option adds one. */
static TdStatus set_paths(const Arguments *arguments, TdRecipe *recipe, TdError *err)
{
    char paths[4096] = "";
    size_t used = 0;
    Cursor cursor = {0};
    for (Item item = next_item(arguments, &cursor); item.kind != END;
         item = next_item(arguments, &cursor))
        if (is_path(&item) && used < sizeof paths)
            used += (size_t)snprintf(paths + used, sizeof paths - used, "%s%s",
                                     used > 0 ? " " : "", item.value);
    if (used < sizeof paths)
        return td_recipe_set(recipe, "path", paths, err);
    snprintf(err->message, sizeof err->message, "path: too many letters");
    return TD_ERROR_RECIPE;
}

/* A solid is made of a network that is fed z, unless `--inputs` says otherwise. */
static TdStatus set_key(TdRecipe *recipe, const Item *item, TdError *err)
{
    const TdKeyInfo *key = td_key_find(item->name);
    TdStatus status = td_recipe_set(recipe, item->name, item->value, err);
    if (status == TD_OK && strcmp(key->name, "draw") == 0 && recipe->draw == TD_DRAW_VOLUME &&
        recipe->inputs != 0)
        recipe->inputs |= 1u << TD_INPUT_Z;
    return status;
}

/* Keys drop the paths that the sources give them; paths of the command line itself come last,
 * and hold. */
int apply_keys(const Arguments *arguments, TdRecipe *recipe)
{
    Cursor cursor = {0};
    TdError err = {0};
    TdStatus status = TD_OK;
    Item item, path = {.kind = END};
    while ((item = next_item(arguments, &cursor)).kind != END) {
        if (is_path(&item))
            path = item;
        else if (item.kind == KEY)
            status = set_key(recipe, &item, &err);
        if (status != TD_OK)
            return fail_key(&item, status, &err);
    }
    if (path.kind != END)
        status = set_paths(arguments, recipe, &err);
    return status != TD_OK ? fail_key(&path, status, &err) : 0;
}

static int fail_cpu(const char *name)
{
    char names[128] = "";
    size_t used = 0;
    for (unsigned i = 0; i < TD_CPU_COUNT; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ",
                                 td_cpu_name((TdCpu)i));
    complain("TIEDYE_CPU: \"%.40s\" is none of %s", name, names);
    return 2;
}

/* TIEDYE_CPU=avx2 forces an instruction set. */
static int read_cpu(Arguments *arguments)
{
    const char *name = getenv("TIEDYE_CPU");
    TdCpu cpu = name == NULL || name[0] == '\0' ? TD_CPU_BEST : td_cpu_find(name);
    if (cpu == TD_CPU_COUNT)
        return fail_cpu(name);
    if (!td_cpu_available(cpu)) {
        complain("TIEDYE_CPU: this machine has no %s", name);
        return 4;
    }
    arguments->run.cpu = cpu;
    return 0;
}

int read_arguments(Arguments *arguments)
{
    int code = read_options(arguments);
    if (code == 0)
        code = read_cpu(arguments);
    if (code == 0)
        code = read_sources(arguments);
    if (code == 0)
        code = apply_keys(arguments, arguments->recipe);
    return code;
}

/* ---- Help ---------------------------------------------------------------------------------
 */

enum { HELP_COLUMN = 28 };

/* What is written stands left of its explanation, or above it where it is long. */
static void print_help_line(const char *left, const char *help)
{
    printf("  %-*s", HELP_COLUMN - 2, left);
    if (strlen(left) >= HELP_COLUMN - 2)
        printf("\n%*s", HELP_COLUMN, "");
    print_wrapped(help, HELP_COLUMN);
}

size_t join_choices(const TdKeyInfo *key, const char *joint, char *out, size_t size)
{
    size_t count = 0, used = 0;
    for (; key->choices != NULL && key->choices[count] != NULL; count++)
        if (used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s", count == 0 ? "" : joint,
                                     key->choices[count]);
    return count;
}

static void print_key_help(const TdKeyInfo *key)
{
    char left[96], form[CHOICES_ROOM] = "", help[CHOICES_ROOM + 160];
    bool many = join_choices(key, "|", form, sizeof form) > MANY_CHOICES;
    if (form[0] == '\0')
        snprintf(form, sizeof form, "%s", key->unit[0] != '\0' ? key->unit : "NUMBER");
    snprintf(left, sizeof left, "--%s %.60s", key->name, many ? "NAME" : form);
    size_t used = (size_t)snprintf(help, sizeof help, "%s", key->help);
    if (many) {
        used += (size_t)snprintf(help + used, sizeof help - used, ": ");
        join_choices(key, ", ", help + used, sizeof help - used);
        used = strlen(help);
    }
    if (key->preset[0] != '\0')
        snprintf(help + used, sizeof help - used, " [%s]", key->preset);
    print_help_line(left, help);
}

static void print_group_help(const Command *command, TdKeyGroup group)
{
    int constants = 0;
    if (!takes_group(command, group))
        return;
    printf("\n%s keys [default]:\n", td_group_name(group));
    for (size_t i = 0; i < td_key_count(); i++) {
        const TdKeyInfo *key = td_key_info(i);
        bool numbered = key->name[0] == 'z' && key->name[1] > '1';
        bool taken = key->group == group && takes_key(command, key->name);
        if (taken && !numbered) /* z2 to z8 are like z1 */
            print_key_help(key);
        constants += numbered && key->group == group;
    }
    if (constants > 0)
        print_help_line("--z2 ... --z8", "likewise");
}

static void print_option_help(const Command *command)
{
    puts("\noptions:");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        char left[64], letter[8] = "";
        if (!takes_option(command, i))
            continue;
        if (run_options[i].letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", run_options[i].letter);
        snprintf(left, sizeof left, "%s--%s %s", letter, run_options[i].name,
                 run_options[i].value != NULL ? run_options[i].value : "");
        print_help_line(left, run_options[i].help);
    }
}

void print_command_help(const Command *command)
{
    printf("usage: tiedye %s %s\n\n%s\n", command->name, command->usage, command->about);
    for (unsigned group = 0; group < TD_GROUP_COUNT; group++)
        print_group_help(command, (TdKeyGroup)group);
    print_option_help(command);
    printf("\nexample:\n%s", command->example);
}
