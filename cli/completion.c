/* tiedye completion: scripts for shells, from the same tables as --help. */
#include <stdio.h>
#include <string.h>

#include <tiedye/diagram.h>
#include <tiedye/output.h>

#include "commands.h"

/* ---- What can be completed --------------------------------------------------------------- */

/* The words that a key's value may be, each behind a blank. */
static void put_key_values(const TdKeyInfo *key)
{
    for (size_t i = 0; key->choices != NULL && key->choices[i] != NULL; i++)
        printf(" %s", key->choices[i]);
    if (key->type == TD_KEY_ACTIVATION)
        for (unsigned i = 0; i < TD_ACT_COUNT; i++)
            printf(" %s", td_activation_info((TdActivation)i)->name);
    else if (key->type == TD_KEY_BITS)
        fputs(" 8 16", stdout);
    else if (key->type == TD_KEY_SEED || key->type == TD_KEY_OWN_SEED)
        fputs(" random", stdout);
    else if (key->type == TD_KEY_AXIS)
        for (size_t i = 0; i < td_key_count(); i++)
            if (td_key_info(i)->group >= TD_GROUP_NETWORK &&
                td_key_info(i)->group <= TD_GROUP_RASTER)
                printf(" %s=", td_key_info(i)->name);
}

static void put_formats(void)
{
    for (size_t i = 0; i < td_format_count(); i++)
        printf(" %s", td_format_info(i)->name);
}

static void put_presets(void)
{
    for (size_t i = 0; i < td_preset_count(); i++)
        printf(" @%s", td_preset_info(i)->name);
}

static void put_networks(void)
{
    TdNetworkInfo info;
    for (size_t i = 0; (info = td_network_info(i)).name != NULL; i++)
        printf(" @%s", info.name);
}

/* Whether its words are networks or recipes. */
static bool takes_networks(const Command *command)
{
    return takes_option(command, OPTION_UNFOLD);
}

static bool takes_files(const Command *command)
{
    return command->sources || takes_networks(command);
}

static void put_commands(void)
{
    for (size_t i = 0; i < command_count(); i++)
        printf(" %s", command_info(i)->name);
}

/* The words that stand in a usage such as "bash|zsh", "" where it is another. */
static void put_usage_words(const Command *command)
{
    for (const char *c = command->usage; strpbrk(command->usage, "[. ") == NULL && *c != '\0';
         c++)
        putchar(*c == '|' ? ' ' : *c);
}

static bool names_commands(const Command *command)
{
    return strncmp(command->usage, "[COMMAND", 8) == 0;
}

/* ---- bash -------------------------------------------------------------------------------- */

static void put_bash_command(const Command *command)
{
    printf("    %s)\n        options='", command->name);
    for (size_t i = 0; i < td_key_count(); i++)
        if (takes_key(command, td_key_info(i)->name))
            printf("--%s ", td_key_info(i)->name);
    for (unsigned i = 0; i < OPTION_COUNT; i++)
        if (takes_option(command, i))
            printf("--%s ", option_info(i)->name);
    fputs("'\n        words='", stdout);
    put_usage_words(command);
    if (names_commands(command)) {
        fputs("recipe", stdout);
        put_commands();
    }
    if (takes_files(command))
        put_presets();
    if (takes_networks(command))
        put_networks();
    printf("'\n        files=%s ;;\n",
           takes_files(command) || strncmp(command->usage, "FILE", 4) == 0 ? "yes" : "");
}

static void put_bash_values(void)
{
    for (size_t i = 0; i < td_key_count(); i++) {
        printf("    --%s) list='", td_key_info(i)->name);
        put_key_values(td_key_info(i));
        puts("' ;;");
    }
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const OptionInfo *option = option_info(i);
        if (option->value == NULL)
            continue;
        printf("    --%s", option->name);
        if (option->letter != 0)
            printf("|-%c", option->letter);
        fputs(") list='", stdout);
        if (i == OPTION_FORMAT)
            put_formats();
        printf("'%s ;;\n", strcmp(option->value, "FILE") == 0 ? " files=yes" : "");
    }
    puts("    *) return 1 ;;");
}

/* The line is split here and not by bash, which also splits at `=` and `@`; what it has split
 * off is taken from the answers again. */
static const char bash_end[] =
    "_tiedye()\n"
    "{\n"
    "    local line=${COMP_LINE:0:COMP_POINT} cur previous tail split list= files= options= "
    "words=\n"
    "    local -a typed\n"
    "    COMPREPLY=()\n"
    "    read -ra typed <<<\"$line\"\n"
    "    [[ $line == *[[:space:]] ]] && typed+=('')\n"
    "    cur=${typed[-1]} previous=${typed[-2]}\n"
    "    if ((${#typed[@]} <= 2)); then\n"
    "        list=$_tiedye_commands\n"
    "    elif [[ ${typed[1]} == help ]]; then\n"
    "        list=${_tiedye_commands/--*/}\n"
    "    elif [[ $cur == --*=* ]] && _tiedye_values \"${cur%%=*}\"; then\n"
    "        split=${cur%%=*}= cur=${cur#*=}\n"
    "    elif [[ $previous == -* ]] && _tiedye_values \"$previous\"; then\n"
    "        :\n"
    "    else\n"
    "        _tiedye_command \"${typed[1]}\"\n"
    "        list=$words\n"
    "        [[ $cur == -* ]] && list=$options files=\n"
    "    fi\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$list\" -- \"$cur\")\n"
    "    if [[ $files ]]; then\n"
    "        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "        compopt -o filenames\n"
    "    fi\n"
    "    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
    "    tail=${cur##*[\"$COMP_WORDBREAKS\"]}\n"
    "    COMPREPLY=(\"${COMPREPLY[@]#\"${cur%\"$tail\"}\"}\")\n"
    "}\n"
    "complete -F _tiedye tiedye\n";

