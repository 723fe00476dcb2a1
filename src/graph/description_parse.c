/* From the words of a description to its tree. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "graph/description_kinds.h"

enum { MOST_PARAMETERS = 64 };

typedef struct Parser {
    TdiScanner scan;
    TdiNet *net;
    TdiNetBlock *block; /* whose body is read; NULL: none */
    const TdiNetDefaults *defaults;
    unsigned nesting, items, blocks;
} Parser;

#define FAIL(parser, at, ...)                                                                  \
    tdi_word_fail((parser)->scan.err, (parser)->scan.file, (at), __VA_ARGS__)
/* "%.*s" of a word. */
#define SHOWN(word) tdi_word_shown(word), (word)->words

static void *take(Parser *parser, size_t size, TdStatus *status)
{
    void *piece = tdi_arena_take(&parser->net->arena, 1, size);
    if (piece == NULL)
        *status = tdi_fail_memory(parser->scan.err, size);
    return piece;
}

static bool ends_item(TdiToken token)
{
    return token != TDI_TOKEN_WORD && token != TDI_TOKEN_QUOTED && token != TDI_TOKEN_OPEN;
}

static TdStatus skip_separators(Parser *parser)
{
    TdStatus status = TD_OK;
    while (status == TD_OK &&
           (parser->scan.token == TDI_TOKEN_LINE || parser->scan.token == TDI_TOKEN_COMMA))
        status = tdi_scan_next(&parser->scan);
    return status;
}

static TdiNetBlock *find_block(const Parser *parser, const TdiWord *word)
{
    TdiNetBlock *block = parser->net->blocks;
    while (block != NULL && !tdi_word_equal(&block->name, word))
        block = block->next;
    return block;
}

/* ---- Arguments --------------------------------------------------------------------------- */

/* "x3": so many times. */
static bool read_times(const TdiWord *word, uint64_t *times)
{
    return word->length > 1 && word->words[0] == 'x' &&
           tdi_parse_u64(word->words + 1, word->length - 1, times);
}

static TdStatus set_repeat(Parser *parser, TdiNetItem *item, const TdiWord *word,
                           uint64_t times)
{
    if (times < 1 || times > TDI_NET_MOST_REPEATS)
        return FAIL(parser, word, "\"%.*s\" is no count from 1 to %d", SHOWN(word),
                    TDI_NET_MOST_REPEATS);
    if (item->repeat != 1)
        return FAIL(parser, word, "\"%.*s\" is a second count of the same layer", SHOWN(word));
    item->repeat = (uint32_t)times;
    return TD_OK;
}

static TdStatus unknown_option(Parser *parser, const TdiNetItem *item, const TdiWord *name)
{
    char list[120];
    const char *kind = item->kind->name;
    const char *near = tdi_option_nearest(name, item->kind->options);
    tdi_option_list(item->kind->options, list, sizeof list);
    if (list[0] == '\0')
        return FAIL(parser, name, "%s has no options, and \"%.*s\" is one", kind, SHOWN(name));
    if (near == NULL)
        return FAIL(parser, name, "%s has no option \"%.*s\"; it has %s", kind, SHOWN(name),
                    list);
    return FAIL(parser, name, "%s has no option \"%.*s\"; did you mean %s?", kind, SHOWN(name),
                near);
}

static const TdiNetParameter *find_parameter(const TdiNetBlock *block, const TdiWord *name)
{
    const TdiNetParameter *parameter = block->parameters;
    while (parameter != NULL && !tdi_word_equal(&parameter->name, name))
        parameter = parameter->next;
    return parameter;
}

