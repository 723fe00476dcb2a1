/* tiedye manual: pages for man, from the same tables as --help. */
#include <stdio.h>
#include <string.h>

#include <tiedye/output.h>

#include "commands.h"

/* ---- Writing roff ------------------------------------------------------------------------ */

/* Text as it stands: no character of it may command, dashes stay dashes. */
static void put_text(const char *text)
{
    bool begins = true;
    for (; *text != '\0'; text++) {
        if (begins && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (strchr("-'`^~", *text) != NULL)
            printf(*text == '-'    ? "\\-"
                   : *text == '\'' ? "\\(aq"
                   : *text == '`'  ? "\\(ga"
                   : *text == '^'  ? "\\(ha"
                                   : "\\(ti");
        else
            putchar(*text);
        begins = *text == '\n';
    }
}

static void put_line(const char *text)
{
    put_text(text);
    putchar('\n');
}

static void put_font(char font, const char *text)
{
    printf("\\f%c", font);
    put_text(text);
    fputs("\\fR", stdout);
}

/* A heading; roff's own macro, in capitals as pages have them. */
static void put_heading(const char *words)
{
    fputs(".SH \"", stdout);
    for (; *words != '\0'; words++)
        putchar(*words >= 'a' && *words <= 'z' ? *words - 32 : *words);
    fputs("\"\n", stdout);
}

static void put_title(const char *name, int section, const char *summary)
{
    fputs(".\\\" made by tiedye manual\n.TH \"", stdout);
    for (; *name != '\0'; name++)
        if (*name == '-')
            fputs("\\-", stdout);
        else
            putchar(*name >= 'a' && *name <= 'z' ? *name - 32 : *name);
    /* No hyphenation: words of pages are searched for, and copied. */
    printf("\" %d \"\" \"tiedye %s\"\n.nh\n.ad l\n.SH NAME\n%s\n", section, td_version(),
           summary);
}

/* Lines that stay as they are: command lines, lines of a recipe. */
static void put_lines(const char *lines)
{
    fputs(".PP\n.nf\n.RS 4\n", stdout);
    put_text(lines);
    fputs(".RE\n.fi\n", stdout);
}

/* An entry of a list: its name, and what follows it on the same line. */
static void put_entry(const char *name, const char *value)
{
    fputs(".TP\n", stdout);
    put_font('B', name);
    if (value != NULL && value[0] != '\0') {
        putchar(' ');
        put_font('I', value);
    }
    putchar('\n');
}

/* Examples begin with two blanks, which the page's indent stands for. */
static void put_examples(const char *lines)
{
    put_heading("examples");
    fputs(".nf\n", stdout);
    while (*lines != '\0') {
        int length = (int)strcspn(lines, "\n");
        char line[256];
        snprintf(line, sizeof line, "%.*s", length, lines);
        put_line(line + strspn(line, " "));
        lines += length + (lines[length] == '\n');
    }
    fputs(".fi\n", stdout);
}

/* ---- tiedye(1) --------------------------------------------------------------------------- */

static void put_exit_status(void)
{
    static const struct {
        const char *code, *meaning;
    } codes[] = {{"0", "all went well"},
                 {"1", "a failure while running: a file, the memory, the disk"},
                 {"2", "a command line that cannot be understood"},
                 {"3", "a broken recipe, or a file that is not what it should be"},
                 {"4", "this build or this machine cannot do it"},
                 {"5", "tiedye verify found a difference"},
                 {"130", "interrupted"}};
    put_heading("exit status");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        put_entry(codes[i].code, NULL);
        put_line(codes[i].meaning);
    }
}

static void put_main_page(void)
{
    put_title("tiedye", 1, "tiedye \\- draws random neural networks");
    put_heading("synopsis");
    fputs(".B tiedye\n.I COMMAND\n[\\fIARGUMENT\\fR...]\n", stdout);
    put_heading("description");
    put_line("A random neural network is a function. Fed with the coordinates of a point it "
             "answers with a colour, and drawn over the plane it is a picture. tiedye draws "
             "such pictures of any size; the same recipe gives the same pixels on every "
             "machine, and every PNG carries its recipe.");
    fputs(".PP\n", stdout);
    put_line("Every key of a recipe is an option (--seed 7), and every option may be written "
             "--NAME VALUE or --NAME=VALUE. tiedye COMMAND --help says what a command takes.");
    put_heading("commands");
    for (size_t i = 0; i < command_count(); i++) {
        printf(".TP\n.BR tiedye\\-%s (1)\n", command_info(i)->name);
        put_line(command_info(i)->summary);
    }
    put_exit_status();
    put_heading("environment");
    put_entry("TIEDYE_CPU", NULL);
    fputs("the instruction set to draw with:", stdout);
    for (unsigned i = 0; i < TD_CPU_COUNT; i++)
        printf("%s %s", i == 0 ? "" : ",", td_cpu_name((TdCpu)i));
    puts("; all of them give the same pixels");
    put_examples("  tiedye render --seed random\n"
                 "  tiedye sheet @tie-dye -o sheet.png\n"
                 "  tiedye render sheet.png --bits 16\n");
    fputs(".SH \"SEE ALSO\"\n.BR tiedye\\-recipe (5)\n", stdout);
}

