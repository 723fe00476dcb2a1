/* What render, sheet and post share: a recipe into a file, and a line about it. */
#ifndef CLI_DRAW_H
#define CLI_DRAW_H

#include "options.h"

/* Draw arguments->recipe to the file that was asked for, to the terminal (--show), or where
 * neither is said to a file with a free name made from the seed, and say so. Returns the exit
 * code. */
int draw(const Arguments *arguments);

/* The same for a recipe and path of one's own. */
int draw_to(const Arguments *arguments, const TdRecipe *recipe, const char *path);

/* A film of a recipe; `skips`: where the format needs what is not there, that is said and is no
 * failure. */
int draw_film_to(const Arguments *arguments, const TdRecipe *recipe, const char *path,
                 bool skips);

/* What a path is called in messages. */
const char *output_name(const char *path);

#endif