static void put_bash(void)
{
    fputs("# bash completion for tiedye, made by tiedye completion bash\n"
          "_tiedye_commands='",
          stdout);
    put_commands();
    fputs(" help --help --version'\n"
          "# What a command takes: options, words, files.\n"
          "_tiedye_command()\n"
          "{\n"
          "    case $1 in\n",
          stdout);
    for (size_t i = 0; i < command_count(); i++)
        put_bash_command(command_info(i));
    fputs("    esac\n"
          "}\n"
          "# What an option's value may be.\n"
          "_tiedye_values()\n"
          "{\n"
          "    case $1 in\n",
          stdout);
    put_bash_values();
    fputs("    esac\n"
          "}\n",
          stdout);
    fputs(bash_end, stdout);
}

/* ---- zsh --------------------------------------------------------------------------------- */

/* Text inside '...[here]...' of _arguments. */
static void put_zsh_text(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *text) != NULL)
            printf("\\%c", *text);
        else
            putchar(*text);
}

static void put_zsh_key(const TdKeyInfo *key)
{
    printf("            '--%s=[", key->name);
    put_zsh_text(key->help);
    printf("]:%s:(", key->name);
    put_key_values(key);
    puts(")' \\");
}

static void put_zsh_option(unsigned i)
{
    const OptionInfo *option = option_info(i);
    const char *equals = option->value != NULL ? "=" : "";
    if (option->letter != 0)
        printf("            '(-%c --%s)'{-%c,--%s%s}'[", option->letter, option->name,
               option->letter, option->name, equals);
    else
        printf("            '--%s%s[", option->name, equals);
    put_zsh_text(option->help);
    putchar(']');
    if (i == OPTION_FORMAT) {
        fputs(":format:(", stdout);
        put_formats();
        putchar(')');
    } else if (option->value != NULL) {
        printf(":%s:%s", option->name, strcmp(option->value, "FILE") == 0 ? "_files" : " ");
    }
    puts("' \\");
}

static void put_zsh_command(const Command *command)
{
    printf("    %s)\n        _arguments \\\n", command->name);
    for (size_t i = 0; i < td_key_count(); i++)
        if (takes_key(command, td_key_info(i)->name))
            put_zsh_key(td_key_info(i));
    for (unsigned i = 0; i < OPTION_COUNT; i++)
        if (takes_option(command, i))
            put_zsh_option(i);
    if (takes_networks(command))
        puts("            '*:source:_tiedye_networks' ;;");
    else if (command->sources)
        puts("            '*:source:_tiedye_sources' ;;");
    else if (strncmp(command->usage, "FILE", 4) == 0)
        puts("            '*:file:_files' ;;");
    else {
        fputs("            ':word:(", stdout);
        put_usage_words(command);
        if (names_commands(command)) {
            fputs("recipe", stdout);
            put_commands();
        }
        puts(")' ;;");
    }
}

static void put_zsh(void)
{
    fputs("#compdef tiedye\n# zsh completion for tiedye, made by tiedye completion zsh\n"
          "_tiedye_sources() {\n    compadd --",
          stdout);
    put_presets();
    fputs("\n    _files\n}\n_tiedye_networks() {\n    compadd --", stdout);
    put_networks();
    fputs("\n    _tiedye_sources\n}\n_tiedye() {\n    local -a commands=(\n", stdout);
    for (size_t i = 0; i < command_count(); i++) {
        printf("        '%s:", command_info(i)->name);
        put_zsh_text(command_info(i)->summary);
        puts("'");
    }
    fputs("        'help:of a command')\n"
          "    if ((CURRENT == 2)); then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    shift words\n"
          "    ((CURRENT--))\n"
          "    case $words[1] in\n"
          "    help) _describe command commands ;;\n",
          stdout);
    for (size_t i = 0; i < command_count(); i++)
        put_zsh_command(command_info(i));
    /* Read by compinit, the file is the function's body; sourced, it defines and registers. */
    fputs("    esac\n"
          "}\n"
          "if [[ $funcstack[1] == _tiedye ]]; then\n"
          "    _tiedye \"$@\"\n"
          "else\n"
          "    compdef _tiedye tiedye\n"
          "fi\n",
          stdout);
}

int run_completion(const Arguments *arguments)
{
    Cursor cursor = {0};
    const char *shell = next_word(arguments, &cursor);
    if (shell != NULL && next_word(arguments, &cursor) != NULL)
        return usage_error(arguments->command, "completion knows one shell at a time");
    if (shell == NULL)
        return usage_error(arguments->command, "completion needs a shell: bash or zsh");
    if (strcmp(shell, "bash") == 0)
        put_bash();
    else if (strcmp(shell, "zsh") == 0)
        put_zsh();
    else
        return usage_error(arguments->command, "\"%.40s\" is no shell that it knows: bash, zsh",
                           shell);
    return 0;
}
