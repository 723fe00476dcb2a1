/* Evaluating a description: parameters, blocks, names. */
#include "graph/description_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

TdStatus tdi_net_fail(const TdiNetBuilder *builder, const TdiWord *at, const char *format, ...)
{
    char what[300], from[100] = "";
    const TdiNetFrame *frame = builder->frame;
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (frame != NULL)
        snprintf(from, sizeof from, " (in block %.40s, from line %u)", frame->block->title,
                 frame->call->word.line);
    return tdi_word_fail(builder->err, builder->file, at, "%s%s", what, from);
}

/* ---- Values ------------------------------------------------------------------------------ */

static const TdiNetValue *find_value(const TdiNetBuilder *builder, const TdiWord *word)
{
    if (builder->frame == NULL)
        return NULL;
    const TdiNetValue *value = builder->frame->values;
    const TdiNetParameter *parameter = builder->frame->block->parameters;
    for (; parameter != NULL; parameter = parameter->next, value++)
        if (tdi_word_equal(&parameter->name, word))
            return value;
    return NULL;
}

TdiWord tdi_net_word(const TdiNetBuilder *builder, const TdiWord *word)
{
    const TdiNetValue *value = find_value(builder, word);
    return value == NULL ? *word : value->word;
}

/* Digits, a parameter, or `in`. */
static bool factor(const TdiNetBuilder *builder, const TdiWord *word, int64_t *number)
{
    uint64_t read;
    if (tdi_parse_u64(word->words, word->length, &read) && read <= INT64_MAX) {
        *number = (int64_t)read;
        return true;
    }
    if (tdi_word_is(word, "in") && builder->current >= 0) {
        *number = tdi_net_channels(tdi_net_shape(builder));
        return true;
    }
    const TdiNetValue *value = find_value(builder, word);
    if (value == NULL || !value->counted)
        return false;
    *number = value->number;
    return true;
}

/* Factors joined by * and /, which must leave nothing over; from left to right. */
static bool evaluate(const TdiNetBuilder *builder, const TdiWord *word, int64_t *number)
{
    size_t at = 0;
    char sign = '*';
    *number = 1;
    while (true) {
        TdiWord piece = {word->words + at, 0, word->line, word->column};
        int64_t next;
        while (at < word->length && word->words[at] != '*' && word->words[at] != '/')
            at++, piece.length++;
        if (!factor(builder, &piece, &next))
            return false;
        if (sign == '*' ? __builtin_mul_overflow(*number, next, number)
                        : next == 0 || *number % next != 0)
            return false;
        if (sign == '/')
            *number /= next;
        if (at == word->length)
            return true;
        sign = word->words[at++];
    }
}

/* A name that is none of the block's parameters. */
static TdStatus fail_name(const TdiNetBuilder *builder, const TdiWord *word, const char *what)
{
    enum { MOST = 65 };
    char letters[MOST][64];
    const char *names[MOST] = {"in"};
    size_t count = 1;
    const TdiNetBlock *block = builder->frame == NULL ? NULL : builder->frame->block;
    const TdiNetParameter *parameter = block == NULL ? NULL : block->parameters;
    for (; parameter != NULL && count < MOST; parameter = parameter->next, count++) {
        snprintf(letters[count], sizeof letters[count], "%.*s",
                 tdi_word_shown(&parameter->name), parameter->name.words);
        names[count] = letters[count];
    }
    const char *near = tdi_nearest_name(word->words, word->length, names, count);
    return tdi_net_fail(builder, word, "%s \"%.*s\" is neither a number nor %s%s%s%s", what,
                        tdi_word_shown(word), word->words,
                        block == NULL ? "`in`" : "a parameter of the block",
                        near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                        near != NULL ? "?" : "");
}

