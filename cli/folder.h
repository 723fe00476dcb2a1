/* The folder that a command draws into. */
#ifndef CLI_FOLDER_H
#define CLI_FOLDER_H

#include <stdbool.h>

/* Make it where it is not there, and say so in *made (which may be NULL). Returns the exit
 * code; a failure is told. */
int make_folder(const char *folder, bool *made);

#endif
