/* One command a file; the table is in main.c. Each takes the parsed arguments and returns the
 * exit code. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "options.h"

int run_render(const Arguments *arguments);
int run_sheet(const Arguments *arguments);
int run_grid(const Arguments *arguments);
int run_inside(const Arguments *arguments);
int run_volume(const Arguments *arguments);
int run_animate(const Arguments *arguments);
int run_info(const Arguments *arguments);
int run_verify(const Arguments *arguments);
int run_weights(const Arguments *arguments);
int run_list(const Arguments *arguments);
int run_gallery(const Arguments *arguments);
int run_diagram(const Arguments *arguments);
int run_post(const Arguments *arguments);
int run_manual(const Arguments *arguments);
int run_completion(const Arguments *arguments);

/* The table itself: number of commands, command i, the command called `name` (NULL: there is
 * none). */
size_t command_count(void);
const Command *command_info(size_t i);
const Command *find_command(const char *name);

#endif