TdStatus tdi_net_number(const TdiNetBuilder *builder, const TdiWord *word, const char *what,
                        int64_t least, int64_t most, int64_t *number)
{
    char shown[100];
    if (evaluate(builder, word, number) && *number >= least && *number <= most)
        return TD_OK;
    const TdiNetValue *value = find_value(builder, word);
    if (value == NULL && tdi_word_is_name(word) && !tdi_word_is(word, "in"))
        return fail_name(builder, word, what);
    snprintf(shown, sizeof shown, "%.*s%s%.*s", tdi_word_shown(word), word->words,
             value == NULL ? "" : " = ", value == NULL ? 0 : tdi_word_shown(&value->word),
             value == NULL ? "" : value->word.words);
    return tdi_net_fail(builder, word, "%s \"%s\" is no whole number from %lld to %lld", what,
                        shown, (long long)least, (long long)most);
}

const TdiWord *tdi_net_argument(const TdiNetItem *item, int i)
{
    const TdiNetArgument *argument = item->arguments;
    for (; argument != NULL; argument = argument->next)
        if (argument->name.length == 0 && i-- == 0)
            return &argument->value;
    return NULL;
}

const TdiWord *tdi_net_option(const TdiNetItem *item, TdiOption option)
{
    const TdiNetArgument *argument = item->arguments;
    for (; argument != NULL; argument = argument->next)
        if (argument->name.length > 0 && argument->option == option)
            return &argument->value;
    bool usual = option < TDI_OPTION_DEFAULTS && (item->kind->defaults >> option & 1) != 0;
    if (usual && item->defaults != NULL && item->defaults->value[option].length > 0)
        return &item->defaults->value[option];
    return NULL;
}

TdStatus tdi_net_option_number(const TdiNetBuilder *builder, const TdiNetItem *item,
                               TdiOption option, int64_t absent, int64_t most, int64_t *number)
{
    const TdiWord *word = tdi_net_option(item, option);
    *number = absent;
    return word == NULL
               ? TD_OK
               : tdi_net_number(builder, word, tdi_option_name(option), 1, most, number);
}

TdStatus tdi_net_option_choice(const TdiNetBuilder *builder, const TdiNetItem *item,
                               TdiOption option, const char *const *choices, unsigned absent,
                               unsigned *choice)
{
    char list[100];
    const TdiWord *said = tdi_net_option(item, option);
    size_t used = 0, count = 0;
    *choice = absent;
    if (said == NULL)
        return TD_OK;
    TdiWord word = tdi_net_word(builder, said);
    for (; choices[count] != NULL; count++) {
        if (tdi_word_is(&word, choices[count])) {
            *choice = (unsigned)count;
            return TD_OK;
        }
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                 count == 0 ? "" : ", ", choices[count]);
    }
    const char *near = tdi_nearest_name(word.words, word.length, choices, count);
    return tdi_net_fail(builder, said, "%s \"%.*s\" is none of %s%s%s%s",
                        tdi_option_name(option), tdi_word_shown(&word), word.words, list,
                        near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                        near != NULL ? "?" : "");
}

TdStatus tdi_net_option_flag(const TdiNetBuilder *builder, const TdiNetItem *item,
                             TdiOption option, bool absent, bool *flag)
{
    static const char *const choices[] = {"no", "yes", NULL};
    unsigned choice;
    TdStatus status =
        tdi_net_option_choice(builder, item, option, choices, absent ? 1 : 0, &choice);
    *flag = choice == 1;
    return status;
}

TdStatus tdi_net_sizes(const TdiNetBuilder *builder, const TdiWord *word, const char *what,
                       int axes, int64_t least, int64_t most, int64_t *sizes)
{
    TdiWord value = tdi_net_word(builder, word), rest = value, piece;
    int count = 0;
    bool more = true;
    for (; more && count < axes; count++) {
        TdiWord behind = {0};
        more = tdi_word_split(&rest, 'x', &piece, &behind);
        TdStatus status = tdi_net_number(builder, &piece, what, least, most, &sizes[count]);
        if (status != TD_OK)
            return status;
        rest = behind;
    }
    if (more || (count > 1 && count < axes))
        return tdi_net_fail(builder, word, "%s \"%.*s\" has not as many numbers as %d axes",
                            what, tdi_word_shown(&value), value.words, axes);
    for (int i = count; i < axes; i++)
        sizes[i] = sizes[0];
    return TD_OK;
}

/* ---- Tensors ----------------------------------------------------------------------------- */

const TdiShape *tdi_net_shape(const TdiNetBuilder *builder)
{
    return &builder->graph->tensors[builder->current].shape;
}