static TdStatus check_parameter(Parser *parser, const TdiNetBlock *block, const TdiWord *name)
{
    const char *names[MOST_PARAMETERS];
    char letters[MOST_PARAMETERS][64];
    size_t count = 0;
    if (find_parameter(block, name) != NULL)
        return TD_OK;
    for (const TdiNetParameter *p = block->parameters; p != NULL; p = p->next, count++) {
        snprintf(letters[count], sizeof letters[count], "%.*s", (int)p->name.length,
                 p->name.words);
        names[count] = letters[count];
    }
    const char *near = tdi_nearest_name(name->words, name->length, names, count);
    return FAIL(parser, name, "block %s has no parameter \"%.*s\"%s%s%s", block->title,
                SHOWN(name), near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                near != NULL ? "?" : "");
}

static TdStatus name_option(Parser *parser, const TdiNetItem *item, TdiNetArgument *argument)
{
    const TdiNetArgument *other = item->arguments;
    while (other != NULL && !tdi_word_equal(&other->name, &argument->name))
        other = other->next;
    if (other != NULL)
        return FAIL(parser, &argument->name, "\"%.*s\" is said twice", SHOWN(&argument->name));
    if (argument->value.length == 0)
        return FAIL(parser, &argument->value,
                    "%.*s has no value behind its =", SHOWN(&argument->name));
    if (item->kind == NULL)
        return check_parameter(parser, item->block, &argument->name);
    argument->option = tdi_option_find(&argument->name);
    if (argument->option == TDI_OPTION_COUNT ||
        (item->kind->options >> argument->option & 1) == 0)
        return unknown_option(parser, item, &argument->name);
    return TD_OK;
}

/* WIDTH[xN][:ACTIVATION] */
static TdStatus read_width(Parser *parser, TdiNetItem *item, TdiNetArgument *argument)
{
    TdiWord word = argument->value, act, width, times;
    uint64_t number, count;
    if (tdi_word_split(&word, ':', &argument->value, &act)) {
        if (item->act.words != NULL)
            return FAIL(parser, &act, "\"%.*s\" is a second activation", SHOWN(&act));
        item->act = act;
    }
    word = argument->value;
    if (!tdi_word_split(&word, 'x', &width, &times) ||
        !tdi_parse_u64(width.words, width.length, &number) ||
        !tdi_parse_u64(times.words, times.length, &count))
        return TD_OK;
    argument->value = width;
    return set_repeat(parser, item, &word, count);
}

/* "64", "stride=2", "x3", "64x3" */
static TdStatus read_argument(Parser *parser, TdiNetItem *item, TdiNetArgument ***tail)
{
    TdStatus status = TD_OK;
    TdiWord word = parser->scan.word, name, value;
    uint64_t times;
    if (read_times(&word, &times))
        return set_repeat(parser, item, &word, times);
    TdiNetArgument *argument = take(parser, sizeof *argument, &status);
    if (argument == NULL)
        return status;
    argument->value = word;
    if (tdi_word_split(&word, '=', &name, &value)) {
        if (name.length == 0)
            return FAIL(parser, &word, "no option before the =");
        argument->name = name;
        argument->value = value;
        status = name_option(parser, item, argument);
    } else if (item->kind != NULL && item->kind->width) {
        status = read_width(parser, item, argument);
    }
    **tail = argument;
    *tail = &argument->next;
    return status;
}

/* How many words stand behind the kind, and whether they are as many as it needs. */
static TdStatus check_words(Parser *parser, const TdiNetItem *item)
{
    const TdiNetKind *kind = item->kind;
    const TdiNetArgument *argument = item->arguments;
    int count = 0;
    bool sized = item->size.length > 0;
    for (; argument != NULL; argument = argument->next) {
        sized |= argument->name.length > 0 && argument->option == TDI_OPTION_SIZE;
        if (argument->name.length == 0 && ++count > kind->most)
            return FAIL(parser, &argument->value, "\"%.*s\" is a word too many, as in %s",
                        SHOWN(&argument->value), kind->example);
    }
    if (kind->size == TDI_SIZE_MUST && !sized)
        return FAIL(parser, &item->word, "%s needs a size behind it, as in %s", kind->name,
                    kind->example);
    if (count < kind->least)
        return FAIL(parser, &item->word, "%s needs %s behind it, as in %s", kind->name,
                    kind->width ? "a width" : "a word", kind->example);
    return TD_OK;
}

