#include "messages.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the printable character in UTF-8 at `text`, 0 where there is none. */
static size_t character_length(const unsigned char *text)
{
    size_t length = *text < 0x80 ? 1 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
    if (*text < 0x20 || *text == 0x7f || (*text >= 0x80 && *text < 0xc2) || *text > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return *text == 0xc2 && text[1] < 0xa0 ? 0 : length; /* more controls */
}

void clean_text(char *text)
{
    while (*text != '\0') {
        size_t length = character_length((const unsigned char *)text);
        if (length == 0)
            *text = '?';
        text += length == 0 ? 1 : length;
    }
}

static void print_line(const char *prefix, const char *format, va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    clean_text(text);
    fprintf(stderr, "%s%s\n", prefix, text);
}

void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line("tiedye: ", format, args);
    va_end(args);
}

void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line("", format, args);
    va_end(args);
}

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
    complain("%s", err->message);
    return exit_code(status);
}

int report_memory(void)
{
    complain("out of memory");
    return 1;
}

enum { LONGEST_NAME = 24 };

static unsigned least_of(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein's distance; `name` has at most LONGEST_NAME letters. */
static unsigned distance(const char *word, const char *name)
{
    unsigned row[LONGEST_NAME + 1];
    size_t length = strlen(name);
    for (unsigned j = 0; j <= length; j++)
        row[j] = j;
    for (unsigned i = 1; *word != '\0'; word++, i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            unsigned changed = diagonal + (*word != name[j - 1]);
            diagonal = row[j];
            row[j] = least_of(changed, row[j] + 1, row[j - 1] + 1);
        }
    }
    return row[length];
}

const char *nearest_name(const char *word, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t length = strlen(word);
    unsigned least = length < 4 ? 2 : 3; /* farther than this is another word */
    for (size_t i = 0; i < count && length <= LONGEST_NAME; i++) {
        unsigned d = strlen(names[i]) <= LONGEST_NAME ? distance(word, names[i]) : least;
        if (d < least && d < length) {
            least = d;
            nearest = names[i];
        }
    }
    return nearest;
}

void print_wrapped(const char *words, int indent)
{
    int column = indent;
    while (*words != '\0') {
        int length = (int)strcspn(words, " ");
        if (column > indent && column + 1 + length > 80) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        printf("%.*s", length, words);
        column += length;
        words += length;
        words += strspn(words, " ");
    }
    putchar('\n');
}