int tdi_net_channel_axis(const TdiShape *shape)
{
    return shape->rank == 3 ? 2 : 1;
}

int64_t tdi_net_channels(const TdiShape *shape)
{
    return shape->size[tdi_net_channel_axis(shape)];
}

const char *tdi_net_shape_words(const TdiShape *shape, char words[100])
{
    size_t used = 0;
    for (int i = shape->rank == 3 ? 1 : 2; i < shape->rank; i++)
        used += (size_t)snprintf(words + used, 100 - used, "%lldx", (long long)shape->size[i]);
    if (shape->rank == 3)
        words[used - 1] = '\0';
    else
        snprintf(words + used, 100 - used, "%lld", (long long)shape->size[1]);
    return words;
}

TdStatus tdi_net_need(const TdiNetBuilder *builder, const TdiNetItem *item, int least, int most,
                      const char *what)
{
    char words[100];
    if (builder->current < 0)
        return tdi_net_fail(builder, &item->word,
                            "nothing is fed to %s: a line such as input 224x224x3 comes first",
                            item->kind->name);
    const TdiShape *shape = tdi_net_shape(builder);
    if (shape->rank >= least && shape->rank <= most)
        return TD_OK;
    return tdi_net_fail(builder, &item->word, "%s needs %s, and is fed %s", item->kind->name,
                        what, tdi_net_shape_words(shape, words));
}

/* ---- Operators --------------------------------------------------------------------------- */

void tdi_net_step(TdiNetBuilder *builder, TdiStep *step, const char *type, const char *suffix)
{
    snprintf(builder->name, sizeof builder->name, "%s%s%s", builder->label,
             suffix == NULL ? "" : "/", suffix == NULL ? "" : suffix);
    *step = (TdiStep){.type = type,
                      .name = builder->name,
                      .block = builder->frame == NULL ? NULL : builder->frame->block->title,
                      .shape = *tdi_net_shape(builder)};
    tdi_step_input(step, builder->current);
}

void tdi_net_stored(TdiNetBuilder *builder, TdiStep *step, const char *part, int rank,
                    const int64_t *sizes)
{
    tdi_step_input(step, tdi_step_stored(builder->graph, step->name, part, rank, sizes));
}

static TdStatus check_made(const TdiNetBuilder *builder, const TdiNetItem *item)
{
    char words[100];
    const TdiShape *shape = tdi_net_shape(builder);
    for (int i = 0; i < shape->rank; i++)
        if (shape->size[i] < 1 || shape->size[i] > TDI_NET_GREATEST_SIZE)
            return tdi_net_fail(builder, &item->word, "what it makes is too large: %s",
                                tdi_net_shape_words(shape, words));
    return TD_OK;
}

TdStatus tdi_net_add_step(TdiNetBuilder *builder, const TdiNetItem *item, const TdiStep *step)
{
    if (builder->graph->operator_count >= TDI_NET_MOST_OPERATORS)
        return tdi_net_fail(builder, &item->word, "the network has more than %d operators",
                            TDI_NET_MOST_OPERATORS);
    int made = tdi_step_add(builder->graph, step);
    if (made < 0 || builder->graph->failed)
        return tdi_fail_memory(builder->err, sizeof(TdiOperator));
    builder->current = made;
    return check_made(builder, item);
}

/* ---- Lists and blocks -------------------------------------------------------------------- */

/* The value of a parameter, from a word of the caller's. */
static TdiNetValue value_of(const TdiNetBuilder *builder, const TdiWord *word)
{
    const TdiNetValue *outer = find_value(builder, word);
    TdiNetValue value = {.word = *word};
    if (outer != NULL)
        return *outer;
    value.counted = evaluate(builder, word, &value.number);
    return value;
}

static const TdiWord *named_argument(const TdiNetItem *item, const TdiWord *name)
{
    const TdiNetArgument *argument = item->arguments;
    for (; argument != NULL; argument = argument->next)
        if (argument->name.length > 0 && tdi_word_equal(&argument->name, name))
            return &argument->value;
    return NULL;
}

/* What the call says is read where it stands; what it leaves out with the block's own
 * parameters, of which those before it have their values. */