static bool is_given(const TdiNetItem *item, const TdiWord *name)
{
    const TdiNetArgument *argument = item->arguments;
    while (argument != NULL && !tdi_word_equal(&argument->name, name))
        argument = argument->next;
    return argument != NULL;
}

/* Words without a name are the block's parameters in order, but for those that have one. */
static TdStatus check_call(Parser *parser, const TdiNetItem *item)
{
    const TdiNetBlock *block = item->block;
    const TdiNetArgument *argument = item->arguments;
    const TdiNetParameter *parameter = block->parameters;
    while (argument != NULL && argument->name.length > 0)
        argument = argument->next;
    for (; parameter != NULL; parameter = parameter->next) {
        if (is_given(item, &parameter->name))
            continue;
        if (argument == NULL && parameter->value.length == 0)
            return FAIL(parser, &item->word, "block %s needs its parameter %.*s", block->title,
                        SHOWN(&parameter->name));
        if (argument != NULL)
            do
                argument = argument->next;
            while (argument != NULL && argument->name.length > 0);
    }
    if (argument != NULL)
        return FAIL(parser, &argument->value,
                    "\"%.*s\" is a word too many: block %s has %d parameter%s",
                    SHOWN(&argument->value), block->title, block->parameter_count,
                    block->parameter_count == 1 ? "" : "s");
    return TD_OK;
}

/* ---- Items ------------------------------------------------------------------------------- */

static TdStatus read_list(Parser *parser, TdiNetList *list);

/* { LIST | LIST ... } */
static TdStatus read_braces(Parser *parser, TdiNetItem *item)
{
    TdiNetList **tail = &item->branches;
    TdiWord open = parser->scan.word;
    TdStatus status = TD_OK;
    int count = 0;
    if (++parser->nesting > TDI_NET_MOST_NESTING)
        return FAIL(parser, &open, "braces are nested more than %d deep", TDI_NET_MOST_NESTING);
    do {
        status = tdi_scan_next(&parser->scan); /* over { or | */
        TdiNetList *list = status != TD_OK ? NULL : take(parser, sizeof *list, &status);
        if (status != TD_OK)
            return status;
        *tail = list;
        tail = &list->next;
        if (++count > TDI_NET_MOST_BRANCHES)
            return FAIL(parser, &parser->scan.word, "more than %d branches",
                        TDI_NET_MOST_BRANCHES);
        status = read_list(parser, list);
        if (status == TD_OK && list->first == NULL && parser->scan.token != TDI_TOKEN_END)
            return FAIL(parser, &parser->scan.word,
                        "a branch is empty; write `same` for one that does nothing");
    } while (status == TD_OK && parser->scan.token == TDI_TOKEN_BAR);
    if (status != TD_OK)
        return status;
    if (parser->scan.token != TDI_TOKEN_CLOSE)
        return FAIL(parser, &open, "the { of %s has no }", item->kind->name);
    if (count > 1 ? item->kind->braces == TDI_BRACES_ONE
                  : item->kind->braces == TDI_BRACES_MANY)
        return FAIL(parser, &item->word, "%s takes %s, as in %s", item->kind->name,
                    count > 1 ? "one list of layers" : "two branches or more, parted by |",
                    item->kind->example);
    parser->nesting--;
    return tdi_scan_next(&parser->scan);
}

