/* tiedye list: the tables. */
#include <stdio.h>
#include <string.h>

#include <tiedye/output.h>
#include <tiedye/recipe.h>

#include "commands.h"

static void list_keys(void)
{
    int group = -1;
    for (size_t i = 0; i < td_key_count(); i++) {
        const TdKeyInfo *key = td_key_info(i);
        if ((int)key->group != group)
            printf("%s%s\n", group < 0 ? "" : "\n", td_group_name(key->group));
        group = (int)key->group;
        printf("  %-10s %-12s %s\n", key->name, key->preset, key->help);
    }
}

static void list_activations(void)
{
    static const char *const classes[] = {"smooth", "kinked", "stepped"};
    for (unsigned i = 0; i < TD_ACT_COUNT; i++) {
        const TdActivationInfo *info = td_activation_info((TdActivation)i);
        printf("%-11s %-8s %-18s %s\n", info->name, classes[info->smoothness], info->formula,
               info->source);
    }
}

static void list_presets(void)
{
    for (size_t i = 0; i < td_preset_count(); i++)
        printf("@%-14s %s\n", td_preset_info(i)->name, td_preset_info(i)->help);
}

static void list_formats(void)
{
    for (size_t i = 0; i < td_format_count(); i++) {
        const TdFormatInfo *info = td_format_info(i);
        printf("%-5s %-12s %s\n", info->name, info->extensions, info->help);
    }
}

static const struct {
    const char *name;
    void (*print)(void);
} tables[] = {{"keys", list_keys},
              {"activations", list_activations},
              {"presets", list_presets},
              {"formats", list_formats}};

int run_list(const Arguments *arguments)
{
    Cursor cursor = {0};
    const char *name = next_word(arguments, &cursor);
    if (name == NULL)
        return usage_error(arguments->command,
                           "list what: keys, activations, presets or formats?");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (strcmp(tables[i].name, name) != 0)
            continue;
        tables[i].print();
        return 0;
    }
    return usage_error(arguments->command,
                       "\"%s\" is no table: keys, activations, presets or formats", name);
}