static void fill_values(TdiNetBuilder *builder, const TdiNetItem *item,
                        const TdiNetFrame *frame, TdiNetValue *values)
{
    const TdiNetParameter *parameter = item->block->parameters;
    int next = 0;
    for (; parameter != NULL; parameter = parameter->next) {
        const TdiWord *word = named_argument(item, &parameter->name);
        if (word == NULL)
            word = tdi_net_argument(item, next++);
        builder->frame = word == NULL ? frame : frame->outer;
        *values++ = value_of(builder, word != NULL ? word : &parameter->value);
    }
    builder->frame = frame;
}

/* "stem", or "inception-a.2" where it is evaluated more than once. */
static void name_block(const TdiNetBuilder *builder, TdiNetBlock *block, TdiNetScope *scope)
{
    char number[16] = "";
    if (block->calls > 1 || block->inside)
        snprintf(number, sizeof number, ".%u", block->made + 1);
    snprintf(scope->prefix, sizeof scope->prefix, "%.120s%s%s/", builder->scope->prefix,
             block->title, number);
    block->made++;
}

static TdStatus call_block(TdiNetBuilder *builder, const TdiNetItem *item)
{
    TdiNetBlock *block = item->block;
    TdiNetScope scope = {0}, *outer = builder->scope;
    TdiNetSaved *saved = builder->saved, *inherited = builder->inherited;
    TdiNetValue *values = tdi_alloc((uint64_t)block->parameter_count, sizeof *values);
    TdiNetFrame frame = {block, item, values, builder->frame};
    if (values == NULL)
        return tdi_fail_memory(builder->err, sizeof *values);
    fill_values(builder, item, &frame, values);
    name_block(builder, block, &scope);
    builder->scope = &scope;
    builder->inherited = saved;
    TdStatus status = tdi_net_list(builder, &block->body);
    builder->frame = frame.outer;
    builder->scope = outer;
    builder->saved = saved; /* points saved in a block end with it */
    builder->inherited = inherited;
    tdi_free(values);
    return status;
}

static void name_layer(TdiNetBuilder *builder, const TdiNetKind *kind)
{
    unsigned number = ++builder->scope->counts[tdi_net_kind_index(kind)];
    snprintf(builder->label, sizeof builder->label, "%s%s%u", builder->scope->prefix,
             kind->name, number);
}

static TdStatus build_item(TdiNetBuilder *builder, const TdiNetItem *item)
{
    if (++builder->layers > TDI_NET_MOST_LAYERS)
        return tdi_net_fail(builder, &item->word, "the network has more than %d layers",
                            TDI_NET_MOST_LAYERS);
    if (item->kind == NULL)
        return call_block(builder, item);
    name_layer(builder, item->kind);
    return item->kind->build(builder, item);
}

TdStatus tdi_net_list(TdiNetBuilder *builder, const TdiNetList *list)
{
    TdStatus status = TD_OK;
    const TdiNetItem *item = list->first;
    if (++builder->depth > TDI_NET_MOST_NESTING && item != NULL)
        return tdi_net_fail(builder, &item->word,
                            "blocks and braces are nested more than %d deep",
                            TDI_NET_MOST_NESTING);
    for (; item != NULL && status == TD_OK; item = item->next)
        for (uint32_t i = 0; i < item->repeat && status == TD_OK; i++)
            status = build_item(builder, item);
    builder->depth--;
    return status;
}

TdStatus tdi_net_build(const char *file, TdiNet *net, TdiGraph *graph, TdError *err)
{
    TdiNetScope scope = {0};
    TdiNetBuilder builder = {.file = file,
                             .err = err,
                             .net = net,
                             .graph = graph,
                             .current = -1,
                             .embedding = -1,
                             .scope = &scope};
    TdStatus status = tdi_net_list(&builder, &net->body);
    if (status != TD_OK)
        return status;
    if (graph->operator_count == 0)
        return tdi_word_fail(err, file, &net->title,
                             "the network has no layers; input 28x28x1 and dense 10 make one");
    tdi_graph_output(graph, builder.current);
    return graph->failed ? tdi_fail_memory(err, sizeof(TdiTensor)) : TD_OK;
}
