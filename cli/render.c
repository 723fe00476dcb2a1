/* tiedye render: one picture. */
#include "commands.h"
#include "draw.h"

int run_render(const Arguments *arguments)
{
    return draw(arguments);
}
