/* tiedye render, tiedye inside: one network. */
#include "commands.h"
#include "draw.h"

int run_render(const Arguments *arguments)
{
    return draw(arguments);
}

int run_inside(const Arguments *arguments)
{
    arguments->recipe->draw = TD_DRAW_INSIDE;
    return draw(arguments);
}
