#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiedye/sheet.h>

static const struct {
    const char *name;
    char letter;
    const char *value; /* NULL: a switch */
    const char *help;
} run_options[OPTION_COUNT] = {
    [OPTION_OUTPUT] = {"output", 'o', "FILE", "where the result goes; - is standard output"},
    [OPTION_FORMAT] = {"format", 0, "NAME", "png, ppm, npy, hash, null; else as FILE's extension"},
    [OPTION_NO_RECIPE] = {"no-recipe", 0, NULL, "leave the recipe out of the file"},
    [OPTION_CELL] = {"cell", 0, "B4", "draw that one cell alone: column B, row 4"},
    [OPTION_LINK] = {"link", 0, NULL, "print a share link"},
    [OPTION_JSON] = {"json", 0, NULL, "print JSON"},
    [OPTION_FOLD] = {"fold", 0, NULL, "fold constant inputs into the first biases"},
    [OPTION_THREADS] = {"threads", 0, "N", "worker threads (default: all cores)"},
    [OPTION_MAX_MEMORY] = {"max-memory", 0, "SIZE", "limit, as 512M or 4G (default: half of the "
                                                    "machine's)"},
    [OPTION_QUIET] = {"quiet", 'q', NULL, "say nothing but errors"},
    [OPTION_HELP] = {"help", 'h', NULL, "this text"},
};

/* ---- Messages ----------------------------------------------------------------------------- */

int exit_code(TdStatus status)
{
    switch (status) {
    case TD_OK:
        return 0;
    case TD_ERROR_ARGUMENT:
        return 2;
    case TD_ERROR_RECIPE:
    case TD_ERROR_FORMAT:
        return 3;
    case TD_ERROR_UNSUPPORTED:
        return 4;
    case TD_ERROR_CANCELLED:
        return 130;
    default:
        return 1;
    }
}

int report_error(TdStatus status, const TdError *err)
{
    fprintf(stderr, "tiedye: %s\n", err->message);
    return exit_code(status);
}