static TdStatus read_arguments(Parser *parser, TdiNetItem *item)
{
    TdiNetArgument **tail = &item->arguments;
    TdStatus status = tdi_scan_next(&parser->scan);
    while (status == TD_OK && parser->scan.token == TDI_TOKEN_WORD) {
        status = read_argument(parser, item, &tail);
        if (status == TD_OK)
            status = tdi_scan_next(&parser->scan);
    }
    if (status == TD_OK)
        status = item->kind != NULL ? check_words(parser, item) : check_call(parser, item);
    if (status != TD_OK)
        return status;
    if (parser->scan.token == TDI_TOKEN_QUOTED)
        return FAIL(parser, &parser->scan.word, "layers take no quoted words");
    bool braces = item->kind != NULL && item->kind->braces != TDI_BRACES_NONE;
    if (braces && parser->scan.token != TDI_TOKEN_OPEN)
        return FAIL(parser, &parser->scan.word, "%s needs a { here, as in %s", item->kind->name,
                    item->kind->example);
    if (!braces && parser->scan.token == TDI_TOKEN_OPEN)
        return FAIL(parser, &parser->scan.word, "\"%.*s\" takes no {", SHOWN(&item->word));
    return braces ? read_braces(parser, item) : TD_OK;
}

/* KIND[SIZE][:ACTIVATION], or a block's name. */
static TdStatus read_kind(Parser *parser, TdiNetItem *item)
{
    TdiWord word = parser->scan.word;
    bool colon = tdi_word_split(&word, ':', &item->word, &item->act);
    item->block = find_block(parser, &item->word);
    if (item->block == NULL)
        item->kind = tdi_net_kind_find(&item->word, &item->size);
    if (item->block != NULL && colon)
        return FAIL(parser, &item->act, "a block has no activation of its own");
    if (item->block != NULL || item->kind != NULL)
        return TD_OK;
    if (parser->block != NULL && tdi_word_equal(&parser->block->name, &item->word))
        return FAIL(parser, &word, "block %s is used before its end", parser->block->title);
    const char *near = tdi_net_kind_nearest(&item->word, parser->net->blocks);
    if (near == NULL)
        return FAIL(parser, &word, "\"%.*s\" is neither a layer nor a block defined above",
                    SHOWN(&item->word));
    return FAIL(parser, &word,
                "\"%.*s\" is neither a layer nor a block defined above; did you mean %s?",
                SHOWN(&item->word), near);
}

static TdStatus check_activation(Parser *parser, const TdiNetItem *item)
{
    if (item->act.words == NULL || item->kind == NULL)
        return TD_OK;
    if (!item->kind->act)
        return FAIL(parser, &item->act, "%s has no activation of its own", item->kind->name);
    if (item->act.length == 0)
        return FAIL(parser, &item->act, "no activation behind the colon, as in conv3 64:relu");
    return TD_OK;
}

static TdStatus read_item(Parser *parser, TdiNetList *list, TdiNetItem **last)
{
    TdStatus status = TD_OK;
    TdiNetItem *item = take(parser, sizeof *item, &status);
    if (item == NULL)
        return status;
    if (++parser->items > TDI_NET_MOST_ITEMS)
        return FAIL(parser, &parser->scan.word, "more than %d layers in one text",
                    TDI_NET_MOST_ITEMS);
    item->repeat = 1;
    item->defaults = parser->defaults;
    status = read_kind(parser, item);
    bool nested = parser->nesting > 0 || parser->block != NULL;
    if (status == TD_OK && nested && item->kind != NULL && item->kind->build == tdi_net_input)
        return FAIL(parser, &item->word, "input stands outside of blocks and braces");
    if (status == TD_OK)
        status = read_arguments(parser, item);
    if (status == TD_OK)
        status = check_activation(parser, item);
    if (status != TD_OK)
        return status;
    if (item->block != NULL) {
        item->block->calls += item->repeat;
        item->block->inside |= parser->block != NULL;
    }
    *(*last == NULL ? &list->first : &(*last)->next) = item;
    *last = item;
    if (!ends_item(parser->scan.token))
        return FAIL(parser, &parser->scan.word, "a comma or the end of the line is missing");
    return TD_OK;
}

