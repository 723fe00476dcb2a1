/* What the terminal behind standard output can show, and pixels on it (by libchafa). */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

/* The room there is for a picture, and whether it comes as pixels (sixel, kitty, iTerm2) rather
 * than as characters. */
typedef struct Terminal {
    int columns, rows;           /* of characters */
    int cell_width, cell_height; /* pixels of a character */
    bool pixels;
} Terminal;

/* Whether this build can show anything. */
bool terminal_shows(void);

Terminal terminal_find(void);

/* Room for pixels, NULL where there is no memory; freed with terminal_free, which takes NULL.
 */
uint8_t *terminal_pixels(uint64_t bytes);
void terminal_free(uint8_t *pixels);

/* Print width x height pixels of 4 bytes (RGBA) to standard output, no larger than the
 * terminal. */
void terminal_show(const Terminal *terminal, const uint8_t *rgba, int width, int height);

#endif
