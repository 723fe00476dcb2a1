/* --show: a drawing in the terminal. */
#ifndef CLI_PREVIEW_H
#define CLI_PREVIEW_H

#include "options.h"

/* Draw arguments->recipe as large as the terminal has room for, whatever its size, and print
 * that to standard output. Returns the exit code. */
int preview(const Arguments *arguments);

#endif