int usage_error(const Command *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("tiedye: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    if (command != NULL)
        fprintf(stderr, "; see tiedye %s --help", command->name);
    fputc('\n', stderr);
    return 2;
}

/* ---- One argument after the other --------------------------------------------------------- */

typedef enum Kind { END, WORD, KEY, RUN, UNKNOWN, NO_VALUE, EXTRA_VALUE } Kind;

typedef struct Item {
    Kind kind;
    char name[64];     /* as it was written, without dashes or value */
    const char *value; /* the word; the value of a key or option */
    RunOption option;
} Item;

static bool takes_key(const Command *command, const char *name)
{
    const TdKeyInfo *key = td_key_find(name);
    return key != NULL && (command->groups & 1u << key->group) != 0;
}

/* The run option called `name` (or by its letter), OPTION_COUNT where the command has none. */
static RunOption find_option(const Command *command, const char *name)
{
    unsigned option = 0;
    for (; option < OPTION_COUNT; option++) {
        bool taken = option == OPTION_HELP || (command->options & 1u << option) != 0;
        bool by_letter = name[1] == '\0' && name[0] == run_options[option].letter;
        if (taken && (by_letter || strcmp(name, run_options[option].name) == 0))
            break;
    }
    return (RunOption)option;
}

/* What stands at argv[*at], which moves behind it and its value. */
static Item next_item(const Arguments *arguments, int *at, bool *words_only)
{
    Item item = {.kind = END};
    if (*at >= arguments->argc)
        return item;
    const char *word = arguments->argv[(*at)++];
    if (!*words_only && strcmp(word, "--") == 0) {
        *words_only = true;
        return next_item(arguments, at, words_only);
    }
    if (*words_only || word[0] != '-' || word[1] == '\0') {
        item.kind = WORD;
        item.value = word;
        return item;
    }
    const char *name = word + (word[1] == '-' ? 2 : 1), *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    snprintf(item.name, sizeof item.name, "%.*s", (int)length, name);
    item.option = find_option(arguments->command, item.name);
    bool key = item.option == OPTION_COUNT && word[1] == '-' &&
               takes_key(arguments->command, item.name);
    bool wants_value = key || (item.option < OPTION_COUNT && run_options[item.option].value);
    item.kind = key ? KEY : item.option < OPTION_COUNT ? RUN : UNKNOWN;
    item.value = equals != NULL ? equals + 1 : "";
    if (item.kind == RUN && !wants_value && equals != NULL)
        item.kind = EXTRA_VALUE;
    if (wants_value && equals == NULL) {
        if (*at >= arguments->argc)
            item.kind = NO_VALUE;
        else
            item.value = arguments->argv[(*at)++];
    }
    return item;
}

const char *next_word(const Arguments *arguments, int *at)
{
    bool words_only = false;
    for (int i = 0; i < *at && i < arguments->argc; i++)
        words_only |= strcmp(arguments->argv[i], "--") == 0;
    for (;;) {
        Item item = next_item(arguments, at, &words_only);
        if (item.kind == END || item.kind == WORD)
            return item.kind == END ? NULL : item.value;
    }
}

/* ---- Reading all of them ------------------------------------------------------------------ */

static int fail_unknown(const Command *command, const char *name)
{
    const TdKeyInfo *key = td_key_find(name);
    if (key != NULL && key->group != TD_GROUP_RECIPE)
        return usage_error(command, "%s takes no --%s (a key of the group %s)", command->name, name,
                           td_group_name(key->group));
    const char *near = td_key_nearest(name);
    for (unsigned i = 0; i < OPTION_COUNT && near == NULL; i++)
        if ((command->options & 1u << i) != 0 && name[0] == run_options[i].name[0] &&
            strncmp(name, run_options[i].name, 3) == 0)
            near = run_options[i].name;
    if (near != NULL)
        return usage_error(command, "unknown option --%s; did you mean --%s?", name, near);
    return usage_error(command, "unknown option %s%s", name[1] == '\0' ? "-" : "--", name);
}

static int read_threads(Arguments *arguments, const char *value)
{
    char *end;
    long threads = strtol(value, &end, 10);
    if (end == value || *end != '\0' || threads < 1 || threads > 1024)
        return usage_error(arguments->command, "--threads: \"%s\" is not a number from 1 to 1024",
                           value);
    arguments->run.threads = (int)threads;
    return 0;
}

/* A number of bytes with K, M, G or T behind it. */
static int read_memory(Arguments *arguments, const char *value)
{
    static const char units[] = "KMGT";
    char *end;
    double bytes = strtod(value, &end);
    const char *unit = *end != '\0' ? strchr(units, *end & ~32) : NULL;
    bool ends = unit != NULL ? end[1] == '\0' || strcmp(end + 1, "B") == 0 ||
                                   strcmp(end + 1, "iB") == 0
                             : *end == '\0';
    for (int k = 0; unit != NULL && k <= unit - units; k++)
        bytes *= 1024;
    if (end == value || !ends || !(bytes >= 1) || bytes > 0x1p62)
        return usage_error(arguments->command, "--max-memory: \"%s\" is not a size such as 512M or "
                                               "4G",
                           value);
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
    return 0;
}

/* Everything but sources and keys: unknown options are found before anything is read. */
static int read_options(Arguments *arguments)
{
    bool words_only = false;
    int code = 0;
    for (int at = 0; code == 0;) {
        Item item = next_item(arguments, &at, &words_only);
        switch (item.kind) {
        case END:
            return 0;
        case UNKNOWN:
            code = fail_unknown(arguments->command, item.name);
            break;
        case NO_VALUE:
            code = usage_error(arguments->command, "--%s needs a value", item.name);
            break;
        case EXTRA_VALUE:
            code = usage_error(arguments->command, "--%s takes no value", item.name);
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
    int at = 0;
    while (arguments->command->sources && (word = next_word(arguments, &at)) != NULL) {
        TdStatus status = td_source_read(arguments->recipe, word, &err);
        if (status != TD_OK)
            return report_error(status, &err);
    }
    return 0;
}

static int read_keys(Arguments *arguments)
{
    TdError err = {0};
    bool words_only = false;
    int at = 0;
    for (;;) {
        Item item = next_item(arguments, &at, &words_only);
        if (item.kind == END)
            return 0;
        if (item.kind != KEY)
            continue;
        if (td_recipe_set(arguments->recipe, item.name, item.value, &err) != TD_OK)
            return usage_error(NULL, "--%s %s: %s", item.name, item.value, err.message);
    }
}

/* TIEDYE_CPU=ref|sse2|avx2|avx512 forces an instruction set. */
static int read_cpu(Arguments *arguments)
{
    const char *name = getenv("TIEDYE_CPU");
    TdCpu cpu = name == NULL || name[0] == '\0' ? TD_CPU_BEST : td_cpu_find(name);
    if (cpu == TD_CPU_COUNT)
        return usage_error(NULL, "TIEDYE_CPU: \"%s\" is not ref, sse2, avx2, avx512 or best", name);
    if (!td_cpu_available(cpu)) {
        fprintf(stderr, "tiedye: TIEDYE_CPU: this machine has no %s\n", name);
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
        code = read_keys(arguments);
    return code;
}

/* ---- Help --------------------------------------------------------------------------------- */

static void print_key_help(const TdKeyInfo *key)
{
    char left[64], form[160] = "";
    size_t used = 0;
    for (size_t i = 0; key->choices != NULL && key->choices[i] != NULL; i++)
        used += (size_t)snprintf(form + used, sizeof form - used, "%s%s", i == 0 ? "" : "|",
                                 key->choices[i]);
    if (used == 0)
        snprintf(form, sizeof form, "%s", key->unit[0] != '\0' ? key->unit : "NUMBER");
    snprintf(left, sizeof left, "--%s %s", key->name, form);
    if (strlen(left) > 24)
        printf("  %s\n%28s%s", left, "", key->help);
    else
        printf("  %-26s%s", left, key->help);
    if (key->preset[0] != '\0')
        printf(" [%s]", key->preset);
    putchar('\n');
}

static void print_group_help(TdKeyGroup group)
{
    int constants = 0;
    printf("\n%s keys [default]:\n", td_group_name(group));
    for (size_t i = 0; i < td_key_count(); i++) {
        const TdKeyInfo *key = td_key_info(i);
        bool numbered = key->name[0] == 'z' && key->name[1] > '1';
        if (key->group == group && !numbered) /* z2 to z8 are like z1 */
            print_key_help(key);
        constants += numbered && key->group == group;
    }
    if (constants > 0)
        printf("  %-26s%s\n", "--z2 ... --z8", "likewise");
}

static void print_option_help(unsigned options)
{
    puts("\noptions:");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        char left[64], letter[8] = "";
        if (i != OPTION_HELP && (options & 1u << i) == 0)
            continue;
        if (run_options[i].letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", run_options[i].letter);
        snprintf(left, sizeof left, "%s--%s %s", letter, run_options[i].name,
                 run_options[i].value != NULL ? run_options[i].value : "");
        printf("  %-26s%s\n", left, run_options[i].help);
    }
}

void print_command_help(const Command *command)
{
    printf("usage: tiedye %s %s\n\n%s\n", command->name, command->usage, command->about);
    for (unsigned group = 0; group < TD_GROUP_COUNT; group++)
        if ((command->groups & 1u << group) != 0)
            print_group_help((TdKeyGroup)group);
    print_option_help(command->options);
    printf("\nexample:\n%s", command->example);
}
