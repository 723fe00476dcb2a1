#include "messages.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void print_line(const char *prefix, const char *format, va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    td_clean_text(text);
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
