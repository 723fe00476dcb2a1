/* tiedye list: the tables. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <tiedye/diagram.h>
#include <tiedye/kernels.h>
#include <tiedye/output.h>
#include <tiedye/recipe.h>

#include "commands.h"

enum { SAMPLES = 257 }; /* of an activation, in JSON */

/* A key's help, and the values that it may have. */
static void print_help(const TdKeyInfo *key)
{
    char words[400];
    int used = snprintf(words, sizeof words, "%s", key->help);
    for (size_t i = 0; key->choices != NULL && key->choices[i] != NULL; i++)
        used += snprintf(words + used, sizeof words - (size_t)used, "%s%s",
                         i == 0 ? ": " : ", ", key->choices[i]);
    print_wrapped(words, 28);
}

static void list_keys(void)
{
    int group = -1;
    for (size_t i = 0; i < td_key_count(); i++) {
        const TdKeyInfo *key = td_key_info(i);
        if ((int)key->group != group)
            printf("%s%s\n", group < 0 ? "" : "\n", td_group_name(key->group));
        group = (int)key->group;
        printf("  %-12s %-12s ", key->name, key->preset);
        print_help(key);
    }
}

static const char *const classes[] = {
    [TD_SMOOTH] = "smooth", [TD_KINKED] = "kinked", [TD_STEPPED] = "stepped"};

static void list_activations(void)
{
    for (unsigned i = 0; i < TD_ACT_COUNT; i++) {
        const TdActivationInfo *info = td_activation_info((TdActivation)i);
        bool source = info->source[0] != '\0';
        printf("%-12s %-7s %*s%s%s\n", info->name, classes[info->smoothness], source ? -29 : 0,
               info->formula, source ? " " : "", info->source);
    }
}

static void list_palettes(void)
{
    for (unsigned i = 0; i < TD_PALETTE_COUNT; i++) {
        const TdPaletteInfo *info = td_palette_info((TdPalette)i);
        printf("%-13s %-9s ", info->name,
               info->kind == TD_PALETTE_OF_ONE ? "1 output" : "3 outputs");
        print_wrapped(info->help, 24);
    }
}

static void print_bound(const char *name, double bound)
{
    if (isfinite(bound))
        printf("\"%s\": %.9g, ", name, bound);
    else
        printf("\"%s\": null, ", name);
}

/* The activation's values, as pictures are drawn with them, at `from`, `from` + `step`, ... */
static void print_samples(unsigned act, double from, double step, unsigned count)
{
    _Alignas(64) float values[(SAMPLES / TD_POINT_GRAIN + 1) * TD_POINT_GRAIN] = {0};
    for (unsigned i = 0; i < count; i++)
        values[i] = (float)(from + i * step);
    td_kernels(TD_CPU_BEST, false)->activation[act](values, sizeof values / sizeof *values);
    printf("\"samples\": {\"from\": %.9g, \"step\": %.9g, \"values\": [", from, step);
    for (unsigned i = 0; i < count; i++)
        printf("%s%.9g", i == 0 ? "" : ", ", (double)values[i]);
    fputs("]}", stdout);
}

static void list_activations_json(void)
{
    for (unsigned i = 0; i < TD_ACT_COUNT; i++) {
        const TdActivationInfo *info = td_activation_info((TdActivation)i);
        printf("%s{\"name\": \"%s\", \"class\": \"%s\", \"formula\": \"%s\", "
               "\"source\": \"%s\", \"ulp\": %g, ",
               i == 0 ? "[" : ",\n ", info->name, classes[info->smoothness], info->formula,
               info->source, info->ulp);
        print_bound("low", info->low);
        print_bound("high", info->high);
        print_samples(i, -8, 1.0 / 16, SAMPLES);
        putchar('}');
    }
    puts("]");
}

static void list_presets(void)
{
    for (size_t i = 0; i < td_preset_count(); i++) {
        printf("@%-16s ", td_preset_info(i)->name);
        print_wrapped(td_preset_info(i)->help, 16);
    }
}

static void list_networks(void)
{
    TdNetworkInfo info;
    for (size_t i = 0; (info = td_network_info(i)).name != NULL; i++)
        printf("@%-16s %s\n", info.name, info.title);
}

static void list_formats(void)
{
    for (size_t i = 0; i < td_format_count(); i++) {
        const TdFormatInfo *info = td_format_info(i);
        printf("%-5s %-12s ", info->name, info->extensions);
        print_wrapped(info->help, 19);
    }
}

static void list_commands(void)
{
    for (size_t i = 0; i < command_count(); i++)
        printf("%-10s %s\n", command_info(i)->name, command_info(i)->summary);
}

static const struct {
    const char *name;
    void (*print)(void);
    void (*print_json)(void); /* may be NULL */
} tables[] = {{"commands", list_commands, NULL},
              {"keys", list_keys, NULL},
              {"activations", list_activations, list_activations_json},
              {"palettes", list_palettes, NULL},
              {"presets", list_presets, NULL},
              {"networks", list_networks, NULL},
              {"formats", list_formats, NULL}};

/* What a built-in network is made of. */
static int print_network(const Command *command, const char *name)
{
    TdNetworkInfo info;
    name += name[0] == '@';
    for (size_t i = 0; (info = td_network_info(i)).name != NULL; i++)
        if (strcmp(info.name, name) == 0) {
            fputs(info.text, stdout);
            return 0;
        }
    return usage_error(command, "\"%.40s\" is no built-in network; tiedye list networks", name);
}

int run_list(const Arguments *arguments)
{
    Cursor cursor = {0};
    const char *name = next_word(arguments, &cursor);
    if (name == NULL)
        return usage_error(
            arguments->command,
            "list needs a table: commands, keys, activations, palettes, presets, networks or "
            "formats");
    const char *second = next_word(arguments, &cursor);
    if (second != NULL && strcmp(name, "networks") == 0 &&
        next_word(arguments, &cursor) == NULL)
        return print_network(arguments->command, second);
    if (second != NULL)
        return usage_error(arguments->command, "list prints one table at a time");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (strcmp(tables[i].name, name) != 0)
            continue;
        if (arguments->value[OPTION_JSON] == NULL)
            tables[i].print();
        else if (tables[i].print_json != NULL)
            tables[i].print_json();
        else
            return usage_error(arguments->command, "--json prints activations, not %s", name);
        return 0;
    }
    return usage_error(arguments->command,
                       "\"%.40s\" is no table: commands, keys, activations, palettes, presets, "
                       "networks or formats",
                       name);
}