static bool is_statement(const TdiWord *word)
{
    return tdi_word_is(word, "network") || tdi_word_is(word, "default") ||
           tdi_word_is(word, "source") || tdi_word_is(word, "top1") ||
           tdi_word_is(word, "block") || tdi_word_is(word, "end");
}

/* Inside of braces. */
static TdStatus read_list(Parser *parser, TdiNetList *list)
{
    TdiNetItem *last = NULL;
    TdStatus status = skip_separators(parser);
    while (status == TD_OK && parser->scan.token == TDI_TOKEN_WORD) {
        if (is_statement(&parser->scan.word))
            return FAIL(parser, &parser->scan.word,
                        "%.*s stands outside of braces; is a } missing before it?",
                        SHOWN(&parser->scan.word));
        status = read_item(parser, list, &last);
        if (status == TD_OK)
            status = skip_separators(parser);
    }
    if (status == TD_OK && !ends_item(parser->scan.token))
        return FAIL(parser, &parser->scan.word, "a layer is missing here, such as conv3 64");
    return status;
}

/* ---- Statements -------------------------------------------------------------------------- */

static TdStatus end_statement(Parser *parser, const char *example)
{
    if (parser->scan.token == TDI_TOKEN_LINE || parser->scan.token == TDI_TOKEN_END)
        return TD_OK;
    return FAIL(parser, &parser->scan.word, "the line should end here, as in %s", example);
}

static TdStatus read_words(Parser *parser, TdiWord *place, const char *example)
{
    TdiWord statement = parser->scan.word, rest;
    char copy[512];
    if (place->words != NULL)
        return FAIL(parser, &statement, "%.*s is said twice", SHOWN(&statement));
    TdStatus status = tdi_scan_line(&parser->scan, &rest);
    if (status != TD_OK)
        return status;
    snprintf(copy, sizeof copy, "%.*s", rest.length > 500 ? 500 : (int)rest.length, rest.words);
    if (rest.length == 0 || rest.length > 500 || !tdi_text_is_clean(copy))
        return FAIL(parser, &rest, "%.*s needs %s in UTF-8 behind it, as in %s",
                    SHOWN(&statement), rest.length > 500 ? "at most 500 bytes" : "words",
                    example);
    *place = rest;
    return TD_OK;
}

/* top1 80.1 "where it stands" */
static TdStatus read_top1(Parser *parser)
{
    static const char example[] = "top1 69.8 \"torchvision 0.14 weights V1\"";
    TdiNet *net = parser->net;
    char copy[512];
    if (net->top1_source.words != NULL)
        return FAIL(parser, &parser->scan.word, "top1 is said twice");
    TdStatus status = tdi_scan_next(&parser->scan);
    if (status != TD_OK)
        return status;
    TdiWord word = parser->scan.word;
    if (parser->scan.token != TDI_TOKEN_WORD ||
        !tdi_parse_real(word.words, word.length, &net->top1) || net->top1 <= 0 ||
        net->top1 > 100)
        return FAIL(parser, &word, "top1 needs a percentage from 0 to 100, as in %s", example);
    status = tdi_scan_next(&parser->scan);
    if (status != TD_OK)
        return status;
    word = parser->scan.word;
    snprintf(copy, sizeof copy, "%.*s", word.length > 500 ? 500 : (int)word.length, word.words);
    if (parser->scan.token != TDI_TOKEN_QUOTED || word.length == 0 || word.length > 500 ||
        !tdi_text_is_clean(copy))
        return FAIL(parser, &word, "top1 needs where the figure stands, in quotes, as in %s",
                    example);
    net->top1_source = word;
    status = tdi_scan_next(&parser->scan);
    return status == TD_OK ? end_statement(parser, example) : status;
}

