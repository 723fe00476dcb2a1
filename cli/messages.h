/* Talking: one line a failure on standard error, and text in lines that fit a terminal. */
#ifndef CLI_MESSAGES_H
#define CLI_MESSAGES_H

#include <tiedye/base.h>

/* "tiedye: message" on standard error, as one line whatever bytes its parts hold. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* The same without the program's name, for news that are good. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* Complain about a failed call; returns the exit code of its status. */
int report_error(TdStatus status, const TdError *err);
int exit_code(TdStatus status);

/* Complain that there is no memory; returns the exit code. */
int report_memory(void);

/* Print words to standard output, broken before column 80 and continued at `indent`, which is
 * where the first line stands already. */
void print_wrapped(const char *words, int indent);

#endif
