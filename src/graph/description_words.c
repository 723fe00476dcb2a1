#include "graph/description_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

enum { LONGEST_NAME = 60, MOST_SHOWN = 40 };

TdStatus tdi_word_fail(TdError *err, const char *file, const TdiWord *at, const char *format,
                       ...)
{
    char what[400];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return tdi_fail_at(err, TD_ERROR_RECIPE, at->line, at->column, "%.100s:%u:%u: %s", file,
                       at->line, at->column, what);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_sign(char c)
{
    return c == ',' || c == '{' || c == '|' || c == '}' || c == '"' || c == '\n';
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && !is_blank(c) && c != '\n') || c == 0x7f;
}

/* The place of the byte at `at`. */
static TdiWord place(const TdiScanner *scanner, const char *at)
{
    return (TdiWord){
        .words = at, .line = scanner->line, .column = 1 + (unsigned)(at - scanner->line_start)};
}

static void skip_blanks(TdiScanner *scanner)
{
    while (scanner->next < scanner->end && is_blank(*scanner->next))
        scanner->next++;
    if (scanner->next < scanner->end && *scanner->next == '#')
        while (scanner->next < scanner->end && *scanner->next != '\n')
            scanner->next++;
}

static TdStatus scan_quoted(TdiScanner *scanner)
{
    const char *begin = ++scanner->next;
    while (scanner->next < scanner->end && *scanner->next != '"' && *scanner->next != '\n' &&
           !is_control(*scanner->next))
        scanner->next++;
    if (scanner->next == scanner->end || *scanner->next != '"')
        return tdi_word_fail(scanner->err, scanner->file, &scanner->word,
                             "the quotation has no end on this line");
    scanner->token = TDI_TOKEN_QUOTED;
    scanner->word.words = begin;
    scanner->word.length = (size_t)(scanner->next++ - begin);
    return TD_OK;
}

static TdStatus scan_word(TdiScanner *scanner)
{
    const char *begin = scanner->next;
    while (scanner->next < scanner->end && !is_blank(*scanner->next) &&
           !is_sign(*scanner->next)) {
        if (is_control(*scanner->next)) {
            TdiWord at = place(scanner, scanner->next);
            return tdi_word_fail(scanner->err, scanner->file, &at,
                                 "a byte (%u) that is no letter of a text",
                                 (unsigned)(unsigned char)*scanner->next);
        }
        scanner->next++;
    }
    scanner->token = TDI_TOKEN_WORD;
    scanner->word.length = (size_t)(scanner->next - begin);
    return TD_OK;
}

TdStatus tdi_scan_next(TdiScanner *scanner)
{
    static const struct {
        char sign;
        TdiToken token;
    } signs[] = {{',', TDI_TOKEN_COMMA}, {'{', TDI_TOKEN_OPEN},  {'|', TDI_TOKEN_BAR},
                 {'}', TDI_TOKEN_CLOSE}, {'\n', TDI_TOKEN_LINE}, {'\0', TDI_TOKEN_WORD}};
    skip_blanks(scanner);
    scanner->word = place(scanner, scanner->next);
    if (scanner->next == scanner->end) {
        scanner->token = TDI_TOKEN_END;
        return TD_OK;
    }
    if (*scanner->next == '"')
        return scan_quoted(scanner);
    if (!is_sign(*scanner->next))
        return scan_word(scanner);
    int i = 0;
    while (signs[i].sign != *scanner->next)
        i++;
    scanner->token = signs[i].token;
    scanner->next++;
    if (scanner->token == TDI_TOKEN_LINE) {
        scanner->line++;
        scanner->line_start = scanner->next;
    }
    return TD_OK;
}

TdStatus tdi_scan_begin(TdiScanner *scanner, const char *file, const char *text, size_t length,
                        TdError *err)
{
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) /* a byte order mark */
        text += 3, length -= 3;
    *scanner = (TdiScanner){.file = file,
                            .err = err,
                            .next = text,
                            .end = text + length,
                            .line_start = text,
                            .line = 1};
    return tdi_scan_next(scanner);
}

TdStatus tdi_scan_line(TdiScanner *scanner, TdiWord *rest)
{
    skip_blanks(scanner);
    *rest = place(scanner, scanner->next);
    const char *end = scanner->next;
    while (end < scanner->end && *end != '\n' && !(*end == '#' && is_blank(end[-1]))) {
        if (is_control(*end)) {
            TdiWord at = place(scanner, end);
            return tdi_word_fail(scanner->err, scanner->file, &at,
                                 "a byte (%u) that is no letter of a text",
                                 (unsigned)(unsigned char)*end);
        }
        end++;
    }
    scanner->next = end;
    while (end > rest->words && is_blank(end[-1]))
        end--;
    rest->length = (size_t)(end - rest->words);
    return tdi_scan_next(scanner);
}

/* ---- Words ------------------------------------------------------------------------------- */

bool tdi_word_is(const TdiWord *word, const char *words)
{
    return word->length == strlen(words) && memcmp(word->words, words, word->length) == 0;
}

bool tdi_word_equal(const TdiWord *a, const TdiWord *b)
{
    return a->length == b->length && memcmp(a->words, b->words, a->length) == 0;
}

bool tdi_word_split(const TdiWord *word, char letter, TdiWord *before, TdiWord *behind)
{
    const char *at = word->length == 0 ? NULL : memchr(word->words, letter, word->length);
    TdiWord whole = *word;
    *before = whole;
    if (at == NULL)
        return false;
    before->length = (size_t)(at - whole.words);
    *behind = (TdiWord){.words = at + 1,
                        .length = whole.length - before->length - 1,
                        .line = whole.line,
                        .column = whole.column + (unsigned)before->length + 1};
    return true;
}

bool tdi_word_is_name(const TdiWord *word)
{
    for (size_t i = 0; i < word->length; i++) {
        char c = word->words[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        bool other = (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!letter && !(other && i > 0))
            return false;
    }
    return word->length > 0 && word->length <= LONGEST_NAME;
}

int tdi_word_shown(const TdiWord *word)
{
    return word->length > MOST_SHOWN ? MOST_SHOWN : (int)word->length;
}