/* default OPTION=VALUE ... */
static TdStatus read_defaults(Parser *parser)
{
    static const char example[] = "default norm=batch act=relu padding=same";
    TdStatus status = TD_OK;
    TdiNetDefaults *defaults = take(parser, sizeof *defaults, &status);
    if (defaults == NULL)
        return status;
    if (parser->defaults != NULL)
        *defaults = *parser->defaults;
    status = tdi_scan_next(&parser->scan);
    while (status == TD_OK && parser->scan.token == TDI_TOKEN_WORD) {
        TdiWord name, value, word = parser->scan.word;
        bool split = tdi_word_split(&word, '=', &name, &value);
        TdiOption option = tdi_option_find(&name);
        const char *near = tdi_option_nearest(&name, (1u << TDI_OPTION_DEFAULTS) - 1);
        if (option >= TDI_OPTION_DEFAULTS && near != NULL)
            return FAIL(parser, &word, "\"%.*s\" has no default; did you mean %s?",
                        SHOWN(&name), near);
        if (!split || option >= TDI_OPTION_DEFAULTS || value.length == 0)
            return FAIL(parser, &word,
                        "default takes act=, bias=, norm= and padding=, as in %s", example);
        defaults->value[option] = value;
        status = tdi_scan_next(&parser->scan);
    }
    parser->defaults = defaults;
    return status == TD_OK ? end_statement(parser, example) : status;
}

static TdStatus read_parameter(Parser *parser, TdiNetBlock *block, TdiNetParameter ***tail)
{
    TdStatus status = TD_OK;
    TdiNetParameter *parameter = take(parser, sizeof *parameter, &status);
    TdiWord word = parser->scan.word;
    if (parameter == NULL)
        return status;
    if (tdi_word_split(&word, '=', &parameter->name, &parameter->value) &&
        parameter->value.length == 0)
        return FAIL(parser, &word, "\"%.*s\" has no value behind its =", SHOWN(&word));
    if (!tdi_word_is_name(&parameter->name) || tdi_word_is(&parameter->name, "in") ||
        find_parameter(block, &parameter->name) != NULL)
        return FAIL(parser, &word,
                    "\"%.*s\" is no new name of a parameter (letters, digits, "
                    "- and _; not `in`)",
                    SHOWN(&parameter->name));
    if (++block->parameter_count > MOST_PARAMETERS)
        return FAIL(parser, &word, "more than %d parameters", MOST_PARAMETERS);
    **tail = parameter;
    *tail = &parameter->next;
    return tdi_scan_next(&parser->scan);
}

static TdStatus check_block_name(Parser *parser)
{
    const TdiWord *word = &parser->scan.word;
    TdiWord size;
    if (parser->scan.token != TDI_TOKEN_WORD || !tdi_word_is_name(word))
        return FAIL(parser, word,
                    "block needs a name (letters, digits, - and _), as in block "
                    "bottleneck width");
    if (tdi_net_kind_find(word, &size) != NULL || is_statement(word))
        return FAIL(parser, word, "\"%.*s\" is a word of the language, not a block's name",
                    SHOWN(word));
    if (find_block(parser, word) != NULL)
        return FAIL(parser, word, "block %.*s is defined twice", SHOWN(word));
    if (++parser->blocks > TDI_NET_MOST_BLOCKS)
        return FAIL(parser, word, "more than %d blocks", TDI_NET_MOST_BLOCKS);
    return TD_OK;
}

static TdStatus read_statements(Parser *parser, TdiNetList *list);

