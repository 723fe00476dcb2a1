/* tiedye volume: a network on a box of space. */
#include "commands.h"
#include "draw.h"

int run_volume(const Arguments *arguments)
{
    arguments->recipe->draw = TD_DRAW_VOLUME;
    return draw(arguments);
}