/* ---- tiedye-COMMAND(1) ------------------------------------------------------------------- */

static void put_key_option(const TdKeyInfo *key)
{
    char name[64], form[CHOICES_ROOM] = "";
    snprintf(name, sizeof name, "--%s", key->name);
    bool many = join_choices(key, "|", form, sizeof form) > MANY_CHOICES;
    if (form[0] == '\0')
        snprintf(form, sizeof form, "%s", key->unit[0] != '\0' ? key->unit : "NUMBER");
    put_entry(name, many ? "NAME" : form);
    put_text(key->help);
    if (many) {
        join_choices(key, ", ", form, sizeof form);
        fputs(": ", stdout);
        put_text(form);
    }
    if (key->preset[0] != '\0') {
        fputs(" [", stdout);
        put_text(key->preset);
        putchar(']');
    }
    putchar('\n');
}

static void put_options(const Command *command)
{
    put_heading("options");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const OptionInfo *option = option_info(i);
        char name[64], letter[8] = "";
        if (!takes_option(command, i))
            continue;
        if (option->letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", option->letter);
        snprintf(name, sizeof name, "%s--%s", letter, option->name);
        put_entry(name, option->value);
        put_line(option->help);
    }
}

static void put_command_page(const Command *command)
{
    char name[64], summary[160], heading[64];
    snprintf(name, sizeof name, "tiedye-%s", command->name);
    snprintf(summary, sizeof summary, "tiedye\\-%s \\- %s", command->name, command->summary);
    put_title(name, 1, summary);
    put_heading("synopsis");
    snprintf(name, sizeof name, "tiedye %s", command->name);
    put_font('B', name);
    putchar('\n');
    put_line(command->usage);
    put_heading("description");
    put_line(command->about);
    for (unsigned group = 0; group < TD_GROUP_COUNT; group++) {
        if (!takes_group(command, (TdKeyGroup)group))
            continue;
        snprintf(heading, sizeof heading, "%s keys", td_group_name((TdKeyGroup)group));
        put_heading(heading);
        for (size_t i = 0; i < td_key_count(); i++)
            if ((unsigned)td_key_info(i)->group == group &&
                takes_key(command, td_key_info(i)->name))
                put_key_option(td_key_info(i));
    }
    put_options(command);
    put_examples(command->example);
    fputs(".SH \"SEE ALSO\"\n.BR tiedye (1),\n.BR tiedye\\-recipe (5)\n", stdout);
}

/* ---- tiedye-recipe(5) -------------------------------------------------------------------- */

/* "a number from 0 to 1000"; from the type alone where the table gives no range. */
static void put_type(const TdKeyInfo *key)
{
    static const char *const types[] = {
        [TD_KEY_VERSION] = "a whole number",
        [TD_KEY_WHOLE] = "a whole number",
        [TD_KEY_SEED] = "a seed",
        [TD_KEY_OWN_SEED] = "a seed",
        [TD_KEY_REAL] = "a number",
        [TD_KEY_POINT] = "two numbers",
        [TD_KEY_CHOICE] = "one of",
        [TD_KEY_SWITCH] = "one of",
        [TD_KEY_ACTIVATION] = "an activation",
        [TD_KEY_BITS] = "a whole number",
        [TD_KEY_INPUTS] = "a list of inputs",
        [TD_KEY_LAYERS] = "a list of layers",
        [TD_KEY_SHAPE] = "a whole number",
        [TD_KEY_AXIS] = "a key and its values",
        [TD_KEY_SIZE] = "a size",
        [TD_KEY_CURVE] = "points of a line",
        [TD_KEY_COLOUR] = "a colour",
        [TD_KEY_PATHS] = "keys and their values",
    };
    char form[CHOICES_ROOM] = "";
    unsigned type = (unsigned)key->type;
    const char *name = type < sizeof types / sizeof *types ? types[type] : NULL;
    join_choices(key, ", ", form, sizeof form);
    fputs(".br\nValue: ", stdout);
    put_text(name != NULL ? name : "text");
    if (form[0] != '\0') {
        putchar(' ');
        put_text(form);
    } else if (key->low < key->high && key->type != TD_KEY_SIZE) {
        snprintf(form, sizeof form, " from %.10g to %.10g", key->low, key->high);
        put_text(form);
    }
    if (key->unit[0] != '\0') {
        fputs(", ", stdout);
        put_font('I', key->unit);
    }
    fputs(". Default: ", stdout);
    put_text(key->preset[0] != '\0' ? key->preset : "not set");
    fputs(".\n", stdout);
}