/* block NAME PARAMETER... / ... / end */
static TdStatus read_block(Parser *parser)
{
    const TdiNetDefaults *outer = parser->defaults;
    TdStatus status = TD_OK;
    TdiWord statement = parser->scan.word;
    if (parser->block != NULL)
        return FAIL(parser, &statement, "a block inside of block %s; is its `end` missing?",
                    parser->block->title);
    TdiNetBlock *block = take(parser, sizeof *block, &status);
    if (status == TD_OK)
        status = tdi_scan_next(&parser->scan);
    if (status == TD_OK)
        status = check_block_name(parser);
    if (status != TD_OK)
        return status;
    block->name = parser->scan.word;
    block->title = tdi_arena_words(&parser->net->arena, block->name.words, block->name.length);
    if (block->title == NULL)
        return tdi_fail_memory(parser->scan.err, block->name.length);
    TdiNetParameter **tail = &block->parameters;
    status = tdi_scan_next(&parser->scan);
    while (status == TD_OK && parser->scan.token == TDI_TOKEN_WORD)
        status = read_parameter(parser, block, &tail);
    if (status == TD_OK)
        status = end_statement(parser, "block bottleneck width stride=1");
    parser->block = block;
    if (status == TD_OK)
        status = read_statements(parser, &block->body);
    if (status == TD_OK && !tdi_word_is(&parser->scan.word, "end"))
        return FAIL(parser, &statement, "block %s has no `end`", block->title);
    parser->block = NULL;
    parser->defaults = outer;
    block->next = parser->net->blocks;
    parser->net->blocks = block;
    return status == TD_OK ? tdi_scan_next(&parser->scan) : status;
}

/* One that is none of layers; the scanner looks at its word. */
static TdStatus read_statement(Parser *parser)
{
    const TdiWord *word = &parser->scan.word;
    if (tdi_word_is(word, "default"))
        return read_defaults(parser);
    if (tdi_word_is(word, "block"))
        return read_block(parser);
    if (parser->block != NULL)
        return FAIL(parser, word, "%.*s stands outside of blocks; is `end` missing?",
                    SHOWN(word));
    if (tdi_word_is(word, "source"))
        return read_words(parser, &parser->net->source,
                          "source https://arxiv.org/abs/1512.03385");
    if (tdi_word_is(word, "top1"))
        return read_top1(parser);
    return tdi_word_is(word, "end") ? FAIL(parser, word, "`end` without a block")
                                    : FAIL(parser, word, "network is said twice");
}

/* To the end of the text, or to the `end` of a block. */
static TdStatus read_statements(Parser *parser, TdiNetList *list)
{
    TdiNetItem *last = NULL;
    TdStatus status = skip_separators(parser);
    while (status == TD_OK && parser->scan.token == TDI_TOKEN_WORD) {
        if (parser->block != NULL && tdi_word_is(&parser->scan.word, "end"))
            return TD_OK;
        status = is_statement(&parser->scan.word) ? read_statement(parser)
                                                  : read_item(parser, list, &last);
        if (status == TD_OK)
            status = skip_separators(parser);
    }
    if (status != TD_OK || parser->scan.token == TDI_TOKEN_END)
        return status;
    return FAIL(parser, &parser->scan.word,
                parser->scan.token == TDI_TOKEN_CLOSE ? "a } without a {"
                : parser->scan.token == TDI_TOKEN_BAR ? "a | outside of braces"
                                                      : "a layer begins with its kind, as in "
                                                        "conv3 64 or add { ... | ... }");
}

TdStatus tdi_net_parse(const char *file, const char *text, size_t length, TdiNet *net,
                       TdError *err)
{
    Parser parser = {.net = net};
    *net = (TdiNet){0};
    if (length > TDI_NET_LONGEST_TEXT)
        return tdi_fail(err, TD_ERROR_RECIPE, "%.200s: more than %d MiB is no description",
                        file, TDI_NET_LONGEST_TEXT >> 20);
    TdStatus status = tdi_scan_begin(&parser.scan, file, text, length, err);
    while (status == TD_OK && parser.scan.token == TDI_TOKEN_LINE)
        status = tdi_scan_next(&parser.scan);
    if (status != TD_OK)
        return status;
    if (parser.scan.token != TDI_TOKEN_WORD || !tdi_word_is(&parser.scan.word, "network"))
        return tdi_word_fail(err, file, &parser.scan.word,
                             "a description begins with `network` and a name, as in network "
                             "LeNet-5");
    status = read_words(&parser, &net->title, "network LeNet-5");
    return status == TD_OK ? read_statements(&parser, &net->body) : status;
}
