/* tiedye list: the tables. */
#include <stdio.h>
#include <string.h>

#include <tiedye/output.h>
#include <tiedye/recipe.h>

#include "commands.h"

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

static void list_activations(void)
{
    static const char *const classes[] = {"smooth", "kinked", "stepped"};
    for (unsigned i = 0; i < TD_ACT_COUNT; i++) {
        const TdActivationInfo *info = td_activation_info((TdActivation)i);
        printf("%-11s %-8s %s", info->name, classes[info->smoothness], info->formula);
        if (info->source[0] != '\0')
            printf("%*s%s", 19 - (int)strlen(info->formula), "", info->source);
        putchar('\n');
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

static void list_presets(void)
{
    for (size_t i = 0; i < td_preset_count(); i++) {
        printf("@%-14s ", td_preset_info(i)->name);
        print_wrapped(td_preset_info(i)->help, 16);
    }
}

static void list_formats(void)
{
    for (size_t i = 0; i < td_format_count(); i++) {
        const TdFormatInfo *info = td_format_info(i);
        printf("%-5s %-12s ", info->name, info->extensions);
        print_wrapped(info->help, 19);
    }
}

static const struct {
    const char *name;
    void (*print)(void);
} tables[] = {{"keys", list_keys},
              {"activations", list_activations},
              {"palettes", list_palettes},
              {"presets", list_presets},
              {"formats", list_formats}};

int run_list(const Arguments *arguments)
{
    Cursor cursor = {0};
    const char *name = next_word(arguments, &cursor);
    if (name == NULL)
        return usage_error(
            arguments->command,
            "list needs a table: keys, activations, palettes, presets or formats");
    if (next_word(arguments, &cursor) != NULL)
        return usage_error(arguments->command, "list prints one table at a time");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (strcmp(tables[i].name, name) != 0)
            continue;
        tables[i].print();
        return 0;
    }
    return usage_error(arguments->command,
                       "\"%.40s\" is no table: keys, activations, palettes, presets or formats",
                       name);
}