static void put_keys(void)
{
    for (unsigned group = 0; group < TD_GROUP_COUNT; group++) {
        char heading[64];
        snprintf(heading, sizeof heading, "%s keys", td_group_name((TdKeyGroup)group));
        put_heading(heading);
        for (size_t i = 0; i < td_key_count(); i++) {
            const TdKeyInfo *key = td_key_info(i);
            if ((unsigned)key->group != group)
                continue;
            put_entry(key->name, NULL);
            put_line(key->help);
            put_type(key);
        }
    }
}

static void put_tables(void)
{
    put_heading("activations");
    for (unsigned i = 0; i < TD_ACT_COUNT; i++) {
        put_entry(td_activation_info((TdActivation)i)->name, NULL);
        put_line(td_activation_info((TdActivation)i)->formula);
    }
    put_heading("palettes");
    for (unsigned i = 0; i < TD_PALETTE_COUNT; i++) {
        put_entry(td_palette_info((TdPalette)i)->name, NULL);
        put_line(td_palette_info((TdPalette)i)->help);
    }
    put_heading("presets");
    for (size_t i = 0; i < td_preset_count(); i++) {
        char name[64];
        snprintf(name, sizeof name, "@%s", td_preset_info(i)->name);
        put_entry(name, NULL);
        put_line(td_preset_info(i)->help);
    }
    put_heading("formats");
    for (size_t i = 0; i < td_format_count(); i++) {
        put_entry(td_format_info(i)->name, NULL);
        put_line(td_format_info(i)->help);
    }
}

static void put_recipe_page(void)
{
    put_title("tiedye-recipe", 5, "tiedye\\-recipe \\- what a picture is made from");
    put_heading("description");
    put_line("A recipe is a short list of lines");
    fputs(".I key\n=\n.IR value .\n", stdout);
    put_line("Version 1 and the keys give the same picture everywhere; keys that are left out "
             "have their defaults. What follows a # is a comment.");
    put_lines("v = 1\nlayers = 20,10,3\nseed = 7\n");
    fputs(".PP\n", stdout);
    put_line(
        "A recipe may also be a share link (#v=1&layers=20,10,3&seed=7), a PNG that tiedye "
        "drew, which carries its recipe, or a preset (@tie-dye). On the command line every "
        "key is an option: --seed 7.");
    put_keys();
    put_heading("layers");
    put_line("Widths separated by commas, the output last. An item is");
    put_lines("[KIND] WIDTH[xREPEAT][:ACTIVATION] [OPTION=VALUE]...\n");
    fputs(".PP\n", stdout);
    put_line("16x8,3 is eight layers of 16 neurons and an output of 3; 20:sin,3:sigmoid names "
             "activations, which are else those of the keys act and out.");
    fputs(".PP\n", stdout);
    put_line(
        "KIND is dense where it is not said. conv3 16 is a convolution with a kernel of 3 x 3 "
        "cells (x 3 in space) and 16 channels; its options are dilation=N, stride=N, "
        "groups=N and padding=none|circular|mirror|zero. pool2 and upsample2, which have "
        "no width, make a raster half and twice as fine; pool2 takes the greatest of its "
        "cells, or with mode=mean their mean; upsample2 "
        "repeats them, or with mode=linear goes evenly from one to the next. Such layers act "
        "on a raster of cells, whose "
        "size is the key raster, and are fed noise (n1) beside x and y unless the "
        "key inputs says otherwise.");
    put_tables();
    fputs(".SH \"SEE ALSO\"\n.BR tiedye (1),\n.BR tiedye\\-info (1)\n", stdout);
}

int run_manual(const Arguments *arguments)
{
    Cursor cursor = {0};
    const char *name = next_word(arguments, &cursor);
    const Command *command = name != NULL ? find_command(name) : NULL;
    if (next_word(arguments, &cursor) != NULL)
        return usage_error(arguments->command, "manual prints one page at a time");
    if (name == NULL || strcmp(name, "tiedye") == 0)
        put_main_page();
    else if (command != NULL)
        put_command_page(command);
    else if (strcmp(name, "recipe") == 0)
        put_recipe_page();
    else
        return usage_error(arguments->command, "there is no page \"%.40s\"", name);
    return 0;
}
